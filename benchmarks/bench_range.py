"""Where does a regressor warn that X has left its range, and does its remedy help?

    python benchmarks/bench_range.py ../shared/data \\
        --out benchmarks/results/range.json

Of each set the share of the test rows that have left the range, the shares with the
rows of both parts mixed, and of noise with heavy tails. An alarm on mixed rows or on
noise is false: the rows are of one kind.

Series that rise are forecast from five seeds, the last fifth from what came before:
as they are, where the warning comes; as differences to the last value; and with what it
offers, such differences in the scale of each window. `--parts` names some of the three
parts; the others stay in the file.
"""

import argparse
import gzip
import json
import statistics
import warnings
from pathlib import Path

import numpy as np

from measuring import environment, write_json
from realdata import read_births, read_series
from report import markdown
from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_co2
from sklearn_rnn.estimators._part import Part
from sklearn_rnn.estimators._range import SHARE, leaves_range, range_of
from sklearn_rnn.exceptions import ExtrapolationWarning
from sklearn_rnn.sequences import check_sequences

CLASSES = ["ArrowHead", "BasicMotions", "Coffee", "GunPoint", "ItalyPowerDemand"]
CLASSES += ["JapaneseVowels", "Trace", "Watch"]
NUMBERS = ["CardanoSentiment", "Covid3Month", "Tecator"]
WEEKS, HOURS, MONTHS = 52, 24, 12
N_MIXES = 20
SEEDS = range(5)


def in_time(X):
    """Cut windows: the last fifth is the future."""
    now = 4 * len(X) // 5
    return X[:now], X[now:]


def carbon_dioxide(folder):
    """Weeks at Mauna Loa, which rise from year to year."""
    _, series = load_co2(return_X_y=True)
    return in_time(sliding_windows(series[np.isfinite(series)], WEEKS)[0])


def changes(folder):
    """Changes from week to week, which do not."""
    _, series = load_co2(return_X_y=True)
    changes = np.diff(series[np.isfinite(series)])
    return in_time(sliding_windows(changes, WEEKS)[0])


def transformer(folder):
    """Seven variables of a transformer, every seventh hour."""
    with gzip.open(folder / "ETTh1.csv.gz", "rt") as file:
        series = np.loadtxt(file, delimiter=",", skiprows=1, usecols=range(1, 8))
    return in_time(sliding_windows(series, HOURS)[0][::7])


def read_passengers(folder):
    """Months of air travel, which grow in steps smaller than their season."""
    with gzip.open(folder / "airline_passengers.csv.gz", "rt") as file:
        return np.loadtxt(file, delimiter=",", skiprows=1, usecols=-1)


def passengers(folder):
    """Cut the years of air travel."""
    return in_time(sliding_windows(read_passengers(folder), MONTHS)[0])


SETS = {
    "carbon dioxide": carbon_dioxide,
    "changes of carbon dioxide": changes,
    "births": lambda folder: in_time(read_births(folder).X),
    "ETTh1": transformer,
    "passengers": passengers,
    **{
        name: lambda folder, name=name: tuple(
            read_series(folder, name, part).X for part in ("train", "test")
        )
        for name in NUMBERS + CLASSES
    },
}


def fourth_weeks(folder):
    """Every fourth week at Mauna Loa; 13 of them are a year."""
    _, series = load_co2(return_X_y=True)
    return series[np.isfinite(series)][::4]


def weeks(folder):
    """All weeks at Mauna Loa."""
    _, series = load_co2(return_X_y=True)
    return series[np.isfinite(series)]


# Series, their windows, how far ahead, and the network.
SMALL = {"hidden_size": 16, "max_epochs": 6}
FORECASTS = {
    "carbon dioxide, four weeks ahead": (weeks, 26, 4, SMALL),
    "carbon dioxide, every fourth week": (fourth_weeks, 13, 1, {}),
    "passengers": (read_passengers, MONTHS, 1, {}),
}
TARGETS = {
    "as it is": {},
    'relative_to="last"': {"relative_to": "last"},
    'relative_to="last", standardize="sequence"': {
        "relative_to": "last",
        "standardize": "sequence",
    },
}


class Reader:
    """What the door asks of an estimator."""


def share_left(train, test):
    """Say how many of the test rows have left the range of the others in a variable."""
    train, test = (
        check_sequences(Reader(), X, reset=True, input="numbers", allow_nan=True)
        for X in (train, test)
    )
    known = range_of(Part(train, np.arange(len(train)), None, None))
    return float(leaves_range(known, len(train), test).mean(axis=0).max())


def mixed(train, test, rng):
    """Deal all rows anew to two parts of these sizes."""
    longest = max(train.shape[1], test.shape[1])
    train, test = (
        np.pad(
            part,
            [(0, 0), (0, longest - part.shape[1]), (0, 0)][: part.ndim],
            constant_values=np.nan,
        )
        for part in (train, test)
    )
    rows = np.concatenate([train, test])[rng.permutation(len(train) + len(test))]
    return rows[: len(train)], rows[len(train) :]


def measure(name, folder):
    """Give the share of the test rows, and of rows dealt anew, each time."""
    train, test = SETS[name](folder)
    rng = np.random.default_rng(0)
    dealt = [share_left(*mixed(train, test, rng)) for _ in range(N_MIXES)]
    return {"share": share_left(train, test), "mixed": dealt}


def noise(n_rows, n_steps, n_variables):
    """Give the shares of rows of noise, Student's t with 3 degrees of freedom."""
    rng = np.random.default_rng(0)
    return [
        share_left(*rng.standard_t(3, size=(2, n_rows, n_steps, n_variables)))
        for _ in range(N_MIXES)
    ]


def alarms(shares):
    """Count the warnings among shares."""
    return sum(share >= SHARE for share in shares)


def forecast(name, folder):
    """Fit on the past from each seed; R² on the last fifth, and how many warned."""
    read, window, horizon, network = FORECASTS[name]
    windows = sliding_windows(read(folder), window, horizon=horizon)
    (X, X_asked), (y, y_asked) = map(in_time, windows)
    found = {}
    for target, params in TARGETS.items():
        found[target] = {"scores": [], "warned": 0}
        for seed in SEEDS:
            model = RNNRegressor(random_state=seed, **network, **params).fit(X, y)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                found[target]["scores"].append(float(model.score(X_asked, y_asked)))
            found[target]["warned"] += any(
                issubclass(one.category, ExtrapolationWarning) for one in caught
            )
    return found


def remedy_table(record):
    """Write the R² of each forecast, and how many of the networks warned."""
    rows = []
    for name, found in record["forecasts"].items():
        cells = []
        for target in TARGETS:
            scores = found[target]["scores"]
            error = statistics.stdev(scores) / len(scores) ** 0.5
            cells.append(f"{statistics.mean(scores):.3f} ± {error:.3f}")
            cells.append(f"{found[target]['warned']} of {len(scores)}")
        rows.append([name, *cells])
    heads = [head for target in TARGETS for head in (f"`{target}`", "warned")]
    heads[0] = "R², as it is"
    return markdown(["series", *heads], rows)


def table(record):
    """Write the share of the rows that have left, and the false alarms."""
    rows = [
        [
            name,
            f"{100 * found['share']:.0f} %",
            "yes" if found["share"] >= SHARE else "no",
            f"{alarms(found['mixed'])} of {len(found['mixed'])}",
        ]
        for name, found in record["sets"].items()
    ]
    heads = ["set", "rows that have left", "warns", "warns, rows mixed"]
    return markdown(heads, rows)


def all_noise():
    """Give the shares of rows of noise of several sizes."""
    return {
        f"{n_rows} rows of {n_steps} steps, {k} variables": noise(n_rows, n_steps, k)
        for n_rows in (10, 20, 50, 200)
        for n_steps in (1, 5, 20)
        for k in (1, 5, 50)
    }


PARTS = {
    "sets": lambda folder: {name: measure(name, folder) for name in SETS},
    "noise": lambda folder: all_noise(),
    "forecasts": lambda folder: {name: forecast(name, folder) for name in FORECASTS},
}


def main():
    """Measure the parts that are asked for, and add them to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    arguments = parser.parse_args()
    record = {}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for part in arguments.parts:
        record[part] = PARTS[part](arguments.data)
    record["environment"] = environment()
    write_json(arguments.out, record)
    print("\n".join([*table(record), "", *remedy_table(record)]))
    for name, shares in record["noise"].items():
        print(name, f"{alarms(shares)} alarms, at most {max(shares):.3f} have left")


if __name__ == "__main__":
    main()
