"""How long does `sequences_from_frame` take on five million rows, and the way back?

Seconds are those of the processor, for the machine may have other work.

The frames hold 50,000 series of 100 hours, three columns of numbers, and are read with
the check of times. Series lie together, or all series of an hour do; their names are
integers or texts.

    python benchmarks/bench_long_frames.py --out benchmarks/results/long_frames.json
"""

import argparse
import importlib.util
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd

from measuring import environment, write_json
from sklearn_rnn import rows_from_sequences, sequences_from_frame

N_HOURS = 100
REPETITIONS = 3


def make_frames(n_series):
    """Name frames of `n_series` series: pandas, and polars where it is installed."""
    rng = np.random.default_rng(0)
    n_rows = n_series * N_HOURS
    hours = pd.date_range("2024", periods=N_HOURS, freq="h")
    together = pd.DataFrame(
        {
            "machine": np.repeat(np.arange(n_series), N_HOURS),
            "hour": np.tile(hours, n_series),
            **{name: rng.normal(size=n_rows) for name in ("heat", "wind", "load")},
            "fails": np.repeat(rng.integers(0, 2, n_series), N_HOURS),
        }
    )
    mixed = together.sort_values("hour", kind="stable", ignore_index=True)
    frames = {"integers, series together": together, "integers, mixed": mixed}
    for name, frame in list(frames.items()):
        texts = frame.assign(machine="m" + frame["machine"].astype(str))
        frames[name.replace("integers", "texts")] = texts
    if importlib.util.find_spec("polars"):
        import polars

        frames |= {
            f"polars, {name}": polars.DataFrame(
                {title: frame[title].to_numpy() for title in frame}
            )
            for name, frame in frames.items()
        }
    return frames


def seconds(function):
    """Return the processor time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(frame):
    """Time reading a frame, and putting one prediction for each series back."""
    read = {"series": "machine", "time": "hour", "target": "fails"}
    _, y = sequences_from_frame(frame, **read)
    back = rows_from_sequences(y, frame, series="machine")
    assert (back == np.asarray(frame["fails"])).all()
    return {
        "there": [
            seconds(lambda: sequences_from_frame(frame, **read))
            for _ in range(REPETITIONS)
        ],
        "back": [
            seconds(lambda: rows_from_sequences(y, frame, series="machine"))
            for _ in range(REPETITIONS)
        ],
    }


def run(n_series=50_000):
    """Measure all frames."""
    return {name: measure(frame) for name, frame in make_frames(n_series).items()}


def main():
    """Print the medians, and write all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n-series", type=int, default=50_000)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    found = run(arguments.n_series)
    for name, times in found.items():
        medians = {what: statistics.median(each) for what, each in times.items()}
        print(name, medians)
    if arguments.out:
        record = {
            "environment": environment(),
            "n_rows": arguments.n_series * N_HOURS,
            "seconds": found,
        }
        write_json(arguments.out, record)


if __name__ == "__main__":
    main()
