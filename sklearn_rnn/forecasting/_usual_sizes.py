"""How many steps a period, a window and a segment usually have."""

__all__ = ["period_of", "usual_segment", "usual_window", "windows_to_try"]

from typing import Any

PERIODS = {"D": 7, "B": 5, "W": 52, "M": 12, "Q": 4, "WOM": 12, "LWOM": 12}
"""After how many steps of a frequency series usually repeat themselves."""

SECONDS = {"h": 3600, "min": 60, "s": 1}
"""Of these a day, an hour or a minute is the period."""

PERIODS_TO_TRY = (2, 4, 8, 14, 52)
"""Windows of so many periods are tried; 52 weeks are the year of days."""

LONGEST_TRIED = 400
"""No longer window is tried: the network would take too long for it."""


def period_of(freq: Any) -> int:
    """Say after how many steps of a frequency series usually repeat themselves.

    Parameters
    ----------
    freq : str, number or None
        As pandas writes it, such as "MS" or "15min".

    Returns
    -------
    period : int
        1 where it is not known, or no whole number. Of hours, minutes and seconds the
        longest of a day, an hour and a minute that has at most `LONGEST_TRIED` steps.
    """
    if not isinstance(freq, str):
        return 1
    name = freq.lstrip("0123456789")
    multiple = int(freq[: len(freq) - len(name)] or 1)
    name = name.split("-")[0]
    if name in SECONDS:
        whole = [_in_parts(n, SECONDS[name] * multiple) for n in (86400, 3600, 60)]
        return next((n for n in whole if 1 < n <= LONGEST_TRIED), 1)
    if name[:1] == "B" and len(name) > 1:  # the last business day of a month
        name = name[1:]
    period = PERIODS.get(name, PERIODS.get(name[:1], 1))
    return _in_parts(period, multiple)


def _in_parts(whole: int, part: int) -> int:
    """Count the parts of a whole, 1 if there is a rest."""
    return 1 if whole % part else whole // part


def usual_window(longest: int, horizon: int, period: int) -> int:
    """Say how many steps are read where nothing is held out to choose by.

    Parameters
    ----------
    longest : int
        Steps of the longest series.
    horizon, period : int

    Returns
    -------
    window : int
        14 periods or twice the horizon, but no more than a quarter of the series where
        that holds two periods, and at most `LONGEST_TRIED` or one period.
    """
    window = min(max(14 * period, 2 * horizon, 16), (longest - horizon) // 4)
    window = min(max(2 * period, window), max(LONGEST_TRIED, period))
    window = max(1, min(window, longest - horizon))
    return window - window % period if window > period > 1 else window


def windows_to_try(usual: int, horizon: int, period: int, n_steps: int) -> list[int]:
    """List some windows of whole periods, the usual one first.

    Parameters
    ----------
    usual : int
    horizon, period : int
    n_steps : int
        Steps of the longest series to learn from; three windows fit into them.

    Returns
    -------
    windows : list of int
        Of days a year is among them.
    """
    longest = min(LONGEST_TRIED, (n_steps - horizon) // 3)
    step = period if period > 1 else usual
    several = PERIODS_TO_TRY if period > 1 else (2, 4)
    return [usual, *(n * step for n in several if usual != n * step <= longest)]


def usual_segment(window: int, horizon: int, period: int) -> int:
    """Say how many steps the network reads at once: a period, or part of a window.

    Parameters
    ----------
    window, horizon, period : int

    Returns
    -------
    segment : int
    """
    segment = period
    if not 4 <= period <= 64:
        segment = min(24, window // 8, horizon if horizon > 1 else 24)
    return max(1, min(segment, window))
