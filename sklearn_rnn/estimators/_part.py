"""The data of a fit: as the user gave them, and as they are fitted on."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import Sequences, canonical_rows


class Given(NamedTuple):
    """The arguments of `fit`, as the user gave them."""

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    groups: Any = None


class Part(NamedTuple):
    """Some rows of the data, with their targets and weights.

    `y` is what `Target.check` gives, and `weight` has a number for each row.
    """

    sequences: Sequences
    rows: NDArray[Any]
    y: Any
    weight: NDArray[Any]

    def take(self, i: NDArray[Any]) -> "Part":
        """Select among the rows."""
        return Part(self.sequences, self.rows[i], self.y[i], self.weight[i])

    def canonical(self, rows: NDArray[Any]) -> "Part":
        """Merge equal rows among `rows`, adding weights, in an order of its own.

        Training then sees the weighted *set*: weight 2 is the row twice, weight 0
        is no row, and the order given does not matter, each to the bit.
        """
        weight = np.zeros(len(self.rows))
        weight[rows] = self.weight[rows]
        rows, weight = canonical_rows(self.sequences, self.y, weight)
        return Part(self.sequences, rows, self.y[rows], weight)

    def with_weight(self, target: Any, name: str = "training") -> "Part":
        """Drop the rows that teach nothing.

        Parameters
        ----------
        target : Target
            Weighs the targets.
        name : str, default="training"
            What the part is called in the message.

        Raises
        ------
        ValueError
            If no row is left.
        """
        weight = target.weigh_samples(self.y, self.weight)
        part = self.take(np.flatnonzero(weight))
        check_some_rows(part, name)
        return part


def check_some_rows(part: Part, name: str = "training") -> None:
    """Raise where every row has weight zero."""
    if not len(part.rows):
        raise ValueError(
            f"Every row of the {name} part has weight zero (sample_weight times "
            "class_weight); give at least one of them a positive weight."
        )
