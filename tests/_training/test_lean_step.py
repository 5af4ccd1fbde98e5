"""Updates of Adam beside those that skorch and torch make."""

from functools import partial, wraps
from types import MethodType
from unittest.mock import patch

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier
from sklearn_rnn._training._lean_step import LeanStep
from sklearn_rnn.datasets import make_first_symbol

X, y = make_first_symbol(n_samples=60, random_state=0)


class Once(Callback):
    """Call a function of the net once, at an event."""

    def __init__(self, event, change):
        self.change = change
        setattr(self, event, self.tell)

    def tell(self, net, **kwargs):
        if not hasattr(self, "told_"):
            self.told_ = True
            self.change(net)


def fit(**params):
    defaults = {"max_epochs": 3, "random_state": 0, "hidden_size": 5, "batch_size": 16}
    return RNNClassifier(**{"cell": "rnn", **defaults, **params}).fit(X, y)


def fit_by_skorch(**params):
    with patch.object(LeanStep, "can_update", return_value=False):
        return fit(**params)


def assert_same_bits(one, other):
    states = [m.net_.module_.state_dict().values() for m in (one, other)]
    assert all(torch.equal(*pair) for pair in zip(*states, strict=True))
    for curve in ("train_loss", "gradient_norm", "lr"):
        np.testing.assert_array_equal(one.history_[curve], other.history_[curve])


def count_steps(**params):
    """Count how often torch's own step is taken in a fit."""
    update = patch.object(
        LeanStep, "update", autospec=True, side_effect=LeanStep.update
    )
    with update as lean:
        model = fit(**{"lr_schedule": None, **params})
    return model.net_.n_updates_ - lean.call_count


@pytest.mark.parametrize(
    "params",
    [
        {"max_grad_norm": 0.05},
        {"max_grad_norm": None, "lr_schedule": None},
        {"cell": "lstm", "bidirectional": True, "dropout": 0.2, "num_layers": 2},
        {"early_stopping": True, "lr": 0.1},
        {"cell": "gru", "net_params": {"optimizer__foreach": True}},
    ],
)
def test_the_bits_are_those_of_skorch_and_torch(params):
    assert_same_bits(fit(**params), fit_by_skorch(**params))


def test_only_the_first_update_is_made_by_torch():
    assert count_steps() == 1
    assert count_steps(optimizer="adam", net_params={"optimizer__eps": 1e-6}) == 1


class Looking(Callback):
    """See the gradients, and halve them."""

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.n_seen_ = len(list(named_parameters))
        for parameter in net.module_.parameters():
            parameter.grad /= 2


@pytest.mark.parametrize(
    "params",
    [
        {"callbacks": [Looking()]},
        {"net_params": {"optimizer__weight_decay": 0.1}},
        {"net_params": {"optimizer__amsgrad": True}},
    ],
)
def test_what_is_more_than_adam_is_left_to_skorch_and_torch(params):
    assert count_steps(**params) == 3 * 4
    assert_same_bits(fit(**params), fit_by_skorch(**params))


TAKEN = []


def counting(step):
    def counted(optimizer, closure=None):
        TAKEN.append(optimizer)
        return step(optimizer, closure)

    return counted


def counting_by_the_name(step):
    return wraps(step)(counting(step))


def put_into_the_optimizer(net, count):
    net.optimizer_.step = MethodType(count(type(net.optimizer_).step), net.optimizer_)


def put_below_a_schedule(net, count):
    put_into_the_optimizer(net, count)
    torch.optim.lr_scheduler.ConstantLR(net.optimizer_)


@pytest.mark.parametrize("count", [counting, counting_by_the_name])
@pytest.mark.parametrize("put", [put_into_the_optimizer, put_below_a_schedule])
def test_a_step_of_ones_own_is_taken(put, count):
    TAKEN.clear()
    own = Once("on_train_begin", partial(put, count=count))
    fit(lr_schedule=None, callbacks=[own])
    assert len(TAKEN) == 3 * 4


@pytest.mark.parametrize("count", [counting, counting_by_the_name])
def test_a_step_of_ones_own_in_the_class_is_taken(count):
    TAKEN.clear()
    with patch.object(torch.optim.Adam, "step", count(torch.optim.Adam.step)):
        fit()
    assert len(TAKEN) == 3 * 4


@pytest.mark.parametrize("lr_schedule", ["cosine", "one_cycle", "plateau"])
def test_a_schedule_makes_no_update_slower(lr_schedule):
    assert count_steps(lr_schedule=lr_schedule) == 1


def decay(net):
    net.optimizer_.param_groups[0]["weight_decay"] = 0.5


def go_slower(net):
    net.optimizer_.param_groups[0]["lr"] = 1e-5


def take_sgd(net):
    net.optimizer_ = torch.optim.SGD(net.module_.parameters(), lr=1.0)


def split_groups(net):
    given = net.optimizer_.param_groups[0]["params"]
    net.optimizer_.add_param_group({"params": [given.pop(), given.pop()], "lr": 1.0})


def freeze(net):
    net.module_.head.affine.weight.requires_grad_(False)


def load_own_state(net):
    net.optimizer_.load_state_dict(net.optimizer_.state_dict())


def hook(net):
    def forget(optimizer, *args):
        for state in optimizer.state.values():
            state["exp_avg"].zero_()

    net.optimizer_.register_step_post_hook(forget)


def replace_weights(net):
    layer = net.module_.head.affine
    layer.weight = torch.nn.Parameter(layer.weight.detach() * 2)
    net.optimizer_.param_groups[0]["params"] = list(net.module_.parameters())


@pytest.mark.parametrize("event", ["on_train_begin", "on_batch_begin", "on_epoch_end"])
@pytest.mark.parametrize(
    "change",
    [
        decay,
        go_slower,
        take_sgd,
        split_groups,
        freeze,
        load_own_state,
        hook,
        replace_weights,
    ],
)
def test_what_a_callback_changes_is_heeded(event, change):
    lean, by_skorch = (
        train(lr_schedule=None, callbacks=[Once(event, change)])
        for train in (fit, fit_by_skorch)
    )
    assert_same_bits(lean, by_skorch)
