"""From ids or numbers to the vectors that the encoder reads."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Batch
from sklearn_rnn.nn._characters import CharacterEncoder
from sklearn_rnn.nn._embedding import TokenEmbedding
from sklearn_rnn.nn._lengths import without_padding
from sklearn_rnn.nn._patches import count_patches, join_steps
from sklearn_rnn.nn._steps import pad_steps
from sklearn_rnn.nn.kernels import predict_affine


class Embedder(nn.Module):
    r"""From ids or numbers to the vectors that the encoder reads.

    Parameters
    ----------
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
    n_characters : int, default=None
        Number of character ids, padding (0) and unknown (1) included, for tokens
        that come with their characters; None for those that do not.
    characters_dim : int, default=32
        Size of the `CharacterEncoder`, which adds ``2 * characters_dim`` numbers to
        the vector of each token. Ignored without ``n_characters``.
    numbers_dim : int, default=None
        Length of the vector that the numbers of a step are mapped to; None leaves them
        as they are. Ignored for tokens.
    patch_length : int, default=1
        How many consecutive steps of numbers the encoder reads as one, side by side.
        More of them shorten long series. Tokens are read one by one.
    dropout : torch.nn.Module
        Applied to the vectors of tokens. Numbers are not dropped.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    tokens : TokenEmbedding or None
        Vectors of the tokens; None for sequences of numbers.
    characters : CharacterEncoder or None
        What reads the characters of the tokens.
    numbers : Affine or None
        What maps the numbers of a step, with ``numbers_dim``.
    n_units : int
        Length of a vector.

    patch_length : int
        The parameter.

    Notes
    -----
    With :math:`D` for dropout, :math:`E` for the vectors of tokens and :math:`C` for
    the `CharacterEncoder`, a token :math:`x` becomes :math:`D([E(x), C(x)])`, or
    :math:`D(E(x))` without characters. Numbers stay as they are; with ``numbers_dim``
    they become :math:`\max(0, W x + b)`. With patches of :math:`p` steps [1]_ the
    numbers :math:`x_{kp}, \dots, x_{kp + p - 1}` are those of one step :math:`k`, with
    zeros behind the end.

    References
    ----------
    .. [1] Y. Nie, N. H. Nguyen, P. Sinthong and J. Kalagnanam, "A Time Series is Worth
       64 Words: Long-term Forecasting with Transformers", ICLR 2023.
    """

    def __init__(
        self,
        *,
        n_features: int | None = None,
        n_tokens: int | None = None,
        embedding_dim: int = 64,
        embedding: Any = None,
        freeze_embedding: bool = False,
        n_characters: int | None = None,
        characters_dim: int = 32,
        numbers_dim: int | None = None,
        patch_length: int = 1,
        dropout: nn.Module,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        if embedding is not None:
            embedding = torch.asarray(embedding, dtype=torch.float32, copy=True)
            n_tokens = len(embedding) if n_tokens is None else n_tokens
        _check_one_kind(n_features, n_tokens, n_characters)
        _check_patch_length(patch_length, n_features)
        self.patch_length = patch_length
        self.tokens: TokenEmbedding | None = None
        self.characters: CharacterEncoder | None = None
        self.numbers: Affine | None = None
        self.n_units = (n_features or 0) * patch_length
        if n_features is not None and numbers_dim is not None:
            self.numbers = Affine(self.n_units, numbers_dim, generator=generator)
            self.n_units = numbers_dim
        if n_tokens is not None:
            self.tokens = TokenEmbedding(
                n_tokens,
                embedding_dim,
                generator=generator,
                weight=embedding,
                freeze=freeze_embedding,
            )
            self.n_units += self.tokens.embedding_dim
        if n_characters is not None:
            self.characters = CharacterEncoder(
                n_characters, characters_dim, generator=generator
            )
            self.n_units += self.characters.n_units
        self.dropout = dropout

    def forward(self, batch: Batch) -> Tensor:
        """Compute the vectors of a batch.

        Parameters
        ----------
        batch : Batch
            Of token ids, or of numbers.

        Returns
        -------
        vectors : float Tensor of shape (n_samples, n_timesteps, n_units)
            Of tokens their vectors, joined by those of their characters where there
            are some; of numbers the numbers, with zeros in the padding. With patches a
            step of them is a patch. In training mode after dropout. The time axis comes
            first in memory.
        """
        read, tokens = self._characters_of(batch), self.tokens
        if tokens is None:
            steps = without_padding(batch.values.transpose(0, 1), batch.lengths)
            numbers = steps.contiguous().transpose(0, 1)
            return self._of_numbers(join_steps(numbers, self.patch_length))
        embedded: Tensor = tokens(batch.values.t())
        if read is not None:
            embedded = torch.cat([embedded, read], dim=2)
        if self.dropout.training:
            embedded = self.dropout(embedded)
        return embedded.transpose(0, 1)  # (n_samples, n_timesteps, n_units)

    def count_steps(self, lengths: Tensor) -> Tensor:
        """Count the steps of the vectors of sequences.

        Parameters
        ----------
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps of the sequences, at least 1.

        Returns
        -------
        counts : int64 Tensor of shape (n_samples,)
        """
        return count_patches(lengths, self.patch_length)

    def _of_numbers(self, numbers: Tensor) -> Tensor:
        if self.numbers is None:
            return numbers
        steps = numbers.transpose(0, 1)
        flat = steps.flatten(0, 1)
        flat = (
            self.numbers(flat) if self.training else predict_affine(self.numbers, flat)
        )
        return flat.relu().reshape(*steps.shape[:2], -1).transpose(0, 1)

    def _characters_of(self, batch: Batch) -> Tensor | None:
        """Read the characters, if there are some, with the time axis first."""
        encoder: CharacterEncoder | None = self.characters
        given, wanted = batch.characters is not None, encoder is not None
        if given != wanted:
            raise ValueError(
                "characters must be given to a network with n_characters, and to no "
                f"other; got {'some' if given else 'none'} for a network "
                f"{'with' if wanted else 'without'} n_characters."
            )
        if encoder is None:
            return None
        words: Tensor = encoder(batch.characters)
        return pad_steps(words, batch.lengths, batch.values.shape[1]).transpose(0, 1)


def _check_one_kind(
    n_features: int | None, n_tokens: int | None, n_characters: int | None
) -> None:
    if (n_features is None) == (n_tokens is None):
        raise ValueError(
            "Give exactly one of n_features (sequences of numbers) and n_tokens "
            f"(sequences of tokens); got n_features={n_features!r} and "
            f"n_tokens={n_tokens!r}."
        )
    if n_characters is not None and n_tokens is None:
        raise ValueError(
            "n_characters is for sequences of tokens, whose words have characters; "
            f"got n_characters={n_characters!r} and n_features={n_features!r}. Leave "
            "n_characters out."
        )


def _check_patch_length(patch_length: int, n_features: int | None) -> None:
    if patch_length < 1:
        raise ValueError(f"patch_length must be at least 1, got {patch_length!r}.")
    if patch_length > 1 and n_features is None:
        raise ValueError(
            "patch_length is for sequences of numbers; got "
            f"patch_length={patch_length!r} for tokens. Leave it out."
        )
