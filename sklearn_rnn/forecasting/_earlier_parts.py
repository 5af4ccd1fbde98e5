"""How much better a linear forecast was than the last value, in earlier parts."""

__all__ = ["better_before"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_rnn.forecasting._ridge import Series, choose_ridge, squared_error
from sklearn_rnn.forecasting._window_products import fill_forward, window_products

N_PARTS = 2
"""So many parts before the held-out one are asked; half of a series is left."""


def better_before(
    series: Series, n_held_out: ArrayLike, window: int, horizon: int
) -> NDArray[np.float64]:
    """Compare ridge regression on windows with the last value, on earlier parts.

    The held-out part alone may have few blocks, which say little. So the part before
    it, as long, is forecast by a ridge regression of all that is before that part, and
    so is one more.

    Parameters
    ----------
    series : sequence of float ndarray or MaskedArray of shape (n_timesteps,)
        Of one scale; as `choose_ridge` has them.
    n_held_out : int or int array-like of shape (n_series,)
        How many steps at the end of each series are held out.
    window, horizon : int

    Returns
    -------
    better_by : float64 ndarray of shape (n_blocks,)
        The mean squared error of the last value less that of the linear forecast, over
        blocks of `horizon` origins. Empty where series are too short.
    """
    found: list[float] = []
    counts = np.broadcast_to(n_held_out, len(series))
    for part in range(1, N_PARTS + 1):
        pairs = [
            (fill_forward(one[: len(one) - part * n]), int(n))
            for one, n in zip(series, counts, strict=True)
            if n and len(one) - (part + 1) * n >= max(window + horizon, len(one) / 2)
        ]
        if not pairs:
            break
        cut, n_out = map(list, zip(*pairs, strict=True))
        coef = choose_ridge(cut, n_out, window, horizon).coef
        found += _better_in_blocks(cut, n_out, coef)
    return np.array(found)


def _better_in_blocks(
    series: Series, n_held_out: list[int], coef: NDArray[np.float64]
) -> list[float]:
    """Compare over blocks of origins, of each series its own share of them."""
    window, horizon = coef.shape
    found = []
    n_blocks = max(1, round((max(n_held_out) - horizon + 1) / horizon))
    for block in range(n_blocks):
        pieces = []
        for one, n in zip(series, n_held_out, strict=True):
            first = len(one) - n - window
            start, stop = (
                (n - horizon + 1) * b // n_blocks for b in (block, block + 1)
            )
            pieces.append(one[first + start : first + stop + window + horizon - 1])
        products, n_windows = window_products(pieces, window, horizon)
        if n_windows:
            last = float(np.trace(products[window:, window:]))
            better_by = last - squared_error(products, coef)
            found.append(better_by / n_windows / horizon)
    return found
