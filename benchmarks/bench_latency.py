"""How long one row takes, and one step of live data, ours and in raw torch.

Each is asked in turns with its peer, which reads the row as long as it is. `step` reads
one more token of one stream. Where numba is there, all is measured with
``compiled=True`` as well.

    python benchmarks/bench_latency.py --out bench_output/latency.json
"""

import argparse
import importlib.util
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from implementations import ours, ours_compiled, raw_loop
from measuring import environment, in_turns, pin, ratios, write_json
from workloads import WORKLOADS, TokenRows, make_data

LIMITS = {"W1": 1.5, "W2": 3.0, "W5": 1.5, "W2 compiled": 1.5}
"""The most that is asked for, times raw torch; compiled, what is asked for without."""

LIMIT_OF_STEP = 0.3
"""Milliseconds."""


def fit_both(workload, implementation):
    """Train both models a little; return them with the data."""
    data = make_data(workload)
    fitted = implementation.Implementation(workload, data)
    fitted.fit(1)
    raw = raw_loop.Implementation(workload, data)
    raw.fit(1)
    return fitted, raw.net.eval(), data


def row_calls(workload, implementation=ours):
    """Return what predicts one row of median length, by name."""
    fitted, net, data = fit_both(workload, implementation)
    if isinstance(data.X, TokenRows):
        row = int(np.argsort(data.X.lengths)[len(data.X.lengths) // 2])
        tokens = data.X.to_list()[row].astype(np.int64)[np.newaxis]
    else:
        row, tokens = 0, data.X[:1]
    X = fitted.X[row : row + 1]

    def predict_raw():
        with torch.no_grad():
            return torch.sigmoid(net(torch.from_numpy(tokens))).numpy()

    return {"ours": lambda: fitted.model.predict_proba(X), "raw": predict_raw}


def step_calls(workload, implementation=ours):
    """Return what reads one more token of one stream, by name."""
    fitted, net, _ = fit_both(workload, implementation)
    token = np.array([7])
    _, state = fitted.model.step(token)
    hidden = torch.zeros(1, 1, workload.hidden_size)

    def step_raw():
        with torch.no_grad():
            vectors = net.embedding(torch.from_numpy(token).unsqueeze(1))
            outputs, after = net.rnn(vectors, hidden)
            return torch.sigmoid(net.head(outputs[:, -1])).numpy(), after

    return {"ours": lambda: fitted.model.step(token, state), "raw": step_raw}


def measure(calls, n_calls, clock):
    """Time both in turns; return milliseconds, and ours over raw."""
    in_turns(calls, 10)  # the first ones are slow
    times = in_turns(calls, n_calls, clock)
    measured = {
        name: {
            "median": 1e3 * np.median(values),
            "percentile_95": 1e3 * np.percentile(values, 95),
        }
        for name, values in times.items()
    }
    over_raw = float(np.median(ratios(times["ours"], times["raw"])))
    return {**measured, "over_raw": over_raw}


def tell(name, measured):
    """Print one line of what was measured."""
    times = LIMITS.get(name, LIMITS.get(name.removesuffix(" compiled")))
    limit = f"{LIMIT_OF_STEP} ms" if times is None else f"{times} times raw"
    said = ", ".join(f"{n} {measured[n]['median']:.3f} ms" for n in ("ours", "raw"))
    print(
        f"{name:16} {said}, {measured['over_raw']:.2f} times raw "
        f"(at most {limit} is asked for)"
    )


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rows", type=int, default=320, help="rows to fit on")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="of the processor, not of the clock: beside other work",
    )
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()
    clock = time.process_time if arguments.processor_time else time.perf_counter

    pin({arguments.core})
    ours.limit_threads()
    plain = {"W1": row_calls, "W2": row_calls, "W5": row_calls, "W5 step": step_calls}
    makers = dict(plain)
    if importlib.util.find_spec("numba") is not None:
        for name, make in plain.items():
            compiled = partial(make, implementation=ours_compiled)
            makers[f"{name} compiled"] = compiled
    found = {}
    for name, make in makers.items():
        calls = make(WORKLOADS[name[:2]].cut(arguments.rows))
        found[name] = measure(calls, arguments.calls, clock)
        tell(name, found[name])
    if arguments.out:
        results = {"environment": environment(), "calls": arguments.calls}
        write_json(arguments.out, {**results, "milliseconds": found})


if __name__ == "__main__":
    main()
