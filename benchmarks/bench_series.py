"""Series to classify: today's defaults, those before, convolutions beside, neighbours.

Eight sets of the UCR and UEA archives in their official splits, and the digits of
scikit-learn as 8 steps of 8 values: 300 to learn from and 1,000 to be asked about,
stratified. "steps" reads them one step at a time in batches of 32 for 50 epochs, as was
the default once. Each network is fitted from five seeds; "x5" averages their
probabilities. "convolutions alone" is a research part: the same network with the head
of the convolutions only. The neighbours are the nearest training row, and MiniRocket
with a ridge classifier, out of aeon in an environment of its own.

    python benchmarks/bench_series.py ../shared/data \\
        --out benchmarks/results/series.json --python-peers .venv-series/bin/python

`--sets` and `--ways` name some of them; what else is in the file stays.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from measuring import environment, write_json
from realdata import Part, read_series
from report import markdown
from sklearn_rnn import RNNClassifier
from sklearn_rnn.nn import RecurrentNetwork

SETS = [
    "ItalyPowerDemand",
    "JapaneseVowels",
    "Watch",
    "GunPoint",
    "ArrowHead",
    "Trace",
    "BasicMotions",
    "Coffee",
    "DigitRows",
]
KERNEL_SIZES = (8, 5, 3)
MINIROCKET, NEAREST = "MiniRocket and ridge", "nearest row"


class ConvolutionsAlone(RecurrentNetwork):
    """A network whose only head is that of the convolutions."""

    def __init__(self, head, **params):
        super().__init__(head, **params)
        self.head = self.head.heads[1]


NETWORKS = {
    "steps": {"patch_length": 1, "batch_size": 32, "max_epochs": 50},
    "patches": {},
    "convolutions beside": {"kernel_sizes": KERNEL_SIZES},
    "convolutions alone": {
        "kernel_sizes": KERNEL_SIZES,
        "net_params": {"module": ConvolutionsAlone},
        # What it does not read is small.
        "hidden_size": 1,
        "cell": "rnn",
        "bidirectional": False,
    },
}
WAYS = [*NETWORKS, MINIROCKET, NEAREST]


def read(folder, name):
    """Give the rows to learn from and those to be asked about."""
    if name != "DigitRows":
        return [read_series(folder, name, part) for part in ("train", "test")]
    X, y = load_digits(return_X_y=True)
    split = {"train_size": 300, "test_size": 1000, "random_state": 0, "stratify": y}
    X, X_test, y, y_test = train_test_split(X.reshape(-1, 8, 8), y, **split)
    return Part(X, y), Part(X_test, y_test)


def score_networks(params, train, test, seeds):
    """Fit from each seed; score each network, and the mean of all."""
    found, total = {"scores": [], "seconds": []}, 0.0
    for seed in seeds:
        start = time.process_time()
        model = RNNClassifier(random_state=seed, **params).fit(train.X, train.y)
        found["seconds"].append(round(time.process_time() - start, 2))
        shares = model.predict_proba(test.X)
        total = total + shares
        found["scores"].append(right(model, shares, test))
    found["together"] = right(model, total, test)
    return found


def right(model, shares, test):
    """Count the share of right answers."""
    return float(np.mean(model.classes_[shares.argmax(axis=1)] == test.y))


def score_nearest(train, test):
    """Look up the nearest training row, with zeros behind the ends."""
    width = max(train.X.shape[1], test.X.shape[1])
    X, X_test = (
        np.pad(np.nan_to_num(X), [(0, 0), (0, width - X.shape[1]), (0, 0)]).reshape(
            len(X), -1
        )
        for X in (train.X, test.X)
    )
    start = time.process_time()
    model = KNeighborsClassifier(1).fit(X, train.y)
    scores = [float(model.score(X_test, test.y))]
    return {"scores": scores, "seconds": [round(time.process_time() - start, 2)]}


def ask_minirocket(python, train, test, n_seeds):
    """Let another environment score MiniRocket."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "series.npz")
        np.savez(path, X=train.X, y=train.y, X_test=test.X, y_test=test.y)
        worker = Path(__file__).with_name("worker_series.py")
        command = [python, worker, path, "--seeds", str(n_seeds)]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(said.stdout.splitlines()[-1])


def measure(way, train, test, arguments):
    """Score one way, or None where its environment is not named."""
    if way in NETWORKS:
        return score_networks(NETWORKS[way], train, test, range(arguments.seeds))
    if way == NEAREST:
        return score_nearest(train, test)
    if arguments.python_peers is None:
        return None
    return ask_minirocket(arguments.python_peers, train, test, arguments.seeds)


# -- the tables ------------------------------------------------------------------------


def means(record, way, what="scores"):
    """Average over the seeds, for each set that has it."""
    return [
        statistics.mean(found[way][what])
        for found in record["sets"].values()
        if way in found
    ]


def table(record):
    """Write the accuracy of each way on each set, with its standard error."""
    ways = [
        way for way in WAYS if any(way in found for found in record["sets"].values())
    ]
    rows = []
    for name, found in record["sets"].items():
        rows.append(
            [name, *(_written(found[way]) if way in found else "" for way in ways)]
        )
    whole = [way for way in ways if len(means(record, way)) == len(record["sets"])]
    for head, write in (
        ("mean", lambda way: f"{statistics.mean(means(record, way)):.3f}"),
        ("mean, x5", lambda way: _together(record, way)),
        ("seconds, all sets", lambda way: f"{sum(means(record, way, 'seconds')):.0f}"),
    ):
        rows.append([head, *(write(way) if way in whole else "" for way in ways)])
    return markdown(["set", *ways], rows)


def _written(found):
    mean = statistics.mean(found["scores"])
    if len(found["scores"]) == 1:
        return f"{mean:.3f}"
    error = statistics.stdev(found["scores"]) / len(found["scores"]) ** 0.5
    return f"{mean:.3f} ± {error:.3f}"


def _together(record, way):
    together = [found[way].get("together") for found in record["sets"].values()]
    return "" if None in together else f"{statistics.mean(together):.3f}"


def main():
    """Measure what is asked for, and add it to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the real sets")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--python-peers", help="the interpreter that has aeon")
    arguments = parser.parse_args()
    record = {"sets": {}}
    if arguments.out and arguments.out.exists():
        record = json.loads(arguments.out.read_text())
    for way in arguments.ways:
        for name in arguments.sets:
            train, test = read(arguments.data, name)
            found = measure(way, train, test, arguments)
            if found is None:
                continue
            record["sets"].setdefault(name, {})[way] = found
            record["environment"] = environment()
            in_order = {k: record["sets"][k] for k in SETS if k in record["sets"]}
            record["sets"] = in_order
            if arguments.out:
                write_json(arguments.out, record)
            print(way, name, _written(found), flush=True)
    print("\n".join(table(record)))


if __name__ == "__main__":
    main()
