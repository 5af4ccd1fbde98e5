"""What a sequence is: values without padding, and where each one starts."""

__all__ = [
    "PAD",
    "UNK",
    "Sequences",
    "Windows",
    "iterate_chunks",
    "lengths_of",
    "offsets_of",
    "step_positions",
]

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, make_dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

PAD = 0
"""Token id of padding; no real step has it."""

UNK = 1
"""Token id of an unknown token."""

CHUNK = 1 << 16
"""Numbers copied at a time where all steps are walked over."""


@dataclass(frozen=True, eq=False, repr=False)
class Sequences:
    """Sequences of any length, one after the other, without padding.

    The same layout as the ``data`` and ``indptr`` of a SciPy CSR matrix:
    sequence ``i`` is ``values[offsets[i]:offsets[i + 1]]``. Immutable; the
    arrays are read-only views and share memory with those they came from
    where possible.

    Each sequence has its steps in ``storage``, from ``starts`` on. Here that is
    ``values`` itself; `Windows` share their steps, and there ``values`` is a copy.

    Parameters
    ----------
    values : ndarray
        Token ids, int32 of shape (n_steps_total,), or numbers, float32 or
        float64 of shape (n_steps_total, n_features).
    offsets : int64 ndarray of shape (n_samples + 1,)
        Where each sequence starts; the last entry is ``n_steps_total``. Every
        sequence has at least one step.
    characters : Sequences, default=None
        The characters of each token, for tokens only: one member per step, its
        values the code points, int32 of shape (n_characters_total,).
    static : ndarray of shape (n_samples, n_columns), default=None
        What is known of each sequence as a whole.
    beside : tuple of Sequences, default=()
        Further sequences of the same samples, such as the text beside a signal.

    Raises
    ------
    ValueError
        If ``offsets`` do not divide ``values`` into sequences of at least one
        step, ``characters`` does not have one member per token, or ``static`` and
        each of ``beside`` one row per sequence.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Sequences
    >>> sequences = Sequences.from_list([np.array([4, 2]), np.array([3, 5, 9])])
    >>> sequences
    Sequences(n_samples=2, n_steps=5, tokens)
    >>> sequences.lengths
    array([2, 3])
    >>> padded, lengths = sequences.pad([1, 0])
    >>> padded
    array([[3, 5, 9],
           [4, 2, 0]], dtype=int32)

    The word with id 4 is "an", that with id 2 is "I":

    >>> letters = Sequences.from_list([[97, 110], [73]])
    >>> words = Sequences(np.array([4, 2]), np.array([0, 2]), characters=letters)
    >>> [word.tolist() for word in words[[0]].characters]
    [[97, 110], [73]]
    """

    values: np.ndarray
    offsets: np.ndarray
    characters: "Sequences | None" = None
    static: np.ndarray | None = None
    beside: "tuple[Sequences, ...]" = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        offsets = np.asarray(self.offsets, dtype=np.int64)
        if values.ndim not in (1, 2) or offsets.ndim != 1 or len(offsets) == 0:
            raise ValueError(
                "values must have one axis (tokens) or two (numbers) and offsets "
                f"one, got shapes {values.shape} and {offsets.shape}."
            )
        if offsets[0] != 0 or offsets[-1] != len(values):
            raise ValueError(
                f"offsets must run from 0 to the {len(values)} steps in values, "
                f"got {offsets[0]} to {offsets[-1]}."
            )
        lengths = lengths_of(offsets)
        if lengths.min(initial=1) < 1:
            row = np.argmax(lengths < 1)
            raise ValueError(
                "Every sequence must have at least one step, got "
                f"{lengths[row]} at row {row}; drop it."
            )
        if self.characters is not None:
            _check_characters(self.characters, values)
        vars(self).update(
            values=_read_only(values),
            offsets=_read_only(offsets),
            static=_check_static(self.static, len(lengths)),
            beside=_check_beside(self.beside, len(lengths)),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments: what is unpickled is as immutable."""
        return type(self), tuple(getattr(self, part.name) for part in fields(self))

    @property
    def storage(self) -> np.ndarray:
        """The array that holds the steps, those of row i from ``starts[i]`` on."""
        return self.values

    @property
    def starts(self) -> np.ndarray:
        """Where in ``storage`` each sequence starts, int64 of shape (n_samples,)."""
        return self.offsets[:-1]

    @classmethod
    def from_list(cls, arrays: Iterable[ArrayLike]) -> "Sequences":
        """Join arrays of unequal length.

        Parameters
        ----------
        arrays : sequence of ndarray
            Each integer of shape (n_timesteps,): token ids; or each real of
            shape (n_timesteps, n_features) or, with one feature, real of shape
            (n_timesteps,).

        Returns
        -------
        sequences : Sequences
            Numbers keep float32 and float64; all else becomes float64.
        """
        parts = [np.asarray(array) for array in arrays]
        values = np.concatenate(parts)
        if values.ndim == 1 and values.dtype.kind in "iu":
            values = values.astype(np.int32)
        else:
            values = values.reshape(len(values), -1)  # (n_steps_total, n_features)
            if values.dtype not in (np.float32, np.float64):
                values = values.astype(np.float64)
        return cls(values, offsets_of([len(part) for part in parts]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __repr__(self) -> str:
        """Say how many, and of what, in one line."""
        content = "tokens" if self.is_tokens else f"n_features={self.n_features}"
        if self.characters is not None:
            content = "tokens with characters"
        return (
            f"Sequences(n_samples={len(self)}, n_steps={self.offsets[-1]}, {content})"
        )

    @property
    def lengths(self) -> np.ndarray:
        """Number of steps of each sequence, int64 of shape (n_samples,)."""
        return lengths_of(self.offsets)

    @property
    def is_tokens(self) -> bool:
        """Whether the steps are token ids and not rows of numbers."""
        return self.storage.ndim == 1

    @property
    def n_features(self) -> int | None:
        """Number of features per step, or None for tokens."""
        return None if self.is_tokens else self.storage.shape[1]

    def __getitem__(self, key: Any) -> Any:
        """Select sequences with all they carry; a contiguous slice is a view.

        Parameters
        ----------
        key : slice, int array, boolean mask of shape (n_samples,), or int
            An int gives the steps of one sequence, as an array.

        Returns
        -------
        selected : Sequences or ndarray
        """
        if isinstance(key, (int, np.integer)):
            start = self.starts[key]
            length = self.offsets[1:][key] - self.offsets[:-1][key]
            return self.storage[start : start + length]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                offsets = self.offsets[start : max(start, stop) + 1]
                steps = slice(offsets[0], offsets[-1])
                return self._select(key, steps, offsets - offsets[0])
        rows = np.arange(len(self))[key]
        chosen, lengths = self._gather(rows)
        return self._select(rows, chosen, offsets_of(lengths))

    def _select(
        self,
        rows: slice | np.ndarray,
        steps: slice | np.ndarray,
        offsets: np.ndarray,
    ) -> "Sequences":
        """Make sequences of some of the steps, those of some of the rows."""
        characters = None if self.characters is None else self.characters[steps]
        selected = Sequences(self.values[steps], offsets, characters)
        return selected.with_rows_of(self, rows)

    def with_rows_of(
        self, other: "Sequences", rows: slice | np.ndarray = slice(None)
    ) -> "Sequences":
        """Give these sequences what is known of others, each as a whole.

        Parameters
        ----------
        other : Sequences
        rows : slice, int array or boolean mask, default=slice(None)
            The rows of `other` whose static columns and sequences beside are taken,
            one for each of these.

        Returns
        -------
        sequences : Sequences
            The same steps.
        """
        static = None if other.static is None else other.static[rows]
        if static is None and not other.beside:
            return self
        beside = tuple(part[rows] for part in other.beside)
        return replace(self, static=static, beside=beside)

    def pad(
        self,
        indices: ArrayLike,
        encode: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pad the chosen sequences on the right to the longest among them.

        Parameters
        ----------
        indices : int array of shape (n_chosen,)
        encode : callable, default=None
            Applied to the real steps, one sequence after the other, before padding.

        Returns
        -------
        padded : ndarray of shape (n_chosen, n_timesteps[, n_features])
            A new array of the dtype of ``values``, or of what `encode` returns;
            padding is 0, which for tokens is ``PAD``.
        lengths : int64 ndarray of shape (n_chosen,)
        """
        steps, lengths = self._gather(np.asarray(indices, dtype=np.int64))
        values = self.storage[steps]
        values = values if encode is None else encode(values)
        n_timesteps = lengths.max(initial=0)
        shape = (len(lengths), n_timesteps, *values.shape[1:])
        if len(values) == len(lengths) * n_timesteps:  # nothing has to be padded
            return values.reshape(shape), lengths
        padded = np.zeros(shape, values.dtype)
        padded[np.arange(n_timesteps) < lengths[:, np.newaxis]] = values
        return padded, lengths

    def pad_groups(
        self, groups: list[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pad each group of sequences as `pad` does, all groups in one go.

        Parameters
        ----------
        groups : list of int64 ndarray of shape (n_chosen,)
            None of them empty.

        Returns
        -------
        padded : ndarray
            Flat: the padded sequences of the first group, then those of the second.
        n_timesteps : int64 ndarray of shape (n_groups,)
            To how many steps those of each group are padded.
        lengths : int64 ndarray of shape (n_chosen_total,)
        """
        places, lengths = self._gather(np.concatenate(groups))
        values = self.storage[places]
        del places  # of eight bytes, as those that follow
        sizes = [len(group) for group in groups]
        n_timesteps = np.maximum.reduceat(lengths, offsets_of(sizes)[:-1])
        starts = offsets_of(np.repeat(n_timesteps, sizes))
        padded = np.zeros((starts[-1], *values.shape[1:]), values.dtype)
        places = step_positions(lengths)
        places += np.repeat(starts[:-1], lengths)
        padded[places] = values
        return padded, n_timesteps, lengths

    def iterate_values(
        self, rows: slice | np.ndarray = slice(None)
    ) -> Iterator[np.ndarray]:
        """Yield ``values`` in chunks, so that they are not copied whole.

        Where a chunk ends depends on the shape alone, not on how the steps lie in
        memory; each is a new array.

        Parameters
        ----------
        rows : slice, int array or boolean mask, default=slice(None)
            The sequences whose steps are wanted.
        """
        width = int(np.prod(self.storage.shape[1:], dtype=np.int64))
        n_steps = max(1, CHUNK // max(1, width))
        starts, offsets = self.starts[rows], offsets_of(self.lengths[rows])
        for steps, members, counts in iterate_chunks(offsets, n_steps):
            places = np.arange(steps.start, steps.stop, dtype=np.int64)
            places += np.repeat(starts[members] - offsets[members], counts)
            yield self.storage[places]

    def _gather(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find where in `storage` the steps of these rows are."""
        lengths = self.offsets[1:][rows] - self.offsets[:-1][rows]
        places = step_positions(lengths)
        places += np.repeat(self.starts[rows], lengths)
        return places, lengths


class Windows(Sequences):
    """Sequences that may overlap in one array, such as windows over a series.

    Nothing is copied before a batch is padded.

    Parameters
    ----------
    storage : ndarray of shape (n_stored, n_features)
        Numbers, float32 or float64.
    starts : int64 ndarray of shape (n_samples,)
        Where in `storage` each sequence starts.
    lengths : int64 ndarray of shape (n_samples,)
        Number of steps of each sequence, at least 1.
    static : ndarray of shape (n_samples, n_columns), default=None
        What is known of each sequence as a whole.
    beside : tuple of Sequences, default=()
        Further sequences of the same samples.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Windows
    >>> series = np.array([[10.0], [11.0], [12.0], [13.0]])
    >>> windows = Windows(series, np.array([0, 1, 2]), np.array([2, 2, 2]))
    >>> windows
    Sequences(n_samples=3, n_steps=6, n_features=1)
    >>> windows.values.ravel()
    array([10., 11., 11., 12., 12., 13.])
    >>> np.shares_memory(windows[[2, 0]].storage, series)
    True
    """

    # What `replace` and pickles give back to `__init__`; ``values`` is no argument.
    __dataclass_fields__: ClassVar[dict[str, Any]] = {
        part.name: part
        for part in fields(
            make_dataclass("_", ["storage", "starts", "lengths", "static", "beside"])
        )
    }

    _storage: np.ndarray
    _starts: np.ndarray

    def __init__(
        self,
        storage: np.ndarray,
        starts: np.ndarray,
        lengths: np.ndarray,
        static: np.ndarray | None = None,
        beside: tuple[Sequences, ...] = (),
    ) -> None:
        vars(self).update(
            _storage=_read_only(storage),
            _starts=_read_only(starts),
            offsets=_read_only(offsets_of(lengths)),
            static=_check_static(static, len(lengths)),
            beside=_check_beside(beside, len(lengths)),
        )

    @property
    def storage(self) -> np.ndarray:
        """The array that the sequences share."""
        return self._storage

    @property
    def starts(self) -> np.ndarray:
        """Where in ``storage`` each sequence starts, int64 of shape (n_samples,)."""
        return self._starts

    @property
    def values(self) -> np.ndarray:
        """The steps of all sequences one after the other: a copy, at each call."""
        return self.storage[self._gather(np.arange(len(self)))[0]]

    def __getitem__(self, key: Any) -> Any:
        """Select sequences, without copying; an int gives the steps of one."""
        if isinstance(key, (int, np.integer)):
            return super().__getitem__(key)
        selected = Windows(self.storage, self.starts[key], self.lengths[key])
        return selected.with_rows_of(self, key)


def offsets_of(lengths: ArrayLike) -> np.ndarray:
    """Sum lengths up to offsets, int64 of shape (n_samples + 1,)."""
    offsets = np.zeros(np.size(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def lengths_of(offsets: np.ndarray) -> np.ndarray:
    """Undo `offsets_of`, in a fraction of the time that `np.diff` takes for one."""
    lengths: np.ndarray = offsets[1:] - offsets[:-1]
    return lengths


def step_positions(lengths: np.ndarray) -> np.ndarray:
    """Count the steps of each sequence from 0, one sequence after the other."""
    if len(lengths) == 1:
        return np.arange(lengths[0], dtype=np.int64)
    ends = np.cumsum(lengths, dtype=np.int64)
    n_steps = ends[-1] if len(ends) else 0
    positions = np.arange(n_steps, dtype=np.int64)
    positions -= np.repeat(ends - lengths, lengths)
    return positions


def iterate_chunks(
    offsets: np.ndarray, n_steps: int
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Walk over the steps in chunks, whatever the lengths of the sequences.

    Parameters
    ----------
    offsets : int64 ndarray of shape (n_samples + 1,)
    n_steps : int
        Largest number of steps in a chunk.

    Yields
    ------
    steps : slice
        The steps of this chunk.
    rows : slice
        The sequences these steps belong to, the first and last perhaps in part.
    counts : int64 ndarray
        How many steps of the chunk belong to each of these sequences.
    """
    for start in range(0, offsets[-1], n_steps):
        stop = min(start + n_steps, offsets[-1])
        first = np.searchsorted(offsets, start, side="right") - 1
        last = np.searchsorted(offsets, stop, side="left")
        counts = np.diff(offsets[first : last + 1].clip(start, stop))
        yield slice(start, stop), slice(first, last), counts


def _check_characters(characters: Any, values: np.ndarray) -> None:
    """Refuse characters that do not go with the tokens, one member each."""
    if values.ndim != 1 or not isinstance(characters, Sequences):
        raise ValueError(
            "characters must be Sequences that go with token ids, got "
            f"{type(characters).__name__} with values of shape {values.shape}."
        )
    if not characters.is_tokens or len(characters) != len(values):
        raise ValueError(
            f"characters must hold the code points of each of the {len(values)} "
            f"tokens, got {characters!r}."
        )


def _check_static(static: Any, n_samples: int) -> np.ndarray | None:
    """Refuse static columns that do not have a row for each sequence."""
    if static is None:
        return None
    static = np.asarray(static)
    if static.ndim != 2 or len(static) != n_samples:
        raise ValueError(
            f"static must have a row for each of the {n_samples} sequences, got shape "
            f"{static.shape}."
        )
    return _read_only(static)


def _check_beside(beside: Any, n_samples: int) -> tuple[Sequences, ...]:
    """Refuse sequences of other samples."""
    for place, part in enumerate(beside):
        if len(part) != n_samples:
            raise ValueError(
                f"beside[{place}] must hold one of each of the {n_samples} sequences, "
                f"got {len(part)}."
            )
    return tuple(beside)


def _read_only(array: np.ndarray) -> np.ndarray:
    """View an array without the right to write."""
    view = array.view()
    view.flags.writeable = False
    return view
