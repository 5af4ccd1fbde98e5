"""What the recurrent estimator reads of the rows a user hands over."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import check_scalar

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.inspection._estimators import fitted_steps
from sklearn_rnn.sequences import Sequences
from sklearn_rnn.text._vectorizer import UNKNOWN_WORD


class Rows(NamedTuple):
    """Some rows as the estimator reads them and, of texts, as the user does."""

    rnn: BaseRNN
    sequences: Sequences
    texts: list[str] | None = None
    tokens: list[np.ndarray] | None = None
    spans: list[np.ndarray | None] | None = None


def read_rows(estimator: Any, X: Any, *, words: bool = False) -> Rows:
    """Lead X through the steps of a fitted pipeline, up to its last one.

    Parameters
    ----------
    estimator : fitted estimator, Pipeline or search
    X : what its ``predict`` takes
    words : bool, default=False
        Whether to follow the tokens in the texts, which takes longer than `predict`.

    Returns
    -------
    rows : Rows
        With texts, tokens and, where they are known, their spans in the texts, if that
        is asked for and the step before the last is a `TextVectorizer`. The texts are
        those that it reads: where other steps come before it, what these made of X. The
        tokens are the analyzer's own, the network may know them or not; ``'<unk>'`` is
        that of a text without any.
    """
    transformers, rnn = fitted_steps(estimator)
    if rnn._why_no_rows is not None:
        raise TypeError(
            f"{type(rnn).__name__} has no sequences to look into: {rnn._why_no_rows}."
        )
    if isinstance(X, Iterator):  # it would be empty when it is read again
        X = list(X)
    texts = tokens = spans = None
    for step in transformers:
        before, X = X, step.transform(X)
        is_last = step is transformers[-1]
        if hasattr(step, "_read_sequences"):  # one column of a table
            step, before = step._read_sequences(before)
        if words and is_last and hasattr(step, "_follow"):
            texts = list(before)
            followed = step._follow(texts)
            tokens = [
                np.array(found.words or [UNKNOWN_WORD], dtype=object)
                for found in followed
            ]
            spans = [found.as_array() for found in followed]
    return Rows(rnn, rnn._read(X), texts, tokens, spans)


def choose_row(X: Any, row: int) -> Any:
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
    TypeError
        If `row` is no integer.
    """
    check_scalar(row, "row", Integral)
    if isinstance(X, str):
        return X
    if isinstance(X, Iterator):
        X = list(X)
    if sparse.issparse(X):
        X = X.tocsr()
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if not -n_rows <= row < n_rows:
        raise IndexError(
            f"row={row!r} was asked for, but X has {n_rows}; count from 0, or from the "
            "end with -1."
        )
    return safe_indexing(X, [range(n_rows)[row]])
