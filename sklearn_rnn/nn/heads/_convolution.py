"""A head that reads convolutions of the inputs, and not the encoder."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Batch, Encoded, Targets
from sklearn_rnn.nn._convolutions import Convolutions
from sklearn_rnn.nn._patches import split_steps
from sklearn_rnn.nn.heads._head import Head


class ConvolutionHead(Head):
    r"""Map the mean of convolutions of the inputs to one row per sequence.

    It stands beside another head in a `HeadSum`, with a loss of its own; one head on
    both learnt worse than either.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs, which are not read.
    make : callable
        Makes what maps the mean to the outputs, such as
        ``functools.partial(PooledHead, n_outputs=3)``; called with ``pooling="mean"``.
    n_features : int
        Number of variables of a step.
    kernel_sizes, dilations, stride : object
        Those of `Convolutions`.
    dropout : Module, default=None
        Given to the head that is made.
    generator : torch.Generator
        Source of the initial weights.
    **shared : dict
        Given to the head that is made too: with static columns ``n_static``.

    Attributes
    ----------
    convolutions : Convolutions
        The layers.
    head : Head
        From their outputs to those of the network, and the loss.

    References
    ----------
    .. [1] F. Karim, S. Majumdar, H. Darabi and S. Chen, "LSTM Fully Convolutional
       Networks for Time Series Classification", IEEE Access 6, 2018: both branches,
       with one head.
    """

    def __init__(
        self,
        n_units: int,
        *,
        make: Callable[..., Any],
        n_features: int,
        kernel_sizes: Sequence[int],
        dilations: Sequence[int] | None = None,
        stride: int = 1,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
        **shared: Any,
    ) -> None:
        super().__init__()
        self.convolutions = Convolutions(
            n_features,
            kernel_sizes,
            dilations=dilations,
            stride=stride,
            generator=generator,
        )
        self.kernel_sizes = tuple(kernel_sizes)
        self.head = make(
            self.convolutions.n_units,
            pooling="mean",
            dropout=dropout,
            generator=generator,
            **shared,
        )
        self.loss = self.head.loss
        self.n_units = self.head.n_units

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs (n_samples, n_outputs)."""
        outputs: Tensor = self.head(self._convolve(encoded, batch), batch, target)
        return outputs

    def _convolve(self, encoded: Encoded, batch: Batch) -> Encoded:
        inputs: Any = encoded.inputs
        steps = split_steps(inputs, encoded.patch_length)
        outputs, counts = self.convolutions(steps, batch.lengths)
        return Encoded(outputs, counts)

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each sequence (n_samples,)."""
        losses: Tensor = self.head.losses(outputs, target)
        return losses

    def start(self, target: Targets) -> None:
        """Start from the best constants."""
        self.head.start(target)

    def represent(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the means with the static columns (n_samples, n_units)."""
        means: Tensor = self.head.represent(self._convolve(encoded, batch), batch)
        return means

    def why_no_step(self) -> str | None:
        """Say that the kernels look ahead."""
        return (
            f"kernel_sizes={self.kernel_sizes}, and convolutions look ahead; set "
            "kernel_sizes=None"
        )
