"""Many threads, processes, calls and fits; see `benchmarks/bench_load.py`."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def bench_load(program):
    return program("bench_load")


@pytest.mark.slow
def test_predictions_are_right_and_memory_stays_under_load(bench_load):
    results = bench_load.run(n_processes=2, n_calls=10, n_predictions=3_000, n_fits=100)
    for name in ("predictions", "fits"):
        if results[name]["growth"] is not None:  # the system says how much it holds
            assert results[name]["growth"] < 0.05
    for name in ("threads", "processes"):
        part = results[name]
        right = dict.fromkeys(part["same_bits"], part["predictions_of_each_model"])
        assert part["same_bits"] == right


GROW = """
import numpy as np, bench_load
kept = []
grown = bench_load.repeat(lambda: kept.append(np.ones(125_000)), n_calls=200)
print(grown["growth"] is None or grown["growth"] > 0.05)
"""


@pytest.mark.slow
def test_memory_that_grows_is_seen(bench_load):
    # In a process of its own: what earlier tests gave back would be taken first.
    folder = Path(bench_load.__file__).parent
    command = [sys.executable, "-c", GROW]
    assert subprocess.check_output(command, cwd=folder, text=True) == "True\n"


def test_a_prediction_that_is_wrong_is_counted(bench_load):
    models = {"echo": (Echo(), [1.0])}
    assert bench_load.count_right(models, {"echo": b"other"}, 3) == {"echo": 0}
    right = bench_load.predict(*models["echo"])
    assert bench_load.count_right(models, {"echo": right}, 3) == {"echo": 3}


class Echo:
    def predict(self, X):
        return X
