"""Series to forecast, whose best possible forecast is known."""

__all__ = ["make_passengers", "make_shop_sales"]

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from sklearn_rnn._compat import Interval, validate_params
from sklearn_rnn.datasets._generators import _private_random_state

_AT_LEAST_1 = [Interval(Integral, 1, None, closed="left")]
_NOISE = [Interval(Real, 0, None, closed="left")]

# Monday to Sunday, as logarithms.
_WEEK = np.array([-0.1, -0.15, -0.1, 0.0, 0.15, 0.4, -0.2])
PROMOTION = 0.5
"""What a promotion adds to the logarithm of the sales."""


@validate_params(
    {"n_months": _AT_LEAST_1, "noise": _NOISE, "random_state": ["random_state"]},
    prefer_skip_nested_validation=True,
)
def make_passengers(
    n_months: int = 144,
    *,
    noise: float = 0.03,
    random_state: RandomState | int | None = None,
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    r"""Make the monthly passengers of an airline that grows.

    A series with a trend and a yearly season that grow together, such as that of Box
    and Jenkins.

    Parameters
    ----------
    n_months : int, default=144
        Length of the series, from January 2000 on.
    noise : float, default=0.03
        Standard deviation of the logarithm: 0.03 is about 3 %.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves the
        global random state of NumPy alone.

    Returns
    -------
    months : datetime64[D] ndarray of shape (n_months,)
        The first day of each.
    passengers : float64 ndarray of shape (n_months,)
        Thousands.

    See Also
    --------
    make_shop_sales : Many series, and what is known of each day in advance.
    load_co2 : A real series with a trend and a yearly season.

    Notes
    -----
    With the month :math:`t = 0, 1, \dots` and standard normal :math:`\epsilon_t`

    .. math::

        \log y_t = \log 110 + 0.01 t - 0.16 \cos \tfrac{2 \pi t}{12}
        - 0.06 \sin \tfrac{4 \pi t}{12} + \sigma \epsilon_t

    Known solution: without the noise this is the median of what may come, at any
    horizon. Its mean absolute error is :math:`e^{\sigma^2 / 2} (2 \Phi(\sigma) - 1)`
    times itself, 2.4 % with the default noise, and no forecast has a smaller one.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_passengers
    >>> months, passengers = make_passengers(random_state=0)
    >>> months[[0, -1]].astype(str).tolist(), passengers.shape
    (['2000-01-01', '2011-12-01'], (144,))
    """
    random = _private_random_state(random_state)
    t = np.arange(n_months)
    season = 0.16 * np.cos(np.pi * t / 6.0) + 0.06 * np.sin(np.pi * t / 3.0)
    logarithms = np.log(110.0) + 0.01 * t - season
    logarithms += noise * random.standard_normal(n_months)
    months = (np.datetime64("2000-01") + t).astype("datetime64[D]")
    return months, np.exp(logarithms)


@validate_params(
    {
        "n_shops": _AT_LEAST_1,
        "n_days": _AT_LEAST_1,
        "promotions": [Interval(Real, 0, 1, closed="both")],
        "noise": _NOISE,
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_shop_sales(
    n_shops: int = 10,
    n_days: int = 365,
    *,
    promotions: float = 0.1,
    noise: float = 0.1,
    random_state: RandomState | int | None = None,
) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    r"""Make the daily sales of many shops, with promotions that are known in advance.

    A panel: one long table with a row for each day of each shop. The shops have levels
    of their own and share the shape of the week.

    Parameters
    ----------
    n_shops : int, default=10
        Number of series.
    n_days : int, default=365
        Length of each, from Monday, 1 January 2024 on.
    promotions : float, default=0.1
        Share of the days of a shop that have a promotion.
    noise : float, default=0.1
        Standard deviation of the logarithm: 0.1 is about 10 %.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves the
        global random state of NumPy alone.

    Returns
    -------
    X : dict of str to ndarray of shape (n_shops * n_days,)
        "shop", "date" and "promotion", 0 or 1; ``pd.DataFrame(X)`` is the table. The
        days of a shop follow each other.
    y : float64 ndarray of shape (n_shops * n_days,)
        What was sold.

    See Also
    --------
    make_passengers : A single series.

    Notes
    -----
    Shop :math:`s` sells on day :math:`t`, with a promotion or not, :math:`p_{st}`, and
    standard normal :math:`\epsilon_{st}`,

    .. math::

        \log y_{st} = a_s + w_{t \bmod 7} + 0.5 p_{st} + \sigma \epsilon_{st}

    with the level :math:`a_s` normal around :math:`\log 100` with a standard deviation
    of 0.7, and a week of -0.1, -0.15, -0.1, 0, 0.15, 0.4 and -0.2.

    Known solution: without the noise this is the median of what may come, at any
    horizon. Its mean absolute error is :math:`e^{\sigma^2 / 2} (2 \Phi(\sigma) - 1)`
    times itself, 8.0 % with the default noise, and no forecast has a smaller one. Who
    does not know of the promotions misses their days by a factor of about 1.65.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_shop_sales
    >>> X, y = make_shop_sales(n_shops=3, n_days=28, random_state=0)
    >>> {name: column[-1].item() for name, column in X.items() if name != "date"}
    {'shop': 'S02', 'promotion': 1}
    >>> y.shape
    (84,)
    """
    random = _private_random_state(random_state)
    shape = (n_shops, n_days)
    levels = np.log(100.0) + 0.7 * random.standard_normal((n_shops, 1))
    promotion = (random.uniform(size=shape) < promotions).astype(np.int64)
    week = np.resize(_WEEK, n_days)
    logarithms = levels + week + PROMOTION * promotion
    logarithms += noise * random.standard_normal(shape)
    X = {
        "shop": np.repeat([f"S{i:02}" for i in range(n_shops)], n_days),
        "date": np.tile(np.datetime64("2024-01-01") + np.arange(n_days), n_shops),
        "promotion": promotion.ravel(),
    }
    return X, np.exp(logarithms).ravel()
