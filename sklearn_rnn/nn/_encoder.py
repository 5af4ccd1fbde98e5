"""Stacked layers of recurrent cells over padded sequences."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Encoded, State
from sklearn_rnn.nn._layer import RecurrentLayer
from sklearn_rnn.nn.kernels import CellName


class RecurrentEncoder(nn.Module):
    """A stack of recurrent layers, each reading the outputs of the one below.

    Parameters
    ----------
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units of each direction of each layer.
    generator : torch.Generator
        Source of the initial weights.
    cell : {"rnn", "gru", "lstm"} or class, default="lstm"
        Kind of recurrent cell: a name of `make_cell`, or a class of your own with the
        interface of `Cell`.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        Of the cell "rnn"; ignored by the others.
    num_layers : int, default=1
        Number of layers. More of them can learn more involved patterns and
        are slower and harder to train.
    bidirectional : bool, default=False
        Whether each layer also reads the sequences from their ends.
    dropout : torch.nn.Module, default=None
        Applied to the outputs of each layer that another layer reads; those of
        the last layer are left to the caller.

    Notes
    -----
    A state is a tuple over layers, the lowest first, of a tuple over directions, the
    forward one first, of the state of a cell: a tuple of tensors with a row for each
    sample, (h, c) for "lstm" and (h,) for "gru" and "rnn".

    Examples
    --------
    A sequence may be read in two parts, the second from the state after the first.

    >>> import torch
    >>> from sklearn_rnn.nn import RecurrentEncoder
    >>> encoder = RecurrentEncoder(3, 5, generator=torch.Generator())
    >>> x = torch.ones(2, 7, 3)
    >>> whole = encoder(x, torch.tensor([7, 7]))
    >>> first = encoder(x[:, :4], torch.tensor([4, 4]), final=True)
    >>> second = encoder(x[:, 4:], torch.tensor([3, 3]), first.state)
    >>> bool(torch.allclose(second.outputs, whole.outputs[:, 4:], atol=1e-6))
    True
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        cell: CellName = "lstm",
        nonlinearity: str = "tanh",
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: nn.Module | None = None,
    ) -> None:
        super().__init__()
        if num_layers < 1:
            raise ValueError(f"num_layers must be at least 1, got {num_layers!r}.")
        self.input_size = input_size
        self.bidirectional = bidirectional
        self.dropout = nn.Identity() if dropout is None else dropout
        self.layers = nn.ModuleList()
        self.n_units = input_size
        for _ in range(num_layers):
            layer = RecurrentLayer(
                self.n_units,
                hidden_size,
                generator=generator,
                cell=cell,
                nonlinearity=nonlinearity,
                bidirectional=bidirectional,
            )
            self.layers.append(layer)
            self.n_units = layer.n_units

    def forward(
        self,
        vectors: Tensor,
        lengths: Tensor,
        state: State | None = None,
        *,
        final: bool = False,
    ) -> Encoded:
        """Compute the output of the last layer at each time step.

        Parameters
        ----------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
            Padded on the right.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        state : tuple, default=None
            What the cells start from; zeros if None. The backward direction starts at
            the last real step.
        final : bool, default=False
            Whether to return the states too. That costs most for "lstm" and for cells
            of your own where lengths differ: sequences of equal length run together.

        Returns
        -------
        encoded : Encoded
            The outputs have shape (n_samples, n_timesteps, n_units). ``state`` is None
            unless ``final``.
        """
        lengths = lengths.to(vectors.device)
        outputs, states = vectors, []
        for k, layer in enumerate(self.layers):
            inputs = outputs if k == 0 else self.dropout(outputs)
            before = None if state is None else state[k]
            encoded = layer(inputs, lengths, before, final=final)
            outputs = encoded.outputs
            states.append(encoded.state)
        return Encoded(
            outputs, lengths, tuple(states) if final else None, self.bidirectional
        )

    def step(self, x_t: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read one more step of each sequence, in evaluation mode.

        Parameters
        ----------
        x_t : Tensor of shape (n_samples, input_size)
        state : tuple, default=None
            What the step before returned, or the ``state`` of `forward`; zeros if None.
            It is not changed.

        Returns
        -------
        output : Tensor of shape (n_samples, n_units)
        state : tuple
            What the next step needs.

        Raises
        ------
        ValueError
            If `why_no_step` gives a reason.
        """
        reason = self.why_no_step()
        if reason is not None:
            raise ValueError(f"This encoder cannot step: it has {reason}.")
        return self.go_on(x_t, state)

    def go_on(self, x_t: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Do what `step` does where it is known to work.

        Parameters
        ----------
        x_t : Tensor of shape (n_samples, input_size)
        state : tuple or None

        Returns
        -------
        output : Tensor of shape (n_samples, n_units)
        state : tuple
        """
        after = []
        layers: Any = self.layers
        for k, layer in enumerate(layers):
            x_t, part = layer.step(x_t, None if state is None else state[k])
            after.append(part)
        return x_t, tuple(after)

    def why_no_step(self) -> str | None:
        """Say what about the encoder forbids to read step by step.

        Returns
        -------
        reason : str or None
            Part of a sentence that names the parameter and the remedy; None if `step`
            works.
        """
        if self.bidirectional:
            return (
                "bidirectional=True, and its backward half reads from the end, which "
                "live data has not reached; set bidirectional=False"
            )
        layers: Any = self.layers
        cell = layers[0].forward_cell
        if not hasattr(cell, "step"):
            return (
                f"cell={type(cell).__name__}, which has no method step; add step(x_t, "
                "state=None) to the class, or inherit from sklearn_rnn.nn.Cell, which "
                "has one"
            )
        return None
