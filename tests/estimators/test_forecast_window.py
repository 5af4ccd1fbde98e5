"""How many steps a forecaster reads is chosen on the held-out part."""

import warnings

import numpy as np
import pytest

from sklearn_rnn import RNNForecaster
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.forecasting import period_of, usual_window

SMALL = {"hidden_size": 2, "max_epochs": 1, "batches_per_epoch": 1, "random_state": 0}


@pytest.fixture
def echo():
    """Noise that comes back after 28 steps, in weeks of 7."""
    y = np.random.default_rng(0).normal(size=400)
    for t in range(28, 400):
        y[t] += 0.95 * y[t - 28]
    return y


def test_as_many_periods_are_read_as_the_held_out_part_needs(echo):
    model = RNNForecaster(3, period=7, **SMALL).fit(echo)
    assert model.window_ == 56 and model.segment_ == 7  # of 14, 28, 56 and 98
    assert model.chosen_ == "linear" or model.chosen_ == "mixture"
    # Three steps ahead, the value of 28 steps before is the 26th to the 28th of those
    # read; less the last value, one more is needed, and 28 are one too few.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotBetterThanNaiveWarning)
        short = RNNForecaster(3, period=7, window=14, **SMALL).fit(echo)
    assert short.window_ == 14
    assert model.held_out_error_["linear"] < 0.5 * short.held_out_error_["linear"]


def test_without_a_held_out_part_the_usual_window_is_read(echo):
    model = RNNForecaster(3, period=7, early_stopping=False, **SMALL).fit(echo)
    assert model.window_ == 98


def test_training_that_goes_on_keeps_its_window(echo):
    model = RNNForecaster(3, period=7, warm_start=True, **SMALL).fit(echo)
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotBetterThanNaiveWarning)
        model.fit(rng.normal(size=400))
    assert model.window_ == 56


@pytest.mark.parametrize(
    ("freq", "period"),
    [
        ("h", 24),
        ("2h", 12),
        ("7h", 1),  # a day is no whole number of them
        ("36h", 1),
        ("min", 60),
        ("15min", 96),
        ("5min", 288),
        ("7min", 1),
        ("s", 60),
        ("10s", 360),
        ("ms", 1),
        ("D", 7),
        ("2D", 1),
        ("7D", 1),
        ("B", 5),
        ("W-WED", 52),
        ("2W-SUN", 26),
        ("MS", 12),
        ("BME", 12),
        ("3ME", 4),
        ("5MS", 1),
        ("WOM-3FRI", 12),
        ("LWOM-FRI", 12),
        ("QS-OCT", 4),
        ("BQE-DEC", 4),
        ("YS-JAN", 1),
        (2.5, 1),
        (None, 1),
    ],
)
def test_a_period_is_a_whole_number_of_steps_of_a_frequency(freq, period):
    assert period_of(freq) == period


@pytest.mark.parametrize(
    ("longest", "horizon", "period", "window"),
    [
        (20000, 6, 360, 360),  # and not 14 periods
        (20000, 6, 60, 360),
        (20000, 720, 1, 400),
        (20000, 6, 1000, 1000),  # one period, as it was asked for
        (90, 4, 12, 24),  # two periods, more than a quarter
        (10, 3, 7, 7),
    ],
)
def test_the_usual_window_is_not_longer_than_a_network_reads(
    longest, horizon, period, window
):
    assert usual_window(longest, horizon, period) == window
