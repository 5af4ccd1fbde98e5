"""The one door for X."""

__all__ = ["check_sequences"]

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from sklearn_rnn._compat import check_feature_names
from sklearn_rnn._messages import warn
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._ambiguity import warn_if_ambiguous
from sklearn_rnn.sequences._containers import holds_text, refuse_text
from sklearn_rnn.sequences._frames import frame_to_array, is_frame, read_frames
from sklearn_rnn.sequences._long_frames import refuse_long
from sklearn_rnn.sequences._numbers import check_finite, read_cube, read_table
from sklearn_rnn.sequences._ragged import read_list
from sklearn_rnn.sequences._sequences import Sequences
from sklearn_rnn.sequences._tokens import read_dense_tokens, read_sparse_tokens
from sklearn_rnn.sequences._values import to_values
from sklearn_rnn.sequences._with_static import split_static

ANY_LENGTH = 1
"""`n_features_in_` of token ids given as lists: no longest sequence is known."""

Reading = tuple[Sequences, str, int | None]
"""The sequences, their kind, and their width (None: any)."""

INPUTS = ("auto", "tokens", "numbers")

KINDS = {
    "tokens": "token ids (a sparse matrix of integers, or X with input='tokens')",
    "univariate": "numbers of shape (n_samples, n_timesteps), one variable per step",
    "multivariate": (
        "numbers of shape (n_samples, n_timesteps, n_features), or a list of "
        "sequences of any length"
    ),
}
"""What `input_kind_` may be, in words."""


def check_sequences(
    estimator: Any,
    X: Any,
    *,
    reset: bool,
    input: str = "auto",
    allow_nan: bool = False,
) -> Sequences:
    """Read whatever X is as sequences.

    No later code depends on the type of X. The user's data is not changed;
    where possible the result shares its memory, read-only.

    Parameters
    ----------
    estimator : estimator instance
        Gets or has ``n_features_in_``, ``input_kind_`` ("tokens", "univariate"
        or "multivariate") and, for frames with names, ``feature_names_in_``.
    X : array-like
        - sparse matrix of integers, shape (n_samples, n_timesteps): token ids,
          the value in column ``t`` being the id at step ``t``. Or ids with the
          characters of their tokens, behind each id as negative code points:
          "dog" with id 7 is 7, -100, -111, -103;
        - numbers of shape (n_samples, n_timesteps), or a frame: one variable
          per step; with ``input="tokens"`` ids, padded on the right with 0 or NaN;
        - numbers of shape (n_samples, n_timesteps, n_features); steps whose
          features are all NaN and that nothing real follows are padding;
        - list, or array of object, of arrays of shape (n_timesteps,
          n_features) or (n_timesteps,), where n_timesteps may differ;
        - `FrameSequences`, as `sequences_from_frame` makes them;
        - any of these in `SequencesWithStatic`.
    reset : bool
        True in ``fit``: learn kind, width and names. False afterwards: refuse
        others. Only token ids may have another width: longer sequences.
    input : {"auto", "tokens", "numbers"}, default="auto"
        What X holds. With "auto" sparse means token ids and dense numbers.
    allow_nan : bool, default=False
        Whether numbers inside a sequence may be missing.

    Returns
    -------
    sequences : Sequences
        With ``characters`` and ``static`` if X holds any.

    Raises
    ------
    ValueError
        If X cannot be read so, or is of another kind or width than in ``fit``.
    TypeError
        If X is no array-like.

    Notes
    -----
    ``n_features_in_`` is the number of columns for token ids in a matrix (1
    for a list of them), the number of steps for "univariate", and the number of
    variables per step for "multivariate". Only "univariate" fixes the length.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> from sklearn_rnn.sequences import check_sequences
    >>> estimator = BaseEstimator()
    >>> check_sequences(estimator, [np.ones((3, 2)), np.ones((5, 2))], reset=True)
    Sequences(n_samples=2, n_steps=8, n_features=2)
    >>> estimator.input_kind_, estimator.n_features_in_
    ('multivariate', 2)
    """
    if input not in INPUTS:
        raise ValueError(f"input must be one of {INPUTS}, got {input!r}.")
    X, static = split_static(estimator, X, reset=reset)
    names = columns = None
    if not _is_nameless(X) or X.dtype.kind == "O":
        X, names, columns = read_frames(X, None if reset else _names_of_fit(estimator))
    _check_names(estimator, X, names, reset=reset)
    any_length = not reset and estimator.input_kind_ == "multivariate"
    sequences, kind, width = _read(X, input, keep_ragged=any_length)
    if not sequences.is_tokens:
        check_finite(sequences, allow_nan=allow_nan)
    if static is not None:
        sequences = replace(sequences, static=static)
    if not reset:
        _check_kind(estimator, kind)
        _check_width(estimator, kind, width)
        return sequences
    if input == "auto":
        warn_if_ambiguous(sequences, kind)
    estimator.input_kind_ = kind
    estimator.n_features_in_ = ANY_LENGTH if width is None else width
    if columns is not None:
        estimator._column_names = columns
    else:
        vars(estimator).pop("_column_names", None)
    return sequences


def _names_of_fit(estimator: Any) -> Any:
    """Give the names of the variables that `fit` saw, of any type."""
    names = getattr(estimator, "feature_names_in_", None)
    return getattr(estimator, "_column_names", None) if names is None else names


def _check_names(estimator: Any, X: Any, names: Any, *, reset: bool) -> None:
    """Learn the names of the variables, or hold X against those of `fit`."""
    if names is None:
        if reset or hasattr(estimator, "feature_names_in_") or not _is_nameless(X):
            check_feature_names(estimator, X, reset=reset)
    elif reset:
        estimator.feature_names_in_ = np.asarray(names, dtype=object)
    elif not hasattr(estimator, "feature_names_in_"):
        warn(
            f"X has feature names, but {type(estimator).__name__} was fitted without "
            "feature names; its columns are read in the order they have."
        )


def _is_nameless(X: Any) -> bool:
    """Whether X is of a type without names; to ask takes as long as to read a row."""
    return type(X) is np.ndarray or sparse.issparse(X)


def _read(X: Any, input: str, keep_ragged: bool) -> Reading:
    """Decide from the container, before any conversion, and read it."""
    if sparse.issparse(X):
        return _read_sparse(X, input)
    if isinstance(X, Sequences):
        return _read_series(X, input)
    masked = 0.0 if input == "tokens" else np.nan
    if isinstance(X, (list, tuple)):
        return read_list(X, input, keep_ragged)
    if is_frame(X) and input != "tokens":
        refuse_long(X)
    if is_frame(X):
        array = frame_to_array(X, categories=input == "tokens")
    else:
        array = to_values(X, masked=masked)
    if holds_text(array):
        refuse_text()
    if array.ndim == 0 and array.dtype == object:
        raise TypeError(
            "X must be an array, a frame, a sparse matrix or a list of arrays, got "
            f"{type(X).__name__}{_as_list(X)}."
        )
    if array.ndim == 1 and array.dtype == object:
        return read_list(array, input, keep_ragged)
    if array.ndim > 2:
        return _read_many_axes(array, input)
    if input == "tokens":
        ids = check_array(array, input_name="X", ensure_all_finite="allow-nan")
        return read_dense_tokens(ids), "tokens", ids.shape[1]
    sequences, width = read_table(array)
    return sequences, "univariate", width


def _as_list(X: Any) -> str:
    """Say how a collection becomes a list."""
    if isinstance(X, Mapping):
        return "; pass list(X.values())"
    return "; pass list(X)" if isinstance(X, Iterable) else ""


def _read_sparse(X: Any, input: str) -> Reading:
    if input == "numbers":
        raise SequenceError(
            "input='numbers' needs a dense X, got a sparse one; convert it with "
            "X.toarray(), or pass input='tokens' if it holds token ids."
        )
    return read_sparse_tokens(X), "tokens", X.shape[1]


def _read_series(X: Sequences, input: str) -> Reading:
    """Take the sequences of a long frame, none of whose steps is padding."""
    if input == "tokens":
        raise SequenceError(
            "input='tokens' needs token ids, but X is of sequences_from_frame, which "
            "reads numbers; pass X = [row[:, 0].astype(int) for row in X]."
        )
    return X, "multivariate", X.n_features


def _read_many_axes(array: np.ndarray, input: str) -> Reading:
    if input == "tokens":
        raise SequenceError(
            "Token ids must have shape (n_samples, n_timesteps), got "
            f"{array.shape}; pass input='numbers' if X holds numbers."
        )
    if array.ndim > 3:
        raise SequenceError(
            "X must have shape (n_samples, n_timesteps, n_features), got "
            f"{array.shape}; flatten what belongs to one step: "
            "X = X.reshape(*X.shape[:2], -1)."
        )
    return read_cube(array), "multivariate", array.shape[2]


def _check_kind(estimator: Any, kind: str) -> None:
    if kind != estimator.input_kind_:
        raise SequenceError(
            f"{type(estimator).__name__} was fitted on {KINDS[estimator.input_kind_]}, "
            f"got {KINDS[kind]}; pass X as it was in fit."
        )


def _check_width(estimator: Any, kind: str, width: int | None) -> None:
    """Refuse another width, but take sequences of token ids of any length."""
    expected = estimator.n_features_in_
    if kind != "tokens" and width != expected:
        hint = (
            " If your arrays are (n_samples, channels, time) as in aeon and sktime, "
            "use from_channels_first(X)."
            if kind == "multivariate"
            else ""
        )
        raise SequenceError(
            f"X has {width} features, but {type(estimator).__name__} is expecting "
            f"{expected} features as input.{hint}"
        )
