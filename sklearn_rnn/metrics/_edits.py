"""How many edits lead from one sequence to another, for many pairs at once."""

__all__ = ["count_edits", "divide_edits"]

from collections.abc import Hashable, Iterable, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import UndefinedMetricWarning

from sklearn_rnn._messages import warn

Codes = NDArray[np.int64]

PAIRS_AT_ONCE = 256
"""Pairs of like length are computed together: their table stays in the cache."""


def count_edits(true: Iterable[Any], pred: Iterable[Any]) -> Codes:
    r"""Count the edits that lead from each true sequence to the predicted one.

    Parameters
    ----------
    true, pred : iterables of sequences
        As many of both. A sequence is a text, whose members are its characters, or a
        list or array of labels.

    Returns
    -------
    edits : int64 ndarray of shape (n_samples,)
        The smallest number of labels to insert, to leave out and to replace.

    Notes
    -----
    The Levenshtein distance of :math:`a` and :math:`b` is :math:`d_{|a| |b|}` of

    .. math::

        d_{ij} = \min(d_{i-1,j} + 1,\; d_{i,j-1} + 1,\;
        d_{i-1,j-1} + [a_i \ne b_j]),
        \qquad d_{i0} = i, \quad d_{0j} = j.

    A row :math:`i` of the table is computed at once, for many pairs: with :math:`m_k`
    the smaller of the first and the third term,
    :math:`d_{ij} = j + \min_{k \le j} (m_k - k)`.

    Examples
    --------
    >>> from sklearn_rnn.metrics._edits import count_edits
    >>> count_edits(["kitten", ""], ["sitting", "a"])
    array([3, 1])
    """
    numbers: dict[Hashable, int] = {}
    # The distance is symmetric, and the loop runs over the shorter of the two.
    pairs = [
        sorted((_encode(row, numbers), _encode(guess, numbers)), key=len)
        for row, guess in zip(true, pred, strict=True)
    ]
    lengths = np.array([[len(short), len(long)] for short, long in pairs])
    order = np.lexsort((lengths[:, 1], lengths[:, 0]))
    edits = np.empty(len(pairs), dtype=np.int64)
    for rows in np.split(order, range(PAIRS_AT_ONCE, len(order), PAIRS_AT_ONCE)):
        short, long = (_pad([pairs[row][i] for row in rows], -1 - i) for i in (0, 1))
        edits[rows] = _distances(short, long, *lengths[rows].T)
    return edits


def divide_edits(
    edits: Codes, n_labels: Codes | Sequence[int], weight: Any = None
) -> float:
    """Divide the edits of all sequences by their labels.

    Parameters
    ----------
    edits : int ndarray of shape (n_samples,)
    n_labels : int array of shape (n_samples,)
        The labels of each true sequence.
    weight : array of shape (n_samples,), default=None
        Of each sequence. None weighs all alike.

    Returns
    -------
    rate : float
        0 where there are neither edits nor labels.

    Warns
    -----
    UndefinedMetricWarning
        If there are edits, and no labels. The rate is then infinite.
    """
    weight = np.ones(len(edits)) if weight is None else weight
    all_edits, all_labels = float(weight @ edits), float(weight @ np.asarray(n_labels))
    if all_labels:
        return all_edits / all_labels
    if all_edits:
        warn(
            "There are no true labels, for each true sequence is empty: the error rate "
            "is infinite. Score more sequences, or take exact_match_score.",
            UndefinedMetricWarning,
        )
    return np.inf if all_edits else 0.0


def _encode(row: Any, numbers: dict[Hashable, int]) -> Codes:
    """Give each label a number, the same one in all sequences."""
    members = row.tolist() if isinstance(row, np.ndarray) else row
    codes = [numbers.setdefault(member, len(numbers)) for member in members]
    return np.array(codes, dtype=np.int64)


def _pad(rows: list[Codes], filler: int) -> Codes:
    """Lay rows out as a table, filled up on the right."""
    padded = np.full((len(rows), max(map(len, rows))), filler)
    for row, codes in zip(padded, rows, strict=True):
        row[: len(codes)] = codes
    return padded


def _distances(short: Codes, long: Codes, n_short: Codes, n_long: Codes) -> Codes:
    """Compute the distances of pairs of padded rows; no two fillers are equal."""
    places = np.arange(long.shape[1] + 1, dtype=np.int32)
    table = np.tile(places, (len(long), 1))  # of the steps of `long`
    distances = n_long.copy()
    for i, codes in zip(count(1), short.T):
        replaced = table[:, :-1] + (long != codes[:, np.newaxis])
        left_out = table + 1
        np.minimum(left_out[:, 1:], replaced, out=left_out[:, 1:])
        table = np.minimum.accumulate(left_out - places, axis=1) + places
        ends = n_short == i
        distances[ends] = table[ends, n_long[ends]]
    return distances
