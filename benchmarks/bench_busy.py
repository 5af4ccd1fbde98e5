"""How long does a fit take on a busy machine, where torch is left as it is?

Two processes keep two cores busy. Beside them the example of the README and each
workload, cut to some rows, are fitted in turns: with torch at the number of threads
that it takes by itself, and with torch told to take one. The first must take at most
1.15 times as long as the second.

    python benchmarks/bench_busy.py --out bench_output/busy.json
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import torch

from implementations.ours import make_estimator, to_sequences
from measuring import busy_seconds, environment, ratios, spread, write_json
from sklearn_rnn import RNNForecaster
from sklearn_rnn.datasets import load_co2
from workloads import WORKLOADS, make_data

AT_MOST = 1.15

# Rows and epochs of a fit of about half a second of the processor.
SIZES = {
    "W1": (64, 1),
    "W2": (128, 1),
    "W3": (128, 1),
    "W4": (256, 1),
    "W5": (512, 2),
    "W6": (16, 1),
    "W7": (96, 1),
}
README = "README"
WAYS = {"as torch is": torch.get_num_threads(), "one thread": 1}


class BusyProcesses:
    """Processes that only compute, for as long as a block of code runs."""

    def __init__(self, n_processes):
        self.n_processes = n_processes

    def __enter__(self):
        command = [sys.executable, "-c", "while True: pass"]
        self.processes = [subprocess.Popen(command) for _ in range(self.n_processes)]

    def __exit__(self, *exception):
        for process in self.processes:
            process.kill()
            process.wait()


def make_fit(name):
    """Return what fits a workload, or the example, with the sizes of it."""
    if name == README:
        model = RNNForecaster(
            horizon=52, period=52, window=104, quantiles=(0.1, 0.5, 0.9)
        )
        model.set_params(max_epochs=4, random_state=0)
        _, co2 = load_co2(return_X_y=True)
        past = co2[:-52]
        return partial(model.fit, past), len(past), 4
    n_rows, epochs = SIZES[name]
    workload = WORKLOADS[name].cut(n_rows)
    data = make_data(workload)
    estimator = make_estimator(workload, epochs).set_params(n_jobs=None, random_state=0)
    return partial(estimator.fit, to_sequences(data.X), data.y), n_rows, epochs


def measure(name, repetitions):
    """Fit in turns; return seconds by the clock and of the processors."""
    fit, n_rows, epochs = make_fit(name)
    found = {way: {"seconds": [], "cpu_seconds": []} for way in WAYS}
    for repetition in range(-1, repetitions):
        for way, n_threads in WAYS.items():
            torch.set_num_threads(n_threads)
            start, cpu_start = time.perf_counter(), time.process_time()
            fit()
            taken = time.perf_counter() - start, time.process_time() - cpu_start
            if repetition >= 0:  # the first fits are slow
                for kind, value in zip(found[way], taken, strict=True):
                    found[way][kind].append(round(value, 4))
    return {"n_rows": n_rows, "epochs": epochs, "times": found}


def summary(times):
    """Divide the times of a fit with torch as it is by those with one thread."""
    found = {}
    for kind in ("seconds", "cpu_seconds"):
        as_it_is, one = (times[way][kind] for way in WAYS)
        found[f"{kind}_ratio"] = round(statistics.median(ratios(as_it_is, one)), 3)
    return found


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workloads", nargs="*", default=[README, *SIZES])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--busy", type=int, default=2, help="processes beside it")
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    # W4 cut to so few rows has a class for each of them.
    warnings.filterwarnings("ignore", "The number of unique classes")
    found, start, busy_start = {}, time.perf_counter(), busy_seconds()
    own_start = time.process_time()
    with BusyProcesses(arguments.busy):
        for name in arguments.workloads:
            found[name] = measure(name, arguments.repetitions)
            found[name].update(summary(found[name]["times"]))
            one = spread(found[name]["times"]["one thread"]["seconds"])
            ratio = found[name]["seconds_ratio"]
            print(f"{name}  {ratio:.2f} times {one} s", flush=True)
        taken = time.perf_counter() - start
        others = None
        if busy_start is not None:
            others = busy_seconds() - busy_start - (time.process_time() - own_start)
            print(f"other processes took {others / taken:.2f} cores meanwhile")
    too_long = [name for name in found if found[name]["seconds_ratio"] > AT_MOST]
    if arguments.out:
        results = {
            "environment": environment(),
            "threads": WAYS,
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
            "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY"),
            "busy_processes": arguments.busy,
            "cores_taken_by_others": others and round(others / taken, 2),
            "at_most": AT_MOST,
            "workloads": found,
        }
        write_json(arguments.out, results)
    if too_long:
        raise SystemExit(f"more than {AT_MOST} times as long: {', '.join(too_long)}")


if __name__ == "__main__":
    main()
