"""A cell over padded sequences, where a row has the same bits alone and in any batch.

Every sum has one order, that of the units it adds up, and `exact` lets no compiler
change it. So rows need no filling, and only their real steps are computed. The weights
are read once for `ROWS` rows at a time, which changes no row.
"""

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn.compiled import _elman, _gru, _lstm
from sklearn_rnn.nn.compiled._arrays import Array
from sklearn_rnn.nn.compiled._jit import exact

ROWS = 4


@exact
def read(
    x: Array,
    lengths: NDArray[np.int64],
    state: Array,
    outputs: Array,
    turned: bool,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
) -> None:
    """Read the real steps of sequences, from the first one or from the last.

    Parameters
    ----------
    x : float32 ndarray of shape (n_timesteps, n_samples, input_size)
    lengths : int64 ndarray of shape (n_samples,)
        Of sequences of similar length where the whole is to be fast.
    state : float32 ndarray of shape (2, n_samples, hidden_size)
        The hidden states and those of the cell (of an LSTM) before the first step; then
        those after the last one.
    outputs : float32 ndarray of shape (n_timesteps, n_samples, hidden_size)
        Filled in where steps are real.
    turned : bool
        Whether the steps are read from the last one.
    w_ih, w_hh, b_ih, b_hh : float32 ndarray
        Those of the cell.
    """
    n_rows, n_gates = len(lengths), len(b_ih)
    widths = (w_ih.shape[1], w_hh.shape[1]) == (x.shape[2], outputs.shape[2])
    if not (widths and len(w_ih) == len(w_hh) == len(b_hh) == n_gates):
        raise ValueError("The weights of a cell do not fit what it reads.")
    from_input, from_state = np.ascontiguousarray(w_ih.T), np.ascontiguousarray(w_hh.T)
    steps = np.zeros((ROWS, x.shape[2]), np.float32)
    given = np.empty((ROWS, n_gates), np.float32)
    recurrent = np.empty((ROWS, n_gates), np.float32)
    for first in range(0, n_rows, ROWS):
        size = min(ROWS, n_rows - first)
        hidden, cell = state[0, first : first + size], state[1, first : first + size]
        longest = lengths[first : first + size].max()
        for t in range(longest):
            for k in range(size):
                copy(b_ih, given[k])
                copy(b_hh, recurrent[k])
                end = lengths[first + k]
                if t < end:
                    copy(x[end - 1 - t if turned else t, first + k], steps[k])
            add_products(given, steps, from_input, size)
            add_products(recurrent, hidden, from_state, size)
            for k in range(size):
                end = lengths[first + k]
                if t < end:
                    advance(given[k], recurrent[k], hidden[k], cell[k])
                    copy(hidden[k], outputs[end - 1 - t if turned else t, first + k])


@exact
def copy(source: Array, target: Array) -> None:
    """Copy a row, faster than by a slice."""
    for k in range(len(target)):
        target[k] = source[k]


@exact
def advance(given: Array, recurrent: Array, hidden: Array, cell: Array) -> None:
    """Go on by a step of one row, with what its input and its state give."""
    n_gates = len(given) // len(hidden)
    if n_gates == 1:
        _elman.advance(given, recurrent, hidden, cell)
    elif n_gates == 3:
        _gru.advance(given, recurrent, hidden, cell)
    else:
        _lstm.advance(given, recurrent, hidden, cell)


@exact
def add_products(sums: Array, x: Array, weights: Array, n_rows: int) -> None:
    """Add the products of some rows with weights, input by input."""
    if n_rows < ROWS:
        for i in range(n_rows):
            add_product(sums[i], x[i], weights)
        return
    p, q, r, s = sums[0], sums[1], sums[2], sums[3]
    whole = len(weights) // 4 * 4
    for j in range(0, whole, 4):
        w0, w1, w2, w3 = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        a0, a1, a2, a3 = x[0, j], x[0, j + 1], x[0, j + 2], x[0, j + 3]
        b0, b1, b2, b3 = x[1, j], x[1, j + 1], x[1, j + 2], x[1, j + 3]
        c0, c1, c2, c3 = x[2, j], x[2, j + 1], x[2, j + 2], x[2, j + 3]
        d0, d1, d2, d3 = x[3, j], x[3, j + 1], x[3, j + 2], x[3, j + 3]
        for k in range(weights.shape[1]):
            p[k] = p[k] + a0 * w0[k] + a1 * w1[k] + a2 * w2[k] + a3 * w3[k]
            q[k] = q[k] + b0 * w0[k] + b1 * w1[k] + b2 * w2[k] + b3 * w3[k]
            r[k] = r[k] + c0 * w0[k] + c1 * w1[k] + c2 * w2[k] + c3 * w3[k]
            s[k] = s[k] + d0 * w0[k] + d1 * w1[k] + d2 * w2[k] + d3 * w3[k]
    for j in range(whole, len(weights)):
        for i in range(ROWS):
            for k in range(weights.shape[1]):
                sums[i, k] += x[i, j] * weights[j, k]


@exact
def add_product(sums: Array, x: Array, weights: Array) -> None:
    """Add the product of one row with weights, in the same order."""
    whole = len(weights) // 4 * 4
    for j in range(0, whole, 4):
        w0, w1, w2, w3 = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        a0, a1, a2, a3 = x[j], x[j + 1], x[j + 2], x[j + 3]
        for k in range(len(sums)):
            sums[k] = sums[k] + a0 * w0[k] + a1 * w1[k] + a2 * w2[k] + a3 * w3[k]
    for j in range(whole, len(weights)):
        for k in range(len(sums)):
            sums[k] += x[j] * weights[j, k]
