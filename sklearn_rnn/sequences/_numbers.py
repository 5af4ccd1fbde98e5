"""Arrays of numbers with two or three axes become `Sequences`."""

__all__ = [
    "check_finite",
    "check_real",
    "looks_like_padded_tokens",
    "read_cube",
    "read_feature_list",
    "read_table",
]

from typing import Any

import numpy as np
from sklearn.utils import check_array

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._padding import drop_padding, refuse_empty, row_of
from sklearn_rnn.sequences._sequences import Sequences, offsets_of
from sklearn_rnn.sequences._tokens import looks_spelled

REAL = [np.float64, np.float32]  # others become the first
"""Dtypes that are kept, as `check_array` takes them."""

CHUNK = 1 << 16
"""Steps looked at together: X may be a mapped file, larger than memory."""


def read_table(X: Any) -> tuple[Sequences, int]:
    """Read (n_samples, n_timesteps) numbers: one variable per step.

    Returns
    -------
    sequences : Sequences
        With one feature.
    n_timesteps : int
    """
    X = check_array(X, dtype=REAL, input_name="X", ensure_all_finite=False)
    offsets = np.arange(len(X) + 1) * X.shape[1]
    values = X.reshape(-1, 1)
    check_finite(values, offsets)
    return Sequences(values, offsets), X.shape[1]


def read_cube(X: np.ndarray) -> Sequences:
    """Read (n_samples, n_timesteps, n_features) numbers, padded with NaN or not."""
    X = check_real(X)
    n_samples, n_timesteps, n_features = X.shape
    if n_features == 0:
        raise SequenceError(
            f"Found array with 0 feature(s) (shape={X.shape}) while a minimum of 1 "
            "is required."
        )
    if n_timesteps == 0:
        refuse_empty(np.zeros(n_samples))
    offsets = np.arange(n_samples + 1) * n_timesteps
    return _read_steps(X.reshape(-1, n_features), offsets)


def read_feature_list(arrays: list[np.ndarray]) -> Sequences:
    """Read a list of (n_timesteps, n_features) or (n_timesteps,) numbers.

    NaN at the end is padding only in the former: in a series of single numbers
    it is more likely a missing value, as in an X with two axes.
    """
    values = check_real(np.concatenate(arrays))
    offsets = offsets_of([len(array) for array in arrays])
    if values.ndim == 1:
        check_finite(values[:, np.newaxis], offsets)
        return Sequences(values[:, np.newaxis], offsets)
    return _read_steps(values, offsets)


def check_real(X: np.ndarray) -> np.ndarray:
    """Convert to float32 or float64 with scikit-learn's errors, NaN allowed."""
    return check_array(
        X,
        dtype=REAL,
        ensure_2d=False,
        allow_nd=True,
        ensure_all_finite=False,
        input_name="X",
    )


def looks_like_padded_tokens(sequences: Sequences) -> bool:
    """Tell whether a table of numbers may be token ids made dense.

    True if all are integers, some larger than 1, with zeros in some rows, there at
    the end only, and no row of zeros alone. Negative ones are taken for the spelling
    of words if each stands behind another number and could be a character.

    Parameters
    ----------
    sequences : Sequences
        Of equal length, with one feature.
    """
    X = sequences.values.reshape(len(sequences), -1)
    ends = X[:, -1]
    if not (ends == 0).any() or (X[:, 0] < 1).any():  # cheap, and mostly decides
        return False
    if (X != np.rint(X)).any() or not (X > 1).any():
        return False
    if (X < 0).any() and not looks_spelled(X):
        return False
    zero = X == 0
    return not (zero[:, :-1] & ~zero[:, 1:]).any()


def _read_steps(values: np.ndarray, offsets: np.ndarray) -> Sequences:
    """Cut padding, refuse NaN and inf elsewhere."""
    last_steps = values[offsets[1:] - 1]
    if np.isnan(last_steps).all(axis=1).any():
        padding = np.isnan(values).all(axis=1)
        values, offsets = drop_padding(values, offsets, ~padding)
    check_finite(values, offsets)
    return Sequences(values, offsets)


def check_finite(values: np.ndarray, offsets: np.ndarray) -> None:
    """Refuse NaN and inf, saying where."""
    for start in range(0, len(values), CHUNK):
        finite = np.isfinite(values[start : start + CHUNK])
        if not finite.all():
            step = start + np.argmin(finite.all(axis=1))
            row, position = row_of(offsets, step)
            raise SequenceError(
                f"Input X contains NaN or inf inside a sequence: sample {row}, step "
                f"{position}. Impute or drop such values; only steps whose features "
                "are all NaN, and that nothing real follows, are padding."
            )
