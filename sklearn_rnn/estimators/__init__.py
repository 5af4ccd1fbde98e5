"""What the user holds: the scikit-learn estimators."""

from sklearn_rnn.estimators._classifier import RNNClassifier
from sklearn_rnn.estimators._forecaster import RNNForecaster
from sklearn_rnn.estimators._language_model import RNNLanguageModel
from sklearn_rnn.estimators._regressor import RNNRegressor
from sklearn_rnn.estimators._step_regressor import RNNStepRegressor
from sklearn_rnn.estimators._tagger import RNNTagger
from sklearn_rnn.estimators._transcriber import RNNTranscriber
from sklearn_rnn.estimators._translator import RNNTranslator

__all__ = [
    "RNNClassifier",
    "RNNForecaster",
    "RNNLanguageModel",
    "RNNRegressor",
    "RNNStepRegressor",
    "RNNTagger",
    "RNNTranscriber",
    "RNNTranslator",
]
