"""The answers of a network before its sequences end: after each step, or step by step.

Each pooling has a running form here, which is called with ``(memory, output)``, the
memory of the steps so far and the output at one more. It returns what the pooling makes
of all of them, and their memory. Nothing that is given is changed.

Only a network of one direction can go on: a backward half would have to begin anew with
each step.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._poolings import (
    AdditiveAttention,
    Pooling,
    last_and_max,
    last_step,
    masked_max,
    masked_mean,
)
from sklearn_rnn.nn._recurrence import State, start_of, step_cell
from sklearn_rnn.nn._steps import every_step

Memory: TypeAlias = tuple[Tensor, ...]
"""What a pooling keeps of the steps so far, row by row; empty before the first."""

RunningPooling: TypeAlias = Callable[[Memory, Tensor], tuple[Tensor, Memory]]


class RunningState(NamedTuple):
    """Where some sequences stand: all of it tensors with a row for each sequence."""

    cells: tuple[State, ...]
    memory: Memory


def running_last(memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
    """Go on with `last_step`, or with no pooling at all: the output itself.

    Parameters
    ----------
    memory : tuple of Tensor
        What the step before returned; empty at the first step.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_units)
    memory : tuple of Tensor
        Empty: nothing need be kept.
    """
    return output, ()


def running_mean(memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
    """Go on with `masked_mean`.

    Parameters
    ----------
    memory : tuple of Tensor
        The sum so far and the number of steps; empty at the first step.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_units)
    memory : tuple of Tensor
    """
    if not memory:
        memory = (torch.zeros_like(output), output.new_zeros(len(output), 1))
    total, n_steps = memory[0] + output, memory[1] + 1
    return total / n_steps, (total, n_steps)


def running_max(memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
    """Go on with `masked_max`.

    Parameters
    ----------
    memory : tuple of Tensor
        The maximum so far; empty at the first step.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_units)
    memory : tuple of Tensor
    """
    largest = torch.maximum(memory[0], output) if memory else output
    return largest, (largest,)


def running_last_and_max(memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
    """Go on with `last_and_max`.

    Parameters
    ----------
    memory : tuple of Tensor
        The maximum so far; empty at the first step.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, 2 * n_units)
    memory : tuple of Tensor
    """
    largest, memory = running_max(memory, output)
    return torch.cat([output, largest], dim=1), memory


def running_attention(
    attention: AdditiveAttention, memory: Memory, output: Tensor
) -> tuple[Tensor, Memory]:
    r"""Go on with `AdditiveAttention`.

    Parameters
    ----------
    attention : AdditiveAttention
        It scores each step by itself.
    memory : tuple of Tensor
        The largest score so far, the sum of the weights and that of the weighted
        outputs; empty at the first step.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_units)
    memory : tuple of Tensor

    Notes
    -----
    With the largest score so far, :math:`m_t = \max(m_{t-1}, e_t)`, no exponential
    overflows [1]_:

    .. math::
        s_t &= s_{t-1} \exp(m_{t-1} - m_t) + \exp(e_t - m_t) \\
        v_t &= v_{t-1} \exp(m_{t-1} - m_t) + \exp(e_t - m_t) \, h_t \\
        y_t &= v_t / s_t.

    References
    ----------
    .. [1] M. Milakov and N. Gimelshein, "Online Normalizer Calculation for Softmax",
       2018, arXiv:1805.02867.
    """
    score = attention.score(torch.tanh(attention.hidden(output)))  # (n_samples, 1)
    if not memory:
        memory = (score, torch.zeros_like(score), torch.zeros_like(output))
    before, total, weighted = memory
    largest = torch.maximum(before, score)
    kept, weight = torch.exp(before - largest), torch.exp(score - largest)
    total = total * kept + weight
    weighted = weighted * kept + weight * output
    return weighted / total, (largest, total, weighted)


RUNNING: dict[Pooling, RunningPooling] = {
    every_step: running_last,
    last_step: running_last,
    masked_mean: running_mean,
    masked_max: running_max,
    last_and_max: running_last_and_max,
}


def running_form(pooling: Pooling) -> RunningPooling:
    """Find how a pooling goes on from step to step.

    Parameters
    ----------
    pooling : callable
        What `make_pooling` made for one direction, or `every_step`.

    Returns
    -------
    running : callable
        Called with the memory so far and the output at one more step.
    """
    if isinstance(pooling, AdditiveAttention):
        return partial(running_attention, pooling)
    return RUNNING[pooling]


def pool_prefixes(pooling: Pooling, outputs: Tensor, dtype: torch.dtype) -> Tensor:
    """Pool the steps up to each step.

    Parameters
    ----------
    pooling : callable
        What `make_pooling` made for one direction.
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Of one direction; what stands at a step reaches no earlier one.
    dtype : torch.dtype
        What each step is rounded to.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_timesteps, n_pooled)
        The time axis comes first in memory.
    """
    step = running_form(pooling)
    memory: Memory = ()
    prefixes = []
    for output in outputs.transpose(0, 1):
        pooled, memory = step(memory, output)
        prefixes.append(pooled.to(dtype))
    return torch.stack(prefixes).transpose(0, 1)


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
