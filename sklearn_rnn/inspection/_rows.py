"""What the recurrent estimator reads of the rows a user hands over."""

from typing import NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.inspection._estimators import recurrent_part
from sklearn_rnn.sequences import Sequences
from sklearn_rnn.text import TextVectorizer


class Rows(NamedTuple):
    """Some rows as the estimator reads them and, of texts, as the user does."""

    rnn: BaseRNN
    sequences: Sequences
    texts: list[str] | None = None
    tokens: list[np.ndarray] | None = None


def read_rows(estimator, X):
    """Lead X through the steps of a fitted pipeline, up to its last one.

    Parameters
    ----------
    estimator : fitted estimator or Pipeline
    X : what its ``predict`` takes

    Returns
    -------
    rows : Rows
        With texts and tokens where the step before the last is a `TextVectorizer`.
        The texts are those that it reads: where other steps come before it, what
        these made of X.
    """
    rnn = recurrent_part(estimator)
    check_is_fitted(rnn)
    steps = (
        [step for _, step in estimator.steps]
        if isinstance(estimator, Pipeline)
        else [rnn]
    )
    steps = [step for step in steps[:-1] if step not in (None, "passthrough")]
    texts = tokens = None
    for step in steps:
        if step is steps[-1] and isinstance(step, TextVectorizer):
            texts = list(X)
            X = step.transform(texts)
            tokens = step.inverse_transform(X)
        else:
            X = step.transform(X)
    return Rows(rnn, rnn._read(X), texts, tokens)
