"""Where does a regressor warn that X has left the range of its training?

    python benchmarks/bench_range.py ../shared/data \\
        --out benchmarks/results/range.json

Of each set the share of the test rows that have left the range, the shares with the
rows of both parts mixed, and of noise with heavy tails. An alarm on mixed rows or on
noise is false: the rows are of one kind. Nothing is fitted.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

from measuring import environment, write_json
from realdata import read_births, read_series
from report import markdown
from sklearn_rnn import sliding_windows
from sklearn_rnn.datasets import load_co2
from sklearn_rnn.estimators._part import Part
from sklearn_rnn.estimators._range import SHARE, leaves_range, range_of
from sklearn_rnn.sequences import check_sequences

CLASSES = ["ArrowHead", "BasicMotions", "Coffee", "GunPoint", "ItalyPowerDemand"]
CLASSES += ["JapaneseVowels", "Trace", "Watch"]
NUMBERS = ["CardanoSentiment", "Covid3Month", "Tecator"]
WEEKS, HOURS, MONTHS = 52, 24, 12
N_MIXES = 20


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


def passengers(folder):
    """Months of air travel, which grow in steps smaller than their season."""
    with gzip.open(folder / "airline_passengers.csv.gz", "rt") as file:
        series = np.loadtxt(file, delimiter=",", skiprows=1, usecols=-1)
    return in_time(sliding_windows(series, MONTHS)[0])


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


def main():
    """Measure all sets and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    sets = {name: measure(name, arguments.data) for name in SETS}
    noises = {
        f"{n_rows} rows of {n_steps} steps, {k} variables": noise(n_rows, n_steps, k)
        for n_rows in (10, 20, 50, 200)
        for n_steps in (1, 5, 20)
        for k in (1, 5, 50)
    }
    record = {"sets": sets, "noise": noises, "environment": environment()}
    write_json(arguments.out, record)
    print("\n".join(table(record)))
    for name, shares in noises.items():
        print(name, f"{alarms(shares)} alarms, at most {max(shares):.3f} have left")


if __name__ == "__main__":
    main()
