"""Clipping and the update of Adam; `torch.optim.Adam` has the equations."""

import math

import numpy as np

from sklearn_rnn.nn.compiled._arrays import Array
from sklearn_rnn.nn.compiled._jit import jit

Arrays = tuple[Array, ...]


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


@jit
def clip_and_update(
    weights: Arrays,
    gradients: Arrays,
    means: Arrays,
    squares: Arrays,
    steps: Arrays,
    max_norm: float,
    rates: tuple[float, float, float, float],
) -> float:
    """Update flat weights by their gradients, scaled down to ``max_norm``.

    ``steps`` hold the number of updates before, and count this one. ``rates`` are the
    learning rate, the two betas and epsilon. Returns the norm before clipping.
    """
    total = 0.0
    for i in range(len(gradients)):
        total += sum_of_squares(gradients[i])
    norm = math.sqrt(total)
    factor = 1.0 if norm <= max_norm else max_norm / (norm + 1e-6)
    for i in range(len(weights)):
        steps[i][0] += 1
        step = np.float64(steps[i][0])
        move(weights[i], gradients[i], means[i], squares[i], factor, step, rates)
    return norm
