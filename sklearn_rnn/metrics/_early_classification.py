"""Early classification: a class for a sequence before its end."""

__all__ = ["early_classification_curve"]

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import column_or_1d

Floats = NDArray[np.float64]

# More thresholds than this are thinned out: a line of so many points looks the same.
MAX_THRESHOLDS = 1000


def early_classification_curve(
    y_true: Any, y_proba: Any, *, classes: Any = None
) -> tuple[Floats, Floats, Floats]:
    r"""Compute earliness and accuracy of early classification for each threshold.

    Each sequence is read until the largest probability reaches the threshold, or else
    to its end. The class of that probability is predicted. A higher threshold reads
    more steps and mostly gives a higher accuracy. Choose a threshold by what a step and
    an error cost, on data that was not trained on.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The true class of each sequence.
    y_proba : array-like of shape (n_samples,)
        For each sequence an array (n_timesteps_i, n_classes): the probabilities after
        each step, as ``predict_proba_over_time`` of `~sklearn_rnn.RNNClassifier` gives
        them.
    classes : array-like of shape (n_classes,), default=None
        The class of each column, ``classes_`` of the estimator. None takes the sorted
        classes in ``y_true``, which must then hold all of them.

    Returns
    -------
    earliness : float64 ndarray of shape (n_thresholds,)
        Mean share of the steps of a sequence that was read, in (0, 1]. The literature
        calls it earliness: a lower value is an earlier prediction. It never falls.
    accuracy : float64 ndarray of shape (n_thresholds,)
        Share of correct predictions.
    thresholds : float64 ndarray of shape (n_thresholds,)
        Rising. At the first one every sequence is classified after one step. The last
        one is infinite: every sequence is read to its end. Between them is every
        threshold that makes a difference, or a thousand of them, if there are more.

    Raises
    ------
    ValueError
        If rows or columns do not match, or a probability is NaN.

    See Also
    --------
    sklearn_rnn.inspection.EarlyClassificationDisplay : Draws the curve.

    Notes
    -----
    With the probabilities :math:`p_{itk}` after step :math:`t` of the :math:`T_i` steps
    of sequence :math:`i`, the threshold :math:`\theta` stops at

    .. math::

        t_i = \min \left( \{ t : \max_k p_{itk} \ge \theta \} \cup \{ T_i \} \right),
        \qquad
        \text{earliness} = \frac{1}{n} \sum_i \frac{t_i}{T_i}.

    A threshold on the largest probability is the simplest rule to stop by; [1]_ and
    [2]_ learn others. One number for both is the harmonic mean of accuracy and
    ``1 - earliness`` [3]_.

    References
    ----------
    .. [1] A. Dachraoui, A. Bondu and A. Cornuéjols, "Early Classification of Time
       Series as a Non Myopic Sequential Decision Making Problem", ECML PKDD 2015.
    .. [2] U. Mori, A. Mendiburu, E. Keogh and J. A. Lozano, "Reliable Early
       Classification of Time Series Based on Discriminating the Classes over Time",
       Data Mining and Knowledge Discovery 31, 2017.
    .. [3] P. Schäfer and U. Leser, "TEASER: Early and Accurate Time Series
       Classification", Data Mining and Knowledge Discovery 34, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.metrics import early_classification_curve
    >>> y_proba = [
    ...     np.array([[0.6, 0.4], [0.2, 0.8]]),  # the second step changes the class
    ...     np.array([[0.7, 0.3], [0.9, 0.1]]),
    ... ]
    >>> earliness, accuracy, thresholds = early_classification_curve([1, 0], y_proba)
    >>> thresholds
    array([0.6, 0.7, inf])
    >>> earliness
    array([0.5 , 0.75, 1.  ])
    >>> accuracy
    array([0.5, 1. , 1. ])
    """
    y_true = column_or_1d(y_true)
    members = _read_members(y_proba, len(y_true))
    columns = _find_columns(y_true, classes, members[0].shape[1])
    records = [
        _find_records(member, column)
        for member, column in zip(members, columns, strict=True)
    ]
    peaks = np.concatenate([record.peaks for record in records])
    # What changes when the threshold rises above a peak: from there its sequence is
    # read on, to the next peak or to the end.
    read_more = np.concatenate([np.diff(record.shares) for record in records])
    right_more = np.concatenate([np.diff(record.right) for record in records])
    order = np.argsort(peaks, kind="stable")
    order = order[read_more[order] > 0]  # a peak at the end changes nothing
    thresholds, n_below = np.unique(peaks[order], return_index=True)
    thresholds = np.append(thresholds, np.inf)
    kept = _thin_out(len(thresholds))
    n_below = np.append(n_below, len(order))[kept]
    read = sum(record.shares[0] for record in records)
    right = sum(record.right[0] for record in records)
    earliness = _sum_up(read, read_more[order])[n_below] / len(records)
    accuracy = _sum_up(right, right_more[order])[n_below] / len(records)
    earliness[-1] = 1.0  # which the sum misses by its rounding
    return earliness, accuracy, thresholds[kept]


class _Records(NamedTuple):
    """The steps at which reading may stop: each is more certain than those before."""

    peaks: Floats  # the largest probability there, rising, (n_records,)
    shares: Floats  # of the steps read by then; last all of them, (n_records + 1,)
    right: Floats  # whether the prediction there is correct; last that at the end


def _find_records(probas: Floats, column: int) -> _Records:
    largest = probas.max(axis=1)
    before = np.maximum.accumulate(np.append(-np.inf, largest[:-1]))
    steps = np.flatnonzero(largest > before)
    ends = np.append(steps, len(probas) - 1)
    right = probas[ends].argmax(axis=1) == column
    return _Records(largest[steps], (ends + 1) / len(probas), right.astype(np.float64))


def _sum_up(first: float, changes: Floats) -> Floats:
    return np.cumsum(np.append(first, changes))


def _thin_out(n_thresholds: int) -> NDArray[np.int64]:
    """Choose evenly among the thresholds, both ends included."""
    n_kept = min(n_thresholds, MAX_THRESHOLDS)
    return np.linspace(0, n_thresholds - 1, n_kept).round().astype(np.int64)


def _find_columns(y_true: NDArray[Any], classes: Any, n_columns: int) -> Any:
    """Find the column of each true class; -1 for a class that has none."""
    known = np.unique(y_true) if classes is None else column_or_1d(classes)
    if len(known) != n_columns:
        where = "y_true holds" if classes is None else "classes names"
        raise ValueError(
            f"y_proba has {n_columns} columns, but {where} {len(known)} classes; pass "
            "classes=estimator.classes_."
        )
    places = {label: place for place, label in enumerate(known.tolist())}
    return [places.get(label, -1) for label in y_true.tolist()]


def _read_members(y_proba: Any, n_samples: int) -> list[Floats]:
    members = [np.asarray(member, dtype=np.float64) for member in y_proba]
    if len(members) != n_samples or n_samples == 0:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"[{n_samples}, {len(members)}]; y_true and y_proba need one member for "
            "each sequence, and at least one."
        )
    for i, member in enumerate(members):
        if member.ndim != 2 or len(member) == 0:
            raise ValueError(
                "Each member of y_proba must have shape (n_timesteps_i, n_classes), "
                f"got {member.shape} at row {i}; predict_proba_over_time gives them."
            )
        if member.shape[1] != members[0].shape[1]:
            raise ValueError(
                "Each member of y_proba must have as many columns, got "
                f"{members[0].shape[1]} at row 0 and {member.shape[1]} at row {i}."
            )
        if np.isnan(member).any():
            raise ValueError(f"y_proba contains NaN, first at row {i}.")
    return members
