"""Between padded sequences and the table of their real steps.

The table has one row for each real step: the steps of sample 0 in order, then those
of sample 1, and so on.
"""

import torch
from torch import Tensor


def every_step(x: Tensor, lengths: Tensor) -> Tensor:
    """Keep every real time step and leave the padding out.

    Parameters
    ----------
    x : Tensor of shape (n_samples, n_timesteps, ...)
        Padded on the right; steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    steps : Tensor of shape (n_real_steps, ...)
        The steps of sample 0 in order, then those of sample 1, and so on.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import every_step
    >>> every_step(torch.tensor([[5, 7, 9], [8, 0, 0]]), torch.tensor([3, 1]))
    tensor([5, 7, 9, 8])
    """
    return x.transpose(0, 1).flatten(0, 1).index_select(0, _places(lengths))


def pad_steps(steps: Tensor, lengths: Tensor, n_timesteps: int) -> Tensor:
    """Put the rows of `every_step` back into padded sequences.

    Parameters
    ----------
    steps : Tensor of shape (n_real_steps, ...)
        The steps of sample 0 in order, then those of sample 1, and so on.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1; their sum is ``n_real_steps``.
    n_timesteps : int
        Number of steps, padding included; at least the largest of ``lengths``.

    Returns
    -------
    x : Tensor of shape (n_samples, n_timesteps, ...)
        Zero in the padding. The time axis comes first in memory.
    """
    n_samples, shape = len(lengths), steps.shape[1:]
    table = steps.new_zeros(n_timesteps * n_samples, *shape)
    table = table.index_copy(0, _places(lengths), steps)
    return table.view(n_timesteps, n_samples, *shape).transpose(0, 1)


def first_steps(lengths: Tensor) -> Tensor:
    """Find the rows of `every_step` at which the sequences start.

    Parameters
    ----------
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    rows : int64 Tensor of shape (n_samples,)
    """
    return lengths.cumsum(0) - lengths


def sample_of_step(lengths: Tensor) -> Tensor:
    """Say for each row of `every_step` which sample it belongs to.

    Parameters
    ----------
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    samples : int64 Tensor of shape (n_real_steps,)
    """
    samples = torch.arange(len(lengths), device=lengths.device)
    return samples.repeat_interleave(lengths)


def _places(lengths: Tensor) -> Tensor:
    """Find the real steps in the flat table that has the time axis first."""
    samples = sample_of_step(lengths)
    steps = torch.arange(len(samples), device=lengths.device)
    steps -= first_steps(lengths)[samples]
    return steps * len(lengths) + samples  # (n_real_steps,)
