"""Ctrl-C is told from a callback that ends training, whatever answers SIGINT."""

import signal
import threading

import numpy as np
import pytest
from skorch.callbacks import Callback

from sklearn_rnn import RNNRegressor

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
    """Install a handler of SIGINT; afterwards it must still stand there, and goes."""
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


def test_a_handler_of_a_callback_is_heard(answer_by):
    class Handles(Callback):
        def on_train_begin(self, net, **kwargs):
            self.before_ = signal.signal(signal.SIGINT, raise_it)

        def on_train_end(self, net, **kwargs):
            assert signal.getsignal(signal.SIGINT) is raise_it
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


def test_in_another_thread_a_callback_ends_training_too():
    fitted = []
    thread = threading.Thread(target=lambda: fitted.append(fit(stop)))
    thread.start()
    thread.join()
    assert len(fitted) == 1
