"""The picture of a forecast shows its past, its bands and what came."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import ConciseDateFormatter, date2num
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn.inspection import ForecastDisplay


class Counter(RegressorMixin, BaseEstimator):
    """Forecasts 0, 1, 2, ... of each series and target, ten apart, as a frame too."""

    def __init__(self, quantiles=(0.1, 0.25, 0.5, 0.75, 0.9), index=None, n_targets=1):
        self.quantiles = quantiles
        self.index = index
        self.n_targets = n_targets

    def fit(self, X, y=None):
        return self

    def predict(self, X=None):
        n = len(self.index) if X is None else len(X)
        y = np.arange(float(n))[:, None] + 10.0 * np.arange(self.n_targets)
        return y[:, 0] if self.n_targets == 1 else y

    def forecast(self, X=None):
        y = self.predict(X).reshape(-1, self.n_targets)
        if self.quantiles is not None:
            shift = np.array(self.quantiles) * 10.0 - 5.0
            y = (y[:, :, None] + shift).reshape(len(y), -1)
        return pd.DataFrame(y, self.index if X is None else X.index)


def test_a_forecast_is_drawn_behind_its_past():
    days = pd.date_range("2024-03-01", periods=3)
    past = pd.Series(np.arange(20.0), pd.date_range(end="2024-02-29", periods=20))
    _, ax = plt.subplots()
    display = ForecastDisplay.from_estimator(
        Counter(index=days), y_past=past, y_true=[1, 1, 1], n_past=5, ax=ax
    )
    assert display.ax_ is ax and display.figure_ is ax.figure
    drawn = {line.get_label(): line for line in ax.lines}
    assert list(drawn) == ["past", "forecast", "what came"]
    assert drawn["past"].get_ydata().tolist() == [15, 16, 17, 18, 19]
    assert drawn["past"].get_xdata()[-1] == past.index[-1].to_numpy()
    np.testing.assert_array_equal(display.line_.get_xdata(), days.to_numpy())
    assert display.line_.get_ydata().tolist() == [0, 1, 2]
    assert drawn["what came"].get_ydata().tolist() == [1, 1, 1]
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    assert [b.get_label() for b in display.bands_] == ["80 % band", "50 % band"]
    ((outer,), (inner,)) = (band.get_paths() for band in display.bands_)
    first = date2num(days[0])
    for path, half in ((outer, 4.0), (inner, 2.5)):
        at_first = path.vertices[path.vertices[:, 0] == first, 1]
        assert (at_first.min(), at_first.max()) == (-half, half)


def test_one_series_and_one_target_of_many_are_drawn():
    days = pd.period_range("2024-03", periods=2, freq="M")
    index = pd.MultiIndex.from_product([["a", "b"], days], names=["shop", "month"])
    model = Counter(index=index, n_targets=2)
    display = ForecastDisplay.from_estimator(model, series="b", target=1)
    assert display.y_pred.tolist() == [12, 13] and display.name == "b"
    assert display.times[0] == np.datetime64("2024-03-01")
    np.testing.assert_allclose(
        display.quantile_forecasts[:, [0, -1]], [[8, 16], [9, 17]]
    )
    assert display.ax_.get_ylabel() == "b"
    assert ForecastDisplay.from_estimator(model).y_pred.tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"no forecast of the series 'c'.*'a', 'b'"):
        ForecastDisplay.from_estimator(model, series="c")


@pytest.mark.parametrize("make", [pd.date_range, pd.period_range])
def test_a_past_without_dates_ends_where_the_forecast_begins(make):
    month = "MS" if make is pd.date_range else "M"
    model = Counter(index=make("2024-03", periods=2, freq=month))
    model.freq_ = month
    past = pd.Series([1.0, 2.0, 3.0], index=[7, 8, 9])  # rows of a table
    display = ForecastDisplay.from_estimator(model, y_past=past)
    drawn = pd.DatetimeIndex(display.past_times).strftime("%Y-%m-%d").tolist()
    assert drawn == ["2023-12-01", "2024-01-01", "2024-02-01"]


def test_durations_are_drawn():
    model = Counter(index=pd.timedelta_range("1min", periods=3, freq="min"))
    display = ForecastDisplay.from_estimator(model)
    display.figure_.canvas.draw()
    assert display.ax_.get_xlabel() == "time"


def test_a_pipeline_and_steps_without_dates():
    X = pd.DataFrame({"promo": [0, 1]}, index=[1, 2])
    pipeline = make_pipeline(FunctionTransformer(), Counter(quantiles=None)).fit(X, X)
    display = ForecastDisplay.from_estimator(pipeline, X, y_past=[3.0, 4.0])
    assert display.bands_ == [] and display.past_times.tolist() == [-1, 0]
    assert display.times.tolist() == [1, 2]
    assert display.ax_.get_xlabel() == "steps ahead"
    one = Counter(index=pd.RangeIndex(1, 2))
    for holder in (one, make_pipeline(FunctionTransformer(), one)):
        assert ForecastDisplay.from_estimator(holder).line_.get_marker() == "o"


def test_what_cannot_be_drawn_is_refused():
    model = Counter(index=pd.RangeIndex(1, 3))
    with pytest.raises(TypeError, match="ForecastDisplay needs an RNNForecaster"):
        ForecastDisplay.from_estimator(DummyRegressor())
    with pytest.raises(
        ValueError, match="series='a' was asked for, but the forecaster"
    ):
        ForecastDisplay.from_estimator(model, series="a")
    with pytest.raises(ValueError, match=r"y_true has shape \(3,\).*has 2 steps"):
        ForecastDisplay.from_estimator(model, y_true=[1, 2, 3])
