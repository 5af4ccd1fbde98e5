"""Steps of all sequences joined, as scikit-learn scores them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from sklearn_rnn.metrics import flat_accuracy_score, flat_f1_score

# Steps: true  a b a | b | c c
#        pred  a b b | b | c a
Y_TRUE = [["a", "b", "a"], ["b"], ["c", "c"]]
Y_PRED = [["a", "b", "b"], ["b"], ["c", "a"]]


@st.composite
def pairs(draw):
    """Draw rows of labels of one type, and as many predicted ones."""
    label = draw(st.sampled_from([st.integers(0, 3), st.sampled_from("abc")]))
    rows = st.lists(st.lists(label, max_size=5), min_size=1).filter(any)
    y_true = draw(rows)
    n = [len(row) for row in y_true]
    return y_true, [draw(st.lists(label, min_size=k, max_size=k)) for k in n]


def joined(y):
    return [label for row in y for label in row]


def test_accuracy_worked_by_hand():
    assert flat_accuracy_score(Y_TRUE, Y_PRED) == pytest.approx(4 / 6)
    assert flat_accuracy_score(Y_TRUE, Y_PRED, normalize=False) == 4


def test_weighted_accuracy_worked_by_hand():
    # Right steps 2, 1, 1 of 3, 1, 2: (2 * 1 + 1 * 5 + 1 * 2) / (3 * 1 + 1 * 5 + 2 * 2)
    weights = [1, 5, 2]
    score = flat_accuracy_score(Y_TRUE, Y_PRED, sample_weight=weights)
    assert score == pytest.approx(9 / 12)
    options = {"normalize": False, "sample_weight": weights}
    assert flat_accuracy_score(Y_TRUE, Y_PRED, **options) == 9


def test_f1_worked_by_hand():
    # a: 1 hit, 2 predicted, 2 true. b: 2, 3, 2. c: 1, 1, 2.
    each = [2 * 1 / 4, 2 * 2 / 5, 2 * 1 / 3]
    np.testing.assert_allclose(flat_f1_score(Y_TRUE, Y_PRED, average=None), each)
    assert flat_f1_score(Y_TRUE, Y_PRED) == pytest.approx(np.mean(each))
    some = flat_f1_score(Y_TRUE, Y_PRED, labels=["c", "a"], average=None)
    np.testing.assert_allclose(some, [each[2], each[0]])
    # O: 4 hits, 5 predicted, 4 true. N: 1, 1, 2; the mean over labels is not that
    # over steps.
    y_true, y_pred = [["O", "O", "N"], ["O", "N", "O"]], [["O", "O", "N"], ["O"] * 3]
    assert flat_f1_score(y_true, y_pred) == pytest.approx((8 / 9 + 2 / 3) / 2)


def test_f1_of_one_label():
    y_true, y_pred = [["a", "b"], ["b"]], [["b", "b"], ["a"]]
    options = {"average": "binary", "pos_label": "b"}
    assert flat_f1_score(y_true, y_pred, **options) == pytest.approx(2 * 1 / (2 + 2))


@given(pairs())
def test_the_scores_are_those_of_the_joined_steps(pair):
    flat = [joined(y) for y in pair]
    assert flat_accuracy_score(*pair) == pytest.approx(accuracy_score(*flat))
    assert flat_f1_score(*pair) == pytest.approx(f1_score(*flat, average="macro"))


@given(pairs(), st.data())
def test_a_weight_is_a_number_of_copies(pair, data):
    n = len(pair[0])
    copies = data.draw(st.lists(st.integers(1, 3), min_size=n, max_size=n))
    repeated = [
        [r for r, k in zip(y, copies, strict=True) for _ in range(k)] for y in pair
    ]
    for score in (flat_accuracy_score, flat_f1_score):
        assert score(*pair, sample_weight=copies) == pytest.approx(score(*repeated))


def test_a_label_that_does_not_occur_scores_what_is_asked():
    options = {"labels": ["z"], "average": None, "zero_division": 1.0}
    assert flat_f1_score(Y_TRUE, Y_PRED, **options).tolist() == [1.0]


def test_labels_differ_beyond_the_width_of_their_neighbours():
    y_true = [np.array(["a"]), np.array(["abc"])]
    assert flat_accuracy_score(y_true, [["a"], ["abd"]]) == 0.5


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int64, np.float32])
def test_labels_may_be_numbers_of_any_dtype(dtype):
    y_true = [np.array([1, 0], dtype=dtype), np.array([1], dtype=dtype)]
    assert flat_accuracy_score(y_true, [[1, 1], [1]]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("score", [flat_accuracy_score, flat_f1_score])
def test_one_weight_per_sequence_is_asked_for(score):
    with pytest.raises(ValueError, match="sample_weight"):
        score(Y_TRUE, Y_PRED, sample_weight=[1.0] * 6)
