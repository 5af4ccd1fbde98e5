"""What y_true and y_pred may be: rows that match, of labels of one sort."""

import numpy as np
import pandas as pd
import pytest

from sklearn_rnn.metrics import flat_accuracy_score, flat_f1_score, span_f1_score
from sklearn_rnn.sequences import as_ragged

SCORES = [flat_accuracy_score, flat_f1_score, span_f1_score]


def objects(rows):
    y = np.empty(len(rows), dtype=object)
    y[:] = rows
    return y


ROWS = [["O", "B-a"], ["B-a", "I-a"], ["O", "O"]]
GUESS = [["O", "B-a"], ["B-a", "B-a"], ["O", "O"]]
CONTAINERS = {
    "ragged": as_ragged,
    "tuples": lambda y: tuple(tuple(row) for row in y),
    "arrays": lambda y: [np.array(row) for row in y],
    "objects": lambda y: objects([np.array(row, dtype=object) for row in y]),
    "widths": lambda y: objects([np.array(row, dtype=f"U{5 + len(row)}") for row in y]),
    "table": np.array,
    "series": lambda y: pd.Series([np.array(row) for row in y]),
    "rows of series": lambda y: [pd.Series(row, index=[7, 3]) for row in y],
    "categories": lambda y: [pd.Series(row, dtype="category") for row in y],
}


@pytest.mark.parametrize("score", SCORES)
def test_rows_come_in_any_container(score):
    for name, make in CONTAINERS.items():
        assert score(make(ROWS), GUESS) == score(ROWS, GUESS), name
        assert score(ROWS, make(GUESS)) == score(ROWS, GUESS), name


def test_rows_of_no_steps_change_nothing():
    y_true, y_pred = [["O"], ["B-a", "I-a"]], [["O"], ["B-a", "O"]]
    for score in SCORES:
        expected = score(y_true, y_pred)
        assert score([[], *y_true, []], [[], *y_pred, []]) == expected
        assert score([y_true[0], [], y_true[1]], [y_pred[0], [], y_pred[1]]) == expected


@pytest.mark.parametrize("score", SCORES)
def test_a_missing_row_is_refused(score):
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 2\];"):
        score(ROWS, GUESS[:2])


@pytest.mark.parametrize("score", SCORES)
def test_the_first_row_of_another_length_is_named(score):
    y_pred = [GUESS[0], ["O", "O", "O"], ["O"]]
    with pytest.raises(
        ValueError, match="got 2 in y_true and 3 in y_pred at row 1; cut"
    ):
        score(ROWS, y_pred)


@pytest.mark.parametrize("score", SCORES)
def test_one_label_per_sequence_is_refused(score, assert_refused):
    for y in (["B-a", "O"], np.array(["B-a", "O"])):
        cases = [
            (y, y, r"Row 0 of y_true must .*as_ragged.* one label"),
            ([["B-a"], ["O"]], y, "Row 0 of y_pred must"),
        ]
        assert_refused(score, cases, TypeError)


def test_what_is_no_collection_is_refused(assert_refused):
    cases = [
        (ROWS, y, f"y_pred must be a list .* got {type(y).__name__}")
        for y in ("B-a", 3, None)
    ]
    assert_refused(flat_accuracy_score, cases, TypeError)


def test_one_hot_rows_are_refused():
    y = [np.eye(2), np.eye(2)]
    with pytest.raises(ValueError, match=r"Row 0 of y_true .* shape \(2, 2\); one-hot"):
        flat_accuracy_score(y, y)


@pytest.mark.parametrize("score", SCORES)
def test_nothing_to_score_is_refused(score, assert_refused):
    cases = [([], [], "y_true holds no sequences")]
    cases += [([[], []], [[], []], "y_true holds no labels")]
    assert_refused(score, cases)


def test_mixed_types_are_refused_with_their_rows(assert_refused):
    mixed = [
        ([["a"], ["b", 1]], r"str first at row 0, number first at row 1"),
        ([["a"], [1]], r"str first at row 0, number first at row 1"),
        ([[1], np.array(["1"])], r"number first at row 0, str first at row 1"),
        ([["a"], ["b", None]], r"str first at row 0, NoneType first at row 1"),
        ([["a", np.nan]], r"number first at row 0, str first at row 0"),
    ]
    cases = [(y, y, rf"in y_true mix types \({came}\); make") for y, came in mixed]
    assert_refused(flat_accuracy_score, cases)


def test_text_on_one_side_and_numbers_on_the_other_are_refused():
    with pytest.raises(ValueError, match="y_true holds labels of type str, y_pred of"):
        flat_accuracy_score([["1", "0"]], [[1, 0]])


def test_labels_of_other_types_are_refused(assert_refused):
    labels = [None, b"O", ("O",), np.datetime64("2020-01-01")]
    rows = [objects([objects([label])]) for label in labels]
    message = "must be str or numbers, got .* at row 0"
    assert_refused(flat_accuracy_score, [(y, y, message) for y in rows])
