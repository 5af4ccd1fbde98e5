"""y with a sequence of its own length for each row: texts, or arrays of labels."""

__all__ = ["check_target_sequences"]

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._messages import name_some
from sklearn_rnn.sequences._ragged_targets import as_member, list_members
from sklearn_rnn.sequences._targets import is_present, refuse_odd_labels
from sklearn_rnn.sequences._values import to_labels

ACCEPTED = (
    "pass a text for each row, or a list or array of labels, str or int; an answer "
    "without labels is '' or []"
)


def check_target_sequences(y: Any) -> list[str] | list[NDArray[Any]]:
    """Check targets that are sequences, each of a length of its own.

    Parameters
    ----------
    y : array-like of shape (n_samples,), or int array of shape (n_samples, n_labels)
        Texts, or lists or arrays of labels; some may be empty. Of a frame, a Series
        or an array with one column the column is taken.

    Returns
    -------
    rows : list of str, or list of ndarray of shape (n_labels_i,)
        Labels are strings, integers or booleans; those of an empty row objects.

    Raises
    ------
    ValueError
        If rows of both kinds are mixed, or a row is neither, holds numbers that are
        no labels, or is missing.
    TypeError
        If `y` is no collection in an order of its own.

    Examples
    --------
    >>> from sklearn_rnn.sequences import check_target_sequences
    >>> check_target_sequences(["K AE T", ""])
    ['K AE T', '']
    >>> check_target_sequences([["K", "AE", "T"], []])
    [array(['K', 'AE', 'T'], dtype='<U2'), array([], dtype=object)]
    """
    members = [to_labels(member) for member in list_members(_one_column(y))]
    are_texts = [isinstance(member, str) for member in members]
    if not any(are_texts):
        rows = [_check_labels(member, row) for row, member in enumerate(members)]
        _refuse_mixed_types(rows)
        return rows
    if not all(are_texts):
        other = are_texts.index(False)
        _refuse_mixture(are_texts.index(True), members[other], other)
    return [str(member) for member in members]


def _one_column(y: Any) -> Any:
    """Take the column of what has one, unless it holds a label for each row."""
    if getattr(y, "shape", ())[1:] != (1,):
        return y
    column = np.asarray(y)[:, 0]
    return column if column.dtype.kind in "OUT" else y


def _check_labels(member: Any, row: int) -> NDArray[Any]:
    """Check the labels of one row."""
    if np.ndim(member) == 0 and not isinstance(member, (list, tuple)):
        _refuse_single(member, row)
    array = as_member(member, row)
    if array.ndim != 1:
        raise ValueError(
            f"y must hold one label after the other, got shape {array.shape} at row "
            f"{row}; {ACCEPTED}."
        )
    if len(array) == 0:
        return np.array([], dtype=object)
    if array.dtype.kind not in "biuOUT":
        raise ValueError(
            f"y must hold labels, got {array.dtype} at row {row}; {ACCEPTED}."
        )
    refuse_odd_labels(array)
    if array.dtype.kind == "O" and not all(map(is_present, array)):
        raise ValueError(f"y holds a missing label at row {row}; {ACCEPTED}.")
    return array


def _refuse_mixed_types(rows: list[NDArray[Any]]) -> None:
    """Raise for strings in one row and numbers in another: NumPy would join them."""
    first: dict[bool, int] = {}
    for row, labels in enumerate(rows):
        for label in labels[:1]:
            first.setdefault(isinstance(label, str), row)
    if len(first) > 1:
        raise ValueError(
            f"y must hold labels of one type, got str at row {first[True]} and numbers "
            f"at row {first[False]}; convert them all to str."
        )


def _refuse_mixture(text: int, other: Any, row: int) -> NoReturn:
    what = "nothing (a missing value)"
    if np.ndim(other) > 0 or is_present(other):
        what = type(other).__name__
    raise ValueError(
        f"y must hold texts only or rows of labels only, got a text at row {text} and "
        f"{what} at row {row}; {ACCEPTED}."
    )


def _refuse_single(member: Any, row: int) -> NoReturn:
    raise ValueError(
        f"y must hold a sequence for each row, got {name_some([member])} at row {row}; "
        f"{ACCEPTED}. RNNClassifier and RNNRegressor are for one target per row."
    )
