"""How a sequence gets the same bits in any batch. Only this file knows the numbers.

A row must get the same float32 numbers alone and in any batch, at any place in it. In
evaluation mode, without gradients and on the CPU, oneDNN and MKL do not give that by
themselves. Four things would break it, and the numbers below prevent them. They
were found by comparing bits, with 1 to 16 threads. Where they do not help, numbers are
computed in float64 and rounded: then the order of a sum does not show.
"""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from sklearn_rnn.nn._batch import map_state
from sklearn_rnn.nn.kernels._cell import State

# For one to three rows oneDNN and MKL take another matrix product than for more, so
# that predictions run on whole groups of this many rows.
ROWS = 8

# Where as many products are added up, MKL takes another way for 8 rows as well: seen
# from 192 on, with AVX-512. Groups are then of more rows.
LONG_SUM = 128
ROWS_OF_LONG_SUMS = 16

# MKL treats the rows of a product alike where the number of columns is a multiple of
# this. With 5, 6, 7 or 10 columns it does not, with three threads neither with 24 or
# 40. Columns of zeros are added up to the next multiple.
COLUMNS = 16

# torch shares elementwise work on more entries than this among threads, and where two
# shares meet, a sigmoid has other bits.
ENTRIES = 2**15

Result = TypeVar("Result")


class ExactForm(Protocol):
    """What runs a cell on whole groups of rows, in evaluation mode and on the CPU."""

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences as `Cell.forward` does."""

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step as `Cell.step` does."""


def run_cell(
    cell: nn.Module, x: Tensor, state: State | None = None
) -> tuple[Tensor, State]:
    """Run a cell from left to right, in evaluation with the same bits in any batch.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`.
    x : Tensor of shape (n_samples, n_timesteps, input_size)
        Nothing is copied where the time axis comes first in memory.
    state : tuple of Tensor, default=None
        What the cell starts from; zeros if None.

    Returns
    -------
    outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
    state : tuple of Tensor
        The state after the last step.

    Notes
    -----
    Bits are the same in any batch on the CPU, without gradients and without autocast.
    Hooks of a cell do not fire there for GRU and Elman RNN.
    """
    if cell.training:
        outputs, state = cell(x, state)
        return outputs, state
    exact = not torch.is_grad_enabled() and _is_plain_cpu(x)
    run: Any = exact_form_of(cell) if exact else cell
    return in_whole_groups(run, x, state, n_rows=getattr(run, "n_rows", ROWS))


@torch.no_grad()
def step_cell(
    cell: nn.Module, x_t: Tensor, state: State | None = None
) -> tuple[Tensor, State]:
    """Read one more step with a cell as in evaluation mode.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`, with a method ``step``.
    x_t : Tensor of shape (n_samples, input_size)
    state : tuple of Tensor, default=None
        The state after the step before; zeros if None.

    Returns
    -------
    output : Tensor of shape (n_samples, hidden_size)
    state : tuple of Tensor
    """
    form: Any = exact_form_of(cell) if _is_plain_cpu(x_t) else cell
    n_rows = getattr(form, "n_rows", ROWS)
    return in_whole_groups(form.step, x_t, state, n_rows=n_rows)


def predict_affine(layer: nn.Linear, x: Tensor) -> Tensor:
    """Apply an affine map so that the bits of a row do not show its place.

    Parameters
    ----------
    layer : Affine
        In evaluation mode.
    x : float32 Tensor of shape (n_rows, in_features)

    Returns
    -------
    y : float32 Tensor of shape (n_rows, out_features)
    """
    n_rows = _rows_of_group(layer.in_features)
    return in_whole_groups(partial(_map_groups, layer), x, n_rows=n_rows)


def raise_precision(values: Tensor) -> Tensor:
    """Raise numbers to float64, where the order of a sum does not show once rounded.

    Parameters
    ----------
    values : floating Tensor

    Returns
    -------
    values : Tensor
        As they are on "mps", which has no float64.
    """
    return values if values.device.type == "mps" else values.double()


def in_whole_groups(
    function: Callable[..., Result], *inputs: Any, n_rows: int = ROWS
) -> Result:
    """Call a function on rows that are filled up to whole groups with the last one.

    Parameters
    ----------
    function : callable
        Takes the inputs; returns a tensor or nested tuples of them, row by row.
    *inputs : Tensor, tuple or None
        Tensors and nested tuples of them, all of as many rows; the first is a tensor.
    n_rows : int
        Those of a group.

    Returns
    -------
    result : object
        What the function returns, without the rows that were filled in.
    """
    n_given = len(inputs[0])
    n_missing = -n_given % n_rows
    if n_missing == 0:
        return function(*inputs)
    filled = map_state(partial(_repeat_last_row, n_missing), inputs)
    result: Result = map_state(lambda part: part[:n_given], function(*filled))
    return result


def whole_size(n_rows: int) -> int:
    """Round a number of rows down to whole groups, at least one.

    Parameters
    ----------
    n_rows : int
        Number of rows that fit.

    Returns
    -------
    size : int
    """
    return max(n_rows // ROWS, 1) * ROWS


# -- exact forms of cells --------------------------------------------------------------


class InFloat64:
    """A copy of a cell that computes in float64 and rounds what it returns.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`. Another thread may be using it.
    """

    def __init__(self, cell: nn.Module) -> None:
        self.cell: Any = copy.deepcopy(cell).double().eval()

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences as `Cell.forward` does."""
        outputs, after = self._run(self.cell, x, state)
        rounded: State = _to_dtype(x.dtype, after)
        return outputs, rounded

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step as `Cell.step` does; the state is not rounded."""
        return self._run(self.cell.step, x_t, state)

    def _run(
        self, run: Callable[..., Any], x: Tensor, state: State | None
    ) -> tuple[Tensor, State]:
        outputs, after = run(x.double(), _to_dtype(torch.float64, state))
        return outputs.to(x.dtype), after


class Filled:
    """A cell with idle hidden units, so that products have whole groups of columns.

    Rows are taken so many at a time that the gates r and z of the GRU are computed in
    one thread.

    Parameters
    ----------
    run : callable
        Takes the inputs (n_timesteps, n_samples, input_size), the weights and the first
        hidden state (n_samples, n_units) or None; returns the hidden states.
    weights : Weights
        Of a cell for which `can_be_filled` is True.
    """

    def __init__(self, run: Callable[..., Tensor], weights: Any) -> None:
        self.hidden_size = weights.w_hh.shape[1]
        self.n_rows = _rows_of_group(self.hidden_size)
        self.n_idle = _missing_columns(self.hidden_size)
        self.weights = _add_units(weights, self.n_idle) if self.n_idle else weights
        self.run = run

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences as `Cell.forward` does."""
        n_rows = _rows_of_one_thread(self.hidden_size)
        groups = x.transpose(0, 1).split(n_rows, dim=1)
        starts: Any = [None] * len(groups)
        if state is not None:
            starts = pad(state[0], (0, self.n_idle)).split(n_rows)
        parts = [
            self.run(group, self.weights, start)[..., : self.hidden_size]
            for group, start in zip(groups, starts, strict=True)
        ]
        states = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        return states.transpose(0, 1), (states[-1],)

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step as `Cell.step` does."""
        outputs, state = self(x_t.unsqueeze(1), state)
        return outputs[:, 0], state


def exact_form_of(cell: nn.Module) -> ExactForm:
    """Return what runs a cell so that bits do not depend on the batch.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`. Our own cells know their form.

    Returns
    -------
    form : ExactForm
    """
    make = getattr(cell, "exact_form", None)
    form: ExactForm = InFloat64(cell) if make is None else make()
    return form


def can_be_filled(hidden_size: int) -> bool:
    """Say whether `Filled` gives the same bits in any batch for a cell of this size.

    Parameters
    ----------
    hidden_size : int

    Returns
    -------
    filled : bool
    """
    return has_mkl() and _rows_of_one_thread(hidden_size) > 0


def has_mkl() -> bool:
    """Say whether matrix products are those that were looked at."""
    available: bool = torch.backends.mkl.is_available()
    return available


def has_onednn() -> bool:
    """Say whether the LSTM is the one that was looked at."""
    available: bool = torch.backends.mkldnn.is_available()
    return available


def _is_plain_cpu(x: Tensor) -> bool:
    return x.device.type == "cpu" and not torch.is_autocast_enabled("cpu")


def _repeat_last_row(n_times: int, x: Tensor) -> Tensor:
    """Add copies of the last row; of sequences, the time axis comes first in memory."""
    last = x[-1:].expand(n_times, *x.shape[1:])
    if x.ndim < 3:
        return torch.cat([x, last])
    return torch.cat([x.transpose(0, 1), last.transpose(0, 1)], dim=1).transpose(0, 1)


def _to_dtype(dtype: torch.dtype, state: Any) -> Any:
    """Convert all floating tensors of nested tuples."""
    return map_state(lambda t: t.to(dtype) if t.is_floating_point() else t, state)


def _map_groups(layer: nn.Linear, x: Tensor) -> Tensor:
    if torch.is_grad_enabled() or x.device.type != "cpu" or not has_mkl():
        mapped: Tensor = layer(x if layer.training else raise_precision(x))
        return mapped.to(x.dtype)
    n_idle = _missing_columns(layer.out_features)
    weight = pad(layer.weight, (0, 0, 0, n_idle))
    bias = None if layer.bias is None else pad(layer.bias, (0, n_idle))
    return linear(x, weight, bias)[:, : layer.out_features]


def _missing_columns(n_columns: int) -> int:
    return -n_columns % COLUMNS


def _rows_of_one_thread(hidden_size: int) -> int:
    n_columns = 2 * (hidden_size + _missing_columns(hidden_size))
    in_group = _rows_of_group(hidden_size)
    return ENTRIES // n_columns // in_group * in_group


def _rows_of_group(n_summed: int) -> int:
    return ROWS if n_summed < LONG_SUM else ROWS_OF_LONG_SUMS


def _add_units(weights: Any, n_units: int) -> Any:
    """Add hidden units that no other unit listens to."""
    w_ih, w_hh, b_ih, b_hh = weights
    blocks = (len(w_hh) // w_hh.shape[1], w_hh.shape[1])  # of rows, one for each gate
    return type(weights)(
        pad(w_ih.reshape(*blocks, -1), (0, 0, 0, n_units)).flatten(0, 1),
        pad(w_hh.reshape(*blocks, -1), (0, n_units, 0, n_units)).flatten(0, 1),
        pad(b_ih.reshape(blocks), (0, n_units)).flatten(),
        pad(b_hh.reshape(blocks), (0, n_units)).flatten(),
    )
