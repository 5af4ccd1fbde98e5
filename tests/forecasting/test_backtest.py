"""A backtest gives away nothing of the future, and finds what was forecast."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_rnn import RNNForecaster, backtest
from sklearn_rnn.metrics import mase


class Thief(RegressorMixin, BaseEstimator):
    """Forecasts what it was ever shown of the day asked for, else the last value.

    It would have no error at all if a backtest gave anything of the future away.
    """

    period_ = 2

    def __init__(self, horizon=3, series=None, time="day", quantiles=None):
        self.horizon = horizon
        self.series = series
        self.time = time
        self.quantiles = quantiles

    def fit(self, X, y):
        self.n_fits_ = getattr(self, "n_fits_", 0) + 1
        self.loot_, self.last_ = {}, {}
        return self.update(X, y)

    def update(self, X, y):
        shown = zip(*self._keys(X), np.asarray(y), strict=True)
        for name, time, value in sorted(shown, key=lambda row: row[1]):
            self.loot_[name, time] = self.last_[name] = value
        return self

    def predict(self, X):
        return np.array(
            [
                self.loot_.get((name, time), self.last_[name])
                for name, time in zip(*self._keys(X), strict=True)
            ]
        )

    def predict_quantiles(self, X):
        middle = self.predict(X)
        return np.stack([middle - 1.0, middle, middle + 1.0], axis=-1)

    def _keys(self, X):
        names = [None] * len(X) if self.series is None else X[self.series].tolist()
        return names, X[self.time].tolist()


def make_shops(lengths=(30, 25, 30)):
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame({"day": np.arange(30 - n, 30), "shop": f"s{i}"})
        for i, n in enumerate(lengths)
    ]
    X = pd.concat(parts).sample(frac=1.0, random_state=0).reset_index(drop=True)
    return X, rng.normal(size=len(X)).round(3)


@pytest.mark.parametrize("refit", [False, True, 2])
def test_nothing_of_the_future_is_given_away(refit):
    X, y = make_shops((30,))
    by_day = y[np.argsort(X["day"])]
    result = backtest(Thief(), X, y, step=2, n_origins=5, refit=refit)
    last_known = np.array([18, 20, 22, 24, 26])
    np.testing.assert_array_equal(result.origins, last_known)
    ahead = last_known[:, None] + np.arange(1, 4)
    np.testing.assert_array_equal(result.times, ahead)
    np.testing.assert_array_equal(result.targets, by_day[ahead])
    last_value = by_day[last_known]
    np.testing.assert_array_equal(result.forecasts, np.tile(last_value, (3, 1)).T)
    assert Thief().fit(X, y).score(X, y) == 1.0  # what it would have gained
    assert result.n_fits == {False: 1, True: 5, 2: 3}[refit]
    assert result.forecaster.n_fits_ == 1  # a clone each time


def test_the_transformers_of_a_pipeline_see_no_future_either():
    X = pd.DataFrame({"day": np.arange(40.0)})
    seen = []

    class Spy(StandardScaler):
        def fit(self, X, y=None):
            seen.append((X["day"].max(), len(y)))
            return super().fit(X, y)

    pipeline = make_pipeline(Spy(), LinearRegression())
    y = 3.0 * X["day"].to_numpy()
    result = backtest(pipeline, X, y, horizon=5, n_origins=3, refit=1)
    assert seen == [(24.0, 25), (29.0, 30), (34.0, 35)]
    np.testing.assert_allclose(result.forecasts, result.targets)


def test_changing_the_future_changes_no_forecast():
    X, y = make_shops()
    forecaster = Thief(series="shop", quantiles=(0.1, 0.5, 0.9))
    first = backtest(forecaster, X, y, n_origins=4)
    changed = np.where(X["day"] > first.origins[2], y + 100.0, y)
    second = backtest(forecaster, X, changed, n_origins=4)
    for name in ("forecasts", "quantile_forecasts", "naive_forecasts", "naive_error"):
        one, other = getattr(first, name), getattr(second, name)
        np.testing.assert_array_equal(one[:3], other[:3], err_msg=name)
        assert not np.array_equal(one[3], other[3], equal_nan=True)
    assert not np.array_equal(first.targets[2], second.targets[2])


def test_a_panel_has_an_axis_of_series():
    X, y = make_shops((30, 4, 30))  # the second one begins on day 26
    result = backtest(Thief(series="shop"), X, y, n_origins=2)
    assert result.forecasts.shape == (2, 3, 3)
    assert result.series.tolist() == ["s0", "s1", "s2"]
    np.testing.assert_array_equal(result.origins, [23, 26])
    unknown = np.isnan(result.forecasts)
    assert unknown[0, :, 1].all() and unknown.sum() == 3
    for i, name in enumerate(result.series):
        own = (X["shop"] == name).to_numpy()
        for o, origin in enumerate(result.origins):
            for h in range(3):
                came = y[own & (X["day"] == origin + 1 + h)]
                assert len(came) == 0 or result.targets[o, h, i] == came[0]
    frame = result.to_frame()
    assert list(frame) == [
        "origin", "time", "step", "series", "y_true", "y_pred", "naive",
    ]  # fmt: skip
    assert len(frame) == 15 and set(frame["step"]) == {1, 2, 3}
    assert repr(result).startswith("<2 forecasts of 3 steps of 3 series: mean absolute")


def test_the_naive_forecast_and_the_errors_by_hand():
    y = np.array([1.0, 5.0, 2.0, np.nan, 4.0, 9.0, 3.0, 8.0])
    X = pd.DataFrame({"day": np.arange(8)})
    result = backtest(Thief(2, quantiles=(0.1, 0.5, 0.9)), X, y, n_origins=2)
    np.testing.assert_array_equal(result.origins, [3, 5])
    # Steps 0 and 1 of a season of two: 2 and, as nothing came at 3, 5; then 4 and 9.
    np.testing.assert_array_equal(result.naive_forecasts, [[2.0, 5.0], [4.0, 9.0]])
    np.testing.assert_array_equal(result.targets, [[4.0, 9.0], [3.0, 8.0]])
    np.testing.assert_array_equal(result.naive_error_by_step, [1.5, 2.5])
    assert result.naive_mae == 2.0
    # Two apart: |2 - 1| at first, then |4 - 2| as well.
    np.testing.assert_array_equal(result.naive_error, [1.0, 1.5])
    np.testing.assert_array_equal(result.forecasts[1], [9.0, 9.0])
    np.testing.assert_array_equal(result.errors[1], [-6.0, -1.0])
    assert np.isnan(result.forecasts[0]).all()  # the last value was not observed
    np.testing.assert_array_equal(result.error_by_step, [6.0, 1.0])
    assert result.mae == 3.5
    assert result.mase == mase([3.0, 8.0], [9.0, 9.0], y_train=y[:6], period=2)
    np.testing.assert_array_equal(result.coverage_by_step, [0.0, 1.0])
    assert result.coverage == 0.5
    frame = result.to_frame()
    assert list(frame)[-3:] == ["quantile_0.1", "quantile_0.5", "quantile_0.9"]
    assert frame["quantile_0.1"].tolist() == [8.0, 8.0]


def test_a_series_alone_and_several_targets():
    dates = pd.date_range("2024-01-31", periods=20, freq="ME", tz="Europe/Berlin")
    y = pd.Series(np.arange(20.0), dates)
    for given in ({"y": y}, {"X": y}, {"X": y.to_frame()[[]], "y": y}):
        result = backtest(DummyRegressor(), **given, horizon=2, n_origins=3, refit=1)
        assert result.origins.tolist() == dates[[13, 15, 17]].tolist()
        assert result.times[2].tolist() == dates[[18, 19]].tolist()
        np.testing.assert_array_equal(result.forecasts[:, 0], [6.5, 7.5, 8.5])
    two = np.column_stack([y, -y])
    result = backtest(DummyRegressor(), y=two, horizon=2, n_origins=3, refit=1)
    assert result.forecasts.shape == (3, 2, 2)
    np.testing.assert_array_equal(result.forecasts[:, 1, 1], [-6.5, -7.5, -8.5])
    assert set(result.to_frame()["target"]) == {0, 1}


def test_what_holds_a_forecaster_is_told_what_came():
    X, y = make_shops()
    alone = backtest(Thief(series="shop"), X, y, n_origins=3)
    rename = FunctionTransformer(lambda X: X.assign(other=1.0))
    pipeline = make_pipeline(rename, Thief(series="shop"))
    search = GridSearchCV(
        pipeline, {"thief__horizon": [3]}, cv=TimeSeriesSplit(2), error_score=0.0
    )
    for holder in (pipeline, search):
        result = backtest(holder, X, y, n_origins=3)
        np.testing.assert_array_equal(result.forecasts, alone.forecasts)
        assert result.period == 2 and result.n_fits == 1
    scaled = TransformedTargetRegressor(
        Thief(series="shop"), func=np.sinh, inverse_func=np.arcsinh
    )
    result = backtest(scaled, X, y, n_origins=3, refit=1)
    again = backtest(Thief(series="shop"), X, y, n_origins=3, refit=1)
    np.testing.assert_allclose(result.forecasts, again.forecasts)


def test_what_cannot_be_done_is_said():
    X, y = make_shops()
    with pytest.raises(ValueError, match="backtest needs a series"):
        backtest(Thief())
    with pytest.raises(TypeError, match="refit=False needs a forecaster with update"):
        backtest(LinearRegression(), X, y, horizon=2)
    with pytest.raises(TypeError, match="pass refit=1, which trains it at each origin"):
        backtest(TransformedTargetRegressor(Thief()), X, y, horizon=2)
    with pytest.raises(ValueError, match=r"has no horizon; say .* horizon=12"):
        backtest(LinearRegression(), X, y, refit=1)
    with pytest.raises(ValueError, match="need more than 30 steps of time, got 30"):
        backtest(Thief(series="shop"), X, y, n_origins=10)
    with pytest.raises(ValueError, match="The time 0 comes twice; keep one row of"):
        backtest(Thief(), X, y)
    doubled = pd.concat([X, X[X["shop"] == "s1"]])
    with pytest.raises(ValueError, match=r"of 's1' comes twice"):
        backtest(Thief(series="shop"), doubled, np.zeros(len(doubled)))
    for name in ("horizon", "step", "n_origins"):
        with pytest.raises(ValueError, match=f"{name} == 0, must be >= 1"):
            backtest(Thief(series="shop"), X, y, **{name: 0})


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NotBetterThanNaiveWarning")
def test_a_series_alone_is_any_container_and_long():
    tiny = {"max_epochs": 1, "batches_per_epoch": 2, "random_state": 0}
    y = np.sin(np.arange(60.0))
    how = {"n_origins": 2}
    array = backtest(RNNForecaster(4, **tiny), y=y, **how)
    series = backtest(RNNForecaster(4, **tiny), y=pd.Series(y), **how)
    np.testing.assert_array_equal(array.forecasts, series.forecasts)
    long = pd.DataFrame({"day": np.arange(60), "sold": y, "shop": "a"})
    panel = RNNForecaster(4, series="shop", time="day", **tiny)
    alone = backtest(panel, long, **how)
    apart = backtest(panel, long[["shop", "day"]], long[["sold"]], **how)
    np.testing.assert_array_equal(alone.forecasts, apart.forecasts)
    np.testing.assert_allclose(alone.forecasts[..., 0, 0], array.forecasts, atol=1e-6)
