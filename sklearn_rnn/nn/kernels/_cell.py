"""What a recurrent cell is: the interface of ours and of a user's own."""

from typing import ClassVar, TypeAlias

from torch import Tensor, nn

State: TypeAlias = tuple[Tensor, ...]
"""What a cell carries from step to step; each tensor has a row for each sample."""


class Cell(nn.Module):
    r"""A recurrent cell: one layer, read in one direction.

    This is the interface of every cell, of this library or your own. A class of your
    own is built as ``cls(input_size, hidden_size)`` and is called as `forward` says. To
    inherit from ``Cell`` is optional: it adds `step`.

    Parameters
    ----------
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of units of an output.

    See Also
    --------
    make_cell : Makes a cell by its name or from its class.
    RecurrentEncoder : Runs cells in layers and in both directions.

    Notes
    -----
    An output must depend on its own step and on earlier ones only, and the state must
    hold all that later steps need. Then a sequence may be read in parts:
    ``cell(x[:, t:], cell(x[:, :t])[1])`` goes on where the first part ended.

    Initial weights are drawn from torch's global generator, as in any torch module.
    `make_cell` gives it a seed for the time of the call and puts it back afterwards.

    In evaluation mode, on the CPU and without gradients, a copy of the cell computes in
    float64 and what it returns is rounded. So a sequence gets the same outputs in any
    batch. New tensors in `forward` must therefore take the dtype and the device of
    ``x``.

    Examples
    --------
    A leaky integrator keeps nine tenths of its state at each step.

    >>> import torch
    >>> from torch import nn
    >>> from sklearn_rnn.nn import Cell, RecurrentEncoder
    >>> class LeakyCell(Cell):
    ...     def __init__(self, input_size, hidden_size):
    ...         super().__init__()
    ...         self.read = nn.Linear(input_size, hidden_size)
    ...
    ...     def forward(self, x, state=None):
    ...         inputs = torch.tanh(self.read(x))
    ...         h = torch.zeros_like(inputs[:, 0]) if state is None else state[0]
    ...         outputs = []
    ...         for x_t in inputs.unbind(dim=1):
    ...             h = 0.9 * h + 0.1 * x_t
    ...             outputs.append(h)
    ...         return torch.stack(outputs, dim=1), (h,)
    >>> encoder = RecurrentEncoder(3, 5, cell=LeakyCell, generator=torch.Generator())
    >>> encoder(torch.zeros(2, 7, 3), torch.tensor([7, 4])).outputs.shape
    torch.Size([2, 7, 5])
    """

    leaves_lock: ClassVar[bool] = False
    """Whether Python's lock is free while it computes, so that two can run at once."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences from left to right.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        state : tuple of Tensor, default=None
            What the cell starts from, each with a row for each sample; zeros if None.
            It is not changed.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
            The output at each step.
        state : tuple of Tensor
            The state after the last step. Outputs and state have a gradient to the
            state that the cell started from.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method forward(x, state=None) that returns "
            "(outputs, state)."
        )

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step of each sequence.

        Parameters
        ----------
        x_t : Tensor of shape (n_samples, input_size)
        state : tuple of Tensor, default=None
            The state after the step before; zeros if None. It is not changed.

        Returns
        -------
        output : Tensor of shape (n_samples, hidden_size)
        state : tuple of Tensor
        """
        outputs, state = self(x_t.unsqueeze(1), state)
        return outputs[:, 0], state
