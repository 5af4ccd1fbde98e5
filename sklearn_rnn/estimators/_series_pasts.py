"""What an estimator keeps of each series: its end, from which forecasts go on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._messages import name_some
from sklearn_rnn.estimators._series_input import SeriesData, SeriesInput
from sklearn_rnn.metrics import seasonal_naive_error
from sklearn_rnn.sequences import Calendar

Floats = NDArray[np.float64]


class SeriesPasts(SeriesInput):
    """The part of an estimator that remembers how series ended.

    What is kept of each: its name in ``series_``, its last steps in ``_past_values``
    and ``_past_columns``, the code of its last time in ``_past_last``, and by what it
    is scaled in ``_levels`` and ``_scales``.
    """

    naive_error_: Floats
    window_: int
    _levels: Floats
    _scales: Floats

    def _keep_pasts(self, data: SeriesData) -> None:
        """Keep the ends of all series, from which forecasts go on."""
        self.series_ = list(data.steps.names)
        self._past_values = [data.targets[part] for part in data.parts()]
        self._past_columns = [data.columns[part] for part in data.parts()]
        last = data.steps.last
        self._past_last = [None] * len(self.series_) if last is None else last.tolist()
        for i in range(len(self.series_)):
            self._trim_past(i)

    def _trim_past(self, i: int) -> None:
        """Keep as many steps as a window has."""
        n = self.window_
        self._past_values[i] = self._past_values[i][-n:].copy()
        self._past_columns[i] = self._past_columns[i][-n:].copy()

    def _own_pasts(self) -> None:
        """Copy the lists that `update` changes: a shallow copy shares them."""
        for name in ("series_", "_past_values", "_past_columns", "_past_last"):
            setattr(self, name, list(getattr(self, name)))

    def _append_pasts(self, data: SeriesData) -> None:
        """Put what came since behind the past of each series; new ones begin."""
        lasts = data.steps.last
        names = {name: i for i, name in enumerate(self.series_)}
        new = [name for name in data.steps.names if name not in names]
        if new and lasts is None and self._calendar is not None:
            raise ValueError(
                f"X has no dates, but holds new series, {name_some(new)}, and those of "
                "fit have dates; pass X with dates as in fit, from which forecasts of "
                "new series go on."
            )
        for j, (name, part) in enumerate(
            zip(data.steps.names, data.parts(), strict=True)
        ):
            last = self._last_of(name, names, part, None if lasts is None else lasts[j])
            values, columns = data.targets[part], data.columns[part]
            if name not in names:
                self._begin_series(name, values, columns, last)
                continue
            i = names[name]
            self._past_values[i] = np.vstack([self._past_values[i], values])
            self._past_columns[i] = np.vstack([self._past_columns[i], columns])
            self._past_last[i] = last
            self._trim_past(i)

    def _last_of(self, name: Any, names: Any, part: slice, last: Any) -> Any:
        """Give the code of the last time; steps without times follow what is known."""
        if last is not None:
            return last.item()
        if self._calendar is None or name not in names:
            return None
        calendar = Calendar(*self._calendar)
        before = self._past_last[names[name]]
        times = calendar.following(before, part.stop - part.start)
        return calendar.encode(times)[-1].item()

    def _begin_series(
        self, name: Any, values: Floats, columns: Floats, last: Any
    ) -> None:
        self.series_.append(name)
        self._past_values.append(values)
        self._past_columns.append(columns)
        self._past_last.append(last)
        level, scale = scales_of(values, fallback=np.median(self._scales, axis=0))
        self._levels = np.vstack([self._levels, level])
        self._scales = np.vstack([self._scales, scale])
        naive_error = seasonal_naive_error(values, self.period_)
        self.naive_error_ = np.vstack([self.naive_error_, naive_error])
        self._trim_past(len(self.series_) - 1)


def scales_of(values: Floats, fallback: Any = 1.0) -> tuple[Floats, Floats]:
    """Find the level and the scale of each target of a series.

    Parameters
    ----------
    values : float64 ndarray of shape (n_steps, n_targets)
        NaN where nothing was observed.
    fallback : float or ndarray of shape (n_targets,), default=1.0
        The scale of a constant, of a single value and of none.

    Returns
    -------
    level : float64 ndarray of shape (n_targets,)
        The lower median, which is one of the values: what is added to a series is
        added to it without rounding. 0 where nothing was observed.
    scale : float64 ndarray of shape (n_targets,)
        The standard deviation.
    """
    seen = np.isfinite(values)
    counts = seen.sum(axis=0)
    ranked = np.sort(values, axis=0)  # NaN comes last
    place = np.maximum(counts - 1, 0) // 2
    level = np.take_along_axis(ranked, place[np.newaxis], axis=0)[0]
    level = np.where(counts > 0, level, 0.0)
    centred = np.where(seen, values - level, 0.0)
    largest = np.abs(centred).max(axis=0)
    centred = centred / np.where(largest > 0, largest, 1.0)  # whose squares are finite
    n = np.maximum(counts, 1)
    mean = centred.sum(axis=0) / n
    spread = np.where(seen, centred - mean, 0.0)
    scale = largest * np.sqrt((spread**2).sum(axis=0) / n)
    tiny = scale <= 1e-12 * np.abs(level)
    return level, np.where(tiny | (scale == 0), fallback, scale)
