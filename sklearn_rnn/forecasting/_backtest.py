"""Forecasts from origins in the past, as they would have been made then."""

__all__ = ["backtest"]

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import check_consistent_length, check_scalar

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn.forecasting._backtest_result import BacktestResult
from sklearn_rnn.forecasting._steps import find_steps
from sklearn_rnn.metrics import seasonal_naive_error
from sklearn_rnn.metrics._last_step import last_step, parts_of, split_series
from sklearn_rnn.metrics._naive_error import read_numbers

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def backtest(
    forecaster: Any,
    X: Any = None,
    y: Any = None,
    *,
    horizon: int | None = None,
    step: int | None = None,
    n_origins: int = 10,
    refit: bool | int = False,
) -> BacktestResult:
    """Forecast from many origins in the past, as it would have been done then.

    At each origin the forecaster knows what came before it, and nothing else. It is
    trained before the first origin; then it is only told what came since, with its
    ``update``, unless `refit` says more. The last origin leaves `horizon` steps.

    Parameters
    ----------
    forecaster : estimator
        It is cloned, and stays as it is. An `RNNForecaster`, or a Pipeline that ends
        in one; with ``refit=1`` whatever has ``fit`` and ``predict`` and takes rows for
        steps of time.
    X : array-like or DataFrame of shape (n_samples, n_columns), default=None
        What is known of each step in advance, as for ``fit``; the series itself if `y`
        is None. None if there is nothing but `y`.
    y : array-like of shape (n_samples,) or (n_samples, n_targets), default=None
        What is forecast; NaN where nothing was observed.
    horizon : int, default=None
        Steps to forecast at each origin. None takes that of the forecaster.
    step : int, default=None
        Steps from one origin to the next. None takes the horizon, so that each step is
        forecast once.
    n_origins : int, default=10
        Number of origins.
    refit : bool or int, default=False
        False trains once, a number at every so many origins, True or 1 at each.

    Returns
    -------
    result : BacktestResult
        Forecasts, targets, origins, and the errors by step ahead.

    Raises
    ------
    ValueError
        If there are too few steps, if a time of a series comes twice, or if the
        forecaster has no horizon and none is given.
    TypeError
        If the forecaster has no ``update`` and is not to be trained at each origin.

    See Also
    --------
    TimeBlockSplit : Folds for `cross_val_score`, which trains for each.
    sklearn_rnn.inspection.BacktestDisplay : Draws the result.

    Notes
    -----
    The origins count times, those of all series together, as in `TimeBlockSplit`, from
    the parameters ``time`` and ``series`` of the forecaster. The transformers of a
    Pipeline see no more than the forecaster: they are fitted when it is.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn_rnn import backtest
    >>> y = np.arange(20.0)
    >>> result = backtest(DummyRegressor(), y=y, horizon=2, n_origins=3, refit=1)
    >>> result.origins
    array([13, 15, 17])
    >>> result.forecasts  # the mean of what was known
    array([[6.5, 6.5],
           [7.5, 7.5],
           [8.5, 8.5]])
    >>> result.error_by_step
    array([8.5, 9.5])
    """
    X, y = _read_rows(X, y, forecaster)
    inner = parts_of(forecaster)[-1]
    every = _check_refit(refit, forecaster)
    horizon = _check_horizon(horizon, inner)
    step = horizon if step is None else check_scalar(step, "step", Integral, min_val=1)
    check_scalar(n_origins, "n_origins", Integral, min_val=1)
    past = _Past(X, y, time=_column(inner, "time"), series=_column(inner, "series"))
    origins = _plan(past.n_times, horizon, int(step), int(n_origins))
    walk = _Walk(forecaster, past, horizon)
    for i, origin in enumerate(origins):
        if i == 0 or (every and i % every == 0):
            walk.fit(origin)
        else:
            walk.update(origins[i - 1], origin)
        walk.predict(origin)
    return _collect(walk, past, origins, horizon)


def _read_rows(X: Any, y: Any, forecaster: Any) -> tuple[Any, Any]:
    if X is None and y is None:
        raise ValueError("backtest needs a series; pass X and y, or y alone.")
    if X is None or y is None:
        X, y = split_series(X if y is None else y, forecaster)
    check_consistent_length(X, y)
    return X, y


def _column(forecaster: Any, name: str) -> Any:
    return getattr(forecaster, name, None)


def _check_refit(refit: bool | int, forecaster: Any) -> int:
    """Say at every how many origins to train; 0 once."""
    check_scalar(refit, "refit", Integral, min_val=0)
    parts = parts_of(forecaster)
    updates = hasattr(parts[-1], "update") and not any(
        hasattr(part, "regressor") for part in parts
    )
    if refit != 1 and not updates:
        raise TypeError(
            f"refit={refit!r} needs a forecaster with update, which takes note of what "
            f"came since, or a Pipeline that ends in one, got {forecaster!r}; pass "
            "refit=1, which trains it at each origin."
        )
    return int(refit)


def _check_horizon(horizon: int | None, forecaster: Any) -> int:
    if horizon is None:
        horizon = getattr(forecaster, "horizon", None)
        if horizon is None:
            raise ValueError(
                f"{forecaster!r} has no horizon; say how many steps to forecast, "
                "horizon=12."
            )
    return int(check_scalar(horizon, "horizon", Integral, min_val=1))


def _plan(n_times: int, horizon: int, step: int, n_origins: int) -> Indices:
    """Say how many times are known at each origin."""
    origins = n_times - horizon - step * np.arange(n_origins)[::-1]
    if origins[0] < 1:
        raise ValueError(
            f"n_origins={n_origins} with step={step} and horizon={horizon} need more "
            f"than {n_times - origins[0]} steps of time, got {n_times}; take fewer "
            "origins, a smaller step or a smaller horizon."
        )
    return origins


class _Past:
    """Rows of X and y, of which no more is given away than was known at a time."""

    def __init__(self, X: Any, y: Any, *, time: Any, series: Any) -> None:
        self._X, self._y = X, y
        self.steps = find_steps(X, time, series)
        self.n_times = len(self.steps.times)
        self._n_series = 1 if self.steps.names is None else len(self.steps.names)
        self._refuse_doubled()
        rows = np.arange(len(self.steps.time))
        self.values = self.lay_out(read_numbers(y, "y"), rows, 0, self.n_times)

    def known(self, start: int, stop: int) -> tuple[Any, Any]:
        """Give copies of the rows of some times, with what came."""
        rows = self._rows(start, stop)
        return safe_indexing(self._X, rows), safe_indexing(self._y, rows)

    def ahead(self, origin: int, horizon: int) -> tuple[Any, Indices]:
        """Give a copy of the rows of X that follow, of series that have a past."""
        rows = self._rows(origin, origin + horizon)
        have_past = np.unique(self.steps.series[self._rows(0, origin)])
        rows = rows[np.isin(self.steps.series[rows], have_past)]
        return safe_indexing(self._X, rows), rows

    def lay_out(
        self, values: Floats, rows: Indices, start: int, n_steps: int
    ) -> Floats:
        """Bring what belongs to rows to (n_steps, ...), with an axis of a panel."""
        shape = (n_steps, self._n_series, *values.shape[1:])
        steps = np.full(shape, np.nan)
        steps[self.steps.time[rows] - start, self.steps.series[rows]] = values
        return steps[:, 0] if self.steps.names is None else steps

    def _rows(self, start: int, stop: int) -> Indices:
        return np.flatnonzero((start <= self.steps.time) & (self.steps.time < stop))

    def _refuse_doubled(self) -> None:
        place = self.steps.time * self._n_series + self.steps.series
        first, counts = np.unique(place, return_index=True, return_counts=True)[1:]
        if (counts > 1).any():
            row = int(first[np.argmax(counts > 1)])
            names, time = self.steps.names, self.steps.times[self.steps.time[row]]
            of = "" if names is None else f" of {names[self.steps.series[row]]!r}"
            raise ValueError(
                f"The time {time}{of} comes twice; keep one row of each, or name the "
                "column of the series, such as RNNForecaster(series='shop')."
            )


class _Walk:
    """A forecaster on its way through the origins, and what it has forecast."""

    def __init__(self, forecaster: Any, past: _Past, horizon: int) -> None:
        self._template, self._past, self._horizon = forecaster, past, horizon
        self.n_fits = 0
        self.forecasts: list[Floats] = []
        self.bands: list[Floats] = []
        self.quantiles: tuple[float, ...] | None = None

    def fit(self, origin: int) -> None:
        self.fitted = clone(self._template).fit(*self._past.known(0, origin))
        self.n_fits += 1

    def update(self, before: int, origin: int) -> None:
        X, y = self._past.known(before, origin)
        forecaster, X = last_step(self.fitted, X)
        forecaster.update(X, y)

    def predict(self, origin: int) -> None:
        X, rows = self._past.ahead(origin, self._horizon)
        self.forecasts.append(self._lay_out(self.fitted.predict(X), rows, origin))
        forecaster, X = last_step(self.fitted, X)
        quantiles = getattr(forecaster, "quantiles", None)
        if quantiles is not None and hasattr(forecaster, "predict_quantiles"):
            self.quantiles = tuple(np.asarray(quantiles, np.float64).tolist())
            band = forecaster.predict_quantiles(X)
            self.bands.append(self._lay_out(band, rows, origin))

    def _lay_out(self, values: Any, rows: Indices, origin: int) -> Floats:
        values = np.asarray(values, np.float64)
        return self._past.lay_out(values, rows, origin, self._horizon)


def _collect(
    walk: _Walk, past: _Past, origins: Indices, horizon: int
) -> BacktestResult:
    """Put what was forecast beside what came."""
    ahead = origins[:, np.newaxis] + np.arange(horizon)  # (n_origins, horizon)
    times = np.asarray(past.steps.times)
    period = int(getattr(_innermost(walk.fitted), "period_", 1))
    flat = past.values.reshape(past.n_times, -1)
    errors = [seasonal_naive_error(flat[:origin], period) for origin in origins]
    return BacktestResult(
        forecasts=np.array(walk.forecasts),
        targets=past.values[ahead],
        naive_forecasts=_repeat_seasons(past.values, origins, horizon, period),
        quantile_forecasts=np.array(walk.bands) if walk.bands else None,
        quantiles=walk.quantiles,
        origins=times[origins - 1],
        times=times[ahead],
        series=past.steps.names,
        naive_error=np.reshape(errors, (len(origins), *past.values.shape[1:])),
        period=period,
        n_fits=walk.n_fits,
        forecaster=walk.fitted,
    )


def _innermost(fitted: Any) -> Any:
    """Find what was trained in the end."""
    for name in ("best_estimator_", "regressor_"):
        if hasattr(fitted, name):
            return _innermost(getattr(fitted, name))
    return _innermost(fitted.steps[-1][1]) if hasattr(fitted, "steps") else fitted


def _repeat_seasons(
    values: Floats, origins: Indices, horizon: int, period: int
) -> Floats:
    """Repeat the last value seen at each step of the season, from each origin."""
    period = min(period, int(origins[0]))
    filled = values.copy()
    for t in range(period, len(filled)):
        filled[t] = np.where(np.isnan(filled[t]), filled[t - period], filled[t])
    return filled[(origins - period)[:, np.newaxis] + np.arange(horizon) % period]
