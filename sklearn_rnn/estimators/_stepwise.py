"""What the estimators share that have one target for each step."""

import numpy as np

from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.sequences import Sequences


class StepwiseRNN(BaseRNN):
    """Base of the estimators that keep the states of all steps.

    The network gives one row of outputs for each real step, without padding; targets
    and weights stand in the same line, so that losses and scores are those of any
    other estimator, with steps in the place of rows.
    """

    _output_per = "step"

    def _output_params(self):
        return {"pooling": None}

    def _split_target(self, y):
        return np.zeros(len(y))  # nothing to stratify by

    def _target_weight(self, y, weight):
        return weight_per_step(y, weight)

    def _step_outputs(self, X, method="predict", dtype=np.float64):
        """Run the net over X; one row for each step, and where each sequence ends."""
        sequences = self._read(X)
        return self._outputs(sequences, method, dtype), sequences.offsets


def split_steps(values, offsets):
    """Cut what stands in one line into an object array of one array per sequence."""
    members = np.split(values, offsets[1:-1])
    return np.fromiter(members, dtype=object, count=len(members))


def weight_per_step(y, weight):
    """Repeat the weight of each sequence for its steps."""
    return np.repeat(weight, y.lengths)


def with_values(y, values):
    """Give the steps of `y` other targets."""
    return Sequences(values, y.offsets)
