"""Recurrent cells run over whole sequences, and their initial weights."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._tables import choose

NONLINEARITIES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
}


class ElmanRNN(nn.Module):
    r"""The simple recurrent network with any nonlinearity.

    :class:`torch.nn.RNN` knows the nonlinearities "tanh" and "relu" only.
    Parameters have the same names and shapes. Called by itself this module takes
    its steps one by one with autograd; inside a `RecurrentLayer` it is faster on
    the CPU.

    Parameters
    ----------
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        The function :math:`\phi` below.
    device : torch.device or str, default=None
        Where to make the parameters, which start uninitialised: `make_cell`
        fills them.

    Notes
    -----
    With :math:`h_0 = 0` unless another is given, for each time step [1]_,

    .. math::
        h_t = \phi(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}).

    References
    ----------
    .. [1] J. L. Elman, "Finding Structure in Time", Cognitive Science 14, 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        nonlinearity: str = "tanh",
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        self.nonlinearity = nonlinearity
        self.activation = choose(NONLINEARITIES, "nonlinearity", nonlinearity)

        def parameter(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(shape, device=device))

        self.weight_ih_l0 = parameter(hidden_size, input_size)
        self.weight_hh_l0 = parameter(hidden_size, hidden_size)
        self.bias_ih_l0 = parameter(hidden_size)
        self.bias_hh_l0 = parameter(hidden_size)

    def forward(self, x: Tensor, start: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run over the sequences from left to right.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, input_size)
        start : Tensor of shape (1, n_samples, hidden_size), default=None
            The hidden state before the first step; zero if None.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_timesteps, hidden_size)
            The hidden state after each step.
        last : Tensor of shape (1, n_samples, hidden_size)
            The hidden state after the last step.
        """
        bias = self.bias_ih_l0 + self.bias_hh_l0
        inputs = functional.linear(x, self.weight_ih_l0, bias)
        state = inputs.new_zeros(inputs.shape[0], inputs.shape[2])
        if start is not None:
            state = start[0]
        states = []
        for step in inputs.unbind(dim=1):
            state = self.activation(torch.addmm(step, state, self.weight_hh_l0.T))
            states.append(state)
        outputs = torch.stack(states, dim=1)  # (n_samples, n_timesteps, hidden_size)
        return outputs, state.unsqueeze(0)


def _elman(input_size: int, hidden_size: int, nonlinearity: str) -> nn.Module:
    if nonlinearity in ("tanh", "relu"):
        return nn.RNN(
            input_size,
            hidden_size,
            nonlinearity=nonlinearity,
            batch_first=True,
            device="meta",
        )
    return ElmanRNN(input_size, hidden_size, nonlinearity, device="meta")


def _gru(input_size: int, hidden_size: int, nonlinearity: str) -> nn.Module:
    return nn.GRU(input_size, hidden_size, batch_first=True, device="meta")


def _lstm(input_size: int, hidden_size: int, nonlinearity: str) -> nn.Module:
    return nn.LSTM(input_size, hidden_size, batch_first=True, device="meta")


CELLS: dict[str, Callable[[int, int, str], nn.Module]] = {
    "rnn": _elman,
    "gru": _gru,
    "lstm": _lstm,
}


def make_cell(
    cell: str,
    input_size: int,
    hidden_size: int,
    *,
    generator: torch.Generator,
    nonlinearity: str = "tanh",
) -> nn.Module:
    r"""Make one recurrent cell, run from left to right, with initial weights.

    Parameters
    ----------
    cell : {"rnn", "gru", "lstm"}
        "rnn" is the smallest; "gru" and "lstm" have gates that can learn what to
        keep over many steps, for three and four times the weights.
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    generator : torch.Generator
        Source of the initial weights; the global generator is left alone.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        Of the cell "rnn"; the others have their own.

    Returns
    -------
    module : torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM or ElmanRNN
        A single layer. Called with a Tensor of shape (n_samples, n_timesteps,
        input_size) it returns the outputs, of shape (n_samples, n_timesteps,
        hidden_size), and the last state.

    Notes
    -----
    With :math:`\sigma` the logistic function, :math:`\odot` the elementwise
    product and :math:`h_0 = c_0 = 0`, the GRU [1]_ computes

    .. math::
        r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
        z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
        n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

    and the LSTM [2]_, with the forget gate of [3]_,

    .. math::
        i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\
        f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
        g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\
        o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t).

    For "rnn" see `ElmanRNN`.

    Initial weights are, for each gate, Glorot uniform on the input side [4]_ and
    orthogonal on the recurrent side [5]_. Biases are zero but for the forget
    gate of the LSTM, whose bias is 1, so that it remembers from the start [6]_.

    References
    ----------
    .. [1] K. Cho et al., "Learning Phrase Representations using RNN
       Encoder-Decoder for Statistical Machine Translation", EMNLP 2014.
    .. [2] S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural
       Computation 9, 1997.
    .. [3] F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to Forget:
       Continual Prediction with LSTM", Neural Computation 12, 2000.
    .. [4] X. Glorot and Y. Bengio, "Understanding the Difficulty of Training
       Deep Feedforward Neural Networks", AISTATS 2010.
    .. [5] A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact Solutions to the
       Nonlinear Dynamics of Learning in Deep Linear Neural Networks", ICLR 2014.
    .. [6] R. Jozefowicz, W. Zaremba and I. Sutskever, "An Empirical Exploration
       of Recurrent Network Architectures", ICML 2015.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import make_cell
    >>> gru = make_cell("gru", 3, 5, generator=torch.Generator())
    >>> outputs, last = gru(torch.zeros(2, 7, 3))
    >>> outputs.shape
    torch.Size([2, 7, 5])
    """
    choose(NONLINEARITIES, "nonlinearity", nonlinearity)
    module = choose(CELLS, "cell", cell)(input_size, hidden_size, nonlinearity)
    # Made on "meta", torch's own initial weights cost no draw from the global
    # generator.
    module.to_empty(device="cpu")
    _initialize(module, hidden_size, generator)
    return module


@torch.no_grad()
def _initialize(
    module: nn.Module, hidden_size: int, generator: torch.Generator
) -> None:
    for name, parameter in module.named_parameters():
        for gate in parameter.chunk(len(parameter) // hidden_size):
            if name == "weight_ih_l0":
                nn.init.xavier_uniform_(gate, generator=generator)
            elif name == "weight_hh_l0":
                nn.init.orthogonal_(gate, generator=generator)
            else:
                nn.init.zeros_(gate)
    if isinstance(module, nn.LSTM):
        forget = slice(hidden_size, 2 * hidden_size)  # torch's order: i, f, g, o
        nn.init.ones_(module.get_parameter("bias_ih_l0")[forget])
