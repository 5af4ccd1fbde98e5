"""How far the seasonal naive forecast of one step is off, which scales other errors."""

__all__ = ["read_numbers", "seasonal_naive_error"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import to_values


def seasonal_naive_error(y: Any, period: int = 1) -> NDArray[np.float64]:
    r"""Mean absolute difference from the value one period before.

    Parameters
    ----------
    y : array-like of shape (n_timesteps,) or (n_timesteps, n_targets)
        One series, with NaN where nothing was observed.
    period : int, default=1
        Steps of a season, at least 1. A series without two observed values that are a
        period apart is taken with 1.

    Returns
    -------
    error : float64 ndarray of shape () or (n_targets,)
        0 for a constant series; NaN where no two values can be compared.

    Raises
    ------
    ValueError
        If `period` is less than 1.

    See Also
    --------
    mase : Divides by it.

    Notes
    -----
    .. math::

        \frac{1}{n - m} \sum_{t=m+1}^{n} |y_t - y_{t-m}|

    with the period :math:`m`, over the differences that are known [1]_.

    References
    ----------
    .. [1] R. J. Hyndman and A. B. Koehler. "Another Look at Measures of Forecast
       Accuracy." International Journal of Forecasting 22, 2006.

    Examples
    --------
    >>> from sklearn_rnn.metrics import seasonal_naive_error
    >>> float(seasonal_naive_error([1, 5, 2, 7, 3], period=2))  # 1, 2 and 1
    1.3333333333333333
    """
    if period < 1:
        raise ValueError(f"period must be at least 1, got {period}; 1 is no season.")
    values = read_numbers(y, "y")
    error = _mean_difference(values, period)
    return np.where(np.isnan(error), _mean_difference(values, 1), error)


def read_numbers(y: Any, name: str) -> NDArray[np.float64]:
    """Make numbers of any container; what is masked or missing is NaN."""
    return np.asarray(to_values(y, name), dtype=np.float64)


def _mean_difference(values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    difference = np.abs(values[period:] - values[:-period])
    known = np.isfinite(difference)
    total = np.where(known, difference, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
