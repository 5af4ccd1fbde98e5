"""An index of dates says what order the steps have, and how far apart they are."""

import numpy as np
import pandas as pd
import pytest

from sklearn_rnn import sliding_windows
from sklearn_rnn.exceptions import SequenceError


def series_of(index):
    return pd.Series(np.arange(float(len(index))), index=index)


def dates(freq="D", **options):
    return pd.date_range("2024-01-01", periods=12, freq=freq, **options)


REGULAR = {
    "days": dates(),
    "days of business": dates("B"),
    "ends of months": dates("ME"),
    "summer time begins": pd.date_range("2024-03-28", periods=8, tz="Europe/Paris"),
    "periods": pd.period_range("2024-01", periods=8, freq="M"),
    "durations": pd.to_timedelta(np.arange(8), unit="h"),
    "texts of dates": dates().strftime("%Y-%m-%d"),
    "objects of date": pd.Index(list(dates().date)),
    "30 Hz": pd.to_datetime(np.round(np.arange(8) * 1000 / 30), unit="ms"),
    "names": pd.Index(list("hgfedcba")),
    "numbers of rows before they were sorted": pd.Index([3, 1, 2, 0, 7, 6, 5, 4]),
}


@pytest.mark.parametrize("index", REGULAR.values(), ids=REGULAR)
def test_regular_series_are_cut(index):
    series = series_of(index)
    X, _ = sliding_windows(series, 2)
    np.testing.assert_array_equal(X[:, 0], series[:-2])


IRREGULAR = {
    "backwards": (
        lambda series: series[::-1],
        "runs backwards: 2024-01-12.* is followed by 2024-01-11",
        lambda series: series.sort_index(),
    ),
    "shuffled": (
        lambda series: series.iloc[[0, 2, 1, *range(3, 12)]],
        "not in the order of time: 2024-01-03.* is followed by 2024-01-02",
        lambda series: series.sort_index(),
    ),
    "doubled": (
        lambda series: pd.concat([series[:5], series[4:]]),
        "has 2024-01-05.* twice, at the steps 4 and 5",
        lambda series: series[~series.index.duplicated()],
    ),
    "gap": (
        lambda series: series.drop(series.index[4:6]),
        r"2024-01-04.* is followed by 2024-01-07.*series.asfreq\('D'\).ffill\(\)",
        lambda series: series.asfreq("D").ffill(),
    ),
    "no date": (
        lambda series: pd.concat([series, pd.Series([1.0], index=[pd.NaT])]),
        "no date .NaT. at position 12",
        lambda series: series[series.index.notna()],
    ),
}


@pytest.mark.parametrize(("spoil", "words", "mend"), IRREGULAR.values(), ids=IRREGULAR)
@pytest.mark.parametrize("frame", [False, True], ids=["series", "frame"])
def test_irregular_series_are_refused_and_the_cure_works(spoil, words, mend, frame):
    series = spoil(series_of(dates()))
    series = series.to_frame() if frame else series
    with pytest.raises(SequenceError, match=words):
        sliding_windows(series, 3)
    assert len(sliding_windows(mend(series), 3)[0]) == 9
    assert len(sliding_windows(series.to_numpy(), 3)[0]) >= 7


GAPS = {
    "B": (dates("B"), lambda series: series.asfreq("B").ffill()),
    "MS": (dates("MS"), lambda series: series.asfreq("MS").ffill()),
    "h": (
        pd.to_timedelta(np.arange(12), unit="h"),
        lambda series: series.resample("h").asfreq().ffill(),
    ),
    "period_range": (
        pd.period_range("2024-01", periods=12, freq="M"),
        lambda series: series.reindex(
            pd.period_range(series.index[0], series.index[-1])
        ).ffill(),
    ),
}


@pytest.mark.parametrize("name", GAPS)
def test_a_gap_is_found_in_the_frequency_that_most_dates_have(name):
    index, mend = GAPS[name]
    series = series_of(index).drop(index[7])
    with pytest.raises(SequenceError, match=name) as caught:
        sliding_windows(series, 3)
    assert f"{index[6]} is followed by {index[8]}" in str(caught.value)
    assert len(sliding_windows(mend(series), 3)[0]) == 9


@pytest.mark.parametrize("times", [dates()[:5], range(5)], ids=["dates", "integers"])
def test_windows_never_cross_from_one_series_into_the_next(times):
    index = pd.MultiIndex.from_product([["p", "q"], times])
    panel = pd.Series(np.arange(10.0), index=index)
    X, y = sliding_windows(panel, 3)
    expected = [[0, 1, 2], [1, 2, 3], [5, 6, 7], [6, 7, 8]]
    np.testing.assert_array_equal(X, expected)
    np.testing.assert_array_equal(y, [3, 4, 8, 9])
    X, y = sliding_windows(panel.iloc[[0, 5, 1, 6, 2, 7, 3, 8, 4, 9]].to_frame(), 3)
    np.testing.assert_array_equal(X[..., 0], expected)
    X, _ = sliding_windows(panel.iloc[:7], 3)  # the second is too short
    np.testing.assert_array_equal(X, expected[:2])
    with pytest.raises(SequenceError, match="the series 'q' has steps of unequal"):
        sliding_windows(panel.drop(index[7]), 3)
    with pytest.raises(ValueError, match=r"at least .* = 9 steps, got 5"):
        sliding_windows(panel, 8)
