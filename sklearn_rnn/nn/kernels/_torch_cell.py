"""What our cells share: the parameters of torch's modules, and their first values."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sklearn_rnn.nn.kernels._cell import Cell

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


class Weights(NamedTuple):
    """The parameters of a cell of one layer and one direction, as torch has them."""

    w_ih: Tensor  # (n_gates * hidden_size, input_size)
    w_hh: Tensor  # (n_gates * hidden_size, hidden_size)
    b_ih: Tensor  # (n_gates * hidden_size,)
    b_hh: Tensor  # (n_gates * hidden_size,)


class TorchCell(Cell, nn.RNNBase):
    """A cell with the parameters of torch's modules.

    Parameters
    ----------
    mode : {"LSTM", "GRU", "RNN_TANH", "RNN_RELU"}
        Which of torch's cells has the same parameters.
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    generator : torch.Generator or None
        Source of the initial weights; torch's global generator if None.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        generator: torch.Generator | None,
    ) -> None:
        super().__init__(mode, input_size, hidden_size, batch_first=True, device="cpu")
        self.initialize(generator)

    def reset_parameters(self) -> None:
        """Draw nothing: torch would from the global generator; see `initialize`."""

    @property
    def weights(self) -> Weights:
        """The parameters in torch's order."""
        return Weights(*(getattr(self, name) for name in PARAMETERS))

    @torch.no_grad()
    def initialize(self, generator: torch.Generator | None) -> None:
        """Fill the parameters with their initial values.

        Parameters
        ----------
        generator : torch.Generator or None
            Source of the weights.
        """
        w_ih, w_hh, *biases = self.weights
        for gate in w_ih.split(self.hidden_size):
            nn.init.xavier_uniform_(gate, generator=generator)
        for gate in w_hh.split(self.hidden_size):
            nn.init.orthogonal_(gate, generator=generator)
        for bias in biases:
            nn.init.zeros_(bias)
