"""Outputs that rise from left to right, and what makes them so."""

import torch
from torch import Tensor
from torch.nn.functional import softplus

from sklearn_rnn.nn.kernels import raise_precision

SMALLEST_GAP = 1e-3
"""Gaps start no smaller, of a standardised target: the gradient would vanish."""


def rising(outputs: Tensor, *, training: bool = True) -> Tensor:
    """Make the outputs of a row rise: the middle one is free, the others follow it.

    Parameters
    ----------
    outputs : Tensor of shape (n_rows, n_outputs)
    training : bool, default=True
        If False, a row has the same bits in any place of the tensor: torch computes the
        last few numbers of one by another softplus, which float64 hides.

    Returns
    -------
    rising : Tensor of shape (n_rows, n_outputs)
        Each is at least its neighbour to the left. One output stays as it is.
    """
    k = outputs.shape[1] // 2
    free = outputs if training else raise_precision(outputs)
    middle, gaps = free[:, k : k + 1], softplus(free)
    above = middle + gaps[:, k + 1 :].cumsum(dim=1)
    below = middle - gaps[:, :k].flip(1).cumsum(dim=1).flip(1)
    return torch.cat([below, middle, above], dim=1).to(outputs.dtype)


def before_rising(risen: Tensor) -> Tensor:
    """Find what `rising` makes these of; gaps that are too small are widened.

    Parameters
    ----------
    risen : Tensor of shape (n_rows, n_outputs)

    Returns
    -------
    outputs : Tensor of shape (n_rows, n_outputs)
    """
    k = risen.shape[1] // 2
    gaps = risen.diff(dim=1).clamp(min=SMALLEST_GAP)
    free = gaps + torch.log(-torch.expm1(-gaps))  # softplus of it is the gap
    return torch.cat([free[:, :k], risen[:, k : k + 1], free[:, k:]], dim=1)
