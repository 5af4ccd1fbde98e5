"""Ridge regression on all windows is scikit-learn's on windows written down."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from sklearn_rnn.forecasting import choose_ridge, choose_window, fit_ridge

WINDOW, HORIZON = 8, 3


@pytest.fixture
def series(walk):
    rng = np.random.default_rng(0)
    return [walk(rng, n, n // 40) / 10.0 for n in (150, 90, 30)]


@pytest.fixture
def less_last(windows_of):
    def cut(series):
        windows = windows_of(series, WINDOW, HORIZON)
        return windows[:, :WINDOW], windows[:, WINDOW:]

    return cut


def test_coefficients_are_those_of_scikit_learn(series, less_last):
    linear = fit_ridge(series, WINDOW, HORIZON, alpha=2.5)
    by_hand = Ridge(2.5, fit_intercept=False).fit(*less_last(series))
    assert linear.alpha == 2.5
    np.testing.assert_allclose(linear.coef, by_hand.coef_.T, atol=1e-10)


def test_the_penalty_is_the_best_of_the_held_out_windows(series, less_last):
    n_held_out, alphas = [40, 20, 0], [0.01, 300.0, 1.0, 30.0]
    chosen = choose_ridge(series, n_held_out, WINDOW, HORIZON, alphas)
    cuts = [len(one) - n for one, n in zip(series, n_held_out, strict=True)]
    train = less_last([one[:cut] for one, cut in zip(series, cuts, strict=True)])
    # Their targets, and they alone, lie in the held-out part.
    unseen = [one[cut - WINDOW :] for one, cut in zip(series[:2], cuts, strict=False)]
    X, Y = less_last(unseen)
    fits = [Ridge(alpha, fit_intercept=False).fit(*train) for alpha in alphas]
    errors = [np.square(fit.predict(X) - Y).sum() for fit in fits]
    best = int(np.argmin(errors))
    assert chosen.alpha == alphas[best]
    np.testing.assert_allclose(chosen.coef, fits[best].coef_.T, atol=1e-10)
    assert len(set(np.round(errors, 6))) == len(alphas)


def test_without_a_held_out_window_cross_validation_chooses(series, less_last):
    alphas = np.logspace(-3, 3, 7)
    X, Y = less_last(series)
    expected = RidgeCV(alphas, fit_intercept=False, gcv_mode="svd").fit(X, Y)
    # Generalised: as many degrees of freedom in each row, as scikit-learn has not.
    scores = []
    for alpha in alphas:
        hat = X @ np.linalg.solve(X.T @ X + alpha * np.eye(WINDOW), X.T)
        left = len(X) - np.trace(hat)
        scores.append(np.square(Y - hat @ Y).sum() / left**2)
    chosen = choose_ridge(series, 0, WINDOW, HORIZON, alphas)
    assert chosen.alpha == alphas[np.argmin(scores)]
    assert abs(np.log10(chosen.alpha / expected.alpha_)) <= 1


def test_the_unit_of_the_series_does_not_matter(series):
    first = choose_ridge(series, 20, WINDOW, HORIZON)
    other = choose_ridge([1000.0 * one for one in series], 20, WINDOW, HORIZON)
    np.testing.assert_allclose(other.alpha, 1e6 * first.alpha)
    np.testing.assert_allclose(other.coef, first.coef, atol=1e-10)


@pytest.mark.parametrize("one", [np.ones(50), np.arange(6.0), np.full(40, np.nan)])
def test_what_teaches_nothing_repeats_the_last_value(one):
    for linear in (
        choose_ridge([one], 12, WINDOW, HORIZON),
        fit_ridge([one], WINDOW, HORIZON, 1.0),
    ):
        np.testing.assert_array_equal(linear.coef, np.zeros((WINDOW, HORIZON)))
        assert linear.alpha > 0


def test_a_linear_recurrence_is_found():
    t = np.arange(400.0)
    x = 5.0 + np.sin(2 * np.pi * t / 12) + 0.5 * np.cos(2 * np.pi * t / 5)
    coef, _ = choose_ridge([x], 100, 24, 12)
    past, future = x[300:324], x[324:336]
    np.testing.assert_allclose((past - past[-1]) @ coef + past[-1], future, atol=1e-4)


def test_the_window_is_chosen_that_the_held_out_part_needs():
    # The value of 17 steps before comes back: 16 steps cannot know it, more need not.
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    for t in range(17, 600):
        x[t] += 0.95 * x[t - 17]
    assert choose_window([x], 90, [8, 16, 18, 60], 3) == 18
    assert choose_window([x], 90, [60, 8, 16], 3) == 60
    assert choose_window([x], 0, [8, 18], 3) == 8  # nothing is held out


def test_a_window_that_short_series_leave_little_of_is_passed_over():
    rng = np.random.default_rng(0)
    x = np.sin(np.arange(600.0)) + 0.1 * rng.normal(size=600)
    assert choose_window([x], 90, [2, 40], 3) == 40
    assert choose_window(np.split(x, 15), 10, [2, 40], 3) == 2
    # One series is long enough, and says by itself that 40 is better.
    assert choose_window([x[440:]], 10, [2, 40], 3) == 40
    assert choose_window([*np.split(x[:440], 11), x[440:]], 10, [2, 40], 3) == 2
