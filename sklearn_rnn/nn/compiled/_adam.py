"""The norm of gradients, clipping, and the update of Adam as in `torch.optim.Adam`."""

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sklearn_rnn.nn.compiled._arrays import Array, why_not_plain
from sklearn_rnn.nn.compiled._jit import floats_at, jit

Numbers: TypeAlias = NDArray[np.int64]

Rates: TypeAlias = tuple[float, float, float, float]
"""The learning rate, both shares of the means, and epsilon."""


class CompiledAdam:
    """Clipping and updates of ``torch.optim.Adam``, for all weights in one call.

    Nothing is kept here but where numbers were, and how many, the last time.
    """

    def __init__(self) -> None:
        self.known: list[int] = []
        self.held: list[list[Tensor]] = []  # so that no other has its place
        self.places = self.sizes = np.zeros((5, 0), np.int64)

    def clip_and_move(
        self,
        clipped: list[Tensor],
        highest_norm: float,
        moved: Sequence[list[Tensor]],
        rates: Rates,
    ) -> float | None:
        """Clip gradients, and move weights as Adam does.

        Parameters
        ----------
        clipped : list of Tensor
            The gradients that count in the norm.
        highest_norm : float
            What a larger norm is brought to.
        moved : sequence of list of Tensor
            The weights, their gradients, both means, and the counts of updates.
        rates : tuple of float

        Returns
        -------
        norm : float or None
            That of the gradients before clipping. None where numbers lie otherwise
            than they are read here; then nothing has been done.
        """
        weights, gradients, *state = moved
        tensors = [*weights, *chain(*state)]
        known = _places_of(tensors) + [tensor.numel() for tensor in tensors]
        if known != self.known and not self._look_at([weights, *state], known):
            return None
        if not all(map(Tensor.is_contiguous, chain(clipped, gradients))):
            return None
        self.places[-1] = own = _places_of(gradients)
        places, sizes = self.places[-1], self.sizes
        if (others := _places_of(clipped)) != own:
            places, sizes = np.array(others, np.int64), _sizes_of(clipped)
        norm: float = _clip_and_move(
            places, sizes, highest_norm, self.places, self.sizes, rates
        )
        return norm

    def _look_at(self, tensors: list[list[Tensor]], known: list[int]) -> bool:
        """Note where tensors are; False if they are not as they are read here."""
        if any(map(why_not_plain, chain(*tensors))):
            return False
        sizes = [_sizes_of(kind) for kind in tensors]
        expected = [sizes[0]] * 3 + [np.ones_like(sizes[0])]  # weights, means, counts
        if not np.array_equal(sizes, expected):
            return False
        self.held, self.known, self.sizes = tensors, known, sizes[0]
        rows = np.array([*map(_places_of, tensors)], np.int64)
        self.places = np.vstack([rows, np.zeros_like(rows[:1])])
        return True


def _places_of(tensors: Iterable[Tensor]) -> list[int]:
    return [tensor.data_ptr() for tensor in tensors]


def _sizes_of(tensors: Iterable[Tensor]) -> Numbers:
    return np.array([tensor.numel() for tensor in tensors], np.int64)


@jit
def _clip_and_move(
    clipped: Numbers,
    clipped_sizes: Numbers,
    highest_norm: float,
    places: Numbers,
    sizes: Numbers,
    rates: Rates,
) -> float:
    norm = clip(clipped, clipped_sizes, highest_norm)
    for i in range(len(sizes)):
        weights = floats_at(places[0, i], sizes[i])
        mean = floats_at(places[1, i], sizes[i])
        square = floats_at(places[2, i], sizes[i])
        count = floats_at(places[3, i], 1)
        gradient = floats_at(places[4, i], sizes[i])
        move(gradient, weights, mean, square, count, rates)
    return norm


@jit
def clip(places: Numbers, sizes: Numbers, highest_norm: float) -> float:
    """Clip gradients whose norm is too large, and compute it as it was, in float64."""
    total = 0.0
    for i in range(len(sizes)):
        total += sum_of_squares(floats_at(places[i], sizes[i]))
    norm = math.sqrt(total)
    if not norm <= highest_norm:
        factor = np.float32(highest_norm / (norm + 1e-6))
        for i in range(len(sizes)):
            gradient = floats_at(places[i], sizes[i])
            for k in range(len(gradient)):
                gradient[k] *= factor
    return norm


@jit
def sum_of_squares(gradient: Array) -> float:
    """Add up the squares of a flat gradient, in float64 and in eight sums at once."""
    sums = np.zeros(8)
    whole = len(gradient) // 8 * 8
    for i in range(0, whole, 8):
        for k in range(8):
            sums[k] += np.float64(gradient[i + k]) * gradient[i + k]
    for i in range(whole, len(gradient)):
        sums[0] += np.float64(gradient[i]) * gradient[i]
    return sums.sum()


@jit
def move(
    gradient: Array,
    weights: Array,
    mean: Array,
    square: Array,
    count: Array,
    rates: Rates,
) -> None:
    """Move flat weights by their gradient, and count the update."""
    lr, beta1, beta2, eps = rates
    count[0] += 1
    step = np.float64(count[0])
    size = np.float32(lr / (1 - beta1**step))
    root = np.float32(1 / math.sqrt(1 - beta2**step))
    b1, c1 = np.float32(beta1), np.float32(1 - beta1)
    b2, c2 = np.float32(beta2), np.float32(1 - beta2)
    e = np.float32(eps)
    for i in range(len(weights)):
        g = gradient[i]
        m = b1 * mean[i] + c1 * g
        v = b2 * square[i] + c2 * g * g
        mean[i] = m
        square[i] = v
        weights[i] -= size * m / (np.sqrt(v) * root + e)
