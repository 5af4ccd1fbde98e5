"""A recurrent layer in one direction or in both, forwards and backwards."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn.compiled import _elman, _gru, _lstm
from sklearn_rnn.nn.compiled._arrays import Array, Weight, flat
from sklearn_rnn.nn.kernels import GRU, LSTM, ElmanRNN
from sklearn_rnn.nn.kernels._torch_cell import PARAMETERS

LOOPS: dict[type, Any] = {ElmanRNN: _elman, GRU: _gru, LSTM: _lstm}
"""For each cell its compiled loops over time, forwards and backwards."""


class CompiledCell:
    """A cell that reads padded sequences from left to right.

    Only what has to wait for the step before is in the loop. What the inputs give to
    the gates of all steps is one product, and so is the gradient of each weight.

    Parameters
    ----------
    cell : ElmanRNN, GRU or LSTM
    """

    def __init__(self, cell: Any) -> None:
        self.weights = [Weight(cell, name) for name in PARAMETERS]
        self.loop = LOOPS[type(cell)]

    def forward(self, x: Array) -> Array:
        """Compute the states.

        Parameters
        ----------
        x : float32 ndarray of shape (n_timesteps, n_samples, input_size)

        Returns
        -------
        states : float32 ndarray of shape (n_timesteps, n_samples, hidden_size)
        """
        self.x = x
        self.kept = self.loop.forward(x, *(w.numbers() for w in self.weights))
        states: Array = self.kept[1]
        return states

    def backward(self, grad: Array, *, to_input: bool) -> Array | None:
        """Compute the gradients to the weights, and to the input where asked for.

        Parameters
        ----------
        grad : float32 ndarray of shape (n_timesteps, n_samples, hidden_size)
            The gradient to the states, which is used up.
        to_input : bool

        Returns
        -------
        grad : float32 ndarray of shape (n_timesteps, n_samples, input_size) or None
        """
        w_ih, w_hh, *_ = self.weights
        *gradients, to_x = self.loop.backward(
            grad, self.kept, self.x, w_ih.numbers(), w_hh.numbers(), to_input
        )
        for weight, gradient in zip(self.weights, gradients, strict=True):
            weight.add_gradient(gradient)
        return to_x.reshape(self.x.shape) if to_input else None


class CompiledLayer:
    """A `RecurrentLayer`.

    Parameters
    ----------
    layer : RecurrentLayer
    to_input : bool
        Whether the gradient to the input has a use.
    """

    def __init__(self, layer: Any, *, to_input: bool) -> None:
        cells = (layer.forward_cell, layer.backward_cell)
        self.cells = [CompiledCell(cell) for cell in cells if cell is not None]
        self.to_input = to_input

    def forward(self, x: Array, lengths: NDArray[np.int64]) -> Array:
        """Compute the output at each step.

        Parameters
        ----------
        x : float32 ndarray of shape (n_timesteps, n_samples, input_size)
        lengths : int64 ndarray of shape (n_samples,)

        Returns
        -------
        outputs : float32 ndarray of shape (n_timesteps, n_samples, n_units)
        """
        if len(self.cells) == 1:
            return self.cells[0].forward(x)
        self.mirror = _mirror(len(x), lengths)
        forward = self.cells[0].forward(x)
        backward = self._turn(self.cells[1].forward(self._turn(x)))
        return np.concatenate([forward, backward], axis=2)

    def backward(self, grad: Array) -> Array | None:
        """Compute the gradients to the weights, and to the input where it has a use."""
        if len(self.cells) == 1:
            return self.cells[0].backward(grad, to_input=self.to_input)
        forward, backward = np.split(grad, 2, axis=2)
        one, other = (
            cell.backward(half, to_input=self.to_input)
            for cell, half in zip(
                self.cells,
                (np.ascontiguousarray(forward), self._turn(backward)),
                strict=True,
            )
        )
        return None if one is None or other is None else one + self._turn(other)

    def _turn(self, x: Array) -> Array:
        """Reverse the real steps of each sequence."""
        return flat(x).take(self.mirror, axis=0).reshape(x.shape)


def _mirror(n_steps: int, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Say which row of all steps each becomes; see `reverse_within_length`."""
    step = np.arange(n_steps)[:, np.newaxis]
    mirrored = lengths - 1 - step  # (n_timesteps, n_samples)
    source = np.where(mirrored >= 0, mirrored, step)
    rows: NDArray[np.int64] = source * len(lengths) + np.arange(len(lengths))
    return rows.ravel()
