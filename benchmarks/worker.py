"""One implementation of one workload, in a process that answers commands.

    python benchmarks/worker.py ours W1 --rows 64

Commands come as lines on the standard input, answers go as lines of JSON to the
standard output; the first says that the worker is ready.

- ``fit 6``: build a fresh model and train it for 6 epochs; the seconds it took;
- ``predict``: run the last model over all rows; the seconds it took;
- ``rss``: the most memory held so far, in MB;
- ``quit``.
"""

import argparse
import contextlib
import importlib
import json
import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version

from implementations import IMPLEMENTATIONS
from workloads import WORKLOADS, make_data

LIBRARIES = (
    "numpy",
    "torch",
    "scikit-learn",
    "skorch",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "statsmodels",
    "skforecast",
    "neuralforecast",
    "onnx",
    "onnxruntime",
    "sktime",
    "numba",
)


def versions():
    """Return the versions of what this environment holds."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[library] = version(library)
    return found


def peak_megabytes():
    """Return the most memory this process has held.

    On Linux `getrusage` remembers the process this one was started from; the kernel's
    table does not.
    """
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    import resource  # not on Windows

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def timed(function, *arguments):
    """Call a function; return the seconds by the clock and of the processor."""
    start, cpu_start = time.perf_counter(), time.process_time()
    function(*arguments)
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu_start,
    }


def serve(implementation, commands, answers):
    """Answer commands until one says quit."""

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    answer(ready=True, versions=versions())
    for line in commands:
        command, *arguments = line.split()
        if command == "fit":
            answer(**timed(implementation.fit, int(arguments[0])))
        elif command == "predict":
            answer(**timed(implementation.predict))
        elif command == "rss":
            answer(megabytes=peak_megabytes())
        elif command == "quit":
            return
        else:
            raise ValueError(f"a command is fit, predict, rss or quit, got {command!r}")


def warm_up(module, workload, *, trains):
    """Meet every code path once, on two batches."""
    small = workload.cut(2 * workload.batch_size)
    implementation = module.Implementation(small, make_data(small))
    if trains:
        implementation.fit(1)
    implementation.predict()


def main():
    """Load the implementation and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("implementation", choices=IMPLEMENTATIONS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--rows", type=int, help="at most so many rows")
    parser.add_argument("--cold", action="store_true", help="start without warming up")
    arguments = parser.parse_args()

    workload = WORKLOADS[arguments.workload]
    workload = workload.cut(arguments.rows or workload.n_measured)
    entry = IMPLEMENTATIONS[arguments.implementation]
    os.environ.update(entry.environment)
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what libraries print is no answer
        module = importlib.import_module(f"implementations.{entry.module}")
        module.limit_threads()
        if not arguments.cold:
            warm_up(module, workload, trains=entry.trains)
        implementation = module.Implementation(workload, make_data(workload))
        serve(implementation, sys.stdin, answers)


if __name__ == "__main__":
    main()
