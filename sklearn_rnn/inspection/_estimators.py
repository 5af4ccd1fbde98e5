"""The recurrent estimator in what a user hands over."""

from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn.estimators._base import BaseRNN


def recurrent_part(estimator: Any) -> BaseRNN:
    """Return the estimator itself, or the last step of a pipeline.

    Raises
    ------
    TypeError
        If that is none of ours.
    """
    is_pipeline = isinstance(estimator, Pipeline)
    return _checked(estimator.steps[-1][1] if is_pipeline else estimator, is_pipeline)


def fitted_steps(estimator: Any) -> tuple[list[Any], Any]:
    """Give the steps that X is led through, and the recurrent estimator at their end.

    Parameters
    ----------
    estimator : fitted estimator, Pipeline or search
        Pipelines may be nested; of a search the best estimator counts, of a
        frozen estimator the one inside.

    Returns
    -------
    transformers : list of transformers
    rnn : BaseRNN
        Fitted.

    Raises
    ------
    TypeError
        If the last step is none of ours.
    NotFittedError
        If it is not fitted.
    """
    *transformers, last = flat_steps(estimator)
    rnn = _checked(last, bool(transformers))
    check_is_fitted(rnn)
    return transformers, rnn


def ends_otherwise(estimator: Any) -> bool:
    """Whether the last step is none of ours, but tells probabilities of classes."""
    last = flat_steps(estimator)[-1]
    if isinstance(last, BaseRNN) or hasattr(last, "refit"):  # or a search before fit
        return False
    return hasattr(estimator, "predict_proba")


def flat_steps(estimator: Any) -> list[Any]:
    """List the steps of pipelines in pipelines, without those that do nothing."""
    if isinstance(estimator, FrozenEstimator):
        return flat_steps(estimator.estimator)
    if hasattr(estimator, "best_estimator_"):
        return flat_steps(estimator.best_estimator_)
    if not isinstance(estimator, Pipeline):
        return [estimator]
    steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    return [part for step in steps for part in flat_steps(step)]


def _checked(found: Any, is_pipeline: bool) -> BaseRNN:
    if isinstance(found, BaseRNN):
        return found
    where = "a Pipeline that ends in " if is_pipeline else ""
    raise TypeError(
        "estimator must be one of sklearn_rnn, such as an RNNClassifier, or a Pipeline "
        f"whose last step is one, got {where}{found!r}; of a search pass "
        "best_estimator_ once it is fitted."
    )
