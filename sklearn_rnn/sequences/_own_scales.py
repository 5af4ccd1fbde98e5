"""Level and scale of each sequence by itself."""

__all__ = ["OwnScales", "own_scales"]

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._standardize import RESOLUTION

CHUNK = 1 << 16
"""Steps looked at together, unless one sequence alone has more."""


class OwnScales(NamedTuple):
    """Level and scale of sequences, float64 of shape (n_samples, n_features)."""

    level: np.ndarray
    """The mean; NaN where a sequence has no value of a variable."""
    scale: np.ndarray
    """The standard deviation; 0 where a variable is constant."""

    @property
    def divisor(self) -> np.ndarray:
        """What numbers are divided by: the scale, 1 where it is 0."""
        return np.where(self.scale > 0, self.scale, 1.0)

    @property
    def columns(self) -> np.ndarray:
        """Level and logarithm of the scale, (n_samples, 2 * n_features).

        NaN where there is none: of variables without values, or that are constant.
        """
        unknown = np.where(self.scale > 0, self.scale, np.nan)
        return np.hstack([self.level, np.log(unknown)])


def own_scales(sequences: Sequences) -> OwnScales:
    r"""Compute the mean and standard deviation of each sequence.

    Parameters
    ----------
    sequences : Sequences
        Numbers; NaN is as good as absent.

    Returns
    -------
    scales : OwnScales

    Notes
    -----
    Of the :math:`n` values that a sequence has of a variable

    .. math:: m = \frac 1 n \sum_t x_t, \qquad s^2 = \frac 1 n \sum_t (x_t - m)^2,

    in float64 and, for the squares, in units of the largest deviation. They depend on
    the steps of that sequence alone, to the bit.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Sequences, own_scales
    >>> scales = own_scales(Sequences.from_list([np.array([1.0, 3.0]), np.ones(2)]))
    >>> scales.level.ravel(), scales.scale.ravel()
    (array([2., 1.]), array([1., 0.]))
    """
    # A part is cut where so many more steps have gone by, between two sequences.
    cuts = np.flatnonzero(np.diff(sequences.offsets[:-1] // CHUNK)) + 1
    bounds = [0, *cuts.tolist(), len(sequences)]
    parts = [_scales_of(sequences[start:stop]) for start, stop in pairwise(bounds)]
    return OwnScales(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _scales_of(part: Sequences) -> OwnScales:
    values = part.values.astype(np.float64)
    starts, lengths = part.offsets[:-1], part.lengths
    there = ~np.isnan(values)
    counts = np.maximum(np.add.reduceat(there, starts, dtype=np.float64), 1.0)
    shares = np.where(there, values, 0.0) / np.repeat(counts, lengths, axis=0)
    level = np.add.reduceat(shares, starts)
    apart = np.where(there, values - np.repeat(level, lengths, axis=0), 0.0)
    unit = np.maximum.reduceat(np.abs(apart), starts)
    unit = np.where(unit > 0, unit, 1.0)
    apart /= np.repeat(unit, lengths, axis=0)
    scale = unit * np.sqrt(np.add.reduceat(apart**2, starts) / counts)
    scale[scale <= RESOLUTION * np.abs(level)] = 0.0
    any_there = np.logical_or.reduceat(there, starts)
    return OwnScales(np.where(any_there, level, np.nan), scale)
