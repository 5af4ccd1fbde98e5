"""y with something for each time step: ragged arrays, one per sequence."""

__all__ = [
    "as_member",
    "as_ragged",
    "check_step_labels",
    "check_step_reals",
    "list_members",
]

from collections.abc import Mapping, Set
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets

from sklearn_rnn._messages import repeat_warnings
from sklearn_rnn.sequences._containers import holds_text
from sklearn_rnn.sequences._frames import cells_of, is_frame, is_panel, series_of
from sklearn_rnn.sequences._ignored import refuse_ignored
from sklearn_rnn.sequences._padding import row_of
from sklearn_rnn.sequences._sequences import offsets_of
from sklearn_rnn.sequences._targets import (
    find_classes,
    is_present,
    refuse_odd_labels,
)
from sklearn_rnn.sequences._values import to_labels, to_values

LABELS = (
    "pass one array of labels for each sequence, with one label per time step; "
    "RNNClassifier is for one label per sequence"
)
REALS = (
    "pass one array of numbers for each sequence, of shape (n_timesteps,) or "
    "(n_timesteps, n_outputs); RNNRegressor is for one number per sequence"
)
"""What y should be, and where to go with another."""


def as_ragged(y: Any) -> np.ndarray:
    """Make an array of arrays, which scikit-learn can split, out of lists.

    Sequences of different length, in ``y`` as in ``X``, are best kept in a
    one-dimensional array of object: cross-validation, searches and
    `train_test_split` take their rows from it and leave each one whole. NumPy
    makes such an array on request only, and never where all rows happen to be of
    equal length.

    Parameters
    ----------
    y : list, tuple, ndarray or other collection of array-likes
        One member per sequence: its labels, or numbers of shape
        (n_timesteps,) or (n_timesteps, n_outputs). An array of two or three axes
        is cut into its rows; padding in them stays. A member may be empty, as an
        answer of no labels.

    Returns
    -------
    ragged : ndarray of object, shape (n_samples,)
        Each element is an ndarray, sharing memory with what was given where
        possible.

    Raises
    ------
    ValueError
        If there are no members, or one of them is a single label or number, or
        is no array.
    TypeError
        If ``y`` is not a collection in an order of its own.

    Examples
    --------
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn_rnn import as_ragged
    >>> y = as_ragged([["DET", "NOUN"], ["VERB", "DET", "NOUN"], ["VERB", "ADV"]])
    >>> y.shape
    (3,)
    >>> y_train, y_test = train_test_split(y, test_size=1, random_state=0)
    >>> y_test[0]
    array(['VERB', 'ADV'], dtype='<U4')
    """
    members = list_members(y)
    ragged = np.empty(len(members), dtype=object)
    for row, member in enumerate(members):
        array = as_member(member, row)
        if array.ndim == 0:
            raise ValueError(
                "Each member of y must be an array or a list with something for each "
                f"time step, got {member!r} at row {row}; pass one for each sequence."
            )
        _check_axes(array, row)
        ragged[row] = array
    return ragged


def check_step_labels(y: Any, lengths: ArrayLike) -> np.ndarray:
    """Check labels, one for each time step.

    Parameters
    ----------
    y : array of object, list or tuple of array-likes of shape (n_timesteps,), or \
            array-like of shape (n_samples, n_columns)
        The labels of each sequence. A table is padded on the right: values at or
        beyond the length of a row may be anything.
    lengths : int array of shape (n_samples,)
        Number of steps of each sequence of X.

    Returns
    -------
    labels : ndarray of shape (n_steps_total,)
        Integers, booleans or strings, one sequence after the other.

    Raises
    ------
    ValueError
        If `y` is not one label for each step, is continuous, has missing values,
        or mixes types.
    TypeError
        If `y` is no collection, or sparse.

    Examples
    --------
    >>> from sklearn_rnn.sequences import check_step_labels
    >>> check_step_labels([["a", "b"], ["b"]], lengths=[2, 1])
    array(['a', 'b', 'b'], dtype='<U1')
    >>> check_step_labels([[0, 1], [1, -1]], lengths=[2, 1])
    Traceback (most recent call last):
    ...
    ValueError: y must have one label for each time step of X, got 2 for the 1 \
steps of row 1; ...
    """
    rows, offsets = _rows_of_steps(y, lengths, "label", LABELS)
    for row, array in enumerate(rows):
        if array.ndim > 1:
            raise ValueError(
                f"y must hold one label per time step, got shape {array.shape} at row "
                f"{row}; {LABELS}."
            )
    labels = _join_labels(rows, offsets)
    refuse_ignored(labels, offsets)
    repeat_warnings(check_classification_targets, labels)
    return labels


def check_step_reals(y: Any, lengths: ArrayLike) -> tuple[np.ndarray, int]:
    """Check regression targets, one or several for each time step.

    Parameters
    ----------
    y : array of object, list or tuple of array-likes of shape (n_timesteps,) or \
            (n_timesteps, n_outputs), or array-like of shape (n_samples, n_columns) \
            or (n_samples, n_columns, n_outputs)
        The targets of each sequence. Arrays of two or three axes are padded on
        the right: values at or beyond the length of a row may be anything.
    lengths : int array of shape (n_samples,)
        Number of steps of each sequence of X.

    Returns
    -------
    targets : float64 ndarray of shape (n_steps_total, n_outputs)
        One sequence after the other.
    ndim : {1, 2}
        The number of axes of the targets of one sequence.

    Raises
    ------
    ValueError
        If `y` does not have targets for each step, or holds NaN, infinity or
        text.
    TypeError
        If `y` is no collection, or sparse.

    Examples
    --------
    >>> from sklearn_rnn.sequences import check_step_reals
    >>> check_step_reals([[0.5, 1.5], [2.5]], lengths=[2, 1])
    (array([[0.5],
           [1.5],
           [2.5]]), 1)
    """
    rows, offsets = _rows_of_steps(y, lengths, "target", REALS)
    shape = rows[0].shape[1:]
    for row, array in enumerate(rows):
        if array.shape[1:] != shape or 0 in shape:
            raise ValueError(
                "y must hold the same number of outputs, at least 1, for every time "
                f"step, got shape {rows[0].shape} at row 0 and {array.shape} at row "
                f"{row}; {REALS}."
            )
    targets = np.concatenate([_as_reals(array, i) for i, array in enumerate(rows)])
    _refuse_absent(np.isfinite(targets.reshape(len(targets), -1)).all(axis=1), offsets)
    return targets.reshape(len(targets), -1), rows[0].ndim


# -- reading, whatever y holds ---------------------------------------------------


def list_members(y: Any) -> list[Any]:
    """List what `y` holds for each sequence."""
    y = _without_frame(to_labels(y))
    if hasattr(y, "__array__") and not isinstance(y, (list, tuple)):
        y = np.asarray(y)  # a frame would give the names of its columns
        if y.ndim == 0:
            _refuse_type(y.item())
    elif isinstance(y, (str, bytes, Mapping, Set)) or sparse.issparse(y):
        _refuse_type(y)
    try:
        members = list(y)
    except TypeError:
        _refuse_type(y)
    if not members:
        raise ValueError("y is empty; pass one array or list for each sequence.")
    return members


def _without_frame(y: Any) -> Any:
    """List the series of a panel, or the cells of one column of sequences."""
    if is_panel(y):
        return [part for _, part in series_of(y, "y")]
    if is_frame(y) and y.shape[1] == 1:
        cells = cells_of(y)
        return y if cells is None else list(cells[:, 0])
    return y


def _refuse_type(y: Any) -> NoReturn:
    raise TypeError(
        "y must be a list or an array with one array for each sequence, got "
        f"{type(y).__name__}; pass a list of lists, or as_ragged of one."
    )


def as_member(member: Any, row: int) -> np.ndarray:
    """Convert the labels or numbers of one sequence."""
    member = to_labels(member)
    try:
        array = np.asarray(member)
    except ValueError as error:
        raise ValueError(
            f"Row {row} of y has time steps of different width; every step must have "
            "the same number of outputs, at least 1."
        ) from error
    # NumPy would write numbers, None and NaN beside a text as text.
    if array.dtype.kind in "US" and isinstance(member, (list, tuple)):
        texts = [issubclass(sort, str) for sort in set(map(type, member))]
        if array.ndim == 1 and any(texts) and not all(texts):
            return np.array(member, dtype=object)
    return array


def _check_axes(array: np.ndarray, row: int) -> None:
    if array.ndim > 2:
        raise ValueError(
            "Each member of y must have shape (n_timesteps,) or (n_timesteps, "
            f"n_outputs), got {array.shape} at row {row}; flatten what belongs to one "
            "step."
        )


def _rows_of_steps(
    y: Any, lengths: ArrayLike, noun: str, remedy: str
) -> tuple[list[np.ndarray], np.ndarray]:
    """Read what `y` holds for the steps of each sequence, without padding.

    Returns
    -------
    rows : list of ndarray of shape (n_timesteps,) or (n_timesteps, n_outputs)
    offsets : int64 ndarray of shape (n_samples + 1,)
    """
    if y is None:
        raise ValueError(
            "This estimator requires y to be passed, but the target y is None."
        )
    lengths = np.asarray(lengths, dtype=np.int64)
    y = _without_frame(to_labels(y))
    is_padded = not isinstance(y, (list, tuple)) and np.ndim(y) > 1
    rows = [as_member(member, row) for row, member in enumerate(list_members(y))]
    for row, array in enumerate(rows):
        if array.ndim == 0:
            raise ValueError(
                f"y must have one {noun} for each time step of X, got a single one, "
                f"{array.item()!r}, at row {row}; {remedy}."
            )
        _check_axes(array, row)
    if len(rows) != len(lengths):
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: X holds "
            f"{len(lengths)} sequences, y {len(rows)}; {remedy}."
        )
    if is_padded:
        rows = [array[:length] for array, length in zip(rows, lengths, strict=True)]
    _check_lengths([len(array) for array in rows], lengths, noun, remedy)
    return rows, offsets_of(lengths)


def _check_lengths(
    counts: list[int], lengths: np.ndarray, noun: str, remedy: str
) -> None:
    """Refuse a row of other length than that of X."""
    differs = np.asarray(counts) != lengths
    if differs.any():
        row = int(np.argmax(differs))
        raise ValueError(
            f"y must have one {noun} for each time step of X, got {counts[row]} for "
            f"the {lengths[row]} steps of row {row}; {remedy}."
        )


def _refuse_absent(present: np.ndarray, offsets: np.ndarray) -> None:
    """Raise for the first step whose label or number is missing."""
    if not present.all():
        row, step = row_of(offsets, np.argmin(present))
        raise ValueError(
            f"Input y contains NaN, None or infinity, first at row {row}, step {step}; "
            "give every time step its own, or drop such rows from X and y."
        )


# -- labels ----------------------------------------------------------------------


def _join_labels(rows: list[np.ndarray], offsets: np.ndarray) -> np.ndarray:
    """Join the labels of all rows to one array of labels with a common order."""
    for array in rows:
        refuse_odd_labels(array)
    kinds = {array.dtype.kind for array in rows}
    if kinds <= set("biuf"):
        labels = np.concatenate(rows)
        if labels.dtype.kind == "f":
            _refuse_absent(np.isfinite(labels), offsets)
        return labels
    if len(kinds) == 1 and kinds <= set("US"):
        return np.concatenate(rows)
    labels = np.concatenate([array.astype(object) for array in rows])
    if set(map(type, labels)) == {str}:  # soon told, and so it mostly is
        return labels
    _refuse_absent(np.array([is_present(label) for label in labels]), offsets)
    _check_common_order(labels, offsets)
    # Numbers that came as objects, from pandas perhaps, are numbers again.
    return labels if isinstance(labels[0], str) else np.asarray(labels.tolist())


def _check_common_order(labels: np.ndarray, offsets: np.ndarray) -> None:
    """Raise as `find_classes` does, with the place of the first of another type."""
    try:
        find_classes(labels)
    except ValueError as error:
        first = isinstance(labels[0], str)
        other = [isinstance(label, str) != first for label in labels]
        if not any(other):
            raise
        row, step = row_of(offsets, int(np.argmax(other)))
        raise ValueError(
            f"{error} The first label is {_plain(labels[0])!r}, the first of another "
            f"type {_plain(labels[np.argmax(other)])!r} at row {row}, step {step}."
        ) from error


def _plain(label: Any) -> Any:
    """Give a NumPy scalar as Python writes it."""
    return label.item() if isinstance(label, np.generic) else label


# -- numbers ---------------------------------------------------------------------


def _as_reals(array: np.ndarray, row: int) -> np.ndarray:
    """Convert numbers to float64, missing ones to NaN."""
    array = to_values(array, "y", f"row {row}")
    if array.dtype.kind not in "biufO" or holds_text(array):
        raise ValueError(
            f"y must hold numbers, got dtype {array.dtype} at row {row}; {REALS}, and "
            "a tagger for labels."
        )
    if array.dtype.kind == "O":
        present = np.reshape([is_present(item) for item in array.flat], array.shape)
        array = np.where(present, array, np.nan)
    return array.astype(np.float64)
