"""The times of many series at once, which should rise by equal steps."""

__all__ = ["Grouped", "check_times"]

from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._frames import absent_of, column_of, names_of
from sklearn_rnn.sequences._time_index import times_of

LAST_DAYS = 28
"""From this day on, a day may be the last of its month."""

CLOSE = 1e-6
"""Steps of decimal numbers are equal up to this part: 0.1 + 0.2 is not 0.3."""


class Grouped(NamedTuple):
    """The rows of a frame by the series they belong to."""

    names: np.ndarray
    order: np.ndarray
    """The rows of the first series, then those of the second, and so on."""
    offsets: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """Number of rows of each series."""
        return np.diff(self.offsets)

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Bring rows into the order of the series."""
        in_order = (self.order[1:] > self.order[:-1]).all()
        return values if in_order else values[self.order]

    def row_of(self, step: int) -> int:
        """Find the series that a row, in the order of the series, belongs to."""
        return int(np.searchsorted(self.offsets, step, side="right") - 1)


def check_times(frame: Any, groups: Grouped, series: str, time: str) -> None:
    """Refuse series whose times do not rise by equal steps.

    Parameters
    ----------
    frame : DataFrame or Table
    groups : Grouped
        Its rows by series.
    series, time : str
        Names of its columns.

    Raises
    ------
    SequenceError
        For the first series that goes back in time, then for the first that has a time
        twice, then for the first with a gap; with the times and what to do.
    """
    column = _column(frame, time)
    times = times_of(column, any_kind=True)
    if times is None:
        raise SequenceError(
            f"The column {time!r} of frame holds no times, but "
            f"{getattr(column, 'dtype', type(column).__name__)}; convert it to dates "
            "or numbers, or pass time=None where the rows are in order."
        )
    times = groups.gather(times)
    steps = times[1:] - times[:-1]
    inside = np.ones(len(steps), dtype=bool)
    inside[groups.offsets[1:-1] - 1] = False
    refuse = _Refusal(column, groups, f"[{series!r}, {time!r}]", time, frame)
    if (inside & (steps < 0)).any():
        refuse.order(int(np.argmax(inside & (steps < 0))))
    if (inside & (steps == 0)).any():
        refuse.doubled(int(np.argmax(inside & (steps == 0))))
    regular = np.zeros(len(groups.names), dtype=bool)
    for clock in _clocks(times, column, groups):
        regular |= _is_regular(clock, groups.offsets)
        if regular.all():
            return
    refuse.gap(int(np.argmin(regular)), steps)


def _column(frame: Any, time: str) -> Any:
    """Give the times as an index of pandas, or an array."""
    column = column_of(frame, names_of(frame).index(time))
    absent = absent_of(column)
    if absent.any():
        raise SequenceError(
            f"The column {time!r} of frame holds no time in row "
            f"{int(np.argmax(absent))}; drop such rows, or fill in their times."
        )
    return frame.set_index(time).index if hasattr(frame, "iloc") else np.asarray(column)


def _clocks(times: np.ndarray, column: Any, groups: Grouped) -> Iterator[np.ndarray]:
    """Count the steps by time, by the clock on the wall, by months and by workdays."""
    yield times
    dates = _dates_of(column)
    if dates is None:
        return
    dates = groups.gather(dates)
    yield dates.astype("M8[us]").astype(np.int64)
    days, months = dates.astype("M8[D]"), dates.astype("M8[M]")
    number = (days - months).astype(np.int64)
    late = np.minimum(number, LAST_DAYS - 1)  # from the 28th on they are alike
    yield months.astype(np.int64) + late / LAST_DAYS
    workdays = np.busday_count(days.min(), days) + ~np.is_busday(days) * 0.5
    yield workdays + (dates - days) / np.timedelta64(1, "D")


def _dates_of(column: Any) -> np.ndarray | None:
    """Give dates as on the wall, None of what are no dates."""
    if hasattr(column, "tz_localize"):
        return np.asarray(column.tz_localize(None))
    if hasattr(column, "asi8"):  # periods and durations have one clock
        return None
    if column.dtype.kind == "M":
        return np.asarray(column)
    times = None if column.dtype.kind in "iufm" else times_of(column)
    return None if times is None else times.view("M8[us]")


def _is_regular(clock: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Tell for each series whether its steps are equal by a clock, and not zero."""
    steps = np.append(np.diff(clock), 0)  # that behind a series is not looked at
    ends = offsets[1:] - 1
    steps[ends] = steps[np.maximum(ends - 1, offsets[:-1])]
    steps[ends[np.diff(offsets) == 1]] = 1
    low = np.minimum.reduceat(steps, offsets[:-1])
    high = np.maximum.reduceat(steps, offsets[:-1])
    return (low > 0) & (high - low <= CLOSE * high)


class _Refusal(NamedTuple):
    """What messages about the times of a series say."""

    column: Any
    groups: Grouped
    keys: str
    time: str
    frame: Any

    def order(self, step: int) -> NoReturn:
        """Raise for a series that goes back in time."""
        how = "sort_values" if hasattr(self.frame, "iloc") else "sort"
        raise SequenceError(
            f"{self._place(step)} goes back in time: {self._time(step)} is followed by "
            f"{self._time(step + 1)}; sort it, frame.{how}({self.keys})."
        )

    def doubled(self, step: int) -> NoReturn:
        """Raise for a series that has a time twice."""
        how = "drop_duplicates" if hasattr(self.frame, "iloc") else "unique"
        raise SequenceError(
            f"{self._place(step)} has {self._time(step)} twice; keep one row of each "
            f"time, such as frame.{how}({self.keys}), or name the series by what tells "
            "them apart."
        )

    def gap(self, row: int, steps: np.ndarray) -> NoReturn:
        """Raise for a series whose steps are not equal."""
        start, stop = self.groups.offsets[row : row + 2]
        own = steps[start : stop - 1]
        usual = np.sort(own)[(len(own) - 1) // 2]
        step = int(start + np.argmax(np.abs(own - usual) > CLOSE * usual))
        raise SequenceError(
            f"{self._place(step)} has steps of unequal length: {self._time(step)} is "
            f"followed by {self._time(step + 1)}; put in the missing rows, with NaN "
            "and missing='forward' or 'mask' in the estimator, or leave out "
            f"time={self.time!r} if the steps count as equal."
        )

    def _place(self, step: int) -> str:
        return f"The series {self.groups.names[self.groups.row_of(step)]!r} of frame"

    def _time(self, step: int) -> Any:
        return self.column[self.groups.order[step]]
