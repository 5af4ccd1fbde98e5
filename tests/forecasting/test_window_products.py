"""The products of all windows are those of windows that are written down."""

import numpy as np
import pytest

from sklearn_rnn.forecasting import window_products


@pytest.mark.parametrize(("window", "horizon"), [(1, 1), (2, 3), (13, 7), (30, 1)])
def test_products_are_those_of_windows_written_down(window, horizon, windows_of, walk):
    rng = np.random.default_rng(window)
    series = [walk(rng, n, n // 30) for n in (200, 31, 4, 90)]
    series += [np.full(50, np.nan), np.arange(60.0), np.empty(0)]
    products, n_windows = window_products(series, window, horizon)
    windows = windows_of(series, window, horizon)
    expected = windows.T @ windows
    assert n_windows == len(windows) > 60
    np.testing.assert_allclose(
        products, expected, rtol=0.0, atol=1e-10 * expected.max()
    )


def test_products_by_hand():
    # Windows of 1 step and the 2 that follow, less the first: 0, 2, 1 and 0, -1, 3.
    products, n_windows = window_products([np.array([1.0, 3.0, 2.0, 6.0])], 1, 2)
    np.testing.assert_allclose(products, [[0, 0, 0], [0, 5, -1], [0, -1, 10]])
    assert n_windows == 2


def test_a_gap_is_read_as_the_value_before_it_and_is_no_target():
    nan = np.nan
    # Of windows of 2 steps and the one that follows the targets are 4, missing and 7;
    # left are 1, 2, 4 and 4, 4, 7: less the middle -1, 0, 2 and 0, 0, 3.
    products, n_windows = window_products([np.array([1.0, 2, 4, nan, 7])], 2, 1)
    np.testing.assert_allclose(products, [[1, 0, -2], [0, 0, 0], [-2, 0, 13]])
    assert n_windows == 2
    # What is masked is read as it is: 1, 2, 4 and 4, 6, 7.
    masked = np.ma.MaskedArray([1.0, 2, 4, 6, 7], mask=[0, 0, 0, 1, 0])
    products, n_windows = window_products([masked], 2, 1)
    np.testing.assert_allclose(products, [[5, 0, -4], [0, 0, 0], [-4, 0, 5]])
    assert n_windows == 2


def test_where_every_window_lacks_a_target_those_count_that_lack_the_fewest():
    x = np.arange(60.0)
    x[::7] = np.nan  # a closed day in each week, and two weeks to forecast
    _, n_windows = window_products([x], 10, 14)
    assert n_windows == 60 - 24  # the first value is missing


def test_without_a_window_there_are_no_products():
    products, n_windows = window_products([np.arange(4.0), np.empty(0)], 3, 2)
    assert n_windows == 0
    np.testing.assert_array_equal(products, np.zeros((5, 5)))


def test_a_level_does_not_change_the_products():
    x = np.random.default_rng(0).normal(size=500)
    products, _ = window_products([x], 20, 5)
    moved, _ = window_products([x + 2.0**30], 20, 5)
    np.testing.assert_allclose(moved, products, rtol=0.0, atol=1e-4)
