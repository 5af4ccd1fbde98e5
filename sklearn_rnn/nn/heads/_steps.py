"""One row of outputs for each step."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, State, Targets
from sklearn_rnn.nn._losses import make_loss
from sklearn_rnn.nn._static import join_static
from sklearn_rnn.nn._steps import every_step
from sklearn_rnn.nn.heads._head import Head, start_bias
from sklearn_rnn.nn.kernels import predict_affine, raise_precision


class StepsHead(Head):
    r"""Map the output at each real step to a row of outputs of its own.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    n_outputs : int
        Number of outputs: classes or regression targets.
    loss : str, Module or callable, default="cross_entropy"
        As `make_loss` takes it.
    n_static : int, default=0
        Number of static columns, which are put behind the output at each step.
    dropout : Module, default=None
        Applied to the outputs of the encoder and the static columns.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    affine : Affine
        The linear map to the outputs.
    loss : Loss
        What is minimised.

    Notes
    -----
    With :math:`D` for dropout and the static columns :math:`s`, if there are any,
    :math:`f_t = W D([h_t, s]) + b` for each real step.
    """

    rows = "step"

    def __init__(
        self,
        n_units: int,
        n_outputs: int,
        *,
        loss: Any = "cross_entropy",
        n_static: int = 0,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.affine = Affine(n_units + n_static, n_outputs, generator=generator)
        self.loss = make_loss(loss)
        self.dropout = nn.Identity() if dropout is None else dropout

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs (n_real_steps, n_outputs)."""
        steps = every_step(encoded.outputs, encoded.lengths)
        steps = join_static(steps, batch, encoded.lengths)
        if not self.training:
            return predict_affine(self.affine, steps)
        outputs: Tensor = self.affine(self.dropout(steps))
        return outputs

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each step (n_real_steps,)."""
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

    def labels(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Find the label of each step.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        labels : int64 Tensor of shape (n_real_steps,)
            The most probable label of each step by itself.
        """
        return self.predict(encoded, batch).argmax(dim=1)

    def log_proba(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the log-probability of each label at each step.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        log_proba : float64 Tensor of shape (n_real_steps, n_outputs)
            Of float32 precision, but the exponentials of a row sum to one in float64.
        """
        return raise_precision(self.predict(encoded, batch)).log_softmax(dim=1)

    def step(self, memory: State, output: Tensor, batch: Batch) -> tuple[Tensor, State]:
        """Compute the outputs at one more step; nothing need be kept."""
        return predict_affine(self.affine, join_static(output, batch)), ()

    def why_no_step(self) -> str | None:
        """Say that nothing is in the way."""
        return None
