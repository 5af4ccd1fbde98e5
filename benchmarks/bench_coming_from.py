"""How well do the programs of examples/coming_from predict, and how fast?

    python benchmarks/bench_coming_from.py run --out coming_from.json \\
        --python-keras PATH --python-sktime PATH
    python benchmarks/bench_coming_from.py tables coming_from.json

Each program runs in a process of its own, on one core, once for each seed; all programs
come in turns. Those of Keras and of sktime are run by the interpreters given, and left
out without one. The page of the guide shows the same files and these figures.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from measuring import environment, pin, spread, thread_environment, write_json
from report import markdown
from sklearn_rnn.datasets import load_tweets, make_activities

HERE = Path(__file__).parent
PROGRAMS = HERE.parent / "examples" / "coming_from"
ENDLESS = 1e9  # steps that an activity lasts: one for a whole series


class Program(NamedTuple):
    """A file, what the table calls it, and whose interpreter it needs."""

    name: str
    title: str
    python: str = "own"


class Comparison(NamedTuple):
    """Programs for the same task on the same data."""

    data: str
    programs: tuple[Program, ...]


COMPARISONS = {
    "keras": Comparison(
        "tweets",
        (
            Program("keras_lstm", "Keras on TensorFlow", "keras"),
            Program("keras_lstm_ours", "sklearn_rnn, the same settings"),
            Program("tfidf_ours", "sklearn_rnn, its defaults"),
        ),
    ),
    "skorch": Comparison(
        "unequal activities",
        (
            Program("skorch_lstm", "skorch"),
            Program("skorch_lstm_ours", "sklearn_rnn, the same settings"),
            Program("series_defaults", "sklearn_rnn, its defaults"),
        ),
    ),
    "sktime": Comparison(
        "activities",
        (
            Program("sktime_rnn", "sktime, `GRUClassifier`", "sktime"),
            Program("sktime_rnn_ours", "sklearn_rnn, the same settings"),
            Program("series_defaults", "sklearn_rnn, its defaults"),
            Program("sktime_rocket", "sktime, `RocketClassifier`", "sktime"),
        ),
    ),
    "tfidf": Comparison(
        "tweets",
        (
            Program("tfidf", "TF-IDF and a linear model"),
            Program("tfidf_ours", "sklearn_rnn, its defaults"),
            Program("tfidf_both", "the mean of both"),
        ),
    ),
}

QUIET = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


# -- the data ------------------------------------------------------------------


def tweets():
    """Tweets that are clearly negative or positive; a quarter is the test part."""
    texts, sentiment = load_tweets(return_X_y=True)
    clear = np.abs(sentiment) >= 0.5
    y = np.where(sentiment[clear] > 0, "positive", "negative")
    return train_test_split(
        texts[clear].astype(str), y, test_size=0.25, random_state=0, stratify=y
    )


def activities(min_timesteps=None):
    """Series of one activity each, 1,000 for training and 500 for the test."""
    X, y = make_activities(
        1500,
        40,
        min_timesteps=min_timesteps,
        mean_duration=ENDLESS,
        noise=1.5,
        random_state=0,
    )
    y = np.array([labels[0] for labels in y])
    if min_timesteps is None:
        X = np.stack(list(X))
    return X[:1000], X[1000:], y[:1000], y[1000:]


DATA = {
    "tweets": tweets,
    "activities": activities,
    "unequal activities": lambda: activities(min_timesteps=10),
}


def save(path, X, X_new, y, y_new):
    """Save arrays that any environment can read without pickle."""
    parts = {"y": y, "y_new": y_new}
    for name, rows in {"X": X, "X_new": X_new}.items():
        parts[name] = rows
        if rows.dtype == object:
            lengths = [len(row) for row in rows]
            parts[name] = np.concatenate(list(rows))
            parts[f"{name}_starts"] = np.cumsum([0, *lengths[:-1]])
    np.savez(path, **parts)


# -- measuring -----------------------------------------------------------------


def run(python, program, data, seed):
    """Run one program in a process of its own."""
    command = [python, HERE / "worker_coming_from.py", PROGRAMS / f"{program.name}.py"]
    done = subprocess.run(
        [*map(str, command), str(data), str(seed)],
        env=os.environ | thread_environment(1) | QUIET,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wanted(pythons):
    """List each pair of data and program once, where there is an interpreter."""
    pairs = {
        (comparison.data, program.name): program
        for comparison in COMPARISONS.values()
        for program in comparison.programs
    }
    return {pair: p for pair, p in pairs.items() if pythons.get(p.python)}


def measure(pythons, seeds, out):
    """Run all programs for all seeds, and write the results as they come."""
    pairs = wanted(pythons)
    record = {
        "environment": environment(),
        "seeds": [*seeds],
        "results": {f"{data}: {name}": [] for data, name in pairs},
    }
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.npz" for name in DATA}
        for name, path in paths.items():
            save(path, *DATA[name]())
        for seed in seeds:
            for (data, name), program in pairs.items():
                found = run(pythons[program.python], program, paths[data], seed)
                for library, version in found.pop("versions").items():
                    record["environment"]["versions"].setdefault(library, version)
                record["results"][f"{data}: {name}"].append(found)
                write_json(out, record)
    return record


# -- the tables ----------------------------------------------------------------


def table(record, comparison):
    """Write accuracy and seconds of the programs of one comparison."""
    data, programs = COMPARISONS[comparison]
    rows = []
    for program in programs:
        found = record["results"].get(f"{data}: {program.name}")
        if found:
            right = spread([one["accuracy"] for one in found], 3)
            seconds = spread([one["seconds"] for one in found], 1)
            rows.append([program.title, right, seconds, str(len(found))])
    return "\n".join(markdown(["program", "accuracy", "seconds", "seeds"], rows))


def main():
    """Measure, or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run_all = commands.add_parser("run", help="run all programs")
    run_all.add_argument("--out", type=Path, required=True, help="JSON to write")
    run_all.add_argument("--seeds", type=int, default=3)
    run_all.add_argument("--core", type=int, default=0, help="the core to run on")
    run_all.add_argument("--python-keras", help="an interpreter with Keras")
    run_all.add_argument("--python-sktime", help="an interpreter with sktime")
    tables = commands.add_parser("tables", help="only write the tables")
    tables.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "run":
        pin({arguments.core})
        pythons = {
            "own": sys.executable,
            "keras": arguments.python_keras,
            "sktime": arguments.python_sktime,
        }
        measure(pythons, range(arguments.seeds), arguments.out)
    record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for comparison in COMPARISONS:
        print(f"{comparison}\n\n{table(record, comparison)}\n")


if __name__ == "__main__":
    main()
