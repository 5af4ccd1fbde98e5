"""The nonlinearities of the Elman RNN."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

_MINUS_ONE = torch.tensor(-1.0)


class Nonlinearity(NamedTuple):
    """A function of the pre-activation, elementwise."""

    apply: Callable[[Tensor], Tensor]
    """Compute it in a new Tensor."""

    scale: int
    """What `apply_` wants the pre-activation multiplied by."""

    apply_: Callable[[Tensor], Tensor]
    """Compute it in place."""

    slope: Callable[[Tensor], Tensor]
    """Compute its derivative from its *value*."""


def _tanh_of_half_(a: Tensor) -> Tensor:
    # tanh(a / 2) = 2 sigmoid(a) - 1, to one unit in the last place of 1. For 32 rows
    # of 128 units on one core: 3.7 microseconds, where torch.tanh_ takes 11.2.
    return torch.add(_MINUS_ONE, a.sigmoid_(), alpha=2, out=a)


NONLINEARITIES: dict[str, Nonlinearity] = {
    "tanh": Nonlinearity(torch.tanh, 2, _tanh_of_half_, lambda y: 1 - y * y),
    "relu": Nonlinearity(torch.relu, 1, torch.relu_, lambda y: (y > 0).to(y.dtype)),
    "sigmoid": Nonlinearity(torch.sigmoid, 1, torch.sigmoid_, lambda y: y * (1 - y)),
    "softplus": Nonlinearity(
        functional.softplus,
        1,
        lambda a: a.copy_(functional.softplus(a)),
        lambda y: -torch.expm1(-y),
    ),
}
