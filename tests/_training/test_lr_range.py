from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, LRScheduler
from skorch.history import History
from torch.optim import lr_scheduler

from sklearn_rnn import RNNRegressor
from sklearn_rnn._training import LearningRateRange, planned_rates
from sklearn_rnn._training._callbacks import StopTraining
from sklearn_rnn._training._lr_range import has_exploded
from sklearn_rnn.exceptions import DivergenceWarning

X = np.random.default_rng(0).normal(size=(10, 4))
y = X.sum(axis=1)


class Spy(Callback):
    """Keep the rate and the loss of each update, as torch has them."""

    def on_train_begin(self, net, **kwargs):
        self.seen_ = []

    def on_grad_computed(self, net, **kwargs):
        self.lr_ = net.optimizer_.param_groups[0]["lr"]

    def on_batch_end(self, net, training=False, loss=None, **kwargs):
        if training:
            self.seen_.append((self.lr_, loss.item()))


class End(Callback):
    """End training as skorch's EarlyStopping does, after the first epoch."""

    def on_epoch_end(self, net, **kwargs):
        raise KeyboardInterrupt


def fit(*callbacks, **params):
    """Train on ten rows, four to a batch: three updates an epoch."""
    params = {"batch_size": 4, "max_epochs": 9, "lr_schedule": None, **params}
    model = RNNRegressor(3, cell="rnn", callbacks=[*callbacks], random_state=0)
    net = model.set_params(**params).fit(X, y).net_
    kinds = tuple(type(callback) for callback in callbacks)
    return [callback for _, callback in net.callbacks_ if isinstance(callback, kinds)]


def feed(losses, callback, optimizer=None):
    """Hand some losses to a callback as a training would."""
    optimizer = optimizer or torch.optim.SGD([torch.zeros(1)], lr=1.0)
    net = SimpleNamespace(optimizer_=optimizer, history=History())
    net.history.new_epoch()
    callback.on_train_begin(net)
    for loss in losses:
        net.history.new_batch()
        callback.on_batch_begin(net, training=True)
        net.history.record_batch("train_loss", loss)
        callback.on_batch_end(net, training=True)
    return callback


# -- LearningRateRange ---------------------------------------------------------


def test_the_rates_of_the_updates_form_a_geometric_series():
    spy, test = fit(Spy(), LearningRateRange(1e-4, 1e-1, 4))
    lrs, losses = map(list, zip(*spy.seen_[:3], strict=True))
    # Factor 10 from update to update; the fourth ends training before a later one.
    np.testing.assert_allclose(test.lrs_, [1e-4, 1e-3, 1e-2, 1e-1], rtol=1e-12)
    assert test.lrs_[:3] == lrs
    assert test.losses_[:3] == losses
    assert len(spy.seen_) == 4
    assert not test.cut_short_


def test_the_rate_is_set_after_what_others_do_to_it():
    others = LRScheduler(lr_scheduler.ExponentialLR, gamma=0.5, step_every="batch")
    _, spy, test = fit(others, Spy(), LearningRateRange(0.001, 0.01, 7))
    assert [lr for lr, _ in spy.seen_] == test.lrs_
    assert len(test.lrs_) == 7


def test_groups_of_parameters_keep_their_ratio():
    own_rate = {"params": [torch.zeros(1)], "lr": 0.05}
    optimizer = torch.optim.SGD([own_rate, {"params": [torch.zeros(1)]}], lr=0.2)
    feed([1.0], LearningRateRange(0.004, 1.0, 5), optimizer)
    assert [group["lr"] for group in optimizer.param_groups] == [0.001, 0.004]


def test_the_smoothed_loss_is_that_of_a_hand_calculation():
    test = feed([1.0, 2.0, 0.0], LearningRateRange(1e-3, 1.0, 5))
    # a: 0.1, 0.09 + 0.2 = 0.29, 0.261; divided by 0.1, 1 - 0.81 and 1 - 0.729.
    np.testing.assert_allclose(test.smoothed_, [1.0, 0.29 / 0.19, 0.261 / 0.271])


def test_a_constant_loss_is_its_own_average():
    test = feed([0.7] * 30, LearningRateRange(1e-3, 1.0, 40))
    np.testing.assert_allclose(test.smoothed_, 0.7)


@pytest.mark.parametrize(
    ("smoothed", "exploded"),
    [
        ([], False),
        ([1.0, 0.8, 3.1], False),  # 0.8 + 3 * 0.8 = 3.2
        ([1.0, 0.8, 3.3], True),
        ([1.0, 0.001, 2.9], False),  # not 0.004, but 0.001 + 3 * 0.999
        ([1.0, -0.5, 3.9], False),  # -0.5 + 3 * 1.5 = 4
        ([1.0, -0.5, 4.1], True),
        ([1.0, 0.8, 3.3, 0.9], False),
    ],
)
def test_the_loss_has_exploded_when_it_is_far_above_its_lowest(smoothed, exploded):
    assert has_exploded(smoothed) is exploded


def test_an_explosion_ends_the_training():
    test = LearningRateRange(1e-3, 1.0, 5)
    # Smoothed: 1 and then (0.09 + 1) / 0.19, which is above 1 + 3.
    with pytest.raises(StopTraining):
        feed([1.0, 10.0], test)
    assert test.losses_ == [1.0, 10.0]


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.DivergenceWarning")
def test_a_loss_that_is_not_finite_ends_the_training_and_is_left_out():
    (test,) = fit(LearningRateRange(1e30, 1e36, 7), optimizer="sgd")
    assert 1 <= len(test.losses_) < 7
    assert np.isfinite(test.losses_).all()
    assert len(test.lrs_) == len(test.smoothed_) == len(test.losses_)
    assert not test.cut_short_


def test_divergence_is_reported_as_in_any_fit():
    with pytest.warns(DivergenceWarning):
        fit(LearningRateRange(1e30, 1e36, 7), optimizer="sgd")


def test_a_training_that_others_end_is_cut_short():
    _, test = fit(End(), LearningRateRange(1e-4, 1e-1, 7))
    assert len(test.lrs_) == 3
    assert test.cut_short_


def test_a_training_of_too_few_epochs_is_cut_short():
    (test,) = fit(LearningRateRange(1e-4, 1e-1, 7), max_epochs=2)
    assert len(test.lrs_) == 6
    assert test.cut_short_


def test_the_validation_part_is_no_update():
    held_out = {"early_stopping": True, "validation_fraction": 0.4}
    (test,) = fit(LearningRateRange(1e-4, 1e-1, 6), **held_out)
    assert len(test.lrs_) == 6


# -- planned_rates -------------------------------------------------------------

HALVED = partial(lr_scheduler.StepLR, step_size=2, gamma=0.5)


@pytest.mark.parametrize(
    ("lr_schedule", "factors"),
    [
        (None, [1, 1, 1, 1, 1]),
        # (1 + cos(pi * t / 5)) / 2 for t = 0 to 4
        ("cosine", [1, 0.9045085, 0.6545085, 0.3454915, 0.0954915]),
        (HALVED, [1, 1, 0.5, 0.5, 0.25]),
        (lambda update: 1 / (1 + update), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    ],
)
def test_planned_rates_are_those_of_a_hand_calculation(lr_schedule, factors):
    rates = planned_rates(lr_schedule, 0.1, 5)
    assert rates.dtype == np.float64
    np.testing.assert_allclose(rates, 0.1 * np.array(factors), rtol=1e-6)


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing():
    # torch: from lr / 25 at the start to lr at 0.3 * 10 - 1 and to lr / 250 000.
    rates = planned_rates("one_cycle", 0.1, 10)
    assert rates[[0, 2, 9]] == pytest.approx([0.004, 0.1, 4e-7])
    assert rates.argmax() == 2


@pytest.mark.parametrize("lr_schedule", ["cosine", "one_cycle", HALVED])
def test_a_plan_of_one_update_is_possible(lr_schedule):
    assert planned_rates(lr_schedule, 0.1, 1).shape == (1,)


@pytest.mark.parametrize(
    "lr_schedule", ["plateau", partial(lr_scheduler.ReduceLROnPlateau, patience=2)]
)
def test_a_plateau_cannot_be_planned(lr_schedule):
    assert planned_rates(lr_schedule, 0.1, 5) is None
