"""Token ids as ids that have a vector, and characters as ids."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import PAD, UNK, Sequences


@dataclass(frozen=True)
class TokenReader:
    """Reads token ids as ids that have a vector.

    Parameters
    ----------
    counts : int64 ndarray of shape (n_tokens,)
        How often the training part held each id.  An id it did not hold, or one
        beyond the table, has no trained vector and reads as unknown.
    given : bool ndarray of shape (n_tokens,), default=None
        The ids whose vectors were given, where any were: they need not be in the
        training part.
    characters : int32 ndarray of shape (n_characters,), default=None
        The code points that have a vector, sorted, where words come with their
        characters.
    trains_unknown_character : bool
        Whether training has shown a character without a vector of its own.
    word_dropout : float
        Share of the tokens that training shows as the unknown one.
    token_ids : ndarray of shape (n_tokens - 2,), default=None
        The ids that have a row in the tables, in the order of their rows, from row 2
        on, where ids lie far apart; None where each id is the number of its row.
    """

    counts: np.ndarray
    given: np.ndarray | None = None
    characters: np.ndarray | None = None
    trains_unknown_character: bool = False
    word_dropout: float = 0.0
    token_ids: np.ndarray | None = None

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Ids with a vector of their own, bool (n_tokens,); that of padding is zero."""
        known = self.counts > 0
        known[PAD] = True
        return known if self.given is None else known | self.given

    @cached_property
    def dropped(self) -> NDArray[np.float64]:
        """How probably training shows each id as the unknown one, (n_tokens,).

        Words of frequency one in half of the cases: this is how the vector of the
        unknown word is trained, for a word seen once is as good as unknown.
        """
        share = np.where(
            self.counts == 1, max(0.5, self.word_dropout), self.word_dropout
        )
        share[: UNK + 1] = 0.0
        return share

    @property
    def trains_unknown(self) -> bool | np.bool_:
        """Whether training shows the unknown word, its vector thus being learnt."""
        return self.counts[UNK] > 0 or self.dropped.any()

    def transform(self, tokens: NDArray[Any]) -> NDArray[Any]:
        """Give the row of each id's vector, that of the unknown one if it has none."""
        tokens = rows_of(tokens, self.token_ids)
        if tokens.max(initial=0) < len(self.counts):
            has_vector = self.known[tokens]
        else:
            inside = np.minimum(tokens, len(self.counts) - 1)
            has_vector = (tokens == inside) & self.known[inside]
        return tokens if has_vector.all() else np.where(has_vector, tokens, UNK)

    def read(self, sequences: Sequences) -> Sequences:
        """Replace ids without a vector, and code points by the ids of characters."""
        characters = sequences.characters
        if characters is not None:
            ids = self.encode_characters(characters.values)
            characters = replace(characters, values=ids)
        tokens = self.transform(sequences.values)
        if characters is None and tokens is sequences.values:
            return sequences
        return replace(sequences, values=tokens, characters=characters)

    def per_variable(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sum what belongs to the numbers (..., n_inputs) of a token's vector."""
        return values.sum(axis=-1)

    def encode_characters(self, code_points: NDArray[Any]) -> NDArray[np.int32]:
        """Give characters ids from 2 on; one without a vector is unknown."""
        characters: Any = self.characters
        last = len(characters) - 1
        places = np.searchsorted(characters, code_points).clip(max=last)
        known = characters[places] == code_points
        return np.where(known, places + UNK + 1, UNK).astype(np.int32)

    def remember(self, tokens: NDArray[Any], *memory: Any) -> tuple[Any, ...]:
        """Keep nothing of a step: a token needs no memory of those before it."""
        return ()

    def drop_words(
        self, tokens: NDArray[Any], rng: np.random.Generator
    ) -> NDArray[Any]:
        """Turn tokens into the unknown one at random, each as `dropped` says."""
        share = self.dropped[tokens]
        if not share.any():
            return tokens
        return np.where(rng.random(tokens.shape) < share, UNK, tokens)


# Tables of so few rows are never worth a search, which takes longer than an index.
FEW_ROWS = 2**16
# Ids lie far apart where fewer than one row in so many would be used.
FAR_APART = 4


def widen_ids(
    token_ids: NDArray[Any] | None, n_rows: int, sequences: Sequences, rows: Any
) -> NDArray[Any] | None:
    """Say which ids have rows of the tables, with those of more data.

    Parameters
    ----------
    token_ids : ndarray of shape (n_rows - 2,) or None
        As `TokenReader` has it.
    n_rows : int
        Number of rows so far.
    sequences : Sequences
        Token ids, which are looked at a part at a time.
    rows : int array
        Which of the sequences are the data.

    Returns
    -------
    token_ids : ndarray or None
        New ids come last. None while each id is the number of its row, which is so
        as long as they do not lie far apart.
    """
    if token_ids is None and sequences.storage.max() < FEW_ROWS:
        return None
    parts = [np.unique(ids) for ids in sequences.iterate_values(rows)]
    distinct = np.unique(np.concatenate(parts))
    if token_ids is None:
        new = distinct[distinct >= n_rows]
        if distinct[-1] < FAR_APART * (n_rows + len(new)):
            return None
        token_ids = np.arange(UNK + 1, n_rows)
    else:
        new = np.setdiff1d(distinct, token_ids)
    return np.concatenate([token_ids, new[new > UNK]])


def count_ids(
    n_rows: int,
    sequences: Sequences,
    rows: Any,
    *,
    token_ids: NDArray[Any] | None = None,
    grows: bool = True,
) -> NDArray[np.int64]:
    """Count how often data hold each id.

    Parameters
    ----------
    n_rows : int
        Number of rows of the tables so far.
    sequences : Sequences
        Token ids, which are counted a part at a time.
    rows : int array
        Which of the sequences are the data.
    token_ids : ndarray or None
        As `TokenReader` has it.
    grows : bool, default=True
        Whether ids beyond the tables get rows of their own, or are left out.

    Returns
    -------
    counts : int64 ndarray of shape (n_rows,), or more with ids beyond
    """
    counts = np.zeros(n_rows, dtype=np.int64)
    for ids in sequences.iterate_values(rows):
        known = ids if grows else ids[ids < n_rows]
        found = np.bincount(rows_of(known, token_ids), minlength=len(counts))
        found[: len(counts)] += counts
        counts = found
    return counts


def rows_of(tokens: NDArray[Any], token_ids: NDArray[Any] | None) -> NDArray[Any]:
    """Give the number of the row of each id; one without a row is unknown."""
    if token_ids is None:
        return tokens
    order = np.argsort(token_ids, kind="stable")  # fast where they are sorted
    places = np.searchsorted(token_ids, tokens, sorter=order)
    rows = order[places.clip(max=len(order) - 1)]
    found = token_ids[rows] == tokens
    return np.where(found, rows + UNK + 1, UNK).astype(tokens.dtype)
