"""What is held out of series at their ends, and what it decides."""

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._messages import warn
from sklearn_rnn._training import WindowDataset, WindowRows, evaluate
from sklearn_rnn.estimators._forecast_ahead import ForecastAhead
from sklearn_rnn.estimators._forecast_rule import HeldOut, choose, seasonal_of, widen
from sklearn_rnn.estimators._series_input import SeriesData
from sklearn_rnn.estimators._series_pasts import scales_of
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning

LAUNCHED = 10.0
"""A series has no scale before a part that makes its deviation so many times larger."""

MAX_HELD_OUT_ROWS = 3000
"""So many held-out windows are looked at after each epoch, evenly."""


class HeldOutEnds(ForecastAhead):
    """The part of a forecaster that holds ends of series out, and chooses by them."""

    def _hold_out_ends(self, data: SeriesData) -> NDArray[np.int64]:
        """Count the steps held out at the end of each series."""
        h, lengths = self.horizon, data.lengths
        wanted = np.maximum(h, np.round(self.validation_fraction * lengths)).astype(int)
        long_enough = lengths - wanted >= h + 1
        if self.early_stopping is True and not long_enough.any():
            raise ValueError(
                f"early_stopping=True holds out at least horizon={h} steps of a series "
                f"and horizon + 1 must be left, but the longest has {lengths.max()}; "
                "pass longer series, a lower horizon, or early_stopping='auto'."
            )
        n_held_out = np.where(long_enough & bool(self.early_stopping), wanted, 0)
        return self._keep_of_launched(data, n_held_out)

    def _keep_of_launched(
        self, data: SeriesData, n_held_out: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Hold nothing out of series that say nothing of their scale before that part.

        In a scale that is too small their errors would decide for all series. Where
        there are no others they stay.
        """
        before, whole = (
            np.array([scales_of(data.targets[part], 0.0)[1] for part in parts])
            for parts in (data.parts(n_held_out), data.parts())
        )
        launched = (whole > LAUNCHED * before).any(axis=1)
        kept = np.where(launched, 0, n_held_out)
        return kept if kept.any() else n_held_out

    def _held_out_windows(
        self, lengths: NDArray[np.int64], n_held_out: NDArray[np.int64]
    ) -> WindowRows:
        """List windows whose targets are held out, evenly, not too many."""
        window, h = self.window_, self.horizon
        n_origins = np.where(n_held_out > 0, n_held_out - h + 1, 0).sum()
        every = max(1, int(n_origins * self._n_targets) // MAX_HELD_OUT_ROWS)
        starts = [
            np.arange(n - window - h, n - n_out - window - 1, -every)[::-1]
            if n_out
            else np.arange(0)
            for n, n_out in zip(lengths.tolist(), n_held_out.tolist(), strict=True)
        ]
        return self._rows_of(starts)

    def _finish(
        self, validation: WindowDataset | None, better_by: NDArray[np.float64]
    ) -> None:
        """Find on the held-out part how the forecasts are put together."""
        if validation is None:
            return
        held_out = self._ask_held_out(validation)
        combination, errors = choose(held_out, self._combination(), better_by)
        self.held_out_error_ = errors
        self.share_, self.chosen_ = combination.share, combination.chosen
        if self._target.levels and self.conformal:
            combination = widen(held_out, combination, self._target.levels)
            self._shifts = combination.shifts
            self.conformal_width_ = self._shifts[:, self._asked_levels()]
        if self.chosen_ == "repeat_last":
            warn(
                "No forecast is better than the last value by more than two standard "
                f"errors (on the held-out part {_said(errors)}, mean squared errors of "
                "the standardised series), so that predict repeats it. Pass more data, "
                "columns that tell of the future, or period=...; it may also be all "
                "there is to know.",
                NotBetterThanNaiveWarning,
            )

    def _ask_held_out(self, validation: WindowDataset) -> HeldOut:
        cut = validation.cut(np.arange(len(validation)))
        outputs = self._target.of_rows(evaluate(self.net_, validation), len(validation))
        target = np.where(cut.weight > 0, cut.target, np.nan).astype(np.float64)
        seasonal = seasonal_of(cut.values, cut.observed, self.period_, self.horizon)
        origins = validation.rows.start + self.window_
        return HeldOut(cut.values, outputs, target, seasonal, origins)


def _said(errors: dict[str, float]) -> str:
    return ", ".join(f"{name} {error:.3g}" for name, error in errors.items())
