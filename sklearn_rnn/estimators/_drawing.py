"""Drawing from what a model holds for probable."""

from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax


class Drawing(NamedTuple):
    """How tokens are drawn.

    Parameters
    ----------
    temperature, top_k, top_p : object
        As `RNNLanguageModel.sample` has them.
    rng : RandomState
    """

    temperature: float
    top_k: int | None
    top_p: float | None
    rng: np.random.RandomState

    def check(self) -> "Drawing":
        """Refuse what cannot be drawn by."""
        given: Any = self.temperature
        if not isinstance(given, Real) or not 0 <= float(given) < np.inf:
            raise ValueError(
                f"temperature must be a finite number of at least 0, got "
                f"{self.temperature!r}; 1 draws from the probabilities as they are."
            )
        if self.top_k is not None:
            check_count("top_k", self.top_k)
        share: Any = 1 if self.top_p is None else self.top_p
        if not isinstance(share, Real) or not 0 < float(share) <= 1:
            raise ValueError(f"top_p must be in (0, 1], or None, got {self.top_p!r}.")
        return self

    def draw(self, logits: NDArray[np.float64]) -> NDArray[np.int64]:
        """Draw a token for each row.

        Parameters
        ----------
        logits : float64 ndarray of shape (n_samples, n_tokens)

        Returns
        -------
        tokens : int64 ndarray of shape (n_samples,)
        """
        if self.temperature == 0:
            return logits.argmax(axis=1)
        # The largest first, so that no temperature makes infinity of all.
        shifted = logits - logits.max(axis=1, keepdims=True)
        proba = softmax(shifted / self.temperature, axis=1)
        order = np.argsort(-proba, axis=1, kind="stable")
        sums = np.cumsum(np.take_along_axis(proba, order, axis=1), axis=1)
        drawn = self.rng.random_sample((len(logits), 1)) * self._total(sums)
        # The first token whose sum is beyond what was drawn.
        place = (sums <= drawn).sum(axis=1, keepdims=True)
        return np.take_along_axis(order, place, axis=1)[:, 0]

    def _total(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the probability of all tokens that may be drawn."""
        last = np.full((len(sums), 1), sums.shape[1] - 1)
        if self.top_k is not None:
            last = np.minimum(last, self.top_k - 1)
        if self.top_p is not None:
            enough = (sums < self.top_p * sums[:, -1:]).sum(axis=1, keepdims=True)
            last = np.minimum(last, enough)
        return np.take_along_axis(sums, last, axis=1)


def check_count(name: str, value: Any) -> None:
    """Refuse what is no number of things, at least one.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}.")
