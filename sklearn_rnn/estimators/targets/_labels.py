"""A label for each sequence, or a set of labels."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.metrics import accuracy_score

from sklearn_rnn.estimators.targets._classes import ClassTarget
from sklearn_rnn.estimators.targets._target import kind_of
from sklearn_rnn.estimators.targets._temperature import find_temperature
from sklearn_rnn.nn import Head, PooledHead
from sklearn_rnn.sequences import (
    Sequences,
    check_labels,
    encode_labels,
    warn_if_one_hot,
)

# How the tasks differ: the loss that a task has by itself.
LOSS_OF_TASK = {
    "binary": "binary_cross_entropy",
    "multiclass": "cross_entropy",
    "multilabel": "binary_cross_entropy",
}


class LabelTarget(ClassTarget):
    """A label for each sequence, or a set of labels.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    class_weight, loss, pooling : object
        As `RNNClassifier` has them.

    Attributes
    ----------
    may_be_multilabel : bool
        Whether y may be an indicator matrix.
    temperature_ : float
        What logits are divided by before they become probabilities.
    """

    may_be_multilabel: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = (*ClassTarget.public, "temperature_")

    def __init__(self, owner: str, class_weight: Any, loss: Any, pooling: Any) -> None:
        super().__init__(owner, class_weight, loss)
        self.pooling = pooling
        self.temperature_ = 1.0

    def check(
        self,
        y: Any,
        sequences: Sequences,
        *,
        reset: bool,
        classes: Any = None,
        **options: Any,
    ) -> NDArray[Any]:
        """Give class indices (n_samples,) or indicators (n_samples, n_labels)."""
        y, multilabel = check_labels(y)
        if multilabel and not self.may_be_multilabel:
            raise ValueError(
                f"y is an indicator matrix, but {self.owner} learns one class for each "
                "sequence; pass y of shape (n_samples,)."
            )
        labels = np.arange(y.shape[1]) if multilabel else y
        self.know_classes(labels, classes, reset=reset)
        if reset:
            self.task = self._name_task(multilabel)
        elif multilabel != (self.task == "multilabel"):
            raise ValueError(
                f"y is {'' if multilabel else 'not '}an indicator matrix, but this "
                f"{self.owner} was fitted for a {self.task} target."
            )
        if not multilabel:
            return encode_labels(y, self.classes_)
        if y.shape[1] != len(self.classes_):
            raise ValueError(
                f"y has {y.shape[1]} labels, but {len(self.classes_)} are expected."
            )
        warn_if_one_hot(y)
        return y

    def _name_task(self, multilabel: bool) -> str:
        if multilabel:
            return "multilabel"
        self.refuse_one_class()
        return "binary" if len(self.classes_) == 2 else "multiclass"

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Learn the weights of the classes."""
        if self.task == "multilabel" and self.class_weight is not None:
            raise ValueError(
                "class_weight is not for multilabel targets, got "
                f"{self.class_weight!r}; weigh the rows with sample_weight."
            )
        self.learn_class_weight(y, weight)

    def weigh_samples(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Multiply with the weights of the classes."""
        return weight if self.task == "multilabel" else weight * self.weight_of_class[y]

    def encode(self, y: Any) -> NDArray[Any]:
        """Give class indices (n_samples,) or zeros and ones (n_samples, n_outputs)."""
        return y[:, np.newaxis].astype(np.float32) if self.task == "binary" else y

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network."""
        return 1 if self.task == "binary" else len(self.classes_)

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a head of logits."""
        loss = LOSS_OF_TASK[self.task] if self.loss == "cross_entropy" else self.loss
        shared = {"pooling": self.pooling, **shared}
        return PooledHead(n_units, self.n_outputs, loss=loss, **shared)

    def structure(self) -> dict[str, Any]:
        """Name the outputs, the loss and the pooling."""
        return {
            "n_outputs": self.n_outputs,
            "loss": kind_of(self.loss),
            "loss.link": self.link,
            "pooling": self.pooling,
        }

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the linear map, as far as they are known."""
        n_pooled = n_units if isinstance(self.pooling, str) else 1
        return n_pooled * self.n_outputs

    def labels(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into labels, or into an indicator matrix."""
        decided = self.decide(outputs)
        return decided if self.task == "multilabel" else self.classes_[decided]

    def response(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into probabilities (n_samples, n_classes)."""
        logits = self._one_per_class(outputs)
        return softmax(logits, axis=1) if self.task == "multiclass" else expit(logits)

    def log_proba(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into the logarithms of probabilities (n_samples, n_classes)."""
        logits = self._one_per_class(outputs)
        if self.task == "multiclass":
            return log_softmax(logits, axis=1)
        return log_expit(logits)

    def _one_per_class(self, outputs: NDArray[Any]) -> NDArray[Any]:
        logits = outputs / self.temperature_
        return np.concatenate([-logits, logits], 1) if self.task == "binary" else logits

    def calibrate(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> None:
        """Find the temperature by rows that were not trained on, as `encode` has y."""
        self.temperature_ = find_temperature(outputs, y, weight)

    def decide(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into class indices, or into an indicator matrix."""
        if self.task == "multiclass":
            return outputs.argmax(axis=1)
        decided = (outputs > 0).astype(np.int64)
        return decided[:, 0] if self.task == "binary" else decided

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Compute the accuracy."""
        y = y[:, 0] if self.task == "binary" else y
        accuracy: float = accuracy_score(y, self.decide(outputs), sample_weight=weight)
        return accuracy
