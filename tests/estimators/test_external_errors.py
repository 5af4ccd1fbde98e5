"""What stays usable after an error from outside: memory, signals, killed workers."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn.callbacks import Checkpoint
from sklearn_rnn.estimators import _base
from sklearn_rnn.nn import RecurrentNetwork

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 6, 2))
y = X[:, :, 0].sum(axis=1)


def regressor(**params):
    return RNNRegressor(3, **{"max_epochs": 2, "random_state": 0, **params})


# -- memory --------------------------------------------------------------------------

RAN_OUT = [
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9"),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    MemoryError(),
]


def raising(error):
    def forward(*args, **kwargs):
        raise error

    return forward


@pytest.mark.parametrize("error", RAN_OUT, ids=["unix", "windows", "gpu", "python"])
def test_a_batch_that_is_too_large_is_named(error, monkeypatch):
    monkeypatch.setattr(RecurrentNetwork, "forward", raising(error))
    with pytest.raises(
        MemoryError, match=r"batch of 8 rows of 6 steps.*Lower batch_size"
    ):
        regressor(batch_size=8).fit(X, y)


def test_a_prediction_that_is_too_large_is_named(monkeypatch):
    model = regressor().fit(X, y)
    expected = model.predict(X)
    monkeypatch.setattr(RecurrentNetwork, "ask", raising(RAN_OUT[0]))
    with pytest.raises(MemoryError, match="batch of 20 rows of 6 steps"):
        model.predict(X)
    monkeypatch.undo()
    np.testing.assert_array_equal(model.predict(X), expected)


def test_another_error_is_left_alone(monkeypatch):
    monkeypatch.setattr(RecurrentNetwork, "forward", raising(RuntimeError("shapes")))
    with pytest.raises(RuntimeError, match="shapes"):
        regressor().fit(X, y)


def test_a_partial_fit_that_fails_leaves_what_was_learnt(monkeypatch):
    def learnt(n_failures):
        model = regressor(dropout=0.5, num_layers=2, batch_size=8).partial_fit(X, y)
        step = SequenceNet.train_step
        for _ in range(n_failures):
            calls = iter([step, step])  # the third batch fails

            def fail(net, batch, calls=calls, **kwargs):
                return next(calls, raising(RAN_OUT[0]))(net, batch, **kwargs)

            monkeypatch.setattr(SequenceNet, "train_step", fail)
            before = model.predict(X)
            with pytest.raises(RuntimeError):
                model.partial_fit(X, y)
            monkeypatch.undo()
            np.testing.assert_array_equal(model.predict(X), before)
            assert model.n_iter_ == len(model.net_.history) == 1
        return model.partial_fit(X, y).predict(X)

    np.testing.assert_array_equal(learnt(2), learnt(0))


def test_a_fit_without_memory_leaves_the_last_one(monkeypatch):
    model = regressor().fit(X, y)
    expected = model.predict(X)
    monkeypatch.setattr(RecurrentNetwork, "forward", raising(RAN_OUT[0]))
    with pytest.raises(MemoryError):
        model.fit(X, y + 1)
    monkeypatch.undo()
    np.testing.assert_array_equal(model.predict(X), expected)


REAL = """
import resource
import numpy as np
from sklearn_rnn import RNNRegressor

X, y = np.zeros((64, 2000, 1), dtype=np.float32), np.arange(64.0)
model = RNNRegressor(8, max_epochs=1, random_state=0).fit(X[:2, :9], y[:2])
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
try:
    RNNRegressor(512, batch_size=64, max_epochs=1).fit(X, y)
except MemoryError as error:
    print(error)
print(model.predict(X[:2, :9]).shape)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory by RLIMIT_AS")
def test_memory_that_really_runs_out():
    command = [sys.executable, "-c", REAL]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, shape = done.stdout.splitlines()
    assert "Memory ran out at a batch of 64 rows of 2000 steps" in said
    assert shape == "(2,)"


# -- signals -------------------------------------------------------------------------


class Terminated(BaseException):
    """What a handler of SIGTERM may raise."""


class Term(Callback):
    def on_batch_end(self, net, **kwargs):
        if len(net.history) == 2:
            signal.raise_signal(signal.SIGTERM)


@pytest.fixture
def handled():
    def end(number, frame):
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("handled")
def test_sigterm_leaves_an_estimator_as_it_was():
    model = regressor(callbacks=[Term()])
    with pytest.raises(Terminated):
        model.fit(X, y)
    assert set(vars(model)) == set(model.get_params())
    with pytest.raises(NotFittedError):
        model.predict(X)

    model.set_params(callbacks=None).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(Terminated):
        model.set_params(callbacks=[Term()]).fit(X[:, ::-1], 2 * y)
    np.testing.assert_array_equal(model.predict(X), expected)


@pytest.mark.usefixtures("handled")
def test_sigterm_leaves_a_checkpoint_to_go_on_with(tmp_path):
    checkpoint = Checkpoint(tmp_path / "fit.checkpoint")

    class Once(Term):
        left = 1

        def on_batch_end(self, net, **kwargs):
            if len(net.history) == 2 and Once.left:
                Once.left = 0
                super().on_batch_end(net)

    model = regressor(callbacks=[Once(), checkpoint], max_epochs=4)
    with pytest.raises(Terminated):
        model.fit(X, y)
    expected = regressor(max_epochs=4).fit(X, y).predict(X)
    np.testing.assert_array_equal(model.fit(X, y).predict(X), expected)


def test_ctrl_c_before_the_training_leaves_the_last_fit(monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    model = regressor().fit(X, y)
    expected = model.predict(X)
    monkeypatch.setattr(_base, "train", interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X[:, :, :1], y)
    np.testing.assert_array_equal(model.predict(X), expected)


# -- the worker of a search ----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_search_whose_worker_is_killed_says_so_and_can_be_run_again(tmp_path):
    def make_search(folder=None):
        # Defined here: what a function defines is sent to a worker with its code.
        class Kill(Callback):
            def on_epoch_end(self, net, **kwargs):
                if len(net.history) == 2 and not os.path.exists(f"{tmp_path}/killed"):
                    open(f"{tmp_path}/killed", "w").close()
                    os.kill(os.getpid(), signal.SIGKILL)

        callbacks = [Kill(), Checkpoint(f"{tmp_path}/kept/")]
        model = RNNClassifier(3, max_epochs=3, random_state=0, callbacks=callbacks)
        return GridSearchCV(model, {"lr": [0.01, 0.1]}, cv=2, n_jobs=2)

    labels = (y > 0).astype(int)
    search = make_search()
    with pytest.raises(TerminatedWorkerError):
        search.fit(X, labels)
    assert not hasattr(search, "best_estimator_")
    again = make_search().fit(X, labels)
    plain = make_search().set_params(estimator__callbacks=None, n_jobs=1).fit(X, labels)
    np.testing.assert_array_equal(
        again.cv_results_["mean_test_score"], plain.cv_results_["mean_test_score"]
    )
