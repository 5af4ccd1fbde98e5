"""One row, as the estimator reads it and as a picture shows it."""

from typing import NamedTuple

import numpy as np

from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.inspection._rows import choose_row, read_rows
from sklearn_rnn.sequences import Sequences


class OneRow(NamedTuple):
    """One row: either its numbers or its words."""

    rnn: BaseRNN
    sequences: Sequences
    values: np.ndarray | None = None  # (n_timesteps, n_variables)
    words: list[str] | None = None


def read_one_row(estimator, X, row):
    """Lead X through the steps of a fitted pipeline, and choose a row.

    Parameters
    ----------
    estimator : fitted estimator or Pipeline
    X : what its ``predict`` takes
    row : int

    Returns
    -------
    row : OneRow
        Token ids that come without a `TextVectorizer` are their own words.

    Raises
    ------
    IndexError
        If there is no such row.
    """
    rows = read_rows(estimator, choose_row(X, row), words=True)
    steps = rows.sequences[0]
    if not rows.sequences.is_tokens:
        return OneRow(rows.rnn, rows.sequences, values=steps)
    words = steps if rows.tokens is None else rows.tokens[0]
    return OneRow(rows.rnn, rows.sequences, words=[str(word) for word in words])
