"""Poolings, forwards and backwards; `sklearn_rnn.nn` has the equations.

Each reads outputs of shape (n_timesteps, n_samples, n_units) and pools their real steps
to vectors of shape (n_samples, n_units).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn import _poolings
from sklearn_rnn.nn.compiled._arrays import Array

Lengths = NDArray[np.int64]


class LastStep:
    """The output at the last real step."""

    def __init__(self, bidirectional: bool) -> None:
        self.bidirectional = bidirectional

    def forward(self, outputs: Array, lengths: Lengths) -> Array:
        """Select the last real steps."""
        self.shape = outputs.shape
        self.ends = lengths - 1, np.arange(len(lengths))
        return outputs[self.ends]

    def backward(self, grad: Array) -> Array:
        """Lead the gradient to them."""
        to_outputs = np.zeros(self.shape, np.float32)
        to_outputs[self.ends] = grad
        return to_outputs


class FinalState(LastStep):
    """The output of each direction where it has read everything."""

    def forward(self, outputs: Array, lengths: Lengths) -> Array:
        """Select the last real step, and the first one of the backward half."""
        pooled = super().forward(outputs, lengths)
        if self.bidirectional:
            size = pooled.shape[1] // 2
            pooled[:, size:] = outputs[0, :, size:]
        return pooled

    def backward(self, grad: Array) -> Array:
        """Lead the gradient to them."""
        if not self.bidirectional:
            return super().backward(grad)
        size = grad.shape[1] // 2
        to_outputs = np.zeros(self.shape, np.float32)
        to_outputs[..., :size][self.ends] = grad[:, :size]
        to_outputs[0, :, size:] = grad[:, size:]
        return to_outputs


class Mean:
    """The mean over the real steps."""

    def __init__(self, bidirectional: bool) -> None:
        """Take note of nothing."""

    def forward(self, outputs: Array, lengths: Lengths) -> Array:
        """Average the real steps."""
        self.real = _real(len(outputs), lengths)
        self.lengths = lengths.astype(np.float32)[:, np.newaxis]
        total: Array = outputs.sum(axis=0, where=self.real)
        return total / self.lengths

    def backward(self, grad: Array) -> Array:
        """Share the gradient among the real steps."""
        return np.where(self.real, grad / self.lengths, np.float32(0))


class Max:
    """The largest output of each unit among the real steps."""

    def __init__(self, bidirectional: bool) -> None:
        """Take note of nothing."""

    def forward(self, outputs: Array, lengths: Lengths) -> Array:
        """Take the largest of the real steps."""
        real = _real(len(outputs), lengths)
        pooled: Array = outputs.max(axis=0, where=real, initial=-np.inf)
        self.largest = (outputs == pooled) & real
        return pooled

    def backward(self, grad: Array) -> Array:
        """Share the gradient among the steps that are largest, as torch does."""
        share = grad / self.largest.sum(axis=0, dtype=np.float32)
        return np.where(self.largest, share, np.float32(0))


def _real(n_steps: int, lengths: Lengths) -> NDArray[np.bool_]:
    """Mark the real steps: (n_timesteps, n_samples, 1)."""
    real: NDArray[np.bool_] = np.arange(n_steps)[:, np.newaxis] < lengths
    return real[..., np.newaxis]


COMPILED_POOLINGS: dict[type, Any] = {
    _poolings.LastStep: LastStep,
    _poolings.FinalState: FinalState,
    _poolings.Mean: Mean,
    _poolings.Max: Max,
}
