"""The picture of a backtest shows the errors by step ahead."""

import numpy as np
from sklearn.dummy import DummyRegressor

from sklearn_rnn import backtest
from sklearn_rnn.inspection import BacktestDisplay


def test_errors_of_a_backtest_are_drawn_by_step():
    y = np.arange(20.0) ** 1.5
    how = {"y": y, "horizon": 3, "n_origins": 4, "refit": 1}
    mean, median = DummyRegressor(), DummyRegressor(strategy="median")
    result = backtest(mean, **how)
    display = BacktestDisplay.from_result(result, name="mean", color="red")
    assert display.line_.get_xdata().tolist() == [1, 2, 3]
    np.testing.assert_array_equal(display.line_.get_ydata(), result.error_by_step)
    assert display.line_.get_color() == "red"
    other = BacktestDisplay.from_estimator(median, **how, ax=display.ax_)
    assert other.ax_ is display.ax_ and other.name == "DummyRegressor"
    labels = [line.get_label() for line in display.ax_.lines]
    assert labels == ["mean", "last season repeated", "DummyRegressor"]
    naive = display.ax_.lines[1].get_ydata()
    np.testing.assert_array_equal(naive, result.naive_error_by_step)
    how["horizon"] = 1
    assert BacktestDisplay.from_estimator(mean, **how).line_.get_marker() == "o"
