"""Threads of Python that a computation may use beside its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

Result = TypeVar("Result")

_HELPERS: ContextVar[ThreadPoolExecutor | None] = ContextVar("helpers", default=None)


@contextmanager
def helping(pool: ThreadPoolExecutor | None) -> Iterator[None]:
    """Let what is computed from this thread of Python use those of a pool as well.

    Parameters
    ----------
    pool : ThreadPoolExecutor or None
        The threads themselves have no helpers.
    """
    token = _HELPERS.set(pool)
    try:
        yield
    finally:
        _HELPERS.reset(token)


def helpers() -> ThreadPoolExecutor | None:
    """Return the pool of `helping`, None where there is none.

    Returns
    -------
    pool : ThreadPoolExecutor or None
    """
    return _HELPERS.get()


def run_apart(
    first: nn.Module, second: nn.Module, x: Tensor, turned: Tensor
) -> tuple[Tensor, Tensor]:
    """Run two cells over whole sequences, each in a thread, with the gradient as well.

    Parameters
    ----------
    first, second : Module
        Of the interface of `Cell`; see `can_run_apart`.
    x : Tensor of shape (n_samples, n_timesteps, input_size)
        What the first one reads.
    turned : Tensor of shape (n_samples, n_timesteps, input_size)
        What the second one reads.

    Returns
    -------
    outputs : tuple of two Tensor of shape (n_samples, n_timesteps, hidden_size)
        The bits of both, and of their gradients, are those of one after the other.
    """
    cells = (first, second)
    weights = [weight for cell in cells for weight in cell.parameters()]
    outputs: tuple[Tensor, Tensor] = CellsApart.apply(cells, x, turned, *weights)
    return outputs


def can_run_apart(cell: nn.Module, x: Tensor) -> bool:
    """Say whether a cell gains from a thread of its own, and there is one.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`.
    x : Tensor

    Returns
    -------
    can : bool
        Only for one that leaves Python's lock to others while it computes; settings
        such as autocast belong to a thread, so that there must be none.
    """
    return (
        helpers() is not None
        and getattr(cell, "leaves_lock", False)
        and cell.training
        and torch.is_grad_enabled()
        and x.device.type == "cpu"
        and not torch.is_autocast_enabled("cpu")
    )


class CellsApart(Function):
    """Two cells, each with a graph of its own, which two threads walk back as well."""

    @staticmethod
    def forward(
        ctx: Any, cells: tuple[nn.Module, nn.Module], *tensors: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Compute the outputs of both cells, and keep how they came about."""
        needs = ctx.needs_input_grad[1:3]
        ctx.pool = helpers()

        def run(k: int) -> tuple[Tensor, Tensor]:
            with torch.enable_grad():
                own = tensors[k].detach().requires_grad_(needs[k])
                return own, cells[k](own)[0]

        ctx.graphs = _both(ctx.pool, run)
        ctx.weights = [list(cell.parameters()) for cell in cells]
        first, second = (outputs.detach() for _, outputs in ctx.graphs)
        return first, second

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the gradients to what was read and to the weights of both."""

        def run(k: int) -> list[Tensor | None]:
            own, outputs = ctx.graphs[k]
            wanted = [own, *ctx.weights[k]]
            asked = [tensor for tensor in wanted if tensor.requires_grad]
            if not asked:
                return [None] * len(wanted)
            found = iter(torch.autograd.grad(outputs, asked, grads[k]))
            return [next(found) if tensor.requires_grad else None for tensor in wanted]

        of_first, of_second = _both(ctx.pool, run)
        ctx.graphs = None  # which hold this very batch
        return None, of_first[0], of_second[0], *of_first[1:], *of_second[1:]


def _both(
    pool: ThreadPoolExecutor, run: Callable[[int], Result]
) -> tuple[Result, Result]:
    """Run the first of two here and the second in a thread of the pool."""
    second = pool.submit(run, 1)
    try:
        first = run(0)
    finally:
        found = second.result()
    return first, found
