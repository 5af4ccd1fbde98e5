"""What a training can be given on its way: skorch callbacks for ``callbacks=``."""

__all__ = ["Checkpoint", "TimeBudget", "WeightAverage"]

from sklearn_rnn._training import Checkpoint, TimeBudget, WeightAverage
