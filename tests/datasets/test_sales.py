"""The series have the best forecast that they promise."""

import numpy as np
import pytest
from scipy.stats import norm

from sklearn_rnn.datasets import make_passengers, make_shop_sales


def best_error(noise):
    """Give the mean of |exp(noise * z) - 1| over the standard normal, in parts."""
    z = np.linspace(-8, 8, 20001)
    return (np.abs(np.expm1(noise * z)) * norm.pdf(z)).sum() * (z[1] - z[0])


def test_the_best_error_is_that_of_the_docstrings():
    for noise, percent in ((0.03, 2.4), (0.1, 8.0)):
        closed = np.exp(noise**2 / 2) * (2 * norm.cdf(noise) - 1)
        np.testing.assert_allclose(best_error(noise), closed, rtol=1e-6)
        assert round(100 * closed, 1) == percent


def test_passengers_are_their_median_times_noise():
    months, clean = make_passengers(600, noise=0)
    assert months[[0, 13]].tolist() == [
        np.datetime64("2000-01-01"),
        np.datetime64("2001-02-01"),
    ]
    logs = np.log(clean)
    np.testing.assert_allclose(logs[12:] - logs[:-12], 0.12)
    # By hand in January and April: cos 0, sin 0; cos 90°, sin 180°.
    np.testing.assert_allclose(logs[[0, 3]], np.log(110) + np.array([-0.16, 0.03]))
    _, noisy = make_passengers(600, noise=0.1, random_state=0)
    error = np.mean(np.abs(noisy - clean) / clean)
    assert abs(error - best_error(0.1)) < 4 * 0.06 / np.sqrt(600)


def test_sales_are_level_week_and_promotion():
    X, y = make_shop_sales(200, 70, noise=0, random_state=0)
    shops, logs = X["shop"].reshape(200, 70), np.log(y).reshape(200, 70)
    promotion, date = X["promotion"].reshape(200, 70), X["date"].reshape(200, 70)
    assert (shops == shops[:, :1]).all() and len(set(shops[:, 0])) == 200
    assert (np.diff(date, axis=1) == np.timedelta64(1, "D")).all()
    assert abs(promotion.mean() - 0.1) < 5 * np.sqrt(0.09 / 14000)
    plain = logs - 0.5 * promotion
    np.testing.assert_allclose(plain[:, 7:], plain[:, :-7])
    week = plain[:, :7] - plain[:, [3]]  # less Thursday, which is 0
    np.testing.assert_allclose(
        week, np.tile([-0.1, -0.15, -0.1, 0, 0.15, 0.4, -0.2], (200, 1)), atol=1e-12
    )
    levels = plain[:, 3]
    assert abs(levels.mean() - np.log(100)) < 4 * 0.7 / np.sqrt(200)
    assert abs(levels.std() - 0.7) < 4 * 0.7 / np.sqrt(400)


@pytest.mark.parametrize("make", [make_passengers, make_shop_sales])
def test_the_same_seed_gives_the_same_data(make):
    first, again, other = (make(random_state=seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    state = np.random.get_state()[1].copy()
    assert not np.array_equal(make()[1], make()[1])
    np.testing.assert_array_equal(np.random.get_state()[1], state)
