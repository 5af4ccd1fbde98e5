"""Frames, lists of them and panels become arrays whose columns are in one order.

Whose library a frame is of is told from what it can do, so that none is imported.
"""

__all__ = [
    "DATES_OF_SERIES",
    "Heard",
    "absent_of",
    "cells_of",
    "column_of",
    "frame_to_array",
    "is_frame",
    "is_panel",
    "names_of",
    "read_frames",
    "series_of",
    "via_pandas",
]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sklearn_rnn._messages import name_some, warn
from sklearn_rnn.exceptions import AmbiguousInputWarning, SequenceError
from sklearn_rnn.sequences._containers import (
    VECTORIZE,
    holds_text,
    refuse_text,
    to_array,
)
from sklearn_rnn.sequences._frame_sequences import FrameSequences
from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._time_index import check_order
from sklearn_rnn.sequences._values import absent_in, to_values

DATES_OF_TABLE = (
    "drop the column, X.drop(columns={0!r}), or put a number in its place, such as "
    "X.assign(**{{{0!r}: X[{0!r}].dt.hour}}) of dates or "
    "X[{0!r}].dt.total_seconds() of durations; of one long series make samples with "
    "sliding_windows(X.set_index({0!r}), window), of many "
    "[part for _, part in X.set_index({0!r}).groupby(name_of_series)]"
)
DATES_OF_FRAMES = (
    "make them the index, [frame.set_index({0!r}) for frame in X], or a number, such "
    "as frame[{0!r}].dt.hour of dates or .dt.total_seconds() of durations"
)
DATES_OF_SERIES = (
    "make them the index, series.set_index({0!r}), or a number, such as "
    "series[{0!r}].dt.hour of dates or .dt.total_seconds() of durations"
)
"""What to do with a column of dates, by what the frame stands for."""

TO_PANDAS = {
    DATES_OF_FRAMES: "X = [frame.to_pandas() for frame in X]",
    DATES_OF_SERIES: "series = series.to_pandas()",
}
"""How frames of other libraries get there; a table by ``X = X.to_pandas()``."""


class Heard(NamedTuple):
    """What was read of X, and the names of its variables."""

    X: Any
    names: list[Any] | None
    columns: list[Any] | None = None
    """The names that are not all strings, which scikit-learn does not know."""


def is_frame(X: Any) -> bool:
    """Tell whether X is a table whose columns have names."""
    return hasattr(X, "columns") and len(getattr(X, "shape", ())) == 2


def is_panel(X: Any) -> bool:
    """Tell whether the index of X names series and times."""
    return getattr(getattr(X, "index", None), "nlevels", 1) > 1


def frame_to_array(
    frame: Any,
    recipe: str = DATES_OF_TABLE,
    *,
    name: str = "X",
    at: str = "",
    texts: str = VECTORIZE,
    categories: bool = False,
) -> np.ndarray:
    """Read the columns of a frame as numbers.

    Parameters
    ----------
    frame : DataFrame or Table
    recipe : str, default=DATES_OF_TABLE
        What to do about a column of dates, whose name is filled in.
    name : str, default="X"
        What messages call it.
    at : str, default=""
        Where the frame is in it, such as " of row 3".
    texts : str
        What to do about a column of text.
    categories : bool, default=False
        Whether a column may be of categories: those of token ids may.

    Returns
    -------
    array : ndarray of shape (n_rows, n_columns)
        Of objects where the cells are sequences.

    Raises
    ------
    SequenceError
        If a column holds dates, text or categories; the message names it.
    """
    if not categories:
        _refuse_categories(frame, name, at)
    if hasattr(frame, "iloc"):  # in one piece, where all columns are numbers
        array = np.asarray(frame)
        if array.dtype.kind in "biuf":
            return array
    columns = []
    for i, title in enumerate(names_of(frame)):
        where = f"column {title!r}{at}"
        cure = via_pandas(frame, recipe) + recipe.format(title)
        column = to_values(column_of(frame, i), name, where, cure)
        if holds_text(column):
            whose = "frame" if at else name
            line = f"{whose}.astype({{{title!r}: float}})"
            refuse_text(f" in {where}", name, texts, line)
        columns.append(column)
    return np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))


def _refuse_categories(frame: Any, name: str, at: str) -> None:
    """Raise for a column of pandas that says its numbers are codes."""
    kinds = map(str, getattr(frame, "dtypes", ()))
    titles = zip(names_of(frame), kinds, strict=False)
    chosen = [title for title, kind in titles if kind == "category"]
    if chosen and not holds_text(np.asarray(frame[chosen[0]])):
        whose = "frame" if at else name
        raise SequenceError(
            f"{name} holds categories in column {chosen[0]!r}{at}, whose codes are no "
            "numbers; HistGradientBoostingClassifier(categorical_features='from_dtype')"
            " is a model for a table of them. If they are numbers, say so: "
            f"{whose}.astype(dict.fromkeys({chosen!r}, float))."
        )


def via_pandas(frame: Any, recipe: str = "") -> str:
    """Say, before a recipe in pandas, how a frame of another library gets there."""
    if hasattr(frame, "iloc"):
        return ""
    return f"make it pandas, {TO_PANDAS.get(recipe, 'X = X.to_pandas()')}, then "


def selection(frame: Any, names: Sequence[Any]) -> str:
    """Write how columns are selected from a frame."""
    chosen = list(names)
    return f"[{chosen!r}]" if hasattr(frame, "iloc") else f".select({chosen!r})"


def names_of(frame: Any) -> list[Any]:
    """List the names of the columns."""
    return list(getattr(frame, "column_names", frame.columns))


def series_of(panel: Any, name: str = "X") -> list[tuple[Any, Any]]:
    """Part a panel into its series: the name of each, and its frame or column."""
    levels = list(range(panel.index.nlevels - 1))
    by = levels[0] if len(levels) == 1 else levels
    groups = panel.groupby(level=by, sort=False, dropna=False)
    series = [(title, part.droplevel(levels)) for title, part in groups]
    for title, part in series:
        check_order(part.index, f"the series {title!r} of {name}", name, any_kind=True)
    return series


def read_frames(X: Any, names: Sequence[str] | None) -> Heard:
    """Read what the names in X say, before anything else is asked of it.

    Parameters
    ----------
    X : object
        As the user gave it.
    names : sequence of str or None
        Those of `fit`, where it saw any.

    Returns
    -------
    X : object
        Panels and frames of sequences as lists of arrays, `Sequences` of a long
        frame, a frame of numbers as it is, and all else.
    names : list or None
        The names of the variables of a list of frames.
    """
    if isinstance(X, FrameSequences):
        return _read_series(X, names)
    if is_panel(X):
        X = X if is_frame(X) else X.to_frame()
        return _read_members([part for _, part in series_of(X)], names)
    if is_frame(X):
        cells = cells_of(X)
        return Heard(X, None) if cells is None else _read_cells(X, cells, names)
    is_objects = str(getattr(X, "dtype", "")) == "object" and getattr(X, "ndim", 0) == 1
    if isinstance(X, (list, tuple)) or is_objects:
        members = list(X)
        if any(hasattr(member, "iloc") or is_frame(member) for member in members):
            return _read_members(members, names)
    return Heard(X, None)


# -- lists of frames ----------------------------------------------------------------


def _read_members(members: list[Any], names: Sequence[Any] | None) -> Heard:
    """Bring the columns of all frames into one order."""
    for row, member in enumerate(members):
        if hasattr(member, "iloc"):
            check_order(member.index, f"row {row} of X", f"X[{row}]")
    frames = [is_frame(member) for member in members]
    if not any(frames):
        _refuse_other_orders(members)
        return Heard(members, None)
    first = int(np.argmax(frames))
    expected = names_of(members[first])
    _refuse_doubled(expected, first)
    named = all(isinstance(title, str) for title in expected)
    if named and not all(frames):
        row = int(np.argmin(frames))
        raise SequenceError(
            f"X mixes frames and arrays: row {first} has columns named "
            f"[{name_some(expected)}], row {row} is a {type(members[row]).__name__} "
            "without names; pass frames only, or "
            "[np.asarray(row) for row in X] if all columns are in one order."
        )
    source = f"row {first} has"
    if names is not None and (named or set(names) == set(expected)):
        expected, source = list(names), "fit saw"
    else:
        _warn_of_orders(members, frames, expected, first)
    arrays = [
        _in_order(member, row, expected, source) if is_frame(member) else member
        for row, member in enumerate(members)
    ]
    return Heard(arrays, expected) if named else Heard(arrays, None, expected)


def _refuse_other_orders(members: list[Any]) -> None:
    """Raise where rows are columns of pandas whose labels come in several orders."""
    first = getattr(members[0], "index", None)
    if first is None or not all(isinstance(label, str) for label in first):
        return
    labels = set(first)
    for row, member in enumerate(members):
        here = getattr(member, "index", first)
        if here is not first and list(here) != list(first) and set(here) == labels:
            raise SequenceError(
                f"The rows of X have the same labels in several orders: row 0 has "
                f"[{name_some(first)}], row {row} [{name_some(here)}]; put them in one "
                "order, [row[X[0].index] for row in X]."
            )


def _warn_of_orders(
    members: list[Any], frames: list[bool], expected: list[Any], first: int
) -> None:
    """Say which order was taken where the frames of `fit` have several."""
    for row, member in enumerate(members):
        if frames[row] and set(here := names_of(member)) == set(expected):
            if here != expected:
                warn(
                    "The frames of X have the same columns in another order, first "
                    f"row {row}. They are matched by name, in the order of row "
                    f"{first}, [{name_some(expected)}]; X = "
                    f"[frame{selection(member, expected)} for frame in X] ends this "
                    "warning.",
                    AmbiguousInputWarning,
                )
                return


def _in_order(frame: Any, row: int, expected: list[Any], source: str) -> np.ndarray:
    """Read one frame with its columns as expected."""
    here = names_of(frame)
    _refuse_doubled(here, row)
    if here != expected:
        missing = [title for title in expected if title not in here]
        foreign = [title for title in here if title not in expected]
        if missing or foreign:
            differs = [
                f"{word} [{name_some(titles)}]"
                for word, titles in (("lacks", missing), ("has also", foreign))
                if titles
            ]
            raise SequenceError(
                f"The frames of X must have the same columns: {source} "
                f"[{name_some(expected)}], but row {row} {' and '.join(differs)}; "
                "rename or select them, such as "
                f"[frame{selection(frame, expected)} for frame in X]. Their order does "
                "not matter."
            )
    array = frame_to_array(frame, DATES_OF_FRAMES, at=f" of row {row}")
    if here != expected:
        array = array[:, [here.index(title) for title in expected]]
    return array


def _refuse_doubled(names: list[Any], row: int) -> None:
    doubled = [title for i, title in enumerate(names) if title in names[:i]]
    if doubled:
        raise SequenceError(
            f"Row {row} of X has several columns named [{name_some(doubled)}]; give "
            "each column a name of its own."
        )


# -- frames of sequences ------------------------------------------------------------


def column_of(frame: Any, i: int) -> Any:
    """Give a column of a frame of any library."""
    if hasattr(frame, "iloc"):
        return frame.iloc[:, i]
    return frame[names_of(frame)[i]]


def absent_of(column: Any) -> np.ndarray:
    """Find the missing values of a column of any library, or of an array, bool."""
    values = np.asarray(column)
    absent = absent_in(values)
    for name in ("isna", "is_null"):
        if hasattr(column, name):
            absent |= np.asarray(getattr(column, name)(), dtype=bool)
    return absent


def cells_of(frame: Any) -> np.ndarray | None:
    """Give the cells of a frame, (n_rows, n_columns), if they are sequences."""
    n_rows, n_columns = frame.shape
    if n_rows == 0 or n_columns == 0:
        return None
    columns = [column_of(frame, i) for i in range(n_columns)]
    nested = [_is_sequence(_first_cell(column)) for column in columns]
    if not any(nested):
        return None
    if not all(nested):
        titles = names_of(frame)
        here = [title for title, is_one in zip(titles, nested, strict=True) if is_one]
        raise SequenceError(
            f"Column {here[0]!r} of X holds sequences, but column "
            f"{titles[nested.index(False)]!r} single values; take the sequences only, "
            f"X{selection(frame, here)}."
        )
    cells = np.empty((n_rows, n_columns), dtype=object)
    for i, column in enumerate(columns):
        for row, cell in enumerate(column):
            cells[row, i] = to_array(cell)
    return cells


def _first_cell(column: Any) -> Any:
    """Give the first cell that is not missing."""
    return next((cell for cell in map(to_array, column) if cell is not None), None)


def _is_sequence(cell: Any) -> bool:
    return hasattr(cell, "__len__") and not isinstance(cell, (str, bytes, dict, set))


def _read_cells(frame: Any, cells: np.ndarray, names: Sequence[str] | None) -> Heard:
    """Read a frame whose cells are sequences: a row for each sample."""
    titles = names_of(frame)
    for (row, i), cell in np.ndenumerate(cells):
        if not _is_sequence(cell):
            raise SequenceError(
                f"Column {titles[i]!r} of X holds sequences, but at row {row} "
                f"{cell!r}; drop such rows of X and y."
            )
        if hasattr(cell, "iloc"):
            check_order(cell.index, f"row {row}, column {titles[i]!r} of X", "the cell")
    if len(titles) == 1:
        return Heard(list(cells[:, 0]), None)
    arrays = []
    for row, series in enumerate(cells):
        columns = [
            to_values(cell, "X", f"column {title!r} of row {row}")
            for title, cell in zip(titles, series, strict=True)
        ]
        _refuse_unequal(columns, titles, row)
        arrays.append(np.stack(columns, axis=1))
    return _in_order_of_fit(arrays, frame, names)


def _in_order_of_fit(
    arrays: list[np.ndarray], frame: Any, names: Sequence[str] | None
) -> Heard:
    titles = names_of(frame)
    _refuse_doubled(titles, 0)
    if not all(isinstance(title, str) for title in titles):
        return Heard(arrays, None)
    if names is None:
        return Heard(arrays, titles)
    if set(titles) != set(names):
        raise SequenceError(
            f"X has the columns [{name_some(titles)}], but fit saw "
            f"[{name_some(names)}]; rename or select them, such as "
            f"X{selection(frame, names)}."
        )
    order = [titles.index(title) for title in names]
    return Heard([array[:, order] for array in arrays], list(names))


def _read_series(X: FrameSequences, names: Sequence[str] | None) -> Heard:
    """Read sequences of a long frame, with the columns in the order of `fit`."""
    sequences, titles = X.sequences, X.feature_names
    if names is not None and titles != list(names):
        if set(titles) != set(names):
            raise SequenceError(
                f"X has the columns [{name_some(titles)}], but fit saw "
                f"[{name_some(list(names))}]; read them, sequences_from_frame(frame, "
                f"series=..., columns={list(names)!r})."
            )
        order = [titles.index(title) for title in names]
        sequences = Sequences(sequences.values[:, order], sequences.offsets)
    return Heard(sequences, titles if names is None else list(names))


def _refuse_unequal(columns: list[np.ndarray], titles: list[Any], row: int) -> None:
    lengths = [column.shape for column in columns]
    for title, shape in zip(titles, lengths, strict=True):
        if shape != lengths[0] or len(shape) != 1:
            raise SequenceError(
                f"The sequences of a row must have the same number of steps, got shape "
                f"{lengths[0]} in column {titles[0]!r} and {shape} in column "
                f"{title!r} of row {row}; cut or pad them to one length."
            )
