"""A whole network without autograd."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn.nn._batch import Batch, Targets
from sklearn_rnn.nn._dropout import SeededDropout
from sklearn_rnn.nn._network import RecurrentNetwork
from sklearn_rnn.nn.compiled._arrays import Array, Weight
from sklearn_rnn.nn.compiled._dropout import CompiledDropout
from sklearn_rnn.nn.compiled._inputs import CompiledNumbers, CompiledTokens
from sklearn_rnn.nn.compiled._layers import LOOPS, CompiledLayer
from sklearn_rnn.nn.compiled._losses import COMPILED_LOSSES
from sklearn_rnn.nn.compiled._poolings import COMPILED_POOLINGS
from sklearn_rnn.nn.compiled._products import affine, gradients_of_affine
from sklearn_rnn.nn.heads import PooledHead


class CompiledAffine:
    """The linear map to the outputs.

    Parameters
    ----------
    layer : Affine
    """

    def __init__(self, layer: Any) -> None:
        self.weight, self.bias = Weight(layer.weight), Weight(layer.bias)

    def forward(self, x: Array, lengths: NDArray[np.int64]) -> Array:
        """Compute the outputs (n_samples, n_outputs)."""
        self.x = x
        return affine(x, self.weight.numbers(), self.bias.numbers())

    def backward(self, grad: Array) -> Array:
        """Compute the gradients to the weights and to the input."""
        to_weight, to_bias, to_input = gradients_of_affine(
            grad, self.x, self.weight.numbers()
        )
        self.weight.add_gradient(to_weight)
        self.bias.add_gradient(to_bias)
        return to_input


class CompiledNetwork:
    """The training step of a `RecurrentNetwork` with a `PooledHead`, without autograd.

    Its numbers differ from those of the network by rounding. Hooks of modules do not
    fire.

    Parameters
    ----------
    network : RecurrentNetwork
        One for which `why_not_compiled` gives no reason. It holds the weights, and is
        in training mode when `backward` is called.
    """

    def __init__(self, network: Any) -> None:
        head, encoder, tokens = network.head, network.encoder, network.embedder.tokens

        def dropout() -> list[Any]:
            return [CompiledDropout(network.dropout)] if network.dropout.p else []

        self.embedder = network.embedder
        learns = tokens is not None
        parts = [CompiledTokens(tokens), *dropout()] if learns else [CompiledNumbers()]
        for k, layer in enumerate(encoder.layers):
            parts += dropout() if k > 0 else []
            parts.append(CompiledLayer(layer, to_input=learns or k > 0))
        pooling = COMPILED_POOLINGS[type(head.pooling)](encoder.bidirectional)
        self.parts = [*parts, pooling, *dropout(), CompiledAffine(head.affine)]
        self.loss = COMPILED_LOSSES[type(head.loss)]

    def backward(self, batch: Batch, target: Targets) -> dict[str, torch.Tensor]:
        """Compute the loss of a batch, and add to the gradients of the parameters.

        Parameters
        ----------
        batch : Batch
        target : Targets
            One for each sequence.

        Returns
        -------
        step : dict
            The ``loss``, which is the sum of the weighted losses divided by the number
            of sequences, and the outputs ``y_pred``.
        """
        lengths = self.embedder.count_steps(batch.lengths).numpy()
        x: Any = self._steps_of(batch).numpy()
        for part in self.parts:
            x = part.forward(x, lengths)
        factors = target.weight.numpy() / np.float32(len(lengths))
        loss, grad = self.loss(x, target.values.numpy(), factors)
        for part in reversed(self.parts):
            grad = part.backward(grad)
        return {
            "loss": torch.tensor(loss, dtype=torch.float32),
            "y_pred": torch.from_numpy(x),
        }

    def _steps_of(self, batch: Batch) -> torch.Tensor:
        """Give tokens and numbers as they are, and patches of numbers."""
        if self.embedder.patch_length == 1:
            return batch.values
        patches: torch.Tensor = self.embedder(batch)
        return patches.contiguous()


def why_not_compiled(network: Any) -> str | None:
    """Say what about a network has no compiled form, None if it has one.

    Parameters
    ----------
    network : Module

    Returns
    -------
    reason : str or None
    """
    if type(network) is not RecurrentNetwork:
        return type(network).__name__
    head, embedder = network.head, network.embedder
    if type(head) is not PooledHead:
        return f"the head {type(head).__name__}"
    named = {"pooling": head.pooling, "loss": head.loss}
    tables: dict[str, Any] = {"pooling": COMPILED_POOLINGS, "loss": COMPILED_LOSSES}
    for name, part in named.items():
        if type(part) not in tables[name]:
            return f"the {name} {type(part).__name__}"
    cell: Any = network.encoder.layers[0].forward_cell
    if type(cell) not in LOOPS or getattr(cell, "nonlinearity", "tanh") != "tanh":
        return f"the cell {cell!r}"
    if getattr(head.loss, "label_smoothing", 0) or head.n_units != head.pooling.n_units:
        return "label smoothing or static columns"
    known = {"tokens", "dropout"} >= {name for name, _ in embedder.named_children()}
    if network.beside or not known or type(network.dropout) is not SeededDropout:
        return "what the steps are made of"
    return None
