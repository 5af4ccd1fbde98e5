"""The dates of forecasts, and of what comes after them."""

import numpy as np
import pytest

from sklearn_rnn import RNNForecaster

pd = pytest.importorskip("pandas")

TINY = {
    "hidden_size": 2,
    "max_epochs": 1,
    "batches_per_epoch": 1,
    "random_state": 0,
    "early_stopping": False,
}
DAYS = pd.date_range("2024-01-01", periods=60, freq="D")
WEEKS = np.arange(60) % 7 + 0.01 * np.arange(60)


def make(**params):
    return RNNForecaster(5, **{**TINY, "period": 7, **params})


def test_all_rows_of_a_horizon_in_another_order_keep_their_dates():
    frame = pd.DataFrame({"day": DAYS})
    fitted = make(time="day").fit(frame[:55], WEEKS[:55])
    expected = fitted.forecast(frame[55:])
    backwards = fitted.forecast(frame[55:][::-1])
    pd.testing.assert_frame_equal(backwards, expected[::-1], check_freq=False)
    assert backwards.index.tolist() == DAYS[55:][::-1].tolist()


def test_days_on_which_all_shops_are_closed_were_not_observed():
    frame = pd.DataFrame({"day": [*DAYS, *DAYS], "shop": ["a"] * 60 + ["b"] * 60})
    sold = np.concatenate([WEEKS, WEEKS + 50])
    broken = np.where(frame["day"].dt.day_of_week == 6, np.nan, sold)
    open_ = np.isfinite(broken)
    expected = make(time="day", series="shop").fit(frame, broken).forecast()
    fitted = make(time="day", series="shop").fit(frame[open_], sold[open_])
    pd.testing.assert_frame_equal(fitted.forecast(), expected)
    by_index = frame[open_].set_index("day")
    again = make(series="shop").fit(by_index, sold[open_]).forecast()
    np.testing.assert_array_equal(again, fitted.forecast())


def test_what_comes_later_may_leave_steps_out_by_index_as_well():
    sold = pd.Series(WEEKS, DAYS)
    filled = sold.copy()
    filled.iloc[[51, 52, 56]] = np.nan
    expected = make().fit(sold[:50]).update(filled[50:]).forecast()
    fitted = make().fit(sold[:50]).update(filled[50:].dropna())
    pd.testing.assert_frame_equal(fitted.forecast(), expected)
    some = fitted.predict(pd.DataFrame(index=expected.index[[0, 3]]))
    np.testing.assert_array_equal(some, expected["y"].iloc[[0, 3]])


def test_a_new_series_without_dates_is_refused_and_nothing_is_noted():
    frame = pd.DataFrame({"shop": ["a"] * 60}, DAYS)
    fitted = make(series="shop").fit(frame, WEEKS)
    expected = fitted.forecast()
    both = pd.DataFrame({"shop": ["a"] * 9 + ["z"] * 9}, [*DAYS[:9], *DAYS[:9]])
    undated = both.reset_index(drop=True)
    with pytest.raises(ValueError, match="X has no dates, but holds new series, 'z'"):
        fitted.update(undated, WEEKS[:18])
    pd.testing.assert_frame_equal(fitted.forecast(), expected)
    fitted.update(undated[:9], WEEKS[:9])  # of a series that is known
    assert fitted.forecast().index[0] == ("a", DAYS[-1] + pd.Timedelta("10D"))
    fitted.update(both[9:], WEEKS[:9])
    assert fitted.forecast().loc["z"].index[0] == DAYS[9]


def test_what_comes_later_is_in_the_order_of_time_as_in_fit():
    sold = pd.Series(WEEKS, DAYS)
    fitted = make().fit(sold[:50])
    with pytest.raises(ValueError, match=r"order of time: 2024-02-23.* 2024-02-22"):
        fitted.update(sold.iloc[[50, 53, 52]])


WAYS_TO_WRITE = {
    "an index": lambda dates: dates,
    "an index of objects": lambda dates: dates.astype(object),
    "an index of texts": lambda dates: pd.Index(dates.strftime("%Y-%m-%d")),
    "an index of a frame": lambda dates: pd.DataFrame(index=dates),
    "a series": pd.Series,
    "an array": lambda dates: dates.to_numpy(),
    "a column": lambda dates: dates.to_numpy().reshape(-1, 1),
    "a list": list,
    "a list of dates of Python": lambda dates: list(dates.date),
    "a list of texts": lambda dates: list(dates.strftime("%Y-%m-%d")),
}


VALUES = [
    how for how in WAYS_TO_WRITE if "texts" not in how and not how.endswith("frame")
]


@pytest.mark.parametrize("how", WAYS_TO_WRITE)
def test_dates_alone_say_which_steps_are_forecast(how):
    fitted = make().fit(pd.Series(WEEKS, DAYS))
    expected = fitted.forecast()
    dates = expected.index[[0, 3]]
    some = fitted.forecast(WAYS_TO_WRITE[how](dates))
    pd.testing.assert_frame_equal(some, expected.iloc[[0, 3]], check_freq=False)
    with pytest.raises(ValueError, match="a row for each step, got none"):
        fitted.predict(WAYS_TO_WRITE[how](dates[:0]))
    if how == "an index of a frame":  # rows that have dates besides
        return
    with pytest.raises(ValueError, match=r"fit saw no dates.*np.empty\(\(2, 0\)\)"):
        make().fit(WEEKS).predict(WAYS_TO_WRITE[how](dates))


@pytest.mark.parametrize(
    "index",
    [
        pd.period_range("2024-01", periods=60, freq="M"),
        pd.timedelta_range("1h", periods=60, freq="h"),
        pd.date_range("2024-02-07", periods=60, tz="Europe/Rome"),
    ],
    ids=lambda index: type(index).__name__,
)
@pytest.mark.parametrize("kind", [list, pd.Series])
def test_times_of_any_kind_say_which_steps_are_forecast(index, kind):
    fitted = make().fit(pd.Series(WEEKS[:55], index[:55]))
    expected = fitted.predict()[[0, 2]]
    np.testing.assert_array_equal(fitted.predict(kind(index[[55, 57]])), expected)


@pytest.mark.parametrize("how", VALUES)
def test_dates_are_no_values_of_a_series(how):
    dates = WAYS_TO_WRITE[how](DAYS)
    fitted = make().fit(WEEKS)
    for fit in (make().fit, fitted.update):
        with pytest.raises(ValueError, match=r"X holds dates.*index=dates"):
            fit(dates)
    with pytest.raises(ValueError, match=r"y holds dates.*index=dates"):
        make().fit(WEEKS.reshape(-1, 1), dates)


WRITTEN = {
    "dates of pandas": DAYS,
    "dates of Python": pd.Index(DAYS.date),
    "texts": pd.Index(DAYS.strftime("%Y-%m-%d")),
    "milliseconds": DAYS.as_unit("ms"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_the_dates_of_y_count_as_those_of_x(written):
    index = WRITTEN[written]
    X, sold = np.zeros((60, 1)), pd.Series(WEEKS, index)
    fitted = make().fit(X[:50], sold[:50])
    assert fitted.freq_ == "D"
    dated = pd.DataFrame(X, DAYS)
    assert make().fit(dated[:50], sold[:50]).freq_ == "D"
    with pytest.raises(
        ValueError, match=r"other dates: 2024-01-01.*2024-01-11.* row 0"
    ):
        make().fit(dated[:40], sold[10:50])
    fitted.update(X[52:], sold[52:])  # two days were not observed
    gaps = np.isnan(fitted._past_values[0][-11:, 0])
    np.testing.assert_array_equal(np.flatnonzero(gaps), [1, 2])
