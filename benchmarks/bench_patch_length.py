"""How many steps to a patch, where a series has several variables?

    python benchmarks/bench_patch_length.py ../shared/data \\
        --out benchmarks/results/patch_length.json

Watch and BasicMotions have six variables of 100 steps; "auto" makes patches of 4. Ten
seeds, each of which holds out a third of the training rows; the way before patches
beside. The official test part is asked twice, with "auto" and with the way before, ten
seeds each: are patches worse on these two sets? What is in the file stays.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from sklearn.model_selection import StratifiedShuffleSplit

from measuring import environment, write_json
from realdata import read_series
from report import markdown
from sklearn_rnn import RNNClassifier

SETS = ["Watch", "BasicMotions"]
SEEDS = range(10)
BEFORE = {"patch_length": 1, "batch_size": 32, "max_epochs": 50}
WAYS = {
    "before": BEFORE,
    **{f"patches of {length}": {"patch_length": length} for length in (1, 2, 4, 8)},
}
AUTO = "patches of 4"
PARTS = {"held out": list(WAYS), "test": ["before", AUTO]}


def rows_of(folder, name, part, seed):
    """Give rows to learn from and rows to be asked about."""
    train = read_series(folder, name, "train")
    if part == "test":
        return train, read_series(folder, name, "test")
    split = StratifiedShuffleSplit(1, test_size=1 / 3, random_state=seed)
    learnt, held_out = next(split.split(train.X, train.y))
    return train.take(learnt), train.take(held_out)


def measure(name, part, way, folder, seed):
    """Fit once: accuracy, and seconds of the processor."""
    train, asked = rows_of(folder, name, part, seed)
    start = time.process_time()
    model = RNNClassifier(random_state=seed, compiled=True, **WAYS[way])
    model.fit(train.X, train.y)
    elapsed = time.process_time() - start
    return {"score": model.score(asked.X, asked.y), "seconds": round(elapsed, 2)}


def mean_and_error(values):
    """Return the mean and its standard error."""
    return statistics.mean(values), statistics.stdev(values) / len(values) ** 0.5


def differences(ways, way, other="before"):
    """Subtract the scores of another way, seed by seed."""
    pairs = zip(ways[way], ways[other], strict=True)
    return [run["score"] - base["score"] for run, base in pairs]


def table(record):
    """Write the accuracy of each way and its difference to that before."""
    rows = []
    for way in WAYS:
        cells = []
        for name in SETS:
            for part in PARTS:
                ways = record["sets"][name][part]
                cells.append(_cell(ways, way) if way in ways else "")
        rows.append([way, *cells])
    heads = [f"{name}, {part}" for name in SETS for part in PARTS]
    return markdown(["", *heads], rows)


def _cell(ways, way):
    mean, error = mean_and_error([run["score"] for run in ways[way]])
    if way == "before" or "before" not in ways:
        return f"{mean:.3f} ± {error:.3f}"
    more, error = mean_and_error(differences(ways, way))
    return f"{mean:.3f} ({more:+.3f} ± {error:.3f})"


def main():
    """Measure what is not in the file, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of the real sets")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    record = {"sets": {name: {part: {} for part in PARTS} for name in SETS}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for part, name in ((part, name) for part in PARTS for name in SETS):
        known = record["sets"][name][part]
        for way in (way for way in PARTS[part] if way not in known):
            known[way] = [
                measure(name, part, way, arguments.data, seed) for seed in SEEDS
            ]
            record["environment"] = environment()
            write_json(arguments.out, record)
            print(name, part, way, _cell(known, way), flush=True)
    print("\n".join(table(record)))


if __name__ == "__main__":
    main()
