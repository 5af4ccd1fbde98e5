"""The door for one step of each of some sequences, as live data brings it."""

__all__ = ["check_one_step"]

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._containers import holds_text, refuse_text
from sklearn_rnn.sequences._frames import is_frame, read_frames
from sklearn_rnn.sequences._numbers import check_finite, check_real
from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._tokens import read_dense_tokens, read_sparse_tokens
from sklearn_rnn.sequences._values import to_values
from sklearn_rnn.sequences._with_static import split_static


def check_one_step(estimator: Any, x: Any, *, allow_nan: bool = False) -> Sequences:
    """Read one step of each stream as sequences of one step.

    Parameters
    ----------
    estimator : estimator instance
        Fitted: it has ``input_kind_`` and ``n_features_in_``.
    x : array-like
        - for token ids an array of shape (n_samples,) or (n_samples, 1), or a sparse
          matrix with one token in each row, with its characters or without;
        - for one variable per step numbers of shape (n_samples,) or (n_samples, 1);
        - for several variables numbers of shape (n_samples, n_features);
        - any of these in `SequencesWithStatic`.
    allow_nan : bool, default=False
        Whether numbers may be missing.

    Returns
    -------
    sequences : Sequences
        Each of one step.

    Raises
    ------
    ValueError
        If `x` is no single step, or of another kind or width than X was in ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> from sklearn_rnn.sequences import check_one_step, check_sequences
    >>> estimator = BaseEstimator()
    >>> _ = check_sequences(estimator, np.ones((5, 9, 2)), reset=True)
    >>> check_one_step(estimator, np.ones((3, 2)))
    Sequences(n_samples=3, n_steps=3, n_features=2)
    """
    x, static = split_static(estimator, x, reset=False)
    sequences = _read(estimator, x)
    if not sequences.is_tokens:
        check_finite(sequences, allow_nan=allow_nan)
    return sequences if static is None else replace(sequences, static=static)


def _read(estimator: Any, x: Any) -> Sequences:
    if is_frame(x) and estimator.input_kind_ == "multivariate":
        names = getattr(estimator, "feature_names_in_", None)
        x = read_frames([x], names).X[0]
    if not sparse.issparse(x):
        x = to_values(x, "x_t")
        if holds_text(x):
            refuse_text()
        if x.ndim == 0:
            raise SequenceError(
                f"x_t must hold a step of each stream, got the single value {x}; of "
                "one stream pass an array or a list with one member."
            )
    if estimator.input_kind_ == "tokens":
        return _read_tokens(x)
    return _read_numbers(estimator, x)


def _read_tokens(x: Any) -> Sequences:
    if sparse.issparse(x):
        sequences = read_sparse_tokens(x)
    else:
        ids = x.reshape(-1, 1) if x.ndim == 1 else x
        if ids.ndim != 2 or len(ids) == 0:
            raise SequenceError(
                "x_t must hold the token id of each stream, of shape (n_samples,), got "
                f"shape {x.shape}."
            )
        sequences = read_dense_tokens(ids)
    longer = sequences.lengths > 1
    if longer.any():
        row = np.argmax(longer)
        raise SequenceError(
            f"x_t must hold one token of each stream, got {sequences.lengths[row]} at "
            f"row {row}; call step once for each of them."
        )
    return sequences


def _read_numbers(estimator: Any, x: Any) -> Sequences:
    univariate = estimator.input_kind_ == "univariate"
    n_features = 1 if univariate else estimator.n_features_in_
    if sparse.issparse(x):
        raise SequenceError(
            f"{type(estimator).__name__} was fitted on numbers, got a sparse x_t; "
            "convert it with x_t.toarray()."
        )
    if x.ndim == 1 and n_features == 1:
        x = x.reshape(-1, 1)
    if x.ndim != 2 or x.shape[1] != n_features:
        or_flat = " or (n_samples,)" if n_features == 1 else ""
        raise SequenceError(
            "x_t must hold one step of each stream, of shape "
            f"(n_samples, {n_features}){or_flat}, got shape {x.shape}."
        )
    values = check_real(x)
    return Sequences(values, np.arange(len(values) + 1))
