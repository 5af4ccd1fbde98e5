"""What an index of dates says of the order and the distance of steps."""

__all__ = [
    "check_order",
    "check_regular",
    "frequency_of",
    "inferred_frequency",
    "times_of",
]

import datetime
import re
import warnings
from collections import Counter
from typing import Any, NoReturn

import numpy as np

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._values import absent_in

CURES = {
    "order": "sort it, {}.sort_index()",
    "doubled": "keep one of them, {0}[~{0}.index.duplicated()]",
}
MOST_DATES = 1_000_000
"""As many dates are written down to find the first that is missing."""

ALIKE = 6
"""Steps that differ by a sixth of the usual one count as equal."""

DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|(18|19|20)\d\d-\d")
"""Texts that begin so may be dates in the format of ISO 8601; codes are others."""


def check_order(index: Any, what: str, name: str, *, any_kind: bool = False) -> None:
    """Refuse an index of dates that goes back in time.

    Parameters
    ----------
    index : Index
        Of pandas. Others than of times are not looked at: integers are often the
        numbers of rows before they were sorted.
    what : str
        What has this index.
    name : str
        What it is called in the line that sorts it.
    any_kind : bool, default=False
        Numbers are times as well: those of a panel.
    """
    times = times_of(index, any_kind)
    if times is not None:
        _check_ascending(times, index, what, name)


def check_regular(
    index: Any, what: str = "series", name: str = "series", *, any_kind: bool = False
) -> None:
    """Refuse an index of dates that is not in order, or not at equal intervals.

    Parameters
    ----------
    index : Index
        Of pandas.
    what : str, default="series"
        What has this index.
    name : str, default="series"
        What it is called in the line that mends it.
    any_kind : bool, default=False
        Numbers are times as well: those of a panel.
    """
    times = times_of(index, any_kind)
    if times is None:
        return
    _check_ascending(times, index, what, name)
    steps = np.diff(times)
    if (steps == 0).any():
        i = int(np.argmax(steps == 0))
        _refuse(
            f"{what} has {index[i]} twice, at the steps {i} and {i + 1}",
            "doubled",
            name,
        )
    if len(steps) < 2 or _are_alike(steps) or _has_frequency(index, times):
        return
    _refuse_gap(index, times, what, name)


def _are_alike(steps: np.ndarray) -> bool:
    """Tell whether no step is far from the usual one, so that none is missing.

    Clocks are not exact: thirty pictures a second are 33 or 34 milliseconds apart.
    """
    usual = np.median(steps)
    return bool((np.abs(steps - usual) * ALIKE <= usual).all())


def _refuse_gap(index: Any, times: np.ndarray, what: str, name: str) -> NoReturn:
    """Raise with the first date that is missing, and the line that puts it in."""
    steps = np.diff(times)
    usual = np.sort(steps)[(len(steps) - 1) // 2]
    i = int(np.argmax(steps != usual))
    cure = ""
    frequency = frequency_of(index)
    few = (times[-1] - times[0]) / usual < MOST_DATES
    if hasattr(index, "qyear"):  # periods
        cure = f"{name}.reindex(pd.period_range({name}.index[0], {name}.index[-1]))"
    elif frequency and few and not hasattr(index, "tz"):  # durations
        cure = f"{name}.resample({frequency!r}).asfreq()"
    elif frequency and few:
        full = index.to_series().asfreq(frequency).index
        missing = full.difference(index)
        if len(missing) and index.isin(full).all():
            i = int(np.searchsorted(times, missing.asi8[0])) - 1
            cure = f"{name}.asfreq({frequency!r})"
    elif not hasattr(index, "asi8") and not _holds_numbers(index):
        cure = f"{name} with a DatetimeIndex and .asfreq('D')"
    cure = f"fill it, such as {cure}.ffill(), or " if cure else ""
    raise SequenceError(
        f"{what} has steps of unequal length: {index[i]} is followed by "
        f"{index[i + 1]}; {cure}pass {name}.to_numpy() if the steps count as equal."
    )


def frequency_of(index: Any) -> str | None:
    """Name the distance that most dates have, None if they have none."""
    if not hasattr(type(index), "inferred_freq") or len(index) < 3:
        return None
    triples = range(min(len(index) - 2, 100))
    names = [inferred_frequency(index[k : k + 3]) for k in triples]
    found = Counter(name for name in names if name)
    if not found:
        return None
    name = str(found.most_common(1)[0][0])
    if (
        name == "D"
        and hasattr(type(index), "day_of_week")
        and max(index.day_of_week) < 5
    ):
        return "B"
    return name


def inferred_frequency(index: Any) -> str | None:
    """Name the frequency of an index as text; from pandas 3 on it may be an object."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frequency = index.inferred_freq
    return getattr(frequency, "freqstr", frequency)


def _holds_numbers(index: Any) -> bool:
    return getattr(index.dtype, "kind", "O") in "iuf"


def times_of(index: Any, any_kind: bool = False) -> np.ndarray | None:
    """Give an index of dates, periods or durations as int64, None of others.

    Parameters
    ----------
    index : Index or ndarray
        Of pandas, or a column of a frame of another library.
    any_kind : bool, default=False
        Numbers are times as well.

    Returns
    -------
    times : int64 or float64 ndarray of shape (n_times,), or None

    Raises
    ------
    SequenceError
        If a date is missing.
    """
    kind = getattr(index.dtype, "kind", "O")
    if any_kind and kind in "iuf":
        times = np.asarray(index).astype(np.float64 if kind == "f" else np.int64)
        _refuse_missing(np.isnan(times))
        return times
    if isinstance(index, np.ndarray) and kind in "mM":
        _refuse_missing(np.isnat(index))
        return index.view(np.int64)
    if hasattr(index, "asi8"):  # of pandas: dates with a time zone or not, periods
        _refuse_missing(np.asarray(index.isna()))
        return np.asarray(index.asi8)
    if getattr(index, "dtype", None) is None or len(index) == 0:
        return None
    first = index[0]
    if isinstance(first, str):
        dates = _dates_of_texts(index)
    elif isinstance(first, (datetime.date, datetime.timedelta)):
        dates = _dates_of_objects(index)
    else:
        return None
    if dates is None:
        return None
    _refuse_missing(np.isnat(dates))
    return dates.astype(np.int64)


def _dates_of_texts(texts: Any) -> np.ndarray | None:
    """Read texts in the format of ISO 8601, in UTC; None if one of them is no date.

    Codes such as "9000-05" and "-40" are none, though they could be read as years.
    """
    missing = absent_in(np.asarray(texts, dtype=object))
    plausible = [isinstance(text, str) and bool(DATE.match(text)) for text in texts]
    if not (missing | plausible).all():
        return None
    try:
        import pandas as pd
    except ImportError:
        return _dates_of_objects(texts)
    dates = pd.to_datetime(
        pd.Index(texts), format="ISO8601", errors="coerce", utc=True
    ).tz_localize(None)
    try:
        dates.as_unit("ns")
    except ValueError:  # in the year 9000, where nanoseconds end
        return None
    is_date = np.asarray(dates.notna()) | missing
    return np.asarray(dates).astype("M8[us]") if is_date.all() else None


def _dates_of_objects(items: Any) -> np.ndarray | None:
    """Read dates of Python, in UTC; None if one is something else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of texts with a time zone
            return np.array([_plain(item) for item in items], dtype="M8[us]")
    except (TypeError, ValueError):
        return None


def _plain(item: Any) -> Any:
    """Give a date without its time zone, in UTC."""
    if isinstance(item, datetime.datetime) and item.tzinfo is not None:
        return item.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return item


def _has_frequency(index: Any, times: np.ndarray) -> bool:
    """Tell whether the dates follow the calendar: months, or days of business."""
    if hasattr(type(index), "inferred_freq"):
        return inferred_frequency(index) is not None
    if hasattr(index, "asi8"):
        return False
    months = np.diff(times.astype("M8[us]").astype("M8[M]").astype(np.int64))
    return bool(months[0] > 0 and (months == months[0]).all())


def _check_ascending(times: np.ndarray, index: Any, what: str, name: str) -> None:
    back = np.diff(times) < 0
    if back.any():
        i = int(np.argmax(back))
        how = "runs backwards" if back.all() else "is not in the order of time"
        _refuse(
            f"{what} {how}: {index[i]} is followed by {index[i + 1]}", "order", name
        )


def _refuse_missing(missing: np.ndarray) -> None:
    if missing.any():
        raise SequenceError(
            f"The index holds no date (NaT) at position {int(np.argmax(missing))}; "
            "drop such rows, series[series.index.notna()]."
        )


def _refuse(complaint: str, kind: str, name: str) -> NoReturn:
    raise SequenceError(f"{complaint}; {CURES[kind].format(name)}.")
