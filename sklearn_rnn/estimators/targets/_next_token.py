"""The token that follows each step, which is known from the sequences."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from sklearn_rnn.estimators.targets._target import Target, weight_of_steps
from sklearn_rnn.nn import Head, NextTokenHead
from sklearn_rnn.sequences import PAD, Sequences, offsets_of

BESIDE_TOKENS = {
    "characters": "characters",
    "static": "static columns",
    "beside": "other sequences",
}
"""What X may hold beside token ids, in words."""


class NextTokenTarget(Target):
    """The token that follows each step; behind the last one the end.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    tie_weights : bool
    softmax : {"auto", "full", "sampled"}
    n_negatives : int
        As `RNNLanguageModel` has them.
    """

    is_given = False
    score: ClassVar[Any] = None  # the loss says it all
    learnt = ("n_drawn",)

    def __init__(
        self, owner: str, tie_weights: bool, softmax: str, n_negatives: int
    ) -> None:
        super().__init__(owner)
        self.tie_weights = tie_weights
        self.softmax = softmax
        self.n_negatives = n_negatives
        self.n_drawn = 0

    def check(
        self, y: Any, sequences: Sequences, *, reset: bool, **options: Any
    ) -> Sequences:
        """Give the ids that follow, with the end behind those of each sequence."""
        for name in ("characters", "static", "beside"):
            if getattr(sequences, name) in (None, ()):
                continue
            beside = BESIDE_TOKENS[name]
            raise ValueError(
                f"{self.owner} reads token ids alone, but X holds {beside} beside "
                "them, which the tokens that it predicts do not have; leave them out."
            )
        return ending(sequences)

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Decide whether training draws negatives."""
        n_tokens = len(np.unique(y.values))
        draws = self.softmax == "sampled"
        if self.softmax == "auto":
            draws = n_tokens > FEW * self.n_negatives
        self.n_drawn = self.n_negatives if draws else 0

    @property
    def touches_few_rows(self) -> bool:
        """Whether a batch has a gradient for few rows of the vectors of tokens."""
        return self.n_drawn > 0

    def strata(self, y: Any) -> NDArray[Any]:
        """Give nothing to stratify by."""
        return np.zeros(len(y))

    def weigh(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give each token the weight of its sequence."""
        return weight_of_steps(y, weight)

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make the head, with negatives or without."""
        return NextTokenHead(
            n_units,
            tie_weights=self.tie_weights,
            n_negatives=self.n_drawn,
            **shared,
        )

    def structure(self) -> dict[str, Any]:
        """Name what gives the weights their meaning."""
        return {"tie_weights": self.tie_weights}

    def response(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn logits into probabilities (n_samples, n_tokens)."""
        return softmax(outputs, axis=1)


# With so few times as many tokens as negatives, the full softmax is about as fast.
FEW = 8


def ending(sequences: Sequences) -> Sequences:
    """Put the end behind each sequence.

    Parameters
    ----------
    sequences : Sequences
        Of token ids.

    Returns
    -------
    ended : Sequences
        One step longer each.
    """
    offsets = offsets_of(sequences.lengths + 1)
    values = np.full(offsets[-1], PAD, dtype=sequences.values.dtype)
    is_token = np.ones(len(values), dtype=bool)
    is_token[offsets[1:] - 1] = False
    values[is_token] = sequences.values
    return Sequences(values, offsets)
