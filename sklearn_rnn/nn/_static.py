"""Static columns beside the vectors that a head reads."""

import torch
from torch import Tensor

from sklearn_rnn.nn._batch import Batch


def join_static(vectors: Tensor, batch: Batch, lengths: Tensor | None = None) -> Tensor:
    """Put the static columns behind the vector of each sequence, or of each step.

    Parameters
    ----------
    vectors : Tensor of shape (n_rows, n_units)
    batch : Batch
        Without static columns the vectors stay as they are.
    lengths : int64 Tensor of shape (n_samples,), default=None
        How many rows belong to each sequence; one if None.

    Returns
    -------
    joined : Tensor of shape (n_rows, n_units + n_static)
    """
    static = batch.static
    if static is None:
        return vectors
    if lengths is not None:
        static = static.repeat_interleave(lengths.to(static.device), dim=0)
    return torch.cat([vectors, static.to(vectors.dtype)], dim=1)
