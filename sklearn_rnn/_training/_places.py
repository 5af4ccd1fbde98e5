"""Where in the answer to all rows the answers to some of them belong."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import step_positions


class Places:
    """The places of what belongs to each row, one row after the other.

    Parameters
    ----------
    n_rows : int
    offsets : int64 ndarray of shape (n_rows + 1,), default=None
        Where the places of each row start; one for each row if None.
    """

    def __init__(self, n_rows: int, offsets: NDArray[np.int64] | None = None) -> None:
        self.offsets = offsets
        self.n_places = n_rows if offsets is None else int(offsets[-1])

    def of(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Give the places of some rows, int (n_places,)."""
        if self.offsets is None:
            return rows
        starts = self.offsets[:-1][rows]
        counts = self.offsets[1:][rows] - starts
        places: NDArray[Any] = np.repeat(starts, counts) + step_positions(counts)
        return places
