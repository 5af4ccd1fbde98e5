"""How long `predict` takes on one row, ours and in raw torch, with the model of W2.

python benchmarks/bench_latency.py --out bench_output/latency.json
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from implementations import ours, raw_loop
from measuring import environment, in_turns, pin, write_json
from workloads import WORKLOADS, make_data

LIMIT = 2.0  # milliseconds, the most that is asked for


def make_calls(workload):
    """Return what predicts the first row, by name; both models are trained a little."""
    data = make_data(workload)
    fitted = ours.Implementation(workload, data)
    fitted.fit(1)
    raw = raw_loop.Implementation(workload, data)
    raw.fit(1)
    raw.net.eval()
    row = data.X[:1]

    def predict_raw():
        with torch.no_grad():
            return (raw.net(torch.from_numpy(row)) > 0).numpy()

    return {"ours": lambda: fitted.model.predict(row), "raw": predict_raw}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rows", type=int, default=320, help="rows to fit on")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin({arguments.core})
    ours.limit_threads()
    calls = make_calls(WORKLOADS["W2"].cut(arguments.rows))
    in_turns(calls, 10)  # the first ones are slow
    times = in_turns(calls, arguments.calls)
    milliseconds = {
        name: {
            "median": 1e3 * np.median(values),
            "percentile_95": 1e3 * np.percentile(values, 95),
        }
        for name, values in times.items()
    }
    for name, values in milliseconds.items():
        print(
            f"predict on one row, {name:5} {values['median']:6.2f} ms, "
            f"95 % of the calls below {values['percentile_95']:6.2f} ms"
        )
    print(f"at most {LIMIT:.0f} ms is asked for")
    if arguments.out:
        results = {"environment": environment(), "calls": arguments.calls}
        write_json(arguments.out, {**results, "milliseconds": milliseconds})


if __name__ == "__main__":
    main()
