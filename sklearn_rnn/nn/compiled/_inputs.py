"""What the first layer reads: vectors of tokens, or numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn.compiled._arrays import Array, Weight, flat
from sklearn_rnn.nn.compiled._jit import jit


class CompiledTokens:
    """A `TokenEmbedding`.

    Parameters
    ----------
    embedding : TokenEmbedding
    """

    def __init__(self, embedding: Any) -> None:
        self.weight = Weight(embedding, "weight")
        self.padding_idx = embedding.padding_idx

    def forward(self, values: NDArray[Any], lengths: NDArray[np.int64]) -> Array:
        """Look the vectors up: (n_samples, n_timesteps) ids, the time axis first."""
        self.ids = values.T.ravel()
        vectors = self.weight.numbers().take(self.ids, axis=0)
        return vectors.reshape(*values.T.shape, -1)

    def backward(self, grad: Array) -> None:
        """Add up the gradients of each token; padding has none."""
        total = np.zeros(self.weight.numbers().shape, np.float32)
        add_rows(total, self.ids, flat(grad), self.padding_idx)
        self.weight.add_gradient(total)


class CompiledNumbers:
    """Numbers, which stay as they are but for the padding."""

    def forward(self, values: Array, lengths: NDArray[np.int64]) -> Array:
        """Put the time axis first, and zeros into the padding."""
        steps = np.array(values.swapaxes(0, 1), order="C")  # never the batch itself
        if lengths.min() < len(steps):
            steps[np.arange(len(steps))[:, np.newaxis] >= lengths] = 0.0
        return steps

    def backward(self, grad: Array | None) -> None:
        """Do nothing: there are no weights."""


@jit
def add_rows(table: Array, places: NDArray[Any], rows: Array, left_out: int) -> None:
    """Add each row to that of the table at its place, but at one, one by one."""
    for i in range(len(places)):
        if places[i] == left_out:
            continue
        total, row = table[places[i]], rows[i]
        for k in range(rows.shape[1]):
            total[k] += row[k]
