"""The Elman RNN: on the CPU a function with a gradient of its own."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import linear, softplus

from sklearn_rnn.nn._tables import choose
from sklearn_rnn.nn.kernels._function_cell import (
    FunctionCell,
    input_gradient,
    project,
    refuse_second_derivative,
    without_autograd,
)
from sklearn_rnn.nn.kernels._torch_cell import Weights

NONLINEARITIES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softplus": softplus,
}

# The nonlinearities in place, and their derivatives from their *values*.
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

# Those that torch runs over all steps.
IN_TORCH: dict[str, Callable[..., tuple[Tensor, Tensor]]] = {
    "tanh": torch.rnn_tanh,
    "relu": torch.rnn_relu,
}


class ElmanRNN(FunctionCell):
    r"""The simple recurrent network with any nonlinearity.

    It has the parameters of :class:`torch.nn.RNN` with one layer and one direction,
    which knows "tanh" and "relu" only, and the interface of `Cell`.

    Parameters
    ----------
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        The function :math:`\phi` below.
    generator : torch.Generator, default=None
        Source of the initial weights; torch's global generator if None.

    Notes
    -----
    With :math:`h_0 = 0` unless another is given, for each time step [1]_,

    .. math::
        h_t = \phi(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}).

    References
    ----------
    .. [1] J. L. Elman, "Finding Structure in Time", Cognitive Science 14, 1990.
    """

    gates_of_products = (1,)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        nonlinearity: str = "tanh",
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        activation = choose(NONLINEARITIES, "nonlinearity", nonlinearity)
        super().__init__("RNN_TANH", input_size, hidden_size, generator)
        self.nonlinearity = nonlinearity
        self.activation = activation

    def run_torch(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by torch's RNN, or step by step where it has none.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_samples, n_timesteps, hidden_size)
        """
        h = x.new_zeros(len(x), self.hidden_size) if start is None else start
        run = IN_TORCH.get(self.nonlinearity)
        if run is None:
            return self._run_steps(x, h)
        h = h.unsqueeze(0).contiguous()  # (1, n_samples, hidden_size)
        outputs, _ = run(
            x, h, list(self.weights), True, 1, 0.0, self.training, False, True
        )
        return outputs

    def run_function(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by `ElmanFunction`.

        Parameters
        ----------
        x : Tensor of shape (n_timesteps, n_samples, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_timesteps, n_samples, hidden_size)
        """
        states: Tensor = ElmanFunction.apply(x, *self.weights, self.nonlinearity, start)
        return states

    def read_inputs(self, flat: Tensor, weights: Weights) -> list[Tensor]:
        """Compute the products with the inputs of some steps: one for all."""
        return [torch.addmm(weights.b_ih + weights.b_hh, flat, weights.w_ih.t())]

    def run_steps(
        self, inputs: Sequence[Tensor], weights: Weights, start: Tensor | None
    ) -> Tensor:
        """Turn the products into the states, in place."""
        return _run_in_place(inputs[0], weights.w_hh, self.nonlinearity, start)

    def gates(
        self, from_input: Tensor, from_state: Tensor, before: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        """Compute the state of one step, for `trace_cell`.

        Parameters
        ----------
        from_input : Tensor of shape (n_samples, hidden_size)
            What the input adds.
        from_state : Tensor of shape (n_samples, hidden_size)
            What the hidden state adds.
        before : dict of str to Tensor
            Not read.

        Returns
        -------
        now : dict of str to Tensor of shape (n_samples, hidden_size)
        """
        return {"hidden": self.activation(from_input + from_state)}

    def extra_repr(self) -> str:
        """Name the parameters in ``repr``."""
        return f"{self.input_size}, {self.hidden_size}, {self.nonlinearity!r}"

    def _run_steps(self, x: Tensor, h: Tensor) -> Tensor:
        w_ih, w_hh, b_ih, b_hh = self.weights
        states = []
        for step in linear(x, w_ih, b_ih + b_hh).unbind(dim=1):
            h = self.activation(torch.addmm(step, h, w_hh.T))
            states.append(h)
        return torch.stack(states, dim=1)  # (n_samples, n_timesteps, hidden_size)


def _run_in_place(
    steps: Tensor, w_hh: Tensor, nonlinearity: str, start: Tensor | None
) -> Tensor:
    """Turn what the inputs add at each step into the states."""
    apply_ = IN_PLACE[nonlinearity]
    recurrent = w_hh.t()
    h = start
    for step in steps.unbind():
        h = apply_(step if h is None else step.addmm_(h, recurrent))
    return steps


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
        states = project(x, w_ih, b_ih + b_hh)
        with without_autograd():
            _run_in_place(states, w_hh, nonlinearity, start)
        ctx.save_for_backward(x, w_ih, w_hh, states, start)
        ctx.nonlinearity = nonlinearity
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the gradients to the input, the parameters and the start."""
        refuse_second_derivative()
        x, w_ih, w_hh, states, start = ctx.saved_tensors
        deltas = grad.clone(memory_format=torch.contiguous_format)
        with without_autograd():
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
            input_gradient(ctx, x, flat, w_ih),
            flat.t() @ x.flatten(0, 1),
            to_weight,
            bias,
            bias.clone(),
            None,
            to_start,
        )
