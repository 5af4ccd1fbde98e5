"""Tell a long table, of series below each other, from one with a series in a row."""

__all__ = ["refuse_long"]

from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._frames import column_of, names_of, via_pandas

N_COLUMNS = 4
"""Names of series and times stand in front: so many columns are looked at."""

CHANCE = 1e-6
"""A table of unrelated numbers is taken for a long one at most so often."""


class Candidate(NamedTuple):
    """A column, or the index, as ranks of its values."""

    name: str | None
    ranks: np.ndarray
    may_be_series: bool
    may_be_time: bool


def refuse_long(frame: Any) -> None:
    """Raise where one column names series and another orders the rows of each.

    Read as a table, each row would be a series, and its columns the steps.

    Parameters
    ----------
    frame : DataFrame
        With a row for each sample, it is hoped.

    Raises
    ------
    SequenceError
        If within each value of one column another rises from row to row, and
        starts again with the next: so often that it is no chance.
    """
    for series, time in permutations(_candidates(frame), 2):
        if series.may_be_series and time.may_be_time and _orders(series, time):
            _refuse(frame, series.name, time.name)


def _candidates(frame: Any) -> list[Candidate]:
    columns: list[tuple[str | None, Any]] = [
        (title, column_of(frame, i))
        for i, title in enumerate(names_of(frame)[:N_COLUMNS])
        if isinstance(title, str)
    ]
    if hasattr(frame, "iloc"):
        columns.append((None, frame.index))
    found = []
    for title, column in columns:
        values = np.asarray(column)
        try:
            distinct, ranks = np.unique(values, return_inverse=True)
        except TypeError:  # without an order
            continue
        is_text = values.dtype.kind in "US" or isinstance(values[0], str)
        if 1 < len(distinct) < len(values):  # each series has times, each time series
            found.append(Candidate(title, ranks, values.dtype.kind != "f", not is_text))
    return found


def _orders(series: Candidate, time: Candidate) -> bool:
    """Tell whether time rises within each series, more often than by chance."""
    order = np.argsort(series.ranks, kind="stable")
    same = np.diff(series.ranks[order]) == 0
    rises = np.diff(time.ranks[order]) > 0
    sizes = np.bincount(series.ranks)
    by_chance = -gammaln(sizes + 1.0).sum()  # 1 / size! for each series
    return bool(rises[same].all()) and by_chance < np.log(CHANCE)


def _refuse(frame: Any, series: str | None, time: str | None) -> None:
    whole = "X"
    index = getattr(getattr(frame, "index", None), "name", None) or "index"
    if series is None:
        panel = f"X.set_index({time!r}, append=True)"
    elif time is None:
        panel = f"X.set_index({series!r}, append=True).swaplevel()"
    else:
        panel = f"X.set_index([{series!r}, {time!r}])"
    if None in (series, time):
        whole = "X.reset_index()"
    line = (
        f"sequences_from_frame({whole}, series={series or index!r}, "
        f"time={time or index!r})"
    )
    names = [
        "the index" if name is None else f"column {name!r}" for name in (series, time)
    ]
    raise SequenceError(
        f"X looks like a long table: {names[0]} names "
        f"series, and {names[1]} orders the rows of each. An estimator would read each "
        "row as a series of its own. If each row is a series, pass np.asarray(X). For "
        f"one sequence per series pass {line}, with one target for each; for windows "
        f"{via_pandas(frame)}sliding_windows({panel}, window)."
    )
