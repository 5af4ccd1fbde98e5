"""What the estimators share whose targets are labels."""

from typing import TYPE_CHECKING, Any, ClassVar

from sklearn_rnn._compat import StrOptions, fit_context
from sklearn_rnn.estimators._parameters import parameter, with_parameters

if TYPE_CHECKING:
    from typing_extensions import Self


@with_parameters
class WithClasses:
    """The part of an estimator whose targets are labels."""

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

    loss: Any = parameter(
        default="cross_entropy",
        accepts='"cross_entropy", torch.nn.Module or callable',
        text="""
        What is minimised.  A module, or a callable of (outputs, targets), gives one
        loss for each target: of logits ``(n_targets, n_outputs)`` and class indices
        ``(n_targets,)``; with two classes, of one logit and 0 or 1, both
        ``(n_targets, 1)``; of multilabel targets, of logits and 0 or 1.
        """,
        constraint=[StrOptions({"cross_entropy"}), callable],
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
