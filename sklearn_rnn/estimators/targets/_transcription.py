"""A sequence of labels that follow the steps of the sequence."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from sklearn_rnn.estimators.targets._sequence import SequenceTarget
from sklearn_rnn.metrics._edits import count_edits, divide_edits
from sklearn_rnn.nn import CTCHead, Head
from sklearn_rnn.sequences import Sequences


class TranscriptionTarget(SequenceTarget):
    """A sequence of labels that follow the steps of the sequence.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    target_vectorizer : TextVectorizer or None
        As `PairedRNN` has it.
    """

    def check(
        self, y: Any, sequences: Sequences, *, reset: bool, **options: Any
    ) -> Sequences:
        """Give codes as `SequenceTarget` does, for which there are steps enough."""
        codes = super().check(y, sequences, reset=reset, **options)
        if len(codes) == len(sequences):
            refuse_impossible(codes, sequences.lengths)
        return codes

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a head for connectionist temporal classification."""
        return CTCHead(n_units, self.n_outputs, end=self.end, **shared)

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the map to the outputs."""
        return n_units * self.n_outputs

    def response(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn outputs into probabilities of the blank and of each label."""
        return softmax(outputs[:, : self.end + 1], axis=1)

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Compute one minus the error rate of the labels of the likeliest paths."""
        (true, pred), ends = map(self._part, (y, outputs)), y == self.end
        edits = count_edits(true, pred)
        return 1 - divide_edits(edits, list(map(len, true)), weight[ends])

    def _part(self, codes: NDArray[Any]) -> list[NDArray[Any]]:
        """Part codes at their ends."""
        ends = np.flatnonzero(codes == self.end)
        return np.split(codes[codes != self.end], ends - np.arange(len(ends)))[:-1]


def refuse_impossible(codes: Sequences, n_steps: NDArray[Any]) -> None:
    """Raise for the first row whose labels take more steps than there are.

    Parameters
    ----------
    codes : Sequences
        Of labels, and behind those of each row the end.
    n_steps : int64 ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If a row has more labels, and equal neighbours among them, than steps.
    """
    is_repeated = np.zeros(len(codes.values), dtype=np.int64)
    is_repeated[1:] = codes.values[1:] == codes.values[:-1]
    starts, n_labels = codes.offsets[:-1], codes.lengths - 1
    is_repeated[starts] = 0
    n_repeated = np.add.reduceat(is_repeated, starts)
    lacks = n_labels + n_repeated > n_steps
    if lacks.any():
        row = int(np.argmax(lacks))
        count, again = n_labels[row], n_repeated[row]
        equal = f", {again} of them equal to the one before" if again else ""
        raise ValueError(
            f"y has {count} labels at row {row}{equal}, which take at "
            f"least {count + again} steps, but X has {n_steps[row]} there; give X more "
            "steps, or take RNNTranslator."
        )
