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
