"""A sequence of labels that follow the steps, without knowing which steps."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._batch import Batch, Encoded, Targets
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._steps import pad_steps
from sklearn_rnn.nn.heads._steps import StepsHead
from sklearn_rnn.nn.kernels import raise_precision


class CTCHead(StepsHead):
    r"""Read the outputs at the steps as a distribution over sequences of labels.

    The targets of a sample are the indices of its labels and then ``end``, so that each
    sample has at least one. At each step there is an output for the blank, the first
    one, and for each label.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    n_outputs : int
        Number of outputs: the blank, the labels, and what is learnt but never answered.
    end : int
        The index of the end, which is also the number of labels. What is behind it is
        never answered.
    n_static : int, default=0
        Number of static columns, which are put behind the output at each step.
    dropout : Module, default=None
        Applied to the outputs of the encoder and the static columns.
    generator : torch.Generator
        Source of the initial weights.

    Notes
    -----
    With the outputs :math:`f_t` as `StepsHead` computes them, a path :math:`\pi` of one
    output for each of the :math:`T` steps has the probability
    :math:`\prod_t \operatorname{softmax}(f_t)_{\pi_t}`. The labels of a path are found
    by :math:`B`, which makes one of equal neighbours and then leaves out blanks:
    :math:`B(a a \_ a b \_) = a a b`. Labels have the probability of all their paths
    [1]_,

    .. math:: p(y \mid x) = \sum_{\pi : B(\pi) = y} p(\pi \mid x),

    which torch's ``ctc_loss`` sums up. Each target of a sample gets the same share of
    :math:`-\log p(y \mid x)` as its loss. Labels need a step each, and one more for the
    blank between two equal ones; the loss of a sample of fewer steps is infinite.

    References
    ----------
    .. [1] A. Graves, S. Fernández, F. Gomez and J. Schmidhuber, "Connectionist Temporal
       Classification: Labelling Unsegmented Sequence Data with Recurrent Neural
       Networks", ICML 2006.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, CTCHead, RecurrentNetwork, Targets
    >>> head = partial(CTCHead, n_outputs=4, end=3)
    >>> network = RecurrentNetwork(head, n_features=2)
    >>> batch = Batch(torch.zeros(2, 5, 2), torch.tensor([5, 3]))
    >>> labels, counts = torch.tensor([1, 0, 3, 3]), torch.tensor([3, 1])
    >>> targets = Targets(labels, torch.ones(4), counts)
    >>> network.head.losses(network(batch, targets), targets).shape
    torch.Size([4])
    """

    def __init__(
        self,
        n_units: int,
        n_outputs: int,
        *,
        end: int,
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
        self.end = end

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs.

        Without targets they are (n_real_steps, n_outputs). With targets they are
        log-probabilities of padded steps, (n_samples, n_timesteps, n_outputs): behind
        the end of a sample the blank is certain, which leaves its loss as it is.
        """
        outputs = super().forward(encoded, batch)
        if target is None:
            return outputs
        return self._pad(outputs.log_softmax(dim=1), encoded.lengths)

    def _pad(self, log_proba: Tensor, lengths: Tensor) -> Tensor:
        n_steps = int(lengths.max())
        is_step = length_mask(lengths, n_steps).unsqueeze(2)
        certain = torch.full_like(log_proba[0], -torch.inf)
        certain[0] = 0.0
        return torch.where(is_step, pad_steps(log_proba, lengths, n_steps), certain)

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Share the loss of each sample among its targets (n_targets,)."""
        of_samples = self._loss(outputs, target) / target.counts
        return of_samples.repeat_interleave(target.counts)

    def _loss(self, log_proba: Tensor, target: Targets) -> Tensor:
        """Compute minus the log-probability of the labels of each sample."""
        codes = target.values[target.values != self.end]
        n_labels = target.counts - 1
        return functional.ctc_loss(
            log_proba.transpose(0, 1),
            codes + (codes < self.end),  # behind the blank
            torch.full_like(n_labels, log_proba.shape[1]),
            n_labels,
            reduction="none",
        )

    def start(self, target: Targets) -> None:
        """Start from zero: how frequent the blank is depends on the steps."""

    def read_out(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Give the labels of the likeliest path of each sample, and then the end."""
        columns = outputs.argmax(dim=2)
        before = functional.pad(columns, (1, 0))[:, :-1]
        codes = columns - (columns <= self.end).long()
        codes = functional.pad(codes, (0, 1), value=self.end)
        is_new = functional.pad((columns > 0) & (columns != before), (0, 1), value=True)
        return codes[is_new]

    def log_likelihood(self, encoded: Encoded, batch: Batch, target: Targets) -> Tensor:
        """Compute the log-probability of the labels of each sample.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch
        target : Targets

        Returns
        -------
        log_likelihood : float64 Tensor of shape (n_samples,)
            -inf where there are too few steps.
        """
        log_proba = self._pad(self.log_proba(encoded, batch), encoded.lengths)
        return -self._loss(log_proba, target)

    def log_proba(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the log-probability of the blank and of each label at each step.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch

        Returns
        -------
        log_proba : float64 Tensor of shape (n_real_steps, 1 + n_labels)
            Given that nothing comes that is never answered. Of float32 precision, but
            the exponentials of a row sum to one in float64.
        """
        outputs = raise_precision(self.predict(encoded, batch))
        return outputs[:, : self.end + 1].log_softmax(dim=1)
