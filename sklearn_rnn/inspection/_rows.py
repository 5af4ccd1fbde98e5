"""What the recurrent estimator reads of the rows a user hands over."""

from typing import NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.inspection._estimators import recurrent_part
from sklearn_rnn.sequences import Sequences
from sklearn_rnn.text import TextVectorizer
from sklearn_rnn.text._spans import spans_of
from sklearn_rnn.text._vectorizer import UNKNOWN_WORD


class Rows(NamedTuple):
    """Some rows as the estimator reads them and, of texts, as the user does."""

    rnn: BaseRNN
    sequences: Sequences
    texts: list[str] | None = None
    tokens: list[np.ndarray] | None = None
    spans: list[np.ndarray] | None = None


def read_rows(estimator, X):
    """Lead X through the steps of a fitted pipeline, up to its last one.

    Parameters
    ----------
    estimator : fitted estimator or Pipeline
    X : what its ``predict`` takes

    Returns
    -------
    rows : Rows
        With texts, tokens and their spans in the texts where the step before the last
        is a `TextVectorizer`. The texts are those that it reads: where other steps
        come before it, what these made of X. The tokens are the analyzer's own, the
        network may know them or not; ``'<unk>'`` stands for a text without any.
    """
    rnn = recurrent_part(estimator)
    check_is_fitted(rnn)
    steps = estimator.steps[:-1] if isinstance(estimator, Pipeline) else ()
    steps = [step for _, step in steps if step not in (None, "passthrough")]
    texts = tokens = spans = None
    for step in steps:
        if step is steps[-1] and isinstance(step, TextVectorizer):
            texts = X if isinstance(X, str) else list(X)  # a generator is read twice
            X = step.transform(texts)
            followed = map(_words_and_spans, step._follow(texts))
            tokens, spans = map(list, zip(*followed, strict=True))
        else:
            X = step.transform(X)
    return Rows(rnn, rnn._read(X), texts, tokens, spans)


def choose_row(X, row):
    """Keep one row of X, as an X of one row.

    Parameters
    ----------
    X : what ``predict`` of an estimator or a Pipeline takes
        A lone text is left as it is, for the estimator to refuse.
    row : int
        From 0, or from the end with -1.

    Returns
    -------
    X : as given, of one row

    Raises
    ------
    IndexError
        If there is no such row.
    """
    if isinstance(X, str):
        return X
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if not -n_rows <= row < n_rows:
        raise IndexError(
            f"row={row!r} was asked for, but X has {n_rows}; count from 0, or from the "
            "end with -1."
        )
    return safe_indexing(X, [range(n_rows)[row]])


def _words_and_spans(tokens):
    """Lay out the tokens of a text and their places in it."""
    words = [token.word for token in tokens] or [UNKNOWN_WORD]
    return np.array(words, dtype=object), spans_of(tokens)
