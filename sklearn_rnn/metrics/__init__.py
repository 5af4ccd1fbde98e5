"""Scores over sequences of labels, their scorers, and early classification.

The flat scores join all sequences and compare step by step; the span scores
compare whole spans, such as the names in a text. `flat_accuracy`, `flat_f1` and
`span_f1` are scorers for ``scoring=`` in `cross_val_score` or `GridSearchCV`.
`early_classification_curve` is for one label per sequence, predicted before its end.
"""

from sklearn_rnn.metrics._early_classification import early_classification_curve
from sklearn_rnn.metrics._flat import flat_accuracy_score, flat_f1_score
from sklearn_rnn.metrics._scorers import flat_accuracy, flat_f1, span_f1
from sklearn_rnn.metrics._spans import (
    span_f1_score,
    span_precision_recall_fscore,
    spans,
)

__all__ = [
    "early_classification_curve",
    "flat_accuracy",
    "flat_accuracy_score",
    "flat_f1",
    "flat_f1_score",
    "span_f1",
    "span_f1_score",
    "span_precision_recall_fscore",
    "spans",
]
