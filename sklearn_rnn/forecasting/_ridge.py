"""Ridge regression from windows to what follows them, on all windows of all series."""

__all__ = ["LinearForecast", "choose_ridge", "choose_window", "fit_ridge"]

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_rnn.forecasting._window_products import fill_forward, window_products

Floats = NDArray[np.float64]
Series = Sequence[NDArray[np.floating]]

# Of the mean square of a step: nothing to speak of, up to what leaves nearly nothing.
PENALTIES = np.logspace(-7, 2, 19)


class LinearForecast(NamedTuple):
    """A linear map from the steps of a window to those that follow.

    Both are less the last value of the window: ``(x - x[-1]) @ coef + x[-1]``.
    """

    coef: Floats  # (window, horizon)
    alpha: float  # as scikit-learn's Ridge counts it


def fit_ridge(
    series: Series, window: int, horizon: int, alpha: float
) -> LinearForecast:
    r"""Fit a ridge regression with a given penalty on every window of every series.

    Parameters
    ----------
    series : sequence of float ndarray or MaskedArray of shape (n_timesteps,)
        Of one scale. What is missing or masked is read, and is no target, as
        `window_products` says.
    window, horizon : int
        Steps that are read, and steps that follow.
    alpha : float
        The penalty, positive.

    Returns
    -------
    linear : LinearForecast
        All zero, which repeats the last value, where there is no window.

    Notes
    -----
    With the rows of :math:`X` the windows, those of :math:`Y` what follows, both less
    the last value of the window, the coefficients are
    :math:`(X^\top X + \alpha I)^{-1} X^\top Y` [1]_. There is no intercept: a constant
    added to a series adds it to the forecast.

    References
    ----------
    .. [1] A. E. Hoerl and R. W. Kennard. "Ridge Regression: Biased Estimation for
       Nonorthogonal Problems." Technometrics 12, 1970.
    """
    products, _ = window_products(series, window, horizon)
    return LinearForecast(_Solver(products, window).coef(alpha), float(alpha))


def choose_ridge(
    series: Series,
    n_held_out: ArrayLike,
    window: int,
    horizon: int,
    alphas: ArrayLike | None = None,
) -> LinearForecast:
    r"""Fit ridge regressions before the held-out part, and keep the best on it.

    Parameters
    ----------
    series : sequence of float ndarray or MaskedArray of shape (n_timesteps,)
        Of one scale. What is missing or masked is read, and is no target, as
        `window_products` says.
    n_held_out : int or int array-like of shape (n_series,)
        How many steps at the end of each series are held out. Windows of the held-out
        part may read what is before it; those of the training part end before it.
    window, horizon : int
        Steps that are read, and steps that follow.
    alphas : float array-like of shape (n_alphas,), default=None
        Penalties to try, positive. None takes 19 of them, from 1e-7 to 100 times the
        mean of the diagonal of :math:`X^\top X`, so that neither the unit of the
        series nor their number matters.

    Returns
    -------
    linear : LinearForecast
        The regression of the training part with the smallest squared error over all
        held-out windows; of equals the one with the larger penalty. Without a held-out
        window the penalty is that of the smallest generalised cross-validation.

    Notes
    -----
    The squared error of coefficients :math:`W` needs no window either,

    .. math::

        \|Y - X W\|^2 = \operatorname{tr} (Y^\top Y - 2 W^\top X^\top Y
        + W^\top X^\top X W)

    and generalised cross-validation [1]_ divides that of the training part by
    :math:`(n - \operatorname{tr} H)^2`, with :math:`n` windows and the matrix
    :math:`H` that maps :math:`Y` to its fit.

    References
    ----------
    .. [1] G. H. Golub, M. Heath and G. Wahba. "Generalized Cross-Validation as a
       Method for Choosing a Good Ridge Parameter." Technometrics 21, 1979.
    """
    train, held_out = _split(series, n_held_out, window)
    products, n_windows = window_products(train, window, horizon)
    solver = _Solver(products, window)
    if alphas is None:
        alphas = PENALTIES * (solver.mean_square or 1.0)
    fits = [LinearForecast(solver.coef(a), a) for a in np.sort(alphas)[::-1].tolist()]
    score: Callable[[LinearForecast], float]
    unseen, n_unseen = window_products(held_out, window, horizon)
    if n_unseen:
        score = lambda fit: squared_error(unseen, fit.coef)  # noqa: E731
    else:
        score = lambda fit: _cross_validation(  # noqa: E731
            squared_error(products, fit.coef), solver.freedom(fit.alpha), n_windows
        )
    return min(fits, key=score)


def choose_window(
    series: Series, n_held_out: ArrayLike, windows: Sequence[int], horizon: int
) -> int:
    """Choose how many steps to read: as many as leave the least held-out error.

    Each is tried with a ridge regression of its own, see `choose_ridge`, on all
    held-out windows; it costs no more than that.

    Parameters
    ----------
    series : sequence of float ndarray or MaskedArray of shape (n_timesteps,)
        Of one scale; as `choose_ridge` has them.
    n_held_out : int or int array-like of shape (n_series,)
        How many steps at the end of each series are held out.
    windows : sequence of int
        Which to try. Those that short series leave with less than half as many
        held-out windows, or windows to learn from, as another one are passed over.
    horizon : int
        Steps that follow.

    Returns
    -------
    window : int
        The first of `windows` where nothing is held out; of equals the shorter one.
    """
    tried = [_try_window(series, n_held_out, w, horizon) for w in sorted(windows)]
    most = [max(one[i] for one in tried) for i in (2, 3)]
    if most[0] == 0:
        return windows[0]
    fair = [one for one in tried if 2 * one[2] >= most[0] and 2 * one[3] >= most[1]]
    return min(fair or tried[:1], key=lambda one: one[1])[0]


def _try_window(
    series: Series, n_held_out: ArrayLike, window: int, horizon: int
) -> tuple[int, float, int, int]:
    """Give the mean held-out error of a window, and how many windows there are."""
    train, held_out = _split(series, n_held_out, window)
    unseen, n_unseen = window_products(held_out, window, horizon)
    n_train = window_products(train, window, horizon)[1]
    if not n_unseen or not n_train:
        return window, np.inf, n_unseen, n_train
    linear = choose_ridge(series, n_held_out, window, horizon)
    return window, squared_error(unseen, linear.coef) / n_unseen, n_unseen, n_train


class _Solver:
    """Solves for many penalties, from one decomposition of the products."""

    def __init__(self, products: Floats, window: int) -> None:
        eigenvalues, self._vectors = np.linalg.eigh(products[:window, :window])
        self._eigenvalues = eigenvalues.clip(min=0.0)
        self._targets = self._vectors.T @ products[:window, window:]

    @property
    def mean_square(self) -> float:
        return float(self._eigenvalues.mean())

    def coef(self, alpha: float) -> Floats:
        return self._vectors @ (
            self._targets / (self._eigenvalues + alpha)[:, np.newaxis]
        )

    def freedom(self, alpha: float) -> float:
        """Say how many parameters the fit has, in effect: the trace of H."""
        return float((self._eigenvalues / (self._eigenvalues + alpha)).sum())


def _split(series: Series, n_held_out: ArrayLike, window: int) -> tuple[Series, Series]:
    """Cut each series in two; the held-out part has a window before its first step.

    Gaps are filled before, so that a gap over the cut is filled with what came before.
    """
    counts = np.broadcast_to(n_held_out, len(series)).tolist()
    filled = [fill_forward(one) for one in series]
    pairs = [(one, len(one) - n) for one, n in zip(filled, counts, strict=True)]
    return (
        [one[:cut] for one, cut in pairs],
        [one[max(0, cut - window) :] for one, cut in pairs if cut < len(one)],
    )


def squared_error(products: Floats, coef: Floats) -> float:
    """Sum the squared errors of a linear forecast over the windows of some products.

    Parameters
    ----------
    products : float64 ndarray of shape (window + horizon, window + horizon)
        Of `window_products`.
    coef : float64 ndarray of shape (window, horizon)

    Returns
    -------
    error : float
    """
    window = len(coef)
    inputs, targets = products[:window, :window], products[:window, window:]
    explained = ((2.0 * targets - inputs @ coef) * coef).sum()
    return float(np.trace(products[window:, window:]) - explained)


def _cross_validation(error: float, freedom: float, n_windows: int) -> float:
    left = n_windows - freedom
    return error / left**2 if left > 0.0 else np.inf
