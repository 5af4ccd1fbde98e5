"""Scores over sequences of labels, their scorers, and how early an answer is right.

The flat scores join all sequences and compare step by step; the span scores
compare whole spans, such as the names in a text. `flat_accuracy`, `flat_f1` and
`span_f1` are scorers for ``scoring=`` in `cross_val_score` or `GridSearchCV`.
`earliness_accuracy_curve` is for one label per sequence that is told before its end.
"""

from sklearn_rnn.metrics._earliness import earliness_accuracy_curve
from sklearn_rnn.metrics._flat import flat_accuracy_score, flat_f1_score
from sklearn_rnn.metrics._scorers import flat_accuracy, flat_f1, span_f1
from sklearn_rnn.metrics._spans import (
    span_f1_score,
    span_precision_recall_fscore,
    spans,
)

__all__ = [
    "earliness_accuracy_curve",
    "flat_accuracy",
    "flat_accuracy_score",
    "flat_f1",
    "flat_f1_score",
    "span_f1",
    "span_f1_score",
    "span_precision_recall_fscore",
    "spans",
]
