"""The training step without autograd, for nets that `nn.compiled` has a form for.

It stands in the same place of skorch's loop as the plain step. The gradients are where
autograd leaves them, so that callbacks and every optimiser find them. Adam's own update
and the clipping before it are compiled as well where nobody else looks at a gradient.
"""

from typing import Any

import torch

from sklearn_rnn._training._callbacks import GradientNorm, listening_to
from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn.nn import has_numba


def check_numba() -> None:
    """Raise an error where numba is missing.

    Raises
    ------
    ImportError
        If it is.
    """
    if not has_numba():
        raise ImportError(
            "compiled=True needs numba, which is not installed; run "
            'pip install "sklearn_rnn[fast]", or leave compiled=False.'
        )


def make_compiled_step(net: Any, dataset: Any) -> tuple["CompiledStep | None", str]:
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
    from sklearn_rnn.nn.compiled import why_not_compiled  # loads numba

    reason = _why_not(net, dataset) or why_not_compiled(net.module_)
    if reason is not None:
        return None, f"plain: {reason} has no compiled form"
    return CompiledStep(net), "compiled"


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


class CompiledStep:
    """What takes the place of autograd and, where nobody else looks, of Adam.

    It is made anew for each epoch, since callbacks may change what it is made of. What
    may change between two updates, the optimiser above all, is asked for in each.

    Parameters
    ----------
    net : SequenceNet
        One for which there is no reason against it.

    Attributes
    ----------
    backward : callable (batch, targets) -> dict
        Computes the gradients of a batch.
    """

    def __init__(self, net: Any) -> None:
        from sklearn_rnn.nn.compiled import CompiledAdam, CompiledNetwork, norm_of

        self.backward = CompiledNetwork(net.module_).backward
        self.norm_of = norm_of
        self.adam = CompiledAdam()
        self.watching = listening_to("on_grad_computed", net.callbacks_)

    def can_update(self, optimizer: Any) -> bool:
        """Say whether Adam updates all weights, and only `GradientNorm` sees gradients.

        Parameters
        ----------
        optimizer : torch.optim.Optimizer
            That of the net by now.
        """
        only_norm = [type(callback) for callback in self.watching] == [GradientNorm]
        return only_norm and self.adam.can_update(optimizer)

    def update(self, optimizer: Any) -> None:
        """Do what `GradientNorm` and Adam do, with the gradients of `backward`."""
        (clipping,) = self.watching
        moved = [p for p in clipping.parameters_ if p.grad is not None]
        gradients = [p.grad.numpy() for p in moved]
        clipping.limit(gradients, self.norm_of(gradients))
        self.adam.update(optimizer)
