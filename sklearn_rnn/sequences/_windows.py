"""Cut one long series into windows, and what follows each of them."""

__all__ = ["sliding_windows"]

import reprlib
from numbers import Integral
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._frames import (
    DATES_OF_SERIES,
    frame_to_array,
    is_frame,
    is_panel,
    series_of,
)
from sklearn_rnn.sequences._time_index import check_regular
from sklearn_rnn.sequences._values import to_values

SERIES = "one series of shape (n_timesteps,) or (n_timesteps, n_features)"
"""What may be cut, in words."""


def sliding_windows(
    series: Any, window: int, horizon: ArrayLike = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into windows, and take what follows each as its target.

    Makes of one long series the ``X, y`` that a regressor learns from: each row
    of X is a part of the series, the next row the same part one step later.

    Parameters
    ----------
    series : array-like of shape (n_timesteps,) or (n_timesteps, n_features)
        Numbers in the order of time, at equal intervals. The dtype stays as it
        is, and so does NaN; masked values become NaN. An index of dates is looked
        at: it must be in order and without gaps. A frame or column whose index has
        several levels, of series and of time, is a panel: each of its series is cut
        by itself, in the order in which they come.
    window : int
        Number of steps in each window, at least 1. More of them show more of the
        past, and cost time in training.
    horizon : int or array-like of int of shape (n_horizons,), default=1
        How many steps the target is after the last step of a window, at least
        1. An int gives that step alone, and not the steps between;
        several, such as ``range(1, 25)``, give as many targets to each window.

    Returns
    -------
    X : ndarray of shape (n_windows, window) or (n_windows, window, n_features)
        Row i holds the steps i to i + window - 1 of the series. A read-only view:
        nothing is copied, and an estimator copies no more than a batch at a time.
        ``X.copy()`` can be written to, and takes `window` times the memory of the
        series; so does a selection of rows that is no slice.
    y : ndarray of shape (n_windows,) or (n_windows, n_features)
        A copy of the series at the target of each window. With several horizons
        they are the second axis: (n_windows, n_horizons) or (n_windows,
        n_horizons, n_features).

    Raises
    ------
    ValueError
        If the series has another number of axes, holds no numbers, dates or is too
        short for a single window with its target; if its index goes back in time, has
        a date twice or a gap; or if `window` or `horizon` is less
        than 1.
    TypeError
        If `series` is no array-like, or `window` or `horizon` no integer.

    See Also
    --------
    as_ragged : For many series, each of its own length.
    sklearn.model_selection.TimeSeriesSplit : Splits such rows in time.

    Notes
    -----
    The target of row i is ``series[i + window - 1 + horizon]``, whether `horizon`
    is one number or an array of them. There are n_timesteps - window -
    max(horizon) + 1 windows that have it. With one horizon the date of ``y[i]``
    is ``dates[window + horizon - 1:][i]``.

    Neighbouring windows share all steps but one, so split them in time, not at
    random. To learn from several features and forecast feature k, take
    ``y[..., k]``. Estimators need a target of at most two axes:
    ``y.reshape(len(y), -1)``.

    Examples
    --------
    >>> from sklearn_rnn import sliding_windows
    >>> X, y = sliding_windows([10, 11, 12, 13, 14, 15], window=3)
    >>> X
    array([[10, 11, 12],
           [11, 12, 13],
           [12, 13, 14]])
    >>> y
    array([13, 14, 15])

    The two steps after each window:

    >>> sliding_windows([10, 11, 12, 13, 14, 15], window=3, horizon=[1, 2])[1]
    array([[13, 14],
           [14, 15]])
    """
    window = _check_window(window)
    ahead = _check_horizon(horizon)
    if is_panel(series):
        return _cut_panel(series, window, ahead)
    if hasattr(series, "iloc"):
        check_regular(series.index)
    return _cut(_check_series(series), window, ahead)


def _cut_panel(
    panel: Any, window: int, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cut each series by itself, those that are long enough."""
    parts = []
    longest = 0
    for title, part in series_of(panel, "series"):
        name = f"series.loc[{title!r}]"
        check_regular(part.index, f"the series {title!r}", name, any_kind=True)
        longest = max(longest, len(part))
        if len(part) >= window + int(ahead.max()):
            parts.append(_cut(_check_series(part), window, ahead))
    if not parts:
        _refuse_short(longest, window, ahead)
    X, y = zip(*parts, strict=True)
    return np.concatenate(X), np.concatenate(y)


def _cut(
    steps: np.ndarray, window: int, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    n_windows = len(steps) - window - int(ahead.max()) + 1
    if n_windows < 1:
        _refuse_short(len(steps), window, ahead)
    windows = np.lib.stride_tricks.sliding_window_view(steps, window, axis=0)
    X = np.moveaxis(windows, -1, 1)[:n_windows]  # (n_windows, window[, n_features])
    last = np.arange(window - 1, window - 1 + n_windows)
    return X, steps[np.add.outer(last, ahead)]


def _refuse_short(n_steps: int, window: int, ahead: np.ndarray) -> NoReturn:
    raise ValueError(
        f"series must have at least window + max(horizon) = {window + ahead.max()} "
        f"steps, got {n_steps}; pass a longer series, a smaller window or a "
        "smaller horizon."
    )


def _check_series(series: Any) -> np.ndarray:
    """Read one series of numbers, as they are."""
    try:
        if is_frame(series):
            steps = frame_to_array(series, DATES_OF_SERIES, name="series")
        else:
            steps = to_values(series, "series")
    except SequenceError:
        raise
    except ValueError as error:  # lists of unequal length
        raise ValueError(
            f"series must be {SERIES}, got parts of unequal shape; cut each series by "
            "itself and join what comes out with np.concatenate."
        ) from error
    if steps.ndim == 0:
        raise TypeError(
            f"series must be an array, a list or a frame, {SERIES}, got "
            f"{type(series).__name__}; pass its steps in the order of time."
        )
    if steps.ndim > 2:
        raise ValueError(
            f"series must be {SERIES}, got shape {steps.shape}; cut each series by "
            "itself and join what comes out with np.concatenate."
        )
    if steps.dtype.kind not in "biuf":
        raise ValueError(
            f"series must hold numbers, got dtype {steps.dtype}; drop what is no "
            "number, or convert it, such as with series.astype(float)."
        )
    return steps


def _check_window(window: Any) -> int:
    if not isinstance(window, Integral):
        raise TypeError(
            f"window must be an integer, got {window!r}; pass the number of steps in "
            "each window, at least 1."
        )
    if window < 1:
        raise ValueError(
            f"window must be at least 1, got {window}; pass the number of steps in "
            "each window."
        )
    return int(window)


def _check_horizon(horizon: Any) -> np.ndarray:
    """Read one horizon or several, as an array of no axis or of one."""
    ahead, given = np.asarray(horizon), reprlib.repr(horizon)
    if ahead.ndim > 1 or ahead.size == 0:
        raise ValueError(
            f"horizon must be an integer or a list of at least one, got {given}; "
            "pass 1 for the step after each window, range(1, 25) for the next 24."
        )
    if ahead.dtype.kind not in "iu":
        raise TypeError(
            f"horizon must be an integer or a list of them, got {given}; pass 1 "
            "for the step after each window, range(1, 25) for the next 24."
        )
    if ahead.min() < 1:
        raise ValueError(
            f"horizon must be at least 1, got {given}; 1 is the step after the "
            "last one of a window."
        )
    return ahead.astype(np.intp)
