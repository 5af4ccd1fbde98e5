"""The norm of gradients, and the update of Adam as in `torch.optim.Adam`."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch.optim import optimizer as _optimizer

from sklearn_rnn.nn.compiled._arrays import Array
from sklearn_rnn.nn.compiled._jit import jit

READ_OR_WITHOUT_EFFECT = {"lr", "betas", "eps", "foreach", "fused"}
"""What `CompiledAdam` reads, and what changes how torch computes, and not what."""

OFF = {
    "weight_decay": 0,
    "amsgrad": False,
    "maximize": False,
    "capturable": False,
    "differentiable": False,
    "decoupled_weight_decay": False,
}
"""What must have these values, where torch's release knows of it."""


class CompiledAdam:
    """Updates of ``torch.optim.Adam``, with the state that it keeps.

    Nothing of an optimiser is kept here but where its arrays are: another one, another
    rate and another state are heeded in each update.
    """

    def __init__(self) -> None:
        self.places: list[int] = []
        self.arrays: list[Array] = []

    def can_update(self, optimizer: Any) -> bool:
        """Say whether an update of an optimiser is the one compiled here.

        Parameters
        ----------
        optimizer : torch.optim.Optimizer
            Its first update, which makes its state, is never.
        """
        if type(optimizer) is not torch.optim.Adam or len(optimizer.param_groups) != 1:
            return False
        (group,) = optimizer.param_groups
        for name in optimizer.defaults:
            if name in READ_OR_WITHOUT_EFFECT:
                continue
            if name not in OFF or group[name] != OFF[name]:
                return False
        if any(_hooks_of(optimizer)):
            return False
        known = optimizer.state
        learning = [p for p in group["params"] if p.requires_grad]
        return (
            set(map(id, learning)) <= set(map(id, known))
            and all(known.values())
            and all(p.is_contiguous() for p in learning)
        )

    def update(self, optimizer: Any) -> None:
        """Move the weights of an optimiser by their gradients."""
        (group,) = optimizer.param_groups
        beta1, beta2 = map(float, group["betas"])
        rates = (float(group["lr"]), beta1, beta2, float(group["eps"]))
        wanted = set(map(id, group["params"]))
        # Without a look into a dict of tensors, whose hash is a function in Python.
        moved = [
            (parameter, state)
            for parameter, state in optimizer.state.items()
            if parameter.grad is not None and id(parameter) in wanted
        ]
        arrays = self._arrays_of(moved)
        for k, (parameter, _) in enumerate(moved):
            gradient = parameter.grad.numpy().ravel()
            weights, mean, square, count = arrays[4 * k : 4 * k + 4]
            move(gradient, weights, mean, square, count, rates)
        optimizer._opt_called = True  # schedules of torch ask whether a step came first

    def _arrays_of(self, moved: list[Any]) -> list[Array]:
        """Show parameters and their state as flat arrays, kept while they stay there.

        Four of each parameter: its numbers, both means, and the count of its updates.
        """
        tensors = [
            tensor
            for parameter, state in moved
            for tensor in (
                parameter,
                state["exp_avg"],
                state["exp_avg_sq"],
                state["step"],
            )
        ]
        places = [tensor.data_ptr() for tensor in tensors]
        if self.places != places:
            self.places = places
            self.arrays = [tensor.detach().view(-1).numpy() for tensor in tensors]
        return self.arrays


def _hooks_of(optimizer: Any) -> Iterable[Any]:
    """Walk over what torch calls around a step, a step in its place included."""
    step = vars(optimizer).get("step")  # a schedule of torch puts one that counts there
    yield step is not None and not hasattr(step, "_wrapped_by_lr_sched")
    yield optimizer._optimizer_step_pre_hooks
    yield optimizer._optimizer_step_post_hooks
    yield _optimizer._global_optimizer_pre_hooks
    yield _optimizer._global_optimizer_post_hooks


def norm_of(gradients: Iterable[Array]) -> float:
    """Compute the norm of gradients, in float64."""
    return math.sqrt(sum(sum_of_squares(gradient.ravel()) for gradient in gradients))


@jit
def sum_of_squares(gradient: Array) -> float:
    """Add up the squares of a flat gradient, in float64 and in eight sums at once."""
    sums = np.zeros(8)
    whole = len(gradient) // 8 * 8
    for i in range(0, whole, 8):
        for k in range(8):
            sums[k] += np.float64(gradient[i + k]) * gradient[i + k]
    for i in range(whole, len(gradient)):
        sums[0] += np.float64(gradient[i]) * gradient[i]
    return sums.sum()


@jit
def move(
    gradient: Array,
    weights: Array,
    mean: Array,
    square: Array,
    count: Array,
    rates: tuple[float, float, float, float],
) -> None:
    """Move flat weights by their gradient, and count the update."""
    lr, beta1, beta2, eps = rates
    count[0] += 1
    step = np.float64(count[0])
    size = np.float32(lr / (1 - beta1**step))
    root = np.float32(1 / math.sqrt(1 - beta2**step))
    b1, c1 = np.float32(beta1), np.float32(1 - beta1)
    b2, c2 = np.float32(beta2), np.float32(1 - beta2)
    e = np.float32(eps)
    for i in range(len(weights)):
        g = gradient[i]
        m = b1 * mean[i] + c1 * g
        v = b2 * square[i] + c2 * g * g
        mean[i] = m
        square[i] = v
        weights[i] -= size * m / (np.sqrt(v) * root + e)
