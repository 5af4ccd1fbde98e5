"""Warn where numbers can be read in two ways, and say how to end it."""

__all__ = ["warn_if_ambiguous"]

from collections.abc import Iterator
from typing import Any

import numpy as np

from sklearn_rnn._messages import callers_of, warn
from sklearn_rnn.exceptions import AmbiguousInputWarning
from sklearn_rnn.sequences._columns import (
    BESIDE_TEXT,
    TOKENS,
    describe_mixed_columns,
    is_padded_in_front,
)
from sklearn_rnn.sequences._numbers import as_table, looks_like_padded_tokens
from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._tokens import DENSE, WITHOUT_ZEROS

MANY = 8
"""Variables of a single step that are likely steps of a single variable."""

INTERPOLATE = ("SMOTE", "BorderlineSMOTE", "SVMSMOTE", "KMeansSMOTE", "ADASYN")
"""Samplers of imbalanced-learn that make new numbers: how their names begin."""

ENDS = "input='numbers' ends this warning"


def warn_if_ambiguous(sequences: Sequences, kind: str) -> None:
    """Warn if what is read as numbers is likely something else.

    Parameters
    ----------
    sequences : Sequences
        As X was read with ``input="auto"``.
    kind : {"tokens", "univariate", "multivariate"}
    """
    if kind == "univariate":
        X = as_table(sequences)
        if X is not None:
            _look_at_table(X)
        _look_for_codes()
    elif kind == "multivariate":
        _look_at_steps(sequences)
    else:
        _look_for_synthetic_ids()


def _look_at_table(X: np.ndarray) -> None:
    """Warn if a table of one variable over time is likely something else."""
    if looks_like_padded_tokens(X):
        _warn(
            "X is read as numbers, but looks like token ids padded with zeros, perhaps "
            "made dense by ColumnTransformer (see its sparse_threshold). If they are "
            f"token ids, pass input='tokens'; if not, {ENDS}."
        )
    elif is_padded_in_front(X):
        _warn(
            "X is read as numbers, but looks like token ids with their padding in "
            f"front. {WITHOUT_ZEROS.format(DENSE)}. If they are numbers, {ENDS}."
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


def _look_at_steps(sequences: Sequences) -> None:
    """Warn if there is nothing to read in order."""
    n_features = sequences.n_features or 0
    if n_features >= MANY and (sequences.lengths == 1).all():
        _warn(
            f"Each sequence of X has a single step of {n_features} variables, so that "
            "there is no order to read. If X is (n_samples, channels, time) as in "
            "aeon and sktime, pass X = from_channels_first(X). If it is a table, "
            "HistGradientBoostingClassifier() is a model for X = "
            "np.asarray(X).reshape(len(X), -1). If each sequence is so short, "
            f"{ENDS}."
        )


def _look_for_codes() -> None:
    """Warn if a pipeline numbered categories, which look like any other numbers."""
    if any(type(part).__name__ == "OrdinalEncoder" for part in _parts("sklearn")):
        _warn(
            "The codes of OrdinalEncoder are read as one variable over time, but codes "
            "have no order. HistGradientBoostingClassifier() is a model for columns "
            "that are different variables. If each row is a sequence of symbols, "
            "number them together: make_pipeline(TextVectorizer(analyzer=list, "
            "lowercase=False), RNNClassifier()), with X = "
            f"np.asarray(X).astype(str).tolist(). If the codes are numbers, {ENDS}."
        )


def _look_for_synthetic_ids() -> None:
    """Warn if a pipeline of imbalanced-learn made rows between those of the user.

    Its ids look like any others; only the pipeline that leads here knows.
    """
    for step in _parts("imblearn"):
        name = type(step).__name__
        if hasattr(step, "fit_resample") and name.startswith(INTERPOLATE):
            _warn(
                f"{name} makes rows between others, and a token id between two others "
                "is another word. Leave it out and weigh the classes: "
                "RNNClassifier(class_weight='balanced'), or repeat rows with "
                "RandomOverSampler."
            )


def _parts(library: str) -> Iterator[Any]:
    """Yield the steps of the pipelines of a library whose `fit` led here."""
    for frame in callers_of(library, "fit"):
        yield from _within(frame.f_locals.get("self"))


def _within(step: Any) -> Iterator[Any]:
    yield step
    for _, part, *_ in getattr(step, "steps", getattr(step, "transformers", ())):
        yield from _within(part)


def _warn(message: str) -> None:
    warn(message, AmbiguousInputWarning)
