"""What a small fit spends outside its epochs, and a search of small fits beside them.

W5, cut to 200 rows, on one core. A search of twenty candidates in three folds is
measured in turns with bare loops over the same fits, each of which predicts its fold.

    python benchmarks/bench_small_fits.py --out bench_output/small_fits.json
"""

import argparse
import statistics
import time
from pathlib import Path
from unittest import mock

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, ParameterGrid, StratifiedKFold

from implementations.ours import Implementation, limit_threads, make_estimator
from measuring import environment, in_turns, pin, ratios, seconds, spread, write_json
from sklearn_rnn._training._net import SequenceNet
from workloads import WORKLOADS, make_data

LIMIT_OF_SEARCH = 1.05
"""The most that is asked for, times the bare loops."""

GRID = {"lr": [0.001 * k for k in range(1, 11)], "hidden_size": [8, 16]}
FOLDS = StratifiedKFold(3)


def milliseconds_outside(implementation):
    """Fit for one epoch; return the time that is not spent in it."""
    inside, run = [], SequenceNet.run_single_epoch

    def timed(*args, **kwargs):
        start = time.process_time()
        run(*args, **kwargs)
        inside.append(time.process_time() - start)

    with mock.patch.object(SequenceNet, "run_single_epoch", timed):
        whole = seconds(implementation.fit, 1, clock=time.process_time)
    return 1e3 * (whole - sum(inside))


def search(estimator, X, y):
    """Search on one core."""
    GridSearchCV(estimator, GRID, cv=FOLDS, refit=False).fit(X, y)


def bare_loops(estimator, X, y):
    """Fit and predict what the search fits and scores."""
    for params in ParameterGrid(GRID):
        for train, test in FOLDS.split(X, y):
            model = clone(estimator).set_params(**params)
            model.fit(X[train], y[train]).predict(X[test])


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fits", type=int, default=100)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2, help="of a candidate")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin({arguments.core})
    limit_threads()
    workload = WORKLOADS["W5"].cut(arguments.rows)
    implementation = Implementation(workload, make_data(workload))
    implementation.fit(1)  # the first is slow
    outside = [milliseconds_outside(implementation) for _ in range(arguments.fits)]
    print(f"outside the epoch: {spread(outside)} ms")

    estimator = make_estimator(workload, arguments.epochs).set_params(random_state=0)
    data = estimator, implementation.X, implementation.y
    times = in_turns(
        {"search": lambda: search(*data), "loops": lambda: bare_loops(*data)},
        arguments.repetitions,
        time.process_time,
    )
    over_loops = ratios(times["search"], times["loops"])
    print(f"GridSearchCV: {spread(over_loops, 3)} times the bare loops")
    if arguments.out:
        results = {
            "environment": environment(),
            "n_rows": arguments.rows,
            "epochs": arguments.epochs,
            "n_candidates": len(ParameterGrid(GRID)),
            "milliseconds_outside": outside,
            "seconds": times,
            "search_over_loops": statistics.median(over_loops),
            "at_most": LIMIT_OF_SEARCH,
        }
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
