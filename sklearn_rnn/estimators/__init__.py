"""What the user holds: the scikit-learn estimators."""

from sklearn_rnn.estimators._classifier import RNNClassifier
from sklearn_rnn.estimators._regressor import RNNRegressor

__all__ = ["RNNClassifier", "RNNRegressor"]
