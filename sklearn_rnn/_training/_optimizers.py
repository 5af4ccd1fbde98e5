"""Optimisers and learning-rate schedules by name."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
)

OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}

# Of these torch has a version that updates in one pass over memory.
FUSED = {"adam", "adamw", "sgd"}

# Each takes the optimiser and the number of updates planned.
SCHEDULES = {
    "cosine": lambda optimizer, total: CosineAnnealingLR(optimizer, T_max=total),
    "one_cycle": lambda optimizer, total: OneCycleLR(
        optimizer,
        max_lr=[group["lr"] for group in optimizer.param_groups],
        total_steps=total,
        cycle_momentum=False,
    ),
    "plateau": lambda optimizer, total: ReduceLROnPlateau(optimizer, patience=3),
}

# These are laid over all updates and need to know how many there will be.
PLANNED = ("cosine", "one_cycle")


def can_fuse(name: Any, net_params: Mapping[str, Any], device: str) -> bool:
    """Say whether torch can update in one pass: three times as fast, or an error."""
    device = torch.device(net_params.get("device", device)).type
    others = {"optimizer", "optimizer__foreach"}
    return name in FUSED and device in ("cpu", "cuda") and not others & set(net_params)


# Arguments of Adam that mean the same for rows that are moved one by one.
OF_ROWS = {"optimizer__betas", "optimizer__eps"}


def can_be_lazy(name: Any, net_params: Mapping[str, Any], device: str) -> bool:
    """Say whether `LazyAdam` may stand for an optimiser: for Adam, on the CPU."""
    device = torch.device(net_params.get("device", device)).type
    given = {key for key in net_params if key.startswith("optimizer")}
    return name == "adam" and device == "cpu" and given <= OF_ROWS


def make_schedule(
    lr_schedule: Any, optimizer: torch.optim.Optimizer, total: int | None
) -> Any:
    """Build the torch scheduler that `lr_schedule` describes.

    Parameters
    ----------
    lr_schedule : str, scheduler class, partial of one, or callable
        A name of `SCHEDULES`; a torch scheduler class (or a
        ``functools.partial`` of it with its arguments); or a function from the
        number of the update, counted from 0, to the factor on ``lr``.
    optimizer : torch.optim.Optimizer
    total : int
        Number of updates planned.

    Returns
    -------
    scheduler : torch LRScheduler
    """
    if isinstance(lr_schedule, str):
        return SCHEDULES[lr_schedule](optimizer, total)
    made = lr_schedule.func if isinstance(lr_schedule, partial) else lr_schedule
    if isinstance(made, type) and issubclass(made, LRScheduler):
        return lr_schedule(optimizer)
    return LambdaLR(optimizer, lr_lambda=lr_schedule)
