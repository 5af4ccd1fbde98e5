"""The tasks that defaults are tried on; of official splits the training part only."""

import gzip
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import (
    GroupShuffleSplit,
    ShuffleSplit,
    StratifiedShuffleSplit,
)

import realdata
from sklearn_rnn import TextVectorizer, as_ragged
from tagging.corpus import read_corpus


class Task(NamedTuple):
    """How to read the rows, and how many of them to learn from and to be scored on."""

    read: Callable  # folder -> Part
    n_train: int
    n_valid: int
    vectorizer: dict | None = None
    kind: str = "classes"  # or "reals", or "future": reals, the last rows held out
    target: str = "sequence"  # or for each step a "tag" or a "number"


def some_languages(folder):
    """Twenty of the languages, the first letters of each paragraph."""
    part = realdata.read_languages(folder)
    chosen = np.isin(part.y, np.unique(part.y)[::2][:20])
    return part.take(np.flatnonzero(chosen))


def sentences(folder):
    """Sentences with a part of speech for each of their first words, no rare one."""
    corpus = read_corpus(folder, "train", 3000)
    kept = [i for i, tags in enumerate(corpus.tags) if not RARE_TAGS & set(tags)]
    texts = (" ".join(corpus.words[i][:N_WORDS]) for i in kept)
    tags = as_ragged([np.array(corpus.tags[i][:N_WORDS]) for i in kept])
    return realdata.Part(realdata.texts_of(texts), tags)


def oil(folder):
    """Days of a transformer: its oil's temperature at each hour, from six loads."""
    with gzip.open(folder / "ETTh1.csv.gz", "rt") as file:
        series = np.loadtxt(file, delimiter=",", skiprows=1, usecols=range(1, 8))
    days = series[: len(series) // 24 * 24].reshape(-1, 24, 7)
    return realdata.Part(days[..., :6], days[..., 6])


def trained_on(name):
    """Read the training part of a set with an official split."""
    return lambda folder: realdata.read_series(folder, name, "train")


def numbers_of(name):
    """Read the training part of a set of numbers to predict."""

    def read(folder):
        part = realdata.read_series(folder, name, "train")
        return part._replace(y=part.y.astype(float))

    return read


N_WORDS, RARE_TAGS = 20, {"X", "SYM", "INTJ", "NUM", "PART", "SCONJ"}
BY_CHARACTER = {"analyzer": "char", "max_length": 40}

# What more than one program learns.
TASKS = {
    "SST-2": Task(lambda f: realdata.read_sst(f, "train"), 2400, 1000, {}),
    "tweets": Task(realdata.read_tweets, 600, 500, {}, "reals"),
    "languages": Task(some_languages, 400, 300, BY_CHARACTER),
    "JapaneseVowels": Task(trained_on("JapaneseVowels"), 180, 90),
    "births": Task(realdata.read_births, 400, 365, kind="future"),
}


def shortened(name, n_train, n_valid, **vectorizer):
    """Take a task of `TASKS` with other numbers of rows and of tokens."""
    return TASKS[name]._replace(
        n_train=n_train,
        n_valid=n_valid,
        vectorizer={**(TASKS[name].vectorizer or {}), **vectorizer} or None,
    )


# What defaults are tried on, by kind. Small: a candidate is fitted on each five times.
KINDS = {
    "texts": {
        "SST-2": shortened("SST-2", 200, 1000, max_length=16),
        "IMDB": Task(
            lambda f: realdata.read_imdb(f, "train"),
            200,
            1000,
            {"max_length": 25, "truncate": "start"},
        ),
        "tweets": shortened("tweets", 200, 1000, max_length=16),
        "languages": shortened("languages", 200, 400, max_length=20),
    },
    "steps": {
        "parts of speech": Task(
            sentences,
            100,
            400,
            {"analyzer": str.split, "max_length": N_WORDS},
            "reals",
            "tag",
        ),
        "oil": Task(oil, 150, 200, None, "reals", "number"),
    },
    "series": {
        "JapaneseVowels": TASKS["JapaneseVowels"],
        "ItalyPower": Task(trained_on("ItalyPowerDemand"), 40, 27),
        "GunPoint": Task(trained_on("GunPoint"), 34, 16),
        "BasicMotions": Task(trained_on("BasicMotions"), 24, 16),
    },
    "numbers": {
        "births": TASKS["births"]._replace(n_train=200),
        "Covid3Month": Task(numbers_of("Covid3Month"), 90, 50, kind="reals"),
        "Tecator": Task(numbers_of("Tecator"), 110, 62, kind="reals"),
    },
}
STUDIED = {name: task for tasks in KINDS.values() for name, task in tasks.items()}


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
