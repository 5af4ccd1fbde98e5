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
