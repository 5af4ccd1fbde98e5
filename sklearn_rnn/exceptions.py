"""Errors and warnings that have a meaning of their own.

Bad values raise :class:`ValueError`, wrong types :class:`TypeError`; the
classes here are for what a caller may want to tell apart.
"""

__all__ = [
    "AmbiguousInputWarning",
    "CalibrationWarning",
    "CheckpointError",
    "CheckpointWarning",
    "DivergenceWarning",
    "ExtrapolationWarning",
    "IncompleteAttributionWarning",
    "NotBetterThanNaiveWarning",
    "NothingLearntWarning",
    "OneHotTargetWarning",
    "RefitWarning",
    "SavedFileError",
    "SequenceError",
    "SklearnRNNWarning",
    "SlicedValidationWarning",
    "TruncationWarning",
    "VanishingGradientWarning",
]

from sklearn.exceptions import ConvergenceWarning


class SequenceError(ValueError):
    """X cannot be read as a set of sequences."""


class CheckpointError(ValueError):
    """A checkpoint is damaged, of another fit, of a later version, or none."""


class SavedFileError(ValueError):
    """A file holds no estimator of `sklearn_rnn.save`, or types to be trusted first."""


class SklearnRNNWarning(UserWarning):
    """Base class of the warnings of this package."""


class AmbiguousInputWarning(SklearnRNNWarning):
    """X can be read in two ways and the less likely one may be meant."""


class CalibrationWarning(SklearnRNNWarning):
    """A temperature makes all classes equally probable."""


class CheckpointWarning(SklearnRNNWarning):
    """A checkpoint could not be written; training goes on without."""


class ExtrapolationWarning(SklearnRNNWarning):
    """Sequences to predict from have left the range of those trained on."""


class IncompleteAttributionWarning(SklearnRNNWarning):
    """Contributions do not sum to the difference that they explain."""


class NotBetterThanNaiveWarning(SklearnRNNWarning):
    """No forecast is better than the last value; the last value is repeated."""


class OneHotTargetWarning(SklearnRNNWarning):
    """y looks one-hot encoded and is learnt as independent labels."""


class RefitWarning(SklearnRNNWarning):
    """One of two trainings was cut short; the weights leave out the held-out part."""


class SlicedValidationWarning(SklearnRNNWarning):
    """X_val is as long as a fold of X, as if cross-validation had cut it."""


class TruncationWarning(SklearnRNNWarning):
    """Documents or answers were longer than what is kept, and were cut."""


class DivergenceWarning(SklearnRNNWarning, ConvergenceWarning):
    """The loss became NaN or infinite; the last good weights were kept."""


class NothingLearntWarning(SklearnRNNWarning):
    """After a training the answers fit other rows as well as their own."""


class VanishingGradientWarning(SklearnRNNWarning):
    """Training learnt nothing, and the first half of the sequences has no effect."""
