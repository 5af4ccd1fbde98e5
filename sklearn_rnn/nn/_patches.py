"""Several consecutive steps as one."""

import torch
from torch import Tensor
from torch.nn.functional import pad


def join_steps(x: Tensor, patch_length: int) -> Tensor:
    """Put consecutive steps side by side.

    Parameters
    ----------
    x : Tensor of shape (n_samples, n_timesteps, n_features)
        Zero in the padding.
    patch_length : int
        How many steps become one.

    Returns
    -------
    patches : Tensor of shape (n_samples, n_patches, patch_length * n_features)
        ``n_patches`` is that of `count_patches`; the last one is filled up with
        zeros. The time axis comes first in memory.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import join_steps
    >>> join_steps(torch.tensor([[[1.0], [2.0], [3.0]]]), 2)
    tensor([[[1., 2.],
             [3., 0.]]])
    """
    if patch_length == 1:
        return x
    steps = x.transpose(0, 1)  # (n_timesteps, n_samples, n_features)
    steps = pad(steps, (0, 0, 0, 0, 0, -len(steps) % patch_length))
    parts = steps.unflatten(0, (-1, patch_length)).transpose(1, 2)
    return parts.flatten(2).transpose(0, 1)


def split_steps(patches: Tensor, patch_length: int) -> Tensor:
    """Undo `join_steps`.

    Parameters
    ----------
    patches : Tensor of shape (n_samples, n_patches, patch_length * n_features)
    patch_length : int
        How many steps each of them holds.

    Returns
    -------
    x : Tensor of shape (n_samples, n_patches * patch_length, n_features)
        With the zeros that fill the last patch. The time axis comes first in memory.
    """
    if patch_length == 1:
        return patches
    parts = patches.transpose(0, 1).unflatten(2, (patch_length, -1))
    return parts.transpose(1, 2).flatten(0, 1).transpose(0, 1)


def repeat_patches(values: Tensor, patch_length: int, n_timesteps: int) -> Tensor:
    """Give each step what belongs to its patch.

    Parameters
    ----------
    values : Tensor of shape (n_samples, n_patches, ...)
    patch_length : int
        How many steps each patch holds.
    n_timesteps : int
        Number of steps, padding included.

    Returns
    -------
    repeated : Tensor of shape (n_samples, n_timesteps, ...)
    """
    if patch_length == 1:
        return values
    return values.repeat_interleave(patch_length, dim=1)[:, :n_timesteps]


def share_weights(
    weights: Tensor, patch_length: int, lengths: Tensor, n_timesteps: int
) -> Tensor:
    """Share the weight of each patch evenly among its real steps.

    Parameters
    ----------
    weights : Tensor of shape (n_samples, n_patches)
        Zero in the padding.
    patch_length : int
        How many steps each patch holds.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps.
    n_timesteps : int
        Number of steps, padding included.

    Returns
    -------
    shared : Tensor of shape (n_samples, n_timesteps)
        Zero in the padding; rows have the sums that they had.
    """
    if patch_length == 1:
        return weights
    starts = torch.arange(weights.shape[1], device=weights.device) * patch_length
    n_real = (lengths.to(weights.device).unsqueeze(1) - starts).clamp(1, patch_length)
    shared = repeat_patches(weights / n_real, patch_length, n_timesteps)
    steps = torch.arange(n_timesteps, device=weights.device)
    is_padding = steps >= lengths.to(weights.device).unsqueeze(1)
    return shared.masked_fill(is_padding, 0.0)


def count_patches(lengths: Tensor, patch_length: int) -> Tensor:
    """Count the patches of sequences.

    Parameters
    ----------
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.
    patch_length : int
        How many steps each patch holds.

    Returns
    -------
    counts : int64 Tensor of shape (n_samples,)
        The lengths divided by `patch_length`, rounded up.
    """
    return lengths if patch_length == 1 else -(-lengths // patch_length)
