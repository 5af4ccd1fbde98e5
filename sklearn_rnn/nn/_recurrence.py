r"""Which code runs a cell over the time steps.

`run_cell` decides, by cell, device and mode:

- the LSTM, and every cell on a GPU: torch's own module, which on the CPU is oneDNN;
- Elman RNN and GRU on the CPU: the functions below, with torch's parameters. One
  matrix product reads the inputs of all steps; the loop over time then does two
  operations per step for the Elman RNN and six for the GRU. Backwards everything that
  needs no gradient is computed for all steps at once, two and three operations per
  step remain, and the gradient of each weight is one product.

The time axis comes first in memory throughout: a step is then one block.
"""

import copy
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.functional import pad, softplus

from sklearn_rnn.nn._bits import ENTRIES, ROWS, has_mkl, has_onednn, idle_columns

# Nonlinearities in place, and their derivatives from their *values*.
IN_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh_,
    "relu": torch.relu_,
    "sigmoid": torch.sigmoid_,
    "softplus": lambda a: a.copy_(softplus(a)),
}
SLOPES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": lambda y: 1 - y * y,
    "relu": lambda y: (y > 0).to(y.dtype),
    "sigmoid": lambda y: y * (1 - y),
    "softplus": lambda y: -torch.expm1(-y),
}

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


class Weights(NamedTuple):
    """The parameters of a cell of one layer and one direction, as torch has them."""

    w_ih: Tensor  # (n_gates * hidden_size, input_size)
    w_hh: Tensor  # (n_gates * hidden_size, hidden_size)
    b_ih: Tensor  # (n_gates * hidden_size,)
    b_hh: Tensor  # (n_gates * hidden_size,)


State: TypeAlias = tuple[Tensor, ...]
"""What a cell carries from step to step: h or, of an LSTM, h and c."""


def run_cell(cell: nn.Module, x: Tensor) -> Tensor:
    """Compute the outputs of one cell at each time step, from left to right.

    Parameters
    ----------
    cell : torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN or ElmanRNN
        As `make_cell` makes it.
    x : Tensor of shape (n_samples, n_timesteps, input_size)
        Nothing is copied where the time axis comes first in memory.

    Returns
    -------
    outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
        The time axis comes first in memory.

    Notes
    -----
    A prediction must not show the place of a row in the batch. On the CPU oneDNN keeps
    to that, and MKL does where its products have a multiple of 16 columns: without
    gradients the hidden units are filled up to that with units of weight zero, and many
    rows are taken in groups. Where torch was built without these libraries, and beyond
    2048 hidden units, the prediction is computed in float64 and rounded back.

    Hooks on a cell fire only where torch's module runs it. Second derivatives and
    `torch.func` are refused where it does not: for GRU and Elman RNN on the CPU.
    """
    if x.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        return _run_module(cell, x)
    if not (cell.training or torch.is_grad_enabled()):
        return _predict(cell, x)
    if isinstance(cell, nn.LSTM):
        return _run_module(cell, x)
    return _run_functions(cell, x.transpose(0, 1), _weights_of(cell)).transpose(0, 1)


@torch.no_grad()
def step_cell(cell: nn.Module, x: Tensor, state: State) -> State:
    """Take one step of a cell in evaluation mode, from the state before it.

    Parameters
    ----------
    cell : torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN or ElmanRNN
        As `make_cell` makes it.
    x : Tensor of shape (n_samples, input_size)
        In whole groups of 8 rows, so that bits do not show a row's place.
    state : tuple of Tensor, each of shape (n_samples, hidden_size)
        As `start_of` or an earlier step gave it; it is not changed.

    Returns
    -------
    state : tuple of Tensor, each of shape (n_samples, hidden_size)
        The first one is the output of the cell.
    """
    step = x.unsqueeze(1)  # (n_samples, 1, input_size)
    if isinstance(cell, nn.LSTM):
        return _step_lstm(cell, step, state)
    if x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
        return (_predict(cell, step, state[0])[:, 0],)
    return (_run_module(cell, step, state[0])[:, 0],)


def start_of(cell: nn.Module, n_samples: int) -> State:
    """Make the state of a cell before its first step: zeros.

    Parameters
    ----------
    cell : torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN or ElmanRNN
        As `make_cell` makes it.
    n_samples : int
        Number of rows.

    Returns
    -------
    state : tuple of Tensor, each of shape (n_samples, hidden_size)
        The hidden state, and behind it the cell state of an LSTM.
    """
    w_hh = _weights_of(cell).w_hh
    n_parts = 2 if isinstance(cell, nn.LSTM) else 1
    return tuple(w_hh.new_zeros(n_samples, w_hh.shape[1]) for _ in range(n_parts))


def _step_lstm(cell: nn.LSTM, step: Tensor, state: State) -> State:
    dtype = step.dtype
    if step.device.type == "cpu" and not has_onednn():
        cell, step = copy.deepcopy(cell).double(), step.double()
    h, c = (part.to(step.dtype).unsqueeze(0) for part in state)
    _, after = cell(step, (h, c))
    return tuple(part.squeeze(0).to(dtype) for part in after)


def _predict(cell: nn.Module, x: Tensor, start: Tensor | None = None) -> Tensor:
    """Compute the outputs so that their bits do not show a row's place.

    What a cell other than the LSTM starts from may be given, (n_samples, hidden_size).
    """
    if isinstance(cell, nn.LSTM) and has_onednn():
        return _run_module(cell, x)
    weights = _weights_of(cell)
    hidden_size = weights.w_hh.shape[1]
    n_idle = idle_columns(hidden_size)
    # So many rows that the gates r and z of the GRU are computed in one thread.
    n_rows = ENTRIES // (2 * (hidden_size + n_idle)) // ROWS * ROWS
    if isinstance(cell, nn.LSTM) or not has_mkl() or n_rows == 0:
        # On a copy, for another thread may be using the cell.
        start = None if start is None else start.double()
        outputs = _run_module(copy.deepcopy(cell).double(), x.double(), start)
        return outputs.to(x.dtype)
    if n_idle > 0:
        weights = _fill_up(weights, n_idle)
    inputs = x.transpose(0, 1).split(n_rows, dim=1)
    starts: Iterable[Tensor | None] = repeat(None, len(inputs))
    if start is not None:
        starts = pad(start, (0, n_idle)).split(n_rows)
    groups = [
        _run_functions(cell, group, weights, h)[..., :hidden_size]
        for group, h in zip(inputs, starts, strict=True)
    ]
    states = groups[0] if len(groups) == 1 else torch.cat(groups, dim=1)
    return states.transpose(0, 1)


def _run_module(cell: nn.Module, x: Tensor, start: Tensor | None = None) -> Tensor:
    outputs: Tensor = cell(x, None if start is None else start.unsqueeze(0))[0]
    return outputs


def _run_functions(
    cell: nn.Module, x: Tensor, weights: Weights, start: Tensor | None = None
) -> Tensor:
    states: Tensor
    if isinstance(cell, nn.GRU):
        states = GRUFunction.apply(x, *weights, start)
    else:
        states = ElmanFunction.apply(x, *weights, cell.nonlinearity, start)
    return states  # (n_timesteps, n_samples, hidden_size)


def _weights_of(cell: nn.Module) -> Weights:
    return Weights(*(getattr(cell, name) for name in PARAMETERS))


class ElmanFunction(Function):
    r"""The Elman RNN over all steps, and its gradient.

    Notes
    -----
    With :math:`a_t = W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}`, :math:`h_t =
    \phi(a_t)` and :math:`g_t` the gradient that comes from outside to :math:`h_t`,
    the gradient to :math:`a_t` is, backwards through time,

    .. math::
        \delta_t = (g_t + W_{hh}^\top \delta_{t+1}) \odot \phi'(a_t),

    and the gradient to the start :math:`h_0` is :math:`W_{hh}^\top \delta_1`.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor,
        b_hh: Tensor,
        nonlinearity: str,
        start: Tensor | None = None,
    ) -> Tensor:
        """Compute the states (n_timesteps, n_samples, hidden_size).

        What they start from, (n_samples, hidden_size), is zero if None.
        """
        apply_ = IN_PLACE[nonlinearity]
        states = _project(x, w_ih, b_ih + b_hh)
        recurrent = w_hh.t()
        h = start
        for step in states.unbind():
            h = apply_(step if h is None else step.addmm_(h, recurrent))
        ctx.save_for_backward(x, w_ih, w_hh, states, start)
        ctx.nonlinearity = nonlinearity
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the gradients to the input, the parameters and the start."""
        _refuse_second_derivative()
        x, w_ih, w_hh, states, start = ctx.saved_tensors
        deltas = grad.clone(memory_format=torch.contiguous_format)
        slopes = SLOPES[ctx.nonlinearity](states).unbind()
        steps = deltas.unbind()
        delta = steps[-1].mul_(slopes[-1])
        for t in reversed(range(len(steps) - 1)):
            delta = steps[t].addmm_(delta, w_hh).mul_(slopes[t])
        flat = deltas.flatten(0, 1)  # (n_timesteps * n_samples, hidden_size)
        bias = flat.sum(dim=0)
        to_weight = deltas[1:].flatten(0, 1).t() @ states[:-1].flatten(0, 1)
        to_start = None
        if start is not None:
            to_weight.addmm_(deltas[0].t(), start)
            to_start = deltas[0] @ w_hh
        return (
            _input_gradient(ctx, x, flat, w_ih),
            flat.t() @ x.flatten(0, 1),
            to_weight,
            bias,
            bias.clone(),
            None,
            to_start,
        )


class GRUFunction(Function):
    r"""The GRU over all steps, and its gradient.

    Notes
    -----
    In the words of `make_cell`, with :math:`m_t = W_{hn} h_{t-1} + b_{hn}` and
    :math:`\bar g_t` the whole gradient to :math:`h_t`, the gradients to what stands
    inside the nonlinearities and to :math:`m_t` are

    .. math::
        \delta^n_t &= \bar g_t \odot (1 - z_t) \odot (1 - n_t^2) \\
        \delta^z_t &= \bar g_t \odot (h_{t-1} - n_t) \odot z_t \odot (1 - z_t) \\
        \delta^m_t &= \delta^n_t \odot r_t \\
        \delta^r_t &= \delta^m_t \odot m_t \odot (1 - r_t) \\
        \bar g_{t-1} &= g_{t-1} + \bar g_t \odot z_t + W_{hr}^\top \delta^r_t
                        + W_{hz}^\top \delta^z_t + W_{hn}^\top \delta^m_t.

    What multiplies :math:`\bar g_t` is known before the loop. The gradient to the
    start is :math:`\bar g_0`, with :math:`g_0 = 0`.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor,
        b_hh: Tensor,
        start: Tensor | None = None,
    ) -> Tensor:
        """Compute the states (n_timesteps, n_samples, hidden_size).

        What they start from, (n_samples, hidden_size), is zero if None.
        """
        hidden_size = w_hh.shape[1]
        gates, rest = slice(2 * hidden_size), slice(2 * hidden_size, None)
        # Apart in memory, the gates and the candidates are faster by a tenth.
        rz = _project(x, w_ih[gates], b_ih[gates] + b_hh[gates])
        candidates = _project(x, w_ih[rest], b_ih[rest])
        states, memories = torch.empty_like(candidates), torch.empty_like(candidates)
        w_rz, w_n, b_n = w_hh[gates].t(), w_hh[rest].t(), b_hh[rest]
        r, z = rz.chunk(2, dim=2)
        h = x.new_zeros(x.shape[1], hidden_size) if start is None else start
        parts = (a.unbind() for a in (rz, r, z, candidates, memories, states))
        for rz_t, r_t, z_t, n_t, m_t, h_t in zip(*parts, strict=True):
            rz_t.addmm_(h, w_rz).sigmoid_()
            torch.addmm(b_n, h, w_n, out=m_t)
            n_t.addcmul_(r_t, m_t).tanh_()
            h = torch.lerp(n_t, h, z_t, out=h_t)
        ctx.save_for_backward(x, w_ih, w_hh, rz, candidates, memories, states, start)
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the gradients to the input, the parameters and the start."""
        _refuse_second_derivative()
        x, w_ih, w_hh, rz, n, m, states, start = ctx.saved_tensors
        r, z = rz.chunk(2, dim=2)
        # First the factors of the gradient, then, in place, the deltas themselves.
        deltas = n.new_empty(*n.shape[:2], 3, n.shape[2])
        to_r, to_z, to_m = deltas.unbind(2)
        to_n = torch.addcmul(n.new_ones(()), n, n, value=-1)
        to_n.addcmul_(to_n, z, value=-1)
        torch.mul(to_n, r, out=to_m)
        torch.mul(to_m, m, out=to_r)
        to_r.addcmul_(to_r, r, value=-1)
        to_h = n.neg()
        to_h[1:] += states[:-1]
        if start is not None:
            to_h[0] += start
        torch.mul(to_h, z, out=to_z)
        to_z.addcmul_(to_z, z, value=-1)

        whole = grad.clone(memory_format=torch.contiguous_format)
        joined = deltas.flatten(2)  # (n_timesteps, n_samples, 3 * hidden_size)
        gs, columns, blocks, rows, zs = (
            a.unbind() for a in (whole, whole.unsqueeze(2), deltas, joined, z)
        )
        for t in reversed(range(len(gs))):
            blocks[t].mul_(columns[t])
            if t > 0:
                gs[t - 1].addcmul_(gs[t], zs[t]).addmm_(rows[t], w_hh)
        to_weight = joined[1:].flatten(0, 1).t() @ states[:-1].flatten(0, 1)
        to_bias = joined.sum(dim=(0, 1))
        to_start = None
        if start is not None:
            to_weight.addmm_(rows[0].t(), start)
            to_start = (gs[0] * zs[0]).addmm_(rows[0], w_hh)
        torch.mul(whole, to_n, out=to_m)  # the input enters n_t past m_t
        flat = joined.flatten(0, 1)  # (n_timesteps * n_samples, 3 * hidden_size)
        return (
            _input_gradient(ctx, x, flat, w_ih),
            flat.t() @ x.flatten(0, 1),
            to_weight,
            flat.sum(dim=0),
            to_bias,
            to_start,
        )


def _refuse_second_derivative() -> None:
    # torch's `once_differentiable` overlooks a gradient from outside that is constant.
    if torch.is_grad_enabled():
        raise RuntimeError(
            "The gradient of a GRU or Elman RNN cannot itself be differentiated on the "
            "CPU: leave create_graph=True out, or take cell='lstm'."
        )


def _project(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Map the inputs of all steps in one product, into new memory."""
    flat = torch.addmm(bias, x.flatten(0, 1), weight.t())
    return flat.view(*x.shape[:2], -1)  # (n_timesteps, n_samples, n_columns)


def _input_gradient(ctx: Any, x: Tensor, deltas: Tensor, w_ih: Tensor) -> Tensor | None:
    """Lead the gradient back through `_project`, where the input has a use for it."""
    return (deltas @ w_ih).view(x.shape) if ctx.needs_input_grad[0] else None


def _fill_up(weights: Weights, n_units: int) -> Weights:
    """Add hidden units that no other unit listens to."""
    w_ih, w_hh, b_ih, b_hh = weights
    blocks = (len(w_hh) // w_hh.shape[1], w_hh.shape[1])  # of rows, one for each gate
    return Weights(
        pad(w_ih.reshape(*blocks, -1), (0, 0, 0, n_units)).flatten(0, 1),
        pad(w_hh.reshape(*blocks, -1), (0, n_units, 0, n_units)).flatten(0, 1),
        pad(b_ih.reshape(blocks), (0, n_units)).flatten(),
        pad(b_hh.reshape(blocks), (0, n_units)).flatten(),
    )
