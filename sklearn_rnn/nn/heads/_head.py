"""What every head has."""

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, State, Targets
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._losses import Loss


class Head(nn.Module):
    """What is computed from the encoder's outputs, and the loss of it.

    A head of your own is a subclass with `forward` and `losses`, and the other
    methods where it has more to say. It is made by a callable that `RecurrentNetwork`
    calls with ``n_units`` and the keywords ``dropout``, ``generator`` and, with static
    columns, ``n_static``.

    Attributes
    ----------
    rows : {"sequence", "step", "target"}
        What a row of the outputs stands for: a sequence, a real step of one, or a
        target of one. Rows of steps and of targets are flat: those of sample 0 in
        order, then those of sample 1, and so on.
    reads_state : bool
        Whether it reads ``encoded.state``, which is None otherwise.
    reads_end_only : bool
        Whether of the outputs it reads only those at an end.
    """

    rows: str = "sequence"
    reads_state: bool = False
    reads_end_only: bool = False

    def attach(self, embedder: Embedder, generator: torch.Generator) -> None:
        """Take note of what is shared with the embedder; by default nothing is.

        Parameters
        ----------
        embedder : Embedder
            That of the network, which calls this once, when it is made.
        generator : torch.Generator
            Source of initial weights.
        """

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs, as the loss reads them.

        Parameters
        ----------
        encoded : Encoded
            What the encoder makes of the batch.
        batch : Batch
            The sequences, and what is known of them.
        target : Targets, default=None
            The targets, in training and validation, for a head that reads them.

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_outputs)
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward.")

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute one loss for each target.

        Parameters
        ----------
        outputs : Tensor of shape (n_rows, n_outputs)
            Those of `forward`.
        target : Targets

        Returns
        -------
        losses : Tensor of shape (n_targets,)
        """
        raise NotImplementedError(f"{type(self).__name__} has no losses.")

    def start(self, target: Targets) -> None:
        """Start from what is known of the targets before training; by default not.

        Parameters
        ----------
        target : Targets
            Those of the training part.
        """

    def predict(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the outputs of a batch whose targets are not known.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch

        Returns
        -------
        outputs : float32 Tensor of shape (n_rows, n_outputs)
            A row has the same bits in any batch.
        """
        outputs: Tensor = self(encoded, batch)
        return outputs

    def as_predicted(self, outputs: Tensor) -> Tensor:
        """Turn outputs that the loss reads into those that `predict` gives.

        By default they are.

        Parameters
        ----------
        outputs : Tensor of shape (n_rows, n_outputs)
            Of `forward` with targets.

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_outputs)
        """
        return outputs

    def read_out(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Turn outputs into what is scored against the target; by default as they are.

        Parameters
        ----------
        outputs : Tensor of shape (n_rows, n_outputs)
            Of `as_predicted`.
        batch : Batch

        Returns
        -------
        read : Tensor of shape (n_rows, ...)
        """
        return outputs

    def represent(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the vectors that the outputs are computed from.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        vectors : Tensor of shape (n_rows, n_units)
        """
        raise NotImplementedError(f"{type(self).__name__} has no represent.")

    def step(self, memory: State, output: Tensor, batch: Batch) -> tuple[Tensor, State]:
        """Go on by one more step of each sequence, in evaluation mode.

        Parameters
        ----------
        memory : tuple
            What the step before returned; empty at the first step.
        output : Tensor of shape (n_samples, n_units)
            The output of the encoder at this step.
        batch : Batch
            Sequences of this step alone, and what is known of them.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_outputs)
        memory : tuple
        """
        raise NotImplementedError(f"{type(self).__name__} has no step.")

    def why_no_step(self) -> str | None:
        """Say why `step` cannot work, None if it can.

        Returns
        -------
        reason : str or None
            Goes on after "was fitted with".
        """
        return f"the head {type(self).__name__}, which has no form for one step"


def start_bias(affine: Affine, loss: Loss, target: Targets) -> None:
    """Start the outputs at the constants of the smallest mean loss.

    Parameters
    ----------
    affine : Affine
        The map to the outputs, whose bias is overwritten.
    loss : Loss
        Finds the constants.
    target : Targets
        Those of the training part.
    """
    constants = loss.fit_intercept_only(
        target.values, target.weight, n_outputs=affine.out_features
    )
    if constants.shape != affine.bias.shape:  # the head makes other outputs of these
        return
    with torch.no_grad():
        affine.bias.copy_(constants)
