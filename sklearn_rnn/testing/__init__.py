"""Checks of sequence estimators, of this package and of others."""

__all__ = ["all_estimators", "check_sequence_estimator"]

from sklearn_rnn.testing._all_estimators import all_estimators
from sklearn_rnn.testing._check_estimator import check_sequence_estimator
