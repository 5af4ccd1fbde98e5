"""Scores of labels, texts and forecasts, their scorers, and early classification.

The flat scores join all sequences and compare step by step; the span scores
compare whole spans, such as the names in a text; `error_rate` and the like compare
texts or labels of any length. `flat_accuracy`, `flat_f1`, `span_f1`,
`neg_error_rate`, `exact_match`, `bleu` and `chrf` are scorers for ``scoring=`` in
`cross_val_score` or `GridSearchCV`.
`early_classification_curve` is for one label per sequence, predicted before its end.
`mase`, `quantile_loss` and `coverage` are for forecasts and skip what was not observed;
their scorers are `neg_mase`, `neg_quantile_loss` and `band_coverage`.
"""

from sklearn_rnn.metrics._early_classification import early_classification_curve
from sklearn_rnn.metrics._error_rate import error_rate, exact_match_score
from sklearn_rnn.metrics._flat import flat_accuracy_score, flat_f1_score
from sklearn_rnn.metrics._forecast_scorers import (
    band_coverage,
    neg_mase,
    neg_quantile_loss,
)
from sklearn_rnn.metrics._forecasts import coverage, mase, quantile_loss
from sklearn_rnn.metrics._naive_error import seasonal_naive_error
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
    "band_coverage",
    "bleu",
    "bleu_score",
    "chrf",
    "chrf_score",
    "coverage",
    "early_classification_curve",
    "error_rate",
    "exact_match",
    "exact_match_score",
    "flat_accuracy",
    "flat_accuracy_score",
    "flat_f1",
    "flat_f1_score",
    "mase",
    "neg_error_rate",
    "neg_mase",
    "neg_quantile_loss",
    "quantile_loss",
    "seasonal_naive_error",
    "span_f1",
    "span_f1_score",
    "span_precision_recall_fscore",
    "spans",
]
