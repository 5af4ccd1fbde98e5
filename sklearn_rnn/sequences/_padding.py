"""Take padding away: one rule for every container."""

__all__ = ["drop_padding", "refuse_empty", "row_of"]

import numpy as np
from numpy.typing import ArrayLike

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._sequences import offsets_of, step_positions


def drop_padding(
    values: np.ndarray, offsets: np.ndarray, real: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cut each sequence after its last real step.

    Parameters
    ----------
    values : ndarray of shape (n_steps_total, ...)
    offsets : int64 ndarray of shape (n_samples + 1,)
        Every sequence has at least one step.
    real : bool ndarray of shape (n_steps_total,)
        False where a step may be padding; it is, if nothing real follows.

    Returns
    -------
    values : ndarray
        The same array where there was no padding.
    offsets : int64 ndarray of shape (n_samples + 1,)

    Raises
    ------
    SequenceError
        If a sequence is nothing but padding.
    """
    if real[offsets[1:] - 1].all():
        return values, offsets
    positions = step_positions(np.diff(offsets))
    lengths = np.maximum.reduceat(np.where(real, positions + 1, 0), offsets[:-1])
    refuse_empty(lengths)
    kept = positions < np.repeat(lengths, np.diff(offsets))
    return values[kept], offsets_of(lengths)


def refuse_empty(lengths: ArrayLike) -> None:
    """Raise for the first sequence without any real step."""
    empty = np.asarray(lengths) < 1
    if empty.any():
        raise SequenceError(
            f"Every sequence must have at least one step, but the one at row "
            f"{np.argmax(empty)} of X has zero length (or is nothing but padding, "
            f"ids 0 or NaN; {empty.sum()} such in X). Drop these rows from X and y, or "
            "give each one step that says 'nothing here', as TextVectorizer does for "
            "empty documents."
        )


def row_of(offsets: np.ndarray, step: int | np.integer) -> tuple[int, int]:
    """Find the sequence a step belongs to, and its position there."""
    row = np.searchsorted(offsets, step, side="right") - 1
    return int(row), int(step - offsets[row])
