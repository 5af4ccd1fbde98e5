"""Which time follows which: dates, periods, durations or numbers at equal steps."""

__all__ = ["Calendar", "find_calendar", "read_times"]

from typing import Any, NamedTuple, NoReturn

import numpy as np

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._time_index import (
    MOST_DATES,
    check_order,
    frequency_of,
    inferred_frequency,
    times_of,
)

CLOSE = 1e-3
"""Numbers may be off by this part of a step: 0.1 + 0.2 is not 0.3, least in float32."""

SHARE_OF_STEPS = 0.1
"""As many differences of numbers are a single step; fewer are rows off the grid."""

CURES_OF_KIND = {
    "dates": "to_timestamp() of periods, or pd.to_datetime",
    "periods": "to_period({0!r})",
    "durations": "pd.to_timedelta",
    "numbers": "the numbers that fit saw",
}
"""How times of other kinds become such."""

UNITS = {"D": "day", "M": "month", "Q": "quarter", "Y": "year"}

WRITTEN_DATES = {"%Y%m%d": (19000101, 21001231), "%Y%m": (190001, 210012)}
"""Whole numbers between these may be dates."""


class Calendar(NamedTuple):
    """The steps of time that series have, in plain Python.

    Parameters
    ----------
    kind : {"dates", "periods", "durations", "numbers"}
    step : str or float
        The frequency as pandas writes it, such as "D" or "MS"; of numbers their
        difference.
    zone : str, default=""
        The time zone of dates; empty where they have none.
    """

    kind: str
    step: Any
    zone: str = ""

    def encode(self, times: Any) -> np.ndarray:
        """Write times as numbers that any process can read.

        Parameters
        ----------
        times : Index or ndarray of shape (n_times,)

        Returns
        -------
        codes : int64 ndarray of shape (n_times,), of numbers as they are
            Dates in UTC and durations in nanoseconds, periods in steps.
        """
        if self.kind == "numbers":
            return np.asarray(times)
        if self.kind == "periods":
            return np.asarray(times.asi8)
        return np.asarray(times.as_unit("ns").asi8)

    def decode(self, codes: np.ndarray) -> Any:
        """Read what `encode` wrote."""
        if self.kind == "numbers":
            return codes
        import pandas as pd

        if self.kind == "periods":
            return pd.PeriodIndex.from_ordinals(codes, freq=self.step)
        if self.kind == "durations":
            return pd.TimedeltaIndex(np.asarray(codes).view("m8[ns]"))
        dates = pd.DatetimeIndex(np.asarray(codes).view("M8[ns]"))
        return dates.tz_localize("UTC").tz_convert(self.zone) if self.zone else dates

    def following(self, last: Any, n_steps: int) -> Any:
        """Give the times of the steps that follow one.

        Parameters
        ----------
        last : int or float
            Its code.
        n_steps : int

        Returns
        -------
        times : Index or ndarray of shape (n_steps,)
        """
        return self._range(self.decode(np.array([last]))[0], n_steps + 1)[1:]

    def steps_after(self, last: Any, times: Any, name: str = "X") -> np.ndarray:
        """Count how many steps after one the given times are.

        Parameters
        ----------
        last : int or float
            Its code.
        times : Index or ndarray of shape (n_times,)
            In any order.
        name : str, default="X"
            What messages call what has these times.

        Returns
        -------
        steps : int64 ndarray of shape (n_times,)
            1 for the step that follows; at most 0 for `last` and what is before it.

        Raises
        ------
        SequenceError
            If a time is none of these steps.
        """
        codes = self.encode(self.alike(times, name))
        steps, found = self._counted(codes, last)
        wrong = (codes >= last) & ~found
        if wrong.any():
            i = int(np.argmax(wrong))
            after, cure = f" after {self.decode(np.array([last]))[0]}", ""
            if codes[i] == last:  # the first one
                after, cure = "", _cure_of_months(self.step)
            raise SequenceError(
                f"{name} has {times[i]}, which is no step of {self.said}{after}; pass "
                f"rows at steps of {self.said}{cure}."
            )
        return np.where(codes > last, steps, 0)

    def _counted(self, codes: np.ndarray, last: Any) -> tuple[np.ndarray, np.ndarray]:
        """Count steps after one, and tell which codes are just there."""
        if self.kind == "numbers":
            steps = np.rint((codes - last) / self.step).astype(np.int64)
            away = np.abs(codes - last - steps * self.step)
            return steps, away <= CLOSE * self.step
        grid = self._reaching(last, max(last, codes.max()))
        steps = np.searchsorted(grid, codes)
        return steps, np.isin(codes, grid)

    @property
    def said(self) -> str:
        """Name the step in a message."""
        return f"{self.step!r}" if self.kind != "numbers" else f"{self.step:g}"

    def alike(self, times: Any, name: str = "X") -> Any:
        """Bring times into the time zone of the series, and refuse those of a kind.

        Parameters
        ----------
        times : Index or ndarray of shape (n_times,)
        name : str, default="X"
            What messages call what has these times.

        Returns
        -------
        times : Index or ndarray of shape (n_times,)

        Raises
        ------
        SequenceError
            If they are of another kind, are periods of another frequency, or have a
            time zone where the series has none, or none where it has one.
        """
        kind, cure = _kind_of(times), CURES_OF_KIND[self.kind].format(self.step)
        zone = str(getattr(times, "tz", None) or "")
        there, here = self.kind, kind
        if kind == self.kind == "periods":
            there, here = f"periods of {self.step!r}", f"periods of {times.freqstr!r}"
            cure = f"asfreq({self.step!r})"
        if kind == self.kind == "dates" and bool(zone) != bool(self.zone):
            there, here = (
                f"dates with {z or 'no time zone'}" for z in (self.zone, zone)
            )
            cure = f"tz_localize({self.zone or None!r})"
        if there != here:
            raise SequenceError(
                f"The series has {there}, but {name} has {here}; convert them, such as "
                f"with {cure}."
            )
        return times.tz_convert(self.zone) if zone else times

    def check_follow(self, times: Any, what: str, name: str) -> None:
        """Refuse times of one series that are not one step apart, in order.

        Parameters
        ----------
        times : Index or ndarray of shape (n_times,)
        what : str
            What has these times.
        name : str
            What it is called in the line that mends it.
        """
        if len(times) < 2:
            return
        check_order(times, what, name)
        codes = self.encode(times)
        _refuse_doubled(times, np.diff(codes), what, name)
        expected = self.encode(self._range(times[0], len(times)))
        same = expected == codes
        if not same.all():
            i = int(np.argmin(same))
            _refuse_gap(self, times, i, what, name)

    def _range(self, first: Any, n_steps: int) -> Any:
        if self.kind == "numbers":
            return first + np.arange(n_steps) * np.asarray(self.step)
        return self._make_range(first, periods=n_steps)

    def _reaching(self, last: Any, until: Any) -> np.ndarray:
        """Write the codes of all dates, periods or durations from one to another."""
        first, end = self.decode(np.array([last])), self.decode(np.array([until]))
        return self.encode(self._make_range(first[0], end=end[0]))

    def _make_range(self, first: Any, **how: Any) -> Any:
        import pandas as pd

        make = {
            "dates": pd.date_range,
            "periods": pd.period_range,
            "durations": pd.timedelta_range,
        }[self.kind]
        return make(first, freq=self.step, **how)


def read_times(column: Any, name: str) -> Any:
    """Read a column or an index of times.

    Parameters
    ----------
    column : array-like, column of a frame or Index
        Dates, periods, durations, numbers, or texts in the format of ISO 8601, such as
        "2024-02-29": others may be read in several ways.
    name : str
        What messages call it.

    Returns
    -------
    times : Index, or ndarray of numbers, of shape (n_times,)

    Raises
    ------
    SequenceError
        If it holds no times, or one is missing.
    """
    kind = getattr(getattr(column, "dtype", None), "kind", "O")
    if kind in "iuf" and not hasattr(column, "asi8"):
        times = np.asarray(column)
        _refuse_missing(np.isnan(times), name)
        return times.astype(np.int64) if kind == "u" else times  # steps have signs
    try:
        import pandas as pd
    except ImportError as error:
        raise SequenceError(
            f"{name} holds dates, whose steps pandas knows; install pandas, or pass "
            "whole numbers, one for each step."
        ) from error
    times = pd.Index(column if hasattr(column, "array") else np.asarray(column))
    try:
        if not hasattr(times, "asi8"):
            times = pd.DatetimeIndex(pd.to_datetime(times, format="ISO8601"))
    except (TypeError, ValueError) as error:
        kind = getattr(column, "dtype", "objects")
        if times_of(times) is not None:  # in UTC they can be read
            raise SequenceError(
                f"{name} holds times of several time zones, such as {times[0]!r}, or "
                "before and after a change of the clock; make them times of one, "
                "pd.to_datetime(..., utc=True)."
            ) from error
        raise SequenceError(
            f"{name} holds no times, but {kind}, such as {times[0]!r}; convert it to "
            "dates, texts such as '31.12.2024' by pd.to_datetime(..., "
            "format='%d.%m.%Y'), or to whole numbers."
        ) from error
    _refuse_missing(np.asarray(times.isna()), name)
    zone = getattr(getattr(column, "dtype", None), "time_zone", None)  # of polars
    return times.tz_localize("UTC").tz_convert(zone) if zone else times


def find_calendar(
    times: Any, what: str, name: str, *, gaps: bool = False
) -> Calendar | None:
    """Find the step between times in order.

    Parameters
    ----------
    times : Index or ndarray of shape (n_times,)
        Of `read_times`.
    what : str
        What has them.
    name : str
        What it is called in the line that mends it.
    gaps : bool, default=False
        Whether times may be missing: the step is then the one that most have.

    Returns
    -------
    calendar : Calendar or None
        None of a single time.

    Raises
    ------
    SequenceError
        If they have no constant step.
    """
    if _kind_of(times) == "periods":  # which know their step
        return Calendar("periods", times.freqstr)
    if isinstance(times, np.ndarray):
        return _of_numbers(times, what, name)
    zone = getattr(times, "tz", None)
    step = _frequency(times)
    if step is None and len(times) < 2:
        return None
    if step is None and gaps:
        step = _usual_frequency(times)
    if step is None:
        _refuse_doubled(times, np.diff(times.asi8), what, name)
        _refuse_unequal(times, what, name)
    return Calendar(_kind_of(times), step, "" if zone is None else str(zone))


def _kind_of(times: Any) -> str:
    if isinstance(times, np.ndarray):
        return "numbers"
    if hasattr(times, "qyear"):
        return "periods"
    return "dates" if hasattr(times, "tz_localize") else "durations"


def _of_numbers(times: np.ndarray, what: str, name: str) -> Calendar | None:
    if len(times) < 2:
        return None
    steps = np.diff(times)
    _refuse_doubled(times, steps, what, name)
    _refuse_written_dates(times, what)
    step = np.quantile(np.abs(steps), SHARE_OF_STEPS, method="lower")
    if times.dtype.kind in "iu":
        return Calendar("numbers", int(step))
    n_steps = np.rint(np.abs(steps) / step).sum()  # rounding is too large for one
    return Calendar("numbers", abs(float(times[-1]) - float(times[0])) / float(n_steps))


def _refuse_written_dates(times: np.ndarray, what: str) -> None:
    """Refuse numbers such as 20240131, which 20240201 follows as the next day."""
    for form, (first, last) in WRITTEN_DATES.items():
        if times.min() < first or times.max() > last:
            continue
        months = times // 100 % 100 if "d" in form else times % 100
        days = times % 100 if "d" in form else 1
        if ((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)).all():
            raise SequenceError(
                f"{what} has dates written as numbers, {times[0]} and {times[1]}, "
                "between which steps cannot be counted; make dates of them, such as "
                f"pd.to_datetime(column.astype(int).astype(str), format={form!r}), or "
                "subtract the first one if they are other numbers."
            )


def _frequency(times: Any) -> str | None:
    """Name the frequency that an index has, None if there is none."""
    if times.freq is not None:
        return str(times.freqstr)
    if len(times) == 2:
        difference = times[1] - times[0]
        return None if difference <= difference * 0 else _as_frequency(difference)
    if len(times) < 3:
        return None
    return inferred_frequency(times)


def _as_frequency(difference: Any) -> str:
    import pandas as pd

    n_days = difference / pd.Timedelta(days=1)
    if n_days == int(n_days):
        return "D" if n_days == 1 else f"{int(n_days)}D"
    return str(pd.tseries.frequencies.to_offset(difference).freqstr)


def _usual_frequency(times: Any) -> str | None:
    """Name the frequency that most times have, where only some are missing."""
    import pandas as pd

    steps = pd.Series(times).diff().dropna()
    usual = steps.mode()[0]
    if usual <= usual * 0:
        return None
    days = usual / pd.Timedelta(days=1)
    is_date = hasattr(times, "tz_localize")
    if is_date and 28 <= days <= 31:
        return "MS" if (times.day == 1).all() else "ME"
    return frequency_of(times) or _as_frequency(usual)


def _cure_of_months(step: Any) -> str:
    """Tell how the 15th of each month is a step."""
    months = step in ("MS", "ME")
    return ", or name the months, such as with to_period('M')" * months


def _refuse_doubled(times: Any, differences: np.ndarray, what: str, name: str) -> None:
    if (differences == 0).any():
        i = int(np.argmax(differences == 0))
        raise SequenceError(
            f"{what} has {times[i]} twice; keep one of them, "
            f"{name}[~{name}.index.duplicated()], and of a frame of many series name "
            "the column of series: RNNForecaster(series=...)."
        )


def _refuse_unequal(times: Any, what: str, name: str) -> NoReturn:
    check_order(times, what, name)
    differences = np.diff(times.asi8)
    i = int(np.argmax(differences > np.median(differences)))
    raise SequenceError(
        f"{what} has no constant step between its dates: {times[i]} is followed by "
        f"{times[i + 1]}; {_cure_of_steps(times, name)}, or pass {name}.to_numpy() if "
        "the steps count as equal."
    )


def _cure_of_steps(times: Any, name: str) -> str:
    """Tell how times get equal steps, so that none of them is lost."""
    import pandas as pd

    kind = _kind_of(times)
    if kind == "periods":
        whole = f"pd.period_range({name}.index[0], {name}.index[-1])"
        return f"call {name}.reindex({whole}), which leaves NaN"
    step, usual = _usual_frequency(times), pd.Series(times).diff().median()
    if step is not None and (times[-1] - times[0]) / usual < MOST_DATES:
        calendar = Calendar(kind, step, str(getattr(times, "tz", None) or ""))
        codes = calendar.encode(times)
        if np.isin(codes, calendar._reaching(codes[0], codes[-1])).all():
            how = f"asfreq({step!r})"  # which durations do not have
            how = f"resample({step!r}).asfreq()" if kind == "durations" else how
            return f"call {name}.{how}, which leaves NaN"
    named = _cure_of_names(times, name) if kind == "dates" else None
    units = [one for one in ("D", "h", "min", "s") if usual >= pd.Timedelta(1, one)]
    unit = [*units, "ms"][0]
    return named or f"put them on a grid, such as {name}.resample({unit!r}).mean()"


def _cure_of_names(times: Any, name: str) -> str | None:
    """Tell how dates are named by their days or months, None if two have one name.

    So are the 15th of each month, the last day of business, and midnight elsewhere.
    """
    naive = ".tz_localize(None)" if times.tz is not None else ""
    for unit, said in UNITS.items():
        periods = times.tz_localize(None).to_period(unit)
        steps = np.diff(periods.asi8)
        if (steps < 1).any() or np.median(steps) >= 2:
            continue
        line = f"{name}{naive}.to_period({unit!r})"
        if (steps == 1).all():
            return f"name each {said}, {line}"
        first, last = str(periods[0]), str(periods[-1])
        whole = f"pd.period_range({first!r}, {last!r}, freq={unit!r})"
        return f"name each {said}, {line}.reindex({whole}), which leaves NaN"
    return None


def _refuse_gap(
    calendar: Calendar, times: Any, i: int, what: str, name: str
) -> NoReturn:
    raise SequenceError(
        f"{what} has a gap: {times[i - 1]} is followed by {times[i]}, which is not one "
        f"step of {calendar.said}; {_cure_of_steps(times, name)}."
    )


def _refuse_missing(missing: np.ndarray, name: str) -> None:
    if missing.any():
        raise SequenceError(
            f"{name} holds no time in row {int(np.argmax(missing))}; drop such rows, "
            "or fill in their times."
        )
