"""What the estimators share that have one target for each step."""

import numpy as np

from sklearn_rnn._messages import callers_of
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
        _refuse_encoded_targets()
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _refuse_encoded_targets():
    """Raise where `cross_val_predict` is about to encode y for probabilities.

    It encodes what has one or two axes, and fails inside NumPy for what is ragged. It
    asks for the tags before; nothing else that it asks of an estimator is in time.
    A pipeline that asks in turn swallows a ValueError.
    """
    for frame in callers_of("sklearn", "cross_val_predict"):
        method = frame.f_locals.get("method")
        if method != "predict" and frame.f_locals.get("y") is not None:
            raise NotImplementedError(
                f"cross_val_predict encodes y for method={method!r}, which cannot be "
                "done with a target for each step; hand y over as it is: "
                f"cross_val_predict(estimator, X, params={{'y': y}}, method={method!r})"
            )


def split_steps(values, offsets):
    """Cut what is flat into an object array of one array per sequence."""
    members = np.split(values, offsets[1:-1])
    return np.fromiter(members, dtype=object, count=len(members))
