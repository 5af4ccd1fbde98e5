"""A sequence of labels that is written label by label."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.estimators.targets._sequence import SequenceTarget
from sklearn_rnn.nn import DecoderHead, Head


class TranslationTarget(SequenceTarget):
    """A sequence of labels that is written label by label.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    target_vectorizer, hidden_size, embedding_dim, label_smoothing : object
        As `RNNTranslator` has them.
    """

    def __init__(
        self,
        owner: str,
        target_vectorizer: Any,
        hidden_size: int,
        embedding_dim: int,
        label_smoothing: float,
    ) -> None:
        super().__init__(owner, target_vectorizer)
        self.hidden_size = hidden_size
        self.embedding_dim = embedding_dim
        self.label_smoothing = label_smoothing

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a decoder."""
        return DecoderHead(
            n_units,
            self.n_outputs,
            end=self.end,
            hidden_size=self.hidden_size,
            embedding_dim=self.embedding_dim,
            label_smoothing=self.label_smoothing,
            **shared,
        )

    def structure(self) -> dict[str, Any]:
        """Name the outputs, and the length of their vectors."""
        return {**super().structure(), "embedding_dim of y": self.embedding_dim}

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the vectors and of the map to the outputs."""
        return self.n_outputs * (self.embedding_dim + self.hidden_size)

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Compute the share of the labels that are right, each given those before."""
        return float(np.average(outputs.argmax(axis=1) == y, weights=weight))
