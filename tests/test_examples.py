"""The examples run from top to bottom: shortened here, in full among the slow tests."""

import ast
import re
from pathlib import Path

import pytest

import sklearn_rnn.estimators  # noqa: F401 - torch draws a random number when loaded

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.rglob("plot_*.py"))

# What a run with one epoch needs less of: texts in an example, and what to put there.
FEW = "    {}, batches_per_epoch=5,"
LESS = {
    "plot_backtest": {"n_origins=12": "n_origins=2", "    52,": FEW.format(52)},
    "plot_births": {
        "dates[N_DAYS:]": "dates[-1500:]; X, y = X[-1500:], y[-1500:]",
    },
    "plot_captions": {"N_SAMPLES = 1797": "N_SAMPLES = 120"},
    "plot_few_labels": {
        "[25, 50, 100, 200, 400]": "[25, 50]",
        "N_DRAWS = 5": "N_DRAWS = 1",
    },
    "plot_invented_words": {"N_WORDS = 6000": "N_WORDS = 600"},
    "plot_languages": {"N_LETTERS = 100": "N_LETTERS = 10"},
    "plot_learning_rate": {"N_TRAIN, N_TEST = 1000, 365": "N_TRAIN, N_TEST = 200, 90"},
    "plot_long_memory": {"N_TRAIN, N_TEST = 500, 500": "N_TRAIN, N_TEST = 50, 50"},
    "plot_morse": {
        "make_morse(600,": "make_morse(60,",
        "make_morse(200,": "make_morse(20,",
        # After one epoch every answer is empty, and a warning says so.
        "model.fit(X, y)": "import warnings\nwith warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore')\n    model.fit(X, y)",
    },
    "plot_forecast": {"    12,": FEW.format(12)},
    "plot_machines": {"400, 10, 48": "60, 5, 20"},
    "plot_next_word": {"if i % 5)": "if i % 5 == 1)"},
    "plot_shops": {"20, 300": "4, 90", "    7,": FEW.format(7)},
    "plot_spelling_to_sound": {"test_size=1000": "train_size=500, test_size=50"},
    "plot_digit_strings": {"train, 2000": "train, 60", "test, 500": "test, 60"},
    "plot_dates_to_iso": {"size=3500": "size=600"},
    "plot_rare_events": {"(6000, random)": "(900, random)", "(10_000,": "(900,"},
    "plot_suggestions": {"if i % 5]": "if i % 5 == 1]", "[::5]": "[::40]"},
    "plot_text_and_numbers": {"(1200, random)": "(200, random)"},
    "plot_text_cells": {">= 0.5": ">= 0.97"},
    "plot_tickets": {"(1500, random)": "(300, random)"},
    "plot_when_not": {
        "n_samples=3000": "n_samples=300",
        "waves(1600,": "waves(300,",
        ">= 0.5": ">= 0.97",
    },
}

pytestmark = [
    pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem),
    # After one epoch an answer may be empty, or go on for ever.
    pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NothingLearntWarning"),
    pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.TruncationWarning"),
]


def run(path, source, folder, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(plt, "show", lambda: None)
    try:
        exec(compile(source, path, "exec"), {"__name__": "__main__"})
    except SystemExit as end:  # some need a neighbour, which `make docs` has
        if not isinstance(end.__cause__, ModuleNotFoundError):
            raise
        assert "pip install" in str(end)
        pytest.skip(f"{end.__cause__}; {end}")
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


def test_an_example_has_a_section_and_ends_with_what_was_learnt(path):
    assert path.parent.parent == FOLDER, "put it into a folder of examples/"
    assert (path.parent / "GALLERY_HEADER.rst").exists()
    *_, last = ast.parse(path.read_text(encoding="utf-8")).body
    figures = [node for node in ast.walk(last) if isinstance(node, ast.FormattedValue)]
    assert ast.unparse(last).startswith("print(") and figures


@pytest.mark.slow
def test_an_example_runs_in_full(path, tmp_path, monkeypatch):
    run(path, path.read_text(encoding="utf-8"), tmp_path, monkeypatch)
