"""The loss of a batch and its gradient; `sklearn_rnn.nn` has the equations.

Each function is given outputs (n_samples, n_outputs), targets and the factor of each
row, and returns the sum of the losses times their factors, and its gradient.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn import _losses
from sklearn_rnn.nn.compiled._activations import exp
from sklearn_rnn.nn.compiled._arrays import Array
from sklearn_rnn.nn.compiled._jit import jit

LossAndGradient: TypeAlias = Callable[[Array, NDArray[Any], Array], tuple[float, Array]]


@jit
def cross_entropy(
    outputs: Array, target: NDArray[Any], factors: Array
) -> tuple[float, Array]:
    """Compute the cross-entropy of class indices (n_samples,)."""
    gradient = np.empty_like(outputs)
    total = 0.0
    for i in range(len(outputs)):
        f, g, factor = outputs[i], gradient[i], factors[i]
        largest = f.max()
        for k in range(len(f)):
            g[k] = exp(f[k] - largest)
        norm = g.sum()
        total += factor * (math.log(norm) + largest - f[target[i]])
        for k in range(len(f)):
            g[k] *= factor / norm
        g[target[i]] -= factor
    return total, gradient


@jit
def binary_cross_entropy(
    outputs: Array, target: NDArray[Any], factors: Array
) -> tuple[float, Array]:
    """Compute the mean cross-entropy of labels (n_samples, n_outputs), 1 or 0."""
    gradient = np.empty_like(outputs)
    n_rows, n_outputs = outputs.shape
    total = 0.0
    for i in range(n_rows):
        factor = factors[i] / np.float32(n_outputs)
        for k in range(n_outputs):
            f, y = outputs[i, k], np.float32(target[i, k])
            small = math.exp(-abs(f))
            total += factor * (max(f, np.float32(0)) - y * f + math.log1p(small))
            share = (1.0 if f > 0 else small) / (1 + small)
            gradient[i, k] = factor * (share - y)
    return total, gradient


@jit
def squared_error(
    outputs: Array, target: NDArray[Any], factors: Array
) -> tuple[float, Array]:
    """Compute the mean squared error of numbers (n_samples, n_outputs)."""
    gradient = np.empty_like(outputs)
    n_rows, n_outputs = outputs.shape
    total = 0.0
    for i in range(n_rows):
        factor = factors[i] / np.float32(n_outputs)
        for k in range(n_outputs):
            error = outputs[i, k] - np.float32(target[i, k])
            total += factor * error * error
            gradient[i, k] = 2 * factor * error
    return total, gradient


COMPILED_LOSSES: dict[type, LossAndGradient] = {
    _losses.CrossEntropy: cross_entropy,
    _losses.BinaryCrossEntropy: binary_cross_entropy,
    _losses.SquaredError: squared_error,
}
