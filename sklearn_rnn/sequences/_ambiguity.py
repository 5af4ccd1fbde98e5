"""Warn where numbers can be read in two ways, and say how to end it."""

__all__ = ["warn_if_ambiguous"]

from sklearn_rnn._messages import warn
from sklearn_rnn.exceptions import AmbiguousInputWarning
from sklearn_rnn.sequences._columns import (
    BESIDE_TEXT,
    TOKENS,
    describe_mixed_columns,
)
from sklearn_rnn.sequences._numbers import as_table, looks_like_padded_tokens
from sklearn_rnn.sequences._sequences import Sequences

ENDS = "input='numbers' ends this warning"


def warn_if_ambiguous(sequences: Sequences, kind: str) -> None:
    """Warn if what is read as numbers is likely something else.

    Parameters
    ----------
    sequences : Sequences
        As X was read with ``input="auto"``.
    kind : {"tokens", "univariate", "multivariate"}
    """
    X = as_table(sequences) if kind == "univariate" else None
    if X is None:
        return
    if looks_like_padded_tokens(X):
        _warn(
            "X is read as numbers, but looks like token ids padded with zeros, perhaps "
            "made dense by ColumnTransformer (see its sparse_threshold). If they are "
            f"token ids, pass input='tokens'; if not, {ENDS}."
        )
    elif found := describe_mixed_columns(X):
        read = f"X is read as one variable over {X.shape[1]} steps, but {found}"
        if TOKENS in found:
            _warn(f"{read}. {BESIDE_TEXT}. If X is one series, {ENDS}.")
        else:
            _warn(
                f"{read}. Columns that are different variables have no order to read: "
                "HistGradientBoostingClassifier() is a model for them. If they are "
                f"one series, {ENDS}."
            )


def _warn(message: str) -> None:
    warn(message, AmbiguousInputWarning)
