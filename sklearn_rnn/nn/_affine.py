"""The affine map of heads and attention."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Affine(nn.Linear):
    r"""A linear layer that computes in the precision of what comes in.

    Parameters
    ----------
    in_features : int
        Number of units read.
    out_features : int
        Number of outputs.
    generator : torch.Generator
        Source of the initial weights.
    bias : bool, default=True
        Whether to add a bias, at first zero.

    Notes
    -----
    For each row, :math:`y = W x + b`. The parameters are float32 as usual and
    are raised to float64 for a float64 ``x``. Initial weights are Glorot
    uniform [1]_.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the Difficulty of Training
       Deep Feedforward Neural Networks", AISTATS 2010.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import Affine
    >>> head = Affine(3, 2, generator=torch.Generator())
    >>> head(torch.zeros(5, 3, dtype=torch.float64)).dtype
    torch.float64
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        generator: torch.Generator,
        bias: bool = True,
    ) -> None:
        super().__init__(in_features, out_features, bias=bias, device="cpu")
        nn.init.xavier_uniform_(self.weight, generator=generator)
        if bias:
            nn.init.zeros_(self.bias)

    def reset_parameters(self) -> None:
        """Draw nothing: torch would from the global generator."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map to the last axis.

        Parameters
        ----------
        x : Tensor of shape (..., in_features)

        Returns
        -------
        y : Tensor of shape (..., out_features)
            Of the dtype of ``x``.
        """
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return functional.linear(x, self.weight.to(x.dtype), bias)
