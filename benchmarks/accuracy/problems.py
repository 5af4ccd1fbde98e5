"""The data sets whose accuracy is published, and how to try settings on each."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    RepeatedStratifiedKFold,
    StratifiedShuffleSplit,
)

import realdata


class Problem(NamedTuple):
    """One data set: its parts, its metric, and what others reach on it.

    `read` gives the training and the test part, or a whole and None where published
    figures come from cross-validation; `tries` splits the training part to choose
    settings on.
    """

    read: Callable
    tries: object
    published: str
    metric: str = "accuracy"


def official(reader, *names):
    """Read both parts of an official split."""
    return lambda folder: [reader(folder, *names, part) for part in ("train", "test")]


def read_sst(folder):
    return realdata.read_sst(folder, "train"), realdata.read_sst(folder, "test")


def read_tweets(folder):
    return realdata.read_tweets(folder), None


def read_languages(folder):
    """Learn from the preamble and articles 1 to 20, ask about 21 to 30."""
    whole = realdata.read_languages(folder)
    new = whole.groups > 20
    return whole.take(np.flatnonzero(~new)), whole.take(np.flatnonzero(new))


def series(name, tries, published):
    return Problem(official(realdata.read_series, name), tries, published)


FOUR_FOLDS_TWICE = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=0)
ONE_FIFTH = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)

PROBLEMS = {
    "IMDB": Problem(
        official(realdata.read_imdb),
        GroupShuffleSplit(1, test_size=0.2, random_state=0),
        "bag-of-words net 0.858, biLSTM tutorials 0.862-0.867, NBSVM 0.912-0.918, "
        "one-hot 2-LSTM 0.919, ULMFiT 0.954",
    ),
    "SST-2": Problem(
        read_sst,
        ONE_FIFTH,
        "CNN with random, static, tuned vectors 0.835, 0.856, 0.870; biLSTM + 2-D CNN "
        "0.895",
    ),
    "tweets": Problem(
        read_tweets,
        KFold(5, shuffle=True, random_state=0),
        "VADER, which is a lexicon, 0.881; one human 0.888",
        "Pearson r",
    ),
    "JapaneseVowels": series(
        "JapaneseVowels",
        FOUR_FOLDS_TWICE,
        "MLP 0.976, FCN 0.993, LSTM-FCN 0.99, MLSTM-FCN 1.00, echo state 0.965-0.981",
    ),
    "GunPoint": series(
        "GunPoint",
        FOUR_FOLDS_TWICE,
        "LSTM-FCN 1.00, ROCKET 1.00, MLP 0.927",
    ),
    "ItalyPowerDemand": series(
        "ItalyPowerDemand",
        FOUR_FOLDS_TWICE,
        "LSTM-FCN 0.963, ROCKET 0.970, MLP 0.954",
    ),
    "ArrowHead": series(
        "ArrowHead",
        FOUR_FOLDS_TWICE,
        "LSTM-FCN 0.909, ROCKET 0.814, MLP 0.778",
    ),
    "languages": Problem(read_languages, GroupKFold(3), "none"),
}


def splits_to_try(problem, train):
    """Split the training part into pairs of rows, to choose settings on.

    Where the figure comes from cross-validation, settings are chosen inside the
    training part of its first fold.
    """
    rows = np.arange(len(train.y))
    pairs = list(problem.tries.split(train.X, train.y, train.groups))
    if problem.metric == "accuracy":
        return pairs
    learnt = pairs[0][0]
    inner = KFold(3, shuffle=True, random_state=1).split(learnt)
    return [(rows[learnt[a]], rows[learnt[b]]) for a, b in inner]
