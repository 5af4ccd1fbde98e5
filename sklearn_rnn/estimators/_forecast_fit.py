"""How a forecaster is fitted."""

from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.metadata_routing import UNUSED

from sklearn_rnn._messages import warn
from sklearn_rnn._training import (
    WindowDataset,
    WindowRows,
    WindowShape,
    export_state,
    rare_module_params,
)
from sklearn_rnn.estimators._held_out_ends import HeldOutEnds
from sklearn_rnn.estimators._identity import open_saved_fit
from sklearn_rnn.estimators._learnt_series import LearntSeries
from sklearn_rnn.estimators._refit import train_on_all
from sklearn_rnn.estimators._series_input import SeriesData
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.forecasting import (
    better_before,
    choose_ridge,
    choose_window,
    period_of,
    usual_segment,
    usual_window,
    windows_to_try,
)
from sklearn_rnn.metrics import seasonal_naive_error

FEW_BLOCKS = 10
"""So few held-out blocks of a horizon do not tell a forecast from a random walk's."""

RULE = (
    "ridge_alpha_",
    "share_",
    "chosen_",
    "held_out_error_",
    "_shifts",
    "conformal_width_",
)
"""What the held-out part decides of how forecasts are put together."""


class ForecastFit(HeldOutEnds):
    """The part of a forecaster that trains."""

    __metadata_request__fit: ClassVar[dict] = {
        "groups": UNUSED,
        "X_val": UNUSED,
        "y_val": UNUSED,
    }

    def _fit(self, given, report):
        continued = self.warm_start and hasattr(self, "net_")
        before = (self._target, self._net_spec) if continued else None
        learnt = self._what_was_learnt() if continued else None
        self._begin(before)
        data = self._read_series(given.X, given.y, given.sample_weight, reset=True)
        masked = bool(np.isnan(data.targets).any())
        if learnt is not None:
            learnt.check(self._n_targets, self._known, masked)
            masked = learnt.masked
        self.n_outputs_ = self._n_targets
        _refuse_nothing_observed(data.targets)
        self._refuse_short(data.lengths)
        self._trains_on = False
        content = [data.targets, data.columns, data.weight, data.steps.offsets]
        content = {"data": content, "names": data.steps.names}
        saved_fit, seed = self._find_saved_fit(continued, **content)
        n_held_out = self._hold_out_ends(data)
        self._plan(data, n_held_out, learnt)
        self.naive_error_ = np.array(
            [seasonal_naive_error(data.targets[p], self.period_) for p in data.parts()]
        )
        self._keep_pasts(data)
        if learnt is not None:
            self._groups_before = learnt.groups(self.series_)
        fit_windows = partial(
            self._fit_windows, data, seed=seed, before=before, masked=masked
        )
        unfitted = dict(vars(self))
        fit_windows(n_held_out, report=report, saved_fit=saved_fit)
        if self._net_spec["stops_early"] and self.refit:
            rule = {name: getattr(self, name) for name in RULE}
            find = partial(open_saved_fit, self, seed, continued, **content)
            train = partial(fit_windows, np.zeros_like(n_held_out), rule=rule)
            train_on_all(self, unfitted, continued, train, find)
        return self

    def _fit_windows(
        self,
        data: SeriesData,
        n_held_out: NDArray[np.int64],
        *,
        seed: int,
        before: Any,
        masked: bool,
        rule: dict[str, Any] | None = None,
        n_epochs: int | None = None,
        like: dict[str, Any] | None = None,
        **how: Any,
    ) -> None:
        """Learn from all but the held-out steps, and how forecasts are put together.

        Where the rule for that is known from another part, nothing is held out.
        """
        self._learn_scales(data, n_held_out)
        better_by = self._fit_linear(data, n_held_out, rule)
        training, validation = self._datasets(data, n_held_out, masked)
        self._target.layout = self._layout_of(training.shape)
        plan = {
            "seed": seed,
            "n_rows": self.batches_per_epoch * self.batch_size,
            "stops_early": validation is not None,
            "n_epochs": n_epochs,
            "like": like,
        }
        net = self._make_net(training, plan, before)
        try:
            self._train(net, training, validation, **how)
        except KeyboardInterrupt:
            self._finish(validation, better_by)
            raise
        self._finish(validation, better_by)
        vars(self).update(rule or {})

    def _what_was_learnt(self) -> LearntSeries:
        return LearntSeries(
            self.series_[: self._n_trained],
            self._n_targets,
            self._known,
            self._masked,
            self.window_,
            self.segment_,
        )

    def _refuse_short(self, lengths: NDArray[np.int64]) -> None:
        h, longest = self.horizon, int(lengths.max())
        if longest < h + 1:
            raise ValueError(
                f"No series has horizon + 1 = {h + 1} steps, the longest has "
                f"{longest} (n_samples = {lengths.sum()}); pass longer series, or "
                "lower horizon: predict goes on beyond it."
            )

    def _plan(
        self,
        data: SeriesData,
        n_held_out: NDArray[np.int64],
        learnt: LearntSeries | None,
    ) -> None:
        """Choose period, window and segment where they are "auto"."""
        self.freq_ = None if self._calendar is None else self._calendar[1]
        self.period_ = self.period if self.period != "auto" else period_of(self.freq_)
        self.window_, self.segment_ = self.window, self.segment
        if self.window == "auto":
            if learnt is not None:  # the network goes on as it is
                self.window_, self.segment_ = learnt.window, learnt.segment
                return
            self.window_ = self._find_window(data, n_held_out)
        if self.segment == "auto":
            self.segment_ = usual_segment(self.window_, self.horizon, self.period_)

    def _find_window(self, data: SeriesData, n_held_out: NDArray[np.int64]) -> int:
        """Read as many steps as the linear forecast of the held-out part needs."""
        h, period = self.horizon, self.period_
        usual = usual_window(int(data.lengths.max()), h, period)
        left = int((data.lengths - n_held_out).max())
        self._learn_scales(data, n_held_out)
        series, n_each = self._each_target(data, n_held_out)
        return choose_window(series, n_each, windows_to_try(usual, h, period, left), h)

    def _fit_linear(
        self,
        data: SeriesData,
        n_held_out: NDArray[np.int64],
        rule: dict[str, Any] | None,
    ) -> NDArray[np.float64]:
        """Fit the ridge regression on all windows of all series.

        Where the held-out part has few blocks, say how much better than the last value
        it was before.
        """
        self._coef = self.ridge_alpha_ = None
        self.share_ = 0.0 if self.linear is None else 0.5
        self.chosen_ = "mixture" if self.linear == "mix" else "network"
        self.held_out_error_: dict[str, float] = {}
        self._shifts = self.conformal_width_ = None
        few = 0 < n_held_out.max() < FEW_BLOCKS * self.horizon
        if self.linear is None:
            return np.empty(0)
        self._warn_without_windows(int((data.lengths - n_held_out).max()))
        series, n_each = self._each_target(data, n_held_out)
        alphas = None if rule is None else [rule["ridge_alpha_"]]
        found = choose_ridge(series, n_each, self.window_, self.horizon, alphas)
        self._coef, self.ridge_alpha_ = found.coef, float(found.alpha)
        asked = series, n_each, self.window_, self.horizon
        return better_before(*asked) if few else np.empty(0)

    def _warn_without_windows(self, left: int) -> None:
        """Say that the linear part has nothing to learn from."""
        shorter = left - self.horizon
        if self.window_ > shorter:
            window = f"window={shorter} or less, or " if shorter > 0 else ""
            warn(
                f"The linear part repeats the last value: window={self.window_} and "
                f"horizon={self.horizon} take more steps than the {left} that the "
                f"longest series has to learn from. Pass {window}longer series.",
                NotBetterThanNaiveWarning,
            )

    def _datasets(
        self, data: SeriesData, n_held_out: NDArray[np.int64], masked: bool
    ) -> tuple[WindowDataset, WindowDataset | None]:
        """Cut the windows to train on, and those of the held-out part."""
        standard = self._standardize(data.targets, data.lengths)
        steps = self._share_steps(standard, data.columns, data.weight, data.lengths)
        rows, begins_before = self._windows_to_train_on(data.lengths - n_held_out)
        shape = self._shape_of_windows(masked or begins_before)
        baseline = self._combination().linear if self.linear == "start" else None

        def cut(rows: WindowRows, n_batches: int | None = None) -> WindowDataset | None:
            rows = rows.take(WindowDataset(steps, rows, shape).is_useful())
            if not len(rows.start):
                return None
            return WindowDataset(
                steps, rows, shape, n_batches=n_batches, baseline=baseline
            )

        training = cut(rows, self.batches_per_epoch)
        if training is None:
            raise ValueError(
                "No window has both an observed past and an observed step of weight "
                f"above 0 among the horizon={self.horizon} that follow; pass more "
                "observed steps, or lower horizon."
            )
        return training, cut(self._held_out_windows(data.lengths, n_held_out))

    def _windows_to_train_on(
        self, lengths: NDArray[np.int64]
    ) -> tuple[WindowRows, bool]:
        """List the windows of series of these lengths, targets included.

        Of a short series windows begin before it, and half of what is not the last
        horizon is enough to read.
        """
        window, h = self.window_, self.horizon
        least = np.minimum(window, np.maximum(1, (lengths - h) // 2))
        starts = [
            np.arange(m - window, n - window - h + 1)
            for m, n in zip(least.tolist(), lengths.tolist(), strict=True)
        ]
        begins_before = any(len(s) and s[0] < 0 for s in starts)
        return self._rows_of(starts), begins_before

    def _layout_of(self, shape: WindowShape) -> dict[str, Any]:
        self._n_trained = len(self.series_)
        self._masked = shape.masked
        return {
            "horizon": self.horizon,
            "segment": self.segment_,
            "n_known": shape.n_known,
            "n_groups": self._n_trained * self._n_targets,
            "nonlinearity": rare_module_params(self.net_params, self.cell)[
                "nonlinearity"
            ],
        }

    # -- what the base asks ------------------------------------------------------------

    def _learn_input(self, part, seed):
        """Nothing is left to learn of the input."""

    def _count_tokens(self, part):
        """There are no tokens."""

    def _dataset_of(self, part):
        return part

    def _grown_state(self, *, with_optimizer):
        state = export_state(self.net_, with_optimizer=with_optimizer)
        vectors = state["module"]["head.group"]
        vectors = np.concatenate([vectors, vectors.mean(axis=0, keepdims=True)])
        state["module"]["head.group"] = vectors[self._groups_before]
        return state

    def _why_no_step(self):
        return (
            "series whose steps come with update; call update with each that comes, "
            "and then predict"
        )

    def _input_size(self):
        shape = self._shape_of_windows(self._masked)
        return {"n_features": shape.n_features, "numbers_dim": self.hidden_size}


def _refuse_nothing_observed(targets: NDArray[np.float64]) -> None:
    seen: Any = np.isfinite(targets).any(axis=0)
    if not seen.all():
        which = "" if len(seen) == 1 else f" in column {int(np.argmin(seen))}"
        raise ValueError(
            f"y holds no observed value{which}, only NaN; pass a series with values."
        )
