"""The order in which training sees its rows: that of a weighted set."""

__all__ = ["canonical_rows"]

import numpy as np
from numpy.typing import ArrayLike

from sklearn_rnn.sequences._sequences import (
    Sequences,
    iterate_chunks,
    offsets_of,
    step_positions,
)

CHUNK = 1 << 14
"""Numbers hashed at a time: 128 KiB of each temporary stay in the cache."""

# Odd constants whose bits look random (those of splitmix64, and
# murmur3); multiplication by an odd number modulo 2**64 and
# xor-shifts are invertible, so that one changed bit always changes the hash.
WEYL = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
THIRD = np.uint64(0xFF51AFD7ED558CCD)
SHIFT = np.uint64(32)


def canonical_rows(
    sequences: Sequences,
    y: ArrayLike | Sequences,
    sample_weight: ArrayLike | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Reduce rows to a weighted set in an order of its own.

    Rows of weight 0 are dropped, rows equal in content and target become one
    with the sum of their weights, and what is left is ordered by a hash of its
    content. Whatever follows depends neither on the order of the rows nor on
    whether a row of weight 2 is given once or a row of weight 1 twice.

    Parameters
    ----------
    sequences : Sequences
        Tokens of other characters are different, and so are other static columns and
        other sequences beside.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or Sequences
        Numbers: class indices or targets, compared as float64. Sequences hold
        one member for each of ``sequences``: a target for each of its steps.
    sample_weight : ndarray of shape (n_samples,), default=None
        None gives each row the weight 1.

    Returns
    -------
    indices : int64 ndarray of shape (n_kept,)
        The first row of each member of the set, in the order of the hashes.
    weights : float64 ndarray of shape (n_kept,)
        Equal weights are added in order of size, so that the sum, too, does
        not depend on the order of the rows. With whole numbers it is exact;
        with others, k copies may differ from weight k in the last bit.

    Notes
    -----
    Each number contributes a pair of 64-bit integers that depend on its bits
    as float64 and on its place in the sequence, and the pairs are added
    modulo 2**64. Rows of equal hash are taken as equal without comparing
    them: among n different rows the probability that any two have the same
    128 bits is about n**2 / 2**129, or 1.5e-27 for a million rows. The hash is
    not made to withstand an adversary. float32 and float64 of the same value
    count as equal, as do 0.0 and -0.0.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Sequences, canonical_rows
    >>> rows = Sequences.from_list([np.array(r) for r in ([2, 3], [4], [2, 3], [5])])
    >>> indices, weights = canonical_rows(rows, np.zeros(4), np.array([1, 1, 2, 0]))
    >>> sorted(zip(indices.tolist(), weights.tolist()))
    [(0, 3.0), (1, 1.0)]
    """
    n_samples = len(sequences)
    if sample_weight is None:
        sample_weight = np.ones(n_samples)
    weights = np.asarray(sample_weight, dtype=np.float64)
    hashes = _hash_rows(sequences, y)

    order = np.lexsort((weights, hashes[1], hashes[0]))
    order = order[weights[order] != 0]
    if len(order) == 0:
        return order, weights[order]
    ordered = hashes[:, order]
    differs = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    starts = np.flatnonzero(np.concatenate(([True], differs)))
    return np.minimum.reduceat(order, starts), np.add.reduceat(weights[order], starts)


def _hash_rows(sequences: Sequences, y: ArrayLike | Sequences) -> np.ndarray:
    """Hash content and target, uint64 of shape (2, n_samples)."""
    content = _hash_content(sequences)
    if isinstance(y, Sequences):
        target = _hash_segments(y.values, y.offsets)
    else:
        target = _hash_table(np.asarray(y).reshape(len(sequences), -1))
    # One more round on the content: in a plain sum a value could trade places
    # with a target.
    return _mix(content, SECOND) + target


def _hash_content(sequences: Sequences) -> np.ndarray:
    """Hash all that is known of each sequence, as `_hash_segments`."""
    content = _hash_segments(sequences.storage, sequences.offsets, sequences.starts)
    if sequences.characters is not None:
        content += _hash_characters(sequences.characters, sequences.offsets)
    if sequences.static is not None:
        content += _mix(_hash_table(sequences.static), FIRST)
    keys = np.arange(1, len(sequences.beside) + 1, dtype=np.uint64) * WEYL
    for key, part in zip(keys, sequences.beside, strict=True):
        content += _mix(_hash_content(part) + key, THIRD)
    return content


def _hash_characters(characters: Sequences, offsets: np.ndarray) -> np.ndarray:
    """Hash the words of each sequence by their characters, as `_hash_segments`."""
    if len(offsets) == 1:  # no sequence, and `reduceat` wants one
        return np.zeros((2, 0), dtype=np.uint64)
    words = _mix(_hash_segments(characters.values, characters.offsets), FIRST)
    positions = step_positions(np.diff(offsets)).view(np.uint64)
    words += (positions + np.uint64(1)) * WEYL
    return np.add.reduceat(_mix(words, THIRD), offsets[:-1], axis=1)


def _hash_table(rows: np.ndarray) -> np.ndarray:
    """Hash the rows of a table, as `_hash_segments`."""
    return _hash_segments(rows, np.arange(len(rows) + 1, dtype=np.int64))


def _hash_segments(
    values: np.ndarray, offsets: np.ndarray, starts: np.ndarray | None = None
) -> np.ndarray:
    """Sum the hashes of the numbers of each segment, uint64 of shape (2, n).

    Where `starts` are not given, the segments lie one behind the other.
    """
    width = int(np.prod(values.shape[1:], dtype=np.int64))
    values = values.reshape(-1)
    moved = None
    if starts is not None and not np.array_equal(starts, offsets[:-1]):
        moved = starts * width
    offsets = offsets * width
    sums = np.zeros((2, len(offsets) - 1), dtype=np.uint64)
    for numbers, rows, counts in iterate_chunks(offsets, CHUNK):
        positions = np.arange(numbers.start, numbers.stop, dtype=np.int64)
        positions -= np.repeat(offsets[rows], counts)
        places: slice | np.ndarray = numbers
        if moved is not None:
            places = positions + np.repeat(moved[rows], counts)
        hashes = _hash_numbers(values[places], positions.view(np.uint64))
        firsts = offsets_of(counts)[:-1]
        sums[:, rows] += np.add.reduceat(hashes, firsts, axis=1)
    return sums


def _hash_numbers(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Hash numbers and their places, uint64 of shape (2, n_values)."""
    bits = values.astype(np.float64) + 0.0  # -0.0 + 0.0 is 0.0
    hashes = np.empty((2, len(values)), dtype=np.uint64)
    keyed = _mix(bits.view(np.uint64), FIRST)
    keyed += (positions + np.uint64(1)) * WEYL
    hashes[0] = _mix(keyed, SECOND)
    hashes[1] = _mix(hashes[0] + WEYL, THIRD)
    return hashes


def _mix(hashes: np.ndarray, factor: np.uint64) -> np.ndarray:
    """Spread each bit over all others: one invertible round."""
    hashes = (hashes ^ (hashes >> SHIFT)) * factor
    hashes ^= hashes >> SHIFT
    return hashes
