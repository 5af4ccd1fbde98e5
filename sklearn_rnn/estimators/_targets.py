"""What an estimator learns from its target: classes and their weights, or scales.

The targets stand in one line here, whether there is one for each sequence or one for
each step.
"""

from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.metrics import r2_score
from sklearn.utils.class_weight import compute_class_weight

from sklearn_rnn._compat import Interval, StrOptions, fit_context
from sklearn_rnn._messages import name_some
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.sequences import Standardizer, find_classes

if TYPE_CHECKING:
    from typing_extensions import Self

LOSSES = {"squared_error", "absolute_error", "huber", "poisson", "quantile"}


@with_parameters
class ClassTarget:
    """The part of an estimator that knows its classes."""

    class_weight: dict | str | None = parameter(
        default=None,
        accepts='dict, "balanced" or None',
        text="""
        Weight of each class, multiplied with ``sample_weight``; in `RNNTagger` for the
        steps that have it.  "balanced" weighs classes inversely to their weighted
        frequency.  Not for multilabel targets.
        """,
        constraint=[dict, StrOptions({"balanced"}), None],
    )

    _attributes: ClassVar[dict] = {
        "classes_": (
            "ndarray of shape (n_classes,)",
            "The class labels, sorted; for multilabel targets the column numbers.",
        ),
    }

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> "Self":
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.  The first call decides the standardisation and
            the parameters used; new tokens may come later.
        y : array-like
            The targets, as for `fit`.
        classes : array-like of shape (n_classes,), default=None
            All labels there will be; needed in the first call.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        self._check_classes_of_partial_fit(classes)
        return self._partial_fit(X, y, sample_weight, classes=classes)

    def _know_classes(self, labels, classes, *, reset):
        """Find the classes, or see that those named are still the same."""
        if reset:
            self.classes_ = find_classes(labels if classes is None else list(classes))
        elif classes is not None and set(classes) != set(self.classes_.tolist()):
            raise ValueError(
                f"classes=[{name_some(classes)}] are not those of the first call, "
                f"[{name_some(self.classes_)}]; name every class there, or leave "
                "classes out."
            )

    def _refuse_one_class(self):
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least two classes, got one class: "
                f"{self.classes_.tolist()!r}."
            )

    def _check_classes_of_partial_fit(self, classes):
        if classes is None and not hasattr(self, "net_"):
            raise ValueError(
                "classes must be passed on the first call to partial_fit: name every "
                "label there will be."
            )
        if isinstance(self.class_weight, str):
            raise ValueError(
                "class_weight='balanced' needs all of y, which partial_fit does not "
                "see; pass a dict of weights."
            )

    def _learn_class_weight(self, codes, weight):
        """Learn the weight of each class from class indices and their weights."""
        n_classes = len(self.classes_)
        if self.class_weight is None:
            self._class_weight = np.ones(n_classes)
        elif self.class_weight == "balanced":
            share = np.bincount(codes, weights=weight, minlength=n_classes) * n_classes
            self._class_weight = np.divide(
                weight.sum(), share, out=np.zeros(n_classes), where=share > 0
            )
        else:
            self._class_weight = compute_class_weight(
                self.class_weight, classes=self.classes_, y=self.classes_[codes]
            )
            wrong = ~(self._class_weight >= 0)
            if wrong.any():
                raise ValueError(
                    "class_weight must hold weights of at least 0, got "
                    f"{self._class_weight[wrong][0]} for the class "
                    f"{name_some(self.classes_[wrong][:1])}."
                )


@with_parameters
class RealTarget:
    """The part of an estimator that knows the scale of its numbers and their loss."""

    loss: str = parameter(
        default="squared_error",
        accepts="str",
        text="""
        What is minimised.  "absolute_error" and "huber" mind outliers less than
        "squared_error"; "poisson" is for counts (y at least 0, log link);
        "quantile" predicts the quantile named by ``quantile``.
        """,
        constraint=[StrOptions(LOSSES)],
    )
    quantile: float = parameter(
        default=0.5,
        accepts="float",
        text='Which quantile ``loss="quantile"`` predicts, in (0, 1).',
        constraint=[Interval(Real, 0, 1, closed="neither")],
    )

    _attributes: ClassVar[dict] = {
        "n_outputs_": (
            "int",
            "Number of numbers predicted for each sequence, or for each step.",
        ),
        "target_mean_, target_scale_": (
            "ndarray of shape (`n_outputs_`,)",
            "By which the target is standardised.",
        ),
    }

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "Self":
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.  The first call decides the standardisation and
            the parameters used; new tokens may come later.
        y : array-like
            The targets, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        return self._partial_fit(X, y, sample_weight)

    def _know_outputs(self, columns, *, reset):
        """Take note of the number of outputs; refuse another one, or no counts."""
        if self._setting("loss") == "poisson" and (
            columns.min(initial=0) < 0 or (reset and not columns.sum() > 0)
        ):
            raise ValueError(
                "loss='poisson' is for counts: y must be at least 0 and not all 0, "
                f"got values from {columns.min():g} to {columns.max():g}; take another "
                "loss."
            )
        if reset:
            self.n_outputs_ = columns.shape[1]
        elif columns.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {columns.shape[1]} outputs, but this {type(self).__name__} was "
                f"fitted with {self.n_outputs_}; pass y of the same width."
            )

    def _learn_scale(self, columns, weight):
        """Learn by what the targets (n, n_outputs) are standardised."""
        scaler = Standardizer.identity(self.n_outputs_)
        if self.standardize:
            scaler = Standardizer.fit(columns, weight)
        self.target_mean_, self.target_scale_ = scaler.mean_, scaler.scale_
        if self.standardize and self.loss == "poisson":
            # With the log link a factor on y only shifts the output: the loss keeps
            # its form, and training starts from the mean of y.
            self.target_scale_ = np.where(scaler.mean_ > 0, scaler.mean_, 1.0)
            self.target_mean_ = np.zeros(self.n_outputs_)

    def _to_scale(self, columns):
        return Standardizer(self.target_mean_, self.target_scale_).transform(columns)

    def _from_scale(self, outputs):
        """Turn outputs of the network into predictions (n, n_outputs)."""
        return self._decode(outputs) * self.target_scale_ + self.target_mean_

    def _decode(self, outputs):
        return np.exp(outputs) if self._setting("loss") == "poisson" else outputs

    def _n_outputs(self):
        return self.n_outputs_

    def _loss_name(self):
        return self.loss

    def _score_outputs(self, outputs, y, weight):
        if len(y) < 2:
            return np.nan
        return r2_score(y, self._decode(outputs), sample_weight=weight)
