"""Several quantiles of each target of a sequence."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sklearn_rnn.nn._batch import Targets
from sklearn_rnn.nn._losses import SeveralQuantiles
from sklearn_rnn.nn._rising import before_rising, rising
from sklearn_rnn.nn.heads._head import start_bias
from sklearn_rnn.nn.heads._pooled import PooledHead


class QuantilesHead(PooledHead):
    r"""Pool the outputs at all steps and map them to quantiles that never cross.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    levels : sequence of float
        The quantiles, rising, each between 0 and 1.
    n_targets : int, default=1
        Number of targets. The outputs are the quantiles of the first one, then those
        of the second, and so on.
    **shared : dict
        ``pooling``, ``n_static``, ``dropout`` and ``generator``, as `PooledHead` has
        them.

    Notes
    -----
    With the outputs :math:`o_1, \dots, o_m` of the linear map for a target and
    :math:`c` the middle of the :math:`m`,

    .. math::
        f_c &= o_c \\
        f_k &= f_{k - 1} + \log(1 + \exp o_k), \quad k > c \\
        f_k &= f_{k + 1} - \log(1 + \exp o_k), \quad k < c.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, QuantilesHead, RecurrentNetwork
    >>> head = partial(QuantilesHead, levels=[0.1, 0.5, 0.9])
    >>> network = RecurrentNetwork(head, n_features=2).eval()
    >>> outputs = network(Batch(torch.ones(3, 4, 2), torch.tensor([4, 4, 4])))
    >>> outputs.shape, bool((outputs.diff(dim=1) > 0).all())
    (torch.Size([3, 3]), True)
    """

    def __init__(
        self,
        n_units: int,
        levels: Sequence[float],
        *,
        n_targets: int = 1,
        **shared: Any,
    ) -> None:
        n_outputs = n_targets * len(levels)
        super().__init__(n_units, n_outputs, loss=SeveralQuantiles(levels), **shared)
        self.n_levels = len(levels)

    def outputs_of(self, pooled: Tensor) -> Tensor:
        """Compute the outputs from pooled vectors, static columns included.

        Parameters
        ----------
        pooled : Tensor of shape (n_rows, n_units)

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_targets * n_levels)
        """
        outputs = super().outputs_of(pooled)
        each = outputs.reshape(-1, self.n_levels)
        return rising(each, training=self.training).reshape(outputs.shape)

    def start(self, target: Targets) -> None:
        """Start at the quantiles of all targets of the training part.

        Parameters
        ----------
        target : Targets
        """
        start_bias(self.affine, self.loss, target)
        with torch.no_grad():
            quantiles = self.affine.bias.reshape(-1, self.n_levels)
            self.affine.bias.copy_(before_rising(quantiles).flatten())
