"""What the estimators share that have one target for each step."""

import numpy as np

from sklearn_rnn.estimators._base import BaseRNN


class StepwiseRNN(BaseRNN):
    """Base of the estimators that predict something for each step.

    The network gives one row of outputs for each real step, without padding, and
    targets and weights are flat in the same way.
    """

    def _step_outputs(self, X, question=None, dtype=np.float64):
        """Ask the net about X; one row for each step, and where each sequence ends."""
        sequences = self._read(X)
        return self._outputs(sequences, question, dtype), sequences.offsets

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def split_steps(values, offsets):
    """Cut what is flat into an object array of one array per sequence."""
    members = np.split(values, offsets[1:-1])
    return np.fromiter(members, dtype=object, count=len(members))
