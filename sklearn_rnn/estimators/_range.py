"""Sequences that leave the range of those trained on."""

import numpy as np

from sklearn_rnn._messages import warn
from sklearn_rnn.exceptions import ExtrapolationWarning
from sklearn_rnn.sequences import own_scales

SHARE = 0.5
"""So many of the sequences must have left it. `benchmarks/bench_range.py` has both."""

FEWEST = 10
"""Of fewer sequences, trained on or read, nothing is said: chance has them outside."""

# The range is widened by this part of its width, and by so many widths divided by the
# number of sequences trained on: few of them have not seen how far others go. False
# alarms of independent rows of 50 variables, 10 after ten trained on: 1 in 60 of
# normal levels and 1 in 10 of exponential ones; after 20 or more 1 in 100, and of fewer
# variables fewer.
MARGIN, MARGIN_OF_ONE = 0.05, 6.0

# A mean so near to the range, in units of the deviation within its sequence or of
# itself, is within: rounding to float32 moves it less.
NEAR, ROUNDING = 0.01, 1e-6


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


def leaves_range(known, n_rows, sequences):
    """Say which sequences have left a range of levels, of each variable by itself.

    Parameters
    ----------
    known : ndarray of shape (2, n_variables)
    n_rows : int
        How many sequences it is made of.
    sequences : Sequences

    Returns
    -------
    left : bool ndarray of shape (n_samples, n_variables)
    """
    own = own_scales(sequences)
    wide = (MARGIN + MARGIN_OF_ONE / n_rows) * (known[1] - known[0])
    margin = wide + NEAR * own.scale + ROUNDING * np.abs(own.level)
    return (own.level < known[0] - margin) | (own.level > known[1] + margin)


def warn_if_outside(known, n_rows, sequences):
    """Warn where half of the sequences have left a range of levels in one variable.

    Parameters
    ----------
    known : ndarray of shape (2, n_variables)
    n_rows : int
        How many sequences it is made of.
    sequences : Sequences
    """
    if min(len(sequences), n_rows) < FEWEST:
        return
    left = leaves_range(known, n_rows, sequences)
    counts = left.sum(axis=0)
    k = int(np.argmax(counts))
    if counts[k] < SHARE * len(left):
        return
    row = int(np.argmax(left[:, k]))
    level = own_scales(sequences[row : row + 1]).level[0, k]
    warn(
        f"{counts[k]} of {len(left)} sequences of X have left the range of those "
        f"that fit saw: the mean of sequence {row} is {level:.6g} in variable {k}, "
        f"where means were between {known[0, k]:.6g} and {known[1, k]:.6g}. "
        "Predictions there have bounds. Where y goes on from X, as in a forecast, fit "
        "with relative_to='last' and standardize='sequence', which learn differences, "
        "in the scale of each sequence; else fit on sequences of this range too.",
        ExtrapolationWarning,
    )
