"""Scores of forecasts; steps that were not observed do not count."""

__all__ = ["coverage", "mase", "quantile_loss"]

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import UndefinedMetricWarning

from sklearn_rnn._compat import check_sample_weight
from sklearn_rnn._messages import warn
from sklearn_rnn.metrics._naive_error import read_numbers, seasonal_naive_error

Floats = NDArray[np.float64]


def mase(
    y_true: Any,
    y_pred: Any,
    *,
    y_train: Any = None,
    period: int = 1,
    scale: ArrayLike | None = None,
    sample_weight: Any = None,
) -> float:
    r"""Mean absolute error, as a multiple of that of the seasonal naive forecast.

    It compares series of different units. Below 1 a forecast is better than the
    seasonal naive one was, one step ahead, on the training series; forecasts of many
    steps may be useful above 1.

    Parameters
    ----------
    y_true : array-like of shape (n_timesteps,) or (n_timesteps, n_targets)
        What came; NaN, where nothing was observed, does not count.
    y_pred : array-like of the same shape
        The forecast.
    y_train : array-like of shape (n_train,) or (n_train, n_targets), default=None
        The series before the forecast, for its naive error.
    period : int, default=1
        Steps of a season of `y_train`; 1 repeats the last value.
    scale : float or array-like, default=None
        Instead of `y_train`: the naive error, see `seasonal_naive_error`. Of a panel
        that of each row, of shape (n_timesteps,) or (n_timesteps, n_targets).
    sample_weight : array-like of shape (n_timesteps,), default=None
        One weight for each row. None weighs all alike.

    Returns
    -------
    score : float
        At least 0; 0 is best. NaN, with a warning, where nothing can be scored.

    Raises
    ------
    ValueError
        If the shapes differ, if `y_pred` is not finite where `y_true` is known, or if
        not just one of `y_train` and `scale` is given.

    Warns
    -----
    UndefinedMetricWarning
        If a naive error is 0, as of a constant series, or unknown. Such rows are left
        out.

    See Also
    --------
    neg_mase : As a scorer; the fitted forecaster knows the scale.
    quantile_loss : For predicted quantiles.

    Notes
    -----
    With the period :math:`m` and the training series :math:`x_1, \dots, x_n` [1]_

    .. math::

        \frac{\operatorname{mean}_t |y_t - \hat y_t|}
        {\frac{1}{n - m} \sum_{i=m+1}^{n} |x_i - x_{i-m}|}

    Of several targets each is scaled by itself, and the mean is that of all.

    References
    ----------
    .. [1] R. J. Hyndman and A. B. Koehler. "Another Look at Measures of Forecast
       Accuracy." International Journal of Forecasting 22, 2006.

    Examples
    --------
    >>> from sklearn_rnn.metrics import mase
    >>> mase([12, 14], [11, 16], y_train=[10, 12, 11, 14])  # 1.5 over (2 + 1 + 3) / 3
    0.75
    """
    if (y_train is None) == (scale is None):
        raise ValueError(
            "mase needs either y_train, the series before the forecast, or scale, its "
            f"naive error; got {'neither' if scale is None else 'both'}."
        )
    true, pred = _read(y_true, y_pred)
    if scale is None:
        scale = seasonal_naive_error(y_train, period)
    unit = _spread_over(np.asarray(scale, np.float64), true)
    usable = np.isfinite(unit) & (unit > 0.0)
    if not usable.all():
        warn(
            "The naive error of the training series is 0 or unknown for "
            f"{np.count_nonzero(~usable)} of {usable.size} values, as of a constant "
            "series; they are left out of mase. Take an unscaled error for them.",
            UndefinedMetricWarning,
        )
    true = np.where(usable, true, np.nan)
    return _mean(np.abs(true - pred) / np.where(usable, unit, 1.0), true, sample_weight)


def quantile_loss(
    y_true: Any, y_pred: Any, *, quantiles: ArrayLike, sample_weight: Any = None
) -> float:
    r"""Mean pinball loss of predicted quantiles, over all of them.

    It rewards bands that are narrow and hold what they promise; `coverage` tells only
    the second.

    Parameters
    ----------
    y_true : array-like of shape (n_timesteps,) or (n_timesteps, n_targets)
        What came; NaN, where nothing was observed, does not count.
    y_pred : array-like of shape (n_timesteps[, n_targets], n_quantiles)
        The predicted quantiles.
    quantiles : float array-like of shape (n_quantiles,)
        Which they are, in (0, 1).
    sample_weight : array-like of shape (n_timesteps,), default=None
        One weight for each row. None weighs all alike.

    Returns
    -------
    loss : float
        At least 0, in the unit of `y_true`; 0 is best. NaN, with a warning, where
        nothing was observed.

    Raises
    ------
    ValueError
        If the shapes do not match, if `y_pred` is not finite where `y_true` is known,
        or if a quantile is not in (0, 1).

    See Also
    --------
    neg_quantile_loss : As a scorer.

    Notes
    -----
    The mean over rows, targets and the :math:`q` quantiles of [1]_

    .. math::

        \max(\tau (y - \hat y_\tau), (\tau - 1) (y - \hat y_\tau))

    Of the median alone it is half the mean absolute error. Of one quantile scikit-learn
    has ``mean_pinball_loss``.

    References
    ----------
    .. [1] R. Koenker and G. Bassett. "Regression Quantiles." Econometrica 46, 1978.

    Examples
    --------
    >>> from sklearn_rnn.metrics import quantile_loss
    >>> quantile_loss([5, 9], [[4, 6], [4, 6]], quantiles=[0.25, 0.75])
    1.0
    """
    taus = np.asarray(quantiles, np.float64)
    if taus.ndim != 1 or not ((taus > 0.0) & (taus < 1.0)).all():
        raise ValueError(
            f"quantiles must be numbers between 0 and 1, got {quantiles!r}; give those "
            "that were predicted, such as (0.1, 0.5, 0.9)."
        )
    true, pred = _read(y_true, y_pred, n_quantiles=len(taus))
    above = true[..., np.newaxis] - pred
    losses = np.maximum(taus * above, (taus - 1.0) * above)
    return _mean(losses.mean(axis=-1), true, sample_weight)


def coverage(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """Share of what came that is inside the predicted band, its edges included.

    A band of 80 % should cover about 0.8: less is a promise not held, more is a band
    that is too wide.

    Parameters
    ----------
    y_true : array-like of shape (n_timesteps,) or (n_timesteps, n_targets)
        What came; NaN, where nothing was observed, does not count.
    y_pred : array-like of shape (n_timesteps, n_quantiles) or (n_timesteps, \
            n_targets, n_quantiles)
        Predicted quantiles, rising. The first and the last are the band.
    sample_weight : array-like of shape (n_timesteps,), default=None
        One weight for each row. None weighs all alike.

    Returns
    -------
    share : float
        Between 0 and 1. NaN, with a warning, where nothing was observed.

    Raises
    ------
    ValueError
        If the shapes do not match, if there is only one quantile, or if `y_pred` is not
        finite where `y_true` is known.

    See Also
    --------
    band_coverage : As a scorer.
    quantile_loss : Tells a narrow band from a wide one.

    Examples
    --------
    >>> from sklearn_rnn.metrics import coverage
    >>> coverage([5, 9], [[4, 5, 6], [4, 5, 6]])
    0.5
    """
    n_quantiles = np.shape(y_pred)[-1] if np.ndim(y_pred) else 0
    if n_quantiles < 2:
        raise ValueError(
            "coverage needs a band, at least two quantiles on the last axis of y_pred, "
            f"got shape {np.shape(y_pred)}; predict quantiles such as (0.1, 0.9)."
        )
    true, pred = _read(y_true, y_pred, n_quantiles=n_quantiles)
    inside = (pred[..., 0] <= true) & (true <= pred[..., -1])
    return _mean(inside.astype(np.float64), true, sample_weight)


def _read(
    y_true: Any, y_pred: Any, n_quantiles: int | None = None
) -> tuple[Floats, Floats]:
    """Turn both into numbers, and refuse what does not match."""
    true, pred = read_numbers(y_true, "y_true"), read_numbers(y_pred, "y_pred")
    if true.ndim not in (1, 2):
        raise ValueError(
            "y_true must be of shape (n_timesteps,) or (n_timesteps, n_targets), got "
            f"{true.shape}."
        )
    expected = true.shape if n_quantiles is None else (*true.shape, n_quantiles)
    if pred.shape != expected:
        raise ValueError(
            f"y_pred must be of shape {expected}, for y_true has {true.shape}, got "
            f"{pred.shape}; predict the same steps and the same targets."
        )
    known = np.isfinite(true) if n_quantiles is None else np.isfinite(true)[..., None]
    wrong = known & ~np.isfinite(pred)
    if wrong.any():
        raise ValueError(
            f"y_pred is not finite at row {np.argwhere(wrong)[0][0]}, where y_true is "
            "known; a missing forecast cannot be scored."
        )
    return true, pred


def _spread_over(scale: Floats, true: Floats) -> Floats:
    """Give each value its scale: one for all, for each row, for each target, or all."""
    if true.ndim == 2 and scale.shape == true.shape[:1] != true.shape[1:]:
        scale = scale[:, np.newaxis]
    try:
        return np.broadcast_to(scale, true.shape)
    except ValueError:
        raise ValueError(
            f"scale has shape {scale.shape}, which does not go with y_true of shape "
            f"{true.shape}; give one number, one for each row, or one for each target."
        ) from None


def _mean(losses: Floats, true: Floats, sample_weight: Any) -> float:
    """Average over what is known, with the weights of the rows."""
    weight = check_sample_weight(sample_weight, true, dtype=np.float64)
    weight = weight.reshape(-1, *[1] * (true.ndim - 1)) * np.isfinite(true)
    if weight.sum() == 0.0:
        warn(
            "Nothing in y_true can be scored; the score is NaN.",
            UndefinedMetricWarning,
        )
        return float("nan")
    return float(np.average(np.where(weight > 0.0, losses, 0.0), weights=weight))
