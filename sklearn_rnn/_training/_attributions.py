"""How much each step of a sequence counts for an output; arrays in, arrays out."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._net import SequenceNet, evaluate
from sklearn_rnn.nn import Batch, split_steps
from sklearn_rnn.nn.kernels import whole_size
from sklearn_rnn.sequences import UNK, Sequences

# The path from the baseline to a row is cut into parts, and in each of them so many
# points are looked at: where nothing bends, one part is enough. The maximum over the
# steps bends the path wherever another step takes over, so that parts are halved.
POINTS_PER_PART = 16
MAX_PARTS = 256

# Memory of the points that are computed together, in bytes, and how many float64
# numbers a recurrent unit keeps for its gradient at each step, seen for the LSTM.
PATH_BYTES = 2**28
NUMBERS_PER_UNIT = 16

# Ids or numbers in the rows that occlusion predicts together.
OCCLUSION_VALUES = 2**19

# The character of a token that has no letters; see `TextVectorizer`.
NO_LETTERS = ord("\ufffd")

Reading: TypeAlias = Callable[[Sequences], SequenceDataset]
"""Turns sequences into what the network reads."""


class Picked(NamedTuple):
    """Which output of the network is looked at, row by row.

    `columns` names the output, `steps` the time step where each has a row.
    """

    columns: np.ndarray
    steps: np.ndarray | None = None

    def take(self, rows: NDArray[Any]) -> "Picked":
        """Select among the rows."""
        steps = None if self.steps is None else self.steps[rows]
        return Picked(self.columns[rows], steps)

    def repeat(self, times: int) -> "Picked":
        """Look at the same outputs of copies of all rows."""
        steps = None if self.steps is None else np.tile(self.steps, times)
        return Picked(np.tile(self.columns, times), steps)

    def places(self, lengths: NDArray[Any]) -> NDArray[np.int64]:
        """Find the rows of the outputs, for sequences of such lengths."""
        if self.steps is None:
            return np.arange(len(self.columns), dtype=np.int64)
        return np.cumsum(lengths) - lengths + self.steps


class Attributions(NamedTuple):
    """What the steps contribute to an output.

    `values` has for each row an array ``(n_timesteps,)`` or ``(n_timesteps,
    n_features)``; `outputs` and `base_outputs` ``(n_rows,)`` are what is explained;
    `missing` is what the contributions fall short of their difference.
    """

    values: list
    outputs: np.ndarray
    base_outputs: np.ndarray
    missing: np.ndarray


def baseline(sequences: Sequences, reader: Any) -> Sequences:
    """Replace every step by a baseline step.

    Parameters
    ----------
    sequences : Sequences
    reader : NumberReader or TokenReader

    Returns
    -------
    base : Sequences
        Of the same lengths: unknown words, of the one character U+FFFD where words have
        characters;
        or the mean of the training data. Static columns and sequences beside stay as
        they are.
    """
    values, offsets = sequences.values, sequences.offsets
    if not sequences.is_tokens:
        means = reader.baseline(values)
        return Sequences(means, offsets).with_rows_of(sequences)
    characters = None
    if sequences.characters is not None:
        letters = np.full(len(values), NO_LETTERS, dtype=np.int32)
        characters = Sequences(letters, np.arange(len(values) + 1))
    unknown = np.full_like(values, UNK)
    return Sequences(unknown, offsets, characters).with_rows_of(sequences)


# -- integrated gradients ------------------------------------------------------


def integrated_gradients(
    net: SequenceNet,
    sequences: Sequences,
    read: Reading,
    picked: Picked,
    *,
    tol: float = 1e-3,
) -> Attributions:
    r"""Integrate the gradient of an output on the way from a baseline to each row.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode.
    sequences : Sequences
        The rows; the way to each begins at its `baseline`.
    read : callable (Sequences) -> SequenceDataset
        Turns them into what the network reads.
    picked : Picked
        The outputs to explain.
    tol : float, default=1e-3
        How far the contributions of a row may be from adding up, as a share of the
        difference of the outputs or, if that is less than 1, as it is.

    Returns
    -------
    attributions : Attributions
        Of shape ``(n_timesteps,)`` for tokens and ``(n_timesteps, n_features)`` for
        numbers.

    Notes
    -----
    With the vectors :math:`v` that the encoder reads, :math:`v'` those of the
    baseline and :math:`f` the output,

    .. math:: c_{t,j} = (v_{t,j} - v'_{t,j}) \int_0^1 \frac{\partial f}
              {\partial v_{t,j}} \bigl(v' + a (v - v')\bigr) \, da,

    for tokens summed over :math:`j`. The integral is that of Gauss and Legendre with 16
    points, on a path cut into 1, 2, 4 and at most 256 parts, as far as each row needs.
    All is computed in float64 on the CPU, for cuDNN has no gradient outside training.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep
       Networks", ICML 2017.
    """
    # Whatever mode the caller is in.
    with torch.inference_mode(False), torch.enable_grad():
        return _integrate(net, sequences, read, picked, tol)


def _integrate(
    net: SequenceNet, sequences: Sequences, read: Reading, picked: Picked, tol: float
) -> Attributions:
    module = copy.deepcopy(net.module_).cpu().double().eval().requires_grad_(False)
    dataset = read(sequences)
    base = read(baseline(sequences, dataset.encoder))
    n_rows = len(dataset)
    found = Attributions([None] * n_rows, *np.full((3, n_rows), np.nan))
    rows, n_parts = np.arange(n_rows), 1
    while len(rows) and n_parts <= MAX_PARTS:
        for group in _groups(rows, dataset.lengths, _steps_at_once(module)):
            path = _Path(module, dataset, base, group, picked)
            _fill_in(found, group, path, n_parts)
        difference = np.abs(found.outputs - found.base_outputs)
        allowed = tol * np.maximum(1.0, difference)
        # Written so that NaN is not enough either.
        rows = rows[~(np.abs(found.missing) <= allowed)[rows]]
        n_parts *= 2
    return found


class _Path:
    """The straight ways from baselines to rows, in the vectors the encoder reads."""

    def __init__(
        self,
        module: Any,
        dataset: SequenceDataset,
        base: SequenceDataset,
        rows: NDArray[Any],
        picked: Picked,
    ) -> None:
        self.module = module
        self.picked = picked.take(rows)
        self.lengths = dataset.lengths[rows]
        self.reader = dataset.encoder
        with torch.no_grad():
            self.static = module.join_beside(dataset.batch(rows)[0]).static
            end, self.start = (self._embed(part, rows) for part in (dataset, base))
            self.way = end - self.start  # (n_timesteps, n_rows, input_size)

    def _embed(self, dataset: SequenceDataset, rows: NDArray[Any]) -> torch.Tensor:
        batch, _ = dataset.batch(rows)
        return self.module.embed(batch).transpose(0, 1)

    def outputs(self, shares: torch.Tensor) -> torch.Tensor:
        """Compute the outputs (n_shares, n_rows) at points on the way."""
        return torch.cat(
            [self._outputs(self._points(part)) for part in self._cut(shares)]
        )

    def gradient(self, shares: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Sum the weighted gradients at points on the way, shaped like `way`."""
        total = torch.zeros_like(self.way)
        for part, part_weights in zip(
            self._cut(shares), self._cut(weights), strict=True
        ):
            points = self._points(part).requires_grad_()
            output = (self._outputs(points) * part_weights.unsqueeze(1)).sum()
            (gradient,) = torch.autograd.grad(output, points)
            total += gradient.sum(dim=1)
        return total

    def _points(self, shares: torch.Tensor) -> torch.Tensor:
        shares = shares.view(1, -1, 1, 1)
        return self.start.unsqueeze(1) + shares * self.way.unsqueeze(1)

    def _outputs(self, points: torch.Tensor) -> torch.Tensor:
        n_shares = points.shape[1]
        lengths = torch.from_numpy(np.tile(self.lengths, n_shares))
        vectors = points.flatten(1, 2).transpose(0, 1)
        static = None if self.static is None else self.static.repeat(n_shares, 1)
        batch = Batch(vectors, lengths, static=static)
        outputs = self.module.read(vectors, batch)
        picked = self.picked.repeat(n_shares)
        places = torch.from_numpy(picked.places(lengths.numpy()))
        return outputs[places, torch.from_numpy(picked.columns)].view(n_shares, -1)

    def _cut(self, shares: torch.Tensor) -> tuple[torch.Tensor, ...]:
        n_steps = self.way.shape[0] * self.way.shape[1]
        # The network fills rows up to whole groups, so that fewer cost the same.
        return shares.split(whole_size(_steps_at_once(self.module) // n_steps))


def _fill_in(
    found: Attributions, rows: NDArray[Any], path: _Path, n_parts: int
) -> None:
    """Write down what so many parts of the way give for some rows."""
    shares, weights = _points_and_weights(n_parts)
    ways: Any = path.way * path.gradient(shares, weights)
    patch_length = path.module.embedder.patch_length
    values = split_steps(ways.transpose(0, 1), patch_length).numpy()
    with torch.no_grad():
        ends = path.outputs(torch.tensor([0.0, 1.0], dtype=torch.float64))
    found.base_outputs[rows], found.outputs[rows] = ends.numpy()
    values = path.reader.per_variable(values)
    for row, value, length in zip(rows, values, path.lengths, strict=True):
        found.values[row] = value[:length].copy()
        difference = found.outputs[row] - found.base_outputs[row]
        found.missing[row] = difference - value[:length].sum()


def _points_and_weights(n_parts: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the points of Gauss and Legendre in each of some parts of [0, 1]."""
    points, weights = np.polynomial.legendre.leggauss(POINTS_PER_PART)
    starts = np.arange(n_parts)[:, np.newaxis]
    shares = (starts + (points + 1.0) / 2.0) / n_parts
    weights = np.tile(weights / (2.0 * n_parts), n_parts)
    return torch.from_numpy(shares.ravel()), torch.from_numpy(weights)


def _steps_at_once(module: Any) -> int:
    """Say how many steps of vectors fit in the memory of a path."""
    layers = module.encoder.layers
    n_units = module.encoder.input_size + sum(layer.n_units for layer in layers)
    return max(1, PATH_BYTES // (8 * NUMBERS_PER_UNIT * n_units))


def _groups(
    rows: NDArray[Any], lengths: NDArray[Any], n_steps: int
) -> Iterator[NDArray[Any]]:
    """Cut rows into groups of similar length, whose points fit in memory."""
    rows = rows[np.argsort(-lengths[rows], kind="stable")]
    while len(rows):
        size = max(1, n_steps // (POINTS_PER_PART * int(lengths[rows[0]])))
        yield rows[:size]
        rows = rows[size:]


# -- occlusion -----------------------------------------------------------------


def occlusion(
    net: SequenceNet, sequences: Sequences, read: Reading, picked: Picked
) -> Attributions:
    """Compute how an output changes where one step of a row is left out.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode.
    sequences : Sequences
        The rows.
    read : callable (Sequences) -> SequenceDataset
        Turns them into what the network reads.
    picked : Picked
        The outputs to explain.

    Returns
    -------
    attributions : Attributions
        The output minus that of the row with one token, or one number, replaced as in
        `baseline`. Shapes are those of `integrated_gradients`. ``base_outputs`` are
        those of the rows with everything replaced; the values need not add up to the
        difference, and ``missing`` says by how much they do not.

    Notes
    -----
    The cost of a row grows with the square of its length, memory does not.

    References
    ----------
    .. [1] M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional
       Networks", ECCV 2014.
    """
    base = baseline(sequences, read(sequences).encoder)

    def outputs(sequences: Sequences, rows: NDArray[Any]) -> NDArray[np.float64]:
        part = picked.take(rows)
        values = evaluate(net, read(sequences))
        return values[part.places(sequences.lengths), part.columns]

    rows = np.arange(len(sequences))
    whole, nothing = outputs(sequences, rows), outputs(base, rows)
    values = []
    for row in rows:
        n_values = sequences[[row]].values.size
        size = max(1, OCCLUSION_VALUES // n_values)
        left = [
            outputs(
                _leave_out(sequences, base, row, np.arange(start, stop)),
                np.full(stop - start, row),
            )
            for start in range(0, n_values, size)
            for stop in [min(start + size, n_values)]
        ]
        left = np.concatenate(left).reshape(sequences[row].shape)
        values.append(whole[row] - left)
    sums = np.array([value.sum() for value in values])
    return Attributions(values, whole, nothing, whole - nothing - sums)


def _leave_out(
    sequences: Sequences, base: Sequences, row: Any, places: NDArray[Any]
) -> Sequences:
    """Copy a row as often as there are places, and replace the value at each."""
    length = int(sequences.lengths[row])
    offsets = length * np.arange(len(places) + 1)
    rows = np.full(len(places), row)
    if not sequences.is_tokens:
        copies = np.tile(sequences[row].astype(np.float64).ravel(), (len(places), 1))
        copies[np.arange(len(places)), places] = base[row].ravel()[places]
        steps = copies.reshape(offsets[-1], -1)
        return Sequences(steps, offsets).with_rows_of(sequences, rows)
    # The tokens of the row, and behind them the one that takes their place.
    (whole, nothing), last = (part[[row]] for part in (sequences, base)), length
    chosen = np.tile(np.arange(length), (len(places), 1))
    chosen[np.arange(len(places)), places] = last
    chosen = chosen.ravel()
    characters = None
    if whole.characters is not None:
        characters = _joined(whole.characters, nothing.characters[:1])[chosen]
    values = np.append(whole.values, nothing.values[:1])
    left = Sequences(values[chosen], offsets, characters)
    return left.with_rows_of(sequences, rows)


def _joined(one: Sequences, other: Sequences) -> Sequences:
    """Put the members of two sets of sequences one after the other."""
    offsets = np.append(one.offsets, one.offsets[-1] + other.offsets[1:])
    return Sequences(np.append(one.values, other.values), offsets)
