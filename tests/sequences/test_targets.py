import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from sklearn_rnn.exceptions import OneHotTargetWarning
from sklearn_rnn.sequences import (
    check_labels,
    check_reals,
    encode_labels,
    find_classes,
    warn_if_one_hot,
)

# -- a target for each step --------------------------------------------------------


def test_rows_of_unequal_length_are_sent_to_the_estimator_for_steps(assert_refused):
    for check, rows, remedy in [
        (check_labels, [["a", "b"], ["a"]], "take RNNTagger"),
        (check_reals, [[0.5, 1.5], [2.5]], "take RNNStepRegressor"),
    ]:
        objects = np.fromiter(map(np.array, rows), object, 2)
        message = f"unequal length.*{remedy}"
        assert_refused(check, [(rows, message), (objects, message)])


# -- labels ----------------------------------------------------------------------


def test_labels_come_in_any_container():
    for y in [
        ["b", "a", "b"],
        np.array(["b", "a", "b"]),
        np.array(["b", "a", "b"], dtype=object),
        pd.Series(["b", "a", "b"]),
        pd.Series(["b", "a", "b"], dtype="category"),
    ]:
        labels, multilabel = check_labels(y)
        assert not multilabel, y
        assert labels.shape == (3,), y
        assert labels.tolist() == ["b", "a", "b"], y


def test_numbers_and_booleans_are_labels_as_they_are():
    for y in ([1, 0, 1], [True, False, True], [-1, 5, -1], [2.0, 3.0, 2.0]):
        labels, multilabel = check_labels(y)
        assert not multilabel, y
        assert labels.dtype == np.asarray(y).dtype, y
        assert labels.tolist() == y


def test_one_column_of_labels_is_flattened_with_a_warning():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        labels, multilabel = check_labels([["b"], ["a"], ["b"]])
    assert not multilabel
    assert labels.tolist() == ["b", "a", "b"]


@pytest.mark.parametrize("make", [np.array, list, pd.DataFrame])
def test_an_indicator_matrix_is_multilabel(make):
    labels, multilabel = check_labels(make([[1, 0, 1], [0, 0, 1], [1, 1, 0]]))
    assert multilabel
    assert labels.dtype == np.float32
    assert labels.tolist() == [[1, 0, 1], [0, 0, 1], [1, 1, 0]]


def test_a_sparse_indicator_matrix_is_refused():
    with pytest.raises(TypeError, match="dense"):
        check_labels(sparse.csr_matrix([[1, 0], [0, 1], [1, 1]]))


def test_missing_labels_are_refused_with_their_row(assert_refused):
    missing = [
        [1.0, np.nan, 0.0],
        [1.0, np.inf, 0.0],
        np.array(["a", None, "b"], dtype=object),
        np.array(["a", np.nan, "b"], dtype=object),
        pd.Series([1, None, 0], dtype="Int64"),
        pd.Series(["a", None, "b"], dtype="category"),
        pd.Series(pd.to_datetime(["2020-01-01", None, "2021-01-01"])).astype(object),
        [[1.0, 0.0], [np.nan, 1.0], [1.0, 1.0]],
    ]
    message = "first at row 1; drop or impute"
    assert_refused(check_labels, [(y, message) for y in missing])


def test_continuous_labels_are_refused():
    with pytest.raises(ValueError, match="continuous"):
        check_labels([0.5, 1.5, 0.25])


def test_labels_without_a_common_order_are_refused_with_their_types():
    with pytest.raises(ValueError, match=r"mix types .* \(int, str\); convert"):
        check_labels(np.array(["a", 1, "b"], dtype=object))


# -- classes and codes -----------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["b", "a", "b"], ["a", "b"]),
        ([7, -3, 7, 0], [-3, 0, 7]),
        ([True, False], [False, True]),
    ],
)
def test_classes_are_sorted_and_distinct(y, classes):
    assert find_classes(np.array(y)).tolist() == classes


def test_codes_are_places_among_the_classes():
    codes = encode_labels(np.array(["c", "a", "c"]), np.array(["a", "b", "c"]))
    assert codes.dtype == np.int64
    assert codes.tolist() == [2, 0, 2]


@given(
    st.one_of(
        st.lists(st.integers(-5, 5), min_size=1),
        st.lists(st.text(max_size=2), min_size=1),
        st.lists(st.booleans(), min_size=1),
    ),
    st.booleans(),
)
def test_classes_at_the_codes_are_the_labels_again(labels, as_objects):
    y = np.empty(len(labels), dtype=object)
    y[:] = labels
    y = y if as_objects else np.array(labels)
    classes = find_classes(y)
    assert classes[encode_labels(y, classes)].tolist() == y.tolist()


def test_unknown_labels_are_named():
    for y, classes, unknown in [
        ([1, 4, 9], [1, 4], "[9]"),  # beyond the last
        ([0, 4, 1], [1, 4], "[0]"),  # before the first
        ([2, 4, 1], [1, 4], "[2]"),  # between two
        (["a", "c"], ["a", "b"], "['c']"),
        (["1", "4"], [1, 4], "['1', '4']"),  # the right numbers, as text
        ([1, 4], ["1", "4"], "[1, 4]"),
    ]:
        with pytest.raises(ValueError) as caught:
            encode_labels(np.array(y), np.array(classes))
        assert f"among the classes {classes!r}: {unknown}, first" in str(caught.value)


def test_of_many_unknown_labels_five_are_named_and_the_first_row():
    y, classes = np.array([7, 7, *range(20_000)]), np.arange(5, 10_000)
    with pytest.raises(ValueError, match="first at row 2;") as caught:
        encode_labels(y, classes)
    assert "[0, 1, 2, 3, 4 and 10,000 more]" in str(caught.value)
    assert "classes [5, 6, 7, 8, 9 and 9,990 more]" in str(caught.value)
    with pytest.raises(ValueError, match="first at row 1, step 1;"):
        encode_labels(np.array([7, 7, 1, 1]), classes, np.array([0, 1, 4]))


# -- one-hot rows ----------------------------------------------------------------


def test_rows_with_one_label_each_are_warned_about():
    with pytest.warns(OneHotTargetWarning, match=r"\(3, 2\).*argmax"):
        warn_if_one_hot(np.array([[1, 0], [0, 1], [1, 0]]))


@pytest.mark.parametrize(
    "y",
    [
        [[1, 0], [1, 1], [0, 1]],  # a row with two
        [[1, 0], [0, 0], [0, 1]],  # a row with none
        [[1], [1], [1]],  # one label only
        [[1, 0], [0, 1]],  # two rows may be so by chance
    ],
)
def test_other_indicators_are_not_warned_about(y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_one_hot(np.array(y))


# -- reals -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8, bool, object])
def test_targets_become_float64_and_keep_their_shape(dtype):
    for shape in ((6,), (6, 1), (3, 2)):
        y = (np.arange(6) % 2).reshape(shape).astype(dtype)
        checked = check_reals(y)
        assert (checked.dtype, checked.shape) == (np.float64, shape)
        assert np.array_equal(checked, y.astype(float))


def test_targets_must_be_finite(assert_refused):
    one, column, table = np.ones(6), np.ones((6, 1)), np.ones((6, 2))
    one[4], column[4], table[4, 1] = np.nan, np.inf, -np.inf
    message = "first at row 4; drop or impute"
    assert_refused(check_reals, [(y, message) for y in (one, column, table)])


def test_targets_that_are_no_numbers_or_no_table_are_refused(assert_refused):
    others = [["a", "b"], np.ones((2, 2, 2)), 3.0, [[1.0], [1.0, 2.0]]]
    assert_refused(check_reals, [(y, "") for y in others], (ValueError, TypeError))


def test_the_given_targets_are_not_changed():
    y = np.array([1.0, 2.0, 3.0])
    y.flags.writeable = False
    assert check_reals(y).tolist() == [1.0, 2.0, 3.0]
