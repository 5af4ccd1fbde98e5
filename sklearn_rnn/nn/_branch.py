"""A sequence beside another one: a network of its own makes a vector of it."""

from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Batch
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._encoder import RecurrentEncoder
from sklearn_rnn.nn._poolings import make_pooling, pool
from sklearn_rnn.nn._static import join_static


class Branch(nn.Module):
    r"""One vector of each sequence: an embedder, an encoder and a pooling.

    What a network makes of the sequences that stand beside the first one.

    Parameters
    ----------
    hidden_size : int
        Number of hidden units of each direction of each layer.
    pooling : str or class, default="max"
        As `make_pooling` takes it.
    n_static : int, default=None
        Number of static columns of its batch, which are put behind the pooled vector.
    layers : dict, default=None
        The other parameters of `RecurrentEncoder`, such as ``{"cell": "gru"}``.
    dropout : torch.nn.Module
        Applied to the vectors of tokens, and between the layers.
    generator : torch.Generator
        Source of the initial weights.
    **inputs : dict
        What the sequences are made of: the parameters of `Embedder`.

    Attributes
    ----------
    embedder : Embedder
        From ids or numbers to vectors.
    encoder : RecurrentEncoder
        The recurrent layers.
    pooling : Pooling
        How the outputs at all steps become one vector.
    n_units : int
        Length of that vector and the static columns together.

    Notes
    -----
    With :math:`V` for the embedder, :math:`L` for the layers and the static columns
    :math:`s` of this sequence, if there are any, the vector is

    .. math:: [\operatorname{pool}(L(V(x))), s].

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, Branch, SeededDropout
    >>> shared = {"dropout": SeededDropout(0.0), "generator": torch.Generator()}
    >>> branch = Branch(5, n_features=3, **shared)
    >>> branch(Batch(torch.ones(2, 7, 3), torch.tensor([7, 4]))).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        hidden_size: int,
        *,
        pooling: Any = "max",
        n_static: int | None = None,
        layers: dict[str, Any] | None = None,
        dropout: nn.Module,
        generator: torch.Generator,
        **inputs: Any,
    ) -> None:
        super().__init__()
        shared: dict[str, Any] = {"dropout": dropout, "generator": generator}
        self.embedder = Embedder(**inputs, **shared)
        self.encoder = RecurrentEncoder(
            self.embedder.n_units, hidden_size, **(layers or {}), **shared
        )
        units = self.encoder.n_units
        self.pooling = make_pooling(pooling, units, generator=generator)
        self.n_units = self.pooling.n_units + (n_static or 0)

    def forward(self, batch: Batch) -> Tensor:
        """Compute the vectors of a batch.

        Parameters
        ----------
        batch : Batch

        Returns
        -------
        vectors : Tensor of shape (n_samples, n_units)
        """
        dtype = next(self.encoder.parameters()).dtype
        vectors = self.embedder(batch).to(dtype)
        encoded = self.encoder(vectors, self.embedder.count_steps(batch.lengths))
        return join_static(pool(self.pooling, encoded), batch)
