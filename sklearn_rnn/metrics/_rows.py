"""y_true and y_pred as rows of labels, checked against each other and joined."""

__all__ = ["find_sort", "join", "read_row", "step_weights"]

from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._compat import check_sample_weight

Labels = NDArray[Any]


def join(y_true: Any, y_pred: Any) -> tuple[Labels, Labels, NDArray[np.int64]]:
    """Join the rows of y_true and of y_pred.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Each element holds the labels of one sequence.

    Returns
    -------
    true, pred : ndarray of shape (n_steps_total,)
        All labels in order.
    lengths : int64 ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If rows are missing, or labels in a row, or types are mixed.
    TypeError
        If y_true or y_pred, or one of their rows, is not a collection.
    """
    true, pred = _read_rows(y_true, "y_true"), _read_rows(y_pred, "y_pred")
    _check_lengths(true, pred)
    sorts = [find_sort(true, "y_true"), find_sort(pred, "y_pred")]
    if sorts[0] != sorts[1]:
        raise ValueError(
            f"y_true holds labels of type {sorts[0]}, y_pred of type {sorts[1]}; "
            "convert both to str or both to int."
        )
    return _concatenate(true), _concatenate(pred), np.array([len(row) for row in true])


def step_weights(
    sample_weight: Any, lengths: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """Give each step the weight of its sequence; None stays None."""
    if sample_weight is None:
        return None
    return np.repeat(check_sample_weight(sample_weight, lengths), lengths)


def _read_rows(y: Any, name: str) -> list[Labels]:
    """Turn each element of `y` into a one-dimensional array."""
    if isinstance(y, str) or not hasattr(y, "__len__") or not hasattr(y, "__iter__"):
        raise TypeError(
            f"{name} must be a list or array of one array of labels per sequence, got "
            f"{type(y).__name__}."
        )
    if len(y) == 0:
        raise ValueError(f"{name} holds no sequences; give at least one.")
    return [read_row(row, f"row {i} of {name}") for i, row in enumerate(y)]


def read_row(row: Any, name: str) -> Labels:
    """Turn the labels of one sequence into an array of one axis."""
    # NumPy would turn the numbers of a list that also holds text into text.
    array = row if isinstance(row, np.ndarray) else np.asarray(row, dtype=object)
    if array.ndim == 0:
        raise TypeError(
            f"{name[0].upper()}{name[1:]} must be a list or array of labels, one per "
            f"time step, got {type(row).__name__} {row!r}; make rows of them, with "
            "as_ragged for instance, or take the scores of sklearn.metrics where each "
            "sequence has one label."
        )
    if array.ndim > 1:
        raise ValueError(
            f"{name[0].upper()}{name[1:]} must hold one label per time step, got shape "
            f"{array.shape}; one-hot rows become labels by classes[row.argmax(axis=1)]."
        )
    return array


def _check_lengths(true: list[Labels], pred: list[Labels]) -> None:
    """Refuse rows that do not match one by one, step by step."""
    if len(true) != len(pred):
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"[{len(true)}, {len(pred)}]; y_true and y_pred need one row per sequence."
        )
    for i, (row_true, row_pred) in enumerate(zip(true, pred, strict=True)):
        if len(row_true) != len(row_pred):
            raise ValueError(
                "y_true and y_pred must have as many labels in each row, got "
                f"{len(row_true)} in y_true and {len(row_pred)} in y_pred at row {i}; "
                "cut off padding, and predict without truncation."
            )
    if not any(len(row) for row in true):
        raise ValueError("y_true holds no labels: every row is empty.")


def find_sort(rows: list[Labels], name: str) -> str | None:
    """Say whether the labels are "str" or "number"; refuse all else, None is none."""
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        for sort in _sorts_in(row):
            first.setdefault(sort, i)
    if len(first) > 1:
        came = ", ".join(f"{sort} first at row {i}" for sort, i in first.items())
        raise ValueError(f"The labels in {name} mix types ({came}); make them all str.")
    if not first:
        return None
    ((sort, i),) = first.items()
    if sort not in ("str", "number"):
        raise ValueError(
            f"The labels in {name} must be str or numbers, got {sort} at row {i}; "
            "make them all str."
        )
    return sort


def _sorts_in(row: Labels) -> list[str]:
    """List the sorts of label in one row, by the dtype alone where that tells."""
    if len(row) == 0:
        return []
    if row.dtype.kind in "biuf":
        return ["number"]
    if row.dtype.kind == "U":
        return ["str"]
    return sorted({_sort_of(type(label)) for label in row})


def _sort_of(kind: type) -> str:
    if issubclass(kind, str):
        return "str"
    return "number" if issubclass(kind, Number | np.bool_) else kind.__name__


def _concatenate(rows: list[Labels]) -> Labels:
    """Join rows of one sort, as str or numbers."""
    return np.concatenate([_plain(row) for row in rows if len(row)])


def _plain(row: Labels) -> Labels:
    # scikit-learn sorts arrays of str about ten times as fast as those of objects.
    return np.array(row.tolist()) if row.dtype.kind == "O" else row
