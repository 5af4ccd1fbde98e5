"""The update of Adam without what skorch and torch do around it.

Around an update torch tells its profiler, looks for accelerators, calls hooks and
gathers the state of each parameter; skorch gives it a closure, in which it tells the
callbacks. For a small network that takes longer than the update. `LeanStep` leaves it
out where nobody would notice, and skorch's own step stays for all else.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import unwrap
from typing import Any, NamedTuple

import torch
from torch.optim import lr_scheduler as _lr_scheduler
from torch.optim import optimizer as _optimizer
from torch.optim.adam import adam

from sklearn_rnn._training._callbacks import GradientNorm, listening_to

READ_OR_WITHOUT_EFFECT = {"lr", "betas", "eps", "foreach", "fused"}
"""What an update here reads, and what changes how torch computes, and not what."""

OFF: Mapping[str, Any] = {
    "weight_decay": 0,
    "amsgrad": False,
    "maximize": False,
    "capturable": False,
    "differentiable": False,
    "decoupled_weight_decay": False,
}
"""What must have these values, where torch's release knows of it."""

STATE = ("exp_avg", "exp_avg_sq", "step")
"""What Adam keeps of each parameter."""


class Moved(NamedTuple):
    """What an update reads and writes, one of each for each parameter."""

    weights: list[Any]
    gradients: list[Any]
    means: list[Any]
    squares: list[Any]
    counts: list[Any]


class LeanStep:
    """Clipping and Adam, where `GradientNorm` alone looks at gradients.

    It is made anew for each epoch. What may change between two updates, the optimiser
    above all, is asked for in each.

    Parameters
    ----------
    net : SequenceNet
        Initialized.

    Attributes
    ----------
    backward : callable (batch, targets) -> dict, or None
        Computes the gradients of a batch in the place of autograd.
    modules : list of Module
        All parts of the net.
    """

    backward: Callable[..., dict[str, Any]] | None = None

    def __init__(self, net: Any) -> None:
        self.modules = modules_of(net)
        self.watching = listening_to("on_grad_computed", net.callbacks_)
        kinds = [type(callback) for callback in self.watching]
        self.only_norm = kinds == [GradientNorm] and not net.is_shared

    def can_update(self, optimizer: Any) -> bool:
        """Say whether an update of an optimiser is the one made here.

        Parameters
        ----------
        optimizer : torch.optim.Optimizer
            That of the net by now. Its first update, which makes its state, is never.
        """
        return self.only_norm and _is_plain_adam(optimizer)

    def update(self, optimizer: Any) -> None:
        """Clip the gradients and move the weights.

        Parameters
        ----------
        optimizer : torch.optim.Optimizer
            One that `can_update` says yes to.
        """
        (group,) = optimizer.param_groups
        self.move(moved_by(optimizer), group)
        optimizer._opt_called = True  # schedules of torch ask whether a step came first

    def move(self, moved: Moved, group: Mapping[str, Any]) -> None:
        """Do what `GradientNorm` and torch's Adam do.

        Parameters
        ----------
        moved : Moved
        group : dict
            The settings of the optimiser.
        """
        (clipping,) = self.watching
        clipping.on_grad_computed(None)
        beta1, beta2 = group["betas"]
        with torch.no_grad():
            adam(
                moved.weights,
                moved.gradients,
                moved.means,
                moved.squares,
                [],
                moved.counts,
                foreach=group["foreach"],
                fused=group["fused"],
                amsgrad=False,
                beta1=beta1,
                beta2=beta2,
                lr=group["lr"],
                weight_decay=0,
                eps=group["eps"],
                maximize=False,
            )


def modules_of(net: Any) -> list[torch.nn.Module]:
    """List all parts of a net, which takes as long as many a part computes."""
    return [*net.module_.modules(), net.criterion_]


def _is_plain_adam(optimizer: Any) -> bool:
    """Say whether nothing about an optimiser is other than in Adam as it comes."""
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


def moved_by(optimizer: Any) -> Moved:
    """Gather what an update of Adam reads and writes, where there is a gradient."""
    (group,) = optimizer.param_groups
    wanted = set(map(id, group["params"]))
    # Without a look into a dict of tensors, whose hash is a function in Python.
    pairs = [
        (parameter, state)
        for parameter, state in optimizer.state.items()
        if parameter.grad is not None and id(parameter) in wanted
    ]
    return Moved(
        [parameter for parameter, _ in pairs],
        [parameter.grad for parameter, _ in pairs],
        *([state[name] for _, state in pairs] for name in STATE),
    )


@cache
def _is_of_torch(step: Any) -> bool:
    """Say whether a step is torch's of Adam, in nothing but what torch wraps it in."""
    of_adam = _file_of(unwrap(adam))
    files = [_file_of(step)]
    while hasattr(step, "__wrapped__"):
        step = step.__wrapped__
        files.append(_file_of(step))
    return files[-1] == of_adam and {*files} <= {of_adam, _optimizer.__file__}


def _file_of(function: Any) -> str | None:
    code = getattr(function, "__code__", None)
    return code and code.co_filename


def _is_of_schedule(step: Any, own: Any) -> bool:
    """Say whether a step is what a schedule of torch puts around an optimiser's own.

    It counts. From some release on torch says in `__wrapped__` what it stands for.
    """
    return _file_of(step) == _lr_scheduler.__file__ and any(
        cell.cell_contents is own for cell in step.__closure__ or ()
    )


def _hooks_of(optimizer: Any) -> Iterable[Any]:
    """Walk over what torch calls around a step, a step in its place included."""
    own = type(optimizer).step
    yield not _is_of_torch(own)
    step = vars(optimizer).get("step")
    yield step is not None and not _is_of_schedule(step, own)
    yield optimizer._optimizer_step_pre_hooks
    yield optimizer._optimizer_step_post_hooks
    yield _optimizer._global_optimizer_pre_hooks
    yield _optimizer._global_optimizer_post_hooks
