"""The scores as scorers, for ``scoring=``.

With metadata routing ``set_score_request`` changes a scorer for everyone who
imports it; make one of your own then, with scikit-learn's `make_scorer`.
"""

__all__ = [
    "bleu",
    "chrf",
    "exact_match",
    "flat_accuracy",
    "flat_f1",
    "neg_error_rate",
    "span_f1",
]

from sklearn.metrics import make_scorer

from sklearn_rnn.metrics._error_rate import error_rate, exact_match_score
from sklearn_rnn.metrics._flat import flat_accuracy_score, flat_f1_score
from sklearn_rnn.metrics._spans import span_f1_score
from sklearn_rnn.metrics._translation import bleu_score, chrf_score

flat_accuracy = make_scorer(flat_accuracy_score)
"""Scorer of `flat_accuracy_score`."""

# The default of pos_label, 1, would have to be among the estimator's classes.
flat_f1 = make_scorer(flat_f1_score, pos_label=None)
"""Scorer of `flat_f1_score`, averaged over labels."""

span_f1 = make_scorer(span_f1_score)
"""Scorer of `span_f1_score` in its default mode, over the spans of all types."""

neg_error_rate = make_scorer(error_rate, greater_is_better=False)
"""Scorer of `error_rate`, negated, since scorers call the larger better."""

exact_match = make_scorer(exact_match_score)
"""Scorer of `exact_match_score`."""

bleu = make_scorer(bleu_score)
"""Scorer of `bleu_score`; needs sacrebleu."""

chrf = make_scorer(chrf_score)
"""Scorer of `chrf_score`; needs sacrebleu."""
