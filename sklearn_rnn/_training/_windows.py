"""Windows of series, and the steps that follow them, cut when they are needed."""

from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from sklearn_rnn._training._places import Places
from sklearn_rnn.nn import Batch, Targets

PREDICTION_ROWS = 512
"""The most windows in a batch of predictions."""


class SharedSteps(NamedTuple):
    """The steps of all series, which windows are views of.

    Each series has as many empty steps in front of it as a window has, so that a
    window may begin before its series.

    Parameters
    ----------
    values : float32 ndarray of shape (n_targets, n_steps_total)
        In the scale of the network; where nothing was observed the last value before.
    observed : float32 ndarray of shape (n_targets, n_steps_total)
        1 where a value was observed, else 0.
    weight : float32 ndarray of shape (n_targets, n_steps_total)
        How much each counts as a target; 0 where nothing was observed.
    columns : float32 ndarray of shape (n_columns, n_steps_total)
        What else is known of each step.
    firsts : int64 ndarray of shape (n_series,)
        Where the first step of each series is, behind the empty ones.
    lengths : int64 ndarray of shape (n_series,)
    """

    values: NDArray[np.float32]
    observed: NDArray[np.float32]
    weight: NDArray[np.float32]
    columns: NDArray[np.float32]
    firsts: NDArray[np.int64]
    lengths: NDArray[np.int64]


class WindowRows(NamedTuple):
    """Which windows there are: each of one target of one series.

    Parameters
    ----------
    series, target, start : int64 ndarray of shape (n_rows,)
        The start is a step of the series, negative before its first one.
    group : int64 ndarray of shape (n_rows,)
        What each row is a part of, as `Batch` has it.
    """

    series: NDArray[np.int64]
    target: NDArray[np.int64]
    start: NDArray[np.int64]
    group: NDArray[np.int64]

    def take(self, i: Any) -> "WindowRows":
        """Select some of them."""
        return WindowRows(*(part[i] for part in self))


class WindowShape(NamedTuple):
    """How windows are laid out.

    Parameters
    ----------
    window : int
        Steps that are read.
    n_ahead : int
        Steps that follow, which are the targets.
    segment : int
        So many steps become one step of the network.
    masked : bool
        Whether the network sees what was observed.
    known : tuple of bool
        For each column, whether it is known in advance.
    """

    window: int
    n_ahead: int
    segment: int
    masked: bool
    known: tuple[bool, ...]

    @property
    def n_features(self) -> int:
        """Count the numbers of a step of the network."""
        return self.segment * (1 + self.masked + len(self.known))

    @property
    def n_known(self) -> int:
        """Count the numbers that are known of a segment in advance."""
        return self.segment * sum(self.known)


class Cut(NamedTuple):
    """Some windows, less the last value that was observed in them.

    Parameters
    ----------
    values, observed : float32 ndarray of shape (n_rows, window)
        Values are 0 before the first one observed.
    level : float32 ndarray of shape (n_rows,)
        The last value; 0 where nothing was observed.
    target, weight : float32 ndarray of shape (n_rows, n_ahead)
        The steps that follow, and how much each counts.
    """

    values: NDArray[np.float32]
    observed: NDArray[np.float32]
    level: NDArray[np.float32]
    target: NDArray[np.float32]
    weight: NDArray[np.float32]


class WindowDataset(Dataset):
    """Windows as rows, with the steps that follow as their targets.

    Nothing is copied but the rows of a batch.

    Parameters
    ----------
    steps : SharedSteps
    rows : WindowRows
    shape : WindowShape
    n_batches : int, default=None
        Batches of an epoch; windows are drawn without repetition as long as there are
        others. None takes each window once.
    baseline : callable (values) -> ndarray, default=None
        From windows (n_rows, window) to what the network need not learn
        (n_rows, n_ahead): it is taken from the targets.
    """

    def __init__(
        self,
        steps: SharedSteps,
        rows: WindowRows,
        shape: WindowShape,
        *,
        n_batches: int | None = None,
        baseline: Any = None,
    ) -> None:
        self.steps = steps
        self.rows = rows
        self.shape = shape
        self.n_batches = n_batches
        self.baseline = baseline
        self.seed, self.epoch = 0, 0
        self._positions = steps.firsts[rows.series] + rows.start
        total = self._weight_ahead().sum()
        self._scale = len(self) / total if total > 0 else 1.0

    def __len__(self) -> int:
        return len(self.rows.start)

    def prepare(self, module: Any) -> None:
        """Tell a module what it must know before training: nothing."""

    def is_useful(self) -> NDArray[np.bool_]:
        """Say which rows have a value to read and a target of some weight."""
        sums = _sums_from_start(self.steps.observed)
        where, until = self.rows.target, self._positions + self.shape.window
        n_seen = sums[where, until] - sums[where, self._positions]
        useful: NDArray[np.bool_] = (n_seen > 0) & (self._weight_ahead() > 0)
        return useful

    def _weight_ahead(self) -> NDArray[np.float64]:
        """Add up the weights of the targets of each row."""
        sums = _sums_from_start(self.steps.weight)
        where, start = self.rows.target, self._positions + self.shape.window
        total: NDArray[np.float64] = (
            sums[where, start + self.shape.n_ahead] - sums[where, start]
        )
        return total

    goes_on: ClassVar[bool] = False
    reads_ahead: ClassVar[bool] = False

    def places(self, rows: str) -> Places:
        """Say where the targets of each row have their place."""
        if rows != "target":
            return Places(len(self))
        return Places(len(self), np.arange(len(self) + 1) * self.shape.n_ahead)

    def generator(self) -> np.random.Generator:
        """Make the random generator of the present epoch."""
        return np.random.default_rng([self.seed, self.epoch])

    def training_plan(
        self, batch_size: int, rng: np.random.Generator
    ) -> list[NDArray[Any]]:
        """Draw the windows of each batch of an epoch.

        Parameters
        ----------
        batch_size : int
        rng : numpy Generator

        Returns
        -------
        plan : list of int ndarray
        """
        size = min(batch_size, len(self))
        n_batches = self.n_batches or -(-len(self) // size)
        n_passes = -(-n_batches * size // len(self))
        order = np.concatenate([rng.permutation(len(self)) for _ in range(n_passes)])
        return [order[i * size : (i + 1) * size] for i in range(n_batches)]

    def prediction_plan(self, batch_size: int, n_units: int = 0) -> list[NDArray[Any]]:
        """Take the windows in their order."""
        size = min(batch_size, PREDICTION_ROWS)
        rows = np.arange(len(self))
        return [rows[i : i + size] for i in range(0, len(rows), size)]

    def cut(self, indices: NDArray[Any]) -> Cut:
        """Cut some windows out of the shared steps.

        Parameters
        ----------
        indices : int ndarray of shape (n_rows,)

        Returns
        -------
        cut : Cut
        """
        window = self.shape.window
        where = self.rows.target[indices], self._positions[indices]
        values, observed, weight = (
            _windows_of(part, self.shape)[where]
            for part in (self.steps.values, self.steps.observed, self.steps.weight)
        )
        seen = observed[:, :window]
        level = last_observed(values[:, :window], seen)
        values = values - level[:, np.newaxis]
        past = values[:, :window] * np.maximum.accumulate(seen, axis=1)
        return Cut(past, seen, level, values[:, window:], weight[:, window:])

    def targets(self) -> Targets:
        """Give the targets of all rows, in their order, with their weights."""
        return self.batch(np.arange(len(self)))[1]

    def batch(
        self,
        indices: NDArray[Any],
        rng: np.random.Generator | None = None,
        before: NDArray[Any] | None = None,
    ) -> tuple[Batch, Targets]:
        """Cut some windows and lay them out for the network.

        Parameters
        ----------
        indices : int ndarray of shape (n_rows,)
        rng, before : object
            As `SequenceDataset.batch` has them; nothing here depends on them.

        Returns
        -------
        batch : Batch
        targets : Targets
            ``n_ahead`` of each row, one after the other.
        """
        cut = self.cut(indices)
        target = cut.target
        if self.baseline is not None:
            target = target - self.baseline(cut.values)
        parts = [target.reshape(-1, 1), (cut.weight * self._scale).reshape(-1)]
        parts.append(np.full(len(indices), self.shape.n_ahead))
        targets = Targets(*(torch.from_numpy(np.ascontiguousarray(p)) for p in parts))
        return self._lay_out(indices, cut), targets

    def _lay_out(self, indices: NDArray[Any], cut: Cut) -> Batch:
        """Join what is known of a window, a segment of it in each step."""
        shape = self.shape
        positions = self._positions[indices]
        columns = _windows_of(self.steps.columns, shape)[:, positions]
        columns = np.moveaxis(columns, 0, 2)  # (n_rows, window + n_ahead, n_columns)
        parts = [cut.values[..., np.newaxis]]
        if shape.masked:
            parts.append(cut.observed[..., np.newaxis])
        parts.append(columns[:, : shape.window])
        values = in_segments(np.concatenate(parts, axis=2), shape.segment, front=True)
        lengths = torch.full((len(indices),), values.shape[1])
        future = None
        if shape.n_known:
            known = columns[:, shape.window :, np.array(shape.known)]
            future = torch.from_numpy(in_segments(known, shape.segment, front=False))
        return Batch(
            torch.from_numpy(values),
            lengths,
            future=future,
            group=torch.from_numpy(self.rows.group[indices]),
        )


def in_segments(
    steps: NDArray[np.float32], segment: int, *, front: bool
) -> NDArray[np.float32]:
    """Lay so many steps side by side, with zeros where the last segment is not full.

    Parameters
    ----------
    steps : float32 ndarray of shape (n_rows, n_steps, n_columns)
    segment : int
    front : bool
        Whether the zeros are in front.

    Returns
    -------
    segments : float32 ndarray of shape (n_rows, n_segments, segment * n_columns)
    """
    n_rows, n_steps, n_columns = steps.shape
    missing = -n_steps % segment
    if missing:
        around = (missing, 0) if front else (0, missing)
        steps = np.pad(steps, ((0, 0), around, (0, 0)))
    n_segments = (n_steps + missing) // segment
    return np.ascontiguousarray(steps).reshape(n_rows, n_segments, segment * n_columns)


def last_observed(
    values: NDArray[np.float32], observed: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Find the last value that was observed in each row, 0 where none was.

    Parameters
    ----------
    values, observed : float32 ndarray of shape (n_rows, n_steps)

    Returns
    -------
    last : float32 ndarray of shape (n_rows,)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn._training import last_observed
    >>> last_observed(np.array([[3.0, 5.0, 0.0]]), np.array([[1, 1, 0]]))
    array([5.])
    """
    n_steps = values.shape[1]
    seen = observed > 0
    place = n_steps - 1 - np.argmax(seen[:, ::-1], axis=1)
    last = np.take_along_axis(values, place[:, np.newaxis], axis=1)[:, 0]
    return np.where(seen.any(axis=1), last, np.zeros_like(last))


def _windows_of(part: NDArray[Any], shape: WindowShape) -> NDArray[Any]:
    """View all windows with what follows: (n, n_positions, window + n_ahead)."""
    width = shape.window + shape.n_ahead
    if not len(part):
        return np.empty((0, part.shape[1] - width + 1, width), part.dtype)
    return np.lib.stride_tricks.sliding_window_view(part, width, axis=1)


def _sums_from_start(part: NDArray[Any]) -> NDArray[np.float64]:
    """Add up the steps before each (n, n_steps_total + 1)."""
    sums: NDArray[np.float64] = np.cumsum(part, axis=1, dtype=np.float64)
    return np.pad(sums, ((0, 0), (1, 0)))
