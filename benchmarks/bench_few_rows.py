"""Few rows of numbers: batches of 32 or of 8, for classes and for numbers to predict?

    python benchmarks/bench_few_rows.py ../shared/data \\
        --out benchmarks/results/few_rows.json

"many" are batches of 32 for 50 epochs: what `RNNRegressor` has, and `RNNClassifier`
beyond 1,000 rows. "few" are batches of 8 for at least 500 updates and 20 epochs: what
`RNNClassifier` has up to there, where the differences between both are the step from
1,000 rows to 1,001. The three sets of numbers to predict have their official split. Of
births and digits so many rows are learnt. Five seeds each; the ratio of the errors is
taken seed by seed. What is in the file stays.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from measuring import environment, write_json
from realdata import Part, read_births, read_series
from report import markdown
from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn.estimators._plan import FEW_ROWS, choose_plan

SEEDS = range(5)
NUMBERS = ["Covid3Month", "CardanoSentiment", "Tecator"]
SIZES = (538, FEW_ROWS)
N_ASKED = 700
# How many rows the plan of "auto" is told of; None is many.
WAYS = {"many": lambda n_rows: None, "few": lambda n_rows: n_rows}


def numbers(name):
    """Read a set of numbers to predict in its official split."""

    def parts(folder, seed):
        return [
            part._replace(y=part.y.astype(float))
            for part in (read_series(folder, name, which) for which in PARTS)
        ]

    return parts


PARTS = ("train", "test")


def births(n_rows):
    """Learn so many days, and be asked about those that follow."""

    def parts(folder, seed):
        whole = read_births(folder)
        stop = len(whole.y) - 365 * seed  # another end of the series for each seed
        cut = stop - N_ASKED
        return whole.take(slice(cut - n_rows, cut)), whole.take(slice(cut, stop))

    return parts


def digits(n_rows):
    """Learn so many digits, as 8 steps of 8 values."""

    def parts(folder, seed):
        X, y = load_digits(return_X_y=True)
        sizes = {"train_size": n_rows, "test_size": N_ASKED}
        X, X_asked, y, y_asked = train_test_split(
            X.reshape(-1, 8, 8), y, **sizes, random_state=seed, stratify=y
        )
        return Part(X, y), Part(X_asked, y_asked)

    return parts


TASKS = {
    **{name: numbers(name) for name in NUMBERS},
    f"births, {SIZES[0]:,} rows": births(SIZES[0]),
    **{f"digits, {n:,} rows": digits(n) for n in SIZES},
}


def measure(name, way, folder, seed):
    """Fit once: the error on the rows asked about, and seconds of the processor.

    The error is the root of the mean square, or for digits the share of wrong answers.
    """
    train, asked = TASKS[name](folder, seed)
    is_digits = name.startswith("digits")
    estimator = RNNClassifier if is_digits else RNNRegressor
    start = time.process_time()
    plan = choose_plan("auto", "auto", WAYS[way](len(train.y)))
    model = estimator(random_state=seed, compiled=True, **plan)
    model.fit(train.X, train.y)
    elapsed = time.process_time() - start
    predicted = model.predict(asked.X)
    if is_digits:
        error = np.mean(predicted != asked.y)
    else:
        error = np.sqrt(np.mean((predicted - asked.y) ** 2))
    return {"error": float(error), "seconds": round(elapsed, 2)}


def ratio(found):
    """Return the mean of the errors of "few" over those of "many", and its error."""
    pairs = zip(found["few"], found["many"], strict=True)
    ratios = [few["error"] / many["error"] for few, many in pairs]
    return statistics.mean(ratios), statistics.stdev(ratios) / len(ratios) ** 0.5


def table(record):
    """Write the errors of both ways, their ratio, their times and what is default."""
    rows = []
    for name, found in record["tasks"].items():
        errors, times = (
            [statistics.mean(run[key] for run in found[way]) for way in WAYS]
            for key in ("error", "seconds")
        )
        mean, error = ratio(found)
        cells = [*(f"{e:.4g}" for e in errors), f"{mean:.3f} ± {error:.3f}"]
        times = " and ".join(f"{t:.1f}" for t in times)
        rows.append([name, *cells, times, "8" if name.startswith("digits") else "32"])
    heads = ["task", "error, batches of 32", "batches of 8", "ratio", "seconds"]
    heads.append("the default")
    return markdown(heads, rows)


def main():
    """Measure what is not in the file, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of the real sets")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    record = {"tasks": {}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for name in TASKS:
        if name in record["tasks"]:
            continue
        record["tasks"][name] = {
            way: [measure(name, way, arguments.data, seed) for seed in SEEDS]
            for way in WAYS
        }
        record["environment"] = environment()
        write_json(arguments.out, record)
        print(name, ratio(record["tasks"][name]), flush=True)
    print("\n".join(table(record)))


if __name__ == "__main__":
    main()
