"""What a backtest found."""

__all__ = ["BacktestResult"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class BacktestResult:
    """Forecasts from many origins, beside what came and beside a naive forecast.

    Made by `backtest`. Axis 0 of its arrays are the origins, axis 1 the steps ahead.
    An axis of series follows for a panel, one of targets where y has two axes, and
    one of quantiles in `quantile_forecasts`. NaN stands where a series has no row and
    where nothing was observed.

    Parameters
    ----------
    forecasts : float64 ndarray of shape (n_origins, horizon, ...)
        What was forecast.
    targets : float64 ndarray of shape (n_origins, horizon, ...)
        What came.
    naive_forecasts : float64 ndarray of shape (n_origins, horizon, ...)
        The last values seen one period before, or several.
    quantile_forecasts : float64 ndarray of shape (n_origins, horizon, ..., \
            n_quantiles) or None
        The predicted quantiles, if the forecaster has some.
    quantiles : tuple of float or None
        Which they are.
    origins : ndarray of shape (n_origins,)
        The last time that was known: a date, or a number of a row where there are no
        times.
    times : ndarray of shape (n_origins, horizon)
        The times that were forecast.
    series : ndarray of shape (n_series,) or None
        The names of the series of a panel.
    naive_error : float64 ndarray of shape (n_origins, ...)
        Of what was known at each origin, see `metrics.seasonal_naive_error`.
    period : int
        Steps of a season, for the naive forecast and its error: that of the
        forecaster, 1 if it has none.
    n_fits : int
        How often the forecaster was trained.
    forecaster : fitted estimator
        As it was at the last origin.

    See Also
    --------
    backtest : Makes it.
    sklearn_rnn.inspection.BacktestDisplay : Draws the error by step ahead.
    """

    forecasts: Floats
    targets: Floats
    naive_forecasts: Floats
    quantile_forecasts: Floats | None
    quantiles: tuple[float, ...] | None
    origins: NDArray[Any]
    times: NDArray[Any]
    series: NDArray[Any] | None
    naive_error: Floats
    period: int
    n_fits: int
    forecaster: Any

    @property
    def errors(self) -> Floats:
        """What came less what was forecast, (n_origins, horizon, ...)."""
        return self.targets - self.forecasts

    @property
    def error_by_step(self) -> Floats:
        """Mean absolute error for each step ahead, (horizon,)."""
        return _mean_by_step(np.abs(self.errors))

    @property
    def naive_error_by_step(self) -> Floats:
        """Mean absolute error of the naive forecast for each step ahead, (horizon,)."""
        return _mean_by_step(np.abs(self.targets - self.naive_forecasts))

    @property
    def coverage_by_step(self) -> Floats | None:
        """Share inside the outermost quantiles for each step ahead, (horizon,)."""
        if self.quantile_forecasts is None:
            return None
        return _mean_by_step(self._inside(self.quantile_forecasts))

    @property
    def mae(self) -> float:
        """Mean absolute error."""
        return _mean(np.abs(self.errors))

    @property
    def naive_mae(self) -> float:
        """Mean absolute error of the naive forecast."""
        return _mean(np.abs(self.targets - self.naive_forecasts))

    @property
    def mase(self) -> float:
        """Mean absolute scaled error, each origin scaled by what was known then.

        Where the naive error is 0 or unknown nothing is scaled, and left out.
        """
        scale = np.where(self.naive_error > 0.0, self.naive_error, np.nan)
        return _mean(np.abs(self.errors) / scale[:, np.newaxis])

    @property
    def coverage(self) -> float | None:
        """Share of what came that is inside the outermost quantiles."""
        if self.quantile_forecasts is None:
            return None
        return _mean(self._inside(self.quantile_forecasts))

    def to_frame(self) -> Any:
        """Write the result as a table, with a row for each forecast value.

        Returns
        -------
        frame : DataFrame of pandas
            With the columns "origin", "time", "step" (1 for the first one ahead),
            "series" and "target" where there are several, "y_true", "y_pred", "naive",
            and one for each quantile. Rows without a forecast are left out.

        Raises
        ------
        ImportError
            If pandas is missing.
        """
        import pandas as pd

        shape = self.forecasts.shape
        where = np.indices(shape).reshape(len(shape), -1)
        origin, step, *inner = where
        columns = {
            "origin": self.origins[origin],
            "time": self.times[origin, step],
            "step": step + 1,
        }
        if self.series is not None:
            columns["series"] = self.series[inner.pop(0)]
        if inner:
            columns["target"] = inner.pop(0)
        columns["y_true"] = self.targets.ravel()
        columns["y_pred"] = self.forecasts.ravel()
        columns["naive"] = self.naive_forecasts.ravel()
        if self.quantile_forecasts is not None:
            for i, tau in enumerate(self.quantiles or ()):
                columns[f"quantile_{tau:g}"] = self.quantile_forecasts[..., i].ravel()
        frame = pd.DataFrame(columns)
        return frame[frame["y_pred"].notna()].reset_index(drop=True)

    def _inside(self, bands: Floats) -> Floats:
        """Say of each target whether it is in its band, NaN where that is unknown."""
        lower, upper = bands[..., 0], bands[..., -1]
        unknown = np.isnan(self.targets) | np.isnan(lower)
        inside = (lower <= self.targets) & (self.targets <= upper)
        return np.where(unknown, np.nan, inside)

    def __repr__(self) -> str:
        """Say how large it is, and how good."""
        n_origins, horizon = self.forecasts.shape[:2]
        of = "" if self.series is None else f" of {len(self.series)} series"
        return (
            f"<{n_origins} forecasts of {horizon} steps{of}: mean absolute error "
            f"{self.mae:.4g}, naive {self.naive_mae:.4g}>"
        )


def _mean_by_step(values: Floats) -> Floats:
    by_step = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
    return np.array([_mean(row) for row in by_step])


def _mean(values: Floats) -> float:
    """Average what is known, NaN if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
