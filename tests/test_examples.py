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
    run(path, shortened, tmp_path, monkeypatch)


@pytest.mark.slow
def test_an_example_runs_in_full(path, tmp_path, monkeypatch):
    run(path, path.read_text(encoding="utf-8"), tmp_path, monkeypatch)
