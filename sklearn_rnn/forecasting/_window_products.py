"""The products of all windows of many series, without writing a window down."""

__all__ = ["fill_forward", "window_products"]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RUNS_AT_ONCE = 4096
"""The ends of so many runs are multiplied at once, which bounds the memory."""


class _Runs(NamedTuple):
    """The runs of windows that count, each one step after the one before."""

    values: Floats  # of all series one after the other, filled, each less its mean
    firsts: NDArray[np.bool_]  # whether a window that counts begins at a step
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]


def window_products(
    series: Sequence[NDArray[np.floating]], window: int, horizon: int
) -> tuple[Floats, int]:
    r"""Sum the products of the steps of all windows, less the last value each has seen.

    A window is `window` steps of a series and the `horizon` steps that follow. What is
    missing is read as the last value before it. A window counts where no step that
    follows is missing. Where more than half of the windows lack a step that follows,
    those count that lack no more than the median one; what they lack is filled as well.
    The cost is proportional to the steps times the length of a window, and not to its
    square, as long as gaps are few; each costs as much as a window written down.

    Parameters
    ----------
    series : sequence of float ndarray or MaskedArray of shape (n_timesteps,)
        Each of its own length. What is not finite is missing. What is masked is
        read as it is and counts as missing among the steps that follow.
    window : int
        Steps that are read, at least 1.
    horizon : int
        Steps that follow, at least 1.

    Returns
    -------
    products : float64 ndarray of shape (window + horizon, window + horizon)
        Symmetric. Row and column ``window - 1``, those of the last value seen, are 0.
    n_windows : int
        Number of windows that count.

    Notes
    -----
    With a run of windows that count, of :math:`m` steps each, that begin at the steps
    :math:`0, \dots, n-1` of filled values :math:`x_0, \dots, x_{n+m-2}`, the sum
    :math:`G_{ij} = \sum_{t=0}^{n-1} x_{t+i} x_{t+j}` of one entry is that of the entry
    before it on its diagonal, one step later:

    .. math::

        G_{i+1,j+1} = G_{ij} + x_{n+i} x_{n+j} - x_i x_j

    The runs of all series are added before that, so that there is one such pass. Less
    the last value, at :math:`l`, the products are
    :math:`G_{ij} - G_{il} - G_{lj} + G_{ll}`. A level that a series has as a whole does
    not change them, and is taken off before, which keeps the digits.
    """
    size = window + horizon
    runs = _runs_of(series, window, horizon)
    products = _add_along_diagonals(_first_row(runs, size), _edges(runs, size))
    last = products[window - 1]
    less_last = products - last - last[:, np.newaxis] + last[window - 1]
    return less_last, int(runs.firsts.sum())


def fill_forward(values: NDArray[Any]) -> Any:
    """Give what is missing the last value before it; first steps stay missing.

    Parameters
    ----------
    values : float ndarray or MaskedArray of shape (n_timesteps,) or (n_timesteps, n)

    Returns
    -------
    filled : MaskedArray of the same shape
        Masked where it was filled or was masked already.
    """
    data = np.ma.getdata(values)
    seen = np.isfinite(data)
    steps = np.arange(len(data)).reshape(-1, *[1] * (data.ndim - 1))
    last = np.maximum.accumulate(np.where(seen, steps, 0), axis=0)
    filled = np.take_along_axis(data, last, axis=0)
    return np.ma.MaskedArray(filled, mask=~seen | np.ma.getmaskarray(values))


def _runs_of(
    series: Sequence[NDArray[np.floating]], window: int, horizon: int
) -> _Runs:
    """Find the windows that count; they begin where something was observed."""
    filled = [fill_forward(one) for one in series if len(one) >= window + horizon]
    values, n_ahead = [np.zeros(1)], [np.zeros(1, dtype=np.intp)]
    for one in filled:
        known = np.isfinite(one.data)
        level = one.data[known].mean() if known.any() else 0.0
        values.append(np.where(known, one.data - level, 0.0))
        sums = np.append(0, np.cumsum(~one.mask))
        n_ahead.append(np.zeros(len(one), dtype=np.intp))
        n_starts = len(one) - window - horizon + 1
        ahead = sums[window + horizon :] - sums[window : len(one) - horizon + 1]
        n_ahead[-1][:n_starts] = np.where(known[:n_starts], ahead, 0)
    counts = np.concatenate([*n_ahead, [0]])
    some = counts > 0
    firsts = some & (counts >= (np.median(counts[some]) if some.any() else 0))
    starts, stops = (np.flatnonzero(np.diff(firsts)) + 1).reshape(-1, 2).T
    return _Runs(np.concatenate([*values, [0.0]]), firsts, starts, stops)


def _first_row(runs: _Runs, size: int) -> Floats:
    """Multiply the first step of every window by each of its steps."""
    firsts = np.where(runs.firsts, runs.values, 0.0)
    n_steps = len(firsts)
    ahead = range(min(size, n_steps))
    row = np.zeros(size)
    row[: len(ahead)] = [firsts[: n_steps - j] @ runs.values[j:] for j in ahead]
    return row


def _edges(runs: _Runs, size: int) -> Floats:
    """Products of the steps that the windows of a run reach last, less the first."""
    steps = np.arange(size - 1)
    edges = np.zeros((size - 1, size - 1))
    for i in range(0, len(runs.starts), RUNS_AT_ONCE):
        some = slice(i, i + RUNS_AT_ONCE)
        heads = runs.values[runs.starts[some, np.newaxis] + steps]
        tails = runs.values[runs.stops[some, np.newaxis] + steps]
        edges += tails.T @ tails - heads.T @ heads
    return edges


def _add_along_diagonals(first_row: Floats, changes: Floats) -> Floats:
    """Fill a symmetric matrix, each entry from the one before it on its diagonal."""
    products = np.empty((len(first_row), len(first_row)))
    products[0] = products[:, 0] = first_row
    for i, change in enumerate(changes):
        products[i + 1, 1:] = products[i, :-1] + change
    return products
