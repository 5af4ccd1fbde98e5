"""Five tasks of different nature; of official splits the training part only."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

import realdata
from defaults.tasks import TASKS as STUDIED
from defaults.tasks import Task, make_parts


class Question(NamedTuple):
    """A task, and how all networks with a pooling make one vector of it."""

    task: Task
    pooling: str = "max"
    bidirectional: bool = True
    features: str = "flat"  # what a feed-forward network reads: or "counts", "places"


def first_of_two(folder=None, n_samples=1600, n_timesteps=20):
    """Noise of six symbols with two others, once each: which comes first?"""
    random = np.random.default_rng(0)
    ids = random.integers(4, 10, (n_samples, n_timesteps))
    places = random.permuted(np.tile(np.arange(n_timesteps), (n_samples, 1)), axis=1)
    one, other = places[:, :2].T
    rows = np.arange(n_samples)
    ids[rows, one], ids[rows, other] = 2, 3
    return realdata.Part(csr_matrix(ids.astype(np.int32)), (one < other).astype(int))


def of_texts(name, **changes):
    """Take texts of the study; what came once is unknown, so that all learn of it."""
    task = STUDIED[name]
    return task._replace(vectorizer={**task.vectorizer, "min_df": 2}, **changes)


QUESTIONS = {
    "languages": Question(of_texts("languages", n_train=300), features="counts"),
    "SST-2": Question(of_texts("SST-2", n_train=400), features="counts"),
    "JapaneseVowels": Question(STUDIED["JapaneseVowels"]),
    # The guide's advice for forecasts: the end decides.
    "births": Question(STUDIED["births"], "final_max", bidirectional=False),
    "first of two": Question(Task(first_of_two, 600, 1000), features="places"),
}


def parts_of(name, folder, seed):
    """Read a task in the parts of a seed: rows to learn from, rows to be scored on."""
    return make_parts(QUESTIONS[name].task, folder, seed)


def inner_rows(task, n_rows):
    """Keep a fifth of the training rows to choose settings on; of a series the last."""
    order = np.arange(n_rows)
    if task.kind != "future":
        order = np.random.default_rng(0).permutation(n_rows)
    cut = n_rows - n_rows // 5
    return order[:cut], order[cut:]
