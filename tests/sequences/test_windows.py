import pickle
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.sequences import (
    Sequences,
    Standardizer,
    Windows,
    _standardize,
    canonical_rows,
    check_sequences,
    iterate_prefixes,
)

SERIES = np.arange(10.0)
PAIRS = np.arange(20.0).reshape(10, 2)  # 10 steps, 2 features


def brute_force(series, window, horizon):
    """Walk along the series step by step."""
    X, y = [], []
    for start in range(len(series)):
        last = start + window - 1
        if last + np.max(horizon) >= len(series):
            break
        X.append([series[start + step] for step in range(window)])
        if np.ndim(horizon) == 0:
            y.append(series[last + horizon])
        else:
            y.append([series[last + ahead] for ahead in horizon])
    return np.array(X), np.array(y)


horizons = st.one_of(
    st.integers(1, 5), st.lists(st.integers(1, 5), min_size=1, max_size=4)
)


@given(
    n_features=st.sampled_from([None, 1, 3]),
    window=st.integers(1, 6),
    horizon=horizons,
    n_more=st.integers(0, 8),
    dtype=st.sampled_from([np.float64, np.float32, np.int16, np.uint8, bool]),
)
def test_windows_are_those_of_a_walk_along_the_series(
    n_features, window, horizon, n_more, dtype
):
    n_timesteps = window + np.max(horizon) + n_more
    shape = (n_timesteps,) if n_features is None else (n_timesteps, n_features)
    series = np.random.default_rng(0).integers(0, 99, shape).astype(dtype)
    X, y = sliding_windows(series, window, horizon)
    expected_X, expected_y = brute_force(series, window, horizon)
    np.testing.assert_array_equal(X, expected_X, strict=True)
    np.testing.assert_array_equal(y, expected_y, strict=True)
    assert len(X) == n_more + 1


@pytest.mark.parametrize(
    ("series", "horizon", "X_shape", "y_shape"),
    [
        (SERIES, 2, (6, 3), (6,)),
        (SERIES, [2], (6, 3), (6, 1)),
        (SERIES, range(1, 5), (4, 3), (4, 4)),
        (PAIRS, 2, (6, 3, 2), (6, 2)),
        (PAIRS, [1, 4], (4, 3, 2), (4, 2, 2)),
    ],
    ids=["one", "a list of one", "the next four", "features", "several of features"],
)
def test_the_axes_follow_the_series_and_the_horizons(series, horizon, X_shape, y_shape):
    X, y = sliding_windows(series, 3, horizon)
    assert X.shape == X_shape
    assert y.shape == y_shape


def test_one_horizon_is_that_step_alone():
    # Windows 0 1 2 to 4 5 6; three steps after them are 5 to 9.
    X, y = sliding_windows(SERIES, window=3, horizon=3)
    np.testing.assert_array_equal(X[0], [0, 1, 2])
    np.testing.assert_array_equal(y, [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(sliding_windows(SERIES, 3, [1, 3])[1][:, 1], y)


def test_dates_are_those_of_the_targets():
    days = np.arange("2001-01-01", "2001-01-11", dtype="datetime64[D]")
    births = np.random.default_rng(0).normal(size=10)
    _, y = sliding_windows(births, window=4, horizon=2)
    on = dict(zip(days, births, strict=True))
    assert [on[day] for day in days[4 + 2 - 1 :]] == y.tolist()


@pytest.mark.parametrize("series", [SERIES, PAIRS], ids=["single", "features"])
def test_windows_share_the_memory_of_the_series_and_cannot_be_written_to(series):
    series = series.copy()
    X, y = sliding_windows(series, 3)
    assert np.shares_memory(X, series)
    assert not X.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        X[0] = 0
    y[:] = -1  # a copy
    assert (series >= 0).all()


def test_any_container_is_read():
    of_one = list(SERIES), tuple(SERIES), pd.Series(SERIES), torch.from_numpy(SERIES)
    of_one += (pd.Series(SERIES, dtype="Float64"),)
    of_several = PAIRS.tolist(), pd.DataFrame(PAIRS), torch.from_numpy(PAIRS)
    for array, containers in ((SERIES, of_one), (PAIRS, of_several)):
        X, y = sliding_windows(array, 3)
        for series in containers:
            found_X, found_y = sliding_windows(series, 3)
            name = str(type(series))
            np.testing.assert_array_equal(found_X, X, err_msg=name, strict=True)
            np.testing.assert_array_equal(found_y, y, err_msg=name, strict=True)


def test_integers_of_numpy_count_as_integers():
    X, y = sliding_windows(SERIES, np.int64(3), np.uint8(2))
    np.testing.assert_array_equal(X, sliding_windows(SERIES, 3, 2)[0])
    np.testing.assert_array_equal(y, sliding_windows(SERIES, 3, 2)[1])


def test_gaps_stay_where_they_are():
    X, y = sliding_windows([1.0, np.nan, 3.0, 4.0], 2)
    np.testing.assert_array_equal(X, [[1, np.nan], [np.nan, 3]])
    np.testing.assert_array_equal(y, [3, 4])


@pytest.mark.parametrize(
    ("series", "horizon"),
    [(SERIES, 1), (SERIES, [1, 2]), (PAIRS, 1), (SERIES.astype(int), 1)],
    ids=["single", "several horizons", "features", "integers"],
)
def test_a_regressor_learns_from_windows_as_from_their_copy(series, horizon):
    X, y = sliding_windows(series, 3, horizon)
    model = RNNRegressor(2, cell="rnn", max_epochs=1, random_state=0)
    predicted = model.fit(X, y).predict(X)
    assert predicted.shape == y.shape
    np.testing.assert_array_equal(
        predicted, model.fit(X.copy(), y).predict(X.copy()), strict=True
    )


# -- what is made of them --------------------------------------------------------


def peak_of(function):
    """Return the most memory that a call held at a time, in bytes."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_the_door_keeps_windows_as_views(dtype):
    series = np.random.default_rng(0).normal(size=20_000).astype(dtype)
    X, _ = sliding_windows(series, 500)
    assert X.nbytes > 400 * series.nbytes
    read = check_sequences(BaseEstimator(), X, reset=True)
    assert np.shares_memory(read.storage, series) == (dtype == np.float32)
    peak = peak_of(lambda: check_sequences(BaseEstimator(), X, reset=True))
    assert peak < 20 * series.nbytes


def test_a_fit_copies_no_more_than_a_batch_of_windows(monkeypatch):
    monkeypatch.setattr(_standardize, "CHUNK", 2**13)  # for a small X in this test
    X, y = sliding_windows(np.random.default_rng(0).normal(size=4_000), 400)
    model = RNNRegressor(2, cell="rnn", bidirectional=False, max_epochs=1)
    model.set_params(batch_size=32, early_stopping=True, random_state=0)
    model.fit(X[:50], y[:50])  # what is loaded once
    assert peak_of(lambda: model.fit(X, y)) < X.nbytes / 4


@pytest.mark.parametrize(
    "X",
    [
        sliding_windows(SERIES % 3, 4)[0],  # with rows that are equal
        sliding_windows(PAIRS % 3, 4)[0],
        sliding_windows(PAIRS, 4)[0][1::2],
        sliding_windows(PAIRS[::-1], 3)[0],
        np.broadcast_to(SERIES, (3, len(SERIES))),
    ],
    ids=["numbers", "features", "every other", "back in time", "one row"],
)
def test_windows_are_read_as_their_copy(X):
    read, copied = (
        check_sequences(BaseEstimator(), rows, reset=True) for rows in (X, X.copy())
    )
    assert isinstance(read, Windows) and not isinstance(copied, Windows)
    y, weight = np.zeros(len(X)), np.arange(len(X)) % 3
    rows = np.array([2, 0, 0, 1])
    for found in (
        lambda data: data.values,
        lambda data: data.lengths,
        lambda data: data[1],
        lambda data: data[rows].values,
        lambda data: data[1:].values,
        lambda data: data.pad(rows)[0],
        lambda data: canonical_rows(data, y, weight)[0],
        lambda data: canonical_rows(data, y, weight)[1],
        lambda data: Standardizer.fit(data, weight[rows] + 0.5, rows).scale_,
        lambda data: next(iterate_prefixes(data, 100)).values,
    ):
        np.testing.assert_array_equal(found(read), found(copied), strict=True)


@pytest.mark.parametrize(
    "copy", [replace, lambda data: pickle.loads(pickle.dumps(data))]
)
def test_a_copy_of_windows_holds_the_same_and_cannot_be_written_to(copy):
    windows = Windows(PAIRS, np.array([0, 1, 3]), np.array([2, 3, 2]))
    for data in (windows, Sequences(windows.values, windows.offsets)):
        copied = copy(data)
        assert type(copied) is type(data)
        np.testing.assert_array_equal(copied.values, windows.values)
        for array in (copied.storage, copied.starts, copied.offsets):
            assert not array.flags.writeable
    cut = replace(windows, lengths=np.array([1, 1, 1]))
    np.testing.assert_array_equal(cut.values, PAIRS[[0, 1, 3]])


@pytest.mark.parametrize("n_features", [1, 2])
@given(st.lists(st.sampled_from([1.0, 2.0, np.nan, np.inf]), min_size=4, max_size=12))
def test_missing_values_in_windows_are_met_as_in_their_copy(n_features, series):
    table = np.repeat(np.array(series)[:, np.newaxis], n_features, axis=1)
    X, _ = sliding_windows(table, 3)
    found = []
    for rows in (X, X.copy()):
        try:
            read = check_sequences(BaseEstimator(), rows, reset=True)
        except ValueError as error:
            found.append(str(error))
        else:
            found.append((read.values.tolist(), read.lengths.tolist()))
    assert found[0] == found[1]


def test_what_is_no_series_of_numbers_is_refused(assert_refused):
    cases = [
        (np.ones((5, 2, 3)), r"n_features\), got shape \(5, 2, 3\); cut each series"),
        ([[1.0, 2.0], [3.0]], "unequal shape; cut each series"),
        (["a"] * 5, "hold numbers, got dtype <U1; drop"),
        ([1.0, object(), 2.0], "got dtype object; drop"),
        (np.ones(5, dtype=complex), "got dtype complex128"),
        ([1.0, 2.0], r"at least window \+ max\(horizon\) = 3 steps, got 2; pass"),
        ([], "have at least .* 3 steps, got 0"),
    ]
    cases = [(series, 2, f"^series must.*{message}") for series, message in cases]
    assert_refused(sliding_windows, cases)


def test_what_is_no_array_is_refused(assert_refused):
    others = [3.0, None, "1 2 3", {"a": [1.0]}, iter([1.0]), sparse.csr_array([[1.0]])]
    message = r"^series must be an array.*got \w+; pass"
    assert_refused(sliding_windows, [(s, 1, message) for s in others], TypeError)


def test_a_window_of_no_steps_is_refused(assert_refused):
    cases = [
        (SERIES, 0, "^window must be at least 1, got 0; pass"),
        (SERIES, -2, "^window must be at least 1, got -2; pass"),
    ]
    assert_refused(sliding_windows, cases)
    cases = [
        (SERIES, 2.0, r"^window must be an integer, got 2\.0; pass"),
        (SERIES, "2", "^window must be an integer, got '2'; pass"),
        (SERIES, None, "^window must be an integer, got None; pass"),
    ]
    assert_refused(sliding_windows, cases, TypeError)


def test_a_horizon_that_is_not_ahead_is_refused(assert_refused):
    def cut(horizon):
        sliding_windows(SERIES, 3, horizon)

    cases = [
        (0, "^horizon must be.* at least 1, got 0; 1 is"),
        ([2, 0], r"^horizon must be.* at least 1, got \[2, 0\]; 1 is"),
        ([], r"^horizon must be.* a list of at least one, got \[\]; pass"),
        ([[1, 2]], r"^horizon .* a list of at least one, got \[\[1, 2\]\]; pass"),
    ]
    assert_refused(cut, cases)
    cases = [
        (1.0, r"^horizon must be.* a list of them, got 1\.0; pass"),
        ([1.0, 2.0], r"^horizon must be.* a list of them, got \[1\.0, 2\.0\]; pass"),
        (True, "^horizon must be.* a list of them, got True; pass"),
        (None, "^horizon must be.* a list of them, got None; pass"),
    ]
    assert_refused(cut, cases, TypeError)


def test_the_farthest_horizon_decides_whether_a_series_is_long_enough():
    assert len(sliding_windows(SERIES, 6, [1, 4])[0]) == 1
    with pytest.raises(ValueError, match="= 11 steps, got 10"):
        sliding_windows(SERIES, 6, [1, 5])
