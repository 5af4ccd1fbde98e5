"""BLEU and chrF, worked by hand."""

import pytest

from sklearn_rnn.metrics import bleu_score, chrf_score


def test_bleu_worked_by_hand():
    # Of 7 words, 6 pairs, 5 triples and 4 fours, one of each is not in the reference.
    score = bleu_score(["the cat sat on the mat"], ["the cat sat on the mat today"])
    shares = 6 / 7 * 5 / 6 * 4 / 5 * 3 / 4
    assert score == pytest.approx(100 * shares**0.25)
    assert bleu_score(["A b c d"], ["a b c d"], lowercase=True) == pytest.approx(100)
    assert bleu_score(["我不喜欢"], ["我不喜欢"], tokenize="zh") == pytest.approx(100)


def test_chrf_worked_by_hand():
    # Of 3 characters 2 are right, of 2 pairs 1, of 1 triple none; P = R.
    score = chrf_score(["abc"], ["abd"])
    assert score == pytest.approx(100 * (2 / 3 + 1 / 2 + 0) / 3)
    assert chrf_score(["abc"], ["abd"], word_order=1) < score
