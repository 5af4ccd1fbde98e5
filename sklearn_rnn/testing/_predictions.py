"""The predictions of an estimator for some sequences, and how they are compared."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

PAD = 0  # padding behind the ids of a dense matrix of token ids
UNK = 1  # the id of every token that has none of its own


def rows_of(predicted: Any, n_rows: int, name: str) -> list[NDArray[Any]]:
    """Split predictions into one array for each row.

    Parameters
    ----------
    predicted : array-like or sparse matrix
        With one member for each row.
    n_rows : int
    name : str
        The method that gave it, for the message.

    Returns
    -------
    rows : list of ndarray
    """
    if sparse.issparse(predicted):
        predicted = predicted.tocsr()
        rows = [predicted[[i]].toarray()[0] for i in range(predicted.shape[0])]
    else:
        rows = [np.asarray(row) for row in predicted]
    assert len(rows) == n_rows, (
        f"{name} gave {len(rows)} predictions for {n_rows} rows; each row needs one."
    )
    return rows


def without_padding(row: NDArray[Any]) -> NDArray[Any]:
    """Cut the zeros at the end of a row of token ids."""
    real = np.flatnonzero(row != PAD)
    return row[: real[-1] + 1] if len(real) else row[:0]


def is_finite(rows: list[NDArray[Any]]) -> bool:
    """Tell whether no row of numbers holds NaN or infinity."""
    return all(np.isfinite(row).all() for row in rows if row.dtype.kind in "fc")


def take(
    predictions: dict[str, list[NDArray[Any]]], rows: Iterable[int]
) -> dict[str, list[NDArray[Any]]]:
    """Select rows of predictions."""
    return {name: [said[i] for i in rows] for name, said in predictions.items()}


def join(parts: list[dict[str, list[NDArray[Any]]]]) -> dict[str, list[NDArray[Any]]]:
    """Concatenate the predictions for several sets of rows."""
    return {name: [row for part in parts for row in part[name]] for name in parts[0]}


def assert_same(
    actual: dict[str, list[NDArray[Any]]],
    expected: dict[str, list[NDArray[Any]]],
    what: str,
    rtol: float = 0.0,
) -> None:
    """Assert that predictions are the same.

    Parameters
    ----------
    actual, expected : dict of str to list of ndarray
        The rows that each method gave.
    what : str
        What should have changed nothing, for the message.
    rtol : float
        By how much numbers may differ, relative to the largest one that the method
        gave; 0 asks for the same bits. Labels must be the same.
    """
    for name, rows in expected.items():
        allowed = rtol * _largest(rows)
        for i, (one, other) in enumerate(zip(actual[name], rows, strict=True)):
            assert one.shape == other.shape, (
                f"{what}, but {name} gave shape {one.shape} instead of {other.shape} "
                f"for row {i}."
            )
            moved = distance(one, other)
            assert moved <= allowed, (
                f"{what}, but {name} moved by {moved:.3g} for row {i}; at most "
                f"{allowed:.3g} was allowed."
            )


def distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Give the largest difference of two arrays; of others than numbers 0 or infinity.

    Values that are NaN in both are the same.
    """
    if one.shape != other.shape:
        return np.inf
    if one.dtype.kind not in "fiu" or other.dtype.kind not in "fiu":
        return 0.0 if np.array_equal(one, other) else np.inf
    if np.array_equal(one, other, equal_nan=one.dtype.kind == other.dtype.kind == "f"):
        return 0.0
    gaps = np.abs(one.astype(float) - other.astype(float))
    return np.inf if np.isnan(gaps).any() else float(gaps.max())


def share_moved(
    actual: dict[str, list[NDArray[Any]]],
    expected: dict[str, list[NDArray[Any]]],
    rtol: float,
) -> float:
    """Give the share of the rows of which any prediction moved by more than `rtol`."""
    moved = [
        [
            distance(one, other) > rtol * _largest(rows)
            for one, other in zip(actual[name], rows, strict=True)
        ]
        for name, rows in expected.items()
    ]
    return float(np.any(moved, axis=0).mean())


def _largest(rows: list[NDArray[Any]]) -> float:
    numbers = [row for row in rows if row.dtype.kind in "fiu" and row.size]
    return max((float(np.nanmax(np.abs(row))) for row in numbers), default=0.0)
