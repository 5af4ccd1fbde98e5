"""Dropout that draws from a generator of its own."""

import torch
from torch import Tensor

from sklearn_rnn.nn._seeded_stream import SeededStream


class SeededDropout(SeededStream):
    r"""Dropout whose masks come from a private generator.

    Use it in place of :class:`torch.nn.Dropout` where a fit must be repeatable
    without setting, or even touching, the global random state, also when two
    threads fit at once.

    Parameters
    ----------
    p : float, default=0.5
        Probability of dropping an element, in ``[0, 1)``. More of it slows
        learning down and protects small data from overfitting.
    seed : int, default=0
        Seed of the generator. It lives on the device of the tensors that come
        in and is created there when first needed.

    Notes
    -----
    Inverted dropout [1]_: in training mode, independently for each element,

    .. math::
        y = \frac{m\,x}{1 - p}, \qquad m \sim \text{Bernoulli}(1 - p),

    so that the expectation of ``y`` is ``x``, and nothing is left to do in
    evaluation mode. A copy or a pickle starts again from ``seed``.

    References
    ----------
    .. [1] N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and
       R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural Networks from
       Overfitting", JMLR 15, 2014.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import SeededDropout
    >>> dropout = SeededDropout(0.5, seed=0)
    >>> sorted(set(dropout(torch.ones(100)).tolist()))
    [0.0, 2.0]
    """

    def __init__(self, p: float = 0.5, *, seed: int = 0) -> None:
        super().__init__(seed=seed)
        if not 0.0 <= p < 1.0:
            raise ValueError(f"dropout must be at least 0 and below 1, got {p!r}.")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Drop elements in training mode, return ``x`` as it is otherwise.

        Parameters
        ----------
        x : floating Tensor of any shape

        Returns
        -------
        dropped : Tensor of the shape and dtype of ``x``
        """
        if not self.training or self.p == 0.0:
            return x
        keep = 1.0 - self.p
        generator = self.generator_on(x.device)
        mask = torch.empty_like(x).bernoulli_(keep, generator=generator)
        return x * mask.div_(keep)

    def extra_repr(self) -> str:
        """Name the parameters in ``repr``."""
        return f"p={self.p}, seed={self.seed}"
