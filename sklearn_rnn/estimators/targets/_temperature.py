"""By what logits are divided so that probabilities fit rows not trained on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

SAYS_NOTHING = 0.02
"""Probabilities within this share of chance are of no use."""


def find_temperature(
    logits: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
) -> float:
    r"""Find the temperature of the smallest log-loss.

    Parameters
    ----------
    logits : float ndarray of shape (n_samples, n_outputs)
        Of rows that were not trained on.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Class indices; or 0 and 1 for each logit by itself.
    weight : float ndarray of shape (n_samples,)
        Weights of the rows, above 0.

    Returns
    -------
    temperature : float
        Between exp(-10) and exp(10). 1 where no row is on the wrong side: the loss
        then falls with the temperature, and nothing says how far.

    Notes
    -----
    The mean loss of :math:`z / T` is convex in :math:`1 / T`, so that there is one
    minimum. Of labels that do not exclude each other the losses are averaged.
    """
    logits = logits.astype(np.float64)
    if (_margins(logits, y) >= 0).all():
        return 1.0
    found = minimize_scalar(
        lambda log_t: np.average(_log_loss(logits / np.exp(log_t), y), weights=weight),
        bounds=(-10.0, 10.0),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return float(np.exp(found.x))


def says_nothing(probabilities: NDArray[Any]) -> bool:
    """Say whether a temperature has left nothing to tell classes apart by.

    Parameters
    ----------
    probabilities : float ndarray of shape (n_samples, n_classes)
        Rows sum to one; or those of labels that do not exclude each other.

    Returns
    -------
    nothing : bool
        Whether all are within 2 % of chance.
    """
    n_classes = probabilities.shape[1]
    adds_up = np.allclose(probabilities.sum(axis=1), 1)
    chance = 1 / n_classes if adds_up else 0.5
    return bool((np.abs(probabilities / chance - 1) < SAYS_NOTHING).all())


def _log_loss(logits: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1:
        loss: NDArray[Any] = -log_softmax(logits, axis=1)[np.arange(len(y)), y]
        return loss
    losses = np.logaddexp(0.0, logits) - y * logits
    return np.asarray(losses.mean(axis=1))


def _margins(logits: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Say how far each row, or each label, is on the right side."""
    if y.ndim == 1:
        return np.asarray(logits[np.arange(len(y)), y] - logits.max(axis=1))
    return (2.0 * y - 1.0) * logits
