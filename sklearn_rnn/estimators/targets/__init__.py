"""What is y?  Each target knows y as the user gave it and as a loss reads it."""

from sklearn_rnn.estimators.targets._horizon import HorizonTarget
from sklearn_rnn.estimators.targets._labels import LabelTarget
from sklearn_rnn.estimators.targets._next_token import NextTokenTarget, ending
from sklearn_rnn.estimators.targets._numbers import NumberTarget
from sklearn_rnn.estimators.targets._sequence import SequenceTarget
from sklearn_rnn.estimators.targets._step_labels import StepLabelTarget
from sklearn_rnn.estimators.targets._step_numbers import StepNumberTarget
from sklearn_rnn.estimators.targets._target import Target, weight_of_steps, with_values
from sklearn_rnn.estimators.targets._temperature import says_nothing
from sklearn_rnn.estimators.targets._transcription import (
    TranscriptionTarget,
    refuse_impossible,
)
from sklearn_rnn.estimators.targets._translation import TranslationTarget

__all__ = [
    "HorizonTarget",
    "LabelTarget",
    "NextTokenTarget",
    "NumberTarget",
    "SequenceTarget",
    "StepLabelTarget",
    "StepNumberTarget",
    "Target",
    "TranscriptionTarget",
    "TranslationTarget",
    "ending",
    "refuse_impossible",
    "says_nothing",
    "weight_of_steps",
    "with_values",
]
