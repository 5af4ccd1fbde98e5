"""The scorers of forecasts at work in scikit-learn's validation and searches."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import check_scoring
from sklearn.model_selection import (
    GridSearchCV,
    TimeSeriesSplit,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import RNNForecaster
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.metrics import (
    band_coverage,
    coverage,
    mase,
    neg_mase,
    neg_quantile_loss,
    quantile_loss,
    seasonal_naive_error,
)

SCORERS = [neg_mase, neg_quantile_loss, band_coverage]


class Level(RegressorMixin, BaseEstimator):
    """Forecasts the mean of each series plus `bias`, and a band around it."""

    period_ = 2

    def __init__(self, bias=0.0, quantiles=(0.1, 0.5, 0.9), series=None):
        self.bias = bias
        self.quantiles = quantiles
        self.series = series

    def fit(self, X, y=None):
        if y is None:
            X, y = None, X
        y = np.asarray(y, float)
        names = np.zeros(len(y)) if self.series is None else np.asarray(X[self.series])
        self.series_ = list(dict.fromkeys(names.tolist()))
        parts = [y[names == name] for name in self.series_]
        self.level_ = [np.nanmean(part, axis=0) for part in parts]
        errors = [seasonal_naive_error(part, self.period_) for part in parts]
        self.naive_error_ = np.array(errors).reshape(len(parts), -1)
        return self

    def predict(self, X):
        names = [0.0] * len(X) if self.series is None else X[self.series]
        place = [self.series_.index(n) if n in self.series_ else 0 for n in names]
        return np.array([self.level_[i] for i in place]) + self.bias

    def predict_quantiles(self, X):
        middle = self.predict(X)
        return np.stack([middle + side for side in (-1.0, 0.0, 1.0)], axis=-1)


def make_series(n_steps=80):
    y = pd.Series(np.random.default_rng(0).normal(size=n_steps))
    y[::7] = np.nan
    return y, y.to_frame()[[]]


def test_a_scorer_gives_the_score_of_the_forecast():
    y, X = make_series()
    model = Level(bias=0.3).fit(X[:60], y[:60])
    scale = seasonal_naive_error(y[:60], 2)
    true, pred, band = y[60:], model.predict(X[60:]), model.predict_quantiles(X[60:])
    weight = np.arange(20.0)
    for given in ({}, {"sample_weight": weight}):
        expected = [
            -mase(true, pred, scale=scale, **given),
            -quantile_loss(true, band, quantiles=model.quantiles, **given),
            coverage(true, band, **given),
        ]
        assert [scorer(model, X[60:], true, **given) for scorer in SCORERS] == expected
    assert [repr(scorer) for scorer in SCORERS] == [
        "neg_mase",
        "neg_quantile_loss",
        "band_coverage",
    ]


def test_each_series_of_a_panel_has_its_scale():
    X = pd.DataFrame({"shop": ["a"] * 4 + ["b"] * 4})
    y = np.array([0.0, 1.0, 2.0, 1.0, 0.0, 10.0, 20.0, 10.0])
    model = Level(series="shop").fit(X, y)
    np.testing.assert_array_equal(model.naive_error_, [[1], [10]])
    new = pd.DataFrame({"shop": ["b", "a"]})
    assert neg_mase(model, new, [20.0, 3.0]) == -(10 / 10 + 2 / 1) / 2
    rename = FunctionTransformer(lambda X: X.rename(columns={"store": "shop"}))
    stores = new.rename(columns={"shop": "store"})
    assert neg_mase(make_pipeline(rename, model), stores, [20.0, 3.0]) == -1.5
    unseen = pd.DataFrame({"shop": ["c", "a"]})
    with pytest.warns(UndefinedMetricWarning, match="unknown for 1 of 2 values"):
        assert neg_mase(model, unseen, [20.0, 3.0]) == -2


def test_the_scorers_serve_in_cross_validation_and_skip_gaps():
    y, X = make_series()
    cv = TimeSeriesSplit(3, test_size=12)
    for scorer in SCORERS:
        scores = cross_val_score(Level(), X, y, cv=cv, scoring=scorer)
        assert np.isfinite(scores).all()
        alone = cross_val_score(Level(), y, cv=cv, scoring=scorer)
        np.testing.assert_array_equal(alone, scores)
    scoring = {repr(scorer): scorer for scorer in SCORERS}
    results = cross_validate(Level(), X.to_numpy(), y, cv=cv, scoring=scoring)
    for name, scorer in scoring.items():
        scores = cross_val_score(Level(), X, y, cv=cv, scoring=scorer)
        np.testing.assert_array_equal(results[f"test_{name}"], scores)


@pytest.mark.parametrize("scorer", [neg_mase, neg_quantile_loss])
def test_a_search_finds_the_better_candidate(scorer):
    y, X = make_series()
    pipeline = make_pipeline(FunctionTransformer(), Level())
    search = GridSearchCV(
        pipeline,
        {"level__bias": [2.0, 0.0, -1.0]},
        cv=TimeSeriesSplit(3, test_size=12),
        scoring=scorer,
    )
    search.fit(X, y)
    assert search.best_params_ == {"level__bias": 0.0}
    alone = Level().fit(X, y)
    assert search.score(X, y) == scorer(search, X, y) == scorer(alone, X, y)
    assert clone(search).scoring is not None


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_scorer_is_one_to_scikit_learn_and_can_be_pickled(scorer):
    assert check_scoring(Level(), scorer) is scorer
    assert pickle.loads(pickle.dumps(scorer)) is scorer


def test_several_targets_are_scored_together():
    y, X = make_series()
    two = np.column_stack([y, 5.0 * y])
    model = make_pipeline(Level()).fit(X, two)
    alone = Level().fit(X, y)
    np.testing.assert_allclose(neg_mase(model, X, two), neg_mase(alone, X, y))
    inside = [coverage(two[:, i], model[-1].predict_quantiles(X)[:, i]) for i in (0, 1)]
    np.testing.assert_allclose(band_coverage(model, X, two), np.mean(inside))


def test_what_does_not_forecast_is_refused():
    with pytest.raises(TypeError, match="needs a fitted RNNForecaster"):
        neg_mase(RegressorMixin(), np.empty((2, 0)), [1, 2])
    for scorer in (neg_quantile_loss, band_coverage):
        with pytest.raises(TypeError, match=f"{scorer!r} needs a forecaster with"):
            scorer(RegressorMixin(), np.empty((2, 0)), [1, 2])


def test_a_forecaster_knows_the_naive_errors_of_its_series():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"shop": ["a"] * 40 + ["b"] * 30})
    y = np.concatenate([rng.normal(size=40), 9.0 * rng.normal(size=30)])
    how = {"period": 2, "max_epochs": 1, "batches_per_epoch": 1, "random_state": 0}
    model = RNNForecaster(2, series="shop", hidden_size=2, window=4, **how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotBetterThanNaiveWarning)
        model.fit(X, y)
    new = pd.DataFrame({"shop": ["c"] * 5})
    model.update(new, [1.0, 2.0, 4.0, 8.0, 16.0])
    parts = [y[:40], y[40:], [1.0, 2.0, 4.0, 8.0, 16.0]]
    expected = [[seasonal_naive_error(part, 2)] for part in parts]
    np.testing.assert_array_equal(model.naive_error_, expected)
    ahead = pd.DataFrame({"shop": ["c", "a"]})
    error = np.abs(model.predict(ahead) - [1.0, 2.0])
    scale = np.ravel(expected)[[2, 0]]
    np.testing.assert_allclose(
        neg_mase(model, ahead, [1.0, 2.0]), -np.mean(error / scale)
    )


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NotBetterThanNaiveWarning")
@pytest.mark.parametrize("container", ["frame", "array"])
def test_a_long_table_that_is_the_series_itself_is_scored(container):
    t = np.tile(np.arange(60), 2)
    names = np.repeat([3, 5], 60)
    sold = np.sin(t) * names + 0.01 * t
    table = pd.DataFrame({"shop": names, "day": t, "sold": sold, "lost": -sold})
    params = {"series": "shop", "time": "day", "quantiles": [0.1, 0.9]}
    where, y = table[["shop", "day"]], table[["sold", "lost"]]
    if container == "array":
        params.update(series=0, time=1)
        table, where, y = (one.to_numpy() for one in (table, where, y))
    forecaster = RNNForecaster(4, max_epochs=1, batches_per_epoch=2, **params)
    forecaster.fit(table[t < 50])
    future = t >= 50
    args = forecaster, where[future], y[future]
    for scorer in SCORERS:
        assert scorer(forecaster, table[future]) == scorer(*args)
    assert forecaster.score(table[future]) == RNNForecaster.score(*args)
