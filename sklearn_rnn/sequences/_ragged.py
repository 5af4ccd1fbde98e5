"""Lists of arrays of any length become `Sequences`."""

__all__ = ["read_list"]

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._containers import holds_text, refuse_text
from sklearn_rnn.sequences._numbers import read_feature_list, read_table
from sklearn_rnn.sequences._padding import refuse_empty
from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._tokens import read_token_list
from sklearn_rnn.sequences._values import to_values

MIXED = (
    "X has tokens mixed with numbers: row {} holds {}, row {} holds {}. Make all rows "
    "token ids (one-dimensional integers) or all numbers; if they are numbers, pass "
    "input='numbers'."
)


def read_list(
    X: Any, input: str, keep_ragged: bool = False
) -> tuple[Sequences, str, int | None]:
    """Read a list, or a one-dimensional object array, of sequences.

    Parameters
    ----------
    X : list, tuple or ndarray of object
    input : {"auto", "tokens", "numbers"}
    keep_ragged : bool
        Read one-dimensional rows of equal length as sequences of one feature
        and any length, not as one table of a fixed number of steps.

    Returns
    -------
    sequences : Sequences
    kind : {"tokens", "univariate", "multivariate"}
    width : int or None
        Features per step; for "univariate" the number of steps; None for
        tokens, which may have any number of steps.
    """
    if len(X) == 0:
        raise SequenceError(
            "Found array with 0 sample(s): X is an empty list while a minimum of 1 "
            "is required."
        )
    masked = 0.0 if input == "tokens" else np.nan
    arrays = [_row_to_array(row, i, masked) for i, row in enumerate(X)]
    n_axes = {array.ndim for array in arrays}
    if n_axes == {0}:
        read_table(X)  # raises: scikit-learn says what to do with one axis
    if 0 in n_axes:
        _refuse_axes(arrays)
    lengths = [len(array) for array in arrays]
    refuse_empty(lengths)
    integers = [array.ndim == 1 and array.dtype.kind in "iu" for array in arrays]
    if input == "tokens":
        return read_token_list(_one_dimensional(arrays, integers)), "tokens", None
    equal = n_axes == {1} and len(set(lengths)) == 1
    if equal and not keep_ragged:
        sequences, width = read_table(np.stack(arrays))
        return sequences, "univariate", width
    if input == "auto" and not keep_ragged:
        _refuse_integers(arrays, integers)
    if len(n_axes) > 1 or max(n_axes) > 2:
        _refuse_axes(arrays)
    _check_widths(arrays)
    return read_feature_list(arrays), "multivariate", arrays[0][0].size


def _row_to_array(row: Any, i: int, masked: float) -> np.ndarray:
    """Convert one element of the list, refusing texts and steps of unequal width."""
    try:
        array = to_values(row, where=f"row {i}", masked=masked)
        if _holds_rows(array):  # a list of steps, from a column of another library
            array = to_values(array.tolist(), where=f"row {i}", masked=masked)
    except SequenceError:
        raise
    except ValueError as error:
        raise SequenceError(
            f"Row {i} of X has steps of different width; every step must have the "
            "same number of features, the row then being an array of shape "
            "(n_timesteps, n_features)."
        ) from error
    if array.ndim == 1 and isinstance(array[0] if len(array) else None, Mapping):
        raise TypeError(
            f"Row {i} of X has dicts of features for its steps, where numbers are "
            "wanted; let scikit-learn's DictVectorizer number the features: names = "
            "DictVectorizer(sparse=False).fit([step for row in X for step in row]); "
            "X = [names.transform(row) for row in X]"
        )
    if holds_text(array):
        refuse_text()
    return array


def _holds_rows(array: np.ndarray) -> bool:
    """Tell whether an array of objects holds the numbers of each step."""
    is_flat = array.dtype.kind == "O" and array.ndim == 1
    return is_flat and len(array) > 0 and isinstance(array[0], (list, np.ndarray))


def _one_dimensional(
    arrays: list[np.ndarray], integers: list[bool]
) -> list[np.ndarray]:
    """Return the rows if all can be token ids, else say which cannot."""
    if any(integers) and not all(integers):
        _refuse_mixture(arrays, integers)
    for i, array in enumerate(arrays):
        if array.ndim != 1:
            raise SequenceError(
                "With input='tokens' every row of X must be one-dimensional token "
                f"ids, got shape {array.shape} at row {i}; pass input='numbers' if "
                "X holds numbers."
            )
    return arrays


def _refuse_integers(arrays: list[np.ndarray], integers: list[bool]) -> None:
    """Raise for ragged integers, which may be tokens or numbers."""
    if all(integers):
        raise SequenceError(
            "X is a list of integers of unequal length, which may be token ids or "
            "numbers; say which with input='tokens' or input='numbers'."
        )
    if any(integers):
        _refuse_mixture(arrays, integers)


def _refuse_mixture(arrays: list[np.ndarray], integers: list[bool]) -> NoReturn:
    """Name the first row of either sort."""
    token, number = np.argmax(integers), np.argmin(integers)
    came = [f"{arrays[i].dtype} of shape {arrays[i].shape}" for i in (token, number)]
    raise SequenceError(MIXED.format(token, came[0], number, came[1]))


def _refuse_axes(arrays: list[np.ndarray]) -> NoReturn:
    """Raise for rows that have not all one axis, or all two."""
    n_axes = [array.ndim for array in arrays]
    i = next((i for i, n in enumerate(n_axes) if n != n_axes[0]), 0)
    raise SequenceError(
        "Each row of X must be an array of shape (n_timesteps, n_features), or each "
        f"of shape (n_timesteps,), got shape {arrays[0].shape} at row 0 "
        f"and {arrays[i].shape} at row {i}; reshape them."
    )


def _check_widths(arrays: list[np.ndarray]) -> None:
    """Refuse steps of different width."""
    widths = [array.shape[1:] for array in arrays]
    other = next((i for i, width in enumerate(widths) if width != widths[0]), None)
    if other is not None:
        raise SequenceError(
            "X has steps of different width: every step must have the same number "
            f"of features, got {widths[0][0]} at row 0 and {widths[other][0]} at row "
            f"{other}. If your arrays are (channels, time) as in aeon and sktime, use "
            "from_channels_first(X)."
        )
    if widths[0] == (0,):
        raise SequenceError(
            "X has steps with 0 feature(s) while a minimum of 1 is required."
        )
