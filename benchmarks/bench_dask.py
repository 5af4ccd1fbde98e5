"""A search of eight candidates one by one, in two workers of loky and in two of Dask.

All three find the same; what differs is the time. The workers are started before the
clock, and each has one thread.

    python benchmarks/bench_dask.py --out bench_output/dask.json
"""

import argparse
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from dask.distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.model_selection import GridSearchCV

from measuring import environment, in_turns, pin, ratios, spread, write_json
from sklearn_rnn import RNNClassifier

GRID = {"hidden_size": [16, 32], "lr": [0.003, 0.01], "pooling": ["max", "last"]}
WAYS = ("serial", "loky", "dask")


def search(way, X, y, max_epochs):
    """Search; return the scores of the candidates."""
    model = RNNClassifier(max_epochs=max_epochs, early_stopping=False, random_state=0)
    # One candidate after the other in this process, whatever joblib is told.
    n_jobs = 1 if way == "serial" else 2
    with parallel_config("loky" if way == "serial" else way, n_jobs=n_jobs):
        found = GridSearchCV(model, GRID, cv=2, refit=False).fit(X, y)
    return found.cv_results_["mean_test_score"]


def measure(X, y, repetitions, max_epochs):
    """Search in turns; return the times of each way."""
    few = X[:64], y[:64]
    scores = {way: search(way, *few, max_epochs=1) for way in WAYS}  # the first is slow
    for way in WAYS:
        if not np.array_equal(scores[way], scores["serial"]):
            raise RuntimeError(f"{way} found other scores than a serial search")
    ways = {way: lambda way=way: search(way, X, y, max_epochs) for way in WAYS}
    return in_turns(ways, repetitions)


def main():
    """Start the cluster, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin(set(arguments.cores))
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((arguments.rows, 40, 4), dtype=np.float32)
    y = X[:, :, 0].sum(axis=1) > 0
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        Client(cluster),
    ):
        times = measure(X, y, arguments.repetitions, arguments.epochs)
    for way, seconds in times.items():
        gain = ratios(times["serial"], seconds)
        print(f"{way:7} {spread(seconds)} s, {spread(gain)} times as fast as serial")
    if arguments.out:
        machine = environment()
        machine["versions"] |= {name: version(name) for name in ("dask", "distributed")}
        results = {
            "environment": machine,
            "n_rows": arguments.rows,
            "epochs": arguments.epochs,
            "candidates": 8,
            "folds": 2,
            "seconds": times,
        }
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
