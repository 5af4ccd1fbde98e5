"""Token ids, sparse, dense or ragged, become `Sequences`."""

__all__ = [
    "holds_characters",
    "read_dense_tokens",
    "read_sparse_tokens",
    "read_token_list",
    "write_sparse_tokens",
]

from typing import Any

import numpy as np
from scipy import sparse

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._columns import (
    AT_MOST,
    BESIDE_TEXT,
    TOKENS,
    describe_mixed_columns,
    is_padded_in_front,
)
from sklearn_rnn.sequences._padding import drop_padding, refuse_empty, row_of
from sklearn_rnn.sequences._sequences import (
    CHUNK,
    Sequences,
    iterate_chunks,
    lengths_of,
    offsets_of,
    step_positions,
)

REMEDY = "if X holds numbers, pass it dense and with input='numbers'"

WITHOUT_ZEROS = (
    "Take it away from X, in fit and in predict, and pass input='tokens': X = {}"
)
"""What to do with ids whose padding is not behind them."""

DENSE, RAGGED, SPARSE = (
    "[row[row > 0] for row in np.asarray(X)]",
    "[[i for i in row if i > 0] for row in X]",
    "[row[row > 0] for row in X.toarray()]",
)
"""How that is written for each container."""

LARGEST_ID = np.iinfo(np.int32).max

WIDEST = 1 << 12
"""Columns of token ids beside others, at most."""

LARGEST_CODE_POINT = 0x10FFFF

CHARACTERS = (
    "negative numbers in a sparse X are the characters of the token before them, as "
    "TextVectorizer(characters=True) writes them"
)


def read_sparse_tokens(X: Any) -> Sequences:
    """Read a sparse matrix: row = sequence, column = position, value = id.

    Parameters
    ----------
    X : sparse matrix or array of shape (n_samples, n_timesteps)
        Of any format. Each row holds the positions 0, 1, ... without a gap. In
        integers that are negative anywhere, each id is followed by the characters
        of its token as negative code points.

    Returns
    -------
    sequences : Sequences
        With ``characters`` if X holds any. Otherwise, for a CSR matrix of int32, the
        values share memory with ``X.data``.
    """
    if X.ndim != 2:
        raise SequenceError(
            f"A sparse X must have two axes, (n_samples, n_timesteps), got {X.ndim}."
        )
    if X.shape[0] == 0:
        raise SequenceError(
            f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 "
            "is required."
        )
    _check_sparse_ids(X)
    X = X.tocsr()  # itself if it is CSR
    offsets = X.indptr.astype(np.int64, copy=False)
    # Straight from the arrays: asking for `X.has_sorted_indices` would leave a
    # note on the user's object and so change its hash.
    lengths = lengths_of(offsets)
    if not _are_in_order(X.indices, offsets):
        X = X.copy()
        X.sort_indices()
        _refuse_gaps(X.indices != step_positions(lengths), offsets, X)
    refuse_empty(lengths)
    if X.data.dtype.kind == "i" and X.data.min(initial=0) < 0:
        return _read_characters(X.data, offsets)
    return _read_flat(X.data, offsets, SPARSE)


def _are_in_order(positions: np.ndarray, offsets: np.ndarray) -> bool:
    """Whether the positions of each row are 0, 1, 2, ...

    They are compared in chunks: all of them would take twice the memory of X.
    """
    if len(positions) <= CHUNK:
        expected = step_positions(lengths_of(offsets))
        return len(positions) == len(expected) and bool((positions == expected).all())
    return len(positions) == offsets[-1] and all(
        np.array_equal(
            positions[steps] + np.repeat(offsets[rows], counts),
            np.arange(steps.start, steps.stop),
        )
        for steps, rows, counts in iterate_chunks(offsets, CHUNK)
    )


def write_sparse_tokens(ids: np.ndarray, offsets: np.ndarray, width: int = 1) -> Any:
    """Lay flat ids out as one row for each sequence.

    Parameters
    ----------
    ids : int32 ndarray of shape (n_steps_total,)
    offsets : int64 ndarray of shape (n_samples + 1,)
    width : int, default=1
        The number of columns at least.

    Returns
    -------
    X : int32 CSR matrix of shape (n_samples, n_columns)
        The id of step t in column t.
    """
    lengths = np.diff(offsets)
    # In 32 bits where they do, for these are the largest arrays here.
    dtype = np.int32 if len(ids) <= np.iinfo(np.int32).max else np.int64
    starts = np.repeat(offsets[:-1].astype(dtype), lengths)
    positions = np.arange(len(ids), dtype=dtype) - starts
    shape = len(lengths), max(width, int(lengths.max()))
    return sparse.csr_matrix((ids, positions, offsets), shape=shape)


def read_dense_tokens(X: np.ndarray) -> Sequences:
    """Read ids padded on the right with zeros or NaN, (n_samples, n_timesteps).

    They may have characters, as a `ColumnTransformer` makes a sparse X dense.
    """
    offsets = np.arange(len(X) + 1, dtype=np.int64) * X.shape[1]
    has_negatives = X.min(initial=0) < 0  # NaN is none, and has no characters
    if has_negatives and (X == np.rint(X)).all() and holds_characters(X):
        return _read_characters(X.reshape(-1).astype(np.int64), offsets)
    return _read_flat(X.reshape(-1), offsets, DENSE)


def holds_characters(X: np.ndarray) -> bool:
    """Tell whether characters follow every id of a table, (n_samples, n)."""
    behind_ids = X[:, 1:][X[:, :-1] > 0]
    return bool(
        (behind_ids < 0).all()
        and (X[:, -1] <= 0).all()
        and (X[:, 0] > 0).all()
        and X.min() >= -LARGEST_CODE_POINT
    )


def read_token_list(arrays: list[np.ndarray]) -> Sequences:
    """Read a list of one-dimensional arrays of ids."""
    offsets = offsets_of([len(array) for array in arrays])
    return _read_flat(np.concatenate(arrays), offsets, RAGGED)


def _read_flat(values: np.ndarray, offsets: np.ndarray, line: str) -> Sequences:
    """Check ids and cut the padding, which may be NaN."""
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), 0, values)
    if not _are_ids(values):
        _check_ids(values, offsets)
        values, offsets = _cut_zeros(values, offsets, line)
    return Sequences(values.astype(np.int32, copy=False), offsets)


def _read_characters(values: np.ndarray, offsets: np.ndarray) -> Sequences:
    """Part the ids from the characters that follow each as negatives."""
    _check_largest(values, offsets)
    values, offsets = _cut_zeros(values, offsets, SPARSE)
    _check_letters(values, offsets)
    is_letter = values < 0
    places = np.flatnonzero(~is_letter)  # of the ids, among ids and characters
    n_letters = np.diff(places, append=len(values)) - 1
    starts = np.searchsorted(places, offsets)
    _refuse_partial_characters(n_letters == 0, starts)
    letters = -values[is_letter].astype(np.int32)
    return Sequences(
        values[places].astype(np.int32, copy=False),
        starts,
        characters=Sequences(letters, offsets_of(n_letters)),
    )


def _cut_zeros(
    values: np.ndarray, offsets: np.ndarray, line: str
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the trailing zeros, and refuse zeros elsewhere."""
    real = values != 0
    if not real.all():
        values, offsets = drop_padding(values, offsets, real)
        _refuse_zeros(values == 0, offsets, line)
    return values, offsets


def _refuse_zeros(zero: np.ndarray, offsets: np.ndarray, line: str) -> None:
    """Raise for padding that is not behind the ids, with what takes it away."""
    if not zero.any():
        return
    remedy = WITHOUT_ZEROS.format(line)
    row, position = row_of(offsets, np.argmax(zero))
    starts = np.zeros(len(zero), dtype=bool)
    starts[offsets[:-1]] = True
    in_front = not (zero[1:] & ~zero[:-1] & ~starts[1:]).any()
    raise SequenceError(
        "Token ids must be at least 1, because 0, as a missing value, is padding and "
        f"allowed only at the end of a row, got 0 at row {row}, position {position}; "
        + (
            f"padding stands in front here. {remedy}."
            if in_front
            else f"if 0 is padding: {remedy}. If it is a token, and no row is "
            "padded, count from 2 on (0 is padding, 1 unknown): X = np.asarray(X) + 2. "
            "If SMOTE made the row, class_weight='balanced' does without."
        )
    )


def _are_ids(values: np.ndarray) -> bool:
    """Whether all are ids and none is padding, which is so nearly always."""
    return (
        values.dtype.kind in "iu"
        and values.min(initial=1) > 0
        and values.max(initial=0) <= LARGEST_ID
    )


def _check_ids(values: np.ndarray, offsets: np.ndarray) -> None:
    """Refuse what is no token id."""
    if values.dtype.kind not in "iuf":
        raise SequenceError(
            f"Token ids must be integers, got dtype {values.dtype}; convert them, or "
            "put a TextVectorizer in front."
        )
    if values.dtype.kind == "f":
        _refuse(
            values != np.rint(values),
            offsets,
            "Token ids must be integers, got {}",
            f"{REMEDY}; if SMOTE made it, class_weight='balanced' does without",
            values,
        )
    _refuse(
        values < 0,
        offsets,
        "Token ids must not be negative, got {}",
        REMEDY,
        values,
    )
    _check_largest(values, offsets)


def _check_largest(values: np.ndarray, offsets: np.ndarray) -> None:
    """Refuse ids that are beyond int32."""
    _refuse(
        values > LARGEST_ID,
        offsets,
        f"Token ids must be at most {LARGEST_ID} (int32), got {{}}",
        "number the tokens from 2 on, as TextVectorizer does",
        values,
    )


def _check_letters(values: np.ndarray, offsets: np.ndarray) -> None:
    """Refuse characters that belong to no token, or are none."""
    ownerless = np.zeros(len(values), dtype=bool)
    ownerless[offsets[:-1]] = values[offsets[:-1]] < 0
    _refuse(
        ownerless,
        offsets,
        "Token ids must not be negative, got {}",
        f"{CHARACTERS}, so a row must start with an id; {REMEDY}",
        values,
    )
    _refuse(
        values < -LARGEST_CODE_POINT,
        offsets,
        f"Characters must be at least {-LARGEST_CODE_POINT}, got {{}}",
        f"{CHARACTERS}; {REMEDY}",
        values,
    )


def _refuse_partial_characters(bare: np.ndarray, offsets: np.ndarray) -> None:
    """Raise for the first token without characters where others have some."""
    if bare.any():
        row, step = row_of(offsets, np.argmax(bare))
        raise SequenceError(
            "Either every token of X must have its characters or none, but the one at "
            f"row {row}, step {step} has none and others have; {CHARACTERS}. Make all "
            "of X with one TextVectorizer."
        )


def _check_sparse_ids(X: Any) -> None:
    """Refuse sparse values that are no ids, with the likely cause."""
    values = X.data if X.format in ("csr", "csc", "coo", "bsr") else X.tocoo().data
    if values.dtype.kind not in "iuf" or (
        values.dtype.kind == "f" and (values != np.rint(values)).any()
    ):
        raise SequenceError(
            f"A sparse X must hold token ids, which are integers, got {values.dtype} "
            "values that are not; "
            + _likely_cause(
                X,
                "they likely come from TfidfVectorizer, which loses the order of the "
                "words. Use TextVectorizer instead, or X.toarray() if the columns of "
                "this sparse matrix are steps in time.",
            )
        )


def _refuse_gaps(misplaced: np.ndarray, offsets: np.ndarray, X: Any) -> None:
    """Raise for the first row whose positions are not 0, 1, 2, ..."""
    if misplaced.any():
        row, _ = row_of(offsets, np.argmax(misplaced))
        raise SequenceError(
            "Each row of a sparse X must hold its token ids at the positions 0, 1, 2, "
            f"... without a gap, but row {row} does not; "
            + _likely_cause(
                X,
                "such matrices come from CountVectorizer, TfidfVectorizer or "
                "OneHotEncoder, which lose the order. Use TextVectorizer instead, or "
                "X.toarray() if the columns of this sparse matrix are steps in time.",
            )
        )


def _likely_cause(X: Any, otherwise: str) -> str:
    """Name the columns that look like token ids, if others do not."""
    if X.shape[1] > WIDEST:  # wide as counts of words are
        return otherwise
    rows = np.linspace(0, X.shape[0] - 1, min(X.shape[0], AT_MOST)).astype(np.int64)
    table = X.tocsr()[rows].toarray()
    if is_padded_in_front(table):
        return f"padding stands in front here. {WITHOUT_ZEROS.format(SPARSE)}."
    found = describe_mixed_columns(table)
    if found is None or TOKENS not in found:
        return otherwise
    return f"{found}. {BESIDE_TEXT}."


def _refuse(
    wrong: np.ndarray,
    offsets: np.ndarray,
    complaint: str,
    remedy: str,
    values: np.ndarray | None = None,
) -> None:
    """Raise with the first wrong id and its place."""
    if wrong.any():
        step = np.argmax(wrong)
        row, position = row_of(offsets, step)
        came = complaint if values is None else complaint.format(values[step])
        raise SequenceError(f"{came} at row {row}, position {position}; {remedy}.")
