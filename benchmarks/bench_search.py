"""What a second core is worth: to a search, and to one fit; W2, ours.

`GridSearchCV` with two workers beside one worker, and a fit with two threads of torch
beside one, in turns. The workers are started before the clock.

    python benchmarks/bench_search.py --out bench_output/search.json
"""

import argparse
import statistics
from pathlib import Path

import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from implementations.ours import make_estimator
from measuring import environment, in_turns, pin, ratios, spread, write_json
from workloads import WORKLOADS, make_data


def search(estimator, data, n_jobs):
    """Search two sizes in three folds."""
    grid = {"hidden_size": [estimator.hidden_size, 2 * estimator.hidden_size]}
    GridSearchCV(estimator, grid, cv=3, n_jobs=n_jobs, refit=False).fit(*data)


def fit(estimator, data, n_threads):
    """Fit with a number of threads."""
    net_params = {"torch_threads": n_threads}
    clone(estimator).set_params(n_jobs=1, net_params=net_params).fit(*data)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rows", type=int, help="at most so many rows")
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin(set(arguments.cores))
    torch.set_num_threads(1)
    workload = WORKLOADS["W2"]
    workload = workload.cut(arguments.rows or workload.n_measured)
    data = make_data(workload)
    estimator = make_estimator(workload, arguments.epochs)
    small = workload.cut(2 * workload.batch_size)
    for n_jobs in (1, 2):  # the first fits are slow, and workers have to start
        search(estimator, make_data(small), n_jobs)

    times = in_turns(
        {
            "n_jobs=1": lambda: search(estimator, data, n_jobs=1),
            "n_jobs=2": lambda: search(estimator, data, n_jobs=2),
            "1 thread": lambda: fit(estimator, data, n_threads=1),
            "2 threads": lambda: fit(estimator, data, n_threads=2),
        },
        arguments.repetitions,
    )
    gains = {
        "GridSearchCV": ratios(times["n_jobs=1"], times["n_jobs=2"]),
        "fit": ratios(times["1 thread"], times["2 threads"]),
    }
    for name, values in times.items():
        print(f"{name:10} {spread(values)} s")
    for name, values in gains.items():
        print(f"{name:12} {spread(values)} times as fast on two cores")
    if arguments.out:
        results = {
            "environment": environment(),
            "n_rows": workload.n_measured,
            "epochs": arguments.epochs,
            "seconds": times,
            "gain": {name: statistics.median(values) for name, values in gains.items()},
        }
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
