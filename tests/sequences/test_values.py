"""Masks are missing values, dates no numbers, nullable numbers numbers."""

import datetime

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import (
    as_ragged,
    check_labels,
    check_reals,
    check_sequences,
    check_step_labels,
    check_step_reals,
    sliding_windows,
    to_values,
)

DAYS = pd.date_range("2024-01-01", periods=4)
DATES = {
    "datetime64": DAYS.to_numpy(),
    "timedelta64": DAYS.to_numpy() - DAYS.to_numpy()[0],
    "time zone": pd.Series(DAYS.tz_localize("Europe/Paris")),
    "durations": pd.Series(DAYS - DAYS[0]),
    "periods": pd.Series(DAYS.to_period("D")),
    "objects of date": pd.Series(list(DAYS.date), dtype=object),
    "objects with NaT": pd.Series([pd.NaT, *DAYS[1:]], dtype=object),
    "times of a day": pd.Series([datetime.time(hour) for hour in range(4)]),
}
TABLE = pd.DataFrame({"a": [1.5, 2.5, 3.5, 4.5], "b": [0.0, 1.0, 0.0, 1.0]})


def read(X, input="auto"):
    return check_sequences(BaseEstimator(), X, reset=True, input=input)


@pytest.mark.parametrize("dates", DATES.values(), ids=DATES)
def test_dates_are_no_numbers(dates, assert_refused):
    column = np.array(dates)
    frame = TABLE.assign(t=dates)
    cases = [
        (read, frame, "X holds dates .* in column 't'.*drop.*sliding_windows"),
        (read, [TABLE, frame], "lacks|has also"),
        (read, [frame, frame], r"column 't' of row 0.*set_index\('t'\)"),
        (read, np.stack([column, column]), "X holds dates"),
        (read, [column[:2], column], "X holds dates .* in row 0"),
        (sliding_windows, frame, 2, r"series holds .* 't'.*series.set_index\('t'\)"),
        (check_reals, dates, "y holds dates"),
        (check_reals, frame, "y holds dates .* in column 't'"),
        (check_step_reals, [column], [4], "y holds dates .* in row 0"),
        (check_step_labels, [column], [4], "y holds dates|y contains NaN"),
        (to_values, dates, "sample_weight", "sample_weight holds dates"),
    ]
    assert_refused(lambda function, *args: function(*args), cases)


def test_dates_may_be_classes():
    labels, _ = check_labels(DATES["datetime64"])
    assert labels.dtype.kind == "M"
    assert (labels == DATES["datetime64"]).all()


def test_the_remedies_for_dates_work():
    frame = TABLE.assign(t=DAYS, d=DAYS - DAYS[0], series=[0, 0, 1, 1])
    X = frame[["a", "t"]]
    assert len(read(X.drop(columns="t"))) == 4
    assert len(read(X.assign(**{"t": X["t"].dt.hour}))) == 4
    assert len(read([frame.set_index("t") for frame in [X, X]])) == 2
    assert len(sliding_windows(X.set_index("t"), 2)[0]) == 2
    assert len(check_reals(frame["d"].dt.total_seconds())) == 4
    assert len(check_reals(frame["d"] / np.timedelta64(1, "h"))) == 4
    assert len(check_labels(pd.Series(frame["t"]).astype(str))[0]) == 4
    X = frame[["a", "t", "series"]]
    parts = [part for _, part in X.set_index("t").groupby("series")]
    assert read(parts).lengths.tolist() == [2, 2]


MASK = np.array([[False, False, True], [False, False, False]])
MASKED = np.ma.masked_array([[1.0, 2.0, 1e20], [3.0, 4.0, 5.0]], MASK)
CUBE = MASKED[..., np.newaxis]


@pytest.mark.parametrize(
    "X",
    [CUBE, list(CUBE), [list(row) for row in CUBE], CUBE.astype(np.float32)],
    ids=["array", "list", "list of lists", "float32"],
)
def test_masked_steps_at_the_end_are_padding(X):
    sequences = read(X)
    assert sequences.values.ravel().tolist() == [1, 2, 3, 4, 5]
    assert sequences.lengths.tolist() == [2, 3]


def test_missing_token_ids_at_the_end_are_padding():
    ids = np.ma.masked_equal([[3, 4, -1], [5, 6, 7]], -1)
    frame = pd.DataFrame([[3, 4, None], [5, 6, 7]])
    array = frame.to_numpy()
    for X in (ids, list(ids), frame, frame.astype("Int64"), array, list(array)):
        sequences = read(X, "tokens")
        assert sequences.values.tolist() == [3, 4, 5, 6, 7]
        assert sequences.values.dtype == np.int32


def test_masked_values_are_missing(assert_refused):
    inside = np.ma.masked_array(np.ones((2, 3, 1)), MASK[:, ::-1, np.newaxis])
    labels = np.ma.masked_array([1, 2], [False, True])
    steps = np.ma.masked_array([[1, 2, 1], [2, 1, 2]], MASK)
    reals, alone = labels.astype(float), [np.ma.masked_array([1, 2], [0, 1])]
    cases = [
        (read, inside, "NaN or inf inside a sequence: sample 0, step 0"),
        (read, MASKED, "sample 0, step 2"),
        (check_labels, labels, "y contains NaN or None, first at row 1"),
        (check_reals, reals, "first at row 1"),
        (check_reals, list(reals), "first at row 1"),
        (check_step_labels, steps, [3, 3], "first at row 0, step 2"),
        (check_step_reals, steps, [3, 3], "first at row 0, step 2"),
        (check_step_labels, alone, [2], "first at row 0, step 1"),
    ]
    assert_refused(lambda function, *args: function(*args), cases)
    assert check_step_labels(steps, [2, 3]).tolist() == [1, 2, 2, 1, 2]
    assert check_step_labels(as_ragged(steps[1:]), [3]).tolist() == [2, 1, 2]
    assert np.isnan(to_values(labels)).tolist() == [False, True]
    np.testing.assert_array_equal(
        sliding_windows(np.ma.masked_equal([1, 2, -9, 4], -9), 2)[0],
        [[1, 2], [2, np.nan]],
    )


def test_a_mask_that_hides_nothing_changes_nothing():
    whole = np.ma.masked_array([[1, 2], [3, 4]], mask=False)
    np.testing.assert_array_equal(to_values(whole), whole.data, strict=True)
    assert check_labels(whole[0])[0].dtype.kind == "i"


def test_nullable_columns_are_numbers():
    frame = pd.DataFrame(
        {
            "a": pd.array([1, 2], "Int64"),
            "b": pd.array([True, False], "boolean"),
            "c": pd.array([0.5, 1.5], "Float64"),
        }
    )
    expected = [[1, 1, 0.5], [2, 0, 1.5]]
    np.testing.assert_array_equal(read(frame).values.reshape(2, 3), expected)
    np.testing.assert_array_equal(read([frame]).values, expected)
    np.testing.assert_array_equal(check_reals(frame), expected)
    frame.loc[1, "a"] = pd.NA
    with pytest.raises(SequenceError, match="sample 1, step 0"):
        read(frame)
    with pytest.raises(ValueError, match="first at row 1"):
        check_reals(frame)
    ids = [pd.Series([3, 4], dtype="Int64"), pd.Series([5], dtype="Int64")]
    assert read(ids, "tokens").values.tolist() == [3, 4, 5]


LABELS = {
    "Int64": (pd.array([1, 2], "Int64"), [1, 2]),
    "boolean": (pd.array([True, False], "boolean"), [True, False]),
    "string": (pd.array(["a", "b"], "string"), ["a", "b"]),
    "Categorical": (pd.Categorical(["a", "b"]), ["a", "b"]),
    "Categorical of integers": (pd.Series([7, 8], dtype="category"), [7, 8]),
    "tensor": (torch.tensor([1, 2]), [1, 2]),
    "list of tensors": (list(torch.tensor([1, 2])), [1, 2]),
}


@pytest.mark.parametrize(("given", "expected"), LABELS.values(), ids=LABELS)
def test_labels_keep_their_type(given, expected):
    for labels in (check_labels(given)[0], check_step_labels([given], [2])):
        assert labels.tolist() == expected
        assert set(map(type, labels.tolist())) == set(map(type, expected))


def test_labels_that_cannot_be_classes_are_refused(assert_refused):
    cases = [
        (["a", 1], r"mix types .*\(int, str\)"),
        ([b"a", b"b"], r"labels of bytes; decode them: \[label.decode\(\)"),
        (pd.array([True, None], "boolean"), "first at row 1"),
        (pd.Categorical(["a", None]), "first at row 1"),
        (pd.array(["a", None], "string"), "first at row 1"),
        (DAYS.to_period("D"), r"dates .*Period.*astype\(str\)"),
    ]
    assert_refused(check_labels, cases)


TENSORS = {
    "gradient": torch.ones(3, 2, requires_grad=True),
    "not contiguous": torch.ones(2, 3).T,
    "bfloat16": torch.ones(3, 2, dtype=torch.bfloat16),
}


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_tensors_are_read_as_arrays(tensor):
    for X in ([tensor, tensor[:2]], [list(tensor), list(tensor[:2])]):
        sequences = read(X)
        assert sequences.lengths.tolist() == [3, 2]
        assert (sequences.values == 1).all()
    assert check_reals(list(tensor[:, 0])).tolist() == [1, 1, 1]
    assert check_step_reals([tensor], [3])[0].shape == (3, 2)


def test_what_is_neither_number_nor_sequence_is_named(assert_refused):
    fields = np.zeros(3, dtype=[("a", "f8"), ("b", "f8")])
    intervals = pd.DataFrame({"v": [1.0, 2.0], "i": pd.interval_range(0, 2)})
    cases = [
        (fields, "auto", r"fields \['a', 'b'\]; make frames.*pd.DataFrame\(X\)"),
        ([fields, fields], "auto", r"in row 0; .*pd.DataFrame\(row\)"),
        (np.array([["1", "2"]]), "auto", r"strings.*np.asarray\(X, dtype=float\)"),
    ]
    assert_refused(read, cases, SequenceError)
    cases = [
        (intervals, "auto", "got Interval, float among them"),
        ([[{"a": 1}.keys()]], "auto", "got dict_keys among them"),
        ((row for row in [1]), "auto", r"got generator; pass list\(X\)"),
        ({"a": [1]}, "auto", r"got dict; pass list\(X.values\(\)\)"),
    ]
    assert_refused(read, cases, TypeError)


def test_targets_without_an_order_or_as_text_are_refused(assert_refused):
    cases = [
        ({0: 1.0}, r"got dict; pass list\(y.values\(\)\)"),
        ({1.0, 2.0}, r"got set; pass list\(y\)"),
        (iter([1.0]), r"got list_iterator; pass list\(y\)"),
        ("ab", "got str"),
    ]
    for check in (check_labels, check_reals):
        assert_refused(check, cases, TypeError)
    with pytest.raises(ValueError, match=r"strings.*np.asarray\(y, dtype=float\)"):
        check_reals(["1.5", "2"])
