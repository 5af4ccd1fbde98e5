"""How forecasts are made of the fitted net, and go on block by block."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._messages import name_some
from sklearn_rnn._training import WindowDataset, evaluate, last_observed
from sklearn_rnn.estimators._forecast_rule import Combination
from sklearn_rnn.estimators._levels import places_of
from sklearn_rnn.estimators._series_windows import SeriesWindows
from sklearn_rnn.sequences import Calendar

Floats = NDArray[np.float64]


class ForecastAhead(SeriesWindows):
    """The part of a forecaster that forecasts the steps that follow."""

    _shifts: Any

    def _forecast(self, X: Any) -> tuple[Floats, Any]:
        """Forecast rows (n_rows, n_targets, n_levels), and say which they are."""
        check_is_fitted(self, "net_")
        if X is None:
            return self._forecast_next()
        steps, columns = self._read_future(X)
        ids = self._indices_of(steps.names)
        with self._threads(briefly=True):
            said = self._go_on(ids, columns, np.diff(steps.offsets))
        return said[steps.places], (ids, steps, steps.places)

    def _forecast_next(self) -> tuple[Floats, Any]:
        if any(self._known):
            titles = self._titles or self._numbers_of_columns()
            known = zip(titles, self._known, strict=True)
            names = name_some([name for name, is_known in known if is_known])
            raise ValueError(
                "X of the future is missing: there are columns that are known in "
                f"advance, [{names}]; pass X with a row for each step to come, or name "
                "them in past_only."
            )
        m, h = len(self.series_), self._setting("horizon")
        columns = np.full((m * h, len(self._known)), np.nan)
        with self._threads(briefly=True):
            said = self._go_on(np.arange(m), columns, np.full(m, h))
        return said, (np.arange(m), None, np.arange(m * h))

    def _go_on(
        self, ids: NDArray[np.int64], columns: Floats, n_steps: NDArray[np.int64]
    ) -> Floats:
        """Forecast so many steps of some series, a horizon at a time.

        Parameters
        ----------
        ids : int64 ndarray of shape (n_series,)
        columns : float64 ndarray of shape (n_steps_total, n_columns)
            What is known of the steps, of the first series first.
        n_steps : int64 ndarray of shape (n_series,)

        Returns
        -------
        forecasts : float64 ndarray of shape (n_steps_total, n_targets, n_levels)
        """
        h = self._setting("horizon")
        offsets = np.append(0, np.cumsum(n_steps))
        said = np.empty(
            (offsets[-1], self._n_targets, max(1, len(self._target.levels)))
        )
        values = [self._past_values[i] for i in ids]
        past = [self._past_columns[i] for i in ids]
        for done in range(0, int(n_steps.max()), h):
            active = np.flatnonzero(n_steps > done)
            starts = offsets[active] + done
            stops = np.minimum(starts + h, offsets[active + 1])
            rows = [slice(*ends) for ends in zip(starts, stops, strict=True)]
            block = self._forecast_block(
                ids[active],
                [values[j] for j in active],
                [past[j] for j in active],
                [columns[own] for own in rows],
            )
            middle = block.shape[3] // 2
            for j, own, forecast in zip(active, rows, block, strict=True):
                said[own] = forecast[: own.stop - own.start]
                values[j] = np.vstack([values[j], forecast[:, :, middle]])
                past[j] = np.vstack([past[j], columns[own]])
        return said

    def _forecast_block(
        self,
        ids: NDArray[np.int64],
        values: list[Floats],
        past: list[Floats],
        ahead: list[Floats],
    ) -> Floats:
        """Forecast a horizon: (n_series, horizon, n_targets, n_levels)."""
        window, h, k = self.window_, self._setting("horizon"), self._n_targets
        n, p = len(ids), len(self._known)
        ends = np.full((n, window, k), np.nan)
        columns = np.full((n, window + h, p), np.nan)
        for i in range(n):
            own = values[i][-window:]
            ends[i, window - len(own) :] = own
            columns[i, window - len(own) : window] = past[i][-window:]
            columns[i, window : window + len(ahead[i])] = ahead[i]
        levels, scales = self._levels[ids], self._scales[ids]
        base = self._last_values(ends, ids)
        standard = (ends - levels[:, np.newaxis]) / scales[:, np.newaxis]
        standard = np.concatenate([standard, np.full((n, h, k), np.nan)], axis=1)
        dataset = self._windows_at_the_end(ids, standard, columns)
        outputs = self._target.of_rows(evaluate(self.net_, dataset), n * k)
        past_values = dataset.cut(np.arange(n * k)).values
        relative = self._combination().combine(past_values, outputs)
        relative = relative.reshape(n, k, h, -1).transpose(0, 2, 1, 3)
        unit = scales[:, np.newaxis, :, np.newaxis]
        said = base[:, np.newaxis, :, np.newaxis] + unit * relative
        if not np.isfinite(said).all():
            raise ValueError(
                "A forecast is not finite: the values of y are too large for float64; "
                "divide them, such as by y.std()."
            )
        return said

    def _last_values(self, ends: Floats, ids: NDArray[np.int64]) -> Floats:
        """Find the last observed value of each target (n_series, n_targets)."""
        flat = ends.transpose(0, 2, 1).reshape(-1, ends.shape[1])
        seen = np.isfinite(flat)
        last: Any = last_observed(np.where(seen, flat, 0.0), seen)
        last = last.reshape(len(ends), -1)
        nothing = ~seen.any(axis=1).reshape(last.shape)
        if nothing.any():
            name = self.series_[ids[int(np.argmax(nothing.any(axis=1)))]]
            which = "The series" if name is None else f"The series {name!r}"
            raise ValueError(
                f"{which} has no observed value among its last {self.window_} steps, "
                "from which a forecast would go on; pass some with update."
            )
        return last

    def _windows_at_the_end(
        self, ids: NDArray[np.int64], standard: Floats, columns: Floats
    ) -> WindowDataset:
        """Make a row of each target of each series, with the steps to come."""
        n, size, k = standard.shape
        lengths = np.full(n, size)
        flat = standard.reshape(n * size, k)
        steps = self._share_steps(
            flat, columns.reshape(n * size, -1), np.ones(n * size), lengths
        )
        rows = self._rows_of([np.zeros(1, dtype=np.int64)] * n)
        groups = np.repeat(ids, k) * k + rows.target
        known = np.repeat(ids < self._n_trained, k)
        rows = rows._replace(group=np.where(known, groups, -1))
        return WindowDataset(steps, rows, self._shape_of_windows(self._masked))

    def _combination(self) -> Combination:
        adds = self._setting("linear") == "start"
        return Combination(self._coef, adds, self.share_, self.chosen_, self._shifts)

    def _asked_levels(self) -> list[int]:
        return places_of(self._setting("quantiles"), self._target.levels)

    def _index_of(self, where: Any) -> Any:
        """Make the index of a frame of forecasts."""
        import pandas as pd

        ids, steps, places = where
        n_each = (
            np.full(len(ids), self._setting("horizon"))
            if steps is None
            else np.diff(steps.offsets)
        )
        calendar = None if self._calendar is None else Calendar(*self._calendar)
        parts = [
            pd.RangeIndex(1, n + 1)
            if calendar is None
            else pd.Index(calendar.following(self._past_last[i], int(n)))
            for i, n in zip(ids, n_each, strict=True)
        ]
        if self._setting("series") is None:
            in_order = np.array_equal(places, np.arange(len(parts[0])))
            return parts[0] if in_order else parts[0][places]
        names = [self.series_[i] for i in ids]
        index = pd.MultiIndex.from_tuples(
            [(n, t) for n, part in zip(names, parts, strict=True) for t in part],
            names=[self._setting("series"), self._setting("time") or "time"],
        )
        return index[places]

    def _default_titles(self) -> list[str]:
        if self._n_targets == 1:
            return ["y"]
        return [f"y{k}" for k in range(self._n_targets)]
