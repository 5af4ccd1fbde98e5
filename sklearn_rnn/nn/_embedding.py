"""Token ids to vectors."""

import torch
from torch import Tensor, nn


class TokenEmbedding(nn.Embedding):
    r"""A trainable vector for each token id.

    Parameters
    ----------
    n_tokens : int
        Number of ids, padding and unknown included.
    embedding_dim : int
        Length of each vector. Longer vectors can tell more words apart and
        need more text to learn. Ignored when ``weight`` is given.
    generator : torch.Generator
        Source of the initial vectors; not drawn from when ``weight`` is given.
    weight : Tensor of shape (n_tokens, embedding_dim), default=None
        Vectors to start from, such as pretrained ones. They are copied.
    freeze : bool, default=False
        Whether the vectors keep their initial values in training.
    padding_idx : int, default=0
        The id of padding. Its vector is zero and stays zero.
    unknown_idx : int, default=1
        The id of every token that has no id of its own.

    Attributes
    ----------
    unknown_is_mean : bool
        Set it to True where training shows no unknown token: on each change
        from training to evaluation mode the unknown vector then becomes the
        mean of the known ones, in place of the noise it started as.
        False by default.
    known : bool Tensor of shape (n_tokens,)
        The ids whose vectors enter that mean: a buffer, at first all ids but
        padding and unknown.

    Notes
    -----
    Initial vectors are drawn from :math:`\mathcal{N}(0, 1 / d)` with
    :math:`d` the embedding dimension: every word has about length one, and the
    entries are small enough for training to reshape them in a few epochs.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import TokenEmbedding
    >>> embedding = TokenEmbedding(10, 4, generator=torch.Generator())
    >>> embedding(torch.tensor([[2, 3, 0]])).shape
    torch.Size([1, 3, 4])
    """

    known: Tensor

    def __init__(
        self,
        n_tokens: int,
        embedding_dim: int,
        *,
        generator: torch.Generator,
        weight: Tensor | None = None,
        freeze: bool = False,
        padding_idx: int = 0,
        unknown_idx: int = 1,
    ) -> None:
        if weight is None:
            weight = torch.empty(n_tokens, embedding_dim)
            nn.init.normal_(weight, std=embedding_dim**-0.5, generator=generator)
        elif weight.ndim != 2 or weight.shape[0] != n_tokens:
            raise ValueError(
                "embedding must be a matrix with one row for each of the "
                f"{n_tokens} token ids, padding (row {padding_idx}) and unknown "
                f"(row {unknown_idx}) included; got shape {tuple(weight.shape)}."
            )
        else:
            weight = weight.detach().clone()
        weight[padding_idx] = 0.0
        embedding_dim = weight.shape[1]
        super().__init__(
            n_tokens,
            embedding_dim,
            padding_idx=padding_idx,
            _weight=weight,
            _freeze=freeze,
        )
        self.unknown_idx = unknown_idx
        self.unknown_is_mean = False
        known = torch.ones(n_tokens, dtype=torch.bool)
        known[padding_idx] = known[unknown_idx] = False
        self.register_buffer("known", known)

    def train(self, mode: bool = True) -> "TokenEmbedding":
        """Set training or evaluation mode.

        Parameters
        ----------
        mode : bool, default=True
            True for training mode, False for evaluation mode.

        Returns
        -------
        self : TokenEmbedding
        """
        if self.training and not mode and self.unknown_is_mean:
            self._average_unknown()
        return super().train(mode)

    @torch.no_grad()
    def _average_unknown(self) -> None:
        vectors = self.weight[self.known]  # (n_known, embedding_dim)
        if len(vectors) > 0:
            self.weight[self.unknown_idx] = vectors.mean(dim=0)
