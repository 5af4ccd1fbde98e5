"""Bands hold what they promise, on whatever was predicted."""

import numpy as np
import pytest

from sklearn_rnn.forecasting import conformal_quantile, conformal_shifts


@pytest.mark.parametrize(
    ("n_scores", "level", "rank"),
    [(9, 0.8, 8), (9, 0.9, 9), (9, 0.7, 7), (10, 0.8, 9), (3, 0.8, 3), (19, 0.05, 1)],
)
def test_the_rank_is_that_of_a_finite_sample(n_scores, level, rank):
    # ceil((n + 1) * level): 8, 9, 7, ceil(8.8), ceil(3.2) of 3, 1.
    scores = np.random.default_rng(0).permutation(n_scores) + 1.0
    assert conformal_quantile(scores, level) == rank


def test_missing_scores_do_not_count():
    scores = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [2.0, 5.0]])
    np.testing.assert_array_equal(conformal_quantile(scores, 0.5), [2.0, 5.0])
    nothing = np.full((3, 2), np.nan)
    np.testing.assert_array_equal(conformal_quantile(nothing, 0.5), [0.0, 0.0])
    np.testing.assert_array_equal(conformal_quantile(nothing[:0], 0.5), [0.0, 0.0])


def test_a_further_score_keeps_the_promise():
    rng = np.random.default_rng(0)
    scores = rng.exponential(size=(25, 20_000))
    share = np.mean(rng.exponential(size=20_000) <= conformal_quantile(scores, 0.8))
    assert abs(share - 21 / 26) < 0.01  # ceil(26 * 0.8) = 21 of 26 places


def test_shifts_by_hand():
    # Four windows, one step ahead; predicted 0, 1 and 2 as the quantiles .25, .5, .75.
    # By how much the band is missed: 1, -0.5, 3, -1; ceil(5 * 0.5) = the third, 1.
    y = np.array([[-1.0], [1.5], [5.0], [1.0]])
    predicted = np.broadcast_to([0.0, 1.0, 2.0], (4, 1, 3))
    shifts = conformal_shifts(y, predicted, [0.25, 0.5, 0.75])
    np.testing.assert_array_equal(shifts, [[-1.0, 0.0, 1.0]])


def test_a_band_too_wide_becomes_narrower():
    y = np.linspace(-1.0, 1.0, 99)[:, np.newaxis]
    predicted = np.broadcast_to([-3.0, 3.0], (99, 1, 2))
    shifts = conformal_shifts(y, predicted, [0.1, 0.9])
    np.testing.assert_allclose(predicted[0] + shifts, [[-0.8, 0.8]], atol=0.02)


def test_a_quantile_alone_is_moved_by_its_own_scores():
    y = np.arange(1.0, 10.0)[:, np.newaxis]
    predicted = np.zeros((9, 1, 3))
    shifts = conformal_shifts(y, predicted, [0.2, 0.5, 0.7])
    # Below: -9, ..., -1, at least y with 0.8: the 8th, -2. Above: the 7th, 7.
    np.testing.assert_array_equal(shifts, [[2.0, 0.0, 7.0]])


@pytest.mark.parametrize("quantiles", [(0.1, 0.5, 0.9), (0.05, 0.25, 0.75, 0.95)])
def test_bands_cover_each_step_by_itself(quantiles):
    rng = np.random.default_rng(1)
    y = rng.standard_t(3, size=(4000, 5)) * np.arange(1.0, 6.0)
    guess = np.linspace(-1, 1, len(quantiles))
    predicted = np.broadcast_to(guess, (4000, 5, len(guess)))
    moved = predicted[0] + conformal_shifts(y[:2000], predicted[:2000], quantiles)
    for i in range(len(quantiles) // 2):
        inside = (y[2000:] >= moved[:, i]) & (y[2000:] <= moved[:, -1 - i])
        expected = 1 - 2 * quantiles[i]
        np.testing.assert_allclose(inside.mean(axis=0), expected, atol=0.035)
