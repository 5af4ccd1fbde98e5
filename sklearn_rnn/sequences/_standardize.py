"""Zero mean and unit variance over the real steps."""

__all__ = ["Standardizer"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sklearn_rnn.sequences._sequences import (
    Sequences,
    iterate_chunks,
    offsets_of,
    step_positions,
)

CHUNK = 1 << 16
"""Steps looked at together; bounds the memory of `Standardizer.fit`."""

RESOLUTION = 10 * np.finfo(np.float64).eps
"""A standard deviation below this part of the mean is rounding noise."""


@dataclass(frozen=True, eq=False)
class Standardizer:
    r"""Shift and scale of each feature.

    Parameters
    ----------
    mean_ : float64 ndarray of shape (n_features,)
    scale_ : float64 ndarray of shape (n_features,)
        Standard deviation; 1 for a constant feature. Both are empty for
        tokens, which pass unchanged.

    See Also
    --------
    sklearn.preprocessing.StandardScaler : For tables.

    Notes
    -----
    With :math:`p_t` the weight of step :math:`t`'s sequence, divided by the sum
    over all steps at which there is a value,

    .. math:: \mu = \sum_t p_t x_t, \qquad
              \sigma^2 = \sum_t p_t (x_t - \mu)^2 ,

    in float64. The second sum is taken in units of a power of two near the
    largest deviation, so that neither 1e-300 nor 1e300 leaves the range of
    floats, and is corrected for the rounding of the first (the two-pass
    algorithm of Chan, Golub and LeVeque, 1983).

    References
    ----------
    T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample
    variance", The American Statistician 37 (1983), 242-247.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Sequences, Standardizer
    >>> sequences = Sequences.from_list([np.array([1.0, 3.0]), np.array([5.0])])
    >>> standardizer = Standardizer.fit(sequences)
    >>> standardizer.mean_
    array([3.])
    >>> standardizer.transform(sequences.values).ravel()
    array([-1.2247449,  0.       ,  1.2247449], dtype=float32)
    """

    mean_: np.ndarray
    scale_: np.ndarray

    @classmethod
    def identity(cls, n_features: int | None = None) -> "Standardizer":
        """Leave numbers as they are, but for float32; tokens entirely.

        Parameters
        ----------
        n_features : int or None
            None for tokens.
        """
        shape = (0 if n_features is None else n_features,)
        return cls(np.zeros(shape), np.ones(shape))

    @classmethod
    def fit(
        cls,
        data: Sequences | ArrayLike,
        sample_weight: ArrayLike | None = None,
        rows: np.ndarray | None = None,
    ) -> "Standardizer":
        """Learn mean and standard deviation.

        Parameters
        ----------
        data : Sequences of numbers, or ndarray of shape (n_samples, n_outputs)
            Finite, or NaN where a value is missing, which is as good as absent.
        sample_weight : ndarray of shape (n_rows,), default=None
            Each step has the weight of its sequence.
        rows : int ndarray of shape (n_rows,), default=None
            The samples to learn from, in this order; all of them if None. The
            result is that of ``data[rows]``, without the copy.

        Returns
        -------
        standardizer : Standardizer

        Raises
        ------
        ValueError
            If the weights do not have a positive sum, or the values differ by
            more than the largest float.
        """
        sequences = _as_sequences(data)
        if rows is None:
            rows = np.arange(len(sequences))
        weights = _step_weights(sequences.lengths[rows], sample_weight)
        if not weights.all():  # weight 0 is as good as absent, to the last bit
            rows, weights = rows[weights != 0], weights[weights != 0]
        part = _Part(sequences, rows, weights)
        shares, mean, low, high = _mean_and_range(part)
        with np.errstate(over="ignore"):
            reach = np.maximum(high - mean, mean - low)
        if not np.isfinite(reach).all():
            raise ValueError(
                "Values differ by more than the largest float64 (1.8e308) in feature "
                f"{np.argmin(np.isfinite(reach))}; divide them by a constant first."
            )
        correction, scale = _deviation(part, shares, mean, _power_of_two(reach))
        constant = scale <= RESOLUTION * np.abs(mean)
        return cls(mean + correction, np.where(constant, 1.0, scale))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Subtract the mean and divide by the scale.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_features)

        Returns
        -------
        standardized : float32 ndarray of shape (n_steps, n_features)
            Computed in float64.

        Raises
        ------
        ValueError
            If a result lies beyond float32 (3.4e38).
        """
        if self.mean_.size == 0:
            return values
        with np.errstate(over="ignore"):
            standardized = np.subtract(values, self.mean_, dtype=np.float64)
            standardized /= self.scale_
            standardized = standardized.astype(np.float32)
        finite = np.isfinite(standardized)
        if not finite.all():
            place = np.unravel_index(np.argmin(finite), finite.shape)
            feature = place[-1]
            raise ValueError(
                f"Values are too large for float32 (3.4e38), such as {values[place]} "
                f"of feature {feature}, after subtracting the mean "
                f"{self.mean_[feature]} and dividing by {self.scale_[feature]}; "
                "rescale the data, or drop such outliers."
            )
        return standardized

    def inverse_transform(self, standardized: ArrayLike) -> np.ndarray:
        """Multiply by the scale and add the mean, in float64.

        Parameters
        ----------
        standardized : ndarray of shape (n_samples, n_features)

        Returns
        -------
        values : float64 ndarray of shape (n_samples, n_features)
        """
        return np.asarray(standardized, dtype=np.float64) * self.scale_ + self.mean_


def _as_sequences(data: Sequences | ArrayLike) -> Sequences:
    """Take the rows of a table as sequences of one step."""
    if isinstance(data, Sequences):
        return data
    rows = np.asarray(data)
    return Sequences(rows, np.arange(len(rows) + 1))


def _step_weights(lengths: np.ndarray, sample_weight: ArrayLike | None) -> np.ndarray:
    """Divide the weights by their sum over all steps."""
    if sample_weight is None:
        sample_weight = np.ones(len(lengths))
    weights = np.asarray(sample_weight, dtype=np.float64)
    total = (weights * lengths).sum()
    if not total > 0:
        raise ValueError(
            f"sample_weight must have a positive sum, got {weights.sum()}."
        )
    return weights / total


class _Part(NamedTuple):
    """Some of the sequences, and the weight of each of their steps."""

    data: Sequences
    rows: np.ndarray
    weights: np.ndarray


def _mean_and_range(
    part: _Part,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Share of the weights that have a value, mean, smallest and largest value."""
    mean = np.zeros(part.data.storage.shape[1])
    shares, complete = np.zeros_like(mean), np.ones(mean.shape, dtype=bool)
    low, high = np.full_like(mean, np.inf), np.full_like(mean, -np.inf)
    for values, step_weights in _weighted_chunks(part):
        there = ~np.isnan(values)
        complete &= there.all(axis=0)
        shares += _weighted_sum(there, step_weights)
        mean += _weighted_sum(np.where(there, values, 0.0), step_weights)
        np.fmin(low, np.fmin.reduce(values, axis=0), out=low)
        np.fmax(high, np.fmax.reduce(values, axis=0), out=high)
    shares[complete | (shares == 0)] = 1.0  # to the bit; or there is no value at all
    low, high = np.where(low > high, 0.0, low), np.where(low > high, 0.0, high)
    return shares, (mean / shares).clip(low, high), low, high


def _deviation(
    part: _Part, shares: np.ndarray, mean: np.ndarray, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compute what rounding left out of the mean, and the standard deviation."""
    first, second = np.zeros_like(mean), np.zeros_like(mean)
    for values, step_weights in _weighted_chunks(part):
        deviations = np.where(np.isnan(values), 0.0, (values - mean) / unit)
        first += _weighted_sum(deviations, step_weights)
        second += _weighted_sum(deviations**2, step_weights)
    first, second = first / shares, second / shares
    return first * unit, np.sqrt(np.maximum(second - first**2, 0)) * unit


def _weighted_sum(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum over the rows; without BLAS, whose bits depend on the number of threads."""
    return (values * weights[:, np.newaxis]).sum(axis=0)


def _weighted_chunks(part: _Part) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Walk over float64 values and the weights of their steps.

    The rows are gathered chunk by chunk: all at once they would be a copy of the data.
    """
    data, rows, weights = part
    starts, offsets = data.starts[rows], offsets_of(data.lengths[rows])
    for steps, members, counts in iterate_chunks(offsets, CHUNK):
        passed = np.maximum(steps.start - offsets[members], 0)
        places = np.repeat(starts[members] + passed, counts) + step_positions(counts)
        yield (
            data.storage[places].astype(np.float64),
            np.repeat(weights[members], counts),
        )


def _power_of_two(numbers: np.ndarray) -> np.ndarray:
    """Return the largest power of two not above each number; 1 for zero."""
    _, exponents = np.frexp(numbers)
    return np.where(numbers > 0, np.ldexp(1.0, exponents - 1), 1.0)
