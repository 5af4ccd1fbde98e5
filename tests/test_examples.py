"""The examples run from top to bottom: shortened here, in full among the slow tests."""

import re
from pathlib import Path

import pytest

import sklearn_rnn.estimators  # noqa: F401 - torch draws a random number when loaded

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))

pytestmark = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


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
