"""Threads and worker processes give the bits that one thread gives."""

import pickle
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone

from sklearn_rnn import RNNClassifier, RNNRegressor

SMALL = {"hidden_size": 4, "max_epochs": 4, "batch_size": 8, "random_state": 0}

rng = np.random.default_rng(0)
RAGGED = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, size=60)]
IDS = sparse.csr_matrix(rng.integers(2, 30, size=(60, 6)).astype(np.int32))
FREQUENT_IDS = IDS.copy()
FREQUENT_IDS.data %= 4
FREQUENT_IDS.data += 2
LABELS = np.arange(60) % 3
REALS = rng.normal(size=60)

CASES = {
    "lstm, dropout": (
        RNNClassifier(**SMALL, dropout=0.4, num_layers=2),
        RAGGED,
        LABELS,
    ),
    "gru, both ways": (
        RNNRegressor(**SMALL, cell="gru", dropout=0.4, bidirectional=True),
        RAGGED,
        REALS,
    ),
    "rnn, tokens": (
        RNNClassifier(**SMALL, cell="rnn", dropout=0.4, pooling="attention"),
        IDS,
        LABELS,
    ),
    "unknown is mean": (
        RNNClassifier(**SMALL, dropout=0.4),
        FREQUENT_IDS,
        LABELS,
    ),
    "early stopping": (
        RNNRegressor(**SMALL, dropout=0.4, early_stopping=True),
        RAGGED,
        REALS,
    ),
}


def at_once(tasks):
    """Run each task in a thread of its own, all of them started together."""
    barrier = threading.Barrier(len(tasks))

    def run(task):
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def said(estimator, X):
    return getattr(estimator, "predict_proba", estimator.predict)(X)


def global_state():
    name, keys, *rest = np.random.get_state()
    return (
        (name, keys.tobytes(), *rest),
        random.getstate(),
        torch.get_rng_state().numpy().tobytes(),
        torch.get_num_threads(),
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
    )


@pytest.mark.parametrize("name", ["gru, both ways", "unknown is mean"])
def test_two_threads_fitting_at_once_learn_what_one_learns(name):
    estimator, X, y = CASES[name]
    seeds = [0, 1]
    estimators = [clone(estimator).set_params(random_state=seed) for seed in seeds]
    serial = [said(clone(one).fit(X, y), X) for one in estimators]
    assert (serial[0] != serial[1]).any()
    for _ in range(3):
        fitted = at_once([partial(clone(one).fit, X, y) for one in estimators])
        for one, expected in zip(fitted, serial, strict=True):
            np.testing.assert_array_equal(said(one, X), expected)


def test_threads_fitting_different_estimators_do_not_meet():
    cases = list(CASES.values())
    serial = [said(clone(estimator).fit(X, y), X) for estimator, X, y in cases]

    def fit(case):
        estimator, X, y = case
        return said(clone(estimator).fit(X, y), X)

    for _ in range(2):
        results = at_once([partial(fit, case) for case in cases])
        for result, expected in zip(results, serial, strict=True):
            np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("name", ["lstm, dropout", "rnn, tokens"])
def test_eight_threads_predicting_at_once_say_what_one_says(name):
    estimator, X, y = CASES[name]
    fitted = clone(estimator).fit(X, y)
    parts = [X[start:] for start in range(8)]
    serial = [said(fitted, part) for part in parts]
    for _ in range(3):
        results = at_once([partial(said, fitted, part) for part in parts])
        for result, expected in zip(results, serial, strict=True):
            np.testing.assert_array_equal(result, expected)


def test_predicting_while_another_thread_fits_disturbs_neither():
    estimator, X, y = CASES["lstm, dropout"]
    fitted = clone(estimator).fit(X, y)
    expected = said(fitted, X)

    def predict_often():
        return [said(fitted, X) for _ in range(20)]

    def fit():
        return [said(clone(estimator).fit(X, y), X) for _ in range(2)]

    for results in at_once([predict_often, fit]):
        for result in results:
            np.testing.assert_array_equal(result, expected)


def test_threads_pickling_one_estimator_at_once_all_get_it_whole():
    estimator, X, y = CASES["rnn, tokens"]
    fitted = clone(estimator).fit(X, y)
    expected = said(fitted, X)
    for again in at_once([lambda: pickle.loads(pickle.dumps(fitted))] * 4):
        np.testing.assert_array_equal(said(again, X), expected)


def test_a_thread_finds_the_global_state_as_it_left_it():
    before = global_state()
    seen_by_others = []
    done = threading.Event()

    def watch():
        while not done.wait(0.001):
            seen_by_others.append(global_state() == before)

    def work(case):
        estimator, X, y = case
        in_this_thread = global_state()
        said(clone(estimator).fit(X, y), X)
        return global_state() == in_this_thread

    watcher = threading.Thread(target=watch)
    watcher.start()
    kept = at_once([partial(work, case) for case in CASES.values()])
    done.set()
    watcher.join()
    assert all(kept)
    assert all(seen_by_others)  # nor was it other for a moment
    assert global_state() == before
