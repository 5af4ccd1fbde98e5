"""What a forecast is made of besides a network, and how it is judged, in NumPy."""

__all__ = [
    "BacktestResult",
    "LinearForecast",
    "TimeBlockSplit",
    "backtest",
    "better_before",
    "block_means",
    "choose_ridge",
    "choose_window",
    "conformal_quantile",
    "conformal_shifts",
    "fill_forward",
    "fit_ridge",
    "is_clearly_better",
    "mixture_share",
    "period_of",
    "simplest_within_one_error",
    "usual_segment",
    "usual_window",
    "window_products",
    "windows_to_try",
]

from sklearn_rnn.forecasting._backtest import backtest
from sklearn_rnn.forecasting._backtest_result import BacktestResult
from sklearn_rnn.forecasting._conformal import conformal_quantile, conformal_shifts
from sklearn_rnn.forecasting._earlier_parts import better_before
from sklearn_rnn.forecasting._mixture import mixture_share
from sklearn_rnn.forecasting._ridge import (
    LinearForecast,
    choose_ridge,
    choose_window,
    fit_ridge,
)
from sklearn_rnn.forecasting._simplest import (
    block_means,
    is_clearly_better,
    simplest_within_one_error,
)
from sklearn_rnn.forecasting._time_blocks import TimeBlockSplit
from sklearn_rnn.forecasting._usual_sizes import (
    period_of,
    usual_segment,
    usual_window,
    windows_to_try,
)
from sklearn_rnn.forecasting._window_products import fill_forward, window_products
