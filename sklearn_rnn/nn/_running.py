"""The cells of a network step by step, and where some sequences stand.

Only a network of one direction can go on: a backward half would have to begin anew with
each step.
"""

from typing import NamedTuple

from torch import Tensor, nn

from sklearn_rnn.nn._poolings import Memory
from sklearn_rnn.nn._recurrence import State, start_of, step_cell


class RunningState(NamedTuple):
    """Where some sequences stand: all of it tensors with a row for each sequence."""

    cells: tuple[State, ...]
    memory: Memory


def start_cells(cells: list[nn.Module], n_samples: int) -> tuple[State, ...]:
    """Make the states of stacked cells before the first step.

    Parameters
    ----------
    cells : list of Module
        As `make_cell` makes them, the lowest first.
    n_samples : int
        Number of rows.

    Returns
    -------
    states : tuple of tuple of Tensor, each of shape (n_samples, hidden_size)
    """
    return tuple(start_of(cell, n_samples) for cell in cells)


def step_cells(
    cells: list[nn.Module], x: Tensor, states: tuple[State, ...]
) -> tuple[State, ...]:
    """Take one step with stacked cells, in evaluation mode.

    Parameters
    ----------
    cells : list of Module
        As `make_cell` makes them, the lowest first.
    x : Tensor of shape (n_samples, input_size)
        In whole groups of 8 rows.
    states : tuple of tuple of Tensor
        One for each cell; not changed.

    Returns
    -------
    states : tuple of tuple of Tensor, each of shape (n_samples, hidden_size)
        What stands first in the last of them is the output.
    """
    after = []
    for cell, state in zip(cells, states, strict=True):
        after.append(step_cell(cell, x, state))
        x = after[-1][0]
    return tuple(after)
