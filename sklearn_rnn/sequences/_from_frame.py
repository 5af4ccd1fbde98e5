"""From a long frame to sequences and targets, and from predictions back to its rows."""

__all__ = ["rows_from_sequences", "sequences_from_frame"]

from typing import Any

import numpy as np

from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._frame_sequences import FrameSequences
from sklearn_rnn.sequences._frames import (
    absent_of,
    column_of,
    frame_to_array,
    is_frame,
    names_of,
)
from sklearn_rnn.sequences._numbers import check_real
from sklearn_rnn.sequences._sequences import Sequences, offsets_of
from sklearn_rnn.sequences._series_times import Grouped, check_times
from sklearn_rnn.sequences._values import absent_in, to_values

TEXTS = "leave it out of columns=[...], or put numbers in its place"
TARGETS_PER = ("series", "step")

DATES = (
    "name it as time={0!r}, leave it out of columns=[...], or put a number in its "
    "place, such as the hour of a date"
)
"""What to do with a column of dates of a long frame."""


def sequences_from_frame(
    frame: Any,
    *,
    series: str,
    time: str | None = None,
    columns: list[str] | None = None,
    target: str | list[str] | None = None,
    target_per: str = "series",
) -> Any:
    """Read a long frame, one row per step, as one sequence for each series.

    Parameters
    ----------
    frame : DataFrame or Table of shape (n_rows, n_columns)
        Of pandas, polars or pyarrow. The rows of a series need not lie together, but
        follow each other in the order of time.
    series : str
        The column that says which series a row belongs to: numbers or texts.
    time : str, default=None
        The column of times: dates, durations or numbers. They must rise by equal
        steps within each series; months and days of business count as equal. None
        looks at no times: the order of the rows is that of the steps.
    columns : list of str, default=None
        The columns to read, in this order. All others than those named here by
        `series`, `time` and `target` if None.
    target : str or list of str, default=None
        The column of targets, or several for several outputs.
    target_per : {"series", "step"}, default="series"
        Whether each series has one target, the same in all of its rows, or each step
        its own. It is not guessed: a target for each step may happen to be constant in
        all series of a small frame.

    Returns
    -------
    X : FrameSequences
        One sequence for each series, in the order in which they first appear; float32
        if all columns are, else float64. NaN is kept: see ``missing`` of the
        estimators. ``X.series_names`` says which series each one is.
    y : ndarray of shape (n_series,) or (n_series, n_outputs)
        Only with `target`. With ``target_per="step"`` an object array of arrays of
        shape (n_timesteps_i,) or (n_timesteps_i, n_outputs).

    Raises
    ------
    ValueError
        If a column is missing, holds texts or dates, or a series has no name; if a
        series goes back in time, has a time twice or a gap; or if a target differs
        within a series. The message names series, time and what to do.
    TypeError
        If `frame` is no frame.

    See Also
    --------
    rows_from_sequences : Puts predictions back into the rows of the frame.
    sliding_windows : Cuts series into windows.

    Notes
    -----
    Rows that follow each other are steps; nothing is sorted by time in silence, for a
    time that goes back is often a name of a series that occurs twice. No step of the
    result is padding: NaN in the last rows of a series is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_rnn import sequences_from_frame
    >>> frame = pd.DataFrame(
    ...     {
    ...         "machine": ["a", "b", "a", "b", "a"],
    ...         "hour": [0, 0, 1, 1, 2],
    ...         "heat": [20.0, 30.0, 21.0, 31.0, 22.0],
    ...         "fails": [0, 1, 0, 1, 0],
    ...     }
    ... )
    >>> X, y = sequences_from_frame(
    ...     frame, series="machine", time="hour", target="fails"
    ... )
    >>> X
    FrameSequences(n_series=2, n_steps=5, features=['heat'])
    >>> X[0].ravel(), y
    (array([20., 21., 22.]), array([0, 1]))
    """
    targets = _listed(target)
    _check_names(frame, [series, *_listed(time), *_listed(columns), *targets])
    if target_per not in TARGETS_PER:
        raise ValueError(f"target_per must be one of {TARGETS_PER}, got {target_per!r}")
    groups = _group(frame, series)
    if time is not None:
        check_times(frame, groups, series, time)
    if columns is None:
        others = {series, time, *targets}
        columns = [title for title in names_of(frame) if title not in others]
    values = check_real(
        frame_to_array(_select(frame, columns), DATES, name="frame", texts=TEXTS)
    )
    X = FrameSequences(
        Sequences(groups.gather(values), groups.offsets), groups.names, list(columns)
    )
    if target is None:
        return X
    y = groups.gather(_read_target(frame, target))
    return X, _TARGETS[target_per](y, groups, target)


def rows_from_sequences(predictions: Any, frame: Any, *, series: str) -> np.ndarray:
    """Put what was predicted for each series, or step, into the rows of a frame.

    The way back from `sequences_from_frame`.

    Parameters
    ----------
    predictions : array-like of shape (n_series,) or (n_series, n_outputs)
        One for each series, in the order of `sequences_from_frame`; or an object array
        or list of one array for each series, with a row for each step.
    frame : DataFrame or Table
        The frame that was read.
    series : str
        As given to `sequences_from_frame`.

    Returns
    -------
    rows : ndarray of shape (n_rows,) or (n_rows, n_outputs)
        What was predicted for the step of each row; that of a series in all of its
        rows.

    Raises
    ------
    ValueError
        If `predictions` are not those of this frame: of another number of series, or
        of steps.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_rnn import rows_from_sequences
    >>> frame = pd.DataFrame({"machine": ["a", "b", "a"]})
    >>> rows_from_sequences([0.25, 0.5], frame, series="machine")
    array([0.25, 0.5 , 0.25])
    """
    _check_names(frame, [series])
    groups = _group(frame, series)
    if len(predictions) != len(groups.names):
        raise ValueError(
            f"predictions must hold one member for each of the {len(groups.names)} "
            f"series of the frame, got {len(predictions)}; pass all series, and the "
            "frame that was read."
        )
    by_step = _join_steps(predictions, groups)
    rows = np.empty_like(by_step)
    rows[groups.order] = by_step
    return rows


def _listed(names: Any) -> list[Any]:
    if names is None:
        return []
    return list(names) if isinstance(names, (list, tuple)) else [names]


def _check_names(frame: Any, wanted: list[Any]) -> None:
    if not is_frame(frame):
        hint = "call collect() first" if hasattr(frame, "collect") else "make one of it"
        raise TypeError(
            "frame must be a frame of pandas, polars or pyarrow, got "
            f"{type(frame).__name__}; {hint}."
        )
    there = names_of(frame)
    missing = [name for name in wanted if name not in there]
    if missing:
        index = getattr(getattr(frame, "index", None), "names", [])
        cure = "frame.reset_index()" if missing[0] in index else "name one of these"
        raise SequenceError(
            f"frame has no column {missing[0]!r}, but [{name_some(there)}]; {cure}."
        )
    doubled = [name for name in wanted if there.count(name) > 1]
    if doubled:
        raise SequenceError(
            f"frame has several columns named {doubled[0]!r}; give each a name of its "
            "own."
        )
    if len(frame) == 0:
        raise SequenceError("frame has no rows; pass at least one step of one series.")


def _select(frame: Any, columns: list[str]) -> Any:
    """Take some columns of a frame of any library."""
    if not columns:
        raise SequenceError(
            "frame has no column to read beside series, time and target; name some, "
            "columns=[...]."
        )
    return frame.select(columns) if hasattr(frame, "select") else frame[columns]


def _read_target(frame: Any, target: str | list[str]) -> np.ndarray:
    if not isinstance(target, str):
        return frame_to_array(
            _select(frame, list(target)), DATES, name="frame", texts=TEXTS
        )
    column = column_of(frame, names_of(frame).index(target))
    return np.asarray(to_values(column, "frame", f"column {target!r}"))


# -- which rows belong together ------------------------------------------------------


def _group(frame: Any, series: str) -> Grouped:
    """Find the rows of each series, in the order in which they first appear."""
    column = column_of(frame, names_of(frame).index(series))
    of_rows, names = _number(column)
    if (of_rows < 0).any():
        raise SequenceError(
            f"The column {series!r} of frame names no series in row "
            f"{int(np.argmax(of_rows < 0))}; drop such rows, or give them a name."
        )
    order = np.argsort(of_rows, kind="stable")
    return Grouped(names, order, offsets_of(np.bincount(of_rows)))


def _number(column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Give each row the number of its value, and the values as they first appear.

    The number is -1 where a value is missing.
    """
    if hasattr(column, "factorize"):  # of pandas
        numbers, names = column.factorize()
        return np.asarray(numbers), np.asarray(names)
    if hasattr(column, "rank"):  # of polars
        numbers = np.asarray(column.rank("dense").fill_null(0)).astype(np.int64) - 1
        cells = column
    else:
        cells, there = np.asarray(column), ~absent_of(column)
        numbers = np.full(len(cells), -1)
        numbers[there] = np.unique(cells[there], return_inverse=True)[1]
    first = np.full(numbers.max(initial=-1) + 1, -1)
    backwards = np.flatnonzero(numbers >= 0)[::-1]
    first[numbers[backwards]] = backwards
    order = np.argsort(first)
    names = np.asarray([cells[i] for i in first[order].tolist()])
    ranks = np.append(np.argsort(order), -1)
    return ranks[numbers], names


# -- targets -------------------------------------------------------------------------


def _rows_of(groups: Grouped) -> np.ndarray:
    """Say for each row of the frame, in the order of the series, which one it is of."""
    return np.repeat(np.arange(len(groups.lengths)), groups.lengths)


def _one_per_series(y: np.ndarray, groups: Grouped, target: Any) -> np.ndarray:
    """Take the target of each series: the same in all its rows, where it is there."""
    table = y.reshape(len(y), -1)
    of_rows, present = _rows_of(groups), ~absent_in(table)
    firsts = table[groups.offsets[:-1]]
    for i in range(table.shape[1]):  # a row that fills a gap has no target
        there = np.flatnonzero(present[:, i])
        rows, places = np.unique(of_rows[there], return_index=True)
        firsts[rows, i] = table[there[places], i]
    differs = np.zeros(table.shape, dtype=bool)
    differs[present] = table[present] != firsts[of_rows][present]
    firsts = firsts.reshape(-1, *y.shape[1:])
    if differs.any():
        step = int(np.argmax(differs.any(axis=1)))
        row = groups.row_of(step)
        name = groups.names.tolist()[row]
        raise SequenceError(
            f"The target {target!r} differs within the series {name!r}: "
            f"{firsts[row]} in its first row, {y[step]} later; pass "
            "target_per='step' for a target of each step, or make it the same in all "
            "rows of a series."
        )
    return firsts


def _one_per_step(y: np.ndarray, groups: Grouped, target: Any) -> np.ndarray:
    """Cut the targets of the steps into one array for each series."""
    members = np.split(y, groups.offsets[1:-1])
    return np.fromiter(members, dtype=object, count=len(members))


_TARGETS = {"series": _one_per_series, "step": _one_per_step}


def _join_steps(predictions: Any, groups: Grouped) -> np.ndarray:
    """Give each step what was predicted for it, or for its series."""
    members = [np.asarray(member) for member in predictions]
    is_array = isinstance(predictions, np.ndarray) and predictions.dtype.kind != "O"
    if is_array or all(member.ndim == 0 for member in members):
        return np.repeat(np.asarray(predictions), groups.lengths, axis=0)
    counts = np.array([len(np.atleast_1d(member)) for member in members])
    wrong = counts != groups.lengths
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"predictions must hold a row for each step, got {counts[row]} for the "
            f"{groups.lengths[row]} steps of the series {groups.names[row]!r}; pass "
            "the frame that was read."
        )
    return np.concatenate(members)
