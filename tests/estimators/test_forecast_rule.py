"""Which of several forecasts is given: the simplest that is good enough."""

import numpy as np

from sklearn_rnn.estimators._forecast_rule import (
    Combination,
    HeldOut,
    _choose_of_blocks,
    choose,
)


def chosen(better_by, *, n_blocks=3, linear=0.5, noise=0.1):
    """Choose where the linear forecast is off by half as much as the last value."""
    rng = np.random.default_rng(0)
    values = np.tile(np.float32([1.0, 0.0]), (n_blocks, 1))
    target = 1.0 + noise * rng.normal(size=(n_blocks, 1))
    outputs = np.full((n_blocks, 1, 1), -5.0)  # the network is no good
    held_out = HeldOut(values, outputs, target, target, np.arange(n_blocks))
    coef = np.array([[linear], [0.0]])
    found, _ = choose(held_out, Combination(coef, False, 0.5, "linear"), better_by)
    return found.chosen


def test_the_last_value_is_given_up_where_others_are_clearly_better():
    assert chosen(np.empty(0)) == "linear"
    assert chosen(np.empty(0), linear=0.0) == "repeat_last"
    # Of one block alone the better one is taken; earlier ones may say otherwise.
    assert chosen(np.empty(0), n_blocks=1) == "linear"
    assert chosen(np.array([-0.9, -0.6, 0.2]), n_blocks=1) == "repeat_last"
    assert chosen(np.array([0.9, 0.6, 0.7]), n_blocks=1) == "linear"


def test_the_one_that_is_given_is_itself_clearly_better_than_the_last_value():
    last, mixture = np.ones(4), np.array([0.9, 0.8, 0.9, 0.8])
    # The mixture is better by 0.15 with a standard error of 0.03. The linear one is
    # within one of it, 0.28, but better than the last value by 0.075 only.
    linear = np.array([1.5, 0.4, 1.4, 0.4])
    assert _choose_of_blocks(np.array([last, linear, mixture]), np.empty(0)) == 0
    assert _choose_of_blocks(np.array([last, last, mixture]), np.empty(0)) == 2
