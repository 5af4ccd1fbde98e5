"""The examples run from top to bottom: shortened here, in full among the slow tests."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import sklearn_rnn.estimators  # noqa: F401 - torch draws a random number when loaded

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))

# Packages that no extra of the tests brings; `make docs` has them and runs these too.
NEEDS = {"plot_conformal": ["mapie"], "plot_explanations": ["lime", "shap"]}


def with_its_needs(path):
    """Leave out an example whose packages are missing, and say which."""
    missing = [name for name in NEEDS.get(path.stem, ()) if find_spec(name) is None]
    reason = f"needs {' and '.join(missing)}; make docs runs it"
    skip = pytest.mark.skipif(bool(missing), reason=reason)
    return pytest.param(path, id=path.stem, marks=skip)


# What a run with one epoch needs less of: texts in an example, and what to put there.
LESS = {
    "plot_languages": {"N_LETTERS = 100": "N_LETTERS = 10"},
    "plot_learning_rate": {"N_TRAIN, N_TEST = 1000, 365": "N_TRAIN, N_TEST = 200, 90"},
    "plot_long_memory": {"N_TRAIN, N_TEST = 500, 500": "N_TRAIN, N_TEST = 50, 50"},
    "plot_next_word": {"if i % 5)": "if i % 5 == 1)"},
    "plot_rare_events": {"(6000, random)": "(900, random)"},
    "plot_text_and_numbers": {"(1200, random)": "(200, random)"},
    "plot_text_cells": {">= 0.5": ">= 0.97"},
    "plot_when_not": {"n_samples=3000": "n_samples=300", ">= 0.5": ">= 0.97"},
}

pytestmark = pytest.mark.parametrize("path", [with_its_needs(p) for p in EXAMPLES])


def run(path, source, folder, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(plt, "show", lambda: None)
    exec(compile(source, path, "exec"), {"__name__": "__main__"})
    assert plt.get_fignums()
    plt.close("all")


def test_an_example_runs_with_one_epoch(path, tmp_path, monkeypatch):
    source = path.read_text(encoding="utf-8")
    shortened, n_changed = re.subn(
        r"^MAX_EPOCHS = \d+$", "MAX_EPOCHS = 1", source, flags=re.MULTILINE
    )
    assert n_changed == 1
    for much, less in LESS.get(path.stem, {}).items():
        assert much in shortened
        shortened = shortened.replace(much, less)
    run(path, shortened, tmp_path, monkeypatch)


@pytest.mark.slow
def test_an_example_runs_in_full(path, tmp_path, monkeypatch):
    run(path, path.read_text(encoding="utf-8"), tmp_path, monkeypatch)
