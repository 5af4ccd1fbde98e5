"""The GRU; `sklearn_rnn.nn.GRU` and `GRUFunction` have the equations."""

import numpy as np

from sklearn_rnn.nn.compiled._activations import sigmoid, tanh
from sklearn_rnn.nn.compiled._arrays import Array, CellGradients, Loop
from sklearn_rnn.nn.compiled._jit import exact, jit
from sklearn_rnn.nn.compiled._products import gradients_of_cell, project

N_GATES = 3
"""How many rows of the weights each unit has."""


@jit
def forward(x: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array) -> Loop:
    """Compute the gates, the states, and b_hn + W_hn h."""
    gates = project(x, w_ih)
    n_steps, n_rows, n_gates = gates.shape
    size = n_gates // 3
    states = np.empty((n_steps, n_rows, size), np.float32)
    memory = np.empty((n_steps, n_rows, size), np.float32)
    bias = b_ih + b_hh
    columns = np.ascontiguousarray(w_hh.T)  # or each product would turn it anew
    recurrent = np.zeros((n_rows, n_gates), np.float32)
    before = np.zeros((n_rows, size), np.float32)
    for t in range(n_steps):
        if t > 0:
            before = states[t - 1]
            np.dot(before, columns, recurrent)
        for i in range(n_rows):
            g, a, m, h, p = (
                gates[t, i],
                recurrent[i],
                memory[t, i],
                states[t, i],
                before[i],
            )
            for k in range(2 * size):
                g[k] = sigmoid(g[k] + a[k] + bias[k])
            z, n = g[size : 2 * size], g[2 * size :]
            for k in range(size):
                m[k] = a[2 * size + k] + b_hh[2 * size + k]
            for k in range(size):
                n[k] = tanh(n[k] + b_ih[2 * size + k] + g[k] * m[k])
            for k in range(size):
                h[k] = n[k] + z[k] * (p[k] - n[k])
    return gates, states, memory


@exact
def advance(given: Array, recurrent: Array, hidden: Array, cell: Array) -> None:
    """Compute the next state of one row, from what input and state give."""
    size = len(hidden)
    for k in range(2 * size):
        given[k] = sigmoid(given[k] + recurrent[k])
    r, z, n = given[:size], given[size : 2 * size], given[2 * size :]
    for k in range(size):
        n[k] = tanh(n[k] + r[k] * recurrent[2 * size + k])
    for k in range(size):
        hidden[k] = n[k] + z[k] * (hidden[k] - n[k])


@jit
def deltas_of(
    grad: Array, gates: Array, states: Array, memory: Array, w_hh: Array
) -> tuple[Array, Array]:
    """Compute the gradients to what inputs, in place, and states give to the gates."""
    n_steps, n_rows, n_gates = gates.shape
    size = n_gates // 3
    to_states = np.empty((n_steps, n_rows, n_gates), np.float32)
    later = np.zeros((n_rows, size), np.float32)
    start = np.zeros((n_rows, size), np.float32)
    for t in range(n_steps - 1, -1, -1):
        before = states[t - 1] if t > 0 else start
        for i in range(n_rows):
            g, a, m, p = grad[t, i], later[i], memory[t, i], before[i]
            r, d = gates[t, i], to_states[t, i]
            z, n = r[size:], r[2 * size :]
            for k in range(size):
                g[k] += a[k]
            for k in range(size):
                d[size + k] = g[k] * (p[k] - n[k]) * z[k] * (1 - z[k])
            for k in range(size):
                n[k] = g[k] * (1 - z[k]) * (1 - n[k] * n[k])
            for k in range(size):
                d[2 * size + k] = n[k] * r[k]
            for k in range(size):
                d[k] = n[k] * r[k] * m[k] * (1 - r[k])
            for k in range(size):
                g[k] *= z[k]
            for k in range(2 * size):
                r[k] = d[k]
        if t > 0:
            np.dot(to_states[t], w_hh, later)
            for i in range(n_rows):
                for k in range(size):
                    later[i, k] += grad[t, i, k]
    return gates, to_states


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
