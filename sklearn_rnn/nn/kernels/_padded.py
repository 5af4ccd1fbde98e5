"""A cell over padded sequences, and its state after the last real step of each."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from sklearn_rnn.nn.kernels._cell import State
from sklearn_rnn.nn.kernels._exact import run_cell


def run_padded(
    cell: nn.Module, x: Tensor, lengths: Tensor, state: State | None = None
) -> tuple[Tensor, State]:
    """Run a cell over padded sequences; padding does not count for the final state.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`.
    x : Tensor of shape (n_samples, n_timesteps, input_size)
        Padded on the right.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.
    state : tuple of Tensor, default=None
        What the cell starts from; zeros if None.

    Returns
    -------
    outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
        Steps at or beyond ``lengths`` hold numbers without a meaning.
    state : tuple of Tensor
        The state after the last real step of each sequence.

    Notes
    -----
    Where the state is the output, it is selected among the outputs. Of other cells
    sequences of equal length run together.
    """
    if getattr(cell, "outputs_are_state", False):
        outputs, _ = run_cell(cell, x, state)
        rows = torch.arange(len(x), device=x.device)
        return outputs, (outputs[rows, lengths - 1],)
    if bool((lengths == x.shape[1]).all()):
        return run_cell(cell, x, state)
    return _run_by_length(cell, x, lengths, state)


def _run_by_length(
    cell: nn.Module, x: Tensor, lengths: Tensor, state: State | None
) -> tuple[Tensor, State]:
    groups, outputs, states = [], [], []
    for length in lengths.unique().tolist():
        rows = (lengths == length).nonzero().squeeze(1)
        start = None if state is None else tuple(part[rows] for part in state)
        steps = x[:, :length].transpose(0, 1).index_select(1, rows).transpose(0, 1)
        found, after = run_cell(cell, steps, start)
        found = found.transpose(0, 1)  # (length, n_rows, hidden_size)
        outputs.append(pad(found, (0, 0, 0, 0, 0, x.shape[1] - length)))
        states.append(after)
        groups.append(rows)
    places = torch.cat(groups).argsort()
    joined = torch.cat(outputs, dim=1).index_select(1, places).transpose(0, 1)
    whole = tuple(torch.cat(parts)[places] for parts in zip(*states, strict=True))
    return joined, whole
