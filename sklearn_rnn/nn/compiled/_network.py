"""A whole network without autograd."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.modules import module as _modules

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Targets
from sklearn_rnn.nn._dropout import SeededDropout
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._embedding import TokenEmbedding
from sklearn_rnn.nn._encoder import RecurrentEncoder
from sklearn_rnn.nn._layer import RecurrentLayer
from sklearn_rnn.nn._network import RecurrentNetwork
from sklearn_rnn.nn.compiled._arrays import Array, Weight, why_not_plain
from sklearn_rnn.nn.compiled._dropout import CompiledDropout
from sklearn_rnn.nn.compiled._inputs import CompiledNumbers, CompiledTokens
from sklearn_rnn.nn.compiled._layers import LOOPS, CompiledLayer
from sklearn_rnn.nn.compiled._losses import COMPILED_LOSSES
from sklearn_rnn.nn.compiled._poolings import COMPILED_POOLINGS
from sklearn_rnn.nn.compiled._products import affine, gradients_of_affine
from sklearn_rnn.nn.heads import PooledHead
from sklearn_rnn.nn.kernels._torch_cell import PARAMETERS


class CompiledAffine:
    """The linear map to the outputs.

    Parameters
    ----------
    layer : Affine
    """

    def __init__(self, layer: Any) -> None:
        self.weight, self.bias = Weight(layer, "weight"), Weight(layer, "bias")

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

    Its numbers differ from those of the network by rounding. Parameters that others
    took the place of, and another share of dropout, are heeded in each step. Whatever
    else changes in the network needs a new one of these.

    Parameters
    ----------
    network : RecurrentNetwork
        One for which `why_not_compiled` gives no reason. It holds the weights, and is
        in training mode when `backward` is called.
    """

    def __init__(self, network: Any) -> None:
        head, encoder, tokens = network.head, network.encoder, network.embedder.tokens
        self.embedder = network.embedder
        learns = tokens is not None
        parts: list[Any] = [CompiledTokens(tokens) if learns else CompiledNumbers()]
        for k, layer in enumerate(encoder.layers):
            goes_on = learns or k > 0  # numbers are read as they are, and learn nothing
            if goes_on:
                dropout = (encoder if k > 0 else network.embedder).dropout
                parts.append(CompiledDropout(dropout))
            parts.append(CompiledLayer(layer, to_input=goes_on))
        pooling = COMPILED_POOLINGS[type(head.pooling)](encoder.bidirectional)
        to_outputs = [CompiledDropout(head.dropout), CompiledAffine(head.affine)]
        self.parts = [*parts, pooling, *to_outputs]
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
            "loss": torch.from_numpy(np.array(loss, np.float32)),
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
    head = network.head
    if type(head) is not PooledHead:
        return f"the head {type(head).__name__}"
    named = {"pooling": head.pooling, "loss": head.loss}
    tables: dict[str, Any] = {"pooling": COMPILED_POOLINGS, "loss": COMPILED_LOSSES}
    for name, part in named.items():
        if type(part) not in tables[name]:
            return f"the {name} {type(part).__name__}"
    for layer in network.encoder.layers:
        cell: Any = layer.forward_cell
        if not has_loop(cell):
            return f"the cell {cell!r}"
    return next((reason for reason, holds in _reasons(network) if holds), None)


def _reasons(network: Any) -> Iterator[tuple[str, bool]]:
    """Say for each reason whether it is one, of a network of the parts that we know."""
    head, embedder = network.head, network.embedder
    yield "a row with sequences beside", bool(network.beside)
    yield "a row with static columns", head.n_units != head.pooling.n_units
    yield "label smoothing", bool(getattr(head.loss, "label_smoothing", 0))
    yield "a token with characters", embedder.characters is not None
    yield "numbers_dim", embedder.numbers is not None
    modules = list(network.modules())
    strange = [type(part).__name__ for part in modules if type(part) not in KNOWN]
    yield f"a network with {', '.join(strange)}", bool(strange)
    yield "a network with hooks", any(map(has_hooks, modules))
    weighted = [part for part in modules if type(part) in (*LOOPS, *SHAPES)]
    yield "a weight of another shape", not all(map(has_own_shapes, weighted))
    for parameter in network.parameters():
        hooked = parameter._backward_hooks or parameter._post_accumulate_grad_hooks
        yield "a network with hooks", bool(hooked)
        reason = why_not_plain(parameter)
        yield str(reason), reason is not None


def has_loop(cell: Any) -> bool:
    """Say whether there are compiled loops for a cell."""
    return type(cell) in LOOPS and getattr(cell, "nonlinearity", "tanh") == "tanh"


def has_hooks(module: Any) -> bool:
    """Say whether torch calls anything around a module, or in its place."""
    of_all = (getattr(_modules, name) for name in GLOBAL_HOOKS)
    return any(map(vars(module).get, HOOKS)) or any(of_all)


def has_own_shapes(module: Any) -> bool:
    """Say whether the weights of a module have the shapes that it was made for.

    A compiled function would read or write beyond others.
    """
    weights = module._parameters
    kind = type(module)
    if kind in SHAPES:
        return all(
            weights[name].shape == tuple(getattr(module, size) for size in sizes)
            for name, sizes in SHAPES[kind].items()
        )
    n_rows, n_units = LOOPS[kind].N_GATES * module.hidden_size, module.hidden_size
    shapes = ((n_rows, module.input_size), (n_rows, n_units), (n_rows,), (n_rows,))
    return all(
        weights[name].shape == shape
        for name, shape in zip(PARAMETERS, shapes, strict=True)
    )


KNOWN = {
    *(RecurrentNetwork, Embedder, TokenEmbedding, SeededDropout, PooledHead, Affine),
    *(RecurrentEncoder, RecurrentLayer, nn.ModuleList, nn.Identity),
    *(*LOOPS, *COMPILED_POOLINGS, *COMPILED_LOSSES),
}
"""Of which classes the parts of a network may be."""

SHAPES: dict[type, Any] = {
    Affine: {"weight": ("out_features", "in_features"), "bias": ("out_features",)},
    TokenEmbedding: {"weight": ("num_embeddings", "embedding_dim")},
}
"""The sizes of the weights of what is no cell, as the attributes of a module."""

GLOBAL_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)
"""Where torch keeps what it would call around every module."""

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "forward",
)
"""Where a module of torch keeps what it would call, and a compiled step would not."""
