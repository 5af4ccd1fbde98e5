"""So many numbers for each sequence, one for each of the steps that follow it."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, Targets
from sklearn_rnn.nn._losses import make_loss
from sklearn_rnn.nn._rising import rising
from sklearn_rnn.nn.heads._head import Head
from sklearn_rnn.nn.kernels import make_cell, predict_affine, run_cell


class HorizonHead(Head):
    r"""Forecast the steps that follow a sequence, a segment of them at a time.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs, which has one direction.
    horizon : int
        How many steps are forecast.
    segment : int
        How many of them come of one step of the cell.
    n_outputs : int, default=1
        Numbers for each step: one, or rising quantiles of it. The middle one is free.
    loss : str, Module or callable, default="absolute_error"
        As `make_loss` takes it.
    cell : {"rnn", "gru", "lstm"} or class, default="gru"
        The cell that goes on from the state of the encoder: it has the same kind.
    nonlinearity : str, default="tanh"
        Of the cell "rnn".
    n_known : int, default=0
        Number of columns of ``batch.future``, what is known of a segment in advance.
    n_groups : int, default=1
        Number of groups that ``batch.group`` names; others are the mean of them.
    dropout : Module, default=None
        Applied to the states that the numbers are computed from.
    generator : torch.Generator
        Source of the initial weights.

    Notes
    -----
    With the last state :math:`h` of the encoder, learnt vectors :math:`p_m` of segment
    :math:`m` and :math:`c_g` of group :math:`g`, what is known :math:`k_m`, dropout
    :math:`D` and :math:`F` for one step of the cell,

    .. math::
        d_m &= F(p_m + c_g + \tanh(K k_m + b_K),\; h) \\
        o_m &= W D(d_m) + b.

    :math:`W` and :math:`b` are zero at first, so that training starts from forecasts
    of zero [1]_. Of several outputs of a step the middle one is as above; each other
    lies :math:`\log(1 + \exp o)` from its neighbour on the side of the middle, so that
    they never cross.

    References
    ----------
    .. [1] S. Lin et al., "SegRNN: Segment Recurrent Neural Network for Long-Term Time
       Series Forecasting", 2023, which has the segments and one step for each of them.

    Examples
    --------
    >>> import torch
    >>> from functools import partial
    >>> from sklearn_rnn.nn import Batch, HorizonHead, RecurrentNetwork
    >>> head = partial(HorizonHead, horizon=5, segment=2)
    >>> network = RecurrentNetwork(head, n_features=2, cell="gru").eval()
    >>> outputs = network(Batch(torch.ones(3, 4, 2), torch.tensor([4, 4, 4])))
    >>> outputs.shape  # five steps of three sequences, one after the other
    torch.Size([15, 1])
    """

    rows = "target"
    reads_state = True

    def __init__(
        self,
        n_units: int,
        horizon: int,
        *,
        segment: int,
        n_outputs: int = 1,
        loss: Any = "absolute_error",
        cell: Any = "gru",
        nonlinearity: str = "tanh",
        n_known: int = 0,
        n_groups: int = 1,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.horizon = horizon
        self.n_segments = -(-horizon // segment)
        self.cell = make_cell(
            cell, n_units, n_units, generator=generator, nonlinearity=nonlinearity
        )
        self.position = _vectors(self.n_segments, n_units, 1.0, generator)
        self.group = _vectors(n_groups, n_units, 0.1, generator)
        self.known: Affine | None = None
        if n_known:
            self.known = Affine(n_known, n_units, generator=generator)
        self.affine = Affine(n_units, segment * n_outputs, generator=generator)
        nn.init.zeros_(self.affine.weight)
        self.n_outputs = n_outputs
        self.loss = make_loss(loss)
        self.dropout = nn.Identity() if dropout is None else dropout

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs (n_samples * horizon, n_outputs)."""
        state: Any = encoded.state
        start = tuple(p.repeat_interleave(self.n_segments, 0) for p in state[-1][0])
        inputs = self._inputs(batch).flatten(0, 1).unsqueeze(1)
        states = run_cell(self.cell, inputs, start)[0][:, 0]
        steps = self._map(self.affine, self.dropout(states))
        steps = steps.reshape(len(batch), -1, self.n_outputs)[:, : self.horizon]
        # (n_samples * horizon, n_outputs)
        return rising(steps.flatten(0, 1), training=self.training)

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each step (n_samples * horizon,)."""
        losses: Tensor = self.loss(outputs, target.values)
        return losses

    def _inputs(self, batch: Batch) -> Tensor:
        """Give what the cell reads at each segment (n_samples, n_segments, n_units)."""
        if batch.group is None:
            groups = self.group.mean(dim=0).expand(len(batch), -1)
        else:  # the mean is the last
            groups = torch.cat([self.group, self.group.mean(dim=0, keepdim=True)])
            groups = groups[batch.group]
        inputs = self.position + groups.unsqueeze(1)
        if self.known is None:
            return inputs
        if batch.future is None:
            raise ValueError("batch.future must be given to a head with n_known.")
        known = self._map(self.known, batch.future.flatten(0, 1))
        return inputs + known.tanh().reshape(inputs.shape)

    def _map(self, affine: Affine, x: Tensor) -> Tensor:
        """Map rows; in evaluation mode with the same bits in any batch."""
        mapped: Tensor = affine(x) if self.training else predict_affine(affine, x)
        return mapped


def _vectors(
    n: int, n_units: int, scale: float, generator: torch.Generator
) -> nn.Parameter:
    """Draw the learnt vectors of so many things (n, n_units)."""
    return nn.Parameter(scale * torch.randn(n, n_units, generator=generator))
