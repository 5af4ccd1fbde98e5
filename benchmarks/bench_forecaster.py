"""How good is `RNNForecaster` on ETTh1, on random walks and on a large panel?

ETTh1 is the transformer data of the papers, hourly, with their split: 12 months to
learn from, 4 to choose on, 4 to be asked about, standardised by the first part. The
forecaster holds out the second part by itself, and is then only told what came. Beside
it, in the same run, the last value, the last day, and ridge regression on windows.

    python benchmarks/bench_forecaster.py ../shared/data \\
        --out benchmarks/results/forecaster.json

`--parts`, `--horizons` and `--seeds` name some of them; what else is in the file stays.
"""

import argparse
import json
import resource
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from measuring import environment, write_json
from report import markdown
from sklearn_rnn import RNNForecaster
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.forecasting import choose_ridge

MONTH = 30 * 24
BORDERS = 12 * MONTH, 16 * MONTH, 20 * MONTH
WINDOW, PERIOD = 336, 24
HORIZONS = [24, 96, 168, 336, 720]
SETS = ["multivariate", "univariate"]
OWN = "RNNForecaster"
N_WALKS = 12


def read_ett(folder, univariate):
    """Read the columns, standardised by the training part, (n_steps, n_columns)."""
    values = pd.read_csv(folder / "ETTh1.csv.gz").iloc[: BORDERS[2], 1:]
    values = values.to_numpy(dtype=float)[:, -1:] if univariate else values.to_numpy()
    train = values[: BORDERS[0]]
    return (values - train.mean(axis=0)) / train.std(axis=0)


def windows_of_test(values, horizon):
    """Cut all test windows, (n_windows, n_columns, window + horizon)."""
    part = values[BORDERS[1] - WINDOW :]
    return np.lib.stride_tricks.sliding_window_view(part, WINDOW + horizon, axis=0)


def errors(forecast, truth):
    """Give the mean squared and the mean absolute error."""
    off = forecast - truth
    return {"mse": float((off**2).mean()), "mae": float(np.abs(off).mean())}


def ask_simple(values, horizon):
    """Score the last value, the last day and ridge regression on windows."""
    cut = windows_of_test(values, horizon)
    past, truth = cut[..., :WINDOW], cut[..., WINDOW:]
    last = past[..., -1:]
    start = time.process_time()
    n_held_out = [BORDERS[1] - BORDERS[0]] * values.shape[1]
    ridge = choose_ridge(list(values[: BORDERS[1]].T), n_held_out, WINDOW, horizon)
    seconds = time.process_time() - start
    day = past[..., WINDOW - PERIOD + np.arange(horizon) % PERIOD]
    return {
        "last value": errors(np.broadcast_to(last, truth.shape), truth),
        "last day": errors(day, truth),
        "ridge": {**errors((past - last) @ ridge.coef + last, truth), "s": seconds},
    }


def ask_forecaster(values, horizon, seed):
    """Fit once, then tell what came, a step at a time, and forecast from each."""
    forecaster = RNNForecaster(
        horizon,
        window=WINDOW,
        period=PERIOD,
        segment=PERIOD,
        validation_fraction=0.25,
        random_state=seed,
    )
    start = time.process_time()
    forecaster.fit(values[: BORDERS[1]])
    seconds = time.process_time() - start
    squares, absolutes = [], []
    for origin in range(BORDERS[1], BORDERS[2] - horizon + 1):
        found = errors(forecaster.predict(), values[origin : origin + horizon])
        squares.append(found["mse"])
        absolutes.append(found["mae"])
        forecaster.update(values[origin : origin + 1])
    return {
        "mse": statistics.fmean(squares),
        "mae": statistics.fmean(absolutes),
        "s": seconds,
        "chosen": forecaster.chosen_,
        "share": forecaster.share_,
    }


def measure_ett(folder, record, name, horizons, seeds):
    """Add the horizons and seeds that are asked for."""
    values = read_ett(folder, name == "univariate")
    for horizon in horizons:
        found = record.setdefault(name, {}).setdefault(str(horizon), {})
        if "ridge" not in found:
            found.update(ask_simple(values, horizon))
        for seed in seeds:
            own = ask_forecaster(values, horizon, seed)
            found.setdefault(OWN, {})[str(seed)] = own
            print(name, horizon, seed, own, flush=True)
            yield


def measure_walks(folder, record, horizons, seeds):
    """Compare with the last value on random walks, which nothing can forecast."""
    for seed in seeds:
        found = []
        for number in range(N_WALKS):
            rng = np.random.default_rng([seed, number])
            walk = rng.normal(size=500).cumsum()
            forecaster = RNNForecaster(12, window=48, random_state=seed)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotBetterThanNaiveWarning)
                forecaster.fit(walk[:400])
            own = naive = 0.0
            for origin in range(400, 489):
                truth = walk[origin : origin + 12]
                own += float(np.square(forecaster.predict() - truth).mean())
                naive += float(np.square(walk[origin - 1] - truth).mean())
                forecaster.update(walk[origin : origin + 1])
            found.append({"ratio": own / naive, "chosen": forecaster.chosen_})
        record.setdefault("walks", {})[str(seed)] = found
        print("walks", seed, statistics.fmean(f["ratio"] for f in found), flush=True)
        yield


def measure_panel(folder, record, horizons, seeds):
    """Fit 1,000 series of 500 steps, and ask for one after each step."""
    n_series, n_steps = 1000, 500
    rng = np.random.default_rng(0)
    steps = np.arange(n_steps)
    season = np.sin(2 * np.pi * (steps / 7 + rng.random((n_series, 1))))
    level = rng.normal(100, 30, (n_series, 1)) + 0.3 * rng.normal(
        size=(n_series, n_steps)
    ).cumsum(axis=1)
    size = rng.uniform(1, 10, (n_series, 1))
    y = level + size * season + rng.normal(size=(n_series, n_steps))
    X = np.column_stack(
        [np.repeat(np.arange(n_series), n_steps), np.tile(steps, n_series)]
    )
    forecaster = RNNForecaster(14, series=0, time=1, period=7, random_state=0)
    start = time.process_time()
    forecaster.fit(X, y.ravel())
    fit_seconds = time.process_time() - start
    times = []
    for step in range(n_steps, n_steps + 50):
        start = time.process_time()
        forecaster.update([[0, step]], [100.0])
        forecaster.predict(np.column_stack([np.zeros(14), step + 1 + np.arange(14)]))
        times.append(time.process_time() - start)
    record["panel"] = {
        "fit_s": fit_seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "update_predict_ms": 1000 * statistics.median(times),
        "held_out_error": forecaster.held_out_error_,
        "chosen": forecaster.chosen_,
    }
    print("panel", record["panel"], flush=True)
    yield


def median_of(found, measure):
    """Give the median over seeds, or the only number."""
    own = found[OWN].values()
    return statistics.median(seed[measure] for seed in own)


def table(record, name="multivariate"):
    """Write the errors of each horizon, the seconds of a fit, and what was chosen."""
    rows = []
    for horizon, found in record[name].items():
        simple = [f"{found[key]['mse']:.3f}" for key in ("last value", "last day")]
        ridge, own = found["ridge"], [median_of(found, m) for m in ("mse", "mae")]
        chosen = {seed["chosen"] for seed in found[OWN].values()}
        rows.append(
            [
                horizon,
                *simple,
                f"{ridge['mse']:.4f} / {ridge['mae']:.4f}",
                f"{own[0]:.4f} / {own[1]:.4f}",
                f"{median_of(found, 's'):.0f}",
                ", ".join(sorted(chosen)),
            ]
        )
    heads = ["steps ahead", "last value, MSE", "last day, MSE", "ridge, MSE / MAE"]
    return markdown([*heads, f"`{OWN}`, MSE / MAE", "s", "chosen"], rows)


def simulated_table(record):
    """Write what was found on simulated series, beside what it may be at most."""
    walks = [walk["ratio"] for found in record["walks"].values() for walk in found]
    panel = record["panel"]
    title = f"{len(walks)} random walks: squared error over that of the last value"
    rows = [
        [title, f"{statistics.fmean(walks):.4f}", "1.005"],
        ["panel: seconds of a fit", f"{panel['fit_s']:.0f}", "120"],
        ["panel: MB at most", f"{panel['peak_mb']:.0f}", "1000"],
        [
            "panel: `update` and `predict` of one series, ms",
            f"{panel['update_predict_ms']:.1f}",
            "5",
        ],
    ]
    return markdown(["simulated", "found", "wanted at most"], rows)


def main():
    """Measure the parts that are asked for, and add them to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parts = [*SETS, "walks", "panel"]
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--horizons", nargs="+", type=int, default=HORIZONS)
    parser.add_argument("--seeds", nargs="+", type=int, default=range(3))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    record = {}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    asked = arguments.data, record, arguments.horizons, arguments.seeds
    for part in arguments.parts:
        if part in SETS:
            folder, record, horizons, seeds = asked
            steps = measure_ett(folder, record, part, horizons, seeds)
        else:
            steps = {"walks": measure_walks, "panel": measure_panel}[part](*asked)
        for _ in steps:
            record["environment"] = environment()
            write_json(arguments.out, record)


if __name__ == "__main__":
    main()
