"""A label for each step."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.metrics import accuracy_score

from sklearn_rnn.estimators._tag_schemes import check_scheme, forbidden_transitions
from sklearn_rnn.estimators.targets._classes import ClassTarget
from sklearn_rnn.estimators.targets._target import kind_of, weight_of_steps, with_values
from sklearn_rnn.nn import CRFHead, Head, StepsHead
from sklearn_rnn.sequences import Sequences, check_step_labels, encode_labels


class StepLabelTarget(ClassTarget):
    """A label for each step.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    class_weight, loss, output, scheme : object
        As `RNNTagger` has them.
    """

    def __init__(
        self, owner: str, class_weight: Any, loss: Any, output: str, scheme: str | None
    ) -> None:
        super().__init__(owner, class_weight, loss)
        self.output = output
        self.scheme = scheme
        self.forbidden: tuple[Any, ...] = ()
        self._check_parameters()

    def _check_parameters(self) -> None:
        if self.output == "crf" and self.loss != "cross_entropy":
            raise ValueError(
                f"loss={self.loss!r} needs output='softmax', got output='crf': the "
                "loss of a CRF is minus the logarithm of the probability of the "
                "labels; set output='softmax' or loss='cross_entropy'."
            )
        if self.scheme is not None and self.output != "crf":
            raise ValueError(
                f"scheme={self.scheme!r} needs output='crf', got {self.output!r}: a "
                "softmax decides each step by itself; set output='crf' or scheme=None."
            )

    def check(
        self,
        y: Any,
        sequences: Sequences,
        *,
        reset: bool,
        classes: Any = None,
        to_learn: bool = True,
        **options: Any,
    ) -> Sequences:
        """Give class indices, those of each sequence one after the other."""
        labels = check_step_labels(y, sequences.lengths)
        self.know_classes(labels, classes, reset=reset)
        self.refuse_one_class()
        if self.scheme is not None:
            self.forbidden = forbidden_transitions(self.classes_, self.scheme)
        codes = encode_labels(labels, self.classes_, sequences.offsets)
        encoded = with_values(sequences, codes)
        if to_learn:  # a score may compare with what a CRF cannot learn
            check_scheme(encoded, self.classes_, self.forbidden)
        return encoded

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Learn the weights of the classes."""
        self.learn_class_weight(y.values, weight_of_steps(y, weight))

    def strata(self, y: Any) -> NDArray[Any]:
        """Give nothing to stratify by."""
        return np.zeros(len(y))

    def weigh_samples(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Leave out the sequences of whose labels none has a weight."""
        teaches = np.maximum.reduceat(self.weight_of_class[y.values], y.offsets[:-1])
        return weight * (teaches > 0)

    def weigh(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give each step the weight of its sequence times that of its class."""
        return weight_of_steps(y, weight) * self.weight_of_class[y.values]

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a head that decides each step by itself, or all together."""
        n_labels = len(self.classes_)
        if self.output == "crf":
            return CRFHead(n_units, n_labels, forbidden=self.forbidden, **shared)
        return StepsHead(n_units, n_labels, loss=self.loss, **shared)

    def structure(self) -> dict[str, Any]:
        """Name the outputs and how they are decided."""
        return {
            "n_outputs": len(self.classes_),
            "loss": kind_of(self.loss),
            "loss.link": self.link,
            "output": self.output,
            "scheme": self.scheme,
        }

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the linear map, and of the transitions."""
        n_labels = len(self.classes_)
        n_transitions = n_labels**2 if self.output == "crf" else 0
        return n_units * n_labels + n_transitions

    def decide(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into class indices (n_steps_total,), each step by itself."""
        codes: NDArray[Any] = outputs if outputs.ndim == 1 else outputs.argmax(axis=1)
        return codes

    def response(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into probabilities (n_steps_total, n_classes)."""
        return softmax(outputs, axis=1)

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Compute the share of the steps whose class is right."""
        codes = self.decide(outputs)
        accuracy: float = accuracy_score(y, codes, sample_weight=weight)
        return accuracy
