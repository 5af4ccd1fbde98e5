"""Numbers as the network reads them: without gaps, and standardised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import Sequences, Standardizer, fill_forward, own_scales


class Seen(NamedTuple):
    """What is seen of values at each step; NaN where nothing was so far."""

    values: NDArray[Any]
    beside: Sequence[NDArray[np.float32]] = ()
    """What is shown of each beside it."""


@dataclass(frozen=True)
class NumberReader:
    r"""Reads numbers, of which some may be missing.

    Parameters
    ----------
    scaler : Standardizer
        Learnt from the values that were there.
    missing : {"error", "forward", "mask"}
        What becomes of missing values; with "error" there are none.
    by_sequence : bool
        Whether each sequence is brought to its own level and scale, `own_scales`,
        instead of those of `scaler`.
    noise : float
        Standard deviation of what training adds to the standardised values.

    Notes
    -----
    "forward" takes the last value :math:`x_{t - s}` that was seen in a sequence, and
    before the first the mean of training or, with `by_sequence`, of the
    sequence.
    "mask" does the same, and gives beside it whether :math:`x_t` is missing and
    :math:`\log(1 + s)`: what GRU-D [1]_ reads, in steps in the place of hours, and in
    logarithms, since gaps may be long.

    References
    ----------
    .. [1] Z. Che, S. Purushotham, K. Cho, D. Sontag, Y. Liu, "Recurrent Neural Networks
       for Multivariate Time Series with Missing Values", Scientific Reports 8 (2018).
    """

    scaler: Standardizer
    missing: str = "error"
    by_sequence: bool = False
    noise: float = 0.0

    @property
    def n_inputs(self) -> int:
        """Number of values of a step that the network reads."""
        return len(self.scaler.mean_) * INPUTS_PER_VARIABLE.get(self.missing, 1)

    def baseline(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Replace every value by one that says nothing: the mean of training."""
        return np.array(np.broadcast_to(self.scaler.mean_, values.shape))

    def per_variable(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sum what belongs to the inputs (..., n_inputs) of each variable."""
        shape = (*values.shape[:-1], -1, len(self.scaler.mean_))
        return values.reshape(shape).sum(axis=-2)

    def read(
        self,
        values: NDArray[Any],
        lengths: NDArray[Any],
        memory: Any = (),
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.float32]:
        """Read some sequences.

        Parameters
        ----------
        values : ndarray of shape (n_steps_total, n_features)
            Their steps, one sequence after the other.
        lengths : int64 ndarray of shape (n_samples,)
        memory : tuple of ndarray
            What `remember` gave for the steps before; none at the start.
        rng : numpy Generator, default=None
            Given in training, where noise is added.

        Returns
        -------
        x : float32 ndarray of shape (n_steps_total, n_inputs)
        """
        seen, beside = WAYS[self.missing](values, lengths, memory)
        scaler = _own_scaler(values, lengths) if self.by_sequence else self.scaler
        unseen = np.isnan(seen)
        x = scaler.transform(np.where(unseen, scaler.mean_, seen))
        if rng is not None and self.noise > 0:
            x += self.noise * rng.standard_normal(x.shape, dtype=x.dtype)
        x[unseen] = 0.0
        return np.concatenate([x, *beside], axis=1) if beside else x

    def remember(
        self, values: NDArray[Any], *memory: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        """Give what the next step needs to know of one step of some streams.

        Parameters
        ----------
        values : ndarray of shape (n_streams, n_features)
        *memory : ndarray
            What it gave for the step before.

        Returns
        -------
        memory : tuple of ndarray of shape (n_streams, n_features)
        """
        if self.missing == "error":
            return ()
        return fill_forward(values, np.ones(len(values), dtype=np.int64), *memory)


def _own_scaler(values: NDArray[Any], lengths: NDArray[Any]) -> Standardizer:
    """Give each step the level and the scale of its sequence."""
    scales = own_scales(Sequences(values, np.append(0, np.cumsum(lengths))))
    mean, scale = np.nan_to_num(scales.level), scales.divisor
    return Standardizer(*(np.repeat(part, lengths, axis=0) for part in (mean, scale)))


def _as_they_are(values: NDArray[Any], lengths: NDArray[Any], memory: Any) -> Seen:
    return Seen(values)


def _forward(values: NDArray[Any], lengths: NDArray[Any], memory: Any) -> Seen:
    return Seen(fill_forward(values, lengths, *memory).values)


def _with_mask(values: NDArray[Any], lengths: NDArray[Any], memory: Any) -> Seen:
    filled = fill_forward(values, lengths, *memory)
    beside = np.isnan(values), np.log1p(filled.steps)
    return Seen(filled.values, [part.astype(np.float32) for part in beside])


WAYS: dict[str, Callable[[NDArray[Any], NDArray[Any], Any], Seen]] = {
    "error": _as_they_are,
    "forward": _forward,
    "mask": _with_mask,
}
INPUTS_PER_VARIABLE = {"mask": 3}
