"""Sequences that leave the range of those trained on."""

import numpy as np

from sklearn_rnn._messages import warn
from sklearn_rnn.exceptions import ExtrapolationWarning
from sklearn_rnn.sequences import own_scales

SHARE = 0.5
"""So many of the sequences must have left it. `benchmarks/bench_range.py` has both."""

FEWEST = 10
"""Of fewer sequences nothing is said: one alone is outside by chance now and then."""


def range_of(part, before=None):
    """Find the least and the largest mean of a sequence, (2, n_variables).

    Parameters
    ----------
    part : Part
        Of numbers.
    before : ndarray of shape (2, n_variables), default=None
        A range that is widened.
    """
    level = own_scales(part.sequences[part.rows]).level
    found = np.array([np.fmin.reduce(level), np.fmax.reduce(level)])
    if before is None:
        return found
    return np.array([np.fmin(before[0], found[0]), np.fmax(before[1], found[1])])


def has_left(known, sequences):
    """Say which sequences have left a range of levels in some variable.

    Parameters
    ----------
    known : ndarray of shape (2, n_variables)
    sequences : Sequences

    Returns
    -------
    left : bool ndarray of shape (n_samples,)
    """
    return _outside(known, own_scales(sequences).level).any(axis=1)


def warn_if_outside(known, sequences):
    """Warn where half of the sequences have left a range of levels.

    Parameters
    ----------
    known : ndarray of shape (2, n_variables)
    sequences : Sequences
    """
    if len(sequences) < FEWEST:
        return
    left = has_left(known, sequences)
    if left.mean() < SHARE:
        return
    row = int(np.argmax(left))
    level = own_scales(sequences[row : row + 1]).level[0]
    k = int(np.argmax(_outside(known, level)))
    warn(
        f"{left.sum()} of {len(left)} sequences of X have left the range of those "
        f"that fit saw: the mean of sequence {row} is {level[k]:.6g} in variable {k}, "
        f"where means were between {known[0, k]:.6g} and {known[1, k]:.6g}. "
        "Predictions there have bounds. Where y goes on from X, as in a forecast, fit "
        "with relative_to='last', which learns differences; else fit on sequences of "
        "this range too.",
        ExtrapolationWarning,
    )


def _outside(known, level):
    return (level < known[0]) | (level > known[1])
