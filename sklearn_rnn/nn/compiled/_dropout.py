"""Dropout with the masks of the network."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn.nn.compiled._arrays import Array


class CompiledDropout:
    """A `SeededDropout` in training mode.

    Parameters
    ----------
    dropout : SeededDropout or Identity
        It draws the masks, in the order in which the network would.
    """

    def __init__(self, dropout: Any) -> None:
        self.dropout = dropout

    def forward(self, x: Array, lengths: NDArray[np.int64]) -> Array:
        """Drop elements, as many as the dropout says by now."""
        self.mask: Array | None = None
        if getattr(self.dropout, "p", 0) == 0:
            return x
        self.mask = self.dropout(torch.ones(x.shape)).numpy()
        return x * self.mask

    def backward(self, grad: Array) -> Array:
        """Lead the gradient past what was dropped."""
        if self.mask is not None:
            grad *= self.mask
        return grad
