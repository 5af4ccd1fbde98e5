"""How a sequence gets the same bits in any batch. Only this file knows how.

A row must get the same numbers alone and in any batch, at any place in it. In
evaluation mode, without gradients and on the CPU, oneDNN and MKL do not give that by
themselves. Three things would break it: few rows, few columns, and shares of threads.
Rows are filled up to groups, whose size `_row_groups` finds by trying; the numbers
below were found by comparing bits, with 1 to 16 threads. Where that does not help,
numbers are computed in float64 and rounded: then the order of a sum does not show. So
float64 itself needs groups.
"""

import copy
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch import constant_pad_nd as pad
from torch.nn.functional import linear

from sklearn_rnn.nn._batch import map_state
from sklearn_rnn.nn.kernels._cell import State
from sklearn_rnn.nn.kernels._row_groups import (
    rows_of_lstm,
    rows_of_product,
    rows_of_turned,
)

# Rows of a group of what is computed in float64, or with a gradient.
ROWS = 8

# MKL treats the rows of a product alike where the number of columns is a multiple of
# this. With 5, 6, 7 or 10 columns it does not, with three threads neither with 24 or
# 40. Columns of zeros are added up to the next multiple.
COLUMNS = 16

# torch shares elementwise work on more entries than this among threads, and where two
# shares meet, a sigmoid has other bits.
ENTRIES = 2**15

# From so many steps on it pays to turn the weights of the states in memory.
STEPS_TO_TURN = 8

Result = TypeVar("Result")


class ExactForm(Protocol):
    """What runs a cell so that bits do not depend on the batch, on the CPU."""

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
    if torch.is_grad_enabled() or not _is_plain_cpu(x):
        return in_whole_groups(cell, x, state)
    return exact_form_of(cell)(x, state)


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
    if torch.is_grad_enabled():
        with torch.no_grad():
            return step_cell(cell, x_t, state)
    if _is_plain_cpu(x_t):
        return exact_form_of(cell).step(x_t, state)
    step: Any = cell.step
    return in_whole_groups(step, x_t, state)


def predict_affine(layer: nn.Linear, x: Tensor) -> Tensor:
    """Apply an affine map so that the bits of a row do not show its place.

    Parameters
    ----------
    layer : Affine
        In evaluation mode.
    x : Tensor of shape (n_rows, in_features)
        Of the type of the weights.

    Returns
    -------
    y : Tensor of shape (n_rows, out_features)

    Notes
    -----
    To one output in float64, which takes less time than to fill up the columns; to two
    it takes longer from some hundred rows on. In float64 too rows are filled up to
    groups: where terms cancel, what is left shows the order of the sum.
    """
    weight, bias = layer.weight, layer.bias
    is_one = weight.shape[0] == 1 and weight.dtype == torch.float32
    if not torch.is_grad_enabled() and x.is_cpu and has_mkl() and not is_one:
        n_idle = -weight.shape[0] % COLUMNS
        n_columns = weight.shape[0] + n_idle
        n_rows = rows_of_product(weight.shape[1], n_columns, weight.dtype)
        if n_rows is not None:
            filled = _fill_with_zeros(x, n_rows)
            return _map_groups(filled, weight, bias, n_idle)[: x.shape[0]]
    if layer.training:
        mapped: Tensor = layer(x)
    else:
        mapped = layer(_fill_with_zeros(raise_precision(x), ROWS))[: x.shape[0]]
    return mapped.to(x.dtype)


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


class InGroups:
    """A cell on whole groups of rows.

    Parameters
    ----------
    cell : object
        Of the interface of `Cell`.
    n_rows : int, default=8
        Those of a group.
    """

    def __init__(self, cell: Any, n_rows: int = ROWS) -> None:
        self.cell, self.n_rows = cell, n_rows

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences as `Cell.forward` does."""
        return in_whole_groups(self.cell, x, state, n_rows=self.n_rows)

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step as `Cell.step` does."""
        return in_whole_groups(self.cell.step, x_t, state, n_rows=self.n_rows)


class InFloat64:
    """A copy of a cell that computes in float64 and rounds what it returns.

    Parameters
    ----------
    cell : Module
        Of the interface of `Cell`. Another thread may be using it.
    """

    def __init__(self, cell: nn.Module) -> None:
        self.cell: Any = InGroups(copy.deepcopy(cell).double().eval())

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


class Groups(NamedTuple):
    """The rows of the groups in which a cell of ours is run."""

    of_states: int
    of_inputs: int
    turned: int | None
    """Of states where their weights are turned in memory."""


class Filled:
    """A cell of ours with idle hidden units, on whole groups of rows.

    The products with the inputs take the steps of all rows together, so that one row
    alone is filled up in the products with its states only. Rows are taken so many at a
    time that the gates r and z of the GRU are computed in one thread.

    Parameters
    ----------
    cell : FunctionCell
    groups : Groups
    at_once : int
        Rows that run at a time, whole groups.
    """

    def __init__(self, cell: Any, groups: Groups, at_once: int) -> None:
        self.hidden_size = cell.hidden_size
        self.n_idle = _whole_columns(self.hidden_size) - self.hidden_size
        self.weights = cell.weights
        if self.n_idle:
            self.weights = _add_units(self.weights, self.n_idle)
        self.read_inputs, self.run_steps = cell.read_inputs, cell.run_steps
        self.groups, self.at_once = groups, at_once
        self.n_rows = groups.of_states

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences as `Cell.forward` does."""
        steps = x.transpose(0, 1)  # (n_timesteps, n_samples, input_size)
        if self.groups.turned is not None and steps.shape[0] >= STEPS_TO_TURN:
            turned = self.weights.w_hh.t().contiguous().t()
            self.weights = self.weights._replace(w_hh=turned)
            self.n_rows = self.groups.turned
        start = None if state is None else state[0]
        if start is not None and self.n_idle:
            start = pad(start, (0, self.n_idle))
        if x.shape[0] <= self.at_once:
            states = self._run(steps, start)
        else:
            groups = steps.split(self.at_once, dim=1)
            starts: Any = [None] * len(groups)
            if start is not None:
                starts = start.split(self.at_once)
            parts = [self._run(*part) for part in zip(groups, starts, strict=True)]
            states = torch.cat(parts, dim=1)
        return states.transpose(0, 1), (states[-1],)

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step as `Cell.step` does."""
        outputs, state = self(x_t.unsqueeze(1), state)
        return outputs[:, 0], state

    def _run(self, x: Tensor, start: Tensor | None) -> Tensor:
        n_samples, n_rows = x.shape[1], self.n_rows
        if x.shape[0] == 1:  # the groups of both products are then the same rows
            n_rows = max(n_rows, self.groups.of_inputs)
        x = _fill_with_zeros(x, n_rows)
        flat = x.flatten(0, 1)
        filled = _fill_with_zeros(flat, self.groups.of_inputs)
        steps = [
            part[: flat.shape[0]].view(*x.shape[:2], -1)
            for part in self.read_inputs(filled, self.weights)
        ]
        start = None if start is None else _fill_with_zeros(start, n_rows)
        states: Tensor = self.run_steps(steps, self.weights, start)
        return states[:, :n_samples, : self.hidden_size]


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


def filled_form_of(cell: Any) -> ExactForm:
    """Return the form of a cell of ours that MKL computes.

    Parameters
    ----------
    cell : FunctionCell

    Returns
    -------
    form : ExactForm
        In float64 where MKL gives a row other bits in other batches.
    """
    if has_mkl():
        n_units = _whole_columns(cell.hidden_size)
        columns = tuple(n_gates * n_units for n_gates in cell.gates_of_products)
        groups = _groups_of(cell.input_size, n_units, columns, cell.weight_hh_l0.dtype)
        if groups is not None:
            whole = max(groups.of_states, groups.turned or 1)
            at_once = ENTRIES // (2 * n_units) // whole * whole
            if at_once:
                return Filled(cell, groups, at_once)
    return InFloat64(cell)


@cache
def _groups_of(
    input_size: int, n_units: int, columns: tuple[int, ...], dtype: torch.dtype
) -> Groups | None:
    """Find the groups of the products of a cell; None where there are none."""
    of_states = _largest(rows_of_product(n_units, n, dtype) for n in columns)
    of_inputs = _largest(rows_of_product(input_size, n, dtype) for n in columns)
    if of_states is None or of_inputs is None:
        return None
    turned = _largest(rows_of_turned(n_units, n, dtype, of_states) for n in columns)
    return Groups(of_states, of_inputs, turned)


def _largest(sizes: Iterable[int | None]) -> int | None:
    """Give a size for several products of the same rows, None where one has none."""
    found = list(sizes)
    return None if None in found else max(size for size in found if size is not None)


def lstm_form_of(cell: Any) -> ExactForm:
    """Return the form of the LSTM, which oneDNN computes.

    Parameters
    ----------
    cell : LSTM

    Returns
    -------
    form : ExactForm
        In float64 where oneDNN gives a row other bits in other batches.
    """
    if has_onednn():
        dtype = cell.weights.w_hh.dtype
        n_rows = rows_of_lstm(cell.input_size, cell.hidden_size, dtype)
        if n_rows is not None:
            return InGroups(cell, n_rows)
    return InFloat64(cell)


def has_mkl() -> bool:
    """Say whether matrix products are those that were looked at."""
    available: bool = torch.backends.mkl.is_available()
    return available


def has_onednn() -> bool:
    """Say whether the LSTM is the one that was looked at."""
    available: bool = torch.backends.mkldnn.is_available()
    return available


def _is_plain_cpu(x: Tensor) -> bool:
    return x.is_cpu and not torch.is_autocast_enabled("cpu")


def _repeat_last_row(n_times: int, x: Tensor) -> Tensor:
    """Add copies of the last row; of sequences, the time axis comes first in memory."""
    if x.ndim < 3:
        return torch.cat([x, x[-1:].expand(n_times, *x.shape[1:])])
    steps = x.transpose(0, 1)
    last = steps[:, -1:].expand(-1, n_times, *x.shape[2:])
    return torch.cat([steps, last], dim=1).transpose(0, 1)


def _fill_with_zeros(x: Tensor, n_rows: int) -> Tensor:
    """Fill up to whole groups along the last axis but one, for what is our own."""
    n_missing = -x.shape[-2] % n_rows
    return pad(x, (0, 0, 0, n_missing)) if n_missing else x


def _to_dtype(dtype: torch.dtype, state: Any) -> Any:
    """Convert all floating tensors of nested tuples."""
    return map_state(lambda t: t.to(dtype) if t.is_floating_point() else t, state)


def _map_groups(x: Tensor, weight: Tensor, bias: Tensor | None, n_idle: int) -> Tensor:
    if n_idle == 0:
        return linear(x, weight, bias)
    filled = pad(weight, (0, 0, 0, n_idle))
    bias = None if bias is None else pad(bias, (0, n_idle))
    return linear(x, filled, bias)[:, :-n_idle]


def _whole_columns(n_columns: int) -> int:
    return n_columns + -n_columns % COLUMNS


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
