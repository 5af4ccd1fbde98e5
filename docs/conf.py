"""How Sphinx builds these pages; it reads the package and nothing from the network."""

from importlib import import_module
from pathlib import Path

import sklearn_rnn

project = "sklearn_rnn"
author = "sklearn_rnn developers"
copyright = "2026, sklearn_rnn developers"
version = release = sklearn_rnn.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = f"sklearn_rnn {version}"
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": False, "show_prev_next": False}

# --- The API reference: a table for each public room, from its __all__. ---

ROOMS = [
    "sklearn_rnn",
    "sklearn_rnn.callbacks",
    "sklearn_rnn.inspection",
    "sklearn_rnn.nn",
    "sklearn_rnn.metrics",
    "sklearn_rnn.datasets",
    "sklearn_rnn.exceptions",
    "sklearn_rnn.testing",
]


def write_api_page(path):
    """List what each room offers; autosummary writes the page of each name."""
    lines = ["API reference", "=============", ""]
    for room in ROOMS:
        module = import_module(room)
        names = [n for n in module.__all__ if callable(getattr(module, n))]
        first_line = module.__doc__.splitlines()[0]
        lines += [room, "-" * len(room), "", first_line, ""]
        lines += [".. autosummary::", "   :toctree: generated", ""]
        lines += [f"   {room}.{name}" for name in names]
        lines += [""]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


write_api_page(Path(__file__).parent / "api" / "index.rst")


# What scikit-learn adds to every estimator is told in its own documentation, and its
# docstrings point to pages that are not here.
INHERITED_FROM_SCIKIT_LEARN = {
    "get_metadata_routing",
    "set_fit_request",
    "set_inverse_transform_request",
    "set_partial_fit_request",
    "set_predict_proba_request",
    "set_predict_request",
    "set_score_request",
    "set_transform_request",
    "set_output",
}


def skip_inherited(app, what, name, obj, skip, options):
    return True if name in INHERITED_FROM_SCIKIT_LEARN else skip


def setup(app):
    app.connect("autodoc-skip-member", skip_inherited)
