"""The network that the estimators train."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Encoded
from sklearn_rnn.nn._characters import CharacterEncoder
from sklearn_rnn.nn._crf import LinearChainCRF
from sklearn_rnn.nn._dropout import SeededDropout
from sklearn_rnn.nn._embedding import TokenEmbedding
from sklearn_rnn.nn._encoder import RecurrentEncoder
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._poolings import (
    Attention,
    make_pooling,
    pool,
    pool_prefixes,
    pool_step,
)
from sklearn_rnn.nn._running import RunningState
from sklearn_rnn.nn._steps import every_step
from sklearn_rnn.nn.kernels import CellName, predict_affine, raise_precision


class RecurrentNetwork(nn.Module):
    r"""From padded sequences to a vector of outputs per sequence or per time step.

    Parameters
    ----------
    n_outputs : int
        Number of outputs: classes, labels or regression targets.
    n_features : int, default=None
        Number of variables per time step, for sequences of numbers. Give
        exactly one of ``n_features`` and ``n_tokens``.
    n_tokens : int, default=None
        Number of token ids, padding (0) and unknown (1) included, for
        sequences of tokens. May be left out when ``embedding`` is given.
    embedding_dim : int, default=64
        Length of the vector of each token. Longer vectors can tell more words
        apart and need more text to learn.
    embedding : array-like of shape (n_tokens, dim), default=None
        Vectors to start from, such as pretrained ones; ``embedding_dim`` is
        then ignored.
    freeze_embedding : bool, default=False
        Whether the vectors of tokens keep their initial values in training.
    hidden_size : int, default=64
        Number of hidden units of each direction of each layer. More of them
        can remember more, and are slower and easier to overfit.
    cell : {"rnn", "gru", "lstm"} or class, default="lstm"
        Kind of recurrent cell: a name of `make_cell`, or a class of your own with the
        interface of `Cell`.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        Of the cell "rnn"; ignored by the others.
    num_layers : int, default=1
        Number of recurrent layers, each reading the outputs of the one below.
    bidirectional : bool, default=False
        Whether each layer also reads the sequences from their ends.
    pooling : str, type or None, default="last"
        How the outputs at all time steps become one vector: a name of
        `POOLINGS`, or a class as for `make_pooling`. With None every time step has
        outputs of its own.
    dropout : float, default=0.0
        Probability of dropping a unit in training, in ``[0, 1)``: after the
        embedding and after each layer. After the last layer it is the pooled
        vector, which the head reads, that is dropped from. Numbers that come
        in are not dropped.
    random_state : int, default=0
        Seed of the initial weights and of dropout.
    crf : bool, default=False
        Whether the outputs at the time steps are the emissions of a
        `LinearChainCRF`, so that neighbouring labels are predicted together.
        Needs ``pooling=None``.
    forbidden : iterable of (int or None, int or None), default=()
        The transitions that the CRF rules out, as `LinearChainCRF` has them.
    n_characters : int, default=None
        Number of character ids, padding (0) and unknown (1) included, for tokens
        that come with their characters; None for those that do not.
    characters_dim : int, default=32
        Size of the `CharacterEncoder`, which adds ``2 * characters_dim`` numbers to
        the vector of each token. Ignored without ``n_characters``.

    Attributes
    ----------
    embedding : TokenEmbedding or None
        Vectors of the tokens; None for sequences of numbers.
    characters : CharacterEncoder or None
        What reads the characters of the tokens.
    encoder : RecurrentEncoder
        The recurrent layers.
    pooling : Pooling, Module or callable
        As `make_pooling` makes it; the function `every_step` where nothing is pooled.
    head : Affine
        The linear map to the outputs.
    crf : LinearChainCRF or None
        The distribution over sequences of labels.
    bidirectional : bool
        As given.
    dropout : SeededDropout
        Used at each of the places named above.
    n_units : int
        Length of the pooled vector: ``hidden_size``, twice that with two
        directions, and twice again with "final_max".

    See Also
    --------
    make_loss : The losses to train it with.

    Notes
    -----
    With :math:`D` for dropout, :math:`E` for the embedding and :math:`L_1,
    \dots, L_m` for the layers,

    .. math::
        h^{(1)} &= L_1(D(E(x))) \quad\text{or}\quad L_1(x) \\
        h^{(i)} &= L_i(D(h^{(i-1)})) \\
        u &= \operatorname{pool}(h^{(m)}_1, \dots, h^{(m)}_{\text{length}}) \\
        f &= W D(u) + b.

    A `CharacterEncoder` :math:`S` reads the characters of a token, and its vector joins
    that of the token, :math:`D([E(x), S(x)])`. Without pooling each real step has a
    :math:`u = h^{(m)}_t` and a row of its own. The rows are flat, ``(n_real_steps,
    ...)``: the steps of sample 0 in order, then those of sample 1, and so on.

    Dropping from :math:`h^{(m)}` as well would drop twice from a pooled last
    step, and would let "max" pick from values scaled up by dropout alone.

    In evaluation mode, without gradients and on the CPU, a sequence gets the same
    outputs, to the bit, alone or in any batch, at any place in it and behind any
    padding. For this batches are filled up to whole groups of 8 rows, products to a
    multiple of 16 columns, and sums over time are computed in float64 and rounded to
    float32, where their order no longer shows. (Seen with 1 to 16 threads; "mps" has
    no float64 and does without.)

    No number is drawn from torch's global generator, neither for the initial
    weights nor for dropout.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import RecurrentNetwork
    >>> network = RecurrentNetwork(2, n_tokens=100, cell="gru").eval()
    >>> tokens = torch.tensor([[5, 7, 9], [8, 0, 0]])
    >>> network(tokens, torch.tensor([3, 1])).shape
    torch.Size([2, 2])
    """

    def __init__(
        self,
        n_outputs: int,
        *,
        n_features: int | None = None,
        n_tokens: int | None = None,
        embedding_dim: int = 64,
        embedding: Any = None,
        freeze_embedding: bool = False,
        hidden_size: int = 64,
        cell: CellName = "lstm",
        nonlinearity: str = "tanh",
        num_layers: int = 1,
        bidirectional: bool = False,
        pooling: str | type[nn.Module] | None = "last",
        dropout: float = 0.0,
        random_state: int = 0,
        crf: bool = False,
        forbidden: Iterable[tuple[int | None, int | None]] = (),
        n_characters: int | None = None,
        characters_dim: int = 32,
    ) -> None:
        super().__init__()
        forbidden = list(forbidden)
        _check_crf(crf, forbidden, pooling)
        generator = torch.Generator().manual_seed(random_state)
        if embedding is not None:
            embedding = torch.asarray(embedding, dtype=torch.float32, copy=True)
            n_tokens = len(embedding) if n_tokens is None else n_tokens
        self.embedding: TokenEmbedding | None = None
        if n_tokens is not None and n_features is None:
            self.embedding = TokenEmbedding(
                n_tokens,
                embedding_dim,
                generator=generator,
                weight=embedding,
                freeze=freeze_embedding,
            )
            input_size = self.embedding.embedding_dim
        elif n_features is not None and n_tokens is None:
            input_size = n_features
        else:
            raise ValueError(
                "Give exactly one of n_features (sequences of numbers) and n_tokens "
                f"(sequences of tokens); got n_features={n_features!r} and "
                f"n_tokens={n_tokens!r}."
            )
        self.characters: CharacterEncoder | None = None
        if n_characters is not None:
            if self.embedding is None:
                raise ValueError(
                    "n_characters is for sequences of tokens, whose words have "
                    f"characters; got n_characters={n_characters!r} and "
                    f"n_features={n_features!r}. Leave n_characters out."
                )
            self.characters = CharacterEncoder(
                n_characters, characters_dim, generator=generator
            )
            input_size += self.characters.n_units
        self.dropout = SeededDropout(dropout)
        self.bidirectional = bidirectional
        self.encoder = RecurrentEncoder(
            input_size,
            hidden_size,
            generator=generator,
            cell=cell,
            nonlinearity=nonlinearity,
            num_layers=num_layers,
            bidirectional=bidirectional,
            dropout=self.dropout,
        )
        self.n_units = self.encoder.n_units
        self.pooling: Any = every_step
        if pooling is not None:
            self.pooling = make_pooling(pooling, self.n_units, generator=generator)
            self.n_units = self.pooling.n_units
        self.head = Affine(self.n_units, n_outputs, generator=generator)
        self.crf = LinearChainCRF(n_outputs, forbidden) if crf else None
        # A number of its own, or masks would repeat the draws of the weights.
        self.reseed(int(torch.randint(2**31, (), generator=generator)))

    def forward(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute the outputs: logits, or predictions of a regression.

        Parameters
        ----------
        x : Tensor
            Token ids of shape (n_samples, n_timesteps), or numbers of shape
            (n_samples, n_timesteps, n_features); padded on the right.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Character ids of each token, padded with 0 on the right, for a network
            with ``n_characters``.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_outputs) or (n_real_steps, n_outputs)
            float32 in training mode, float64 in evaluation mode (of float32
            precision, so that a softmax of them sums to one).
        """
        return self.forward_vectors(self.embed(x, lengths, characters), lengths)

    def embed(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute the vectors that the encoder reads: the first half of `forward`.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
            Of tokens their vectors, joined by those of their characters where there
            are any; of numbers the numbers, with zeros in the padding. In training mode
            after dropout. The time axis comes first in memory.
        """
        lengths = lengths.to(x.device)
        return self._embed(x, lengths, self._read_characters(characters, lengths))

    def forward_vectors(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Compute the outputs from vectors of `embed`: the second half of `forward`.

        Parameters
        ----------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
            As from `embed`, or any others, such as points between two of them.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_outputs) or (n_real_steps, n_outputs)
            Those of `forward`. In evaluation mode they have a gradient too, unless
            torch's ``no_grad`` is set; on a GPU only the training mode has one.
        """
        if not self.training:
            pooled = self._represent(vectors, lengths)
            return self._exact(predict_affine(self.head, pooled))
        pooled = self._pool(*self._encode(vectors, lengths))
        outputs: Tensor = self.head(self.dropout(pooled))
        return outputs

    def predict(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute what `forward` does in evaluation mode, and leave it in float32.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        outputs : float32 Tensor of shape (n_samples, n_outputs) or \
                (n_real_steps, n_outputs)
        """
        return predict_affine(self.head, self.represent(x, lengths, characters))

    def predict_over_time(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute what `predict` gives for the steps up to each step.

        Row by row it is `predict` of the first step alone, of the first two, and so
        on, but the network runs once. Only with one direction.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        outputs : float32 Tensor of shape (n_real_steps, n_outputs)

        Raises
        ------
        ValueError
            If the network has two directions.
        """
        self._check_one_direction("predict_over_time")
        vectors = self.embed(x, lengths, characters)
        outputs, lengths = self._encode(vectors, lengths)
        if self.pooling is not every_step:
            outputs = pool_prefixes(self.pooling, outputs)
        return predict_affine(self.head, every_step(outputs, lengths))

    def step(
        self,
        x: Tensor,
        state: RunningState | None = None,
        characters: Tensor | None = None,
    ) -> tuple[Tensor, RunningState]:
        """Read one more step of each sequence, in evaluation mode.

        Parameters
        ----------
        x : Tensor
            Token ids of shape (n_samples,), or numbers of shape (n_samples,
            n_features).
        state : RunningState, default=None
            What the step before returned; None at the first step. It is not changed.
        characters : int Tensor of shape (n_samples, n_letters), default=None
            Characters of the tokens, for a network with ``n_characters``.

        Returns
        -------
        outputs : float32 Tensor of shape (n_samples, n_outputs)
            What `predict` gives for all steps so far; without pooling, at this one.
        state : RunningState
            What the next step needs.

        Raises
        ------
        ValueError
            If the network has two directions.

        Examples
        --------
        >>> import torch
        >>> from sklearn_rnn.nn import RecurrentNetwork
        >>> network = RecurrentNetwork(2, n_tokens=100, cell="gru").eval()
        >>> tokens = torch.tensor([[5, 7, 9], [8, 6, 2]])
        >>> state = None
        >>> for t in range(3):
        ...     outputs, state = network.step(tokens[:, t], state)
        >>> expected = network.predict(tokens, torch.tensor([3, 3]))
        >>> bool(torch.allclose(outputs, expected))
        True
        """
        self._check_one_direction("step")
        with torch.no_grad():
            cells, memory = (None, ()) if state is None else state
            lengths = torch.ones(len(x), dtype=torch.int64, device=x.device)
            if characters is not None:
                characters = characters.unsqueeze(1)
            words = self._read_characters(characters, lengths)
            inputs = self._embed(x.unsqueeze(1), lengths, words)[:, 0]
            pooled, cells = self.encoder.step(inputs, cells)
            if self.pooling is not every_step:
                pooled, memory = pool_step(self.pooling, memory, pooled)
            outputs = predict_affine(self.head, pooled)
        return outputs, RunningState(cells, memory)

    def represent(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute the vectors that the head reads, before dropout.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        pooled : float32 Tensor of shape (n_samples, n_units) or (n_real_steps, n_units)
        """
        return self._represent(self.embed(x, lengths, characters), lengths)

    def decode(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Predict the label of each time step, of a network without pooling.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        labels : int64 Tensor of shape (n_real_steps,)
            With a CRF the labels of each sequence that are most probable together,
            else the most probable label of each step.
        """
        self._check_steps("decode")
        read = self.read_out(self._emissions(x, lengths, characters), lengths)
        return read.argmax(dim=1) if self.crf is None else read

    def log_proba(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute the log-probability of each label, of a network without pooling.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        log_proba : float64 Tensor of shape (n_real_steps, n_outputs)
            With a CRF the marginal distribution of each step's label. Of float32
            precision, but the exponentials of a row sum to one in float64.
        """
        self._check_steps("log_proba")
        scores = self._emissions(x, lengths, characters)
        if self.crf is not None:
            marginals = self.crf.log_marginals(scores, lengths.to(scores.device))
            # Rounded, where the order of the sums over labels no longer shows.
            scores = marginals.float().to(scores.dtype)
        return scores.log_softmax(dim=1)

    def read_out(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        """Turn the outputs of `forward` into what is scored against the target.

        Parameters
        ----------
        outputs : Tensor of shape (n_samples, n_outputs) or (n_real_steps, n_outputs)
            As `forward` gives them.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.

        Returns
        -------
        read : Tensor
            With a CRF the labels of the steps, int64 of shape (n_real_steps,), as
            `decode` finds them; else the outputs as they are.
        """
        if self.crf is None:
            return outputs
        return self.crf.decode(outputs, lengths.to(outputs.device))

    def attention_weights(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None = None
    ) -> Tensor:
        """Compute how much each time step counts in ``pooling="attention"``.

        Parameters
        ----------
        x : Tensor
            Sequences, as for `forward`.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1; on any device.
        characters : int Tensor of shape (n_samples, n_timesteps, n_letters), \
                default=None
            Characters of the tokens, as for `forward`.

        Returns
        -------
        weights : float32 Tensor of shape (n_samples, n_timesteps)
            Rows sum to one; padding has weight zero.

        Raises
        ------
        ValueError
            If the pooling is another one.
        """
        if not isinstance(self.pooling, Attention):
            name = getattr(self.pooling, "__name__", type(self.pooling).__name__)
            raise ValueError(
                "Only a network with pooling='attention' has attention weights; "
                f"this one pools with {name}."
            )
        vectors = self.embed(x, lengths, characters)
        outputs, lengths = self._encode(vectors, lengths)
        weights = self.pooling.weights(Encoded(self._exact(outputs), lengths))
        return weights.to(outputs.dtype)

    def reseed(self, seed: int) -> None:
        """Start the stream of dropout masks again from ``seed``.

        Parameters
        ----------
        seed : int
            The new seed.
        """
        self.dropout.reseed(seed)

    def _represent(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Compute what the head reads from what the encoder reads."""
        return self._pool(*self._encode(vectors, lengths))

    def _encode(self, vectors: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the outputs of the last layer."""
        encoded = self.encoder(vectors, lengths)
        return encoded.outputs, encoded.lengths

    def _read_characters(
        self, characters: Tensor | None, lengths: Tensor
    ) -> Tensor | None:
        """Compute the vectors of words, if they have characters; time axis first."""
        if (characters is None) != (self.characters is None):
            raise ValueError(
                "characters must be given to a network with n_characters, and to no "
                f"other; got {'none' if characters is None else 'some'} for a network "
                f"{'without' if self.characters is None else 'with'} n_characters."
            )
        if self.characters is None:
            return None
        vectors: Tensor = self.characters(characters, lengths)
        return vectors.transpose(0, 1)

    def _embed(self, x: Tensor, lengths: Tensor, words: Tensor | None) -> Tensor:
        """Look up or clean the inputs; the time axis then comes first in memory."""
        if self.embedding is not None:
            embedded: Tensor = self.embedding(x.t())
            if words is not None:
                embedded = torch.cat([embedded, words], dim=2)
            embedded = self.dropout(embedded)
            return embedded.transpose(0, 1)  # (n_samples, n_timesteps, input_size)
        # NaN in the padding would reach the gradient of the weights as 0 * NaN.
        padding = ~length_mask(lengths, x.shape[1]).t().unsqueeze(2)
        steps = x.to(self.head.weight.dtype).transpose(0, 1)
        return steps.masked_fill(padding, 0.0).contiguous().transpose(0, 1)

    def _pool(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        if self.pooling is every_step:
            return every_step(outputs, lengths)
        encoded = Encoded(outputs, lengths, bidirectional=self.bidirectional)
        return pool(self.pooling, encoded)

    def _emissions(
        self, x: Tensor, lengths: Tensor, characters: Tensor | None
    ) -> Tensor:
        outputs = self.predict(x, lengths, characters)
        return raise_precision(outputs)

    def _check_steps(self, method: str) -> None:
        if self.pooling is not every_step:
            raise ValueError(
                f"{method} needs a network with pooling=None, which has outputs at "
                "every time step; this one gives one row per sequence."
            )

    def _check_one_direction(self, method: str) -> None:
        if self.bidirectional:
            raise ValueError(
                f"{method} needs a network with bidirectional=False; the backward half "
                "of this one reads from the end, and begins anew with each step."
            )

    def _exact(self, values: Tensor) -> Tensor:
        """Raise to float64 in evaluation mode, where sums must not show order."""
        return values if self.training else raise_precision(values)


def _check_crf(
    crf: bool,
    forbidden: list[tuple[int | None, int | None]],
    pooling: str | type[nn.Module] | None,
) -> None:
    if crf and pooling is not None:
        raise ValueError(
            "crf=True needs pooling=None, so that every time step has a label; got "
            f"pooling={pooling!r}."
        )
    if forbidden and not crf:
        raise ValueError(
            "forbidden needs crf=True, for only a CRF knows of transitions; got "
            f"forbidden={forbidden} and crf=False."
        )
