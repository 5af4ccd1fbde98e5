"""How a forecaster is fitted, and how forecasts go on block by block."""

from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._messages import name_some, warn
from sklearn_rnn._training import (
    SharedSteps,
    WindowDataset,
    WindowRows,
    WindowShape,
    evaluate,
    export_state,
    last_observed,
    rare_module_params,
)
from sklearn_rnn.estimators._forecast_rule import (
    Combination,
    HeldOut,
    choose,
    seasonal_of,
    widen,
)
from sklearn_rnn.estimators._identity import open_saved_fit
from sklearn_rnn.estimators._levels import places_of
from sklearn_rnn.estimators._refit import train_on_all
from sklearn_rnn.estimators._series_input import SeriesData, SeriesInput, scales_of
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.forecasting import choose_ridge, choose_window, fill_forward
from sklearn_rnn.metrics import seasonal_naive_error
from sklearn_rnn.sequences import Calendar

Floats = NDArray[np.float64]

PERIODS = {"D": 7, "B": 5, "W": 52, "M": 12, "Q": 4, "WOM": 12, "LWOM": 12}
"""After how many steps of a frequency series usually repeat themselves."""

SECONDS = {"h": 3600, "min": 60, "s": 1}
"""Of these a day, an hour or a minute is the period."""

PERIODS_TO_TRY = (2, 4, 8, 14, 52)
"""Windows of so many periods are tried; 52 weeks are the year of days."""

LONGEST_TRIED = 400
"""No longer window is tried: the network would take too long for it."""

LAUNCHED = 10.0
"""A series has no scale before a part that makes its deviation so many times larger."""

RULE = (
    "ridge_alpha_",
    "share_",
    "chosen_",
    "held_out_error_",
    "_shifts",
    "conformal_width_",
)
"""What the held-out part decides of how forecasts are put together."""

MAX_HELD_OUT_ROWS = 3000
"""So many held-out windows are looked at after each epoch, evenly."""


class _Learnt(NamedTuple):
    """What the net of the last fit reads."""

    series: list[Any]
    n_targets: int
    known: tuple[bool, ...]
    masked: bool


class ForecastFit(SeriesInput):
    """The part of a forecaster that trains, and that runs the fitted net."""

    __metadata_request__fit: ClassVar[dict] = {
        "groups": UNUSED,
        "X_val": UNUSED,
        "y_val": UNUSED,
    }

    # -- fitting -----------------------------------------------------------------------

    def _fit(self, given, report):
        continued = self.warm_start and hasattr(self, "net_")
        before = (self._target, self._net_spec) if continued else None
        planned = (self.window_, self.segment_) if continued else None
        learnt = self._what_was_learnt() if continued else None
        self._begin(before)
        data = self._read_series(given.X, given.y, given.sample_weight, reset=True)
        masked = bool(np.isnan(data.targets).any())
        if learnt is not None:
            self._check_continues(learnt, masked)
            masked = learnt.masked
        self.n_outputs_ = self._n_targets
        _refuse_nothing_observed(data.targets)
        self._plan(data)
        self._trains_on = False
        content = [data.targets, data.columns, data.weight, data.steps.offsets]
        content = {"data": content, "names": data.steps.names}
        saved_fit, seed = self._find_saved_fit(continued, **content)
        n_held_out = self._hold_out_ends(data.lengths)
        n_held_out = self._keep_of_launched(data, n_held_out)
        self._learn_scales(data, n_held_out)
        if self.window == "auto":
            self._choose_window(data, n_held_out, planned)
        self.naive_error_ = np.array(
            [seasonal_naive_error(data.targets[p], self.period_) for p in data.parts()]
        )
        self._keep_pasts(data)
        self._groups_before = self._find_groups(learnt)
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
        self._fit_linear(data, n_held_out, rule)
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
            self._finish(validation)
            raise
        self._finish(validation)
        vars(self).update(rule or {})

    def _what_was_learnt(self) -> "_Learnt":
        trained = self.series_[: self._n_trained]
        return _Learnt(trained, self._n_targets, self._known, self._masked)

    def _check_continues(self, learnt: "_Learnt", masked: bool) -> None:
        """Refuse data that the net of the last fit cannot read."""
        pairs = {
            "targets": (learnt.n_targets, self._n_targets),
            "columns": (len(learnt.known), len(self._known)),
            "columns known in advance": (sum(learnt.known), sum(self._known)),
            "unobserved steps": (0, int(masked and not learnt.masked)),
        }
        for what, (before, now) in pairs.items():
            if before != now:
                came = f"{before} {what} then and {now} now"
                if what == "unobserved steps":
                    came = "no step without a value then and some now"
                raise ValueError(
                    "warm_start=True goes on with the weights of the last fit, but "
                    f"there were {came}; pass data like those, or fit once with "
                    "warm_start=False."
                )

    def _find_groups(self, learnt: "_Learnt | None") -> NDArray[np.int64]:
        """Say which learnt vector each target of each series had; -1 without one."""
        trained = [] if learnt is None else learnt.series
        place = {name: i for i, name in enumerate(trained)}
        ids = np.array([place.get(name, -1) for name in self.series_])[:, np.newaxis]
        k = self._n_targets
        groups: Any = np.where(ids < 0, -1, ids * k + np.arange(k)).reshape(-1)
        return groups.astype(np.int64)

    def _plan(self, data: SeriesData) -> None:
        """Choose period, window and segment where they are "auto"."""
        h, longest = self.horizon, int(data.lengths.max())
        if longest < h + 1:
            raise ValueError(
                f"No series has horizon + 1 = {h + 1} steps, the longest has "
                f"{longest} (n_samples = {len(data.targets)}); pass longer series, or "
                "lower horizon: predict goes on beyond it."
            )
        self.freq_ = None if self._calendar is None else self._calendar[1]
        self.period_ = self.period if self.period != "auto" else period_of(self.freq_)
        self.window_ = self.window
        if self.window == "auto":
            self.window_ = _choose_window(longest, h, self.period_)
        self.segment_ = self.segment
        if self.segment == "auto":
            self.segment_ = _choose_segment(self.window_, h, self.period_)

    def _hold_out_ends(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the steps held out at the end of each series."""
        h = self.horizon
        wanted = np.maximum(h, np.round(self.validation_fraction * lengths)).astype(int)
        long_enough = lengths - wanted >= h + 1
        if self.early_stopping is True and not long_enough.any():
            raise ValueError(
                f"early_stopping=True holds out at least horizon={h} steps of a series "
                f"and horizon + 1 must be left, but the longest has {lengths.max()}; "
                "pass longer series, a lower horizon, or early_stopping='auto'."
            )
        return np.where(long_enough & bool(self.early_stopping), wanted, 0)

    def _keep_of_launched(
        self, data: SeriesData, n_held_out: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Hold nothing out of series that say nothing of their scale before that part.

        In a scale that is too small their errors would decide for all series. Where
        there are no others they stay.
        """
        cuts = zip(data.parts(), n_held_out, strict=True)
        before = [
            scales_of(data.targets[part.start : part.stop - n], 0.0)[1]
            for part, n in cuts
        ]
        whole = [scales_of(data.targets[part], 0.0)[1] for part in data.parts()]
        launched = (np.array(whole) > LAUNCHED * np.array(before)).any(axis=1)
        kept = np.where(launched, 0, n_held_out)
        return kept if kept.any() else n_held_out

    def _learn_scales(self, data: SeriesData, n_held_out: NDArray[np.int64]) -> None:
        """Learn by what series and columns are standardised.

        A series that does not change takes the median scale of the others.
        """
        seen = [
            slice(part.start, part.stop - n)
            for part, n in zip(data.parts(), n_held_out, strict=True)
        ]
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

    def _fit_linear(
        self,
        data: SeriesData,
        n_held_out: NDArray[np.int64],
        rule: dict[str, Any] | None,
    ) -> None:
        """Fit the ridge regression on all windows of all series."""
        self._coef = self.ridge_alpha_ = None
        self.share_ = 0.0 if self.linear is None else 0.5
        self.chosen_ = "mixture" if self.linear == "mix" else "network"
        self.held_out_error_: dict[str, float] = {}
        self._shifts: Any = None
        self.conformal_width_: Any = None
        if self.linear is None:
            return
        self._warn_without_windows(int((data.lengths - n_held_out).max()))
        series, n_each = self._each_target(data, n_held_out)
        alphas = None if rule is None else [rule["ridge_alpha_"]]
        found = choose_ridge(series, n_each, self.window_, self.horizon, alphas)
        self._coef, self.ridge_alpha_ = found.coef, float(found.alpha)

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

    def _choose_window(
        self,
        data: SeriesData,
        n_held_out: NDArray[np.int64],
        planned: tuple[int, int] | None,
    ) -> None:
        """Read as many steps as the linear forecast of the held-out part needs."""
        if planned is not None:  # the network goes on as it is
            self.window_, self.segment_ = planned
            return
        left = int((data.lengths - n_held_out).max())
        windows = _windows_to_try(self.window_, self.horizon, self.period_, left)
        series, n_each = self._each_target(data, n_held_out)
        self.window_ = choose_window(series, n_each, windows, self.horizon)
        if self.segment == "auto":
            self.segment_ = _choose_segment(self.window_, self.horizon, self.period_)

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

    def _standardize(self, targets: Floats, lengths: NDArray[np.int64]) -> Floats:
        levels, scales = (
            np.repeat(part[: len(lengths)], lengths, axis=0)
            for part in (self._levels, self._scales)
        )
        return (targets - levels) / scales

    def _datasets(
        self, data: SeriesData, n_held_out: NDArray[np.int64], masked: bool
    ) -> Any:
        """Cut the windows to train on, and those of the held-out part."""
        standard = self._standardize(data.targets, data.lengths)
        steps = self._share_steps(standard, data.columns, data.weight, data.lengths)
        rows, begins_before = self._windows_to_train_on(data.lengths - n_held_out)
        shape = self._shape_of_windows(masked or begins_before)
        everything = WindowDataset(steps, rows, shape)
        useful = everything.is_useful()
        if not useful.any():
            raise ValueError(
                "No window has both an observed past and an observed step of weight "
                f"above 0 among the horizon={self.horizon} that follow; pass more "
                "observed steps, or lower horizon."
            )
        baseline = self._combination().linear if self.linear == "start" else None
        training = WindowDataset(
            steps,
            rows.take(useful),
            shape,
            n_batches=self.batches_per_epoch,
            baseline=baseline,
        )
        rows = self._held_out_windows(data.lengths, n_held_out)
        held_out = WindowDataset(steps, rows, shape, baseline=baseline)
        rows = rows.take(held_out.is_useful())
        validation = (
            WindowDataset(steps, rows, shape, baseline=baseline)
            if len(rows.start)
            else None
        )
        return training, validation

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
        window = self.window_
        firsts = np.cumsum(lengths + window) - lengths
        places = np.repeat(firsts - (np.cumsum(lengths) - lengths), lengths)
        places = places + np.arange(len(standard))
        seen = np.isfinite(standard)
        ends = np.cumsum(lengths)[:-1]
        filled = [fill_forward(one).data for one in np.split(standard, ends)]
        standard = np.concatenate(filled)
        scaled = (columns - self._column_mean) / self._column_scale
        parts = [
            np.where(np.isfinite(standard), standard, 0.0),
            seen,
            seen * weight[:, np.newaxis],
            np.where(np.isfinite(scaled), scaled, 0.0),
        ]
        n_total = int(lengths.sum() + window * len(lengths))
        shared = []
        for part in parts:
            laid = np.zeros((part.shape[1], n_total), dtype=np.float32)
            laid[:, places] = part.T
            shared.append(laid)
        values, observed, counts, known = shared
        return SharedSteps(values, observed, counts, known, firsts, lengths)

    def _shape_of_windows(self, masked: bool) -> WindowShape:
        h = self._setting("horizon")
        return WindowShape(self.window_, h, self.segment_, masked, tuple(self._known))

    def _windows_to_train_on(self, lengths: NDArray[np.int64]) -> Any:
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

    def _rows_of(self, starts: list[NDArray[np.int64]]) -> WindowRows:
        """Give each window a row for each target."""
        k = self._n_targets
        counts = [len(s) for s in starts]
        series = np.repeat(np.repeat(np.arange(len(starts)), counts), k)
        start = np.repeat(np.concatenate(starts), k)
        target = np.tile(np.arange(k), sum(counts))
        return WindowRows(series, target, start, series * k + target)

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

    def _finish(self, validation: WindowDataset | None) -> None:
        """Find on the held-out part how the forecasts are put together."""
        if validation is None:
            return
        held_out = self._ask_held_out(validation)
        combination, errors = choose(held_out, self._combination())
        self.held_out_error_ = errors
        self.share_, self.chosen_ = combination.share, combination.chosen
        if self._target.levels and self.conformal:
            combination = widen(held_out, combination, self._target.levels)
            self._shifts = combination.shifts
            self.conformal_width_ = self._shifts[:, self._asked_levels()]
        if self.chosen_ == "repeat_last":
            warn(
                "No forecast is better than the last value by more than one standard "
                f"error on the held-out part ({_said(errors)}, mean squared errors of "
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

    def _combination(self) -> Combination:
        adds = self._setting("linear") == "start"
        return Combination(self._coef, adds, self.share_, self.chosen_, self._shifts)

    def _asked_levels(self) -> list[int]:
        return places_of(self._setting("quantiles"), self._target.levels)

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

    # -- forecasting -------------------------------------------------------------------

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
            ahead = []
            for j in active:
                start = offsets[j] + done
                ahead.append(columns[start : min(start + h, offsets[j + 1])])
            block = self._forecast_block(
                ids[active],
                [values[j] for j in active],
                [past[j] for j in active],
                ahead,
            )
            middle = block.shape[3] // 2
            for b, (j, known) in enumerate(zip(active, ahead, strict=True)):
                start = offsets[j] + done
                said[start : start + len(known)] = block[b, : len(known)]
                values[j] = np.vstack([values[j], block[b, :, :, middle]])
                padding = np.full((h - len(known), known.shape[1]), np.nan)
                past[j] = np.vstack([past[j], known, padding])
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

    def _own_pasts(self) -> None:
        """Copy the lists that `update` changes: a shallow copy shares them."""
        for name in ("series_", "_past_values", "_past_columns", "_past_last"):
            setattr(self, name, list(getattr(self, name)))


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


def _choose_window(longest: int, horizon: int, period: int) -> int:
    window = min(max(14 * period, 2 * horizon, 16), (longest - horizon) // 4)
    window = min(max(2 * period, window), max(LONGEST_TRIED, period))
    window = max(1, min(window, longest - horizon))
    return window - window % period if window > period > 1 else window


def _windows_to_try(usual: int, horizon: int, period: int, n_steps: int) -> list[int]:
    """List some windows of whole periods, the usual one first.

    Of days a year is among them. At least three windows fit into what is learnt from.
    """
    longest = min(LONGEST_TRIED, (n_steps - horizon) // 3)
    step = period if period > 1 else usual
    several = PERIODS_TO_TRY if period > 1 else (2, 4)
    return [usual, *(n * step for n in several if usual != n * step <= longest)]


def _choose_segment(window: int, horizon: int, period: int) -> int:
    segment = period
    if not 4 <= period <= 64:
        segment = min(24, window // 8, horizon if horizon > 1 else 24)
    return max(1, min(segment, window))


def _refuse_nothing_observed(targets: Floats) -> None:
    seen: Any = np.isfinite(targets).any(axis=0)
    if not seen.all():
        which = "" if len(seen) == 1 else f" in column {int(np.argmin(seen))}"
        raise ValueError(
            f"y holds no observed value{which}, only NaN; pass a series with values."
        )


def _said(errors: dict[str, float]) -> str:
    return ", ".join(f"{name} {error:.3g}" for name, error in errors.items())
