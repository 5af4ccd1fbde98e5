"""What any container holds, as an array: masks are missing, dates are no numbers."""

__all__ = ["absent_in", "is_date", "refuse_dates", "to_labels", "to_values"]

import datetime
from numbers import Number
from typing import Any, NoReturn

import numpy as np

from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._containers import to_array

DATES = (
    datetime.date,
    datetime.time,
    datetime.timedelta,
    np.datetime64,
    np.timedelta64,
)
"""Types of single dates and durations; those of pandas are among them."""

MISSING = {"NoneType", "NAType", "NaTType"}
NAMES_OF_DATES = {"NaTType", "Period"}
"""Types of pandas by name, for pandas is not imported."""


def to_values(
    data: Any,
    name: str = "X",
    where: str = "",
    recipe: str = "",
    masked: float = np.nan,
) -> Any:
    """Make an array of what may be numbers, NaN where a value is missing.

    Parameters
    ----------
    data : array-like
        An array, a column, a tensor, or lists of them. A masked value is missing, and
        so are None and the missing values of pandas.
    name : str, default="X"
        What messages call it.
    where : str, default=""
        The place in it, such as "column 'a'".
    recipe : str, default=""
        What to do about dates.
    masked : float, default=NaN
        What takes the place of masked values: 0 of token ids, which are padded so.

    Returns
    -------
    array : ndarray
        Of numbers, text or, where it holds neither, objects; the data itself
        where it is an array of numbers.

    Raises
    ------
    SequenceError
        If it holds dates, times or durations.
    """
    if type(data) is np.ndarray and data.dtype.kind in "biuf":
        return data
    array = _without_masks(data, masked)
    if array.dtype.names:
        raise SequenceError(
            f"{name} has the fields [{name_some(array.dtype.names)}]"
            f"{' in ' + where if where else ''}; make frames of them, which have "
            "columns: pd.DataFrame(X), or [pd.DataFrame(row) for row in X] of a list."
        )
    refuse_dates(array, name, where, recipe)
    if array.dtype.kind != "O" or array.ndim == 0:
        return array
    types = set(map(type, array.flat))
    lacking = {sort for sort in types if sort.__name__ in MISSING}
    if not all(issubclass(sort, (Number, np.bool_)) for sort in types - lacking):
        return array
    if lacking:
        absent = [type(item) in lacking for item in array.flat]
        array = np.where(np.reshape(absent, array.shape), np.nan, array)
    plain = np.array(array.tolist(), dtype=None if array.size else float)
    return plain if plain.shape == array.shape else array


def refuse_dates(
    array: np.ndarray, name: str = "X", where: str = "", recipe: str = ""
) -> None:
    """Raise for an array that holds points in time, or durations."""
    if array.dtype.kind in "mM":
        _refuse_dates(str(array.dtype), name, where, recipe)
    for sort in set(map(type, array.flat)) if array.dtype.kind == "O" else ():
        if _is_of_dates(sort):
            _refuse_dates(sort.__name__, name, where, recipe)


def absent_in(array: np.ndarray) -> np.ndarray:
    """Find NaN, None and the missing values of pandas in an array, bool."""
    if array.dtype.kind == "f":
        return np.isnan(array)
    if array.dtype.kind != "O":
        return np.zeros(array.shape, dtype=bool)
    absent = [
        type(item).__name__ in MISSING or (isinstance(item, float) and item != item)
        for item in array.flat
    ]
    return np.array(absent, dtype=bool).reshape(array.shape)


def is_date(item: Any) -> bool:
    """Tell whether something is a single point in time, or a duration."""
    return _is_of_dates(type(item))


def _is_of_dates(sort: type) -> bool:
    return issubclass(sort, DATES) or sort.__name__ in NAMES_OF_DATES


def to_labels(data: Any) -> Any:
    """Make an array of labels: None where one is masked, the rest as it is.

    Lists stay lists, for NumPy would write numbers beside a text as text.
    """
    data = to_array(data)
    if isinstance(data, (list, tuple)):
        members = [to_labels(member) for member in data]
        same = all(old is new for old, new in zip(data, members, strict=True))
        return data if same else members
    if isinstance(data, np.ma.MaskedArray):
        if not np.ma.getmaskarray(data).any():
            return data.data
        labels = data.data.astype(object)
        labels[np.ma.getmaskarray(data)] = None
        return labels
    return data


def _without_masks(data: Any, missing: float) -> np.ndarray:
    """Convert to an array, masked values to `missing`."""
    data = to_array(data)
    if isinstance(data, (list, tuple)):
        members = [to_array(member) for member in data]
        masked = [isinstance(member, np.ma.MaskedArray) for member in members]
        data = np.ma.array(members) if any(masked) else members
    if isinstance(data, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(data)
        if not mask.any() or data.dtype.kind in "mM":
            return np.asarray(data.data)
        values = np.array(data.data)
        if values.dtype.kind in "biu" and missing != 0:
            values = values.astype(np.float64)
        values[mask] = missing
        return values
    return np.asarray(data)


def _refuse_dates(kind: str, name: str, where: str, recipe: str) -> NoReturn:
    """Raise for what is a point in time, or a duration."""
    recipe = recipe or (
        f"compute numbers of it, such as {name} / np.timedelta64(1, 'h') of durations, "
        f"or {name} - {name}.min() first of dates"
    )
    raise SequenceError(
        f"{name} holds dates or durations ({kind}){' in ' + where if where else ''}, "
        f"which are no numbers; {recipe}."
    )
