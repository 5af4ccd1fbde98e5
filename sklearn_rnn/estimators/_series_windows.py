"""Series in the scale of the network, and the windows that are cut from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._training import SharedSteps, WindowRows, WindowShape
from sklearn_rnn.estimators._series_input import SeriesData
from sklearn_rnn.estimators._series_pasts import SeriesPasts, scales_of
from sklearn_rnn.forecasting import fill_forward

Floats = NDArray[np.float64]


class SeriesWindows(SeriesPasts):
    """The part of a forecaster that scales series and lays their windows out."""

    def _learn_scales(self, data: SeriesData, n_held_out: NDArray[np.int64]) -> None:
        """Learn by what series and columns are standardised.

        A series that does not change takes the median scale of the others.
        """
        seen = data.parts(n_held_out)
        found = [scales_of(data.targets[part], np.nan) for part in seen]
        self._levels, scales = map(np.array, zip(*found, strict=True))
        filled = np.ma.masked_invalid(scales)
        usual = np.ma.median(filled, axis=0).filled(1.0)
        self._scales = np.where(np.isfinite(scales), scales, usual)
        columns = np.concatenate([data.columns[part] for part in seen])
        n = np.maximum(np.isfinite(columns).sum(axis=0), 1)
        mean = np.nansum(columns, axis=0) / n
        scale = np.sqrt(np.nansum((columns - mean) ** 2, axis=0) / n)
        self._column_mean = mean
        self._column_scale = np.where(scale > 1e-12 * np.abs(mean), scale, 1.0)

    def _standardize(self, targets: Floats, lengths: NDArray[np.int64]) -> Floats:
        levels, scales = (
            np.repeat(part, lengths, axis=0) for part in (self._levels, self._scales)
        )
        return (targets - levels) / scales

    def _each_target(
        self, data: SeriesData, n_held_out: NDArray[np.int64]
    ) -> tuple[list[Any], NDArray[np.int64]]:
        """List each target of each series, standardised, with its held-out steps.

        A step of weight 0 is masked: it is read, and is no target.
        """
        standard = self._standardize(data.targets, data.lengths)
        no_target = np.repeat(data.weight[:, np.newaxis] == 0, self._n_targets, axis=1)
        standard = np.ma.MaskedArray(standard, mask=no_target)
        series = [
            standard[part, k] for part in data.parts() for k in range(len(standard.T))
        ]
        return series, np.repeat(n_held_out, self._n_targets)

    def _share_steps(
        self,
        standard: Floats,
        columns: Floats,
        weight: Floats,
        lengths: NDArray[np.int64],
    ) -> SharedSteps:
        """Lay the steps of all series out, with an empty window in front of each.

        What was not observed has the last value before it, as in the ridge regression.
        """
        seen = np.isfinite(standard)
        starts = np.cumsum(lengths) - lengths
        filled = [fill_forward(one).data for one in np.split(standard, starts[1:])]
        standard = np.concatenate(filled)
        scaled = (columns - self._column_mean) / self._column_scale
        parts = [
            np.where(np.isfinite(standard), standard, 0.0),
            seen,
            seen * weight[:, np.newaxis],
            np.where(np.isfinite(scaled), scaled, 0.0),
        ]
        empty = np.repeat(starts, self.window_)
        values, observed, counts, known = (
            np.insert(part, empty, 0, axis=0).T.astype(np.float32, order="C")
            for part in parts
        )
        firsts = starts + self.window_ * np.arange(1, len(lengths) + 1)
        return SharedSteps(values, observed, counts, known, firsts, lengths)

    def _shape_of_windows(self, masked: bool) -> WindowShape:
        h = self._setting("horizon")
        return WindowShape(self.window_, h, self.segment_, masked, tuple(self._known))

    def _rows_of(self, starts: list[NDArray[np.int64]]) -> WindowRows:
        """Give each window a row for each target."""
        k = self._n_targets
        counts = [len(s) for s in starts]
        series = np.repeat(np.repeat(np.arange(len(starts)), counts), k)
        start = np.repeat(np.concatenate(starts), k)
        target = np.tile(np.arange(k), sum(counts))
        return WindowRows(series, target, start, series * k + target)
