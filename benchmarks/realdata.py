"""The real data sets in their official splits, as the estimators take them."""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sklearn_rnn import sliding_windows


class Part(NamedTuple):
    """Rows to learn from or to be asked about."""

    X: np.ndarray  # texts, or `(n, n_timesteps[, n_features])`, padded with NaN
    y: np.ndarray
    groups: np.ndarray | None = None

    def take(self, rows):
        """Select some rows."""
        groups = None if self.groups is None else self.groups[rows]
        return Part(self.X[rows], self.y[rows], groups)


def texts_of(rows):
    """Keep texts as objects: a fixed width would take the longest's for each."""
    return np.array(list(rows), dtype=object)


def read_lines(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\r\n") for line in file]


def read_table(path, *, header):
    """Read the columns of a file of tab-separated values."""
    rows = [line.split("\t") for line in read_lines(path)]
    return [
        np.array(column, dtype=object) for column in zip(*rows[header:], strict=True)
    ]


def read_imdb(folder: Path, part):
    """25,000 film reviews, positive and negative.

    Reviews of one film have numbers in a row. The groups are hundreds of them, so that
    hardly any film is in two.
    """
    labels, _, numbers, texts = read_table(folder / f"imdb_{part}.tsv.gz", header=1)
    groups = numbers.astype(int) // 100
    return Part(texts_of(t.replace("<br />", " ") for t in texts), labels, groups)


def read_sst(folder: Path, part):
    """Sentences about films, positive and negative; also a part "dev"."""
    lines = read_lines(folder / f"sst_binary_{part}.txt.gz")
    labels, texts = zip(*(line.split(" ", 1) for line in lines), strict=True)
    return Part(texts_of(texts), np.array(labels))


def read_tweets(folder: Path):
    """Tweets with their mean human sentiment, -4 to 4."""
    _, sentiment, texts = read_table(folder / "vader_tweets.tsv.gz", header=0)
    return Part(texts_of(texts), sentiment.astype(float))


def read_languages(folder: Path):
    """Paragraphs in 48 languages; the groups are the articles they belong to."""
    languages, articles, texts = read_table(folder / "udhr_languages.tsv.gz", header=1)
    return Part(texts_of(texts), languages, articles.astype(int))


def read_series(folder: Path, name, part):
    """Series of the UCR and UEA archives, padded with NaN at the end."""
    with np.load(folder / f"{name}_{part}.npz", allow_pickle=False) as data:
        return Part(data["X"], data["y"])


def read_births(folder: Path, window=28):
    """Births in the United States: tomorrow's from the days before."""
    lines = read_lines(folder / "us_births.csv.gz")[1:]
    births = np.array([float(line.split(",")[-1]) for line in lines])
    return Part(*sliding_windows(births, window))
