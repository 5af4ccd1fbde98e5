"""The token that follows each step."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch, Encoded, State, Targets
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._seeded_stream import SeededStream
from sklearn_rnn.nn._steps import every_step
from sklearn_rnn.nn.heads._head import Head
from sklearn_rnn.nn.kernels import predict_affine, raise_precision

# Numbers of a table of logits that is made at a time, where there is no gradient.
TABLE = 2**24

# The row of the unknown token.
UNK = 1

# The logit of an id that no token has: its probability is zero, its gradient too.
IMPOSSIBLE = -1e4

# How flat the distribution of the negatives is: that of word2vec.
FLATTENED = 0.75


class NextTokenHead(Head):
    r"""Compute how probable each token is at the next step.

    Row 0 of the table of tokens, that of padding, stands for the end of a sequence.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    tie_weights : bool, default=True
        Whether the weights of the outputs are the vectors of the tokens.
    n_negatives : int, default=0
        How many tokens training compares with the right one, drawn anew for each
        batch; 0 takes all of them.
    dropout : Module, default=None
        Applied to the outputs of the encoder.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    project : Affine
        From the outputs of the encoder to the length of a vector.
    end : Parameter of shape (embedding_dim,)
        The weights of the end.
    bias : Parameter of shape (n_tokens,)
        Starts at the logarithms of the shares of the tokens.

    Notes
    -----
    With the vector :math:`e_k` of token :math:`k`, its bias :math:`b_k` and dropout
    :math:`D`, the logits are

    .. math:: f_{tk} = e_k \cdot W D(h_t) + b_k

    and the loss is the cross-entropy of their softmax. Sharing the vectors is due to
    Press and Wolf [1]_ and Inan et al. [2]_. Given negatives :math:`S`, drawn from
    :math:`q_k \propto n_k^{3/4}` with the frequency :math:`n_k`, training takes the
    softmax over the right token and those of :math:`S` that are another, of the logits
    :math:`f_{tk} - \log (|S| q_k)` [3]_. Evaluation is exact.

    References
    ----------
    .. [1] O. Press and L. Wolf, "Using the Output Embedding to Improve Language
       Models", EACL 2017.
    .. [2] H. Inan, K. Khosravi and R. Socher, "Tying Word Vectors and Word
       Classifiers", ICLR 2017.
    .. [3] S. Jean, K. Cho, R. Memisevic and Y. Bengio, "On Using Very Large Target
       Vocabulary for Neural Machine Translation", ACL 2015.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, NextTokenHead, RecurrentNetwork
    >>> network = RecurrentNetwork(NextTokenHead, n_tokens=100).eval()
    >>> network(Batch(torch.tensor([[5, 7, 9], [8, 0, 0]]), torch.tensor([3, 1]))).shape
    torch.Size([4, 100])
    """

    rows = "step"

    log_proposal: Tensor

    def __init__(
        self,
        n_units: int,
        *,
        tie_weights: bool = True,
        n_negatives: int = 0,
        dropout: nn.Module | None = None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.n_units = n_units
        self.tie_weights = tie_weights
        self.n_negatives = n_negatives
        self.dropout = nn.Identity() if dropout is None else dropout
        self.draws = SeededStream()

    def attach(self, embedder: Embedder, generator: torch.Generator) -> None:
        """Share the vectors of the tokens, and make what depends on their number."""
        tokens: Any = embedder.tokens
        n_tokens, dim = tokens.weight.shape
        self._shared = (tokens,)  # in a tuple it is no part of this module
        self.table: nn.Parameter | None = None
        if not self.tie_weights:
            self.table = nn.Parameter(torch.empty(n_tokens, dim))
            nn.init.normal_(self.table, std=dim**-0.5, generator=generator)
        self.project = Affine(self.n_units, dim, generator=generator, bias=False)
        self.end = nn.Parameter(torch.empty(dim))
        nn.init.normal_(self.end, std=dim**-0.5, generator=generator)
        self.bias = nn.Parameter(torch.zeros(n_tokens))
        self.register_buffer("log_proposal", torch.zeros(n_tokens))

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs.

        With targets they are vectors (n_real_steps, embedding_dim), which `losses`
        compares with those of tokens. Without they are logits (n_real_steps, n_tokens).
        """
        if target is None:
            return self._logits(self._vectors(encoded))
        return self._vectors(encoded)

    def _vectors(self, encoded: Encoded) -> Tensor:
        steps = every_step(encoded.outputs, encoded.lengths)
        if not self.training:
            return predict_affine(self.project, steps)
        vectors: Tensor = self.project(self.dropout(steps))
        return vectors

    def _weights(self) -> Tensor:
        """Give the weights of the outputs, those of the end in row 0."""
        table = self._shared[0].weight if self.table is None else self.table
        return torch.cat([self.end.unsqueeze(0), table[1:]])

    def _logits(self, vectors: Tensor) -> Tensor:
        weights = self._weights()
        if self.training:
            return functional.linear(vectors, weights, self.bias)
        layer = _Outputs(weights, self.bias)
        return predict_affine(layer, vectors.to(weights.dtype))

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Compute the cross-entropy of each target (n_targets,)."""
        if not self.training:
            return -self._log_proba_of(outputs, target.values).float()
        if self.n_negatives:
            return self._sampled_losses(outputs, target.values)
        return functional.cross_entropy(
            self._logits(outputs), target.values, reduction="none"
        )

    def _sampled_losses(self, vectors: Tensor, right: Tensor) -> Tensor:
        negatives = torch.multinomial(
            self.log_proposal.exp(),
            self.n_negatives,
            replacement=True,
            generator=self.draws.generator_on(vectors.device),
        )
        logits = functional.linear(
            vectors, self._rows(negatives), self._shifted_bias(negatives)
        )
        logits.masked_fill_(negatives == right.unsqueeze(1), IMPOSSIBLE)
        of_right = (vectors * self._rows(right)).sum(dim=1)
        of_right = of_right + self._shifted_bias(right)
        return functional.softplus(logits.logsumexp(dim=1) - of_right)

    def _shifted_bias(self, tokens: Tensor) -> Tensor:
        """Give biases less the logarithms of how often each token is drawn."""
        expected = self.log_proposal[tokens] + math.log(self.n_negatives)
        shifted: Tensor = self.bias[tokens] - expected
        return shifted

    def _rows(self, tokens: Tensor) -> Tensor:
        """Give the weights of some outputs."""
        vectors = self._shared[0]
        table = vectors.weight if self.table is None else self.table
        rows = functional.embedding(tokens, table, sparse=vectors.sparse)
        return torch.where((tokens == 0).unsqueeze(1), self.end, rows)

    def start(self, target: Targets) -> None:
        """Start the bias at the log-shares of the tokens; negatives are drawn so too.

        Parameters
        ----------
        target : Targets
            Those of the training part.
        """
        counts = self.bias.new_zeros(len(self.bias), dtype=torch.float64).index_add(
            0, target.values.to(self.bias.device), target.weight.double()
        )
        smallest = target.weight[target.weight > 0].min()
        known = self._shared[0].known.clone()
        known[: UNK + 1] = True  # the end, and the unknown token
        share = (counts + smallest) * known
        flattened = share**FLATTENED
        with torch.no_grad():
            log_share = (share / share.sum()).log()
            self.bias.copy_(log_share.clamp(min=IMPOSSIBLE))
            self.log_proposal.copy_((flattened / flattened.sum()).log())

    def log_likelihood(self, encoded: Encoded, batch: Batch, target: Targets) -> Tensor:
        """Compute the log-probability of the token that follows each step.

        Parameters
        ----------
        encoded : Encoded
            In evaluation mode.
        batch : Batch
        target : Targets

        Returns
        -------
        log_likelihood : float64 Tensor of shape (n_real_steps,)
        """
        return self._log_proba_of(self._vectors(encoded), target.values)

    def _log_proba_of(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        n_rows = max(1, TABLE // len(self.bias))
        parts = zip(vectors.split(n_rows), tokens.split(n_rows), strict=True)
        return torch.cat([self._log_proba(v).gather(1, t[:, None]) for v, t in parts])[
            :, 0
        ]

    def _log_proba(self, vectors: Tensor) -> Tensor:
        return raise_precision(self._logits(vectors)).log_softmax(dim=1)

    def at_end(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute the logits at the last step of each sample (n_samples, n_tokens)."""
        samples = torch.arange(len(encoded.lengths), device=encoded.outputs.device)
        last = encoded.outputs[samples, encoded.lengths - 1]
        return self._logits(predict_affine(self.project, last))

    def step(self, memory: State, output: Tensor, batch: Batch) -> tuple[Tensor, State]:
        """Compute the logits at one more step; nothing need be kept."""
        return self._logits(predict_affine(self.project, output)), ()

    def why_no_step(self) -> str | None:
        """Say that nothing is in the way."""
        return None


class _Outputs(nn.Linear):
    """A linear layer of given weights, in evaluation mode."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__(weight.shape[1], weight.shape[0], device="meta")
        del self.weight, self.bias
        self.weight, self.bias = weight, bias  # type: ignore[assignment]
        self.training = False

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map in the precision of what comes in."""
        return functional.linear(x, self.weight.to(x.dtype), self.bias.to(x.dtype))
