"""Sequences as far as they had come after each step."""

__all__ = ["iterate_prefixes"]

from collections.abc import Iterator

import numpy as np

from sklearn_rnn.sequences._sequences import Sequences, offsets_of, step_positions


def iterate_prefixes(sequences: Sequences, n_steps: int) -> Iterator[Sequences]:
    """Walk over the first step, the first two, and so on, of each sequence.

    Parameters
    ----------
    sequences : Sequences
    n_steps : int
        Largest number of steps in a part, unless one prefix alone has more.

    Yields
    ------
    prefixes : Sequences
        Those of sequence 0 from the shortest to the whole, then those of sequence 1,
        and so on, a part of them at a time.

    Examples
    --------
    >>> from sklearn_rnn.sequences import Sequences, iterate_prefixes
    >>> words = Sequences.from_list([[7, 8, 9], [5, 6]])
    >>> parts = list(iterate_prefixes(words, n_steps=4))
    >>> [part.values.tolist() for part in parts]
    [[7, 7, 8], [7, 8, 9, 5], [5, 6]]
    >>> [part.lengths.tolist() for part in parts]
    [[1, 2], [3, 1], [2]]
    """
    lengths = step_positions(sequences.lengths) + 1  # of the prefixes
    rows = np.repeat(np.arange(len(sequences)), sequences.lengths)
    starts = sequences.starts[rows]
    ends = np.cumsum(lengths, dtype=np.int64)
    first = 0
    while first < len(lengths):
        before = ends[first] - lengths[first]
        last = int(np.searchsorted(ends, before + n_steps, side="right"))
        chosen = slice(first, max(first + 1, last))
        steps = np.repeat(starts[chosen], lengths[chosen])
        steps += step_positions(lengths[chosen])
        characters = sequences.characters
        prefixes = Sequences(
            sequences.storage[steps],
            offsets_of(lengths[chosen]),
            None if characters is None else characters[steps],
        )
        yield prefixes.with_rows_of(sequences, rows[chosen])
        first = chosen.stop
