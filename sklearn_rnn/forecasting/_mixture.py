"""How much of a mixture of two forecasts is the first of them."""

__all__ = ["mixture_share"]

import numpy as np
from numpy.typing import NDArray


def mixture_share(
    y_true: NDArray[np.floating],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
) -> float:
    r"""Find the share of the first of two forecasts that leaves the least squares.

    Parameters
    ----------
    y_true : float ndarray of any shape
        What came. Missing values, NaN, do not count.
    first, second : float ndarray of the same shape
        Two forecasts of it, the simpler one first.

    Returns
    -------
    share : float
        In [0, 1]. 1 where the forecasts are the same, 0.5 where nothing was observed.

    Notes
    -----
    Of :math:`\sum (y - a p - (1 - a) q)^2` the least is at

    .. math::

        a = \frac{\sum (p - q) (y - q)}{\sum (p - q)^2}

    and, as the sum is a parabola in :math:`a`, within the bounds at the bound that is
    nearer [1]_.

    References
    ----------
    .. [1] J. M. Bates and C. W. J. Granger. "The Combination of Forecasts."
       Operational Research Quarterly 20, 1969.
    """
    seen = np.isfinite(y_true)
    if not seen.any():
        return 0.5
    y, p, q = (np.asarray(part[seen], np.float64) for part in (y_true, first, second))
    between = p - q
    squares = float(between @ between)
    if squares == 0.0:
        return 1.0
    return float(np.clip(between @ (y - q) / squares, 0.0, 1.0))
