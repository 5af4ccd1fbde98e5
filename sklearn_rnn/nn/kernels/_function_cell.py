"""What GRU and Elman RNN share: a function of ours runs them on the CPU.

One matrix product reads the inputs of all steps; the loop over time then does two
operations per step for the Elman RNN and six for the GRU. Backwards everything that
needs no gradient is computed for all steps at once, two and three operations per step
remain, and the gradient of each weight is one product.

The time axis comes first in memory throughout: a step is then one block.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from sklearn_rnn.nn.kernels._cell import State
from sklearn_rnn.nn.kernels._exact import ExactForm, filled_form_of
from sklearn_rnn.nn.kernels._torch_cell import TorchCell, Weights


class FunctionCell(TorchCell):
    """A cell whose state is its output, run by a function of ours on the CPU.

    On other devices torch runs it. On the CPU a second derivative and ``torch.func``
    are refused.
    """

    outputs_are_state = True
    gates_of_products: ClassVar[tuple[int, ...]]
    """How many gates each of the products computes."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences from left to right.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
            Nothing is copied where the time axis comes first in memory.
        state : tuple of one Tensor of shape (n_samples, hidden_size), default=None
            The hidden state before the first step; zero if None.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
            The hidden state after each step. On the CPU the time axis comes first in
            memory.
        state : tuple of one Tensor of shape (n_samples, hidden_size)
            The hidden state after the last step.
        """
        start = None if state is None else state[0]
        if x.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
            outputs = self.run_torch(x, start)
        else:
            states = self.run_function(x.transpose(0, 1), start)
            outputs = states.transpose(0, 1)
        return outputs, (outputs[:, -1],)

    def exact_form(self) -> ExactForm:
        """Return what runs the cell so that bits do not depend on the batch."""
        return filled_form_of(self)

    def run_torch(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by what torch has.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_samples, n_timesteps, hidden_size)
        """
        raise NotImplementedError

    def run_function(self, x: Tensor, start: Tensor | None) -> Tensor:
        """Run over the sequences by a function with a gradient of its own.

        Parameters
        ----------
        x : Tensor of shape (n_timesteps, n_samples, input_size)
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_timesteps, n_samples, hidden_size)
        """
        raise NotImplementedError

    def read_inputs(self, flat: Tensor, weights: Weights) -> list[Tensor]:
        """Compute the products with the inputs of some steps, biases included.

        Parameters
        ----------
        flat : Tensor of shape (n_rows, input_size)
            A row for each step of each sample.
        weights : Weights
            Of the cell, or of one with more hidden units.

        Returns
        -------
        products : list of Tensor of shape (n_rows, n_gates * hidden_size)
            One for each of `gates_of_products`.
        """
        raise NotImplementedError

    def run_steps(
        self, inputs: Sequence[Tensor], weights: Weights, start: Tensor | None
    ) -> Tensor:
        """Run over the products of `read_inputs`, which are overwritten.

        Parameters
        ----------
        inputs : sequence of Tensor of shape (n_timesteps, n_samples, n_columns)
        weights : Weights
            Those of `read_inputs`.
        start : Tensor of shape (n_samples, hidden_size) or None

        Returns
        -------
        states : Tensor of shape (n_timesteps, n_samples, hidden_size)
        """
        raise NotImplementedError


def project(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Map the inputs of all steps in one product, into new memory."""
    flat = torch.addmm(bias, x.flatten(0, 1), weight.t())
    return flat.view(*x.shape[:2], -1)  # (n_timesteps, n_samples, n_columns)


def input_gradient(ctx: Any, x: Tensor, deltas: Tensor, w_ih: Tensor) -> Tensor | None:
    """Lead the gradient back through `project`, where the input has a use for it."""
    return (deltas @ w_ih).view(x.shape) if ctx.needs_input_grad[0] else None


def without_autograd() -> torch.inference_mode:
    """Let what is computed in place pass by autograd: a third of the time of a loop.

    A function of ours computes without gradients anyway; torch would still ask in each
    operation. Tensors that are made inside must not leave.

    Returns
    -------
    context : torch.inference_mode
    """
    return torch.inference_mode()


def refuse_second_derivative() -> None:
    """Raise an error where the gradient itself is to be differentiated."""
    # torch's `once_differentiable` overlooks a gradient from outside that is constant.
    if torch.is_grad_enabled():
        raise RuntimeError(
            "The gradient of a GRU or Elman RNN cannot itself be differentiated on the "
            "CPU: leave create_graph=True out, or take cell='lstm'."
        )
