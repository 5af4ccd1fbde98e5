"""Long sequences in segments, each of which goes on where the one before ended."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn._training._data import PREDICTION_STEPS, SequenceDataset
from sklearn_rnn.nn import Batch, Targets
from sklearn_rnn.sequences import Sequences, offsets_of, step_positions


class SegmentDataset(SequenceDataset):
    """Rows that are segments of sequences, with a target for each step.

    Batches of segments follow each other as the sequences do, and the states of the
    network go on from one to the next; gradients stay in a segment.

    Parameters
    ----------
    sequences : Sequences
    encoder : TokenReader
    y : Sequences
        A target for each step.
    weight : ndarray of shape (n_steps_total,)
        One for each target.
    n_steps : int
        The length of a segment; the last of a sequence may be shorter.
    n_streams : int, default=1
        Sequences longer than this share of all steps are cut into pieces, each of
        which begins anew, so that so many can be read side by side.

    """

    def __init__(
        self,
        sequences: Sequences,
        encoder: Any,
        *,
        y: Sequences,
        weight: NDArray[Any],
        n_steps: int,
        n_streams: int = 1,
    ) -> None:
        lengths, number = cut_into_segments(sequences.lengths, n_steps)
        share = -(-int(lengths.sum()) // n_streams)
        in_piece = -(-share // n_steps)
        offsets = offsets_of(lengths)
        super().__init__(
            Sequences(sequences.values, offsets),
            encoder,
            y=Sequences(y.values, offsets),
            weight=weight,
        )
        self._number = number
        self._starts = np.flatnonzero(number == 0)
        self._starts_of_pieces = np.flatnonzero(number % in_piece == 0)

    goes_on = True

    def training_plan(
        self, batch_size: int, rng: np.random.Generator
    ) -> list[NDArray[Any]]:
        """Read random pieces of similar length side by side, segment after segment."""
        starts = self._starts_of_pieces
        pieces = Sequences(np.zeros((len(self.y.values), 0)), self._offsets_of(starts))
        groups = SequenceDataset(pieces, None).training_plan(batch_size, rng)
        return self._side_by_side(starts, groups)

    def prediction_plan(self, batch_size: int, n_units: int = 0) -> list[NDArray[Any]]:
        """Read the sequences side by side, the longest first."""
        n_rows = max(1, min(batch_size, PREDICTION_STEPS // int(self.lengths.max())))
        order = np.argsort(-np.diff(self._offsets_of(self._starts)), kind="stable")
        groups = [order[i : i + n_rows] for i in range(0, len(order), n_rows)]
        return self._side_by_side(self._starts, groups)

    def _offsets_of(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Say at which step each piece starts that begins with these segments."""
        offsets = self.sequences.offsets
        return np.append(offsets[starts], offsets[-1])

    def _side_by_side(
        self, starts: NDArray[np.int64], groups: list[NDArray[Any]]
    ) -> list[NDArray[Any]]:
        """Read the first segments of a group, then the second ones, and so on."""
        n_segments = np.diff(np.append(starts, len(self)))
        return [
            starts[pieces[n_segments[pieces] > k]] + k
            for pieces in groups
            for k in range(n_segments[pieces].max())
        ]

    def batch(
        self,
        indices: NDArray[Any],
        rng: np.random.Generator | None = None,
        before: NDArray[Any] | None = None,
    ) -> tuple[Batch, Targets | None]:
        """Pad and encode some segments, and say what each of them goes on from."""
        batch, targets = super().batch(indices, rng)
        follows = torch.from_numpy(self._places_in(before, indices))
        return replace(batch, follows=follows), targets

    def _places_in(
        self, before: NDArray[Any] | None, indices: NDArray[Any]
    ) -> NDArray[np.int64]:
        """Find the segment before each; -1 where there is none."""
        if before is None:
            return np.full(len(indices), -1)
        order = np.argsort(before)
        places = order[np.searchsorted(before, indices - 1, sorter=order) % len(order)]
        goes_on = (before[places] == indices - 1) & (self._number[indices] > 0)
        return np.where(goes_on, places, -1)


def cut_into_segments(
    lengths: NDArray[np.int64], n_steps: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut sequences into segments of so many steps.

    Parameters
    ----------
    lengths : int64 ndarray of shape (n_sequences,)
    n_steps : int

    Returns
    -------
    of_segments : int64 ndarray of shape (n_segments,)
        The length of each; the last of a sequence has what is left.
    number : int64 ndarray of shape (n_segments,)
        The how-manieth of its sequence each is, from 0.
    """
    n_segments = -(-lengths // n_steps)
    number = step_positions(n_segments)
    left = np.repeat(lengths, n_segments) - number * n_steps
    return np.minimum(left, n_steps), number
