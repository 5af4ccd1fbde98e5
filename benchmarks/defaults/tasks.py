"""The tasks that defaults are tried on; of official splits the training part only."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import (
    GroupShuffleSplit,
    ShuffleSplit,
    StratifiedShuffleSplit,
)

import realdata
from sklearn_rnn import TextVectorizer
from sklearn_rnn.datasets import make_first_symbol


class Task(NamedTuple):
    """How to read the rows, and how many of them to learn from and to be scored on."""

    read: Callable  # folder -> Part
    n_train: int
    n_valid: int
    vectorizer: dict | None = None
    kind: str = "classes"  # or "reals", or "future": reals, the last rows held out


def some_languages(folder):
    """Twenty of the languages, the first letters of each paragraph."""
    part = realdata.read_languages(folder)
    chosen = np.isin(part.y, np.unique(part.y)[::2][:20])
    return part.take(np.flatnonzero(chosen))


# Small, for a candidate meets each of them three times. From 2,000 rows on early
# stopping is on by default: "SST-2" has them, the others train for all epochs.
TASKS = {
    "SST-2": Task(lambda f: realdata.read_sst(f, "train"), 2400, 1000, {}),
    "IMDB": Task(
        lambda f: realdata.read_imdb(f, "train"), 400, 500, {"max_length": 100}
    ),
    "tweets": Task(realdata.read_tweets, 600, 500, {}, "reals"),
    "languages": Task(some_languages, 400, 300, {"analyzer": "char", "max_length": 40}),
    "JapaneseVowels": Task(
        lambda f: realdata.read_series(f, "JapaneseVowels", "train"), 180, 90
    ),
    "ItalyPower": Task(
        lambda f: realdata.read_series(f, "ItalyPowerDemand", "train"), 40, 27
    ),
    "GunPoint": Task(lambda f: realdata.read_series(f, "GunPoint", "train"), 34, 16),
    "BasicMotions": Task(
        lambda f: realdata.read_series(f, "BasicMotions", "train"), 24, 16
    ),
    "births": Task(realdata.read_births, 400, 365, kind="future"),
    "first symbol": Task(
        lambda f: realdata.Part(*make_first_symbol(800, 20, random_state=0)), 300, 500
    ),
}


def split(task, whole, seed):
    """Split into rows to learn from and rows to be scored on."""
    if task.kind == "future":  # another end of the series for each seed
        stop = len(whole.y) - seed * task.n_valid
        cut = stop - task.n_valid
        return np.arange(cut - task.n_train, cut), np.arange(cut, stop)
    sizes = {"train_size": task.n_train, "test_size": task.n_valid}
    if whole.groups is not None:
        splitter = GroupShuffleSplit(1, test_size=0.33, random_state=seed)
    elif task.kind == "classes":
        splitter = StratifiedShuffleSplit(1, **sizes, random_state=seed)
    else:
        splitter = ShuffleSplit(1, **sizes, random_state=seed)
    train, valid = next(splitter.split(whole.X, whole.y, whole.groups))
    return train[: task.n_train], valid[: task.n_valid]


def mixed(whole):
    """Put grouped rows in random order: `split` takes the first of each part."""
    if whole.groups is None:
        return whole
    return whole.take(np.random.default_rng(0).permutation(len(whole.y)))


def make_parts(task, folder, seed):
    """Read a task and split it; texts become token ids.

    Returns
    -------
    train, valid : Part
    """
    whole = mixed(task.read(folder))
    train, valid = (whole.take(rows) for rows in split(task, whole, seed))
    if task.vectorizer is None:
        return train, valid
    vectorizer = TextVectorizer(**task.vectorizer)
    return (
        train._replace(X=vectorizer.fit_transform(train.X)),
        valid._replace(X=vectorizer.transform(valid.X)),
    )
