"""How Sphinx builds these pages; it reads the package and nothing from the network."""

import os
import sys
from pathlib import Path

import sklearn_rnn

HERE = Path(__file__).parent
EXTENSIONS = str(HERE / "_extensions")
sys.path.insert(0, EXTENSIONS)
# For the processes that run the examples.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [EXTENSIONS, *filter(None, [os.environ.get("PYTHONPATH")])]
)

import gallery  # noqa: F401
import inventories
import reference

project = "sklearn_rnn"
author = "sklearn_rnn developers"
copyright = "2026, sklearn_rnn developers"
version = release = sklearn_rnn.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "figures",
    "mathml",
    "snippets",
]
exclude_patterns = ["_build", "_extensions", "figures", "inventories"]
# sphinx-gallery writes them beside its pages, for download.
exclude_patterns += ["auto_examples/**/*.ipynb"]
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
# numpydoc's sections name the types, with shapes; the signature stays readable.
autodoc_typehints = "none"
numpydoc_show_class_members = False
# A reference that leads nowhere is a warning, and so ends the build.
nitpicky = True
# Another room's name, without its room.
nitpick_ignore = [("py:obj", "RNNClassifier")]

# Each page's blocks run in a process of their own, and again after they or the package
# have changed. An error or a warning in one ends the build.
nb_custom_formats = {".md": ["snippets.read", {}, False]}
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = -1
nb_merge_streams = True
nb_output_stderr = "remove"  # progress bars write there; warnings are errors
nb_execution_show_tb = True

# Nothing is fetched, neither here nor by whoever opens a page.
intersphinx_mapping = inventories.make(
    HERE / "inventories", HERE / "_build" / "inventories"
)
html_math_renderer = "mathml"
myst_update_mathjax = False

# The HTML of an estimator in an example leads from there to its page here.
os.environ["SKLEARN_RNN_DOCS"] = "../.."
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "ignore_pattern": r"__init__\.py|demo\.py",
    "backreferences_dir": "api/backreferences",
    "doc_module": ("sklearn_rnn",),
    "nested_sections": True,
    "subsection_order": "gallery.by_section",
    "within_subsection_order": "gallery.by_story",
    "thumbnail_size": (640, 440),
    "reset_modules": ("matplotlib", "gallery.make_warnings_errors"),
    "reset_modules_order": "both",
    "abort_on_example_error": True,
    "parallel": 2,
    "image_srcset": ["2x"],
    # What differs from one building to the next is left out.
    "write_computation_times": False,
    "min_reported_time": float("inf"),
    "download_all_examples": False,
    "show_signature": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"sklearn_rnn {version}"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "header_links_before_dropdown": 6,
}
copybutton_selector = "div:not(.output) > div.highlight pre"
copybutton_exclude = ".linenos, .gp, .go"

reference.write(HERE / "api" / "index.rst")


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
