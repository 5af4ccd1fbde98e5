"""Of several forecasts the simplest that is as good as the best."""

__all__ = ["block_means", "is_clearly_better", "simplest_within_one_error"]

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def block_means(
    errors: NDArray[np.floating], origins: NDArray[np.integer], length: int
) -> Floats:
    """Average the errors of windows over blocks of time.

    Parameters
    ----------
    errors : float ndarray of shape (n_candidates, n_windows)
        One error for each window; NaN does not count.
    origins : int ndarray of shape (n_windows,)
        The step at which each window's forecast begins, of any series.
    length : int
        Steps in a block, at least 1: the horizon, so that windows of one block share
        steps and those of different blocks few. The time from the first origin to the
        last is cut into blocks of one length, as near to this as can be: a part of a
        block would count for as much as a whole one.

    Returns
    -------
    means : float64 ndarray of shape (n_candidates, n_blocks)
        Blocks in the order of time; those without an error are left out.
    """
    seen = np.isfinite(errors).all(axis=0)
    if not seen.any():
        return np.empty((len(errors), 0))
    steps = np.asarray(origins, np.int64)[seen]
    steps -= steps.min()
    span = int(steps.max()) + 1
    n_blocks = max(1, round(span / length))
    block = steps * n_blocks // span
    counts = np.bincount(block, minlength=n_blocks)
    sums = [
        np.bincount(block, weights=row[seen], minlength=n_blocks)
        for row in np.asarray(errors, np.float64)
    ]
    return np.array(sums)[:, counts > 0] / counts[counts > 0]


def is_clearly_better(better_by: NDArray[np.floating]) -> bool:
    r"""Say whether a forecast beats another one by more than two standard errors.

    Parameters
    ----------
    better_by : float ndarray of shape (n_blocks,)
        How much smaller its error is over each block of time.

    Returns
    -------
    clearly : bool
        With a single block, whether it is better there; False where there is none.

    Notes
    -----
    With the mean :math:`\bar d` over :math:`n` blocks, it is where

    .. math::

        \bar d > 2 \sqrt{\frac{1}{n (n - 1)} \sum_b (d_b - \bar d)^2}
    """
    n_blocks = len(better_by)
    if n_blocks < 2:
        return bool(better_by.sum() > 0)
    standard_error = better_by.std(ddof=1) / np.sqrt(n_blocks)
    return bool(better_by.mean() > 2 * standard_error)


def simplest_within_one_error(block_errors: NDArray[np.floating]) -> int:
    r"""Choose the first candidate that is within one standard error of the best.

    Parameters
    ----------
    block_errors : float ndarray of shape (n_candidates, n_blocks)
        The error of each candidate over each held-out block; the simplest candidate
        comes first.

    Returns
    -------
    chosen : int
        Its row. The best one where there are fewer than two blocks; the first where
        there is none.

    Notes
    -----
    With the differences :math:`d_b` from the best candidate over :math:`n` blocks, a
    candidate is as good as the best where

    .. math::

        \bar d \le \sqrt{\frac{1}{n (n - 1)} \sum_b (d_b - \bar d)^2}

    This is the rule of one standard error [1]_, with the error of the difference: what
    makes a block hard is hard for all candidates, and says nothing of which is better.

    References
    ----------
    .. [1] L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone. "Classification
       and Regression Trees." Wadsworth, 1984, section 3.4.3.
    """
    n_blocks = block_errors.shape[1]
    if n_blocks == 0:
        return 0
    best = int(np.argmin(block_errors.mean(axis=1)))
    if n_blocks == 1:
        return best
    worse_by = np.asarray(block_errors, np.float64) - block_errors[best]
    standard_error = worse_by.std(axis=1, ddof=1) / np.sqrt(n_blocks)
    return int(np.argmax(worse_by.mean(axis=1) <= standard_error))
