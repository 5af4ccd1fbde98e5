"""Four fits one by one, in two worker processes and in two threads of this process.

Each way once with one thread for a fit and once with two. The workers are started
before the clock. The time of the processor is that of all processes together.

Then what a second thread of an estimator is worth, `n_jobs=2` beside 1 in turns: to a
fit, and to predictions of 1,000 rows. Both must have the same bits.

    python benchmarks/bench_parallel.py --out bench_output/parallel.json
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config
from sklearn.base import clone

from implementations.ours import Implementation, make_estimator
from measuring import environment, in_turns, pin, ratios, spread, write_json
from sklearn_rnn import RNNClassifier
from workloads import WORKLOADS, make_data

N_FITS = 4
N_THREADS = (1, 2)
WAYS = ("serial", "loky", "threading")

ASKED = {
    ("fit", "W6"): 1.4,
    ("predict", "W1"): 1.6,
    ("predict", "W2"): 1.6,
    ("predict", "W6"): 1.6,
    ("predict", "W7"): 1.2,
}
"""How many times as fast two threads of an estimator shall be."""

ROWS = {"fit": 128, "predict": 1000}
FEW_ROWS = 64  # to train what predicts


def make_networks():
    """Return a small and a middling network with their data."""
    rng = np.random.default_rng(0)
    settings = {"early_stopping": False, "random_state": 0}
    small = RNNClassifier(16, cell="rnn", bidirectional=False, max_epochs=6, **settings)
    middling = RNNClassifier(64, max_epochs=1, **settings)
    return {
        "small: Elman RNN 16, 400 rows of 20 steps": (
            small,
            rng.standard_normal((400, 20, 4), dtype=np.float32),
        ),
        "middling: two directions of LSTM 64, 512 rows of 60 steps": (
            middling,
            rng.standard_normal((512, 60, 8), dtype=np.float32),
        ),
    }


def fit(model, X, n_threads):
    """Fit; return who did and the time of the processor that it took there."""
    model = clone(model).set_params(n_jobs=n_threads)
    start = time.process_time()
    model.fit(X, X[:, -1, 0] > 0)
    return os.getpid(), time.process_time() - start


def fit_all(way, model, X, n_threads):
    """Fit so many at once; return seconds by the clock and of the processors."""
    start, cpu_start = time.perf_counter(), time.process_time()
    with parallel_config("threading" if way == "serial" else way):
        done = Parallel(n_jobs=1 if way == "serial" else 2)(
            delayed(fit)(model, X, n_threads) for _ in range(N_FITS)
        )
    elsewhere = sum(taken for process, taken in done if process != os.getpid())
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu_start + elsewhere,
    }


def measure(networks, repetitions):
    """Measure all in turns; return the times by network, way and threads."""
    points = [
        (name, way, n_threads)
        for name in networks
        for way in WAYS
        for n_threads in N_THREADS
    ]
    for name, way, n_threads in points:  # the first are slow, and workers have to start
        fit_all(way, *networks[name], n_threads)
    found = {point: {"seconds": [], "cpu_seconds": []} for point in points}
    for _ in range(repetitions):
        for name, way, n_threads in points:
            taken = fit_all(way, *networks[name], n_threads)
            for kind, value in taken.items():
                found[name, way, n_threads][kind].append(round(value, 4))
    return found


def make_calls(kind, name, n_rows):
    """Return what fits or predicts a workload with so many threads, by its name."""
    workload = WORKLOADS[name].cut(n_rows)
    whole = Implementation(workload, make_data(workload))
    model = make_estimator(workload, 1).set_params(random_state=0)
    if kind == "fit":
        return {k: lambda k=k: weights_of(model, whole, k) for k in N_THREADS}
    model.fit(whole.X[:FEW_ROWS], whole.y[:FEW_ROWS])
    return {
        k: lambda k=k: model.set_params(n_jobs=k).predict(whole.X) for k in N_THREADS
    }


def weights_of(model, data, n_threads):
    """Fit; return all weights."""
    fitted = clone(model).set_params(n_jobs=n_threads).fit(data.X, data.y)
    weights = fitted.net_.module_.parameters()
    return np.concatenate([w.detach().numpy().ravel() for w in weights])


def measure_threads(kind, name, n_rows, repetitions):
    """Measure one thread and two in turns."""
    calls = make_calls(kind, name, n_rows)
    one, two = (call() for call in calls.values())  # the first are slow
    times = in_turns(calls, repetitions)
    gains = ratios(*times.values())
    return {
        "what": kind,
        "workload": name,
        "n_rows": n_rows,
        "seconds": times,
        "gains": gains,
        "gain": statistics.median(gains),
        "asked": ASKED[kind, name],
        "same_bits": bool(np.array_equal(one, two)),
    }


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--rows", type=int, help="at most so many of an estimator's")
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin(set(arguments.cores))
    found = measure(make_networks(), arguments.repetitions)
    for (name, way, n_threads), times in found.items():
        print(
            f"{name.split(':')[0]:9} {way:10} threads of a fit: {n_threads}   "
            f"{spread(times['seconds'])} s, processor {spread(times['cpu_seconds'])} s"
        )
    of_estimators = []
    for kind, name in ASKED:
        n_rows = min(ROWS[kind], arguments.rows or ROWS[kind])
        found_here = measure_threads(kind, name, n_rows, arguments.repetitions)
        of_estimators.append(found_here)
        bits = "the same bits" if found_here["same_bits"] else "OTHER BITS"
        print(
            f"{name} {kind:7} n_jobs=2 is {spread(found_here['gains'])} times as fast, "
            f"asked {found_here['asked']}, {bits}",
            flush=True,
        )
    if arguments.out:
        results = {
            "environment": environment(),
            "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY"),
            "n_fits": N_FITS,
            "threads_of_an_estimator": of_estimators,
            "runs": [
                {
                    "network": name,
                    "way": way,
                    "threads_of_a_fit": n_threads,
                    **times,
                    "median_seconds": statistics.median(times["seconds"]),
                    "median_cpu_seconds": statistics.median(times["cpu_seconds"]),
                }
                for (name, way, n_threads), times in found.items()
            ],
        }
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
