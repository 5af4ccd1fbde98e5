"""Which rate should `find_lr` suggest?  Five rules beside a grid of nine rates.

    python benchmarks/bench_find_lr.py run --out find_lr.json
    python benchmarks/bench_find_lr.py table find_lr.json

For each task and seed a range test gives the curve that all rules read. Each suggestion
is then fitted, and so are the rates of the grid; the score (accuracy or R², at least 0)
is that of rows held out. The regret of a rule on a task is the distance of its mean
score to the best mean score that anything reached there. What was measured is kept, so
that a broken run goes on where it stopped.

"between" is the rule of `find_lr`. It was thought of when the other rules had been seen
on eight tasks like these and on the first six of these; the last two came after it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from sklearn.base import clone
from sklearn.pipeline import Pipeline, make_pipeline

from measuring import environment, pin, write_json
from report import markdown
from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    sliding_windows,
)
from sklearn_rnn.datasets import (
    load_births,
    load_languages,
    load_tweets,
    make_activities,
    make_adding_problem,
    make_first_symbol,
    make_sine_waves,
)
from sklearn_rnn.inspection import find_lr

SEEDS = (0, 1, 2)
GRID = [float(f"{lr:.3g}") for lr in np.geomspace(1e-4, 1, 9)]
DEFAULT = RNNClassifier().lr
UPDATES = (100, 200)
SMALL = {"hidden_size": 32, "max_epochs": 10, "device": "cpu"}


# -- the rules -----------------------------------------------------------------


def steepest(lrs, smoothed):
    """Where the loss falls fastest over the log of the rate, but for the start."""
    start = len(lrs) // 10
    slopes = np.gradient(smoothed, np.log(lrs))
    return lrs[start + np.argmin(slopes[start:])]


def tenth(lrs, smoothed):
    """A tenth of the rate of the lowest loss."""
    return max(lrs[0], lrs[np.argmin(smoothed)] / 10)


def valley(lrs, smoothed):
    """The middle of the longest falling subsequence, as fastai's rule of that name."""
    start = len(lrs) // 10
    stop = max(start + 3, len(lrs) - 5)
    lrs, smoothed = lrs[start:stop], smoothed[start:stop]
    lengths = np.ones(len(lrs), dtype=int)  # of the longest fall that ends here
    for i, loss in enumerate(smoothed):
        lengths[i] += max(lengths[:i][smoothed[:i] > loss], default=0)
    end = np.argmax(lengths)
    return lrs[max(0, end - lengths[end] + lengths[end] // 2)]


def fall(lrs, smoothed):
    """Where three quarters of the fall have happened."""
    first, lowest = smoothed[0], smoothed.min()
    return lrs[np.argmax(smoothed <= first - 0.75 * (first - lowest))]


RULES = {"steepest": steepest, "tenth": tenth, "valley": valley, "fall": fall}


def suggestions(model, X, y, n_updates):
    """Return what each rule suggests, ours included."""
    display = find_lr(model, X, y, n_updates=n_updates)
    found = {rule: f(display.lrs, display.smoothed) for rule, f in RULES.items()}
    return {**found, "between": display.suggestion}


# -- the tasks -----------------------------------------------------------------


class Task(NamedTuple):
    """Where the rows come from, what learns them, and how many for what."""

    read: Callable  # () -> X, y
    model: object
    n_train: int
    n_valid: int
    is_series: bool = False  # then the last rows are held out


def some_languages():
    """Twenty of the languages."""
    bunch = load_languages()
    chosen = np.isin(bunch.target, np.unique(bunch.target)[1::2][:20])
    return bunch.data[chosen], bunch.target[chosen]


def signs_of_tweets():
    """The tweets that are clearly positive or negative."""
    texts, sentiment = load_tweets(return_X_y=True)
    clear = np.abs(sentiment) >= 0.5
    return texts[clear], sentiment[clear] > 0


def births():
    """Tomorrow's births from those of four weeks."""
    return sliding_windows(load_births(return_X_y=True)[1], 28)


MOMENTUM = {"optimizer": "sgd", "net_params": {"optimizer__momentum": 0.9}}
TASKS = {
    "tweets, Elman RNN": Task(
        signs_of_tweets,
        make_pipeline(TextVectorizer(), RNNClassifier(cell="rnn", **SMALL)),
        600,
        500,
    ),
    "languages, LSTM": Task(
        some_languages,
        make_pipeline(
            TextVectorizer(analyzer="char", max_length=30), RNNClassifier(**SMALL)
        ),
        400,
        300,
    ),
    "births, GRU": Task(
        births,
        RNNRegressor(cell="gru", pooling="final_max", **SMALL),
        400,
        365,
        is_series=True,
    ),
    "adding, LSTM, not standardised": Task(
        lambda: make_adding_problem(900, 15, random_state=1),
        RNNRegressor(standardize=False, **SMALL),
        400,
        500,
    ),
    "activities, tagger of GRU": Task(
        lambda: make_activities(200, 60, noise=1.0, random_state=1),
        RNNTagger(cell="gru", **SMALL),
        100,
        100,
    ),
    "waves, GRU, SGD with momentum": Task(
        lambda: make_sine_waves(600, 30, n_classes=4, noise=0.5, random_state=1),
        RNNClassifier(cell="gru", **MOMENTUM, **SMALL),
        300,
        300,
    ),
    "first symbol of three, GRU": Task(
        lambda: make_first_symbol(800, 12, n_symbols=3, random_state=1),
        RNNClassifier(cell="gru", pooling="last", bidirectional=False, **SMALL),
        300,
        500,
    ),
    "waves, Elman RNN": Task(
        lambda: make_sine_waves(600, 30, n_classes=4, noise=1.0, random_state=2),
        RNNClassifier(cell="rnn", **SMALL),
        300,
        300,
    ),
}


def split(task, n_rows, seed):
    """Return rows to learn from and rows to be scored on, others for each seed."""
    if task.is_series:
        stop = n_rows - seed * task.n_valid
        cut = stop - task.n_valid
        return np.arange(cut - task.n_train, cut), np.arange(cut, stop)
    order = np.random.default_rng(seed).permutation(n_rows)
    return order[: task.n_train], order[task.n_train :][: task.n_valid]


# -- measuring -----------------------------------------------------------------


def with_params(model, **params):
    """Return a copy with parameters of the recurrent network set."""
    model = clone(model)
    recurrent = model[-1] if isinstance(model, Pipeline) else model
    recurrent.set_params(**params)
    return model


def measure(task, seed, runs):
    """Add to `runs` what it lacks: the scores of the grid, then those of the rules."""
    X, y = task.read()
    train, valid = split(task, X.shape[0], seed)

    def score(lr):
        model = with_params(task.model, lr=lr, random_state=seed)
        # A network that diverged may predict worse than the mean; it counts as that.
        reached = model.fit(X[train], y[train]).score(X[valid], y[valid])
        return {"lr": float(f"{lr:.3g}"), "score": round(max(0.0, reached), 4)}

    model = with_params(task.model, random_state=seed)
    rates = {f"lr={lr:.3g}": lr for lr in GRID}
    for n_updates in UPDATES:
        found = suggestions(model, X[train], y[train], n_updates)
        rates |= {f"{rule}, {n_updates} updates": lr for rule, lr in found.items()}
    for name, lr in rates.items():
        if name not in runs:
            runs[name] = score(lr)


def regrets(runs):
    """Return candidate -> distance of its mean score to the best one, for one task."""
    means = {
        name: statistics.mean(run[name]["score"] for run in runs) for name in runs[0]
    }
    return {name: max(means.values()) - mean for name, mean in means.items()}


def table(tasks):
    """Write the regret of the rules, and of the default rate, on each task."""
    by_task = {name: regrets(runs) for name, runs in tasks.items()}
    grid = [f"lr={lr:.3g}" for lr in GRID]
    shown = [
        f"lr={DEFAULT:.3g}",
        *(n for n in next(iter(by_task.values())) if n not in grid),
    ]
    rows = []
    for name, regret in by_task.items():
        best = min(grid, key=regret.get)
        rows.append([name, best, *(f"{regret[candidate]:.3f}" for candidate in shown)])
    means = [statistics.mean(r[name] for r in by_task.values()) for name in shown]
    rows.append(["mean", "", *(f"{mean:.3f}" for mean in means)])
    return "\n".join(markdown(["task", "best of the grid", *shown], rows))


def main():
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure all tasks")
    run.add_argument("--out", type=Path, required=True, help="JSON to write")
    run.add_argument("--core", type=int, default=0, help="the core to run on")
    commands.add_parser("table", help="only write the table").add_argument(
        "out", type=Path
    )
    arguments = parser.parse_args()
    if arguments.command == "table":
        print(table(json.loads(arguments.out.read_text(encoding="utf-8"))["tasks"]))
        return
    pin({arguments.core})
    torch.set_num_threads(1)
    record = {"environment": environment(), "seconds": {}, "tasks": {}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for name, task in TASKS.items():
        start = time.process_time()
        tables = record["tasks"].setdefault(name, [{} for _ in SEEDS])
        for seed, runs in zip(SEEDS, tables, strict=True):
            measure(task, seed, runs)
        elapsed = record["seconds"].get(name, 0.0) + time.process_time() - start
        record["seconds"][name] = round(elapsed, 1)
        write_json(arguments.out, record)
    print(table(record["tasks"]))


if __name__ == "__main__":
    main()
