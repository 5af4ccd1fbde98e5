"""The training step without autograd, for nets that `nn.compiled` has a form for.

It stands in the same place of skorch's loop as the plain step. The gradients are where
autograd leaves them, so that callbacks and every optimiser find them. Adam's own update
and the clipping before it are compiled as well where nobody else looks at a gradient.
"""

import importlib.util
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from sklearn_rnn._training._callbacks import GradientNorm, listening_to
from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn.nn import Batch, Targets


class CompiledStep(NamedTuple):
    """What takes the place of autograd and, or None, of the optimiser."""

    backward: Callable[[Batch, Targets], dict[str, torch.Tensor]]
    update: "CompiledUpdate | None"


def check_numba() -> None:
    """Raise an error where numba is missing.

    Raises
    ------
    ImportError
        If it is.
    """
    if importlib.util.find_spec("numba") is None:
        raise ImportError(
            "compiled=True needs numba, which is not installed; run "
            'pip install "sklearn_rnn[fast]", or leave compiled=False.'
        )


def make_compiled_step(net: Any, dataset: Any) -> tuple[CompiledStep | None, str]:
    """Make the compiled step of a net, if it is asked for and there is one.

    Parameters
    ----------
    net : SequenceNet
        Initialized.
    dataset : SequenceDataset or WindowDataset
        What it is trained on.

    Returns
    -------
    step : CompiledStep or None
    path : str
        "compiled", or "plain", with the reason where it was asked for.
    """
    if not net.compiled:
        return None, "plain"
    check_numba()
    from sklearn_rnn.nn import compiled  # numba is loaded only where it is asked for

    reason = _why_not(net, dataset) or compiled.why_not_compiled(net.module_)
    if reason is not None:
        return None, f"plain: {reason} has no compiled form"
    network = compiled.CompiledNetwork(net.module_)
    update = CompiledUpdate(net, compiled) if _can_update(net) else None
    return CompiledStep(network.backward, update), "compiled"


def _why_not(net: Any, dataset: Any) -> str | None:
    """Say what about a training, its network apart, has no compiled form."""
    if net.is_shared:
        return "training on several processes"
    if torch.device(net.device).type != "cpu":
        return f"device={net.device!r}"
    if net.autocast is not None:
        return f"autocast={net.autocast!r}"
    if isinstance(net.optimizer_, LazyAdam):
        return "a table of which a batch touches few rows"
    if not isinstance(dataset, SequenceDataset):
        return type(dataset).__name__
    return None


def _can_update(net: Any) -> bool:
    """Say whether Adam updates all weights, and only `GradientNorm` sees gradients."""
    watching = listening_to("on_grad_computed", net.callbacks_)
    groups = net.optimizer_.param_groups
    plain = {"amsgrad": False, "maximize": False, "weight_decay": 0}
    return (
        type(net.optimizer_) is torch.optim.Adam
        and len(groups) == 1
        and all(groups[0][name] == value for name, value in plain.items())
        and [type(callback) for callback in watching] == [GradientNorm]
    )


class CompiledUpdate:
    """What `GradientNorm` and Adam do, for the same state of the optimiser.

    Parameters
    ----------
    net : SequenceNet
    compiled : module
        `sklearn_rnn.nn.compiled`.
    """

    def __init__(self, net: Any, compiled: Any) -> None:
        self.optimizer = net.optimizer_
        (self.group,) = net.optimizer_.param_groups
        self.clipping = dict(net.callbacks_)["gradient_norm"]
        self.compiled = compiled
        self.has_begun = False
        self.arrays: dict[Any, Any] = {}

    def is_ready(self) -> bool:
        """Say whether the optimiser has its state: its first update makes it."""
        ready, self.has_begun = self.has_begun, True
        return ready and all(
            self.optimizer.state[p] for p in self.group["params"] if p.requires_grad
        )

    def zero_grad(self) -> None:
        """Remove the gradients of the update before."""
        for parameter in self.group["params"]:
            parameter.grad = None

    def __call__(self) -> None:
        """Clip the gradients, note their norm, and update the weights."""
        moved = [p for p in self.group["params"] if p.grad is not None]
        gradients = [p.grad.numpy().ravel() for p in moved]
        norm = math.sqrt(sum(map(self.compiled.sum_of_squares, gradients)))
        self.clipping.norms_.append(norm)
        limit = self.clipping.max_norm
        clips = limit is not None and not norm <= limit
        factor = limit / (norm + 1e-6) if clips else 1.0
        rates = (float(self.group["lr"]), *self.group["betas"], self.group["eps"])
        for parameter, gradient in zip(moved, gradients, strict=True):
            weights, mean, square, step = self._arrays_of(parameter)
            step += 1
            self.compiled.move(
                weights, gradient, mean, square, factor, float(step[0]), rates
            )

    def _arrays_of(self, parameter: Any) -> list[Any]:
        """Show a parameter and its state as flat arrays, kept while they stay there."""
        state = self.optimizer.state[parameter]
        tensors = parameter, state["exp_avg"], state["exp_avg_sq"], state["step"]
        places = [tensor.data_ptr() for tensor in tensors]
        if self.arrays.get(parameter, (None,))[0] != places:
            shown = [tensor.detach().view(-1).numpy() for tensor in tensors]
            self.arrays[parameter] = places, shown
        arrays: list[Any] = self.arrays[parameter][1]
        return arrays
