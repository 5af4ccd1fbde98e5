"""Products over all steps at once, and affine maps."""

import numpy as np

from sklearn_rnn.nn.compiled._arrays import Array, CellGradients, Loop
from sklearn_rnn.nn.compiled._jit import jit

BLOCK = 64


@jit
def project(x: Array, weight: Array) -> Array:
    """Multiply the inputs of all steps with a weight, in one product."""
    n_steps, n_rows, n_inputs = x.shape
    product = np.dot(x.reshape(n_steps * n_rows, n_inputs), weight.T)
    return product.reshape(n_steps, n_rows, len(weight))


@jit
def gradients_of_cell(
    x: Array,
    states: Array,
    deltas: Array,
    recurrent: Array,
    w_ih: Array,
    to_input: bool,
) -> CellGradients:
    """Compute the gradients to the weights of a cell, and to its inputs if asked for.

    ``deltas`` are the gradients to what its inputs give, ``recurrent`` those to what
    its states give: often the same.
    """
    n_steps, n_rows, n_gates = deltas.shape
    n_inputs, size = x.shape[2], states.shape[2]
    n_flat = n_steps * n_rows
    by_step = deltas.reshape(n_flat, n_gates)
    to_w_hh = np.zeros((n_gates, size), np.float32)
    if n_steps > 1:
        before = states[:-1].reshape(n_flat - n_rows, size)
        np.dot(recurrent[1:].reshape(n_flat - n_rows, n_gates).T, before, to_w_hh)
    to_b_ih = sum_of_rows(by_step)
    if recurrent is deltas:
        to_b_hh = to_b_ih.copy()
    else:
        to_b_hh = sum_of_rows(recurrent.reshape(n_flat, n_gates))
    to_x = np.dot(by_step, w_ih) if to_input else np.empty((0, n_inputs), np.float32)
    to_w_ih = np.dot(by_step.T, x.reshape(n_flat, n_inputs))
    return to_w_ih, to_w_hh, to_b_ih, to_b_hh, to_x


@jit
def sum_of_rows(rows: Array) -> Array:
    """Add up the rows, a block of them at a time: many would lose digits of float32."""
    total = np.zeros(rows.shape[1], np.float64)
    part = np.empty(rows.shape[1], np.float32)
    for start in range(0, len(rows), BLOCK):
        part[:] = 0
        for i in range(start, min(start + BLOCK, len(rows))):
            row = rows[i]
            for k in range(rows.shape[1]):
                part[k] += row[k]
        for k in range(rows.shape[1]):
            total[k] += part[k]
    return total.astype(np.float32)


@jit
def affine(x: Array, weight: Array, bias: Array) -> Array:
    """Compute an affine map of each row."""
    y = np.dot(x, weight.T)
    for i in range(len(y)):
        for k in range(len(bias)):
            y[i, k] += bias[k]
    return y


@jit
def gradients_of_affine(grad: Array, x: Array, weight: Array) -> Loop:
    """Compute the gradients to the weight, to the bias and to the input."""
    return np.dot(grad.T, x), sum_of_rows(grad), np.dot(grad, weight)
