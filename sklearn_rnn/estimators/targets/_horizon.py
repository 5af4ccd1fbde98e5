"""The steps that follow a window."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.estimators.targets._target import Target, kind_of
from sklearn_rnn.nn import Head, HorizonHead, SeveralQuantiles


class HorizonTarget(Target):
    """So many steps ahead of a window, each a number or several quantiles of it.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    loss, cell, nonlinearity : object
        As the head has them.
    levels : tuple of float
        The quantiles; none where a step is one number.

    Attributes
    ----------
    layout : dict
        What the head is made with, once the series are known.
    """

    score: ClassVar[Any] = None  # the loss says it all
    learnt = ("layout",)

    def __init__(
        self, owner: str, loss: Any, cell: Any, levels: tuple[float, ...]
    ) -> None:
        super().__init__(owner)
        self.loss = loss
        self.cell = cell
        self.levels = levels
        self.layout: dict[str, Any] = {}

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make the head, with one output for each step or one for each level."""
        loss = SeveralQuantiles(self.levels) if self.levels else self.loss
        n_outputs = max(1, len(self.levels))
        return HorizonHead(
            n_units,
            loss=loss,
            n_outputs=n_outputs,
            cell=self.cell,
            **self.layout,
            **shared,
        )

    def structure(self) -> dict[str, Any]:
        """Name what gives the weights of the head their shape and meaning.

        Not how many series there are: their vectors are found by their names.
        """
        layout = {k: v for k, v in self.layout.items() if k != "n_groups"}
        return {**layout, "loss": kind_of(self.loss), "quantiles": self.levels}

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the maps to and from a segment, and the vectors."""
        layout = self.layout
        n_outputs = layout["segment"] * max(1, len(self.levels))
        n_segments = -(-layout["horizon"] // layout["segment"])
        n_vectors = n_segments + layout["n_groups"] + layout["n_known"]
        return int(n_units * (n_outputs + n_vectors))

    def decide(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Give the number of each step, or its median, on the scale of the target."""
        k = outputs.shape[1] // 2
        return outputs[:, k : k + 1]

    def of_rows(self, outputs: NDArray[Any], n_rows: int) -> NDArray[Any]:
        """Bring outputs into the shape (n_rows, horizon, n_outputs)."""
        return np.asarray(outputs).reshape(n_rows, self.layout["horizon"], -1)
