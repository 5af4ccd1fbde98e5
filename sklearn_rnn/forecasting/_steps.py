"""Which step of which series each row is."""

__all__ = ["StepsOfRows", "find_steps"]

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from sklearn_rnn.sequences._frames import absent_of, column_of, is_frame, names_of
from sklearn_rnn.sequences._series import times_of_index

Indices = NDArray[np.intp]


class StepsOfRows(NamedTuple):
    """The times and the series of some rows, by number, and what the numbers mean."""

    time: Indices  # (n_rows,)
    series: Indices  # (n_rows,)
    times: Any  # ndarray or Index of shape (n_times,), in order
    names: NDArray[Any] | None  # (n_series,), None of one without a name


def find_steps(X: Any, time: Any, series: Any, groups: Any = None) -> StepsOfRows:
    """Find the time and the series of each row.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, ...)
    time, series : str, int or None
        Columns, by name in a frame and by number in an array. Without `time` an index
        of dates counts; without that each series is in order and all end together.
    groups : array-like of shape (n_rows,), default=None
        The series of each row, where `series` is None.

    Returns
    -------
    steps : StepsOfRows

    Raises
    ------
    ValueError
        If there is no such column, or a row has no time or no series.
    """
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    column, said = groups, "groups"
    if series is not None:
        column, said = _column(X, series, "series"), f"series={series!r}"
    names, of_series = None, np.zeros(n_rows, dtype=np.intp)
    if column is not None:
        check_consistent_length(X, column)
        names, of_series = _number(column, said)
    if time is not None:
        times, of_time = _number(_column(X, time, "time"), f"time={time!r}")
    elif (index := times_of_index(X, "X")) is not None:
        times, of_time = _number(index, "the index")
    else:
        of_time = _count_from_the_end(of_series)
        times = np.arange(of_time.max(initial=-1) + 1)
    return StepsOfRows(of_time, of_series, times, names)


def _column(X: Any, name: str | int, parameter: str) -> Any:
    if is_frame(X):
        titles = names_of(X)
        if name in titles:
            return column_of(X, titles.index(name))
        came = f"X has the columns {titles}"
    else:
        shape = np.shape(X)
        n_columns = shape[1] if len(shape) == 2 else 0
        if isinstance(name, int | np.integer) and 0 <= name < n_columns:
            return np.asarray(X)[:, name]
        came = f"X is no frame and has {n_columns} columns"
    raise ValueError(
        f"{parameter}={name!r} names no column: {came}; give the name of a column, or "
        "in an array its number."
    )


def _number(column: Any, said: str) -> tuple[Any, Indices]:
    """List the values of a column in order, and give each row the number of its own."""
    absent = absent_of(column)
    if absent.any():
        raise ValueError(
            f"{said} is missing at row {int(np.argmax(absent))}; drop such rows, or "
            "fill it in."
        )
    values, first, number = np.unique(
        np.asarray(column), return_index=True, return_inverse=True
    )
    if hasattr(column, "take") and not isinstance(column, np.ndarray):  # of pandas
        kept = column.take(first)
        values = getattr(kept, "array", kept)
    return values, number


def _count_from_the_end(of_series: Indices) -> Indices:
    """Count the rows of each series so that the last ones have the same number."""
    counts = np.bincount(of_series, minlength=1)
    order = np.argsort(of_series, kind="stable")
    place = np.empty(len(of_series), dtype=np.intp)
    place[order] = np.concatenate([np.arange(count) for count in counts])
    return place + (counts.max() - counts)[of_series]
