"""The LSTM, which torch runs: on the CPU that is oneDNN."""

import torch
from torch import Tensor, nn

from sklearn_rnn.nn.kernels._cell import State
from sklearn_rnn.nn.kernels._exact import ExactForm, lstm_form_of
from sklearn_rnn.nn.kernels._torch_cell import TorchCell


class LSTM(TorchCell):
    r"""The long short-term memory.

    It has the parameters and the numbers of :class:`torch.nn.LSTM` with one layer and
    one direction, and the interface of `Cell`.

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
    and :math:`h_0 = c_0 = 0` unless others are given, the LSTM [1]_ with the forget
    gate of [2]_ computes

    .. math::
        i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\
        f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
        g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\
        o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t).

    The bias of the forget gate starts at 1, so that the LSTM remembers from the start
    [3]_.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural
       Computation 9, 1997.
    .. [2] F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to Forget:
       Continual Prediction with LSTM", Neural Computation 12, 2000.
    .. [3] R. Jozefowicz, W. Zaremba and I. Sutskever, "An Empirical Exploration
       of Recurrent Network Architectures", ICML 2015.
    """

    leaves_lock = True

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__("LSTM", input_size, hidden_size, generator)

    @torch.no_grad()
    def initialize(self, generator: torch.Generator | None) -> None:
        """Fill the parameters with their initial values.

        Parameters
        ----------
        generator : torch.Generator or None
            Source of the weights.
        """
        super().initialize(generator)
        forget = slice(self.hidden_size, 2 * self.hidden_size)  # of i, f, g, o
        nn.init.ones_(self.weights.b_ih[forget])

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run over the sequences from left to right.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        state : tuple of two Tensor of shape (n_samples, hidden_size), default=None
            The hidden state and the cell state before the first step; zeros if None.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
            The hidden state after each step. On the CPU the time axis comes first in
            memory.
        state : tuple of two Tensor of shape (n_samples, hidden_size)
            The hidden state and the cell state after the last step.
        """
        if state is None:
            zeros = x.new_zeros(len(x), self.hidden_size)
            state = (zeros, zeros)
        # With an axis for torch's layers: (1, n_samples, hidden_size).
        start = [part.unsqueeze(0).contiguous() for part in state]
        outputs, h, c = torch.lstm(
            x, start, list(self.weights), True, 1, 0.0, self.training, False, True
        )
        return outputs, (h[0], c[0])

    def exact_form(self) -> ExactForm:
        """Return what runs the cell so that bits do not depend on the batch."""
        return lstm_form_of(self)

    def gates(
        self, from_input: Tensor, from_state: Tensor, before: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        """Compute the gates and states of one step, for `trace_cell`.

        Parameters
        ----------
        from_input : Tensor of shape (n_samples, 4 * hidden_size)
            What the input adds to each gate.
        from_state : Tensor of shape (n_samples, 4 * hidden_size)
            What the hidden state adds.
        before : dict of str to Tensor of shape (n_samples, hidden_size)
            What the step before gave; "hidden" and "cell" are zero at first.

        Returns
        -------
        now : dict of str to Tensor of shape (n_samples, hidden_size)
        """
        i, f, g, o = (from_input + from_state).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * before["cell"] + i * g
        hidden = o * c.tanh()
        return {
            "input": i,
            "forget": f,
            "candidate": g,
            "output": o,
            "cell": c,
            "hidden": hidden,
        }
