import pickle
import signal

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn.callbacks import WeightAverage
from sklearn_rnn.datasets import make_adding_problem

X, Y = make_adding_problem(48, 6, random_state=0)
DECAY = 0.9
SMALL = {"hidden_size": 4, "batch_size": 8, "max_epochs": 4, "random_state": 0}


class Watch(Callback):
    """Note the weights after each update, and what the network holds at epoch ends."""

    def on_train_begin(self, net, **kwargs):
        self.updates_, self.epochs_ = [], []

    def on_batch_end(self, net, training=False, **kwargs):
        if training:
            self.updates_.append(flat_weights(net))

    def on_epoch_end(self, net, **kwargs):
        self.epochs_.append(flat_weights(net))


def flat_weights(net):
    parts = [p.detach().flatten() for p in net.module_.parameters()]
    return torch.cat(parts).double().numpy()


def fit(*callbacks, estimator=None, **fit_params):
    model = estimator or RNNRegressor(early_stopping=False, **SMALL)
    return model.set_params(callbacks=list(callbacks)).fit(X, Y, **fit_params)


def watch_of(model):
    return next(c for _, c in model.net_.callbacks_ if isinstance(c, Watch))


def average(updates, decay):
    """Average step by step, as the docstring writes it."""
    value = updates[0]
    for n, weights in enumerate(updates, start=1):
        d = min(decay, (1 + n) / (10 + n))
        value = d * value + (1 - d) * weights
    return value


def test_the_network_holds_the_average_of_all_updates_so_far():
    model = fit(WeightAverage(DECAY), Watch())
    watch = watch_of(model)
    n_batches = 6
    assert len(watch.updates_) == 4 * n_batches
    for epoch, held in enumerate(watch.epochs_, start=1):
        expected = average(watch.updates_[: epoch * n_batches], DECAY)
        np.testing.assert_allclose(held, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(flat_weights(model.net_), watch.epochs_[-1])


def test_the_first_updates_are_forgotten_soon():
    # d_1 = 2/11, d_2 = 3/12: a_2 = w_1 / 4 + 3 w_2 / 4, however slow the decay.
    one_epoch = {**SMALL, "batch_size": 24, "max_epochs": 1}
    model = RNNRegressor(early_stopping=False, **one_epoch)
    model = fit(WeightAverage(0.9999), Watch(), estimator=model)
    first, second = watch_of(model).updates_
    expected = first / 4 + 3 * second / 4
    np.testing.assert_allclose(flat_weights(model.net_), expected, atol=1e-6)


def test_the_updates_go_on_as_they_would_without():
    plain, averaged = fit(Watch()), fit(WeightAverage(DECAY), Watch())
    np.testing.assert_array_equal(watch_of(plain).updates_, watch_of(averaged).updates_)
    assert plain.loss_curve_ == averaged.loss_curve_
    assert (plain.predict(X) != averaged.predict(X)).any()


def test_validation_looks_at_the_average():
    X_val, y_val = make_adding_problem(30, 6, random_state=1)
    model = fit(WeightAverage(DECAY), X_val=X_val, y_val=y_val)
    assert model.history_["valid_score"][-1] == pytest.approx(
        model.score(X_val, y_val), abs=1e-6
    )


def test_early_stopping_goes_back_to_the_best_average():
    stopping = RNNRegressor(
        early_stopping=True,
        n_iter_no_change=2,
        **{**SMALL, "lr": 0.3, "max_epochs": 30},
    )
    model = fit(WeightAverage(DECAY), Watch(), estimator=stopping)
    best = int(np.argmin(model.history_["valid_loss"]))
    assert best < model.n_iter_ - 1
    np.testing.assert_array_equal(
        flat_weights(model.net_), watch_of(model).epochs_[best]
    )


def test_ctrl_c_in_an_epoch_leaves_the_average():
    class Interrupt(Callback):
        def on_batch_end(self, net, training=False, **kwargs):
            if training and len(net.history) == 2:
                signal.raise_signal(signal.SIGINT)

    model = RNNRegressor(early_stopping=False, **SMALL)
    with pytest.raises(KeyboardInterrupt):
        fit(WeightAverage(DECAY), Watch(), Interrupt(), estimator=model)
    expected = average(watch_of(model).updates_, DECAY)
    np.testing.assert_allclose(flat_weights(model.net_), expected, rtol=1e-5, atol=1e-6)


def test_frozen_vectors_stay():
    embedding = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    tokens = np.array([[2, 3], [4, 5], [3, 2], [5, 4]])
    model = RNNClassifier(
        4,
        input="tokens",
        embedding=embedding,
        net_params={"module__freeze_embedding": True},
        callbacks=[WeightAverage()],
        max_epochs=2,
    ).fit(tokens, [0, 1, 0, 1])
    table = model.net_.module_.embedder.tokens.weight.detach().numpy()
    np.testing.assert_array_equal(table[2:], embedding[2:])


def test_a_fit_begins_an_average_of_its_own():
    callback = WeightAverage(DECAY)
    first = fit(callback).predict(X)
    np.testing.assert_array_equal(fit(callback).predict(X), first)
    assert vars(callback) == {"decay": DECAY}


def test_it_survives_clone_and_pickle_and_partial_fit():
    model = clone(fit(WeightAverage(DECAY)))
    assert model.callbacks[0].decay == DECAY
    model.partial_fit(X, Y)
    copy = pickle.loads(pickle.dumps(model))
    expected = model.partial_fit(X, Y).predict(X)
    np.testing.assert_array_equal(copy.partial_fit(X, Y).predict(X), expected)


@pytest.mark.parametrize("decay", [0, 1, 1.5, -0.1])
def test_a_decay_that_averages_nothing_is_refused(decay):
    with pytest.raises(ValueError, match="decay must lie between 0 and 1"):
        fit(WeightAverage(decay))
