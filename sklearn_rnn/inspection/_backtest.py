"""How the error of a forecast grows with the steps ahead."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.forecasting import BacktestResult, backtest
from sklearn_rnn.inspection._axes import axes_or_new, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self

NAIVE_STYLE = {"color": "0.5", "linestyle": ":"}


class BacktestDisplay:
    """The mean absolute error of forecasts by step ahead, beside a naive forecast.

    `from_result` and `from_estimator` make and draw it. Several on the same axes
    compare forecasters: each gets its own colour and dashes, and the naive forecast is
    drawn once.

    Parameters
    ----------
    error_by_step : float64 ndarray of shape (horizon,)
        Mean absolute error for each step ahead.
    naive_error_by_step : float64 ndarray of shape (horizon,)
        That of repeating the last season.
    name : str, default=None
        Name in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    line_ : matplotlib Line2D
        The error of the forecasts.

    See Also
    --------
    sklearn_rnn.backtest : Computes the errors.
    ForecastDisplay : Draws a single forecast.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn_rnn import backtest
    >>> from sklearn_rnn.inspection import BacktestDisplay
    >>> y = np.arange(20.0)
    >>> result = backtest(DummyRegressor(), y=y, horizon=2, n_origins=3, refit=1)
    >>> display = BacktestDisplay.from_result(result, name="mean")
    >>> display.naive_error_by_step
    array([1., 2.])
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    line_: "Line2D"

    def __init__(
        self,
        *,
        error_by_step: NDArray[np.float64],
        naive_error_by_step: NDArray[np.float64],
        name: str | None = None,
    ) -> None:
        self.error_by_step = error_by_step
        self.naive_error_by_step = naive_error_by_step
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        y: Any = None,
        *,
        horizon: int | None = None,
        step: int | None = None,
        n_origins: int = 10,
        refit: bool | int = False,
        name: str | None = None,
        ax: "Axes | None" = None,
        **kwargs: Any,
    ) -> "Self":
        """Backtest a forecaster, and draw its errors.

        Parameters
        ----------
        estimator : estimator
            It is cloned, and stays as it is.
        X, y, horizon, step, n_origins, refit
            As for `sklearn_rnn.backtest`.
        name : str, default=None
            Name in the legend; that of the class if None.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : BacktestDisplay
        """
        result = backtest(
            estimator,
            X,
            y,
            horizon=horizon,
            step=step,
            n_origins=n_origins,
            refit=refit,
        )
        name = type(estimator).__name__ if name is None else name
        return cls.from_result(result, name=name, ax=ax, **kwargs)

    @classmethod
    def from_result(
        cls,
        result: BacktestResult,
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        **kwargs: Any,
    ) -> "Self":
        """Draw the errors of a backtest.

        Parameters
        ----------
        result : BacktestResult
            Of `sklearn_rnn.backtest`.
        name : str, default=None
            Name in the legend; that of the forecaster's class if None.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : BacktestDisplay
        """
        display = cls(
            error_by_step=result.error_by_step,
            naive_error_by_step=result.naive_error_by_step,
            name=type(result.forecaster).__name__ if name is None else name,
        )
        return display.plot(ax, **kwargs)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **kwargs: Any
    ) -> "Self":
        """Draw the error over the steps ahead.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name in the legend; that of the display if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : BacktestDisplay
            Itself.
        """
        axes: Any = axes_or_new(ax)
        steps = np.arange(1, len(self.error_by_step) + 1)
        dots = {"marker": "o"} if len(steps) == 1 else {}
        style = line_style(axes, self.name if name is None else name, kwargs)
        (self.line_,) = axes.plot(steps, self.error_by_step, **dots, **style)
        if not _has_line(axes, self.naive_error_by_step):
            label = "last season repeated"
            style = {**NAIVE_STYLE, **dots, "linewidth": 2.0, "label": label}
            # A collection would not do: the next display must find this line.
            axes.plot(steps, self.naive_error_by_step, **style)
        axes.set(xlabel="steps ahead", ylabel="mean absolute error")
        axes.grid(alpha=0.3)
        axes.legend()
        self.ax_, self.figure_ = axes, axes.figure
        return self


def _has_line(ax: Any, values: NDArray[np.float64]) -> bool:
    """Say whether these values are drawn already."""
    return any(np.array_equal(line.get_ydata(), values, True) for line in ax.lines)
