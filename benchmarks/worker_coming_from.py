"""One program of examples/coming_from, on saved data, in whichever environment.

    python benchmarks/worker_coming_from.py examples/coming_from/tfidf.py data.npz 0

Prints a line of JSON: the accuracy, and the seconds of the processor from the data to
the predictions, imports apart. It needs NumPy and what the program needs.
"""

import json
import runpy
import sys
import time

import numpy as np

from worker import versions


def read_rows(path):
    """Read training rows, their classes, new rows and theirs.

    Series of unequal length are one behind the other, with the place where each
    begins.
    """
    with np.load(path) as file:
        parts = dict(file)
    rows = {}
    for part in ("X", "X_new"):
        rows[part] = parts[part]
        if (starts := parts.get(f"{part}_starts")) is not None:
            pieces = np.split(parts[part], starts[1:])
            rows[part] = np.empty(len(pieces), dtype=object)
            rows[part][:] = pieces
    return rows["X"], parts["y"], rows["X_new"], parts["y_new"]


def measure(program, data, seed):
    """Run a program once."""
    X, y, X_new, y_new = read_rows(data)
    fit_and_predict = runpy.run_path(program)["fit_and_predict"]
    start = time.process_time()
    predictions = fit_and_predict(X, y, X_new, seed)
    seconds = time.process_time() - start
    return {"accuracy": float(np.mean(predictions == y_new)), "seconds": seconds}


if __name__ == "__main__":
    program, data, seed = sys.argv[1:]
    print(json.dumps(measure(program, data, int(seed)) | {"versions": versions()}))
