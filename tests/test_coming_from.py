"""Programs of "coming from elsewhere" predict, and all were measured."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

import sklearn_rnn.estimators  # noqa: F401 - torch draws a random number when loaded
from sklearn_rnn.sequences import as_ragged

ROOT = Path(__file__).parents[1]
PROGRAMS = ROOT / "examples" / "coming_from"
PAGES = ROOT / "docs" / "appendix" / "coming_from"
if not PAGES.is_dir():
    pytest.skip("docs/ is not in the sdist", allow_module_level=True)
sys.path.insert(0, str(ROOT / "benchmarks"))

import bench_coming_from as bench  # noqa: E402
from worker_coming_from import read_rows  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "coming_from.json"
RECORD = json.loads(RESULTS.read_text(encoding="utf-8"))

ON_TEXTS = ["keras_lstm_ours", "tfidf", "tfidf_ours", "tfidf_both"]
ON_SERIES = ["series_defaults", "skorch_lstm", "skorch_lstm_ours", "sktime_rnn_ours"]
ELSEWHERE = ["keras_lstm", "sktime_rnn", "sktime_rocket"]  # other environments run them


def predictions(name, X, y, X_new):
    fit_and_predict = runpy.run_path(str(PROGRAMS / f"{name}.py"))["fit_and_predict"]
    return fit_and_predict(X, y, X_new, 0)


@pytest.mark.parametrize("name", ON_TEXTS)
def test_a_program_tells_good_texts_from_bad_ones(name):
    texts = np.array(["a good film", "a bad film"] * 20)
    y = np.array(["+", "-"] * 20)
    new = np.array(["a bad story", "a good story", "a bad one"])
    assert predictions(name, texts, y, new).tolist() == ["-", "+", "-"]


@pytest.mark.changes_global_state  # skorch draws from torch's
@pytest.mark.parametrize("name", ON_SERIES)
def test_a_program_tells_high_series_from_low_ones(name):
    lengths = [4, 6, 5, 4] * 10
    y = np.array(["high", "low"] * 20)
    level = {"high": 1.0, "low": -1.0}
    if name == "sktime_rnn_ours":  # its peer takes equal lengths only
        lengths = [5] * len(y)
    X = as_ragged(
        [np.full((n, 2), level[label]) for n, label in zip(lengths, y, strict=True)]
    )
    X_new, expected = X[:6][::-1], y[:6][::-1]
    assert predictions(name, X, y, X_new).tolist() == expected.tolist()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_program_for_another_environment_is_python(name):
    source = (PROGRAMS / f"{name}.py").read_text(encoding="utf-8")
    names = compile(source, name, "exec").co_names
    assert "fit_and_predict" in names


def test_every_program_is_tested_measured_and_no_other():
    files = {path.stem for path in PROGRAMS.glob("*.py")}
    measured = {p.name for c in bench.COMPARISONS.values() for p in c.programs}
    assert files == measured == {*ON_TEXTS, *ON_SERIES, *ELSEWHERE}


def test_the_lines_of_a_program_fit_beside_each_other():
    for path in PROGRAMS.glob("*.py"):
        _, *lines = path.read_text(encoding="utf-8").splitlines()  # without its title
        longest = max((line for line in lines if "import" not in line), key=len)
        assert len(longest) <= 50, (path.name, longest)


def test_every_program_was_run():
    pairs = bench.wanted({"own": "-", "keras": "-", "sktime": "-"})
    assert set(RECORD["results"]) == {f"{data}: {name}" for data, name in pairs}
    for found in RECORD["results"].values():
        assert 1 <= len(found) <= len(RECORD["seeds"])


@pytest.mark.parametrize(
    ("data", "n_rows", "n_new", "most_frequent"),
    [("tweets", 2574, 858, 0.683), ("activities", 1000, 500, 0.47)],
)
def test_the_data_are_as_the_page_says(data, n_rows, n_new, most_frequent):
    X, X_new, y, y_new = bench.DATA[data]()
    assert (len(X), len(X_new)) == (len(y), len(y_new)) == (n_rows, n_new)
    _, counts = np.unique(y_new, return_counts=True)
    assert counts.max() / n_new == pytest.approx(most_frequent, abs=0.001)


def test_series_of_unequal_length_come_back_as_they_were_saved(tmp_path):
    X = as_ragged([np.arange(6.0).reshape(3, 2), np.ones((1, 2)), np.zeros((2, 2))])
    y = np.array(["a", "b", "a"])
    bench.save(tmp_path / "data.npz", X, X[:2], y, y[:2])
    X_read, y_read, X_new, y_new = read_rows(tmp_path / "data.npz")
    assert all(map(np.array_equal, X_read, X))
    assert all(map(np.array_equal, X_new, X[:2]))
    assert (y_read.tolist(), y_new.tolist()) == (["a", "b", "a"], ["a", "b"])


def test_a_program_is_run_in_a_process_and_scored(tmp_path):
    texts = np.array(["good", "bad"] * 10)
    y = np.array(["+", "-"] * 10)
    asked = np.array(["good", "bad", "good", "bad"])
    bench.save(tmp_path / "data.npz", texts, asked, y, np.array(["+", "-", "-", "-"]))
    (tfidf,) = [p for p in bench.COMPARISONS["tfidf"].programs if p.name == "tfidf"]
    found = bench.run(sys.executable, tfidf, tmp_path / "data.npz", 0)
    assert found["accuracy"] == 0.75  # three of four, by the labels given
    assert 0 < found["seconds"] < 60
    assert found["versions"]["numpy"] == np.__version__
    with pytest.raises(RuntimeError, match="no-such-program failed"):
        bench.run(
            sys.executable, tfidf._replace(name="no-such-program"), tmp_path / "x", 0
        )
