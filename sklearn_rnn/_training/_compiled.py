"""What runs compiled in a net, where `nn.compiled` has a form for it.

The training step without autograd, and the encoder of predictions. The step
stands in the same place of skorch's loop as the plain step. The gradients are where
autograd leaves them, so that callbacks and every optimiser find them. Adam's own update
and the clipping before it are compiled as well where nobody else looks at a gradient.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import torch

from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn._training._lean_step import LeanStep, Moved
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
            "pip install numba, or leave compiled=False."
        )


def make_step(net: Any, dataset: Any, path: str | None = None) -> tuple[LeanStep, str]:
    """Make the step of a net, the compiled one if it is asked for and there is one.

    Parameters
    ----------
    net : SequenceNet
        Initialized.
    dataset : SequenceDataset or WindowDataset
        What it is trained on.
    path : str, default=None
        The one that the training has taken so far; it does not become compiled.

    Returns
    -------
    step : LeanStep
    path : str
        "compiled", or "plain", with the reason where it was asked for.
    """
    if not net.compiled:
        return LeanStep(net), "plain"
    if path not in (None, "compiled"):
        return LeanStep(net), path
    check_numba()
    from sklearn_rnn.nn.compiled import why_not_compiled  # loads numba

    reason = _why_not(net, dataset) or why_not_compiled(net.module_)
    if reason is not None:
        return LeanStep(net), f"plain: {reason} has no compiled form"
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


def make_compiled_encoder(net: Any) -> tuple[Any, str]:
    """Make what reads sequences in predictions, if it is asked for and there is one.

    Parameters
    ----------
    net : SequenceNet
        Initialized.

    Returns
    -------
    encoder : CompiledEncoder or None
        None where the net's own is to run.
    path : str
        "compiled", or "plain", with the reason where it was asked for.
    """
    if not (net.compiled and has_numba()):
        return None, "plain: numba is missing" if net.compiled else "plain"
    forms = _compiled_forms()
    reason = forms.why_no_compiled_encoder(net.module_)
    if reason is not None:
        return None, f"plain: {reason} has no compiled form"
    return forms.CompiledEncoder(net.module_.encoder), "compiled"


@cache
def _compiled_forms() -> Any:
    """Load numba where it is needed first; each import statement asks anew."""
    return import_module("sklearn_rnn.nn.compiled")


def prediction_path(net: Any) -> str:
    """Say how a net predicts, as `make_compiled_encoder` does.

    Parameters
    ----------
    net : SequenceNet
        Initialized.

    Returns
    -------
    path : str
    """
    return make_compiled_encoder(net)[1]


class CompiledStep(LeanStep):
    """What takes the place of autograd and, where nobody else looks, of Adam.

    Parameters
    ----------
    net : SequenceNet
        One for which there is no reason against it.
    """

    def __init__(self, net: Any) -> None:
        from sklearn_rnn.nn.compiled import CompiledAdam, CompiledNetwork

        super().__init__(net)
        self.backward = CompiledNetwork(net.module_).backward
        self.adam = CompiledAdam()

    def move(self, moved: Moved, group: Mapping[str, Any]) -> None:
        """Do what `GradientNorm` and torch's Adam do, in one compiled call."""
        (clipping,) = self.watching
        gradients = [p.grad for p in clipping.parameters_ if p.grad is not None]
        beta1, beta2 = map(float, group["betas"])
        rates = (float(group["lr"]), beta1, beta2, float(group["eps"]))
        norm = self.adam.clip_and_move(gradients, clipping.highest_norm, moved, rates)
        if norm is None:
            super().move(moved, group)
        else:
            clipping.norms_.append(norm)
