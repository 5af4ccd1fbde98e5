"""The one door for series whose rows are steps: arrays, frames, long panels, dates."""

__all__ = [
    "SeriesSteps",
    "TableOfSteps",
    "lay_out_steps",
    "read_table_of_steps",
    "times_alone",
    "times_of_index",
]

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_array

from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._calendar import Calendar, find_calendar, read_times
from sklearn_rnn.sequences._containers import to_array
from sklearn_rnn.sequences._frames import (
    absent_of,
    column_of,
    frame_to_array,
    is_frame,
    is_panel,
    names_of,
)
from sklearn_rnn.sequences._time_index import times_of

DATES_OF_STEPS = (
    "name it, RNNForecaster(time={0!r}), or make it the index, X.set_index({0!r}), or "
    "compute numbers of it, such as X[{0!r}].dt.hour"
)
"""What to do with a column of dates."""


TEXTS_OF_STEPS = (
    "if it names series, RNNForecaster(series=...); else drop it, or make numbers of "
    "its values with pandas.get_dummies"
)
"""What to do with a column of text."""


class TableOfSteps(NamedTuple):
    """A table whose rows are steps, as it was read.

    Parameters
    ----------
    columns : float64 ndarray of shape (n_rows, n_columns)
        Without the columns of series and time; NaN where something is missing.
    titles : list or None
        The names of the columns, None of an array.
    groups : ndarray of shape (n_rows,) or None
        The series that each row belongs to.
    times : Index, ndarray of shape (n_rows,) or None
    """

    columns: np.ndarray
    titles: list[Any] | None
    groups: np.ndarray | None
    times: Any

    @property
    def n_rows(self) -> int:
        """Count the rows."""
        return len(self.columns)


class SeriesSteps(NamedTuple):
    """The steps of some series, one series after the other.

    Parameters
    ----------
    names : list
        Of the series, sorted; [None] where there is one without a name.
    offsets : int64 ndarray of shape (n_series + 1,)
        Where the steps of each begin; a step without a row is between them.
    places : int64 ndarray of shape (n_rows,)
        The step of each row of the table.
    calendar : Calendar or None
    last : ndarray of shape (n_series,) or None
        The code of the last step of each series.
    """

    names: list[Any]
    offsets: np.ndarray
    places: np.ndarray
    calendar: Calendar | None
    last: np.ndarray | None

    def fill(self, rows: np.ndarray) -> np.ndarray:
        """Bring rows (n_rows, n_columns) to their steps, with NaN where there is none.

        Returns
        -------
        steps : float64 ndarray of shape (n_steps_total, n_columns)
        """
        steps = np.full((self.offsets[-1], rows.shape[1]), np.nan)
        steps[self.places] = rows
        return steps


def read_table_of_steps(
    X: Any, *, series: Any = None, time: Any = None, name: str = "X"
) -> TableOfSteps:
    """Read a table whose rows are steps of one series or of many.

    Parameters
    ----------
    X : array-like, Series or DataFrame of shape (n_rows,) or (n_rows, n_columns)
    series, time : str or int, default=None
        The columns that name the series and the time of each row. Without `time` an
        index of dates is read.
    name : str, default="X"
        What messages call it.

    Returns
    -------
    table : TableOfSteps

    Raises
    ------
    SequenceError
        If a column is missing, or holds no numbers or no times.
    """
    if is_panel(X):
        raise SequenceError(
            f"{name} has an index of several levels; make them columns, "
            f"{name} = {name}.reset_index(), and name them: "
            "RNNForecaster(series=..., time=...)."
        )
    if hasattr(X, "collect"):
        raise TypeError(
            f"{name} is a {type(X).__name__}, whose rows are not there yet; pass "
            f"{name}.collect()."
        )
    if is_frame(X):
        return _read_frame(X, series, time, name)
    times = times_of_index(X, name)
    columns = _check_numbers(X, name)
    columns = columns.reshape(len(columns), -1)
    special = [column for column in (series, time) if column is not None]
    for column in special:
        _check_number(column, columns.shape[1], name)
    groups = None if series is None else columns[:, series]
    if time is not None:
        times = read_times(columns[:, time], f"The column {time!r} of {name}")
    columns = np.delete(columns, special, axis=1)
    return TableOfSteps(columns, None, groups, times)


def _read_frame(X: Any, series: Any, time: Any, name: str) -> TableOfSteps:
    titles = names_of(X)
    for parameter, title in (("series", series), ("time", time)):
        if title is not None and title not in titles:
            raise SequenceError(
                f"{parameter}={title!r} names no column of {name}, which has "
                f"[{name_some(titles)}]; pass {name} with it, or name another."
            )
    times = times_of_index(X, name)
    if time is not None:
        column = X[time] if hasattr(X, "iloc") else column_of(X, titles.index(time))
        times = read_times(column, f"The column {time!r} of {name}")
    groups = None
    if series is not None:
        column = column_of(X, titles.index(series))
        absent = absent_of(column)
        if absent.any():
            raise SequenceError(
                f"The column {series!r} of {name} names no series in row "
                f"{int(np.argmax(absent))}; drop such rows."
            )
        groups = np.asarray(column)
    special = [title for title in (series, time) if title is not None]
    rest = X.drop(columns=special) if hasattr(X, "iloc") else X.drop(special)
    titles = [title for title in titles if title not in special]
    columns = frame_to_array(rest, DATES_OF_STEPS, name=name, texts=TEXTS_OF_STEPS)
    columns = columns.reshape(len(X), len(titles))
    if titles:
        columns = _check_numbers(columns, name)
    return TableOfSteps(columns.astype(np.float64), titles, groups, times)


def _check_numbers(data: Any, name: str) -> np.ndarray:
    """Read numbers, NaN where one is missing; infinity is refused."""
    return check_array(
        data,
        dtype=np.float64,
        ensure_2d=False,
        ensure_all_finite="allow-nan",
        ensure_min_features=0,
        input_name=name,
    )


def _check_number(column: Any, n_columns: int, name: str) -> None:
    if not isinstance(column, int | np.integer) or not 0 <= column < n_columns:
        raise SequenceError(
            f"{column!r} is no column of {name}, an array of {n_columns} columns; give "
            "its number, or pass a frame whose columns have names."
        )


def times_of_index(X: Any, name: str) -> Any:
    """Give an index of dates, periods or durations, None of others.

    Parameters
    ----------
    X : object
        With an ``index`` or without one. Texts in the format of ISO 8601 are dates.
    name : str
        What messages call it.

    Returns
    -------
    times : Index of shape (n_rows,) or None
    """
    index: Any = getattr(X, "index", None)
    if not hasattr(index, "dtype") or times_of(index) is None:
        return None
    return read_times(index, f"The index of {name}")


def times_alone(X: Any, name: str) -> Any:
    """Give dates, periods or durations that come by themselves, None of other data.

    Parameters
    ----------
    X : object
        An index, a series, an array of one column or a list. Texts as in an index.
    name : str
        What messages call it.

    Returns
    -------
    times : Index of shape (n_rows,) or None
    """
    if is_frame(X) or hasattr(X, "collect"):
        return None
    values = X if hasattr(X, "array") else np.asarray(to_array(X))
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or getattr(values.dtype, "kind", "O") in "biufc":
        return None
    try:
        import pandas as pd
    except ImportError:  # without which there is no calendar
        return None
    index = pd.Index(values)  # which finds out what objects are
    return None if times_of(index) is None else read_times(index, name)


def lay_out_steps(
    table: TableOfSteps,
    *,
    calendar: Calendar | None = None,
    last: Mapping[Any, Any] | None = None,
    by_column: bool = False,
    name: str = "X",
) -> SeriesSteps:
    """Find the series of a table, and the step that each row is.

    Parameters
    ----------
    table : TableOfSteps
    calendar : Calendar, default=None
        The steps of the series; found in the times if None.
    last : mapping of name to code, default=None
        The step after which rows are counted, of each series that is known; None where
        series begin.
    by_column : bool, default=False
        Whether times are a column. Rows may then come in any order, and a step without
        a row is one that was not observed. So it is with many series, and with a
        calendar that is known; an index of one series must have all its steps.
    name : str, default="X"
        What messages call the table.

    Returns
    -------
    steps : SeriesSteps

    Raises
    ------
    SequenceError
        If times have no constant step, are doubled or out of order.
    """
    names, groups = [None], np.zeros(table.n_rows, dtype=np.int64)
    if table.groups is not None:
        found, groups = _unique_names(table.groups, name)
        names = found.tolist()
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups, minlength=len(names))
    rows = np.split(order, np.cumsum(counts)[:-1])
    if table.times is None:
        places = np.empty(table.n_rows, dtype=np.int64)
        places[order] = np.arange(table.n_rows)
        offsets = np.append(0, np.cumsum(counts))
        return SeriesSteps(names, offsets, places, None, None)
    times = table.times
    gaps = by_column or table.groups is not None or calendar is not None
    if gaps:  # rows may come in any order
        codes = times if isinstance(times, np.ndarray) else times.asi8
        rows = [own[np.argsort(codes[own], kind="stable")] for own in rows]
    if calendar is None:
        calendar = _calendar_of(times, rows, gaps, name)
    return _place(names, rows, times, calendar, last or {}, gaps, name)


def _unique_names(groups: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Sort the names of series, and say which one each row has."""
    try:
        return np.unique(groups, return_inverse=True)
    except TypeError as error:
        kinds = sorted({type(one).__name__ for one in groups})
        raise SequenceError(
            f"The column of series of {name} holds names of several types, "
            f"{name_some(kinds)}; make them one, such as {name}[...] = "
            f"{name}[...].astype(str)."
        ) from error


def _calendar_of(times: Any, rows: list, gaps: bool, name: str) -> Calendar | None:
    """Find the step in the longest series, or in all times together."""
    longest = times[max(rows, key=len)]
    if not gaps:
        return find_calendar(longest, f"The index of {name}", name)
    longest = _sorted_unique(longest)
    for some in (longest, _sorted_unique(times)):
        try:
            return find_calendar(some, name, name)
        except SequenceError:
            continue
    return find_calendar(longest, name, name, gaps=True)


def _sorted_unique(times: Any) -> Any:
    if isinstance(times, np.ndarray):
        return np.unique(times)
    return times.unique().sort_values()


def _place(
    names: list,
    rows: list,
    times: Any,
    calendar: Calendar | None,
    last: Mapping[Any, Any],
    gaps: bool,
    name: str,
) -> SeriesSteps:
    """Place the rows of each series by their times."""
    places, offsets, ends = np.empty(len(times), dtype=np.int64), [0], []
    for title, own in zip(names, rows, strict=True):
        what = name if title is None else f"The series {title!r} of {name}"
        if calendar is None:  # of each series a single time
            _refuse_several(times[own], what)
            steps, end = np.zeros(1, dtype=np.int64), 0
        else:
            known = last.get(title)
            if not gaps:
                calendar.check_follow(times[own], what, name)
            steps, end = _steps_of(times[own], calendar, known, what)
        places[own] = offsets[-1] + steps
        offsets.append(offsets[-1] + int(steps.max()) + 1)
        ends.append(end)
    return SeriesSteps(names, np.array(offsets), places, calendar, np.array(ends))


def _steps_of(times: Any, calendar: Calendar, last: Any, what: str) -> tuple:
    """Count the steps of one series, from its first one or after the last known."""
    times = calendar.alike(times, what)
    codes = calendar.encode(times)
    steps = calendar.steps_after(codes[0] if last is None else last, times, what)
    if last is not None and (steps < 1).any():
        before = calendar.decode(np.array([last]))[0]
        raise SequenceError(
            f"{what} has {times[int(np.argmin(steps))]}, but the last step known is "
            f"{before}; pass only the steps that follow it."
        )
    doubled = np.flatnonzero(np.diff(steps) == 0)
    _refuse_several(times[doubled[0] : doubled[0] + 2] if len(doubled) else (), what)
    return steps - (last is not None), codes[-1]


def _refuse_several(same: Any, what: str) -> None:
    """Raise for a time that comes more than once."""
    if len(same) > 1:
        raise SequenceError(
            f"{what} has {same[0]} twice; keep one row of each time, or name the "
            "series by what tells them apart."
        )
