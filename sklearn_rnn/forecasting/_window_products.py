"""The products of all windows of many series, without writing a window down."""

__all__ = ["window_products"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class _Runs(NamedTuple):
    """The runs of observed values that are long enough for a window."""

    values: Floats  # of all series one after the other, each run less its mean, else 0
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]


def window_products(
    series: Sequence[NDArray[np.floating]], window: int, horizon: int
) -> tuple[Floats, int]:
    r"""Sum the products of the steps of all windows, less the last value each has seen.

    A window is `window` steps of a series and the `horizon` steps that follow. Every
    one without a missing value counts, of all series alike. The cost is proportional to
    the steps times the length of a window, and not to its square.

    Parameters
    ----------
    series : sequence of float ndarray of shape (n_timesteps,)
        Each of its own length. What is not finite is missing.
    window : int
        Steps that are read, at least 1.
    horizon : int
        Steps that follow, at least 1.

    Returns
    -------
    products : float64 ndarray of shape (window + horizon, window + horizon)
        Symmetric. Row and column ``window - 1``, those of the last value seen, are 0.
    n_windows : int
        Number of windows without a missing value.

    Notes
    -----
    With a run of observed values :math:`x_0, \dots, x_{r-1}`, windows of
    :math:`m \le r` steps and :math:`n = r - m + 1` of them, the sum
    :math:`G_{ij} = \sum_{t=0}^{n-1} x_{t+i} x_{t+j}` of one entry is that of the entry
    before it on its diagonal, one step later:

    .. math::

        G_{i+1,j+1} = G_{ij} + x_{n+i} x_{n+j} - x_i x_j

    The runs of all series are added before that, so that there is one such pass. Less
    the last value, at :math:`l`, the products are
    :math:`G_{ij} - G_{il} - G_{lj} + G_{ll}`. A level that a run has as a whole does
    not change them, and is taken off before, which keeps the digits.
    """
    size = window + horizon
    runs = _observed_runs(series, size)
    products = _add_along_diagonals(_first_row(runs, size), _edges(runs, size))
    last = products[window - 1]
    less_last = products - last - last[:, np.newaxis] + last[window - 1]
    return less_last, int((runs.stops - runs.starts - size + 1).sum())


def _observed_runs(series: Sequence[NDArray[np.floating]], size: int) -> _Runs:
    """Find the runs of at least `size` observed values; a gap ends each series."""
    gap = np.array([np.nan])
    joined = np.concatenate([gap, *(part for one in series for part in (one, gap))])
    edges = (np.flatnonzero(np.diff(np.isfinite(joined))) + 1).reshape(-1, 2)
    starts, stops = edges[edges[:, 1] - edges[:, 0] >= size].T
    values = np.zeros(len(joined))
    for start, stop in zip(starts, stops, strict=True):
        values[start:stop] = joined[start:stop] - joined[start:stop].mean()
    return _Runs(values, starts, stops)


def _first_row(runs: _Runs, size: int) -> Floats:
    """Multiply the first step of every window by each of its steps."""
    firsts = np.zeros_like(runs.values)
    for start, stop in zip(runs.starts, runs.stops, strict=True):
        firsts[start : stop - size + 1] = runs.values[start : stop - size + 1]
    n_steps = len(firsts)
    ahead = range(min(size, n_steps))
    row = np.zeros(size)
    row[: len(ahead)] = [firsts[: n_steps - j] @ runs.values[j:] for j in ahead]
    return row


def _edges(runs: _Runs, size: int) -> Floats:
    """Products of the steps that the windows of a run reach last, less the first."""
    steps = np.arange(size - 1)
    heads = runs.values[runs.starts[:, np.newaxis] + steps]
    tails = runs.values[runs.stops[:, np.newaxis] - len(steps) + steps]
    return tails.T @ tails - heads.T @ heads


def _add_along_diagonals(first_row: Floats, changes: Floats) -> Floats:
    """Fill a symmetric matrix, each entry from the one before it on its diagonal."""
    products = np.empty((len(first_row), len(first_row)))
    products[0] = products[:, 0] = first_row
    for i, change in enumerate(changes):
        products[i + 1, 1:] = products[i, :-1] + change
    return products
