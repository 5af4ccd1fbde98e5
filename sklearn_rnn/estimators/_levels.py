"""Which quantiles a network learns where a user asks for some."""

import numpy as np

LEAST_GAP = 1e-6
"""Nearer levels are one that was computed in two ways."""


def levels_of(quantiles):
    """Give the levels that a network learns, with the median in their middle.

    Parameters
    ----------
    quantiles : array-like of shape (n_quantiles,) or None
        As the parameter of an estimator.

    Returns
    -------
    levels : tuple of float
        Those asked for, the median, and as many on its left as on its right; none where
        none are asked for.

    Raises
    ------
    ValueError
        If they do not rise, or one is not between 0 and 1, or two are almost one.
    """
    if quantiles is None:
        return ()
    asked = np.asarray(quantiles, dtype=np.float64)
    if (
        asked.ndim != 1
        or not len(asked)
        or not (np.diff(asked) > 0).all()
        or not (0 < asked[0] and asked[-1] < 1)
    ):
        raise ValueError(
            f"quantiles must rise and lie between 0 and 1, got {quantiles!r}; "
            "pass them such as [0.1, 0.5, 0.9]."
        )
    if np.diff(sorted({*asked.tolist(), 0.5})).min(initial=1) < LEAST_GAP:
        raise ValueError(
            f"quantiles must lie at least {LEAST_GAP:g} from each other and from the "
            f"median, 0.5, got {quantiles!r}; pass 0.5 itself, and each only once."
        )
    return _around_the_median(asked.tolist())


def _around_the_median(asked):
    levels = {*asked, 0.5}
    for q in asked:
        if not np.isclose(1 - q, sorted(levels), rtol=0, atol=1e-9).any():
            levels.add(1 - q)
    return tuple(sorted(levels))


def places_of(quantiles, levels):
    """Say where among the levels the quantiles are that were asked for."""
    return [levels.index(float(q)) for q in quantiles]
