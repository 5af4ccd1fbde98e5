from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from sklearn_rnn import RNNRegressor
from sklearn_rnn._training import OPTIMIZERS, SCHEDULES
from sklearn_rnn._training._optimizers import make_schedule

X = np.random.default_rng(0).normal(size=(12, 3))
y = X[:, 0]


def optimizer_of(**params):
    return RNNRegressor(2, cell="rnn", max_epochs=1, **params).fit(X, y).net_.optimizer_


@pytest.mark.parametrize(
    ("name", "torch_class"),
    [
        ("adam", torch.optim.Adam),
        ("adamw", torch.optim.AdamW),
        ("nadam", torch.optim.NAdam),
        ("rmsprop", torch.optim.RMSprop),
        ("sgd", torch.optim.SGD),
    ],
)
def test_a_name_gives_the_class_of_torch(name, torch_class):
    optimizer = optimizer_of(optimizer=name, lr=0.02)
    assert type(optimizer) is torch_class
    assert optimizer.param_groups[0]["lr"] == 0.02


def test_no_name_goes_untested():
    assert set(OPTIMIZERS) == {"adam", "adamw", "nadam", "rmsprop", "sgd"}
    assert set(SCHEDULES) == {"cosine", "one_cycle", "plateau"}


def test_a_class_of_torch_can_be_given():
    assert type(optimizer_of(optimizer=torch.optim.Adamax)) is torch.optim.Adamax


def test_an_unknown_optimizer_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'optimizer' parameter .*'nadam'.*'adadam'"):
        optimizer_of(optimizer="adadam")


@pytest.mark.parametrize(
    ("lr_schedule", "torch_class"),
    [
        ("cosine", lr_scheduler.CosineAnnealingLR),
        ("one_cycle", lr_scheduler.OneCycleLR),
        ("plateau", lr_scheduler.ReduceLROnPlateau),
        (lr_scheduler.ConstantLR, lr_scheduler.ConstantLR),
        (partial(lr_scheduler.StepLR, step_size=3), lr_scheduler.StepLR),
        (lambda update: 1 / (1 + update), lr_scheduler.LambdaLR),
        (partial(pow, 0.5), lr_scheduler.LambdaLR),
    ],
)
def test_a_schedule_is_the_scheduler_of_torch(lr_schedule, torch_class):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    assert type(make_schedule(lr_schedule, optimizer, 10)) is torch_class
