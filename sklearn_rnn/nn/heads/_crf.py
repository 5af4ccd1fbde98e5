"""One label for each step, decided together."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Batch, Encoded, Targets
from sklearn_rnn.nn.heads._linear_chain import LinearChainCRF
from sklearn_rnn.nn.heads._steps import StepsHead
from sklearn_rnn.nn.kernels import raise_precision


class CRFHead(StepsHead):
    """Read the outputs at the steps as the emissions of a `LinearChainCRF`.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    n_outputs : int
        Number of labels.
    forbidden : iterable of (int or None, int or None), default=()
        The transitions that are ruled out, as `LinearChainCRF` has them.
    n_static : int, default=0
        Number of static columns, which are put behind the output at each step.
    dropout : Module, default=None
        Applied to the outputs of the encoder and the static columns.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    affine : Affine
        The linear map to the emissions.
    crf : LinearChainCRF
        The distribution over sequences of labels.
    """

    def __init__(
        self,
        n_units: int,
        n_outputs: int,
        *,
        forbidden: Iterable[tuple[int | None, int | None]] = (),
        n_static: int = 0,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__(
            n_units,
            n_outputs,
            n_static=n_static,
            dropout=dropout,
            generator=generator,
        )
        self.crf = LinearChainCRF(n_outputs, forbidden)

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each step, given the labels before it."""
        return self.crf.loss(outputs, target.values, target.counts)

    def read_out(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Find the labels of each sequence that are most probable together."""
        return self.crf.decode(outputs, batch.lengths.to(outputs.device))

    def labels(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Find the labels of each sequence that are most probable together.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        labels : int64 Tensor of shape (n_real_steps,)
        """
        return self.read_out(raise_precision(self.predict(encoded, batch)), batch)

    def log_proba(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the marginal log-probability of each label at each step.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        log_proba : float64 Tensor of shape (n_real_steps, n_outputs)
            Of float32 precision, but the exponentials of a row sum to one in float64.
        """
        emissions = raise_precision(self.predict(encoded, batch))
        marginals = self.crf.log_marginals(emissions, encoded.lengths)
        # Rounded, where the order of the sums over labels no longer shows.
        return marginals.float().to(emissions.dtype).log_softmax(dim=1)

    def transition_scores(self) -> Tensor:
        """Give the score of each label right after each other one.

        Returns
        -------
        scores : float64 Tensor of shape (n_labels, n_labels)
            Entry ``[i, j]`` for label j right after label i; -inf where it is
            forbidden.
        """
        scores = self.crf.transitions.detach().cpu().double()
        return scores.masked_fill(self.crf.forbidden[:-1, :-1].cpu(), -torch.inf)

    def why_no_step(self) -> str | None:
        """Say that the steps to come decide as well."""
        return (
            "output='crf', where the probabilities at a step depend on the steps to "
            "come; fit with output='softmax' and bidirectional=False"
        )
