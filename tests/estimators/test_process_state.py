"""Whatever a program has set or lacks: the same bits, and its state as it was."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from scipy import sparse
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger, load, save
from sklearn_rnn.inspection import explain, hidden_states
from sklearn_rnn.testing import all_estimators
from sklearn_rnn.testing._predictions import assert_same
from sklearn_rnn.testing._subject import Subject

# After so short a training an answer may be empty, or go on for ever.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::sklearn_rnn.exceptions.{name}")
    for name in (
        "NothingLearntWarning",
        "NotBetterThanNaiveWarning",
        "TruncationWarning",
    )
]

PREDICTORS = {name: kind for name, kind in all_estimators() if hasattr(kind, "predict")}

# -- what is set -----------------------------------------------------------------------


@contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def default_device(device):
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


STATES = {
    "float64": lambda: default_dtype(torch.float64),
    "bfloat16": lambda: default_dtype(torch.bfloat16),
    "another device": lambda: default_device("meta"),
    "inference_mode": torch.inference_mode,
    "no_grad": torch.no_grad,
    "autocast": autocast,
    "NumPy raises": lambda: np.errstate(all="raise"),
}


def settings():
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_inference_mode_enabled(),
        torch.is_grad_enabled(),
        torch.is_autocast_enabled("cpu"),
        np.geterr(),
    )


def noise():
    rng = np.random.default_rng(0)
    return rng.normal(size=(30, 6, 2)), rng.normal(size=30)


class Work:
    """All that an estimator does with data of its kind."""

    def __init__(self, kind):
        params = {"max_epochs": 2, "random_state": 0, "early_stopping": True}
        params["validation_fraction"] = 0.25
        has = kind().get_params()
        if hasattr(kind, "step") and "bidirectional" in has:
            params["bidirectional"] = False
        if "batches_per_epoch" in has:
            params["batches_per_epoch"] = 2
        self.subject = Subject(kind(8, **params), rtol=0)
        self.X, self.y = self.subject.noise(ragged=False)
        self.X = np.stack(self.X) * 1e-30  # whose squares leave float32
        if self.subject.is_stepwise:
            self.y = np.stack(self.y)
        fitted = self.subject.fit(self.X, self.y)
        with torch.no_grad():
            for weight in fitted.net_.module_.parameters():
                weight *= 1e4  # logits so far apart that probabilities underflow
        self.sure, self.kept = fitted, pickle.dumps(fitted)

    def do(self):
        """Give what every method says, by its name."""
        fitted = self.subject.fit(self.X, self.y)
        said = {f"fit, {k}": v for k, v in self.subject.said(fitted, self.X).items()}
        for name, model in {"sure": self.sure, "read": pickle.loads(self.kept)}.items():
            found = self.subject.said(model, self.X)
            for method in ("predict_over_time", "predict_proba_over_time"):
                if hasattr(model, method):
                    found[method] = list(getattr(model, method)(self.X))
            if model.net_.module_.why_no_step() is None:
                found["step"] = list(model.step(self.X[:, 0])[0])
            found["score"] = [np.array(model.score(self.X, self.y))]
            said |= {f"{name}, {method}": rows for method, rows in found.items()}
        if hasattr(fitted, "partial_fit"):
            fitted.partial_fit(self.X, self.y)
        said |= {f"on, {k}": v for k, v in self.subject.said(fitted, self.X).items()}
        return said


@pytest.mark.changes_global_state
@pytest.mark.parametrize("name", PREDICTORS)
def test_no_setting_of_a_program_changes_a_bit_and_none_is_changed(name):
    work = Work(PREDICTORS[name])
    expected = work.do()
    for state, enter in STATES.items():
        with enter():
            before = settings()
            said = work.do()
            assert settings() == before, state
        assert said.keys() == expected.keys()
        assert_same(said, expected, f"under {state} bits differ")


@pytest.mark.changes_global_state
def test_fits_that_run_at_once_do_not_take_the_dtype_from_each_other():
    # The one that begins first ends first, in the middle of the other.
    X, y = noise()
    began, ended, dtypes = threading.Event(), threading.Event(), []

    class Begins(Callback):
        def on_train_begin(self, net, **kwargs):
            running.append(
                pool.submit(RNNRegressor(max_epochs=1, callbacks=[Waits]).fit, X, y)
            )
            assert began.wait(60)

    class Waits(Callback):
        def on_train_begin(self, net, **kwargs):
            began.set()
            assert ended.wait(60)
            dtypes.append(torch.get_default_dtype())

    running = []
    with default_dtype(torch.float64), ThreadPoolExecutor(1) as pool:
        RNNRegressor(max_epochs=1, callbacks=[Begins]).fit(X, y)
        ended.set()
        running[0].result()
        dtypes.append(torch.get_default_dtype())
    assert dtypes == [torch.float32, torch.float64]


@pytest.mark.changes_global_state
def test_explanations_and_files_are_read_as_always(tmp_path):
    pytest.importorskip("skops")
    X, y = noise()
    model = RNNRegressor(4, max_epochs=1, random_state=0).fit(X, y)
    save(model, tmp_path / "model.skops")

    def do():
        yield explain(model, X[:1])[0].values
        yield hidden_states(model, X[:1])[0][0]["hidden"]
        yield load(tmp_path / "model.skops").predict(X)

    expected = list(do())
    for state, enter in STATES.items():
        with enter():
            found = list(do())
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=state)


# -- what is missing -------------------------------------------------------------------


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_a_program_without_a_console_fits_in_silence(verbose, monkeypatch):
    # pythonw, a frozen program with windows alone, a service.
    closed = io.StringIO()
    closed.close()
    X, y = noise()
    for stream in (None, closed):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "stderr", stream)
            model = RNNRegressor(4, max_epochs=2, random_state=0, verbose=verbose)
            model.fit(X, y).partial_fit(X, y)
        assert model.n_iter_ == 3


# -- after a fork ----------------------------------------------------------------------

# In the parent torch computes on two threads, which are gone in the child.
FORKS = """
import os
import numpy as np
import torch
from sklearn_rnn import RNNClassifier
from sklearn_rnn._training import _threads

_threads.cpu_count = lambda: 2
X, y = np.random.default_rng(0).normal(size=(256, 40, 8)), np.arange(256) % 2
model = RNNClassifier(64, cell="gru", max_epochs=1, n_jobs=2, random_state=0)
model.set_params(net_params={"torch_threads": 2})
expected = model.fit(X, y).predict_proba(X)
child = os.fork()
if not child:
    same = (model.predict_proba(X) == expected).all()
    os._exit(not same or model.partial_fit(X, y).n_iter_ != 2)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_predicts_and_learns():
    # As those of gunicorn --preload and of multiprocessing's "fork".
    environ = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORKS],
        env=environ,
        start_new_session=True,
    ) as parent:
        try:
            assert parent.wait(timeout=60) == 0
        except subprocess.TimeoutExpired:
            os.killpg(parent.pid, signal.SIGKILL)  # and the child that hangs
            raise


# -- arrays of others ------------------------------------------------------------------


def foreign(array):
    """Give the bytes of each number in the order of another processor, read-only."""
    array = array.astype(array.dtype.newbyteorder())
    array.flags.writeable = False
    return array


def test_read_only_arrays_in_foreign_bytes_give_the_same_bits():
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(30, 6, 2))
    ids = rng.integers(2, 12, (30, 6))
    tokens = sparse.csr_array(ids)
    frozen_tokens = tokens.copy()  # SciPy knows no foreign bytes
    for part in (frozen_tokens.data, frozen_tokens.indices, frozen_tokens.indptr):
        part.flags.writeable = False
    labels, words = np.arange(30) % 3, np.array(["no", "maybe", "yes"])
    weight, vectors = rng.random(30), rng.normal(size=(12, 3))
    steps = foreign(labels[:, np.newaxis] + np.arange(6))
    table = [
        (RNNClassifier, {}, numbers, foreign(numbers), labels, foreign(labels)),
        (RNNClassifier, {}, numbers, list(foreign(numbers)), words[labels], None),
        (RNNRegressor, {}, numbers, foreign(numbers), weight, foreign(weight)),
        (RNNTagger, {}, numbers, foreign(numbers), steps.astype(int), steps),
        (RNNClassifier, {}, tokens, frozen_tokens, labels, foreign(labels)),
        (RNNClassifier, {"input": "tokens"}, ids, foreign(ids), labels, labels),
        (RNNRegressor, {"embedding": vectors}, tokens, frozen_tokens, weight, None),
    ]
    for kind, params, X, other_X, y, other_y in table:
        model = kind(4, max_epochs=2, random_state=0, **params)
        other_y = foreign(y) if other_y is None else other_y
        expected = model.fit(X, y, weight).predict(X)
        if "embedding" in params:
            model.set_params(embedding=foreign(vectors))
        model.fit(other_X, other_y, foreign(weight))
        for X_like in (X, other_X):
            found = np.hstack(model.predict(X_like))
            np.testing.assert_array_equal(found, np.hstack(expected))
