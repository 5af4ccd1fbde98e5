"""The recurrent estimator in what a user hands over."""

from sklearn.pipeline import Pipeline

from sklearn_rnn.estimators._base import BaseRNN


def recurrent_part(estimator):
    """Return the estimator itself, or the last step of a pipeline.

    Raises
    ------
    TypeError
        If that is none of ours.
    """
    is_pipeline = isinstance(estimator, Pipeline)
    found = estimator.steps[-1][1] if is_pipeline else estimator
    if isinstance(found, BaseRNN):
        return found
    where = "a Pipeline that ends in " if is_pipeline else ""
    raise TypeError(
        "estimator must be an RNNClassifier, RNNRegressor, RNNTagger or "
        f"RNNStepRegressor, or a Pipeline whose last step is one, got {where}"
        f"{found!r}; of a search pass the estimator that it was made with."
    )
