"""What a training can be given on its way: skorch callbacks for ``callbacks=``."""

__all__ = ["WeightAverage"]

from sklearn_rnn._training import WeightAverage
