"""Labelled spans: the rule, the figures of seqeval, brute force, what is refused."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import UndefinedMetricWarning

from sklearn_rnn.metrics import span_f1_score, span_precision_recall_fscore, spans

CASES = json.loads(Path(__file__).with_name("seqeval.json").read_text("utf-8"))["cases"]


def label_rows(prefixes="BIES"):
    labels = ["O"] + [p + t for p in prefixes for t in ("-a", "-b", "")]
    return st.lists(st.lists(st.sampled_from(labels), max_size=6), min_size=1).filter(
        any
    )


@st.composite
def pairs(draw):
    """Draw rows of labels, and for each a prediction that is often right."""
    y_true = draw(label_rows())
    other = st.sampled_from(["O", "B-a", "I-a", "I-b", "E-a", "S-b"])
    y_pred = [[draw(st.just(t) | other) for t in row] for row in y_true]
    return y_true, y_pred


# -- the rule --------------------------------------------------------------------


def test_bio_spans_worked_by_hand():
    for labels, default, strict in [
        ("B-a I-a O B-b", "a02 b34", "a02 b34"),
        ("B-a B-a", "a01 a12", "a01 a12"),
        ("I-a I-a O", "a02", ""),  # nothing begins it
        ("B-a I-b I-b", "a01 b13", "a01"),  # another type, another span
        ("O I-a B-a I-a", "a12 a24", "a24"),
        ("B I O B-a", "_02 a34", "_02 a34"),  # no type is a type
        ("B I-a", "_01 a12", "_01"),
        ("B-", "_01", "_01"),
        ("B-a-b I-a-b", "a-b02", "a-b02"),  # the type is all behind the first hyphen
        ("O O", "", ""),
    ]:
        assert compact(spans(labels.split())) == default, labels
        assert compact(spans(labels.split(), mode="strict")) == strict, labels


def test_bioes_spans_worked_by_hand():
    for labels, default, strict in [
        ("B-a I-a E-a S-b", "a03 b34", "a03 b34"),
        ("B-a E-a E-a", "a02 a23", "a02"),  # nothing goes on behind E
        ("B-a I-a O", "a02", ""),  # nothing ends it
        ("B-a", "a01", ""),
        ("B-a B-a E-a", "a01 a13", "a13"),
        ("I-a E-a", "a02", ""),
        ("S-a I-a", "a01 a12", "a01"),
        ("B-a S-a", "a01 a12", "a12"),
        ("B-a E-b", "a01 b12", ""),
    ]:
        assert compact(spans(labels.split(), "bioes")) == default, labels
        assert compact(spans(labels.split(), "bioes", "strict")) == strict, labels


def compact(found):
    return " ".join(f"{type_}{start}{stop}" for type_, start, stop in found)


@pytest.mark.parametrize("make", [list, tuple, np.array, lambda r: np.array(r, object)])
def test_labels_come_in_any_container(make):
    found = spans(make(["O", "B-PER", "I-PER"]))
    assert found == [("PER", 1, 3)]
    assert [type(part) for part in found[0]] == [str, int, int]


def test_no_labels_have_no_spans():
    assert spans([]) == spans(np.array([], dtype=str)) == []


@given(label_rows())
def test_strict_spans_are_among_those_of_the_default_mode(rows):
    for row in rows:
        assert set(spans(row, "bioes", "strict")) <= set(spans(row))


@given(label_rows())
def test_a_step_outside_belongs_to_no_span_and_any_other_to_one(rows):
    for row in rows:
        times = np.zeros(len(row), dtype=int)
        for _, start, stop in spans(row):
            times[start:stop] += 1
        assert times.tolist() == [label != "O" for label in row]


# -- seqeval ---------------------------------------------------------------------


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_figures_are_those_of_seqeval(average):
    for case in CASES:
        y_true, y_pred = ([r.split() for r in case[y]] for y in ("y_true", "y_pred"))
        options = {"average": average, "zero_division": case["zero_division"]}
        for reading, expected in case["figures"].items():
            if reading != "default":
                options.update(scheme=reading, mode="strict")
            columns = span_precision_recall_fscore(y_true, y_pred, **options)
            f1 = span_f1_score(y_true, y_pred, **options)
            for ours, theirs in zip(columns, expected[str(average)], strict=True):
                np.testing.assert_allclose(ours, theirs, atol=2e-9, err_msg=str(case))
            np.testing.assert_array_equal(f1, columns[2])


# -- scores ----------------------------------------------------------------------

# True:      PER 0-2, LOC 3-4 | PER 1-2 | LOC 0-1
# Predicted: PER 0-2, PER 3-4 | PER 1-2 | PER 0-1
# PER: 2 hits, 4 predicted, 2 true; LOC: 0 hits, 0 predicted, 2 true.
Y_TRUE = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-PER"], ["B-LOC"]]
Y_PRED = [["B-PER", "I-PER", "O", "B-PER"], ["O", "B-PER"], ["B-PER"]]


def test_scores_worked_by_hand():
    scores = span_precision_recall_fscore(Y_TRUE, Y_PRED, zero_division=0)
    precision, recall, fscore, support = scores
    np.testing.assert_allclose(precision, [0, 2 / 4])
    np.testing.assert_allclose(recall, [0, 2 / 2])
    np.testing.assert_allclose(fscore, [0, 2 * 2 / (4 + 2)])
    assert support.tolist() == [2, 2]
    assert span_f1_score(Y_TRUE, Y_PRED) == pytest.approx(2 * 2 / (4 + 4))
    assert span_f1_score(Y_TRUE, Y_PRED, average="macro") == pytest.approx(1 / 3)


def test_weights_worked_by_hand():
    # PER: hits 3 + 1, predicted 3 + 3 + 1 + 0, true 3 + 1. LOC: true 3 + 0.
    options = {"sample_weight": [3, 1, 0], "zero_division": 0}
    scores = span_precision_recall_fscore(Y_TRUE, Y_PRED, **options)
    np.testing.assert_allclose(scores[0], [0, 4 / 7])
    np.testing.assert_allclose(scores[1], [0, 4 / 4])
    np.testing.assert_allclose(scores[2], [0, 8 / 11])
    np.testing.assert_allclose(scores[3], [3, 4])
    weighted = span_f1_score(Y_TRUE, Y_PRED, average="weighted", **options)
    assert weighted == pytest.approx((3 * 0 + 4 * 8 / 11) / 7)


@given(pairs())
def test_the_f1_score_is_that_of_the_sets_of_spans(pair):
    y_true, y_pred = pair
    true, pred = (
        {(i, *span) for i, row in enumerate(y) for span in spans(row)}
        for y in (y_true, y_pred)
    )
    n_spans = len(true) + len(pred)
    expected = 2 * len(true & pred) / n_spans if n_spans else 0.5
    score = span_f1_score(y_true, y_pred, zero_division=0.5)
    assert score == pytest.approx(expected)


@given(pairs(), st.data())
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_a_weight_is_a_number_of_copies(average, pair, data):
    n = len(pair[0])
    copies = data.draw(st.lists(st.integers(1, 3), min_size=n, max_size=n))
    repeated = [
        [r for r, k in zip(y, copies, strict=True) for _ in range(k)] for y in pair
    ]
    options = {"average": average, "zero_division": 1}
    for ours, expected in zip(
        span_precision_recall_fscore(*pair, sample_weight=copies, **options),
        span_precision_recall_fscore(*repeated, **options),
        strict=True,
    ):
        np.testing.assert_allclose(ours, expected)


@given(pairs(), st.randoms())
def test_the_order_of_rows_does_not_matter(pair, random):
    order = random.sample(range(len(pair[0])), len(pair[0]))
    shuffled = [[y[i] for i in order] for y in pair]
    options = {"average": "macro", "zero_division": 1}
    assert span_f1_score(*pair, **options) == span_f1_score(*shuffled, **options)


@given(label_rows())
def test_the_right_labels_score_one(rows):
    assert span_f1_score(rows, rows, zero_division=1) == 1


@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_without_any_span_the_scores_are_what_is_asked(average):
    for value in (0, 0.5, 1):
        options = {"average": average, "zero_division": value}
        scores = span_precision_recall_fscore([["O"]], [["O"]], **options)
        assert scores == (value, value, value, 0)
        assert span_f1_score([["O"]], [["O"]], **options) == value


def test_without_any_span_there_is_no_type():
    assert span_f1_score([["O"]], [["O"]], average=None).shape == (0,)


@pytest.mark.parametrize("average", ["micro", "weighted"])
def test_without_a_true_span_only_the_recall_is_undefined(average):
    options = {"average": average, "zero_division": 1}
    scores = span_precision_recall_fscore([["O"]], [["B-a"]], **options)
    assert scores == (0, 1, 0, 0)


# -- warnings --------------------------------------------------------------------


def test_an_undefined_score_is_warned_about_where_it_is_asked_for():
    with pytest.warns(UndefinedMetricWarning, match="no true or predicted") as caught:
        assert span_f1_score([["O"]], [["O"]]) == 0
    assert [warning.filename for warning in caught] == [__file__]


def test_the_types_without_a_score_are_named():
    with pytest.warns(UndefinedMetricWarning) as caught:
        span_precision_recall_fscore([["B-a", "O", "B-c"]], [["O", "B-b", "B-c"]])
    precision, recall = (str(warning.message) for warning in caught)
    assert "no predicted span of a: the precision is" in precision
    assert "no true span of b: the recall is" in recall


def test_a_tagger_that_finds_nothing_scores_zero_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert span_f1_score([["B-a"]], [["O"]]) == 0
        assert span_f1_score([["B-a"]], [["O"]], average="macro") == 0


# -- errors ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["default", "strict"])
def test_a_label_of_no_scheme_is_refused(mode, assert_refused):
    def score(label):
        span_f1_score([["O", "B-a"]], [["B-a", label]], mode=mode)

    message = "The labels in y_pred must be 'O', or begin .*got {!r}; write"
    labels = ["NOUN", "ORG", "", "X-PER", "b-PER", "O-PER", "BPER"]
    assert_refused(score, [(label, message.format(label)) for label in labels])


def test_strict_bio_refuses_what_only_bioes_has(assert_refused):
    message = "one of B-, I- and .* got '{}'; .*bioes"
    labels = ["E-a", "S-a", "E"]
    cases = [(["B-a", label], message.format(label)) for label in labels]
    assert_refused(lambda row: spans(row, mode="strict"), cases)
    for label in labels:
        spans(["B-a", label], "bioes", "strict")
        spans(["B-a", label])


def test_numbers_are_no_labels_of_spans():
    with pytest.raises(ValueError, match=r"in y_true must be 'O', or begin .* got 1;"):
        span_f1_score([[1, 0]], [[1, 0]])
    with pytest.raises(
        ValueError, match=r"in labels must be 'O', or begin .* got None"
    ):
        spans(["O", None])


@pytest.mark.parametrize("score", [span_f1_score, span_precision_recall_fscore])
def test_other_values_of_a_parameter_are_refused(score, assert_refused):
    bad = {"scheme": "iob1", "mode": "lax", "average": "binary", "zero_division": 2}
    cases = [
        ({name: value}, f"The '{name}' parameter of {score.__name__}")
        for name, value in bad.items()
    ]
    assert_refused(lambda options: score(Y_TRUE, Y_PRED, **options), cases)


def test_plain_text_is_no_sequence_of_labels():
    with pytest.raises(TypeError, match="Labels must be a list or array of labels"):
        spans("B-PER")
