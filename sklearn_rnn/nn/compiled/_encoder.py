"""An encoder in evaluation mode, whose loops over time are compiled."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sklearn_rnn.nn._batch import Encoded, State
from sklearn_rnn.nn._network import RecurrentNetwork
from sklearn_rnn.nn.compiled._arrays import Array, why_not_plain
from sklearn_rnn.nn.compiled._network import (
    KNOWN,
    has_hooks,
    has_loop,
    has_own_shapes,
)
from sklearn_rnn.nn.compiled._reading import read
from sklearn_rnn.nn.kernels import GRU, LSTM, ElmanRNN
from sklearn_rnn.nn.kernels._torch_cell import PARAMETERS

LARGEST = {ElmanRNN: 128, GRU: 128, LSTM: 64}
"""Hidden units up to which many rows are read no slower than by the encoder itself."""


class CompiledEncoder:
    """What computes what a `RecurrentEncoder` does in evaluation mode.

    Its numbers differ from those of the encoder by rounding. A row has the same bits in
    any batch. Nothing is kept between two calls, so that weights are those of the
    moment and threads may share it.

    Parameters
    ----------
    encoder : RecurrentEncoder
        One for which `why_not_compiled_encoder` gives no reason.
    """

    def __init__(self, encoder: Any) -> None:
        self.bidirectional = encoder.bidirectional
        self.layers = [_cells_of(layer) for layer in encoder.layers]

    def __call__(
        self,
        vectors: Tensor,
        lengths: Tensor,
        state: State | None = None,
        *,
        final: bool = False,
    ) -> Encoded:
        """Compute the output of the last layer at each time step."""
        steps = vectors.transpose(0, 1).contiguous().numpy()
        counts, after = lengths.numpy(), []
        for k, cells in enumerate(self.layers):
            before = None if state is None else state[k]
            steps, states = _read_layer(cells, steps, counts, before)
            after.append(states)
        outputs = torch.from_numpy(steps).transpose(0, 1)
        reached = tuple(after) if final else None
        return Encoded(outputs, lengths, reached, self.bidirectional)

    def go_on(self, x_t: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Read one more step of each sequence."""
        one = torch.ones(len(x_t), dtype=torch.int64)
        encoded = self(x_t.unsqueeze(1), one, state, final=True)
        assert encoded.state is not None
        return encoded.outputs[:, 0], encoded.state


def _read_layer(
    cells: list[Any],
    steps: Array,
    lengths: NDArray[np.int64],
    before: State | None,
) -> tuple[Array, State]:
    """Run the cells of a layer; return what it gives to the next, and its states."""
    halves, after = [], []
    for k, cell in enumerate(cells):
        outputs = np.zeros((*steps.shape[:2], cell.hidden_size), np.float32)
        state = np.zeros((2, *outputs.shape[1:]), np.float32)
        for place, part in enumerate(() if before is None else before[k]):
            state[place] = part.numpy()
        weights = (cell._parameters[name].detach().numpy() for name in PARAMETERS)
        read(steps, lengths, state, outputs, k == 1, *weights)
        halves.append(outputs)
        n_states = 1 if getattr(cell, "outputs_are_state", False) else 2
        after.append(tuple(map(torch.from_numpy, state[:n_states])))
    outputs = halves[0] if len(halves) == 1 else np.concatenate(halves, axis=2)
    return outputs, tuple(after)


def _cells_of(layer: Any) -> list[Any]:
    cells = (layer.forward_cell, layer.backward_cell)
    return [cell for cell in cells if cell is not None]


def why_no_compiled_encoder(network: Any) -> str | None:
    """Say what about a network has no compiled form in predictions.

    Parameters
    ----------
    network : Module

    Returns
    -------
    reason : str or None
        None if it has one. The batch plays no part, so that bits do not depend on it.
    """
    if type(network) is not RecurrentNetwork:
        return type(network).__name__
    encoder = network.encoder
    layers = list(encoder.layers)
    cells = [cell for layer in layers for cell in _cells_of(layer)]
    for cell in cells:
        if not has_loop(cell):
            return f"the cell {cell!r}"
        if cell.hidden_size > LARGEST[type(cell)]:
            return f"hidden_size={cell.hidden_size}"
        if not has_own_shapes(cell):
            return "a weight of another shape"
        for weight in cell._parameters.values():
            reason = why_not_plain(weight)
            if reason is not None:
                return reason
    parts = [encoder, encoder.dropout, *layers, *cells]
    for part in parts:
        if type(part) not in KNOWN:
            return f"a network with {type(part).__name__}"
        if has_hooks(part):
            return "a network with hooks"
        if part.training:
            return "a part in training mode"
    return None
