"""Scorers of forecasters; scikit-learn's own become NaN where y has one."""

__all__ = ["band_coverage", "neg_mase", "neg_quantile_loss"]

from typing import Any

import numpy as np

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn.metrics._forecasts import coverage, mase, quantile_loss
from sklearn_rnn.metrics._last_step import last_step, split_series
from sklearn_rnn.metrics._naive_error import read_numbers


class _ForecastScorer:
    """Scores the forecast of a fitted forecaster for the rows of X.

    Called as ``scorer(forecaster, X, y, sample_weight=None)``. Without y, X is the
    series itself. Of a Pipeline the last step forecasts, of a search the best one.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(
        self, estimator: Any, X: Any, y: Any = None, sample_weight: Any = None
    ) -> float:
        if y is None:
            X, y = split_series(X, estimator)
        forecaster, X = last_step(estimator, X)
        return self._score(forecaster, X, read_numbers(y, "y"), sample_weight)

    def _score(self, forecaster: Any, X: Any, y: Any, sample_weight: Any) -> float:
        raise NotImplementedError

    def __reduce__(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return self._name


class _NegMase(_ForecastScorer):
    def _score(self, forecaster: Any, X: Any, y: Any, sample_weight: Any) -> float:
        scale = _naive_errors(forecaster, X, y)
        y_pred = forecaster.predict(X)
        return -mase(y, y_pred, scale=scale, sample_weight=sample_weight)


class _NegQuantileLoss(_ForecastScorer):
    def _score(self, forecaster: Any, X: Any, y: Any, sample_weight: Any) -> float:
        y_pred = _predict_quantiles(forecaster, X, self)
        quantiles = forecaster.quantiles
        return -quantile_loss(
            y, y_pred, quantiles=quantiles, sample_weight=sample_weight
        )


class _BandCoverage(_ForecastScorer):
    def _score(self, forecaster: Any, X: Any, y: Any, sample_weight: Any) -> float:
        y_pred = _predict_quantiles(forecaster, X, self)
        return coverage(y, y_pred, sample_weight=sample_weight)


def _naive_errors(forecaster: Any, X: Any, y: Any) -> Any:
    """Give each row the naive error of its series in training, for each target."""
    if not hasattr(forecaster, "naive_error_"):
        raise TypeError(
            "neg_mase needs a fitted RNNForecaster, which knows the naive error of its "
            f"training series, got {forecaster!r}; take the function mase and y_train."
        )
    errors = np.asarray(forecaster.naive_error_)  # (n_series, n_targets)
    if forecaster.series is None:
        rows = np.broadcast_to(errors[0], (len(y), errors.shape[1]))
    else:
        names = np.asarray(safe_indexing(X, forecaster.series, axis=1)).tolist()
        place = {name: i for i, name in enumerate(forecaster.series_)}
        unseen = np.full((1, errors.shape[1]), np.nan)
        rows = np.concatenate([errors, unseen])[[place.get(one, -1) for one in names]]
    return rows.reshape(y.shape)


def _predict_quantiles(forecaster: Any, X: Any, scorer: _ForecastScorer) -> Any:
    if not hasattr(forecaster, "predict_quantiles"):
        raise TypeError(
            f"{scorer!r} needs a forecaster with predict_quantiles, such as "
            f"RNNForecaster(quantiles=(0.1, 0.5, 0.9)), got {forecaster!r}."
        )
    return forecaster.predict_quantiles(X)


neg_mase = _NegMase("neg_mase")
"""Scorer of `mase`, negated; the fitted forecaster knows the naive error of its past.

Steps that were not observed do not count. In a panel each series has its own scale.
"""

neg_quantile_loss = _NegQuantileLoss("neg_quantile_loss")
"""Scorer of `quantile_loss`, negated, for the quantiles that the forecaster has.

Steps that were not observed do not count.
"""

band_coverage = _BandCoverage("band_coverage")
"""Scorer of `coverage` of the outermost quantiles, for `cross_validate`.

Larger is not better, so it is no scorer for a search. Steps that were not observed do
not count.
"""
