"""One row of outputs for each sequence."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, State, Targets
from sklearn_rnn.nn._losses import make_loss
from sklearn_rnn.nn._patches import share_weights
from sklearn_rnn.nn._poolings import (
    has_weights,
    make_pooling,
    pool,
    pool_prefixes,
    pool_step,
    pooling_weights,
)
from sklearn_rnn.nn._static import join_static
from sklearn_rnn.nn._steps import every_step
from sklearn_rnn.nn.heads._head import Head, start_bias
from sklearn_rnn.nn.kernels import predict_affine


class PooledHead(Head):
    r"""Pool the outputs at all steps and map the result to one row per sequence.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    n_outputs : int
        Number of outputs: classes, labels or regression targets.
    loss : str, Module or callable, default="cross_entropy"
        As `make_loss` takes it.
    pooling : str or class, default="last"
        As `make_pooling` takes it.
    n_static : int, default=0
        Number of static columns, which are put behind the pooled vector.
    dropout : Module, default=None
        Applied to the pooled vector and the static columns.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    pooling : Pooling
        How the outputs at all steps become one vector.
    affine : Affine
        The linear map to the outputs.
    loss : Loss
        What is minimised.
    n_units : int
        Length of the pooled vector and the static columns together.

    Notes
    -----
    With :math:`D` for dropout, the outputs :math:`h_t` of the encoder and the static
    columns :math:`s`, if there are any,

    .. math::
        u &= \operatorname{pool}(h_1, \dots, h_{\text{length}}) \\
        f &= W D([u, s]) + b.

    Dropping from :math:`h_t` as well would drop twice from a pooled last step, and
    would let "max" pick from values scaled up by dropout alone.
    """

    def __init__(
        self,
        n_units: int,
        n_outputs: int,
        *,
        loss: Any = "cross_entropy",
        pooling: Any = "last",
        n_static: int = 0,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.pooling = make_pooling(pooling, n_units, generator=generator)
        self.n_units = self.pooling.n_units + n_static
        self.reads_end_only = getattr(self.pooling, "reads_end_only", False)
        self.affine = Affine(self.n_units, n_outputs, generator=generator)
        self.loss = make_loss(loss)
        self.dropout = nn.Identity() if dropout is None else dropout

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs (n_samples, n_outputs)."""
        return self.outputs_of(self._pool(encoded, batch))

    def _pool(self, encoded: Encoded, batch: Batch) -> Tensor:
        return join_static(pool(self.pooling, encoded), batch)

    def outputs_of(self, pooled: Tensor) -> Tensor:
        """Compute the outputs from pooled vectors, static columns included.

        Parameters
        ----------
        pooled : Tensor of shape (n_rows, n_units)

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_outputs)
        """
        if not self.training:
            return predict_affine(self.affine, pooled)
        outputs: Tensor = self.affine(self.dropout(pooled))
        return outputs

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each sequence (n_samples,)."""
        losses: Tensor = self.loss(outputs, target.values)
        return losses

    def start(self, target: Targets) -> None:
        """Start the bias at the best constant outputs, as the loss finds them.

        Parameters
        ----------
        target : Targets
            Those of the training part.
        """
        start_bias(self.affine, self.loss, target)

    def represent(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the pooled vectors with the static columns (n_samples, n_units)."""
        return self._pool(encoded, batch)

    def attention_weights(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute how much each step counts in a pooling that weighs them.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        weights : float32 Tensor of shape (n_samples, n_timesteps)
            Rows sum to one; padding has weight zero. The steps of a patch share its
            weight evenly.

        Raises
        ------
        ValueError
            If the pooling has no weights.
        """
        if not has_weights(self.pooling):
            raise ValueError(
                "Only a network with pooling='attention' has attention weights, or one "
                "with a pooling of your own that has a method weights(encoded); this "
                f"one pools with {type(self.pooling).__name__}."
            )
        weights = pooling_weights(self.pooling, encoded)
        n_timesteps = batch.values.shape[1]
        return share_weights(weights, encoded.patch_length, batch.lengths, n_timesteps)

    def over_time(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the outputs after each step of sequences read in one direction.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        outputs : float32 Tensor of shape (n_real_steps, n_outputs)
            For step ``t`` of a sequence what `predict` gives for its first ``t + 1``
            steps.

        Raises
        ------
        ValueError
            If the sequences were read in both directions or in patches, or the pooling
            cannot go on.
        """
        if encoded.patch_length > 1:
            raise ValueError(
                f"over_time needs patch_length=1, got {encoded.patch_length}: the "
                "steps inside a patch are read at once."
            )
        if encoded.bidirectional:
            raise ValueError(
                "over_time needs bidirectional=False: the backward half of the outputs "
                "at a step has read the steps after it."
            )
        prefixes = pool_prefixes(self.pooling, encoded.outputs)
        pooled = every_step(prefixes, encoded.lengths)
        return self.outputs_of(join_static(pooled, batch, encoded.lengths))

    def step(self, memory: State, output: Tensor, batch: Batch) -> tuple[Tensor, State]:
        """Go on by one more step of each sequence."""
        pooled, memory = pool_step(self.pooling, memory, output)
        return self.outputs_of(join_static(pooled, batch)), memory

    def why_no_step(self) -> str | None:
        """Say why a pooling cannot go on, None if it can."""
        if hasattr(self.pooling, "step"):
            return None
        return (
            f"pooling={type(self.pooling).__name__}, which has no method step; add "
            "step(memory, output) to the class, or take another pooling"
        )
