"""What the targets share that are labels: classes and their weights."""

import inspect
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from sklearn_rnn._messages import name_some
from sklearn_rnn.estimators.targets._target import Target
from sklearn_rnn.nn import link_of
from sklearn_rnn.sequences import find_classes

LINKS = ("logit", "multinomial_logit", "identity")
"""What leads to logits; a loss that says nothing has the last one."""


class ClassTarget(Target):
    """Base of the targets that are labels.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    class_weight : dict, "balanced" or None
        As `RNNClassifier` has it.
    loss : "cross_entropy", Module or callable
        As `RNNClassifier` has it.

    Attributes
    ----------
    task : {"binary", "multiclass", "multilabel"}
        Two classes can have one output, the logit of the second one.
    """

    learnt: ClassVar[tuple[str, ...]] = ("classes_", "task")
    public: ClassVar[tuple[str, ...]] = ("classes_",)

    def __init__(self, owner: str, class_weight: Any, loss: Any) -> None:
        super().__init__(owner)
        self.class_weight = class_weight
        self.loss = loss
        self.link = link_of(loss)
        self.task = "multiclass"
        self.classes_: NDArray[Any] = np.array([])

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network."""
        return len(self.classes_)

    def know_classes(self, labels: Any, classes: Any, *, reset: bool) -> None:
        """Find the classes, or see that those named are still the same."""
        if self.link not in LINKS and not inspect.isclass(self.loss):
            raise ValueError(
                f"loss={self.loss!r} has the link {self.link!r}, but {self.owner} "
                "reads its outputs as logits, the links 'logit' and "
                "'multinomial_logit'; take another loss, such as loss='cross_entropy'. "
                "For numbers there are RNNRegressor and RNNStepRegressor."
            )
        if hasattr(classes, "__array__"):  # or a tensor, or a column of pyarrow
            classes = list(np.asarray(classes))
        if reset:
            self.classes_ = find_classes(labels if classes is None else list(classes))
        elif classes is not None and set(classes) != set(self.classes_.tolist()):
            raise ValueError(
                f"classes=[{name_some(classes)}] are not those of the first call, "
                f"[{name_some(self.classes_)}]; name every class there, or leave "
                "classes out."
            )

    def refuse_one_class(self) -> None:
        """Raise where there is nothing to tell apart."""
        if len(self.classes_) < 2:
            raise ValueError(
                f"{self.owner} needs at least two classes, got one class: "
                f"{self.classes_.tolist()!r}."
            )

    def learn_class_weight(self, codes: NDArray[Any], weight: NDArray[Any]) -> None:
        """Learn the weight of each class from class indices and their weights."""
        n_classes = len(self.classes_)
        if self.class_weight is None:
            self.weight_of_class = np.ones(n_classes)
        elif isinstance(self.class_weight, str):  # "balanced"
            share = np.bincount(codes, weights=weight, minlength=n_classes) * n_classes
            self.weight_of_class = np.divide(
                weight.sum(), share, out=np.zeros(n_classes), where=share > 0
            )
        else:
            self.weight_of_class = compute_class_weight(
                self.class_weight, classes=self.classes_, y=self.classes_[codes]
            )
            self._refuse_negative_weight()

    def _refuse_negative_weight(self) -> None:
        wrong = ~(self.weight_of_class >= 0)
        if wrong.any():
            raise ValueError(
                "class_weight must hold weights of at least 0, got "
                f"{self.weight_of_class[wrong][0]} for the class "
                f"{name_some(self.classes_[wrong][:1])}."
            )
