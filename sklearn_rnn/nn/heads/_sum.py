"""Several heads on one encoder."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Batch, Encoded, Targets
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._losses import AVERAGES
from sklearn_rnn.nn.heads._head import Head
from sklearn_rnn.nn.kernels import raise_precision


class HeadSum(Head):
    r"""Train several heads on the same targets: losses add, probabilities average.

    The heads have outputs of the same shape, and losses of the same link.

    Parameters
    ----------
    n_units : int
        Number of units of the encoder's outputs.
    heads : iterable of callable
        Each is called as that of `RecurrentNetwork` and returns a `Head`.
    n_static : int, default=0
        Number of static columns, which each head reads behind its vector.
    dropout : Module, default=None
        Given to each head.
    **shared : dict
        Given to each head too: ``generator``.

    Attributes
    ----------
    heads : ModuleList
        The heads.

    Notes
    -----
    With the outputs :math:`f^{(k)}`, the losses :math:`\ell_k` and the link :math:`g`
    of :math:`K` heads,

    .. math::
        \ell &= \textstyle\sum_k \ell_k(f^{(k)}, y) \\
        f &= g\Big(\tfrac{1}{K} \textstyle\sum_k g^{-1}(f^{(k)})\Big).

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, HeadSum, PooledHead, RecurrentNetwork
    >>> heads = [partial(PooledHead, n_outputs=2, pooling=p) for p in ("last", "max")]
    >>> network = RecurrentNetwork(partial(HeadSum, heads=heads), n_features=3).eval()
    >>> network(Batch(torch.zeros(5, 4, 3), torch.full((5,), 4))).shape
    torch.Size([5, 2])
    """

    def __init__(
        self,
        n_units: int,
        *,
        heads: Iterable[Callable[..., Head]],
        n_static: int = 0,
        dropout: nn.Module | None = None,
        **shared: Any,
    ) -> None:
        super().__init__()
        self.n_static = n_static
        if n_static:
            shared["n_static"] = n_static
        made = [make(n_units, dropout=dropout, **shared) for make in heads]
        self.heads: Any = nn.ModuleList(made)
        self.rows = made[0].rows
        self.reads_state = any(head.reads_state for head in made)
        self.reads_end_only = all(head.reads_end_only for head in made)

    @property
    def n_units(self) -> int:
        """Length of the vectors of all heads together, with static columns once."""
        units: int = sum(head.n_units for head in self.heads)
        return units - (len(self.heads) - 1) * self.n_static

    @property
    def pooling(self) -> Any:
        """The pooling of the first head."""
        return getattr(self.heads[0], "pooling", None)

    def attention_weights(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Compute how much each step counts in the pooling of the first head."""
        weights: Tensor = self.heads[0].attention_weights(encoded, batch)
        return weights

    def why_no_step(self) -> str | None:
        """Give the reason of the first head that has one."""
        reasons = [head.why_no_step() for head in self.heads]
        return next(filter(None, reasons), super().why_no_step())

    def attach(self, embedder: Embedder, generator: torch.Generator) -> None:
        """Let each head take note of what it shares with the embedder."""
        for head in self.heads:
            head.attach(embedder, generator)

    def forward(
        self, encoded: Encoded, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs of all heads.

        In training, and wherever there are targets, those of the heads are side by
        side, (n_rows, n_outputs, n_heads); else they are averaged.
        """
        outputs = torch.stack([h(encoded, batch, target) for h in self.heads], dim=-1)
        if self.training or target is not None:
            return outputs
        return self._average(outputs)

    def losses(self, outputs: Tensor, target: Targets) -> Tensor:
        """Add the losses of the heads (n_targets,)."""
        parts = zip(self.heads, outputs.unbind(dim=-1), strict=True)
        return torch.stack([h.losses(part, target) for h, part in parts]).sum(dim=0)

    def as_predicted(self, outputs: Tensor) -> Tensor:
        """Average the outputs of the heads, where they are still side by side."""
        return outputs if outputs.ndim == 2 else self._average(outputs)

    def _average(self, outputs: Tensor) -> Tensor:
        average = AVERAGES[self.heads[0].loss.link]
        return average(raise_precision(outputs)).to(outputs.dtype)

    def represent(self, encoded: Encoded, batch: Batch) -> Tensor:
        """Put the vectors of the heads side by side, and static columns once behind."""
        vectors = [head.represent(encoded, batch) for head in self.heads]
        own = [vector[:, : vector.shape[1] - self.n_static] for vector in vectors[:-1]]
        return torch.cat([*own, vectors[-1]], dim=1)

    def start(self, target: Targets) -> None:
        """Let each head start from what is known of the targets."""
        for head in self.heads:
            head.start(target)
