"""A forecast behind its past, with its bands."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_rnn.inspection._axes import COLORS, axes_or_new, write_dates_short
from sklearn_rnn.metrics._last_step import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self

PAST_HORIZONS = 4
"""So many times the steps of the forecast are drawn of the past."""


class ForecastDisplay:
    """One forecast behind the past of its series, with bands and with what came.

    Made by `from_estimator`, which draws it too. Each pair of quantiles, the outermost
    first, is a band; the inner ones are darker.

    Parameters
    ----------
    times : ndarray of shape (n_timesteps,)
        Of the forecast: dates, or steps ahead, from 1 on.
    y_pred : float64 ndarray of shape (n_timesteps,)
        The forecast.
    quantile_forecasts : float64 ndarray of shape (n_timesteps, n_quantiles), \
            default=None
        Predicted quantiles, rising.
    quantiles : sequence of float of length n_quantiles, default=None
        Which they are.
    past_times : ndarray of shape (n_past,), default=None
        Of the past: dates, or numbers up to 0.
    y_past : float64 ndarray of shape (n_past,), default=None
        The end of the past.
    y_true : float64 ndarray of shape (n_timesteps,), default=None
        What came.
    name : str, default=None
        Of the series, on the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    line_ : matplotlib Line2D
        The forecast.
    bands_ : list of matplotlib PolyCollection
        The bands, the outermost first.

    See Also
    --------
    BacktestDisplay : How good such forecasts have been.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn_rnn.inspection import ForecastDisplay
    >>> display = ForecastDisplay(
    ...     times=np.arange(1, 4),
    ...     y_pred=np.array([3.0, 4.0, 5.0]),
    ...     quantile_forecasts=np.array([[2.0, 4.0], [2.0, 6.0], [2.0, 8.0]]),
    ...     quantiles=(0.1, 0.9),
    ... )
    >>> _ = display.plot()
    >>> [band.get_label() for band in display.bands_]
    ['80 % band']
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    line_: "Line2D"
    bands_: "list[PolyCollection]"

    def __init__(
        self,
        *,
        times: NDArray[Any],
        y_pred: NDArray[np.float64],
        quantile_forecasts: NDArray[np.float64] | None = None,
        quantiles: tuple[float, ...] | None = None,
        past_times: NDArray[Any] | None = None,
        y_past: NDArray[np.float64] | None = None,
        y_true: NDArray[np.float64] | None = None,
        name: str | None = None,
    ) -> None:
        self.times = times
        self.y_pred = y_pred
        self.quantile_forecasts = quantile_forecasts
        self.quantiles = quantiles
        self.past_times = past_times
        self.y_past = y_past
        self.y_true = y_true
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        y_past: ArrayLike | None = None,
        y_true: ArrayLike | None = None,
        series: Any = None,
        target: int = 0,
        n_past: int | None = None,
        name: str | None = None,
        ax: "Axes | None" = None,
    ) -> "Self":
        """Forecast, and draw it.

        Parameters
        ----------
        estimator : fitted RNNForecaster, Pipeline or search
            Of a pipeline the last step forecasts. Needs pandas.
        X : what its ``predict`` takes, default=None
            What is known of the steps to come; None forecasts the next ``horizon``.
        y_past : array-like of shape (n_past_timesteps,), default=None
            The past of the series that is drawn, up to the forecast. A pandas Series
            is drawn at its dates, numbers without dates right before the forecast.
        y_true : array-like of shape (n_timesteps,), default=None
            What came, for the steps of the forecast.
        series : object, default=None
            The name of the series to draw; the first one if None.
        target : int, default=0
            Which target to draw, of several.
        n_past : int, default=None
            How many steps of the past to draw; None draws four times the forecast.
        name : str, default=None
            On the axis; that of the series if None.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : ForecastDisplay

        Raises
        ------
        TypeError
            If the estimator does not forecast.
        ValueError
            If it does not know the series, or `y_true` has another length.
        """
        forecaster, X = _forecaster_of(estimator, X)
        frame = forecaster.forecast(X)
        times, rows, title = _choose_series(frame.index, series, forecaster)
        y_pred = np.asarray(forecaster.predict(X)).reshape(len(frame), -1)[rows, target]
        quantiles, bands = getattr(forecaster, "quantiles", None), None
        if quantiles is not None:
            bands = frame.to_numpy().reshape(len(frame), -1, len(quantiles))
            bands = bands[rows, target]
        past_times, past = _read_past(y_past, n_past or PAST_HORIZONS * len(y_pred))
        if past is not None and _are_dates(times) and not _are_dates(past_times):
            past_times = _dates_before(times[0], len(past), forecaster.freq_)
        display = cls(
            times=_for_an_axis(times),
            y_pred=y_pred,
            quantile_forecasts=bands,
            quantiles=None if quantiles is None else tuple(quantiles),
            past_times=past_times,
            y_past=past,
            y_true=_check_true(y_true, len(y_pred)),
            name=title if name is None else name,
        )
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw the forecast.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : ForecastDisplay
            Itself.
        """
        axes: Any = axes_or_new(ax)
        if self.y_past is not None:
            axes.plot(self.past_times, self.y_past, color="0.4", label="past")
        self.bands_ = self._draw_bands(axes)
        style: dict[str, Any] = {
            "color": COLORS[0],
            "linewidth": 2.0,
            "label": "forecast",
        }
        marker = "o" if len(self.times) == 1 else None
        (self.line_,) = axes.plot(self.times, self.y_pred, marker=marker, **style)
        if self.y_true is not None:
            style = {"color": "black", "linestyle": "--", "linewidth": 1.5}
            axes.plot(
                self.times, self.y_true, marker=marker, label="what came", **style
            )
        kind = np.asarray(self.times).dtype.kind
        if kind in "MO":
            write_dates_short(axes)
        axes.set(xlabel="time" if kind in "mMO" else "steps ahead", ylabel=self.name)
        axes.grid(alpha=0.3)
        axes.legend()
        self.ax_, self.figure_ = axes, axes.figure
        return self

    def _draw_bands(self, ax: Any) -> "list[PolyCollection]":
        """Fill the space between each quantile and its counterpart."""
        if self.quantile_forecasts is None or self.quantiles is None:
            return []
        bands = []
        for i in range(len(self.quantiles) // 2):
            share = self.quantiles[-1 - i] - self.quantiles[i]
            lower = self.quantile_forecasts[:, i]
            upper = self.quantile_forecasts[:, -1 - i]
            style = {"color": COLORS[0], "alpha": 0.2, "linewidth": 0}
            label = f"{100 * share:.3g} % band"
            bands.append(
                ax.fill_between(self.times, lower, upper, label=label, **style)
            )
        return bands


def _forecaster_of(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Find what forecasts, and what it reads of X."""
    if X is None and hasattr(estimator, "best_estimator_"):
        return _forecaster_of(estimator.best_estimator_, X)
    if X is None and hasattr(estimator, "steps"):
        return _forecaster_of(estimator.steps[-1][1], X)
    forecaster, X = last_step(estimator, X)
    if not hasattr(forecaster, "forecast"):
        raise TypeError(
            "ForecastDisplay needs an RNNForecaster, or a Pipeline that ends in one, "
            f"got {estimator!r}."
        )
    return forecaster, X


def _choose_series(index: Any, series: Any, forecaster: Any) -> tuple[Any, Any, Any]:
    """Keep the rows of one series: their times, where they are, and its name."""
    if index.nlevels == 1:
        if series is not None:
            raise ValueError(
                f"series={series!r} was asked for, but the forecaster knows one series "
                "without a name; leave it out."
            )
        return index, slice(None), None
    names = index.get_level_values(0)
    chosen = names[0] if series is None else series
    rows = np.flatnonzero(names == chosen)
    if len(rows) == 0:
        raise ValueError(
            f"There is no forecast of the series {series!r}, but of "
            f"{names.unique().tolist()[:5]}; name one of them."
        )
    return index.get_level_values(-1)[rows], rows, str(chosen)


def _read_past(y_past: Any, n_past: int) -> tuple[Any, Any]:
    """Keep the end of the past, at its dates or at numbers up to 0."""
    if y_past is None:
        return None, None
    values = np.asarray(y_past, np.float64).reshape(len(y_past))[-n_past:]
    index: Any = getattr(y_past, "index", None)
    if hasattr(index, "asi8"):
        return _for_an_axis(index[-n_past:]), values
    return np.arange(1 - len(values), 1), values


def _are_dates(times: Any) -> bool:
    return np.asarray(times).dtype.kind in "mMO"


def _dates_before(first: Any, n_steps: int, freq: str) -> NDArray[Any]:
    """Count back from the first date of a forecast."""
    import pandas as pd

    is_period = isinstance(first, pd.Period)  # counts in steps of its own
    step = 1 if is_period else pd.tseries.frequencies.to_offset(freq)
    return _for_an_axis(pd.Index([first - i * step for i in range(n_steps, 0, -1)]))


def _check_true(y_true: Any, n_steps: int) -> Any:
    if y_true is None:
        return None
    values = np.asarray(y_true, np.float64)
    if values.shape != (n_steps,):
        raise ValueError(
            f"y_true has shape {values.shape}, but the forecast has {n_steps} steps; "
            "pass what came in these steps."
        )
    return values


def _for_an_axis(times: Any) -> NDArray[Any]:
    """Make times that matplotlib can draw: periods begin where they begin."""
    return np.asarray(times.to_timestamp() if hasattr(times, "to_timestamp") else times)
