"""The GRU: on the CPU a function with a gradient of its own."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from sklearn_rnn.nn.kernels._function_cell import (
    FunctionCell,
    input_gradient,
    refuse_second_derivative,
    without_autograd,
)
from sklearn_rnn.nn.kernels._torch_cell import Weights


class GRU(FunctionCell):
    r"""The gated recurrent unit.

    It has the parameters of :class:`torch.nn.GRU` with one layer and one direction, and
    the interface of `Cell`.

    Parameters
    ----------
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    generator : torch.Generator, default=None
        Source of the initial weights; torch's global generator if None.

    Notes
    -----
    With :math:`\sigma` the logistic function, :math:`\odot` the elementwise product
    and :math:`h_0 = 0` unless another is given, the GRU [1]_ computes

    .. math::
        r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
        z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
        n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}.

    References
    ----------
    .. [1] K. Cho et al., "Learning Phrase Representations using RNN
       Encoder-Decoder for Statistical Machine Translation", EMNLP 2014.
    """

    gates_of_products = (2, 1)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__("GRU", input_size, hidden_size, generator)

    def run_torch(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by torch's GRU.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_samples, n_timesteps, hidden_size)
        """
        h = x.new_zeros(len(x), self.hidden_size) if start is None else start
        h = h.unsqueeze(0).contiguous()  # (1, n_samples, hidden_size)
        outputs, _ = torch.gru(
            x, h, list(self.weights), True, 1, 0.0, self.training, False, True
        )
        return outputs

    def run_function(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by `GRUFunction`.

        Parameters
        ----------
        x : Tensor of shape (n_timesteps, n_samples, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_timesteps, n_samples, hidden_size)
        """
        states: Tensor = GRUFunction.apply(x, *self.weights, start)
        return states

    def read_inputs(self, flat: Tensor, weights: Weights) -> list[Tensor]:
        """Compute the products with the inputs: for the gates, and candidates."""
        return _read_inputs(flat, *weights)

    def run_steps(
        self, inputs: Sequence[Tensor], weights: Weights, start: Tensor | None
    ) -> Tensor:
        """Turn the products into gates and candidates in place; return the states."""
        states = torch.empty_like(inputs[1])
        memory = torch.empty_like(states[0])  # which no gradient needs
        memories = memory.expand_as(states)
        return _run_steps(inputs, weights.w_hh, weights.b_hh, memories, states, start)

    def gates(
        self, from_input: Tensor, from_state: Tensor, before: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        """Compute the gates and states of one step, for `trace_cell`.

        Parameters
        ----------
        from_input : Tensor of shape (n_samples, 3 * hidden_size)
            What the input adds to each gate.
        from_state : Tensor of shape (n_samples, 3 * hidden_size)
            What the hidden state adds.
        before : dict of str to Tensor of shape (n_samples, hidden_size)
            What the step before gave; "hidden" is zero at first.

        Returns
        -------
        now : dict of str to Tensor of shape (n_samples, hidden_size)
        """
        in_r, in_z, in_n = from_input.chunk(3, dim=1)
        re_r, re_z, re_n = from_state.chunk(3, dim=1)
        r, z = (in_r + re_r).sigmoid(), (in_z + re_z).sigmoid()
        n = (in_n + r * re_n).tanh()
        hidden = (1 - z) * n + z * before["hidden"]
        return {"reset": r, "update": z, "candidate": n, "hidden": hidden}


def _read_inputs(
    flat: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> list[Tensor]:
    """Compute what the inputs add to r and z, and to n.

    Apart in memory, the gates and the candidates are faster by a tenth.
    """
    gates, rest = _rows_of_gates(w_hh)
    return [
        torch.addmm(b_ih[gates] + b_hh[gates], flat, w_ih[gates].t()),
        torch.addmm(b_ih[rest], flat, w_ih[rest].t()),
    ]


def _run_steps(
    inputs: Sequence[Tensor],
    w_hh: Tensor,
    b_hh: Tensor,
    memories: Tensor,
    states: Tensor,
    start: Tensor | None,
) -> Tensor:
    """Fill the memories :math:`m_t` and the states; the inputs become r, z and n."""
    rz, candidates = inputs
    gates, rest = _rows_of_gates(w_hh)
    w_rz, w_n, b_n = w_hh[gates].t(), w_hh[rest].t(), b_hh[rest]
    r, z = rz.chunk(2, dim=2)
    h = torch.zeros_like(states[0]) if start is None else start
    parts = (a.unbind() for a in (rz, r, z, candidates, memories, states))
    for rz_t, r_t, z_t, n_t, m_t, h_t in zip(*parts, strict=True):
        rz_t.addmm_(h, w_rz).sigmoid_()
        torch.addmm(b_n, h, w_n, out=m_t)
        n_t.addcmul_(r_t, m_t).tanh_()
        h = torch.lerp(n_t, h, z_t, out=h_t)
    return states


def _rows_of_gates(w_hh: Tensor) -> tuple[slice, slice]:
    """Say which rows of the weights belong to r and z, and which to n."""
    first = 2 * w_hh.shape[1]
    return slice(first), slice(first, None)


class GRUFunction(Function):
    r"""The GRU over all steps, and its gradient.

    Notes
    -----
    In the symbols of `GRU`, with :math:`m_t = W_{hn} h_{t-1} + b_{hn}` and
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
        flat = _read_inputs(x.flatten(0, 1), w_ih, w_hh, b_ih, b_hh)
        rz, candidates = (part.view(*x.shape[:2], -1) for part in flat)
        states, memories = torch.empty_like(candidates), torch.empty_like(candidates)
        with without_autograd():
            _run_steps((rz, candidates), w_hh, b_hh, memories, states, start)
        ctx.save_for_backward(x, w_ih, w_hh, rz, candidates, memories, states, start)
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the gradients to the input, the parameters and the start."""
        refuse_second_derivative()
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
        with without_autograd():
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
            input_gradient(ctx, x, flat, w_ih),
            flat.t() @ x.flatten(0, 1),
            to_weight,
            flat.sum(dim=0),
            to_bias,
            to_start,
        )
