"""Sequences read from a long frame, and what they are called."""

__all__ = ["FrameSequences"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from sklearn_rnn.sequences._sequences import Sequences


@dataclass(frozen=True, eq=False, repr=False)
class FrameSequences:
    """Sequences read from a long frame, with the names of series and columns.

    Every estimator takes them as X, but for `RNNForecaster`, which reads the frame
    itself. scikit-learn's splitters and searches select among them.
    `sequences_from_frame` makes them.

    Parameters
    ----------
    sequences : Sequences
        One for each series, in the order in which they first appear.
    series_names : ndarray of shape (n_series,)
        What the frame calls them.
    feature_names : list of str
        Names of the columns that were read.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_rnn import sequences_from_frame
    >>> frame = pd.DataFrame({"machine": [7, 7, 9], "heat": [1.0, 2.0, 5.0]})
    >>> X = sequences_from_frame(frame, series="machine")
    >>> X
    FrameSequences(n_series=2, n_steps=3, features=['heat'])
    >>> X[1:].series_names
    array([9])
    >>> X[0]
    array([[1.],
           [2.]])
    """

    sequences: Sequences
    series_names: np.ndarray
    feature_names: list[str]

    def __len__(self) -> int:
        """Count the series."""
        return len(self.sequences)

    @property
    def shape(self) -> tuple[int]:
        """The number of series, for scikit-learn."""
        return (len(self),)

    @property
    def lengths(self) -> np.ndarray:
        """Number of steps of each series, int64 of shape (n_series,)."""
        return self.sequences.lengths

    def __getitem__(self, key: Any) -> Any:
        """Select series; an int gives the steps of one, (n_timesteps, n_features)."""
        key = key[0] if isinstance(key, tuple) else key  # scikit-learn: X[rows, ...]
        chosen = self.sequences[key]
        if not isinstance(chosen, Sequences):
            return chosen
        return FrameSequences(chosen, self.series_names[key], self.feature_names)

    def __repr__(self) -> str:
        """Say how many, and of what, in one line."""
        n_steps = self.sequences.offsets[-1]
        return (
            f"FrameSequences(n_series={len(self)}, n_steps={n_steps}, "
            f"features={self.feature_names})"
        )
