"""Fits that run at once share the cores, and learn what they learn one by one."""

import functools
import os
import pickle
import threading

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import cross_validate
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNStepRegressor
from sklearn_rnn._training import SequenceDataset, _data, _threads
from sklearn_rnn.estimators import _base
from sklearn_rnn.inspection import explain, hidden_states
from sklearn_rnn.nn import RecurrentNetwork, helpers

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 7, 2))
Y = np.arange(60) % 3


def count_threads():
    """Count the threads that this one may use, itself included."""
    pool = helpers()
    return 1 if pool is None else pool._max_workers


class Threads(Callback):
    def on_epoch_end(self, net, **kwargs):
        net.history.record("threads", count_threads())


def fit_folds(n_jobs=-1):
    """Fit four folds; each network notes who trains it, on how many threads."""

    # Defined here, for what a function defines travels to a worker by itself.
    class Witness(Callback):
        def on_epoch_end(self, net, **kwargs):
            net.history.record("process", os.getpid())
            net.history.record("threads", count_threads())

    classifier = RNNClassifier(
        4, max_epochs=2, dropout=0.3, callbacks=[Witness], n_jobs=n_jobs, random_state=0
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
def test_fits_in_threads_of_this_process_take_one_thread_each(in_turn):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with joblib.parallel_config("threading", n_jobs=2):
            found = fit_folds(n_jobs=None)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert noted(found, "process") == {os.getpid()}
    assert noted(found, "threads") == {1}
    assert_same(found, in_turn)


@pytest.mark.changes_global_state
def test_by_default_the_same_seed_gives_the_same_bits_on_any_number_of_cores():
    # From 48 units on LAPACK's orthogonal matrices, with which a network starts, have
    # other bits with two threads than with one.
    regressor = RNNRegressor(64, max_epochs=1, random_state=0)
    before, weights = torch.get_num_threads(), set()
    try:
        for n_cores in (1, 2, 8):
            torch.set_num_threads(n_cores)
            module = clone(regressor).fit(X, X[:, 0, 0]).net_.module_
            weights.add(
                b"".join(p.detach().numpy().tobytes() for p in module.parameters())
            )
    finally:
        torch.set_num_threads(before)
    assert len(weights) == 1


THREE = {"net_params": {"torch_threads": 3}}

CALLS = {
    "fit": lambda model, y: model.fit(X, y),
    "fit, each step": lambda model, y: RNNStepRegressor(4, max_epochs=1, **THREE).fit(
        X, X[:, :, 0]
    ),
    "partial_fit": lambda model, y: model.partial_fit(X, y),
    "predict": lambda model, y: model.predict(X),
    "score": lambda model, y: model.score(X, y),
    "step": lambda model, y: model.step(X[:, 0]),
    "over time": lambda model, y: model.predict_over_time(X),
    "transform": lambda model, y: model.transform(X),
    "explain": lambda model, y: explain(model, X[:1]),
    "occlusion": lambda model, y: explain(model, X[:1], method="occlusion"),
    "hidden_states": lambda model, y: hidden_states(model, X[:1]),
    "reading a pickle": lambda model, y: pickle.loads(pickle.dumps(model)),
}


def test_all_that_computes_lets_torch_take_the_threads_that_are_asked_for(monkeypatch):
    # Everything reads batches, or draws the weights of a network.
    threads = []

    def noting(function):
        @functools.wraps(function)
        def noted(*args, **kwargs):
            threads.append(torch.get_num_threads())
            return function(*args, **kwargs)

        return noted

    monkeypatch.setattr(_threads, "cpu_count", lambda: 8)
    y = X[:, 0, 0]
    model = RNNRegressor(4, bidirectional=False, max_epochs=1, **THREE).fit(X, y)
    for owner, name in (
        (SequenceDataset, "batch"),
        (SequenceDataset, "step"),
        (RecurrentNetwork, "__init__"),
    ):
        monkeypatch.setattr(owner, name, noting(getattr(owner, name)))
    for name, call in CALLS.items():
        threads.clear()
        call(model, y)
        assert set(threads) == {1 if name == "reading a pickle" else 3}, name


def test_n_jobs_of_a_surrounding_context_is_heard(monkeypatch):
    monkeypatch.setattr(_threads, "cpu_count", lambda: 8)
    with joblib.parallel_config(n_jobs=2):
        found = RNNClassifier(4, max_epochs=1, callbacks=[Threads()]).fit(X, Y)
    assert found.net_.history[:, "threads"] == [2]


@pytest.mark.changes_global_state
def test_batches_of_a_prediction_are_read_in_other_threads(monkeypatch):
    monkeypatch.setattr(_threads, "cpu_count", lambda: 2)
    monkeypatch.setattr(_base, "BRIEF_STEPS", 0)
    monkeypatch.setattr(_data, "PREDICTION_STEPS", 1)
    model = RNNRegressor(4, max_epochs=1, n_jobs=2).fit(X, X[:, 0, 0])
    found, batch = [], SequenceDataset.batch

    def noting(self, *args, **kwargs):
        found.append((threading.get_ident(), torch.get_num_threads()))
        return batch(self, *args, **kwargs)

    monkeypatch.setattr(SequenceDataset, "batch", noting)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        model.predict(X)
    finally:
        torch.set_num_threads(before)
    assert threading.get_ident() not in [thread for thread, _ in found]
    assert {n_threads for _, n_threads in found} == {1}
