"""Scores over sequences of labels, their scorers, and early classification.

The flat scores join all sequences and compare step by step; the span scores
compare whole spans, such as the names in a text; `error_rate` and the like compare
texts or labels of any length. `flat_accuracy`, `flat_f1`, `span_f1`,
`neg_error_rate`, `exact_match`, `bleu` and `chrf` are scorers for ``scoring=`` in
`cross_val_score` or `GridSearchCV`.
`early_classification_curve` is for one label per sequence, predicted before its end.
"""

from sklearn_rnn.metrics._early_classification import early_classification_curve
from sklearn_rnn.metrics._error_rate import error_rate, exact_match_score
from sklearn_rnn.metrics._flat import flat_accuracy_score, flat_f1_score
from sklearn_rnn.metrics._scorers import (
    bleu,
    chrf,
    exact_match,
    flat_accuracy,
    flat_f1,
    neg_error_rate,
    span_f1,
)
from sklearn_rnn.metrics._spans import (
    span_f1_score,
    span_precision_recall_fscore,
    spans,
)
from sklearn_rnn.metrics._translation import bleu_score, chrf_score

__all__ = [
    "bleu",
    "bleu_score",
    "chrf",
    "chrf_score",
    "early_classification_curve",
    "error_rate",
    "exact_match",
    "exact_match_score",
    "flat_accuracy",
    "flat_accuracy_score",
    "flat_f1",
    "flat_f1_score",
    "neg_error_rate",
    "span_f1",
    "span_f1_score",
    "span_precision_recall_fscore",
    "spans",
]
