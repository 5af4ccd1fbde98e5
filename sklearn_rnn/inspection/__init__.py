"""What to look at before and after a training: learning rates, drawn."""

__all__ = ["LearningRateDisplay", "ScheduleDisplay", "find_lr"]

from sklearn_rnn.inspection._learning_rate import LearningRateDisplay, find_lr
from sklearn_rnn.inspection._schedule import ScheduleDisplay
