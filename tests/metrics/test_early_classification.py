"""The curve of early classification, against a loop over thresholds and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.metrics import _early_classification, early_classification_curve


def by_loop(y_true, probas, threshold):
    """Read each sequence until the threshold is reached; y_true are columns."""
    shares, right = [], []
    for y, member in zip(y_true, probas, strict=True):
        for t, row in enumerate(member):
            if max(row) >= threshold or t == len(member) - 1:
                shares.append((t + 1) / len(member))
                right.append(np.argmax(row) == y)
                break
    return np.mean(shares), np.mean(right)


def draw(n_samples, seed, decimals):
    """Draw probabilities of three classes; few decimals make many of them equal."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 9, size=n_samples)
    probas = [
        random.dirichlet(np.ones(3), size=length).round(decimals) for length in lengths
    ]
    return random.integers(3, size=n_samples), probas


def test_two_sequences_by_hand():
    # The first says 0 at 0.6 and then 1 at 0.8, the second 0 at 0.7 and then at 0.9.
    # Up to 0.6 both stop at once: half of the steps, one of two right. Up to 0.7 the
    # first is read on: (1 + 1/2) / 2 of the steps, both right. Above, all is read.
    probas = [np.array([[0.6, 0.4], [0.2, 0.8]]), np.array([[0.7, 0.3], [0.9, 0.1]])]
    earliness, accuracy, thresholds = early_classification_curve([1, 0], probas)
    assert thresholds.tolist() == [0.6, 0.7, np.inf]
    assert earliness.tolist() == [0.5, 0.75, 1.0]
    assert accuracy.tolist() == [0.5, 1.0, 1.0]


@given(
    n_samples=st.integers(1, 12),
    seed=st.integers(0, 2**32 - 1),
    decimals=st.sampled_from([1, 2, 15]),
)
def test_each_point_is_that_of_a_loop(n_samples, seed, decimals):
    y_true, probas = draw(n_samples, seed, decimals)
    curve = early_classification_curve(y_true, probas, classes=[0, 1, 2])
    earliness, accuracy, thresholds = curve
    expected = np.array([by_loop(y_true, probas, value) for value in thresholds])
    np.testing.assert_allclose(np.column_stack([earliness, accuracy]), expected)
    assert (np.diff(thresholds) > 0).all()
    assert (np.diff(earliness) > 0).all()
    assert earliness[-1] == 1.0


@given(seed=st.integers(0, 2**32 - 1), threshold=st.floats(0, 1.1))
def test_any_other_threshold_does_what_the_next_one_does(seed, threshold):
    y_true, probas = draw(6, seed, 2)
    curve = early_classification_curve(y_true, probas, classes=[0, 1, 2])
    point = np.searchsorted(curve[2], threshold)
    np.testing.assert_allclose(
        [curve[0][point], curve[1][point]], by_loop(y_true, probas, threshold)
    )


def test_many_thresholds_are_thinned_out(monkeypatch):
    y_true, probas = draw(50, 0, 15)
    whole = np.array(early_classification_curve(y_true, probas))
    monkeypatch.setattr(_early_classification, "MAX_THRESHOLDS", 7)
    thin = np.array(early_classification_curve(y_true, probas))
    assert thin.shape == (3, 7)
    assert set(thin[2]) <= set(whole[2])
    np.testing.assert_array_equal(thin[:, [0, -1]], whole[:, [0, -1]])


def test_sequences_of_one_step_have_one_threshold():
    curve = early_classification_curve([0, 1], [[[0.9, 0.1]], [[0.8, 0.2]]])
    assert [values.tolist() for values in curve] == [[1.0], [0.5], [np.inf]]


def test_labels_may_be_anything_that_sorts():
    y_true, probas = draw(20, 0, 15)
    expected = early_classification_curve(y_true, probas)
    names = np.array(["a", "b", "c"])[y_true]
    for found, wanted in zip(
        early_classification_curve(names, probas), expected, strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


def test_classes_name_the_columns():
    probas = [[[0.9, 0.1]], [[0.2, 0.8]]]
    _, accuracy, _ = early_classification_curve([0, 0], probas, classes=[0, 1])
    assert accuracy.tolist() == [0.5]
    _, accuracy, _ = early_classification_curve([0, 7], probas, classes=[1, 0])
    assert accuracy.tolist() == [0.0]


def test_what_does_not_match_is_refused(assert_refused):
    cases = [
        ([0, 1], [[[0.9, 0.1]]], r"inconsistent numbers of samples: \[2, 1\]"),
        ([], [], r"inconsistent numbers of samples: \[0, 0\]"),
        ([0, 0], [[[0.9, 0.1]]] * 2, "2 columns, but y_true holds 1 classes"),
        ([0, 1], [[0.9, 0.1]] * 2, r"\(n_timesteps_i, n_classes\), got \(2,\) at row"),
        ([0, 1], [[[0.9, 0.1]], np.empty((0, 2))], r"got \(0, 2\) at row 1"),
        ([0, 1], [[[0.9, 0.1]], [[1.0]]], "2 at row 0 and 1 at row 1"),
        ([0, 1], [[[0.9, 0.1]], [[np.nan, 1.0]]], "NaN, first at row 1"),
    ]
    assert_refused(early_classification_curve, cases)


def test_classes_of_another_number_are_refused():
    with pytest.raises(ValueError, match=r"classes names 3 .*estimator\.classes_"):
        early_classification_curve([0, 1], [[[0.9, 0.1]]] * 2, classes=[0, 1, 2])
