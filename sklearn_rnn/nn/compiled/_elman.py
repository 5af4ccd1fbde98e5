"""The Elman RNN with tanh; `sklearn_rnn.nn.ElmanRNN` has the equations."""

import numpy as np

from sklearn_rnn.nn.compiled._activations import tanh
from sklearn_rnn.nn.compiled._arrays import Array, CellGradients, Loop
from sklearn_rnn.nn.compiled._jit import exact, jit
from sklearn_rnn.nn.compiled._products import gradients_of_cell, project

N_GATES = 1
"""How many rows of the weights each unit has."""


@jit
def forward(x: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array) -> Loop:
    """Compute the states, which are all that `backward` needs."""
    gates = project(x, w_ih)
    n_steps, n_rows, hidden_size = gates.shape
    bias = b_ih + b_hh
    columns = np.ascontiguousarray(w_hh.T)  # or each product would turn it anew
    recurrent = np.zeros((n_rows, hidden_size), np.float32)
    for t in range(n_steps):
        if t > 0:
            np.dot(gates[t - 1], columns, recurrent)
        for i in range(n_rows):
            h, r = gates[t, i], recurrent[i]
            for k in range(hidden_size):
                h[k] = tanh(h[k] + r[k] + bias[k])
    return gates, gates, gates


@exact
def advance(given: Array, recurrent: Array, hidden: Array, cell: Array) -> None:
    """Compute the next state of one row, from what input and state give."""
    for k in range(len(hidden)):
        hidden[k] = tanh(given[k] + recurrent[k])


@jit
def deltas_of(
    grad: Array, gates: Array, states: Array, kept: Array, w_hh: Array
) -> tuple[Array, Array]:
    """Turn the gradient to the states, in place, into that to what is inside tanh."""
    n_steps, n_rows, hidden_size = grad.shape
    later = np.zeros((n_rows, hidden_size), np.float32)
    for t in range(n_steps - 1, -1, -1):
        for i in range(n_rows):
            g, h, r = grad[t, i], states[t, i], later[i]
            for k in range(hidden_size):
                g[k] = (g[k] + r[k]) * (1 - h[k] * h[k])
        if t > 0:
            np.dot(grad[t], w_hh, later)
    return grad, grad


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
