"""Pictures of a network: its training, states, predictions and errors."""

__all__ = [
    "AlignmentDisplay",
    "AttentionDisplay",
    "BacktestDisplay",
    "EarlyClassificationDisplay",
    "Explanation",
    "ForecastDisplay",
    "LearningRateDisplay",
    "LengthScoreDisplay",
    "ScheduleDisplay",
    "StatesDisplay",
    "StepImportanceDisplay",
    "TokenImportanceDisplay",
    "TrainingCurveDisplay",
    "TransitionsDisplay",
    "explain",
    "find_lr",
    "hidden_states",
]

from sklearn_rnn.inspection._alignment import AlignmentDisplay
from sklearn_rnn.inspection._attention import AttentionDisplay
from sklearn_rnn.inspection._backtest import BacktestDisplay
from sklearn_rnn.inspection._early_classification import EarlyClassificationDisplay
from sklearn_rnn.inspection._explain import Explanation, explain
from sklearn_rnn.inspection._forecast import ForecastDisplay
from sklearn_rnn.inspection._importance import StepImportanceDisplay
from sklearn_rnn.inspection._learning_rate import LearningRateDisplay, find_lr
from sklearn_rnn.inspection._length_score import LengthScoreDisplay
from sklearn_rnn.inspection._schedule import ScheduleDisplay
from sklearn_rnn.inspection._states import StatesDisplay, hidden_states
from sklearn_rnn.inspection._token_importance import TokenImportanceDisplay
from sklearn_rnn.inspection._training_curve import TrainingCurveDisplay
from sklearn_rnn.inspection._transitions import TransitionsDisplay
