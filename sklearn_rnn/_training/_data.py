"""From `Sequences` to the padded batches a network reads.

The rule of a batch: rows of similar length together, padded to the longest row
*of the batch*.  Nothing here draws from a global generator: what is random in
an epoch follows from the seed of the fit and the number of the epoch.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from sklearn_rnn._training._places import Places
from sklearn_rnn._training._token_reader import TokenReader
from sklearn_rnn._training._windows import WindowDataset
from sklearn_rnn.nn import Batch, Characters, Targets
from sklearn_rnn.sequences import UNK, Sequences, offsets_of

# Rows are shuffled in pools of this many batches and sorted by length inside a
# pool: padded work falls from 4.1 times the real steps to 1.06, and the batches
# of an epoch still come in random order.
BATCHES_PER_POOL = 50

# A batch of predictions holds about this many steps; more only take memory. Products of
# fewer rows than this are slow, so that longer rows may come to eight times the steps.
PREDICTION_STEPS = 2**13
PREDICTION_ROWS = 32
MAX_PREDICTION_ROWS = 512
# Of a small network even more: 64 rows of 5,000 steps took half the time. So many
# outputs are 16 MB.
PREDICTION_NUMBERS = 2**22
# So many steps of tokens are read in one go for training: some 64 kB.
STEPS_READ_AHEAD = 2**12
USUAL_UNITS = 64


class SequenceDataset(Dataset):
    """Rows of some sequences with their targets and weights.

    Parameters
    ----------
    sequences : Sequences
    encoder : NumberReader or TokenReader
        Its ``read`` turns raw values into what the network reads.
    rows : int ndarray of shape (n_rows,), default=None
        The rows to use, in this order; all of them if None.  Numbers are never
        copied as a whole; tokens are read once.
    y : ndarray of shape (n_rows,) or (n_rows, n_outputs), or Sequences, default=None
        A target for each row, or several: one for each of its steps, or any number.
    weight : ndarray of shape (n_rows,) or (n_targets,), default=None
        One for each target.  Kept with a sum of ``n_rows``: only the ratios count,
        and the sum of ``weight * loss`` over a batch, divided by its rows, then
        estimates the weighted mean over all targets without bias, whatever the size
        of the batch and the lengths in it.
    static : ndarray of shape (n_sequences, n_columns), default=None
        What is known of each sequence as a whole.
    beside : iterable of SequenceDataset, default=()
        Further sequences of the same samples, each with all ``n_sequences`` rows.

    Notes
    -----
    ``seed`` and ``epoch`` determine what is random in the next pass; the callback
    `Seeds` sets them.
    """

    goes_on: ClassVar[bool] = False
    """Whether batches go on from those before, and must come in order."""

    def __init__(
        self,
        sequences: Sequences,
        encoder: Any,
        *,
        rows: NDArray[Any] | None = None,
        y: Any = None,
        weight: NDArray[Any] | None = None,
        static: NDArray[Any] | None = None,
        beside: Iterable["SequenceDataset"] = (),
    ) -> None:
        if sequences.is_tokens:
            sequences = encoder.read(sequences)
        self.sequences = sequences
        self.encoder = encoder
        self.rows = np.arange(len(sequences)) if rows is None else rows
        self.y = y
        if weight is not None:
            weight = _with_sum(weight, len(self.rows))
        self.weight: Any = weight
        self.static = static
        self.beside = tuple(beside)
        self.seed, self.epoch = 0, 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of real steps of each row, int64 (n_rows,)."""
        return self.sequences.lengths[self.rows]

    def by_length(self, indices: NDArray[Any]) -> NDArray[Any]:
        """Sort rows by their steps, and those of equally many by their targets."""
        keys = [self.lengths[indices]]
        if isinstance(self.y, Sequences):
            keys.insert(0, self.y.lengths[indices])
        return indices[np.lexsort(keys)]

    def generator(self) -> np.random.Generator:
        """Make the random generator of the present epoch."""
        return np.random.default_rng([self.seed, self.epoch])

    def prepare(self, module: Any) -> None:
        """Tell a module, before it is trained, which tokens and characters are known.

        Parameters
        ----------
        module : RecurrentNetwork
        """
        self._tell_known(module.embedder)
        for place, part in enumerate(self.beside):
            part._tell_known(module.beside[place].embedder)

    def _tell_known(self, embedder: Any) -> None:
        """Say which words there are, and whether unknown ones are shown."""
        if self.sequences.is_tokens:
            _tell_known_words(embedder.tokens, self.encoder)
        if self.sequences.characters is not None:
            trained = self.encoder.trains_unknown_character
            embedder.characters.embedding.unknown_is_mean = not trained

    def places(self, rows: str) -> Places:
        """Say where what belongs to each row has its place: one row, or many.

        Parameters
        ----------
        rows : {"sequence", "step", "target"}
            What a head gives a row of outputs for.

        Returns
        -------
        places : Places
        """
        offsets = None
        if rows == "step":
            offsets = offsets_of(self.lengths)
        elif rows == "target" and isinstance(self.y, Sequences):
            offsets = self.y.offsets
        return Places(len(self), offsets)

    def training_plan(
        self, batch_size: int, rng: np.random.Generator
    ) -> list[NDArray[Any]]:
        """Choose random batches of rows of similar length, each row once.

        Parameters
        ----------
        batch_size : int
        rng : numpy Generator

        Returns
        -------
        plan : list of int ndarray
            The rows of each batch.
        """
        order = rng.permutation(len(self))
        pools = _cut(order, batch_size * BATCHES_PER_POOL)
        order = np.concatenate([self.by_length(rows) for rows in pools])
        batches = _cut(order, batch_size)
        return [batches[i] for i in rng.permutation(len(batches))]

    def prediction_plan(
        self, batch_size: int, n_units: int = USUAL_UNITS
    ) -> list[NDArray[Any]]:
        """Choose batches for predictions, the longest rows first.

        Parameters
        ----------
        batch_size : int
            The most rows of a batch.
        n_units : int
            Number of outputs of the encoder at a step.

        Returns
        -------
        plan : list of int ndarray
            The rows of each batch.
        """
        if len(self) == 1:
            return [np.zeros(1, np.int64)]
        n_beside = sum(int(part.lengths.max(initial=0)) for part in self.beside)
        most = max(8 * PREDICTION_STEPS, PREDICTION_NUMBERS // n_units)
        return _cut_longest_first(self.lengths, batch_size, most, n_beside)

    def batch(
        self,
        indices: NDArray[Any],
        rng: np.random.Generator | None = None,
        before: NDArray[Any] | None = None,
    ) -> tuple[Batch, Targets | None]:
        """Pad and encode some rows.

        Parameters
        ----------
        indices : int ndarray of shape (n_samples,)
        rng : numpy Generator, default=None
            Given in training, where words are dropped at random, or noise is added.
        before : int ndarray, default=None
            The rows of the batch before; nothing here depends on them.

        Returns
        -------
        batch : Batch
            What the module reads.
        targets : Targets or None
            None where the dataset has none.
        """
        batch = self._batch(self.rows[indices], rng)
        return batch, None if self.y is None else self._targets(indices)

    @property
    def reads_ahead(self) -> bool:
        """Whether there is `batches`: for tokens alone, with a target for each row."""
        more = self.static is not None or self.beside or self.goes_on
        tokens = self.sequences.is_tokens and self.sequences.characters is None
        return tokens and not more and isinstance(self.y, np.ndarray)

    def batches(
        self, plan: list[NDArray[Any]], rng: np.random.Generator
    ) -> Iterator[tuple[Batch, Targets]]:
        """Make those that `batch` makes, many in one go: a small one takes as long.

        Parameters
        ----------
        plan : list of int ndarray
            The rows of each batch.
        rng : numpy Generator
            As for `batch`.

        Yields
        ------
        batch : Batch
        targets : Targets
        """
        ends = np.cumsum([len(indices) for indices in plan])
        n_steps = np.cumsum(self.lengths[np.concatenate(plan)])[ends - 1]
        in_one_go = zip(n_steps // STEPS_READ_AHEAD, plan, strict=True)
        for _, group in groupby(in_one_go, key=itemgetter(0)):
            yield from self._batches([indices for _, indices in group], rng)

    def _batches(
        self, plan: list[NDArray[Any]], rng: np.random.Generator
    ) -> Iterator[tuple[Batch, Targets]]:
        sizes = [len(indices) for indices in plan]
        padded, widths, lengths = self.sequences.pad_groups(
            [self.rows[i] for i in plan]
        )
        targets = self._targets(np.concatenate(plan))
        shapes = list(zip(sizes, widths.tolist(), strict=True))
        values = torch.from_numpy(padded).split([n * width for n, width in shapes])
        parts = (
            tensor.split(sizes) for tensor in (torch.from_numpy(lengths), *targets)
        )
        drops = self.encoder.dropped.any()
        for shape, tokens, length, *target in zip(shapes, values, *parts, strict=True):
            tokens = tokens.view(shape)
            if drops:
                tokens = torch.from_numpy(self.encoder.drop_words(tokens.numpy(), rng))
            yield Batch(tokens, length), Targets(*target)

    def step(self, memory: tuple[Any, ...] = ()) -> tuple[Batch, tuple[Any, ...]]:
        """Encode all rows, which are one more step of some streams.

        Parameters
        ----------
        memory : tuple
            What the encoder keeps of the steps before; none at the first.

        Returns
        -------
        batch : Batch
        memory : tuple
            What it keeps of these.
        """
        batch = self._batch(self.rows, memory=memory)
        return batch, self.encoder.remember(self.sequences.values, *memory)

    def _batch(
        self,
        rows: NDArray[Any],
        rng: np.random.Generator | None = None,
        memory: tuple[Any, ...] = (),
    ) -> Batch:
        is_tokens, encode = self.sequences.is_tokens, None
        if not is_tokens:  # which were read when all came
            lengths = self.sequences.lengths[rows]
            encode = partial(self.encoder.read, lengths=lengths, memory=memory, rng=rng)
        padded, lengths = self.sequences.pad(rows, encode)
        if is_tokens and rng is not None:
            padded = self.encoder.drop_words(padded, rng)
        parts: dict[str, Any] = {}
        if self.static is not None:
            parts["static"] = torch.from_numpy(self.static[rows])
        if self.sequences.characters is not None:
            letters = self.sequences[rows].characters
            flat = (letters.values, letters.lengths)  # which cannot be written to
            parts["characters"] = Characters(*map(torch.tensor, flat))
        if self.beside:
            parts["beside"] = tuple(part._batch(rows, rng) for part in self.beside)
        return Batch(torch.from_numpy(padded), torch.from_numpy(lengths), **parts)

    def targets(self) -> Targets:
        """Give the targets of all rows, in their order, with their weights."""
        return self._targets(np.arange(len(self)))

    def _targets(self, indices: NDArray[Any]) -> Targets:
        """Select the targets of some rows, and their weights, without padding."""
        places, counts, values = indices, np.ones(len(indices), np.int64), self.y
        if isinstance(self.y, Sequences):
            chosen = self._places[indices]
            places, counts, values = chosen.values, chosen.lengths, self.y.values
        parts = values[places], self.weight[places], counts
        return Targets(*map(torch.from_numpy, parts))

    @cached_property
    def _places(self) -> Sequences:
        """Where in `y` the steps of each row are."""
        return Sequences(np.arange(len(self.y.values)), self.y.offsets)


def _tell_known_words(embedding: Any, reader: TokenReader) -> None:
    """Say where the vector of the unknown word comes from.

    Training shows it wherever there are words of frequency one, or words are dropped;
    where it does not, it is the mean of the known words.
    """
    known = reader.known.copy()
    known[: UNK + 1] = False
    embedding.known.copy_(torch.from_numpy(known))
    never_shown = not reader.trains_unknown
    embedding.unknown_is_mean = never_shown and embedding.weight.requires_grad


class TrainBatches:
    """Random batches of rows of similar length, each row once per epoch.

    Takes the place of a ``DataLoader`` in skorch (``iterator_train``).
    """

    def __init__(self, dataset: SequenceDataset, batch_size: int) -> None:
        self.dataset = dataset
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Batch, Targets | None]]:
        rng, before = self.dataset.generator(), None
        plan = self.dataset.training_plan(self.batch_size, rng)
        if self.dataset.reads_ahead:
            yield from self.dataset.batches(plan, rng)
            return
        for indices in plan:
            yield self.dataset.batch(indices, rng, before)
            before = indices


class PredictionBatches:
    """All rows, longest first; ``order`` says which row came when.

    Takes the place of a ``DataLoader`` in skorch (``iterator_valid``).
    """

    def __init__(
        self,
        dataset: SequenceDataset | WindowDataset,
        batch_size: int = MAX_PREDICTION_ROWS,
        n_units: int = USUAL_UNITS,
    ) -> None:
        self.dataset = dataset
        self.plan = dataset.prediction_plan(batch_size, n_units)
        self.order = self.plan[0] if len(self.plan) == 1 else np.concatenate(self.plan)

    def __iter__(self) -> Iterator[tuple[Batch, Targets | None]]:
        before = None
        for indices in self.plan:
            yield self.dataset.batch(indices, before=before)
            before = indices


def _cut_longest_first(
    lengths: NDArray[np.int64], batch_size: int, most_steps: int, n_beside: int = 0
) -> list[NDArray[Any]]:
    """Cut rows into batches of about `PREDICTION_STEPS` padded steps.

    Where few rows have as many, a batch may have up to `most_steps` of them. Each row
    may have `n_beside` steps more, in sequences beside that of `lengths`.
    """
    order = np.argsort(-lengths, kind="stable")
    plan, start = [], 0
    while start < len(order):
        longest = lengths[order[start]] + n_beside
        n_rows = PREDICTION_STEPS // longest
        if n_rows < PREDICTION_ROWS:
            n_rows = min(PREDICTION_ROWS, max(1, most_steps // longest))
        stop = start + min(batch_size, n_rows)
        plan.append(order[start:stop])
        start = stop
    return plan


def _with_sum(weight: NDArray[Any], total: int) -> NDArray[np.float32]:
    weight = weight / weight.max()  # or the sum of huge weights would overflow
    return (weight * (total / weight.sum())).astype(np.float32)


def _cut(order: NDArray[Any], size: int) -> list[NDArray[Any]]:
    return [order[i : i + size] for i in range(0, len(order), size)]
