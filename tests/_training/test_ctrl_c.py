"""Ctrl-C is told from a callback that ends training, with any handler of SIGINT."""

import os
import signal
import sys
import threading

import numpy as np
import pytest
from skorch.callbacks import Callback

from sklearn_rnn import RNNRegressor
from sklearn_rnn.estimators import _base

rng = np.random.default_rng(0)
X = rng.normal(size=(10, 4))
y = X.sum(axis=1)


def raise_it(number, frame):
    raise KeyboardInterrupt


class Own(KeyboardInterrupt):
    pass


def raise_own(number, frame):
    raise Own


@pytest.fixture
def answer_by():
    """Install a handler of SIGINT; afterwards it must still be there, and goes."""
    before = signal.getsignal(signal.SIGINT)
    installed = []

    def install(handler):
        installed.append(handler)
        signal.signal(signal.SIGINT, handler)

    yield install
    found = signal.signal(signal.SIGINT, before)
    assert found in (before, *installed[-1:])


class InSecondEpoch(Callback):
    """Call a function at the end of the second epoch."""

    def __init__(self, function):
        self.function = function

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            self.function()


def press():
    signal.raise_signal(signal.SIGINT)


def stop():
    raise KeyboardInterrupt


def fit(function, *callbacks):
    model = RNNRegressor(3, max_epochs=9, lr_schedule=None, random_state=0)
    model.set_params(callbacks=[*callbacks, InSecondEpoch(function)])
    try:
        model.fit(X, y)
    finally:
        assert model.n_iter_ == 2
    return model


HANDLERS = [signal.default_int_handler, raise_it, raise_own]


@pytest.mark.parametrize("handler", HANDLERS, ids=["default", "function", "subclass"])
def test_ctrl_c_in_a_callback_is_raised_whatever_the_handler(answer_by, handler):
    answer_by(handler)
    with pytest.raises(KeyboardInterrupt):
        fit(press)
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize("handler", [raise_it, signal.SIG_IGN], ids=["raises", "none"])
def test_a_callback_that_raises_it_ends_training_whatever_the_handler(
    answer_by, handler
):
    answer_by(handler)
    fit(stop)
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_any_signal_whose_handler_raises_it_is_raised():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            fit(lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_handler_of_a_callback_is_heard(answer_by):
    class Handles(Callback):
        def on_train_begin(self, net, **kwargs):
            self.before_ = signal.signal(signal.SIGINT, raise_it)

        def on_train_end(self, net, **kwargs):
            signal.signal(signal.SIGINT, self.before_)

    class HandlesLate(Callback):
        def on_epoch_begin(self, net, **kwargs):
            answer_by(raise_it)

    for callback in (Handles(), HandlesLate()):
        with pytest.raises(KeyboardInterrupt):
            fit(press, callback)


def test_a_handler_that_only_takes_note_lets_a_callback_end_quietly(answer_by):
    pressed = []
    answer_by(lambda number, frame: pressed.append(number))

    def stop_after_note():
        press()
        if pressed:
            raise KeyboardInterrupt

    fit(stop_after_note)


def test_where_no_handler_can_be_installed_a_callback_ends_training_too(monkeypatch):
    def refuse(*args):
        raise ValueError("signal only works in main thread of the main interpreter")

    for install in (refuse, lambda *args: None):
        monkeypatch.setattr(signal, "signal", install)
        fit(stop)


def test_in_another_thread_a_callback_ends_training_too():
    fitted = []
    thread = threading.Thread(target=lambda: fitted.append(fit(stop)))
    thread.start()
    thread.join()
    assert len(fitted) == 1


# -- after the last epoch ------------------------------------------------------------


class AtTheEnd(Callback):
    """Press Ctrl-C when training has ended, before the best weights come back."""

    def __init__(self, n_times=1):
        self.n_times = n_times

    def on_train_end(self, net, **kwargs):
        for _ in range(self.n_times):
            press()


def watched(*callbacks):
    params = {"max_epochs": 4, "lr": 0.1, "early_stopping": True, "random_state": 0}
    return RNNRegressor(3, callbacks=callbacks, **params)


def test_ctrl_c_at_the_end_waits_for_the_best_weights():
    expected = watched().fit(X, y)
    assert expected.best_epoch_ < expected.n_iter_
    model = watched(AtTheEnd())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_at_the_end_does_not_wait():
    model = watched().fit(X, y)
    expected = model.predict(X)
    model.set_params(callbacks=[AtTheEnd(2)])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X[:, ::-1], y)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_ctrl_c_after_the_training_keeps_what_was_learnt(monkeypatch):
    monkeypatch.setattr(_base, "ignores_beginnings", lambda *args: press())
    model = RNNRegressor(3, max_epochs=2, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    expected = RNNRegressor(3, max_epochs=2, random_state=0)
    monkeypatch.undo()
    np.testing.assert_array_equal(model.predict(X), expected.fit(X, y).predict(X))
