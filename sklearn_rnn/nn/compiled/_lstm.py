"""The LSTM; `sklearn_rnn.nn.LSTM` has the equations."""

import numpy as np

from sklearn_rnn.nn.compiled._activations import sigmoid, tanh
from sklearn_rnn.nn.compiled._arrays import Array, CellGradients, Loop
from sklearn_rnn.nn.compiled._jit import exact, jit
from sklearn_rnn.nn.compiled._products import gradients_of_cell, project

N_GATES = 4
"""How many rows of the weights each unit has."""


@jit
def forward(x: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array) -> Loop:
    """Compute the gates, the states and the cell states."""
    gates = project(x, w_ih)
    n_steps, n_rows, n_gates = gates.shape
    size = n_gates // 4
    states = np.empty((n_steps, n_rows, size), np.float32)
    cells = np.empty((n_steps + 1, n_rows, size), np.float32)
    cells[0] = 0
    bias = b_ih + b_hh
    columns = np.ascontiguousarray(w_hh.T)  # or each product would turn it anew
    recurrent = np.zeros((n_rows, n_gates), np.float32)
    for t in range(n_steps):
        if t > 0:
            np.dot(states[t - 1], columns, recurrent)
        for i in range(n_rows):
            a, r, h, c, p = (
                gates[t, i],
                recurrent[i],
                states[t, i],
                cells[t + 1, i],
                cells[t, i],
            )
            for k in range(2 * size):
                a[k] = sigmoid(a[k] + r[k] + bias[k])
            for k in range(2 * size, 3 * size):
                a[k] = tanh(a[k] + r[k] + bias[k])
            for k in range(3 * size, 4 * size):
                a[k] = sigmoid(a[k] + r[k] + bias[k])
            f, g, o = a[size : 2 * size], a[2 * size : 3 * size], a[3 * size :]
            for k in range(size):
                c[k] = f[k] * p[k] + a[k] * g[k]
            for k in range(size):
                h[k] = o[k] * tanh(c[k])
    return gates, states, cells


@exact
def advance(given: Array, recurrent: Array, hidden: Array, cell: Array) -> None:
    """Compute the next states of one row, from what input and state give."""
    size = len(hidden)
    for k in range(4 * size):
        given[k] += recurrent[k]
    i, f = given[:size], given[size : 2 * size]
    g, o = given[2 * size : 3 * size], given[3 * size :]
    for k in range(size):
        cell[k] = sigmoid(f[k]) * cell[k] + sigmoid(i[k]) * tanh(g[k])
    for k in range(size):
        hidden[k] = sigmoid(o[k]) * tanh(cell[k])


@jit
def deltas_of(
    grad: Array, gates: Array, states: Array, cells: Array, w_hh: Array
) -> tuple[Array, Array]:
    """Turn gates, in place, into the gradients to what is inside them."""
    n_steps, n_rows, n_gates = gates.shape
    size = n_gates // 4
    later = np.zeros((n_rows, size), np.float32)
    later_cells = np.zeros((n_rows, size), np.float32)
    u = np.empty(size, np.float32)
    for t in range(n_steps - 1, -1, -1):
        for i in range(n_rows):
            a, c, p = gates[t, i], cells[t + 1, i], cells[t, i]
            x, f = a[:size], a[size : 2 * size]
            g, o = a[2 * size : 3 * size], a[3 * size :]
            d, r, e = grad[t, i], later[i], later_cells[i]
            for k in range(size):
                u[k] = tanh(c[k])
            for k in range(size):
                d[k] += r[k]
            for k in range(size):
                e[k] += d[k] * o[k] * (1 - u[k] * u[k])
            for k in range(size):
                o[k] = d[k] * u[k] * o[k] * (1 - o[k])
            for k in range(size):
                u[k] = e[k] * x[k] * (1 - g[k] * g[k])
            for k in range(size):
                x[k] = e[k] * g[k] * x[k] * (1 - x[k])
            for k in range(size):
                g[k] = u[k]
            for k in range(size):
                u[k] = e[k] * f[k]
            for k in range(size):
                f[k] = e[k] * p[k] * f[k] * (1 - f[k])
            for k in range(size):
                e[k] = u[k]
        if t > 0:
            np.dot(gates[t], w_hh, later)
    return gates, gates


@jit
def backward(
    grad: Array,
    kept: Loop,
    x: Array,
    w_ih: Array,
    w_hh: Array,
    to_input: bool,
) -> CellGradients:
    """Compute the gradients to the weights and the inputs, using up that to states."""
    deltas, recurrent = deltas_of(grad, *kept, w_hh)
    return gradients_of_cell(x, kept[1], deltas, recurrent, w_ih, to_input)
