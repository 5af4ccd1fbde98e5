"""Fits that run at once share the cores, and learn what they learn one by one."""

import os

import joblib
import numpy as np
import pytest
import torch
from sklearn.model_selection import cross_validate
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 7, 2))
Y = np.arange(60) % 3


def fit_folds():
    """Fit four folds; each network notes who trains it, on how many threads."""

    # Defined here, for what a function defines travels to a worker by itself.
    class Witness(Callback):
        def on_epoch_end(self, net, **kwargs):
            net.history.record("process", os.getpid())
            net.history.record("threads", torch.get_num_threads())

    classifier = RNNClassifier(
        4, max_epochs=2, dropout=0.3, callbacks=[Witness], random_state=0
    )
    return cross_validate(classifier, X, Y, cv=4, return_estimator=True)


def noted(found, name):
    """Collect what the networks noted in all their epochs."""
    return {row[name] for one in found["estimator"] for row in one.net_.history}


def assert_same(found, expected):
    np.testing.assert_array_equal(found["test_score"], expected["test_score"])
    for one, other in zip(found["estimator"], expected["estimator"], strict=True):
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


@pytest.fixture(scope="module")
def in_turn():
    return fit_folds()


@pytest.fixture(scope="module")
def by_two_workers():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OMP_NUM_THREADS", raising=False)  # what a user has not set either
        with joblib.parallel_config("loky", n_jobs=2):
            return fit_folds()


def test_workers_learn_what_one_process_learns(in_turn, by_two_workers):
    assert_same(by_two_workers, in_turn)


def test_workers_are_two_processes_beside_this_one(in_turn, by_two_workers):
    assert noted(in_turn, "process") == {os.getpid()}
    assert os.getpid() not in noted(by_two_workers, "process")
    assert 1 <= len(noted(by_two_workers, "process")) <= 2  # the quick one takes all


def test_workers_share_the_cores_among_them(by_two_workers):
    # Two workers with a thread for each core would be twice as many as there are cores.
    assert max(noted(by_two_workers, "threads")) <= max(1, joblib.cpu_count() // 2)


@pytest.mark.slow
@pytest.mark.skipif(os.cpu_count() < 2, reason="MKL takes no more threads than cores")
def test_workers_train_on_the_threads_they_are_given(in_turn):
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=2):
        found = fit_folds()
    assert noted(found, "threads") == {2}
    assert_same(found, in_turn)


@pytest.mark.changes_global_state  # the number of threads, to one not set by chance
def test_threads_train_on_as_many_threads_as_the_process_has(in_turn):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with joblib.parallel_config("threading", n_jobs=2):
            found = fit_folds()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert noted(found, "process") == {os.getpid()}
    assert noted(found, "threads") == {3}
    assert_same(found, in_turn)
