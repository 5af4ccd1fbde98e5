"""Tokens become ids: 0 is padding, 1 the unknown word, known words from 2 on."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count, repeat
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sklearn_rnn.sequences import PAD, UNK
from sklearn_rnn.text._characters import CharacterWriter

FIRST_WORD = UNK + 1

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]
LookUp = Callable[[list[str]], Iterable[int]]


def growing_look_up() -> tuple[dict[str, int], LookUp]:
    """Return a vocabulary that grows, and the function that looks up in it."""
    # `count` and `map` stay in C: nothing in Python runs per token.
    numbers: dict[str, int] = defaultdict(count(FIRST_WORD).__next__)
    return numbers, partial(map, numbers.__getitem__)


def fixed_look_up(vocabulary: dict[str, int]) -> LookUp:
    """Return the function that looks up tokens, the others being unknown."""
    return lambda tokens: map(vocabulary.get, tokens, repeat(UNK))


def keep(max_length: int | None, truncate: str | None) -> slice:
    """Return the slice of a document's tokens that truncation leaves."""
    if truncate is None:
        return slice(None)
    if max_length is not None and truncate == "start":
        return slice(-max_length, None)
    return slice(max_length)


def encode(
    documents: Iterable[Iterable[str]],
    look_up: LookUp,
    kept: slice,
    writer: CharacterWriter | None = None,
) -> tuple[Ids, Offsets, int]:
    """Turn tokenized documents into ids, one document after the other.

    Parameters
    ----------
    documents : iterable of iterables of str
    look_up : function from tokens to ids
    kept : slice
        The tokens to keep of each document.
    writer : CharacterWriter, default=None
        Takes note of the characters of the tokens that are kept.

    Returns
    -------
    ids : int32 ndarray of shape (n_steps_total,)
    offsets : int64 ndarray of shape (n_samples + 1,)
        Document i has the ids from ``offsets[i]`` to ``offsets[i + 1]``, at
        least one of them: a document without tokens becomes one unknown word.
    n_cut : int
        Number of documents that were longer than what is kept.
    """
    ids = array("i")
    ends = array("q", [0])
    n_cut = 0
    for row, document in enumerate(documents):
        tokens = _as_tokens(document, row)
        shortened = tokens[kept]
        n_cut += len(shortened) < len(tokens)
        ids.extend(look_up(shortened) if shortened else (UNK,))
        if writer is not None:
            writer.add(shortened)
        ends.append(len(ids))
    if len(ends) == 1:
        raise ValueError("X holds no document; at least one is needed.")
    return (
        np.frombuffer(ids, dtype=np.intc).astype(np.int32, copy=False),
        np.frombuffer(ends, dtype=np.int64),
        n_cut,
    )


def _as_tokens(document: Iterable[str], row: int) -> list[str]:
    """Return what an analyzer gave as a list, once it looks like words."""
    found: Any = type(document).__name__
    # The result of calling a tokenizer of `transformers` is a mapping.
    if isinstance(document, Iterable) and not isinstance(document, (Mapping, str)):
        tokens = document if isinstance(document, list) else list(document)
        if not tokens or isinstance(tokens[0], str):
            return tokens
        found = f"{tokens[0]!r} among them"
    raise TypeError(
        f"A document's tokens must be a list of str, got {found} at row {row}; a "
        "tokenizer that gives ids can often give words as well, such as "
        "tokenizer=lambda text: tok.encode(text).tokens or tokenizer=tok.tokenize."
    )


def select_words(
    numbers: dict[str, int],
    ids: Ids,
    offsets: Offsets,
    *,
    max_df: float = 1.0,
    min_df: float = 1,
    max_features: int | None = None,
) -> tuple[dict[str, int], Ids]:
    """Choose and order the words of a vocabulary that has grown.

    They are in the order of the alphabet (of code points), so that the same words have
    the same ids in whatever order, and however often, their documents come.

    Parameters
    ----------
    numbers : dict
        Word to provisional id, in order of appearance.
    ids : int32 ndarray of shape (n_steps_total,)
        Provisional ids of all documents.
    offsets : int64 ndarray of shape (n_samples + 1,)
        Where each document starts and ends.
    max_df, min_df, max_features
        As in `CountVectorizer`. Of equally frequent words, those first in the alphabet
        are kept.

    Returns
    -------
    vocabulary : dict
        Word to id, in the order of the ids.
    final : int32 ndarray
        ``final[ids]`` are the ids of all documents; words left out are unknown.
    """
    if not numbers:
        raise ValueError(
            "empty vocabulary; perhaps the documents hold no token, or stop words only."
        )
    words = sorted(numbers)
    provisional = np.fromiter(map(numbers.__getitem__, words), np.int64, len(words))
    n_ids = FIRST_WORD + len(words)
    kept = np.arange(len(words))
    n_documents = len(offsets) - 1
    most = _as_count(max_df, n_documents)
    least = _as_count(min_df, n_documents)
    if most < least:
        raise ValueError(
            f"max_df={max_df!r} corresponds to fewer documents than min_df={min_df!r}; "
            "raise max_df or lower min_df."
        )
    if most < n_documents or least > 1:
        frequency = document_frequency(ids, offsets, n_ids)[provisional]
        kept = np.flatnonzero((least <= frequency) & (frequency <= most))
    if max_features is not None:
        term_frequency = np.bincount(ids, minlength=n_ids)[provisional[kept]]
        by_rank = np.argsort(-term_frequency, kind="stable")
        kept = np.sort(kept[by_rank[:max_features]])
    if not len(kept):
        raise ValueError(
            "After pruning, no words remain; try a lower min_df or a higher max_df."
        )
    vocabulary = {words[i]: id_ for id_, i in enumerate(kept.tolist(), FIRST_WORD)}
    final = np.full(n_ids, UNK, dtype=np.int32)
    final[PAD] = PAD
    final[provisional[kept]] = np.arange(FIRST_WORD, FIRST_WORD + len(kept))
    return vocabulary, final


def _as_count(threshold: Any, n_documents: int) -> float:
    """Give a number of documents as it is, a proportion as their number."""
    return float(
        threshold if isinstance(threshold, Integral) else threshold * n_documents
    )


def document_frequency(ids: Ids, offsets: Offsets, n_ids: int) -> NDArray[np.int64]:
    """Count for each id the documents that hold it."""
    occurrences = sparse.csr_matrix(
        (np.ones(len(ids), dtype=bool), ids.copy(), offsets),
        shape=(len(offsets) - 1, n_ids),
    )
    occurrences.sum_duplicates()
    return np.bincount(occurrences.indices, minlength=n_ids)


def check_vocabulary(vocabulary: Mapping[str, int] | Iterable[str]) -> dict[str, int]:
    """Return the user's vocabulary as a dict of word to id, from 2 on.

    An iterable of words is numbered in its order, a set in that of the alphabet.
    """
    if isinstance(vocabulary, Mapping):
        checked = dict(vocabulary)
    else:
        if isinstance(vocabulary, (set, frozenset)):
            vocabulary = sorted(vocabulary)
        checked = {}
        for id_, word in enumerate(vocabulary, FIRST_WORD):
            if checked.setdefault(word, id_) != id_:
                raise ValueError(f"vocabulary holds the word {word!r} twice.")
    if not checked:
        raise ValueError("vocabulary is empty; give at least one word.")
    largest = np.iinfo(np.int32).max
    for word, id_ in checked.items():
        if not isinstance(word, str):
            raise TypeError(f"vocabulary must hold words of type str, got {word!r}.")
        if not isinstance(id_, Integral) or not FIRST_WORD <= int(id_) <= largest:
            raise ValueError(
                f"vocabulary must map each word to an integer from {FIRST_WORD} on "
                f"({PAD} is padding, {UNK} the unknown word), got {id_!r} for "
                f"{word!r}; a plain list of words is numbered for you."
            )
    if len(set(checked.values())) < len(checked):
        raise ValueError("vocabulary gives the same id to several words.")
    return {word: int(id_) for word, id_ in checked.items()}
