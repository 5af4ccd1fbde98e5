"""A sequence of labels of its own length, written label by label with attention."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, State, Targets
from sklearn_rnn.nn._beam_search import Written, beam_search
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._losses import make_loss
from sklearn_rnn.nn._poolings import FinalState
from sklearn_rnn.nn._static import join_static
from sklearn_rnn.nn._steps import every_step, pad_steps, sample_of_step
from sklearn_rnn.nn.heads._head import Head, start_bias
from sklearn_rnn.nn.kernels import (
    make_cell,
    predict_affine,
    raise_precision,
    run_cell,
    step_cell,
)


class Source(NamedTuple):
    """What the decoder attends to; in evaluation mode in float64."""

    outputs: Tensor  # (n_samples, n_timesteps, n_units), zero in the padding
    keys: Tensor  # (n_samples, n_timesteps, hidden_size)
    is_padding: Tensor  # (n_samples, 1, n_timesteps)


class DecoderHead(Head):
    r"""Write a sequence of labels, with attention between two layers of LSTM.

    The targets of a sample are the indices of its labels and then ``end``, so that each
    sample has at least one.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    n_outputs : int
        Number of outputs: the labels, the end, and what is learnt but never written.
    end : int
        The index of the end. What is behind it is never written.
    hidden_size : int, default=64
        Number of units of each layer of the decoder.
    embedding_dim : int, default=64
        Length of the vector of a label.
    label_smoothing : float, default=0.0
        As `CrossEntropy` has it.
    n_static : int, default=0
        Number of static columns, which are put behind the final state.
    dropout : Module, default=None
        Applied to the outputs of the encoder, the vectors of the labels, between the
        layers and before the output.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    embedding : Embedding
        The vectors of the labels.
    first, second : LSTM
        The layers.
    affine : Affine
        The linear map to the outputs. Its bias starts at the logarithms of the shares
        of the labels.
    loss : CrossEntropy
        What is minimised.

    Notes
    -----
    With the outputs :math:`m_s` of the encoder at step :math:`s`, the vector :math:`E
    y` of a label, dropout :math:`D` and :math:`H` hidden units, the query
    :math:`h^1_t` looks for the steps whose keys are like it [1]_ [2]_:

    .. math::
        h^1_t &= \operatorname{LSTM}_1(D E y_{t-1}, h^1_{t-1}) \\
        a_{ts} &= \operatorname{softmax}_s(h^1_t \cdot W_k D m_s / \sqrt{H}) \\
        c_t &= \textstyle\sum_s a_{ts} D m_s \\
        h^2_t &= \operatorname{LSTM}_2([D h^1_t, c_t], h^2_{t-1}) \\
        f_t &= W D \tanh(W_z [h^2_t, c_t] + b_z) + b.

    Each layer starts from :math:`h_0 = \tanh(W_0 [\bar m, s] + b_0)`, where
    :math:`\bar m` is the final state of each direction and :math:`s` are the static
    columns, if there are any, and :math:`c_0 = 0`; the label before the first is the
    end. The first layer does not read what was attended to, so that in
    training each layer runs over all labels in one call.

    References
    ----------
    .. [1] D. Bahdanau, K. Cho and Y. Bengio, "Neural Machine Translation by Jointly
       Learning to Align and Translate", ICLR 2015.
    .. [2] M.-T. Luong, H. Pham and C. D. Manning, "Effective Approaches to
       Attention-based Neural Machine Translation", EMNLP 2015.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, DecoderHead, RecurrentNetwork, Targets
    >>> head = partial(DecoderHead, n_outputs=6, end=5)
    >>> network = RecurrentNetwork(head, n_tokens=100, bidirectional=True)
    >>> batch = Batch(torch.tensor([[7, 9, 3], [8, 0, 0]]), torch.tensor([3, 1]))
    >>> labels, counts = torch.tensor([1, 4, 5, 5]), torch.tensor([3, 1])
    >>> network(batch, Targets(labels, torch.ones(4), counts)).shape
    torch.Size([4, 6])
    """

    rows = "target"

    def __init__(
        self,
        n_units: int,
        n_outputs: int,
        *,
        end: int,
        hidden_size: int = 64,
        embedding_dim: int = 64,
        label_smoothing: float = 0.0,
        n_static: int = 0,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.end = end
        self.n_outputs = n_outputs
        vectors = torch.empty(n_outputs, embedding_dim)
        nn.init.normal_(vectors, std=embedding_dim**-0.5, generator=generator)
        self.embedding = nn.Embedding(n_outputs, embedding_dim, _weight=vectors)
        n_read = hidden_size + n_units
        self.first = make_cell("lstm", embedding_dim, hidden_size, generator=generator)
        self.second = make_cell("lstm", n_read, hidden_size, generator=generator)
        self.starts = nn.ModuleList(
            [
                Affine(n_units + n_static, hidden_size, generator=generator)
                for _ in range(2)
            ]
        )
        self.key = Affine(n_units, hidden_size, generator=generator, bias=False)
        self.combine = Affine(n_read, hidden_size, generator=generator)
        self.affine = Affine(hidden_size, n_outputs, generator=generator)
        self.loss = make_loss("cross_entropy", label_smoothing=label_smoothing)
        self.final_state = FinalState(n_units, generator=generator)
        self.dropout = nn.Identity() if dropout is None else dropout

    # -- targets that are known ----------------------------------------------------

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs for each label, given those before it.

        Parameters
        ----------
        encoded : Encoded
        batch : Batch
        target : Targets
            The labels, and behind those of each sample the end.

        Returns
        -------
        outputs : Tensor of shape (n_targets, n_outputs)
        """
        return self._force(encoded, batch, target)[0]

    def _force(
        self, encoded: Encoded, batch: Batch, target: Targets | None
    ) -> tuple[Tensor, Tensor]:
        """Read the right labels; return the outputs, and the weights of attention."""
        if target is None:
            raise ValueError(
                "DecoderHead computes outputs for labels that are known; pass target=, "
                "or ask search for an answer."
            )
        source, (first_state, second_state) = self._read(encoded, batch)
        # Before the first label of a sample comes the end, that of the one before.
        vectors = self.dropout(self.embedding(target.values.roll(1)))
        counts, n_steps = target.counts, int(target.counts.max())
        padded = pad_steps(vectors, counts, n_steps)
        queries, _ = run_cell(self.first, padded, first_state)
        context, weights = self._attend(queries, source)
        # The time axis comes first in memory, as the cells want it.
        context = context.transpose(0, 1).contiguous()
        inputs = torch.cat([self.dropout(queries).transpose(0, 1), context], dim=2)
        states, _ = run_cell(self.second, inputs.transpose(0, 1), second_state)
        mixed = self._mix(states.transpose(0, 1), context).transpose(0, 1)
        return self._outputs_of(every_step(mixed, counts)), weights

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the loss of each label and of each end (n_targets,)."""
        losses: Tensor = self.loss(outputs, target.values)
        return losses

    def start(self, target: Targets) -> None:
        """Start the bias at the logarithms of the shares of the labels.

        Parameters
        ----------
        target : Targets
            Those of the training part.
        """
        start_bias(self.affine, self.loss, target)

    def log_likelihood(self, encoded: Encoded, batch: Batch, target: Targets) -> Tensor:
        """Compute the log-probability of the labels of each sample, and their end.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch
        target : Targets

        Returns
        -------
        log_likelihood : float64 Tensor of shape (n_samples,)
        """
        log_proba = self._log_proba(self(encoded, batch, target))
        of_labels = log_proba.gather(1, target.values.unsqueeze(1)).squeeze(1)
        total = of_labels.new_zeros(len(target.counts))
        return total.index_add(0, sample_of_step(target.counts), of_labels)

    def attention(
        self, encoded: Encoded, batch: Batch, target: Targets
    ) -> tuple[Tensor]:
        """Compute how much each step counted for each label.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch
        target : Targets

        Returns
        -------
        weights : tuple of one Tensor of shape (n_samples, n_labels, n_timesteps)
            Rows sum to one; what is behind the end has no meaning.
        """
        return (self._force(encoded, batch, target)[1].float(),)

    # -- targets that are sought ---------------------------------------------------

    def predict(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Refuse: without targets there are no rows of outputs."""
        raise ValueError("DecoderHead has no outputs without targets; ask search.")

    def search(
        self,
        encoded: Encoded,
        batch: Batch,
        *,
        beam_size: int = 4,
        max_length: int | None = None,
        length_penalty: float = 1.0,
    ) -> Written:
        """Find the likeliest labels for each sample.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch
        beam_size : int, default=4
            As `beam_search` has it. 1 takes the likeliest label at each step.
        max_length : int, default=None
            The most labels; twice the steps of a sample and ten more if None.
        length_penalty : float, default=1.0

        Returns
        -------
        written : Written
        """
        source, states = self._read(encoded, batch)
        limits = encoded.lengths * 2 + 10
        if max_length is not None:
            limits = torch.full_like(limits, max_length)
        return beam_search(
            self._advance,
            source,
            states,
            limits,
            end=self.end,
            beam_size=beam_size,
            length_penalty=length_penalty,
            forbidden=range(self.end + 1, self.n_outputs),
        )

    def _advance(
        self, codes: Tensor, source: Any, states: State
    ) -> tuple[Tensor, State]:
        """Read one more label of several sequences of each sample."""
        query, first_state = step_cell(self.first, self.embedding(codes), states[0])
        queries = query.unflatten(0, (len(source.outputs), -1))
        context = self._attend(queries, source)[0].flatten(0, 1)
        inputs = torch.cat([query, context], dim=1)
        output, second_state = step_cell(self.second, inputs, states[1])
        outputs = self._outputs_of(self._mix(output, context))
        return self._log_proba(outputs), (first_state, second_state)

    def why_no_step(self) -> str | None:
        """Say that an answer needs the whole sequence."""
        return "a decoder, which answers when the whole sequence has been read"

    # -- the parts -----------------------------------------------------------------

    def _read(self, encoded: Encoded, batch: Batch) -> tuple[Source, State]:
        """Prepare what is attended to, and the states that the layers start from."""
        final = join_static(self.final_state(encoded), batch)
        starts = [self._squash(self._map(start, final)) for start in self.starts]
        is_padding = ~length_mask(encoded.lengths, encoded.outputs.shape[1])
        outputs = self.dropout(encoded.outputs)
        if is_padding.any():
            outputs = outputs.masked_fill(is_padding.unsqueeze(2), 0.0)
        steps = outputs.transpose(0, 1)
        keys = self._map(self.key, steps.flatten(0, 1)).view(*steps.shape[:2], -1)
        keys = keys.transpose(0, 1)
        source = Source(
            self._raise(outputs), self._raise(keys), is_padding.unsqueeze(1)
        )
        return source, tuple((h, torch.zeros_like(h)) for h in starts)

    def _attend(self, queries: Tensor, source: Source) -> tuple[Tensor, Tensor]:
        """Average the outputs of the encoder, weighted by how their keys fit."""
        likeness = self._raise(queries) @ source.keys.transpose(1, 2)
        likeness = likeness * queries.shape[2] ** -0.5
        if source.is_padding.any():
            likeness = likeness.masked_fill(source.is_padding, -torch.inf)
        weights = likeness.softmax(dim=2)
        context = weights @ source.outputs  # (n_samples, n_queries, n_units)
        return context.to(queries.dtype), weights

    def _mix(self, states: Tensor, context: Tensor) -> Tensor:
        """Combine states and what was attended to: (..., hidden_size)."""
        if self.training:  # two products in place of one of a copy of both
            sizes = (states.shape[-1], context.shape[-1])
            of_states, of_context = self.combine.weight.split(sizes, dim=1)
            mixed = linear(states, of_states, self.combine.bias)
            return (mixed + linear(context, of_context)).tanh()
        summary = torch.cat([states, context], dim=-1)
        mixed = predict_affine(self.combine, summary.flatten(0, -2))
        return self._squash(mixed).view(*states.shape)

    def _outputs_of(self, mixed: Tensor) -> Tensor:
        """Compute the outputs from rows of `_mix`."""
        return self._map(self.affine, self.dropout(mixed))

    def _log_proba(self, outputs: Tensor) -> Tensor:
        """Compute log-probabilities, rounded, where the order of sums does not show."""
        log_proba = raise_precision(outputs).log_softmax(dim=1)
        return raise_precision(log_proba.float())

    def _map(self, layer: Any, x: Tensor) -> Tensor:
        mapped: Tensor = layer(x) if self.training else predict_affine(layer, x)
        return mapped

    def _squash(self, x: Tensor) -> Tensor:
        return self._raise(x).tanh().to(x.dtype)

    def _raise(self, x: Tensor) -> Tensor:
        return x if self.training else raise_precision(x)
