"""Arrays of numbers with two or three axes become `Sequences`."""

__all__ = [
    "as_table",
    "check_finite",
    "check_real",
    "looks_like_padded_tokens",
    "read_cube",
    "read_feature_list",
    "read_table",
]

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._padding import drop_padding, refuse_empty
from sklearn_rnn.sequences._sequences import Sequences, Windows, offsets_of
from sklearn_rnn.sequences._tokens import holds_characters

REAL = [np.float64, np.float32]  # others become the first
"""Dtypes that are kept, as `check_array` takes them."""

GAPS = (
    ", or set missing='forward' or 'mask', which read NaN as missing; padding are only "
    "steps whose features are all NaN, and that nothing real follows, of an array with "
    "three axes, such as X[:, :, np.newaxis] of a table"
)
"""What to do with missing values."""

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
    if _overlaps(X):
        return _read_windows(X), X.shape[1]
    X = check_real(X, ensure_2d=True)
    offsets = np.arange(len(X) + 1, dtype=np.int64) * X.shape[1]
    return Sequences(X.reshape(-1, 1), offsets), X.shape[1]


def read_cube(X: np.ndarray) -> Sequences:
    """Read (n_samples, n_timesteps, n_features) numbers, padded with NaN or not."""
    if _overlaps(X):
        return _without_padding(_read_windows(X))
    X = check_real(X)
    n_samples, n_timesteps, n_features = X.shape
    if n_features == 0:
        raise SequenceError(
            f"Found array with 0 feature(s) (shape={X.shape}) while a minimum of 1 "
            "is required."
        )
    if n_timesteps == 0:
        refuse_empty(np.zeros(n_samples))
    offsets = np.arange(n_samples + 1, dtype=np.int64) * n_timesteps
    return _read_steps(X.reshape(-1, n_features), offsets)


def read_feature_list(arrays: list[np.ndarray]) -> Sequences:
    """Read a list of (n_timesteps, n_features) or (n_timesteps,) numbers.

    NaN at the end is padding only in the former: in a series of single numbers
    it is more likely a missing value, as in an X with two axes.
    """
    values = check_real(np.concatenate(arrays))
    offsets = offsets_of([len(array) for array in arrays])
    if values.ndim == 1:
        return Sequences(values[:, np.newaxis], offsets)
    return _read_steps(values, offsets)


def check_real(X: Any, *, ensure_2d: bool = False) -> np.ndarray:
    """Convert to float32 or float64 with scikit-learn's errors, NaN allowed."""
    if type(X) is np.ndarray and X.dtype in REAL and X.size:
        if X.ndim == 2 or (X.ndim and not ensure_2d):  # nothing is left to look at
            return X
    try:
        return check_array(
            X,
            dtype=REAL,
            ensure_2d=ensure_2d,
            allow_nd=not ensure_2d,
            ensure_all_finite=False,
            input_name="X",
        )
    except TypeError as error:
        if sparse.issparse(X):
            raise
        kinds = {type(item).__name__ for item in np.asarray(X, dtype=object).flat}
        raise TypeError(
            f"X must hold numbers, got {name_some(sorted(kinds), str)} among them "
            f"({error}); compute a number of each, or make a frame of each row that "
            "holds columns: [pd.DataFrame(row) for row in X]."
        ) from error


def as_table(sequences: Sequences) -> np.ndarray | None:
    """Give numbers of one variable as (n_samples, n_timesteps), or None for windows.

    Parameters
    ----------
    sequences : Sequences
        Of equal length, with one feature.
    """
    if sequences.offsets[-1] > len(sequences.storage):
        return None  # padded rows and those of a table do not share their steps
    return sequences.values.reshape(len(sequences), -1)


def looks_like_padded_tokens(X: np.ndarray) -> bool:
    """Tell whether a table of numbers may be token ids made dense.

    True if all are integers, some larger than 1, with zeros in some rows, there at
    the end only, and no row of zeros alone. Negative ones are taken for the
    characters of words if each follows another number and could be a character.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_timesteps)
    """
    ends = X[:, -1]
    if not (ends == 0).any() or (X[:, 0] < 1).any():  # cheap, and mostly decides
        return False
    if (X != np.rint(X)).any() or not (X > 1).any():
        return False
    if (X < 0).any() and not holds_characters(X):
        return False
    zero = X == 0
    return not (zero[:, :-1] & ~zero[:, 1:]).any()


def _read_steps(values: np.ndarray, offsets: np.ndarray) -> Sequences:
    """Cut padding."""
    last_steps = values[offsets[1:] - 1]
    if np.isnan(last_steps).all(axis=1).any():
        padding = np.isnan(values).all(axis=1)
        values, offsets = drop_padding(values, offsets, ~padding)
    return Sequences(values, offsets)


def check_finite(sequences: Sequences, *, allow_nan: bool = False) -> Sequences:
    """Refuse NaN and inf, saying where; the sequences start in ascending order."""
    storage, starts = sequences.storage, sequences.starts
    for first in range(0, len(storage), CHUNK):
        part = storage[first : first + CHUNK]
        usable = np.isfinite(part)
        if allow_nan:
            usable |= np.isnan(part)
        if usable.all():
            continue
        steps = first + np.flatnonzero(~usable.all(axis=1))
        rows = np.searchsorted(starts + sequences.lengths, steps, side="right")
        inside = np.append(starts, len(storage))[rows] <= steps  # or cut as padding
        if inside.any():
            row, step = rows[inside][0], steps[inside][0]
            what = "inf" if allow_nan else "NaN or inf"
            raise SequenceError(
                f"Input X contains {what} inside a sequence: sample {row}, step "
                f"{step - starts[row]}. Impute or drop such values"
                f"{'' if allow_nan else GAPS}."
            )
    return sequences


# -- windows over one series -----------------------------------------------------


def _overlaps(X: Any) -> bool:
    """Say whether the rows of X are windows over one series, as its strides tell.

    `sliding_windows` makes such views, and NumPy where it repeats a row.
    """
    if not isinstance(X, np.ndarray) or X.ndim < 2 or len(X) < 2:
        return False
    by_row, by_step = X.strides[:2]
    if X.dtype.kind not in "biuf" or by_step == 0 or by_row % by_step != 0:
        return False
    return X.size > 0 and 0 <= by_row // by_step < X.shape[1]


def _read_windows(X: np.ndarray) -> Windows:
    """Read rows that overlap: the series once, and where each row starts in it."""
    n_samples, n_timesteps = X.shape[:2]
    by_row, by_step, *by_feature = X.strides
    starts = np.arange(n_samples, dtype=np.int64) * (by_row // by_step)
    shape = (starts[-1] + n_timesteps, *X.shape[2:])
    strides = (by_step, *by_feature)
    series = np.lib.stride_tricks.as_strided(X, shape, strides, writeable=False)
    storage = check_real(series.reshape(shape[0], -1))
    return Windows(storage, starts, np.full(n_samples, n_timesteps))


def _without_padding(windows: Windows) -> Windows:
    """Cut each window after its last real step."""
    storage, starts = windows.storage, windows.starts
    real = ~np.isnan(storage).all(axis=1)
    if real.all():
        return windows
    last = np.maximum.accumulate(np.where(real, np.arange(len(real)), -1))
    lengths = last[starts + windows.lengths - 1] + 1 - starts
    refuse_empty(lengths)
    return Windows(storage, starts, lengths)
