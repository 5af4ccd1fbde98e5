"""The norm of a gradient, and the update of Adam as in `torch.optim.Adam`."""

import math

import numpy as np

from sklearn_rnn.nn.compiled._arrays import Array
from sklearn_rnn.nn.compiled._jit import jit


@jit
def sum_of_squares(gradient: Array) -> float:
    """Add up the squares of a flat gradient, in float64 and in eight sums at once."""
    sums = np.zeros(8)
    whole = len(gradient) // 8 * 8
    for i in range(0, whole, 8):
        for k in range(8):
            sums[k] += np.float64(gradient[i + k]) * gradient[i + k]
    for i in range(whole, len(gradient)):
        sums[0] += np.float64(gradient[i]) * gradient[i]
    return sums.sum()


@jit
def move(
    weights: Array,
    gradient: Array,
    mean: Array,
    square: Array,
    factor: float,
    step: float,
    rates: tuple[float, float, float, float],
) -> None:
    """Move flat weights by their gradient times a factor, as update number ``step``."""
    lr, beta1, beta2, eps = rates
    size = np.float32(lr / (1 - beta1**step))
    root = np.float32(1 / math.sqrt(1 - beta2**step))
    b1, c1 = np.float32(beta1), np.float32(1 - beta1)
    b2, c2 = np.float32(beta2), np.float32(1 - beta2)
    f, e = np.float32(factor), np.float32(eps)
    for i in range(len(weights)):
        g = gradient[i] * f
        m = b1 * mean[i] + c1 * g
        v = b2 * square[i] + c2 * g * g
        mean[i] = m
        square[i] = v
        weights[i] -= size * m / (np.sqrt(v) * root + e)
