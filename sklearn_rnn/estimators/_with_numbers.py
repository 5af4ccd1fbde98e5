"""What the estimators share whose targets are numbers."""

from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

from sklearn_rnn._compat import Interval, StrOptions, fit_context
from sklearn_rnn.estimators._parameters import parameter, with_parameters

if TYPE_CHECKING:
    from typing_extensions import Self

LOSSES = {"squared_error", "absolute_error", "huber", "poisson", "quantile"}


@with_parameters
class WithNumbers:
    """The part of an estimator whose targets are numbers."""

    loss: Any = parameter(
        default="squared_error",
        accepts="str, torch.nn.Module or callable",
        text="""
        What is minimised.  "absolute_error" and "huber" mind outliers less than
        "squared_error"; "poisson" is for counts (y at least 0, log link);
        "quantile" predicts the quantile named by ``quantile``.  A module, or a
        callable of (outputs, targets), both ``(n_targets, n_outputs)`` and
        standardised, gives one loss for each target.
        """,
        constraint=[StrOptions(LOSSES), callable],
    )
    quantile: float = parameter(
        default=0.5,
        accepts="float",
        text='Which quantile ``loss="quantile"`` predicts, in (0, 1).',
        constraint=[Interval(Real, 0, 1, closed="neither")],
    )

    relative_to: str | None = parameter(
        default=None,
        accepts='{"last", "level"} or None',
        text="""
        From where the target is counted: the last value of its sequence (of
        `RNNStepRegressor` that at the step), or its level, the mean of its steps; with
        ``standardize="sequence"`` in units of its scale, too.  Predictions come back
        in the units of y.  Output k is counted from variable k of X, of one variable
        all outputs are.  Take it for forecasts of series whose levels differ.
        """,
        constraint=[StrOptions({"last", "level"}), None],
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
