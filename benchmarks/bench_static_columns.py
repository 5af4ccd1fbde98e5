"""A text beside columns of a table: one net for both, each part alone, a linear model.

    python benchmarks/bench_static_columns.py --out static_columns.json

The texts are pieces of 30 characters of the bundled declaration of human rights, in 48
languages; the columns are made up. A ticket is urgent if a team reads its language
(six of the 48), its product is one of three of eight, and it waited for more than 20 of
at most 60 days. One urgent ticket in ten was not marked as such. So about one in forty
is positive, and neither the text nor the table knows which.

All models learn from articles 1 to 20 and are judged on 21 to 30, by average precision.
The settings are those of all nets and were not tuned; the linear model counts up to
three characters in a row. Each seed draws other pieces and columns.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from measuring import environment, pin, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, SequenceColumnTransformer, TextVectorizer
from sklearn_rnn.datasets import load_languages

SEEDS = range(3)
PIECES_PER_TEXT = 2
LENGTH = 30
READ_BY_THE_TEAM = ["dan", "nob", "swe", "nld", "por", "ces"]
PRODUCTS = [f"product {letter}" for letter in "abcdefgh"]
COVERED = PRODUCTS[:3]


def make_tickets(seed):
    """Make a frame of tickets, what is urgent, and which rows are for training."""
    bunch = load_languages()
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(bunch.data)), PIECES_PER_TEXT)
    starts = [rng.integers(1 + max(0, len(bunch.data[row]) - LENGTH)) for row in rows]
    texts = [
        bunch.data[row][start : start + LENGTH]
        for row, start in zip(rows, starts, strict=True)
    ]
    product = rng.choice(PRODUCTS, len(rows))
    days = rng.integers(0, 61, len(rows))
    urgent = np.isin(bunch.target[rows], READ_BY_THE_TEAM) & np.isin(product, COVERED)
    urgent &= (days > 20) & (rng.random(len(rows)) < 0.9)
    X = pd.DataFrame({"text": texts, "product": product, "days": days})
    return X, urgent.astype(int), bunch.articles[rows] <= 20


def models():
    """Name the models; each reads the frame."""
    static = [(OneHotEncoder(), ["product"]), (StandardScaler(), ["days"])]
    letters = "text", TextVectorizer(analyzer="char")
    counts = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    net = RNNClassifier(32, max_epochs=12, lr=0.02, batch_size=64, random_state=0)
    linear = LogisticRegression(max_iter=1000, C=10)
    boosting = HistGradientBoostingClassifier(random_state=0)
    table = make_column_transformer(*static, sparse_threshold=0)
    both = make_column_transformer((counts, "text"), *static)
    return {
        "net, text and table": make_pipeline(
            SequenceColumnTransformer(letters, static), net
        ),
        "net, text": make_pipeline(SequenceColumnTransformer(letters), net),
        "boosting, table": make_pipeline(table, boosting),
        "linear, table": make_pipeline(table, linear),
        "linear, text": make_pipeline(
            make_column_transformer((counts, "text")), linear
        ),
        "linear, text and table": make_pipeline(both, linear),
    }


def run(seeds):
    """Fit every model from every seed."""
    found = {name: [] for name in models()}
    shares = []
    for seed in seeds:
        X, y, is_train = make_tickets(seed)
        shares.append(y[~is_train].mean())
        for name, model in models().items():
            start = time.process_time()
            fitted = clone(model).fit(X[is_train], y[is_train])
            scores = fitted.predict_proba(X[~is_train])[:, 1]
            precision = average_precision_score(y[~is_train], scores)
            seconds = time.process_time() - start
            found[name].append({"average_precision": precision, "seconds": seconds})
            print(f"{seed} {name:25} {precision:.3f} {seconds:5.1f} s", flush=True)
    return {
        "n_train": int(is_train.sum()),
        "n_test": int((~is_train).sum()),
        "share": float(np.mean(shares)),
        "models": found,
    }


def table(record):
    """Write the table of the guide."""
    rows = []
    for name, runs in record["models"].items():
        scores = [run["average_precision"] for run in runs]
        seconds = statistics.median(run["seconds"] for run in runs)
        rows.append(
            [
                name,
                f"{statistics.mean(scores):.3f}",
                f"{min(scores):.3f} to {max(scores):.3f}",
                f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}",
            ]
        )
    return markdown(["model", "average precision", "from seed to seed", "s"], rows)


def main():
    """Read the arguments, run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="JSON to write")
    parser.add_argument("--core", type=int, default=0, help="the core to run on")
    arguments = parser.parse_args()
    pin({arguments.core})
    record = {"environment": environment(), **run(SEEDS)}
    write_json(arguments.out, record)
    print("\n".join(table(record)))


if __name__ == "__main__":
    main()
