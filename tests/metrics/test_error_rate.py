"""Texts and rows of labels of any length, compared."""

import sys

import numpy as np
import pandas as pd
import pytest

from sklearn_rnn.metrics import (
    bleu_score,
    chrf_score,
    error_rate,
    exact_match_score,
)
from sklearn_rnn.sequences import as_ragged

Y_TRUE = ["the cat sat", "on", ""]
Y_PRED = ["the cat sat down", "at", "a"]


def test_rates_worked_by_hand():
    # Words: 1 more of 3, 1 other of 1, 1 more of 0. A mean of rates would be another.
    assert error_rate(Y_TRUE, Y_PRED, unit="word") == 3 / 4
    # Characters: " down", o -> a and n -> t, "a".
    assert error_rate(Y_TRUE, Y_PRED, unit="char") == (5 + 2 + 1) / (11 + 2)
    assert error_rate(Y_TRUE, Y_PRED) == error_rate(Y_TRUE, Y_PRED, unit="char")
    rows, guesses = ([text.split() for text in y] for y in (Y_TRUE, Y_PRED))
    assert error_rate(rows, guesses) == 3 / 4
    weighted = error_rate(Y_TRUE, Y_PRED, unit="word", sample_weight=[2, 1, 0])
    assert weighted == (2 * 1 + 1) / (2 * 3 + 1)


def test_exact_matches_worked_by_hand():
    assert exact_match_score(Y_TRUE, ["the cat sat", "at", ""]) == 2 / 3
    assert exact_match_score(Y_TRUE, Y_TRUE, sample_weight=[0, 2, 3]) == 1
    assert exact_match_score(["a\0"], ["a"]) == 0
    assert exact_match_score([[1, 2], []], [np.array([1, 2]), []]) == 1
    assert exact_match_score([[1], [2]], [[1], [3]], sample_weight=[1, 3]) == 1 / 4


def test_texts_and_labels_come_in_any_container():
    expected = error_rate(Y_TRUE, Y_PRED)
    frame = pd.DataFrame({"y": Y_TRUE}, index=[7, 3, 5])
    texts = [np.array(Y_TRUE), np.array(Y_TRUE, object), tuple(Y_TRUE), frame]
    texts += [frame["y"], pd.Series(Y_TRUE, dtype="string")]
    assert {error_rate(y, Y_PRED) for y in texts} == {expected}
    table = [[1, 2], [3, 4]]
    for rows in (np.array(table), as_ragged(table), pd.Series(table), tuple(table)):
        assert error_rate(rows, [[1], [3, 4]]) == 1 / 4


def test_transposed_references_are_noticed(assert_refused):
    cases = [
        ([Y_TRUE], Y_PRED, r"transposed, as sacrebleu takes them; pass y_true\[0\]"),
        ([[text] for text in Y_TRUE], Y_PRED, r"pass \[row\[0\] for row in y_true\]"),
        ([Y_TRUE[:1]], Y_PRED[:1], r"pass y_true\[0\]"),
    ]
    assert_refused(error_rate, cases)


def test_what_does_not_match_is_refused(assert_refused):
    cases = [
        (Y_TRUE, Y_PRED[:2], r"inconsistent numbers of samples: \[3, 2\]"),
        (["a", "b"], [["a"], ["b"]], "y_true holds texts, y_pred rows of labels"),
        ([[1], [2]], ["a", "b"], "y_true holds rows of labels, y_pred texts"),
        (["a", None], ["a", "b"], "a text at row 0 and NoneType at row 1"),
        ([["1"]], [[1]], "str in one and numbers in the other"),
        ([["a", 1]], [["a"]], "y_true mix types"),
        ([], [], "y_true holds no sequences"),
    ]
    for score in (error_rate, exact_match_score):
        assert_refused(score, cases)
    cases = [("a", ["a"], "y_true must be a list"), ([1, 2], [1, 2], "Row 0 of y_true")]
    assert_refused(error_rate, cases, TypeError)
    with pytest.raises(ValueError, match="unit='word' is for texts"):
        error_rate([["a"]], [["a"]], unit="word")


def test_sentences_are_texts_and_sacrebleu_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    for score in (bleu_score, chrf_score):
        with pytest.raises(ValueError, match=f"{score.__name__} compares texts"):
            score([["a"]], [["a"]])
        with pytest.raises(
            ImportError, match=r"pip install sacrebleu.*\[translation\]"
        ):
            score(["a"], ["a"])
