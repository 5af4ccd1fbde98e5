import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)

from sklearn_rnn.sequences import as_ragged, check_step_labels, check_step_reals

TAGS = [["b", "a"], ["c"], ["a", "a", "b"]]
LENGTHS = [2, 1, 3]
FLAT = ["b", "a", "c", "a", "a", "b"]


def objects(rows):
    """Put rows in an array of object as they are."""
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


# -- as_ragged -------------------------------------------------------------------


def test_any_collection_becomes_an_array_of_arrays():
    for y in [
        TAGS,
        tuple(TAGS),
        objects(TAGS),
        pd.Series(TAGS),
        [np.array(row) for row in TAGS],
        [tuple(row) for row in TAGS],
        map(pd.Series, TAGS),
    ]:
        ragged = as_ragged(y)
        assert (ragged.shape, ragged.dtype) == ((3,), object), y
        assert all(type(row) is np.ndarray for row in ragged), y
        assert [row.tolist() for row in ragged] == TAGS, y


def test_rows_of_equal_length_stay_rows():
    for y, shape in [
        ([[1, 2], [3, 4]], (2,)),
        (np.ones((2, 3)), (3,)),
        (np.ones((2, 3, 4)), (3, 4)),
        (pd.DataFrame(np.ones((2, 3))), (3,)),
        (torch.ones(2, 3, 4), (3, 4)),
        ([torch.ones(3)] * 2, (3,)),
        ([pd.DataFrame(np.ones((3, 4)))] * 2, (3, 4)),
    ]:
        ragged = as_ragged(y)
        assert ragged.shape == (2,), y
        assert [row.shape for row in ragged] == [shape, shape], y


def test_strings_keep_the_width_of_their_own_row():
    assert [row.dtype for row in as_ragged([["a"], ["long"]])] == ["<U1", "<U4"]


def test_numbers_beside_strings_are_not_written_as_strings():
    assert as_ragged([["a", 1, None]])[0].tolist() == ["a", 1, None]


def test_an_answer_may_be_empty():
    assert [row.shape for row in as_ragged([["a"], []])] == [(1,), (0,)]


def test_memory_is_shared():
    rows = [np.ones((3, 2)), np.ones((4, 2))]
    for row, kept in zip(rows, as_ragged(rows), strict=True):
        assert kept is row


def test_what_is_no_collection_in_order_is_a_type_error(assert_refused):
    message = "y must be a list or an array with one array"
    others = [None, 3, "words", b"words", {"a": [1]}, {1, 2}, np.array(3)]
    cases = [(y, message) for y in others]
    cases += [(sparse.csr_array([[1, 2]]), "got csr_array")]
    assert_refused(as_ragged, cases, TypeError)


def test_members_that_are_no_arrays_of_steps_are_refused(assert_refused):
    cases = [
        ([], "y is empty"),
        (np.ones((0, 3)), "y is empty"),
        ([["a"], "b"], "got 'b' at row 1; pass one for each sequence"),
        (["a", "b"], "got 'a' at row 0"),
        (np.array([0, 1]), "at row 0; pass one"),
        ([[[1, 2], [3]]], "Row 0 of y has time steps of different width"),
        (np.ones((2, 3, 4, 5)), r"got \(3, 4, 5\) at row 0"),
    ]
    assert_refused(as_ragged, cases)


class Echo(ClassifierMixin, BaseEstimator):
    """Predict each sequence as itself; hold that y came with the same rows."""

    def __init__(self, error=0):
        self.error = error

    def fit(self, X, y):
        for row, target in zip(X, y, strict=True):
            np.testing.assert_array_equal(row, target)
        self.classes_ = np.unique(np.concatenate(list(y)))
        return self

    def predict(self, X):
        return as_ragged([row + self.error for row in X])

    def score(self, X, y):
        pairs = zip(self.predict(X), y, strict=True)
        return np.mean([np.array_equal(ours, theirs) for ours, theirs in pairs])


RAGGED = [np.arange(n) + 10 * n for n in (3, 1, 2, 5, 4, 2)]
EQUAL = [np.arange(3) + 10 * i for i in range(6)]


@pytest.mark.parametrize("rows", [RAGGED, EQUAL], ids=["ragged", "equal"])
def test_scikit_learn_splits_ragged_arrays_row_by_row(rows):
    X, y = as_ragged(rows), as_ragged(rows)
    for cv in (3, KFold(3, shuffle=True, random_state=0), GroupKFold(3)):
        groups = [0, 0, 1, 1, 2, 2] if isinstance(cv, GroupKFold) else None
        assert cross_val_score(Echo(), X, y, groups=groups, cv=cv).tolist() == [1] * 3
        predicted = cross_val_predict(Echo(), X, y, groups=groups, cv=cv)
        assert [row.tolist() for row in predicted] == [row.tolist() for row in rows]
    search = GridSearchCV(Echo(), {"error": [1, 0]}, cv=3).fit(X, y)
    assert (search.best_params_, search.best_score_) == ({"error": 0}, 1)
    train, test = train_test_split(y, test_size=2, random_state=0)
    sums = sorted(row.sum() for row in [*train, *test])
    assert sums == sorted(row.sum() for row in rows)


# -- labels ----------------------------------------------------------------------


def test_labels_of_steps_come_in_any_container():
    for y in [
        TAGS,
        tuple(TAGS),
        objects(TAGS),
        pd.Series(TAGS),
        as_ragged(TAGS),
        [np.array(row, dtype=object) for row in TAGS],
        [TAGS[0], *[np.array(row, dtype=object) for row in TAGS[1:]]],
        [pd.Series(row, dtype="category") for row in TAGS],
        [pd.Series(row, dtype="string") for row in TAGS],
        np.array([["b", "a", ""], ["c", "", ""], ["a", "a", "b"]]),
        np.array([["b", "a", None], ["c", None, 5], ["a", "a", "b"]], dtype=object),
        pd.DataFrame([["b", "a", None], ["c", None, None], ["a", "a", "b"]]),
    ]:
        labels = check_step_labels(y, LENGTHS)
        assert labels.shape == (6,), y
        assert labels.dtype.kind in "UO", y
        assert labels.tolist() == FLAT, y
        assert {type(label) for label in labels.tolist()} == {str}, y


def test_labels_of_steps_may_be_numbers():
    for y, dtype in [
        ([[0, 1], [2]], np.int64),
        ([np.array([0, 1], dtype=np.int8), np.array([2], dtype=np.int8)], np.int8),
        ([np.array([0, 1], dtype=np.int8), [2]], np.int64),
        (np.array([[0, 1], [2, -1]]), np.int64),
        (np.array([[0.0, 1.0], [2.0, np.nan]]), np.float64),
        (np.array([[0, 1], [2, None]], dtype=object), np.int64),
        (pd.DataFrame([[0, 1], [2, None]], dtype="Int64"), np.int64),
        ([pd.Series([0, 1], dtype="Int64"), [2]], np.int64),
        ([torch.tensor([0, 1]), torch.tensor([2])], np.int64),
        (torch.tensor([[0, 1], [2, 7]]), np.int64),
        ([[False, True], [2]], np.int64),
    ]:
        labels = check_step_labels(y, [2, 1])
        assert labels.tolist() == [0, 1, 2], y
        assert labels.dtype == dtype, y


def test_labels_of_steps_may_be_booleans():
    labels = check_step_labels([[True, False], [True]], [2, 1])
    assert labels.dtype == bool


@given(data=st.data(), lengths=st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_padding_and_ragged_rows_give_the_same_labels(data, lengths):
    labels = st.sampled_from(["a", "bb", "", "ccc"])
    rows = [data.draw(st.lists(labels, min_size=n, max_size=n)) for n in lengths]
    width = max(lengths) + data.draw(st.integers(0, 2))
    fill = data.draw(st.sampled_from(["", None, np.nan, -1]))
    padded = np.full((len(rows), width), fill, dtype=object)
    for target, row in zip(padded, rows, strict=True):
        target[: len(row)] = row
    flat = [label for row in rows for label in row]
    assert check_step_labels(rows, lengths).tolist() == flat
    assert check_step_labels(padded, lengths).tolist() == flat
    assert check_step_labels(as_ragged(rows), lengths).tolist() == flat


BAD_LABELS = {
    "None": (None, "requires y to be passed, but the target y is None"),
    "empty": ([], "y is empty"),
    "too few rows": (
        [[0, 1]],
        "inconsistent numbers of samples: X holds 2 sequences, y 1; pass one array",
    ),
    "too many rows": ([[0, 1], [2], [3]], "X holds 2 sequences, y 3"),
    "a short row": (
        [[0, 1], []],
        "one label for each time step of X, got 0 for the 1 steps of row 1",
    ),
    "a long row": ([[0, 1, 2], [1]], "got 3 for the 2 steps of row 0"),
    "a padded list": ([[0, 1], [1, -1]], "got 2 for the 1 steps of row 1"),
    "narrow padding": (np.array([[0], [1]]), "got 1 for the 2 steps of row 0"),
    "one per sequence": (
        np.array([0, 1]),
        "got a single one, 0, at row 0.*one label per time step; RNNClassifier is for",
    ),
    "one text per sequence": (["ab", "c"], "got a single one, 'ab', at row 0"),
    "one among lists": ([[0, 1], 1], "got a single one, 1, at row 1"),
    "vectors": ([[[0, 1], [1, 0]], [[1, 0]]], r"shape \(2, 2\) at row 0"),
    "a cube": (np.zeros((2, 2, 2)), r"shape \(2, 2\) at row 0"),
    "types": (
        [["a", "b"], [1]],
        r"mix types .* \(int, str\).*'a', the first of another type 1 at row 1, step 0",
    ),
    "types in a row": ([[3, "b"], [1]], "first label is 3, .* 'b' at row 0, step 1"),
    "bytes": ([[b"a", b"b"], ["a"]], r"labels of bytes.*label\.decode\(\)"),
    "continuous": ([[0.5, 1.0], [2.0]], "continuous"),
    "NaN": ([[1.0, np.nan], [2.0]], "NaN, None or infinity, first at row 0, step 1"),
    "inf": ([[1.0, 2.0], [np.inf]], "first at row 1, step 0"),
    "None within": ([[1, None], [2]], "first at row 0, step 1"),
    "NaN beside text": ([["a", "b"], [np.nan]], "first at row 1, step 0"),
    "NaN in a row of text": ([["a", np.nan], ["b"]], "first at row 0, step 1"),
    "NA": ([pd.Series([1, None], dtype="Int64"), [2]], "first at row 0, step 1"),
    "NA in padding's row": (
        pd.DataFrame([["a", None], ["b", None]], dtype="string"),
        "first at row 0, step 1",
    ),
}


def test_labels_that_are_not_one_per_step_are_refused(assert_refused):
    assert_refused(lambda y: check_step_labels(y, [2, 1]), BAD_LABELS)


def test_targets_that_are_no_collection_are_a_type_error(assert_refused):
    message = "pass a list of lists, or as_ragged of one"
    others = ["ab", {"a": 1}, 3, sparse.csr_array([[1, 2], [1, 0]])]
    for check in (check_step_labels, check_step_reals):
        assert_refused(check, [(y, [2, 1], message) for y in others], TypeError)


# -- reals -----------------------------------------------------------------------

ONE = [[0.5, 1.5], [2.5]]
TWO = [[[0.5, 1.0], [1.5, 2.0]], [[2.5, 3.0]]]


def test_one_number_per_step_is_one_column():
    for y in [
        ONE,
        objects(ONE),
        as_ragged(ONE),
        [np.array(row, dtype=np.float32) for row in ONE],
        [np.array(row, dtype=object) for row in ONE],
        [pd.Series(row, dtype="Float64") for row in ONE],
        [torch.tensor(row) for row in ONE],
        np.array([[0.5, 1.5], [2.5, np.nan]]),
        np.array([[0.5, 1.5, np.inf], [2.5, -1, 0]]),
        np.array([[0.5, 1.5], [2.5, None]], dtype=object),
        pd.DataFrame([[0.5, 1.5], [2.5, None]]),
    ]:
        targets, ndim = check_step_reals(y, [2, 1])
        assert (ndim, targets.dtype) == (1, np.float64), y
        assert targets.tolist() == [[0.5], [1.5], [2.5]], y


def test_several_numbers_per_step_are_columns():
    for y in [
        TWO,
        as_ragged(TWO),
        [pd.DataFrame(row) for row in TWO],
        np.array([TWO[0], [TWO[1][0], [np.nan, -1]]]),
    ]:
        targets, ndim = check_step_reals(y, [2, 1])
        assert ndim == 2, y
        assert targets.tolist() == [[0.5, 1.0], [1.5, 2.0], [2.5, 3.0]], y


def test_one_column_of_numbers_keeps_its_two_axes():
    targets, ndim = check_step_reals([[[0.5], [1.5]], [[2.5]]], [2, 1])
    assert (targets.shape, ndim) == ((3, 1), 2)


def test_whole_numbers_and_booleans_are_numbers():
    targets, _ = check_step_reals([[1, 2], [True]], [2, 1])
    assert targets.tolist() == [[1.0], [2.0], [1.0]]


BAD_REALS = {
    **{
        name: BAD_LABELS[name]
        for name in ("None", "empty", "NaN", "inf", "None within", "NA")
    },
    "too few rows": ([[0, 1]], "X holds 2 sequences, y 1; pass one array of numbers"),
    "a short row": ([[0.5, 1], []], "one target for each time step .* got 0 for the 1"),
    "one per sequence": ([0.5, 1.5], "single one, 0.5, at row 0.*RNNRegressor"),
    "text": ([["a", "b"], ["c"]], "must hold numbers, got dtype <U1 at row 0"),
    "digits": ([[1, 2], ["3"]], "must hold numbers, got dtype <U1 at row 1"),
    "text among objects": ([[1, 2], np.array(["3"], object)], "numbers.*at row 1"),
    "complex": ([[1j, 2], [3]], "must hold numbers, got dtype complex128 at row 0"),
    "axes": ([[0.5, 1.5], [[2.5]]], r"\(2,\) at row 0 and \(1, 1\) at row 1"),
    "widths": (
        [[[1, 2], [3, 4]], [[5, 6, 7]]],
        r"same number of outputs.*\(2, 2\) at row 0 and \(1, 3\) at row 1",
    ),
    "no outputs": (np.ones((2, 2, 0)), "same number of outputs, at least 1"),
    "unequal steps": ([[[1, 2], [3]], [[5, 6]]], "Row 0 of y has time steps of"),
    "an absent vector": (
        np.array([TWO[0], [[2.5, np.nan], [0, 0]]]),
        "first at row 1, step 0",
    ),
}


def test_targets_that_are_not_numbers_per_step_are_refused(assert_refused):
    assert_refused(lambda y: check_step_reals(y, [2, 1]), BAD_REALS)


def test_the_given_targets_of_steps_are_not_changed():
    y = as_ragged([np.array([1.0, 2.0]), np.array([3.0])])
    for row in y:
        row.flags.writeable = False
    targets, _ = check_step_reals(y, [2, 1])
    targets[0] = 9
    assert y[0][0] == 1


def test_minus_100_may_be_a_label_like_others():
    for y in ([[-100, 0], [100]], [[-100, -5], [0]], [["-100", "0"], ["0"]]):
        assert len(check_step_labels(y, [2, 1])) == 3
    with pytest.raises(ValueError, match="y holds -100 at row 1, step 0"):
        check_step_labels([[0, 1], [-100]], [2, 1])


def test_a_frame_with_a_column_of_labels_is_read_without_cutting():
    frame = pd.DataFrame({"tags": [["a", "b"], ["b"]]})
    assert check_step_labels(frame, [2, 1]).tolist() == ["a", "b", "b"]
    with pytest.raises(ValueError, match="got 2 for the 1 steps of row 0"):
        check_step_labels(frame, [1, 1])
