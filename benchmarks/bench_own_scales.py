"""What do `standardize="sequence"` and `relative_to` give, on which data?

Machines are simulated: each runs at a level and a scale of its own, decades apart, and
6 % of them soon fail, which shows as a slow swing in their noise. Of the real sets
some have rows of very different scale, and some were brought to one by those who
published them. Those of the spread tasks have a level of 0 and scales over so many
decades: their results say from which spread on the sequence is the better measure.
The forecasts are those of carbon dioxide at Mauna Loa, which rises:
the last fifth of the years is above all that training saw.

    python benchmarks/bench_own_scales.py ../shared/data \\
        --out benchmarks/results/own_scales.json

`--tasks` names some of them; the others stay in the file as they are.
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score

from measuring import environment, spread, write_json
from realdata import read_series
from report import markdown
from sklearn_rnn import RNNClassifier, RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_co2

SEEDS = range(3)
FORECAST = "carbon dioxide"
SETTINGS = {
    "True": {"standardize": True},
    '"sequence"': {"standardize": "sequence"},
}
COUNTED = {
    "as it is": {},
    "from the last value": {"relative_to": "last"},
    "from the level": {"relative_to": "level"},
    "from the level, in scales": {"relative_to": "level", "standardize": "sequence"},
}
CLASSES = ["BasicMotions", "Watch", "JapaneseVowels", "ItalyPowerDemand", "GunPoint"]
SPREADS = (0, 1, 2, 3)  # decades
NUMBERS = ["Covid3Month", "CardanoSentiment", "Tecator"]


class Task(NamedTuple):
    """Rows to learn from and rows to be asked about, and how it is scored."""

    metric: str
    train: tuple
    test: tuple


def make_shapes(n_machines, rng):
    """Simulate machines of one level and scale; the target: which one soon fails."""
    fails = rng.random(n_machines) < 0.06
    steps = np.arange(60)
    swing = np.sin(2 * np.pi * (steps / 20 + rng.random((n_machines, 1))))
    noise = rng.normal(size=(n_machines, 60))
    return noise + fails[:, None] * swing * 1.5, fails.astype(int)


def make_machines(n_machines, seed):
    """Give each machine a level and a scale of its own."""
    rng = np.random.default_rng(seed)
    shape, fails = make_shapes(n_machines, rng)
    level = 10 ** rng.uniform(0, 3, size=(n_machines, 1))
    scale = level * 10 ** rng.uniform(-3, -1, size=(n_machines, 1))
    return level + scale * shape, fails


def make_spread(n_machines, seed, decades):
    """Give each machine a scale of its own, over so many decades, and no level."""
    rng = np.random.default_rng(seed)
    shape, fails = make_shapes(n_machines, rng)
    return shape * 10 ** rng.uniform(0, decades, size=(n_machines, 1)), fails


def spread_of(decades):
    """Make the task of machines whose scales have this spread."""

    def task(folder):
        parts = make_spread(600, 0, decades), make_spread(1500, 1, decades)
        return Task("average precision", *parts)

    return task


def decades_of(X):
    """Say over how many decades the scales of rows spread; the largest of variables."""
    X = np.asarray(X, dtype=float).reshape(*np.shape(X)[:2], -1)
    low, high = np.nanquantile(np.nanstd(X, axis=1), [0.1, 0.9], axis=0)
    return float(np.log10(high / low).max())


def machines(folder):
    """Find the failing ones among 1,500 machines, from 600 others."""
    return Task("average precision", make_machines(600, 0), make_machines(1500, 1))


def real(name, metric):
    """Make the task of a set with an official split."""

    def task(folder):
        parts = [read_series(folder, name, part) for part in ("train", "test")]
        kind = str if metric == "accuracy" else float
        return Task(metric, *((part.X, part.y.astype(kind)) for part in parts))

    return task


def carbon_dioxide(folder):
    """Forecast four weeks ahead of half a year; the last fifth is the future."""
    _, series = load_co2(return_X_y=True)
    X, y = sliding_windows(series, 26, horizon=4)
    there = ~np.isnan(y) & ~np.isnan(X[:, -1])
    X, y = X[there], y[there]
    now = 4 * len(y) // 5
    return Task("RMSE", (X[: now - 4], y[: now - 4]), (X[now:], y[now:]))


TASKS = {
    "machines": machines,
    **{f"spread {d}": spread_of(d) for d in SPREADS},
    **{name: real(name, "accuracy") for name in CLASSES},
    **{name: real(name, "RMSE") for name in NUMBERS},
    FORECAST: carbon_dioxide,
}


def score(model, task):
    """Score a fitted model on the rows that it has not seen."""
    X, y = task.test
    if task.metric == "accuracy":
        return model.score(X, y)
    if task.metric == "RMSE":
        return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)))
    return float(average_precision_score(y, model.predict_proba(X)[:, 1]))


def measure(name, folder):
    """Fit every setting with every seed."""
    task = TASKS[name](folder)
    is_forecast = name == FORECAST
    estimator = RNNRegressor if task.metric == "RMSE" else RNNClassifier
    how = {"max_epochs": 25} if task.metric == "average precision" else {}
    if is_forecast:
        how = {"hidden_size": 16, "max_epochs": 6, "missing": "forward"}
    scores = {
        setting: [
            score(estimator(random_state=s, **how, **params).fit(*task.train), task)
            for s in SEEDS
        ]
        for setting, params in (COUNTED if is_forecast else SETTINGS).items()
    }
    if is_forecast:
        X, y = task.test
        scores["the last value"] = [float(np.sqrt(np.mean((X[:, -1] - y) ** 2)))]
    return {"metric": task.metric, "scores": scores}


def table(record):
    """Write how well each task is done with both settings."""
    rows = [
        [
            name,
            f"{found['decades']:.1f}",
            found["metric"],
            *(spread(found["scores"][s], 3) for s in SETTINGS),
        ]
        for name, found in record["tasks"].items()
        if name != FORECAST
    ]
    heads = [
        "task",
        "decades of scale",
        "measured by",
        *(f"`standardize={s}`" for s in SETTINGS),
    ]
    return markdown(heads, rows)


def forecast_table(record):
    """Write how far the forecasts are off, by where they are counted from."""
    scores = record["tasks"][FORECAST]["scores"]
    rows = [[name, spread(values)] for name, values in scores.items()]
    return markdown(["target", "RMSE, parts per million"], rows)


def main():
    """Measure the tasks that are asked for, and add them to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    record = {"tasks": {}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for name in arguments.tasks:
        record["tasks"][name] = found = measure(name, arguments.data)
        means = {k: statistics.mean(v) for k, v in found["scores"].items()}
        print(name, found["metric"], {k: round(v, 3) for k, v in means.items()})
        for known, its in record["tasks"].items():
            its["decades"] = decades_of(TASKS[known](arguments.data).train[0])
        record["environment"] = environment()
        write_json(arguments.out, record)


if __name__ == "__main__":
    main()
