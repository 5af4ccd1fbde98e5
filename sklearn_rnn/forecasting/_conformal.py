"""Bands that hold what they promise: quantiles, moved by what they missed before."""

__all__ = ["conformal_quantile", "conformal_shifts"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def conformal_quantile(scores: NDArray[np.floating], level: float) -> Floats:
    r"""Find the value that a further score does not exceed, with a given probability.

    Parameters
    ----------
    scores : float ndarray of shape (n_scores, ...)
        NaN does not count. Each place on the further axes is by itself.
    level : float
        The probability, in (0, 1).

    Returns
    -------
    bound : float64 ndarray of shape (...)
        The largest score where there are too few for the level, 0 where there is none.

    Notes
    -----
    Of :math:`n` scores it is the :math:`k`-th smallest, :math:`k = \lceil (n + 1)
    \alpha \rceil`. A further score that is exchangeable with them is not larger with a
    probability of at least :math:`\alpha`, and below :math:`\alpha + 1 / (n + 1)`
    where none are equal [1]_. With :math:`n < \alpha / (1 - \alpha)` only infinity
    would keep that promise.

    References
    ----------
    .. [1] V. Vovk, A. Gammerman and G. Shafer. "Algorithmic Learning in a Random
       World." Springer, 2005.
    """
    ranked = np.sort(np.asarray(scores, np.float64), axis=0)  # NaN comes last
    n_scores = np.isfinite(ranked).sum(axis=0)
    # Rounded, or (9 + 1) * 0.7 = 7.000000000000001 would count as more than 7.
    rank = np.ceil(np.round((n_scores + 1) * level, 9)).astype(int)
    place = np.minimum(rank, n_scores).clip(min=1) - 1
    if len(ranked) == 0:
        return np.zeros(ranked.shape[1:])
    bound = np.take_along_axis(ranked, place[np.newaxis], axis=0)[0]
    return np.where(n_scores > 0, bound, 0.0)


def conformal_shifts(
    y_true: NDArray[np.floating],
    predicted: NDArray[np.floating],
    quantiles: ArrayLike,
) -> Floats:
    r"""Find how far each predicted quantile must move, for each step ahead.

    Parameters
    ----------
    y_true : float ndarray of shape (n_windows, ...)
        What came, in windows that the forecaster was not trained on; NaN does not
        count. The further axes, of which the steps ahead are one, are each by
        themselves.
    predicted : float ndarray of shape (n_windows, ..., n_quantiles)
        The quantiles that were predicted.
    quantiles : float array-like of shape (n_quantiles,)
        Which they are, rising, in (0, 1).

    Returns
    -------
    shifts : float64 ndarray of shape (..., n_quantiles)
        To be added to predicted quantiles. Two that are as far from 0 as from 1, such
        as 0.1 and 0.9, move apart by the same amount, which may be negative; the
        median does not move.

    Notes
    -----
    This is conformalised quantile regression [1]_. Of the band from :math:`q_\tau` to
    :math:`q_{1 - \tau}` the scores :math:`\max(q_\tau - y, y - q_{1 - \tau})` say by
    how much it was missed, below 0 where it was not; their quantile at
    :math:`1 - 2 \tau`, see `conformal_quantile`, is added on both sides. A quantile
    without a counterpart is moved by its own scores, :math:`y - q_\tau` above the
    median and :math:`q_\tau - y` below it. The promise holds for windows that are
    exchangeable; those of a series are so only about, as they overlap and as the series
    may change.

    References
    ----------
    .. [1] Y. Romano, E. Patterson and E. J. Candès. "Conformalized Quantile
       Regression." NeurIPS 2019.
    """
    taus = np.asarray(quantiles, np.float64)
    y = np.asarray(y_true, np.float64)[..., np.newaxis]
    side = np.sign(np.round(taus - 0.5, 9))  # -1 below the median, 1 above
    missed = side * (y - predicted)  # (n_windows, ..., n_quantiles)
    shifts = np.zeros(missed.shape[1:])
    for i in np.flatnonzero(side):
        partner = np.flatnonzero(np.isclose(taus, 1.0 - taus[i], rtol=0.0, atol=1e-9))
        scores = missed[..., [i, *partner]].max(axis=-1)
        outside = 1.0 - abs(2.0 * taus[i] - 1.0)  # on both sides of the band
        level = 1.0 - outside if len(partner) else 1.0 - outside / 2.0
        shifts[..., i] = side[i] * conformal_quantile(scores, level)
    return shifts
