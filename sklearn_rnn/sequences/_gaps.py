"""Missing values inside sequences: what was seen last, and how long ago."""

__all__ = ["Filled", "fill_forward"]

from typing import NamedTuple

import numpy as np


class Filled(NamedTuple):
    """Values without gaps, as `fill_forward` gives them, (n_steps_total, n_features).

    Of sequences of one step each they are what the next step needs to know.
    """

    values: np.ndarray
    """The last one seen, NaN where none was."""
    steps: np.ndarray
    """How many steps ago it was seen: 0 where a value was there."""


def fill_forward(
    values: np.ndarray, lengths: np.ndarray, *memory: np.ndarray
) -> Filled:
    """Repeat the last value that was seen in a sequence.

    Parameters
    ----------
    values : float ndarray of shape (n_steps_total, n_features)
        NaN where one is missing.
    lengths : int64 ndarray of shape (n_samples,)
        Number of steps of each sequence.
    *memory : ndarray of shape (n_samples, n_features)
        `Filled` of the step before; left out at the start of the sequences.

    Returns
    -------
    filled : Filled
        Before the first value the steps count from the start, at which they are 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import fill_forward
    >>> values = np.array([[np.nan], [7.0], [np.nan], [np.nan]])
    >>> filled = fill_forward(values, np.array([3, 1]))
    >>> filled.values.ravel(), filled.steps.ravel()
    (array([nan,  7.,  7., nan]), array([1, 0, 1, 1]))
    """
    steps = np.arange(len(values))[:, np.newaxis]
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)[:, np.newaxis]
    places = np.where(np.isnan(values), -1, steps)
    places = np.maximum.accumulate(places, axis=0)
    unseen = places < starts
    filled = np.take_along_axis(values, np.maximum(places, 0), axis=0)
    filled[unseen] = np.nan
    ago = steps - np.where(unseen, starts - 1, places)
    if memory:
        last, before = (np.repeat(part, lengths, axis=0) for part in memory)
        filled, ago = np.where(unseen, last, filled), ago + unseen * before
    return Filled(filled, ago)
