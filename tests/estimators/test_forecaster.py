"""Forecasts of series: what is read, what is kept, and how forecasts go on."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, check_regressors_train

import sklearn_rnn
from sklearn_rnn import RNNForecaster, sequences_from_frame
from sklearn_rnn._training._callbacks import PauseTraining
from sklearn_rnn.callbacks import Checkpoint, TimeBudget
from sklearn_rnn.exceptions import NotBetterThanNaiveWarning
from sklearn_rnn.inspection import explain

pd = pytest.importorskip("pandas")

TINY = {
    "hidden_size": 4,
    "max_epochs": 2,
    "batches_per_epoch": 2,
    "batch_size": 8,
    "lr": 0.01,
    "random_state": 0,
}
rng = np.random.default_rng(0)
SEASON = np.sin(2 * np.pi * np.arange(90) / 6)
WAVE = 10 + 3 * SEASON + 0.1 * rng.normal(size=90)
TABLE = pd.DataFrame({"shop": ["a", "b"], "sold": [1.0, 2.0]})
MONTHS = pd.Series(WAVE, pd.date_range("2015-01", periods=90, freq="MS"), name="sold")


def make(horizon=4, **params):
    return RNNForecaster(horizon, **{**TINY, "period": 6, **params})


def make_panel(n=40, names="cab"):
    """Sales of some shops on many days, 5 more of them with a promotion."""
    days = pd.date_range("2024-02-01", periods=n + 8, freq="D")
    draw = np.random.default_rng(1)
    frame = pd.DataFrame(
        [(name, day) for name in names for day in days], columns=["shop", "day"]
    )
    frame["promo"] = draw.integers(2, size=len(frame)).astype(float)
    levels = frame["shop"].map({name: 100.0 * i for i, name in enumerate(names)})
    sold = levels + 5 * frame["promo"] + draw.normal(size=len(frame))
    is_past = frame["day"] < days[n]
    return frame, sold, is_past


# -- forecasts -------------------------------------------------------------------------


def test_a_season_is_continued_with_bands_that_do_not_cross():
    fitted = make(quantiles=[0.1, 0.4, 0.9]).fit(MONTHS)
    expected = 10 + 3 * np.sin(2 * np.pi * np.arange(90, 94) / 6)
    np.testing.assert_allclose(fitted.predict(), expected, atol=0.5)
    bands = fitted.predict_quantiles()
    assert bands.shape == (4, 3)
    assert (np.diff(bands) >= 0).all()
    frame = fitted.forecast()
    assert frame.index.equals(pd.date_range("2022-07", periods=4, freq="MS"))
    assert frame.columns.tolist() == [("sold", 0.1), ("sold", 0.4), ("sold", 0.9)]
    np.testing.assert_array_equal(frame.to_numpy(), bands)
    assert fitted.conformal_width_.shape == (4, 3)
    assert fitted.freq_ == "MS"


def test_the_linear_part_is_ridge_on_windows_less_their_last_value():
    fitted = make(2, window=6, early_stopping=False).fit(WAVE)
    z = (WAVE - np.sort(WAVE)[44]) / WAVE.std()
    rows = np.lib.stride_tricks.sliding_window_view(z, 8)
    rows = rows - rows[:, [5]]
    ridge = Ridge(fitted.ridge_alpha_, fit_intercept=False)
    ridge.fit(rows[:, :6], rows[:, 6:])
    np.testing.assert_allclose(fitted._coef, ridge.coef_.T, atol=1e-6)


def test_beyond_the_horizon_forecasts_go_on_from_their_own():
    fitted = make(4).fit(WAVE)
    nine = fitted.predict(np.empty((9, 0)))
    np.testing.assert_array_equal(nine[:4], fitted.predict())
    fitted.update(nine[:4])
    np.testing.assert_allclose(nine[4:8], fitted.predict(), rtol=1e-12)


def test_update_then_predict_is_the_forecast_from_the_longer_past():
    fitted = make().fit(WAVE[:80])
    before = fitted.predict()
    at_once = pickle.loads(pickle.dumps(fitted)).update(WAVE[80:])
    for value in WAVE[80:]:
        fitted.update([value])
    np.testing.assert_array_equal(fitted.predict(), at_once.predict())
    assert not np.array_equal(fitted.predict(), before)


def test_what_is_added_to_a_series_is_added_to_its_forecast():
    grid = np.round(WAVE * 64) / 64  # sums with whole numbers are exact
    fitted, moved = make().fit(grid), make().fit(grid + 4096)
    np.testing.assert_array_equal(moved.predict(), fitted.predict() + 4096)


def test_several_targets_are_forecast_side_by_side_and_a_gap_is_not_observed():
    Y = np.column_stack([WAVE, WAVE[::-1] * 100])
    Y[20:24, 0] = Y[-1, 1] = np.nan
    fitted = make().fit(Y)
    forecast = fitted.predict()
    assert forecast.shape == (4, 2)
    assert np.isfinite(forecast).all()
    assert fitted.n_outputs_ == 2
    assert abs(forecast[:, 1] - 1000).max() < 600
    frame = pd.DataFrame(Y, columns=["a", "b"])
    assert make().fit(frame).forecast().columns.tolist() == ["a", "b"]


def test_columns_of_the_past_only_are_read_there_and_nowhere_else():
    X = np.column_stack([SEASON, rng.normal(size=90)])
    how = {"past_only": [1], "linear": None, "early_stopping": False}
    fitted = make(**how).fit(X[:80], WAVE[:80])
    future = X[80:].copy()
    expected = fitted.predict(future)
    future[:, 1] = 1e9
    np.testing.assert_array_equal(fitted.predict(future), expected)
    future[0, 0] += 1  # which is known in advance
    assert not np.array_equal(fitted.predict(future), expected)
    changed = make(**how).fit(X[:80] * [1, -1], WAVE[:80])
    assert not np.array_equal(changed.predict(X[80:]), expected)


# -- panels ----------------------------------------------------------------------------


def test_a_series_alone_is_forecast_as_in_its_panel_in_any_order_of_rows():
    frame, sold, is_past = make_panel()
    panel = make(series="shop", time="day", past_only=["promo"], period="auto")
    past, future = frame[is_past], frame[~is_past]
    fitted = panel.fit(past, sold[is_past])
    assert (fitted.series_, fitted.period_) == (["a", "b", "c"], 7)
    expected = fitted.predict(future)
    order = rng.permutation(len(future))
    np.testing.assert_array_equal(fitted.predict(future.iloc[order]), expected[order])
    alone = fitted.predict(future[future["shop"] == "b"])
    np.testing.assert_array_equal(alone, expected[future["shop"] == "b"])
    mixed = past.sample(frac=1, random_state=0)
    again = clone(panel).fit(mixed, sold[mixed.index])
    np.testing.assert_array_equal(again.predict(future), expected)
    forecast = fitted.forecast()
    assert forecast.index.names == ["shop", "day"]
    np.testing.assert_array_equal(
        forecast.loc["a"].to_numpy().ravel(),
        fitted.predict(future[future["shop"] == "a"])[:4],
    )


def test_a_new_series_comes_with_update_and_a_row_left_out_was_not_observed():
    frame, sold, is_past = make_panel()
    known = is_past & (frame["shop"] != "c")
    fitted = make(series="shop", time="day").fit(frame[known], sold[known])
    future = frame[~is_past]
    with pytest.raises(ValueError, match="not known: 'c'; pass their past with update"):
        fitted.predict(future)
    fitted.update(*(part[is_past & (frame["shop"] == "c")] for part in (frame, sold)))
    level = sold[is_past & (frame["shop"] == "c")].mean()
    forecast = fitted.predict(future)[(future["shop"] == "c").to_numpy()]
    np.testing.assert_allclose(forecast, level, atol=15)
    late = future[future["shop"] == "a"].iloc[[3]]
    fitted.update(late, [1.0])
    np.testing.assert_array_equal(
        np.isnan(fitted._past_values[0][-4:, 0]), [True, True, True, False]
    )


def test_a_new_series_has_the_mean_of_the_vectors_that_were_learnt():
    frame, sold, is_past = make_panel(names="ab")
    how = {"series": "shop", "time": "day", "linear": None, "early_stopping": False}
    fitted = make(**how).fit(frame[is_past], sold[is_past])
    first = frame["shop"] == "a"
    past, future = frame[first & is_past], frame[first & ~is_past]
    fitted.update(past.assign(shop="twin"), sold[first & is_past])

    def ask():
        return [fitted.predict(future.assign(shop=name)) for name in ("a", "twin")]

    assert not np.array_equal(*ask())
    with torch.no_grad():
        fitted.net_.module_.head.group[:] = 0.5
    np.testing.assert_array_equal(*ask())


# -- the rule --------------------------------------------------------------------------


def test_a_random_walk_is_not_better_than_naive_and_that_is_said():
    walk = np.random.default_rng(3).normal(size=200).cumsum()
    with pytest.warns(NotBetterThanNaiveWarning, match="last value"):
        fitted = make(quantiles=[0.1, 0.9]).fit(walk)
    assert fitted.chosen_ == "repeat_last"
    np.testing.assert_allclose(fitted.predict(), walk[-1])
    assert set(fitted.held_out_error_) == {
        "repeat_last",
        "linear",
        "network",
        "mixture",
        "seasonal",
    }


def test_a_share_is_of_the_linear_part_and_errors_are_those_of_the_held_out_part():
    fitted = make(2, window=6, validation_fraction=0.2).fit(WAVE)
    assert 0 <= fitted.share_ <= 1
    scale, origins = WAVE[:72].std(), np.arange(72, 89)
    naive = [(WAVE[i : i + 2] - WAVE[i - 1]) / scale for i in origins]
    assert fitted.held_out_error_["repeat_last"] == pytest.approx(
        np.mean(np.square(naive)), rel=1e-5
    )
    seasonal = [(WAVE[i : i + 2] - WAVE[i - 6 : i - 4]) / scale for i in origins]
    assert fitted.held_out_error_["seasonal"] == pytest.approx(
        np.mean(np.square(seasonal)), rel=1e-5
    )


# -- scikit-learn ----------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NotBetterThanNaiveWarning")
def test_a_fold_of_time_series_split_is_the_future():
    X = pd.DataFrame({"season": SEASON}, MONTHS.index)
    folds = TimeSeriesSplit(2, test_size=12)
    scores = cross_val_score(make(), X, MONTHS, cv=folds, error_score="raise")
    train, test = list(folds.split(X))[-1]
    fitted = make().fit(X.iloc[train], MONTHS.iloc[train])
    expected = fitted.score(X.iloc[test], MONTHS.iloc[test])
    assert scores[-1] == expected
    pipeline = make_pipeline(StandardScaler(), make())
    grid = {"rnnforecaster__window": [6, 12]}
    search = GridSearchCV(pipeline, grid, cv=folds, error_score="raise")
    assert search.fit(X, MONTHS).predict(X[:5]).shape == (5,)


def test_files_and_copies_forecast_the_same_bits(tmp_path):
    frame, sold, is_past = make_panel()
    fitted = make(series="shop", time="day", quantiles=[0.1, 0.9])
    fitted.fit(frame[is_past], sold[is_past])
    expected = fitted.predict_quantiles(frame[~is_past])
    sklearn_rnn.save(fitted, tmp_path / "forecaster.skops")
    loaded = sklearn_rnn.load(tmp_path / "forecaster.skops")
    pickled = pickle.dumps(fitted)
    assert b"torch" not in pickled
    for copy in (loaded, pickle.loads(pickled)):
        np.testing.assert_array_equal(copy.predict_quantiles(frame[~is_past]), expected)


class InTheSecondEpoch(TimeBudget):
    """A budget that ends in the second epoch, however fast the machine is."""

    def on_batch_end(self, net, training=False, **kwargs):
        if len(net.history) > 1:
            raise PauseTraining


def test_a_fit_that_was_cut_short_goes_on_from_its_checkpoint(tmp_path):
    whole = make(max_epochs=3).fit(WAVE)
    callbacks = [Checkpoint(tmp_path / "fit")]
    broken = make(max_epochs=3, callbacks=[*callbacks, InTheSecondEpoch(1)]).fit(WAVE)
    assert broken.n_iter_ == 1
    resumed = make(max_epochs=3, callbacks=callbacks).fit(WAVE)
    assert resumed.n_iter_ == 3
    np.testing.assert_array_equal(resumed.predict(), whole.predict())


def test_a_step_without_weight_or_value_is_no_target_though_it_is_read():
    weight, broken = np.ones(90), WAVE.copy()
    weight[30:40], broken[50:60] = 0, np.nan
    forecaster = make(window=12)
    forecaster._begin()
    data = forecaster._read_series(broken, None, weight, reset=True)
    forecaster._plan(data, np.array([0]), None)
    forecaster._learn_scales(data, np.array([0]))
    standard = forecaster._standardize(data.targets, data.lengths)
    steps = forecaster._share_steps(standard, data.columns, data.weight, data.lengths)
    first = steps.firsts[0]
    counts = np.ones(90)
    counts[30:40] = counts[50:60] = 0
    np.testing.assert_array_equal(steps.weight[0, first:], counts)
    seen = np.isfinite(broken)
    np.testing.assert_array_equal(steps.observed[0, first:], seen)
    np.testing.assert_allclose(
        steps.values[0, first:][seen], standard[seen, 0], rtol=1e-6
    )


@pytest.mark.parametrize("horizon", [4, 20])  # without and with a gap in each horizon
@pytest.mark.parametrize("by_weight", [True, False])
def test_gaps_leave_the_linear_part_what_it_learns_from(horizon, by_weight):
    weight, gaps = np.ones(90), WAVE.copy()
    weight[::11] = 0
    gaps[::11] = np.nan
    data = (WAVE, None, weight) if by_weight else (gaps,)
    error = make(horizon).fit(*data).held_out_error_
    assert error["linear"] < 0.1 * error["repeat_last"]


def test_a_window_that_no_series_fills_is_said():
    with pytest.warns(NotBetterThanNaiveWarning, match="Pass window=72 or less, or lo"):
        make(window=80).fit(WAVE)
    error = make(window=72, max_epochs=1).fit(WAVE).held_out_error_
    assert error["linear"] < 0.5 * error["repeat_last"]


def test_the_held_out_part_teaches_nothing():
    later = WAVE.copy()
    later[-8:] += rng.normal(size=8)
    how = {"linear": None, "validation_fraction": 0.2, "n_iter_no_change": 99}
    how["window"] = 12  # which would be chosen on that part
    one, other = make(**how).fit(WAVE), make(**how).fit(later)
    losses = [fitted.history_["train_loss"] for fitted in (one, other)]
    np.testing.assert_array_equal(*losses)
    assert one.held_out_error_ != other.held_out_error_


@pytest.mark.parametrize("before", [0.0, np.nan, "noise"])
def test_a_series_launched_in_the_held_out_part_does_not_decide_for_the_others(before):
    launched = np.random.default_rng(0).normal(size=90)
    if before != "noise":
        launched[:] = before
    launched[-10:] = 1000 + 20 * np.arange(10) ** 2
    series = {"a": WAVE, "b": 2 * WAVE, "c": 50 * WAVE, "launched": launched}
    long = pd.DataFrame(series).melt(var_name="item", value_name="sold")
    how = {"series": "item", "quantiles": [0.1, 0.9], "window": 12}
    three = make(**how).fit(long[long["item"] != "launched"])
    four = make(**how).fit(long)
    assert four.chosen_ == three.chosen_ == "linear"
    assert four.held_out_error_["linear"] < 0.1
    np.testing.assert_allclose(four.conformal_width_, three.conformal_width_, atol=0.5)


def test_a_constant_series_has_the_median_scale_of_the_others():
    series = {"a": WAVE, "b": 2 * WAVE, "c": 50 * WAVE, "d": np.ones(90)}
    long = pd.DataFrame(series).melt(var_name="item", value_name="sold")
    forecaster = make(series="item", max_epochs=1).fit(long)
    np.testing.assert_allclose(forecaster._scales[3], forecaster._scales[1])


def test_warm_start_goes_on_from_the_weights_there_are():
    once = make(early_stopping=False).fit(WAVE)
    more = make(early_stopping=False, warm_start=True).fit(WAVE)
    np.testing.assert_array_equal(more.predict(), once.predict())
    more.fit(WAVE)
    assert not np.array_equal(more.predict(), once.predict())


def test_warm_start_finds_the_vectors_of_series_by_their_names():
    frame, sold, _ = make_panel()
    how = {"series": "shop", "time": "day", "linear": None, "early_stopping": False}
    forecaster = make(**how, window=6, warm_start=True).fit(frame, sold)

    def fit_vectors(names, **params):
        rows = frame["shop"].isin(list(names))
        forecaster.set_params(**params).fit(frame[rows], sold[rows])
        return forecaster.net_.module_.head.group.detach().numpy()

    first = forecaster.net_.module_.head.group.detach().numpy()  # of a, b, c
    second = fit_vectors("cb", lr=1e-12)
    np.testing.assert_allclose(second, first[1:], atol=1e-6)
    third = fit_vectors("abc")  # a is new again
    expected = [second.mean(axis=0), *second]
    np.testing.assert_allclose(third, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("then", "now", "message"),
    [
        ((WAVE,), (np.where(SEASON > 0.8, np.nan, WAVE),), "no step without a value"),
        ((WAVE,), (np.column_stack([WAVE, WAVE]),), "1 targets then and 2 now"),
        ((SEASON[:, None], WAVE), (WAVE,), "1 columns then and 0 now"),
    ],
)
def test_warm_start_says_which_data_it_cannot_go_on_with(then, now, message):
    forecaster = make(warm_start=True, max_epochs=1, linear=None, early_stopping=False)
    with pytest.raises(ValueError, match=message):
        forecaster.fit(*then).fit(*now)
    forecaster.set_params(warm_start=False).fit(*now)
    forecaster.set_params(warm_start=True).fit(*now)


def test_warm_start_goes_on_where_nothing_is_missing_any_more():
    gaps = np.where(SEASON > 0.8, np.nan, WAVE)
    make(warm_start=True, max_epochs=1).fit(gaps).fit(WAVE)


# -- edges and errors ------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NotBetterThanNaiveWarning")
@pytest.mark.parametrize("n", [5, 11])
@pytest.mark.parametrize("constant", [True, False])
def test_a_short_or_constant_series_has_a_forecast(n, constant):
    y = np.full(n, 7.0) if constant else WAVE[:n]
    fitted = make(4, max_epochs=1).fit(y)
    forecast = fitted.predict(np.empty((9, 0)))
    assert np.isfinite(forecast).all()
    if constant:
        np.testing.assert_array_equal(forecast, 7)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: make(90).fit(WAVE), r"No series has horizon \+ 1 = 91 steps.*90"),
        (lambda: make().fit([1.0]), r"has 1 \(n_samples = 1\)"),
        (lambda: make().fit(np.full(90, np.nan)), "no observed value, only NaN"),
        (lambda: make(quantiles=[0.9, 0.1]).fit(WAVE), r"quantiles must rise"),
        (lambda: make().fit(WAVE).predict_quantiles(), r"quantiles=\[0.1, 0.5, 0.9\]"),
        (
            lambda: make(past_only=["x"]).fit(pd.DataFrame({"z": SEASON}), WAVE),
            "past_only names 'x', which is no column of X; it has \\['z'\\]",
        ),
        (
            lambda: make(4, early_stopping=True).fit(WAVE[:7]),
            "early_stopping=True holds out at least horizon=4",
        ),
        (
            lambda: make().fit(pd.DataFrame({"z": SEASON}), WAVE).predict(),
            "X of the future is missing",
        ),
        (
            lambda: (
                make()
                .fit(pd.DataFrame({"z": SEASON}), WAVE)
                .predict(pd.DataFrame({"q": SEASON[:4]}))
            ),
            r"columns \['q'\], but fit saw \['z'\]. It lacks \['z'\]",
        ),
        (
            lambda: make().fit(MONTHS).predict(MONTHS[:4]),
            r"has 2015-01-01 00:00:00, but the last step known is 2022-06-01",
        ),
        (
            lambda: make().fit(MONTHS).update(MONTHS[-2:]),
            r"has 2022-05-01 00:00:00, but the last step known is 2022-06-01",
        ),
        (
            lambda: (
                make()
                .fit(pd.DataFrame({"z": SEASON}, MONTHS.index), MONTHS)
                .predict(pd.DataFrame({"z": [1.0]}, [pd.Timestamp("2022-08-01")]))
            ),
            "X of the future lacks rows.*1 of the 2 steps.*first of them step 1 ahead;",
        ),
        (lambda: make().fit([WAVE, WAVE[1:]]), "a sequence in each of its 2 rows"),
        (
            lambda: make().fit(sequences_from_frame(TABLE, series="shop")),
            "a row is a step of time",
        ),
        (lambda: make().fit(WAVE).step([1.0]), "call update with each that comes"),
        (lambda: make().fit(WAVE).predict(3), r"got 3; pass np.empty\(\(3, 0\)\)"),
        (
            lambda: make().fit(WAVE).predict(np.array(12)),
            r"got 12; pass.*\(\(12, 0\)\)",
        ),
        (lambda: make().fit(WAVE).predict(2.5), r"got 2.5; leave X out for the steps"),
        (lambda: make().fit(WAVE).predict(-3), r"got -3; leave X out for the steps"),
        (lambda: make().fit(WAVE).predict("May"), r"got 'May'; leave X out"),
        (lambda: make().fit(WAVE).predict(np.empty((0, 0))), r"got none; leave X out"),
        (lambda: make().fit(WAVE).update(3.5), r"got 3.5; pass a single.* \[3.5\]"),
        (lambda: make().fit(np.array(3.5)), r"got 3.5; pass a single.* \[3.5\]"),
        (lambda: make().fit(None, WAVE), r"got None; pass the series alone: fit\(y\)"),
        (lambda: make().fit(WAVE).score([np.nan] * 3), "no row without NaN"),
    ],
)
def test_an_error_says_what_to_do(attempt, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotBetterThanNaiveWarning)
        with pytest.raises((ValueError, TypeError), match=message):
            attempt()


def test_what_a_forecaster_cannot_do_is_said(tmp_path):
    fitted = make(max_epochs=1).fit(WAVE)
    assert not hasattr(fitted, "partial_fit")
    with pytest.raises(AttributeError) as refused:
        fitted.partial_fit(WAVE)
    assert "Call update" in str(refused.value.__cause__)
    with pytest.raises(TypeError, match="shuffle it, but not that of series"):
        explain(fitted, WAVE)
    pytest.importorskip("onnx")
    with pytest.raises(ValueError, match=r"past of each series.*sklearn_rnn\.save"):
        sklearn_rnn.export_onnx(fitted, tmp_path / "forecaster.onnx")


# By nature of time; where a forecast does not vary, they pass.
EXPECTED = {
    "check_methods_sample_order_invariance": "rows are steps, whose order is time",
    "check_methods_subset_invariance": "rows are steps: of a subset they are others",
    "check_sample_weight_equivalence_on_dense_data": (
        "a step that is left out, or comes twice, makes another series"
    ),
}


@pytest.mark.slow
@pytest.mark.changes_global_state
@pytest.mark.filterwarnings("ignore")
def test_every_official_check_passes_but_those_on_order_and_subsets_of_rows():
    quick = RNNForecaster(hidden_size=4, max_epochs=1, batches_per_epoch=1)
    results = check_estimator(
        quick, expected_failed_checks=EXPECTED, on_skip=None, on_fail=None
    )
    # It is to be learnt what X says of steps to come.
    trained = RNNForecaster(
        linear="start", max_epochs=1, batches_per_epoch=50, lr=0.01, random_state=0
    )
    check_regressors_train("RNNForecaster", trained)
    failed = {r["check_name"] for r in results if r["status"] == "failed"}
    assert failed <= {"check_regressors_train"}
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert skipped == set()
    assert len(results) > 50


def test_what_is_masked_was_not_observed():
    masked = np.ma.masked_greater(WAVE, 12)
    broken = np.where(masked.mask, np.nan, WAVE)
    expected = make(max_epochs=1).fit(broken).predict()
    np.testing.assert_array_equal(make(max_epochs=1).fit(masked).predict(), expected)
    X = np.ma.masked_array(SEASON[:, np.newaxis], masked.mask[:, np.newaxis])
    fitted = make(max_epochs=1).fit(X, masked)
    filled = X.filled(np.nan)
    again = make(max_epochs=1).fit(filled, broken)
    np.testing.assert_array_equal(fitted.predict(X[:4]), again.predict(filled[:4]))


def test_the_frame_of_a_forecast_has_the_rows_of_x_in_their_order():
    frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=94)})
    fitted = make(time="day").fit(frame[:90], WAVE)
    order = [2, 0, 3]
    said = fitted.forecast(frame[90:].iloc[order])
    assert said.index.tolist() == frame["day"][90:].iloc[order].tolist()
    np.testing.assert_array_equal(said["y"], fitted.predict()[order])


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_a_series_of_any_unit_has_the_same_forecast(unit):
    expected = make(max_epochs=1).fit(WAVE).predict()
    found = make(max_epochs=1).fit(WAVE * unit).predict()
    np.testing.assert_allclose(found, expected * unit, rtol=1e-4)


def test_columns_of_the_future_are_matched_by_name():
    X = pd.DataFrame({"a": SEASON, "b": WAVE})
    fitted = make(past_only=["b"]).fit(X, WAVE)
    expected = fitted.predict(X[:5])
    np.testing.assert_array_equal(fitted.predict(X[:5][["b", "a"]]), expected)
    np.testing.assert_array_equal(fitted.predict(X[:5][["a"]]), expected)


def test_columns_of_the_past_only_may_be_left_out_of_an_array_too():
    X = np.column_stack([SEASON, np.arange(90) % 5.0])
    forecaster = make(past_only=[0], max_epochs=1).fit(X[:80], WAVE[:80])
    said = forecaster.predict(X[80:])
    np.testing.assert_array_equal(forecaster.predict(X[80:, 1:]), said)
    with pytest.raises(ValueError, match=r"in advance, \[1\]; pass X"):
        forecaster.predict()
    with pytest.raises(ValueError, match="X has 1 columns, but fit saw 2"):
        forecaster.update(X[80:, 1:], WAVE[80:])


def test_names_of_columns_go_with_the_columns():
    forecaster = make(max_epochs=1).fit(pd.DataFrame({"a": SEASON}), WAVE)
    assert forecaster.feature_names_in_.tolist() == ["a"]
    assert not hasattr(forecaster.fit(WAVE), "feature_names_in_")


def test_a_column_of_text_is_refused_with_what_a_forecaster_can_do():
    X = pd.DataFrame({"shop": ["a"] * 90})
    with pytest.raises(ValueError, match=r"'shop'(?s:.*)RNNForecaster\(series="):
        make().fit(X, WAVE)
    make(series="shop", max_epochs=1).fit(X, WAVE)
