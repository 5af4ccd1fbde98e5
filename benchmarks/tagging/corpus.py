"""Sentences of words with a tag each, from CoNLL-U files; NumPy only."""

import gzip
from collections import Counter
from typing import NamedTuple

import numpy as np

from workloads import TokenRows, Workload

FILE = "ud_english_ewt_{part}.conllu.gz"
FORM, UPOS = 1, 3  # columns


class Corpus(NamedTuple):
    """The words of each sentence, and a tag for each word."""

    words: list[list[str]]
    tags: list[list[str]]

    def spread(self, n_sentences):
        """Choose so many sentences, from all places: neighbours are of one genre."""
        last = len(self.words) - 1
        chosen = np.linspace(0, last, min(n_sentences, last + 1)).astype(int)
        return Corpus(*([column[i] for i in chosen] for column in self))


def read_corpus(folder, part, n_sentences=None):
    """Read a part of the official split.

    Parameters
    ----------
    folder : Path
    part : {"train", "dev", "test"}
    n_sentences : int, default=None
        Choose so many; all of them if None.

    Returns
    -------
    corpus : Corpus
    """
    words, tags = [[]], [[]]
    with gzip.open(folder / FILE.format(part=part), "rt", encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            if cells[0].isdigit():  # "1-2" is two words as written, "1.1" an empty node
                words[-1].append(cells[FORM])
                tags[-1].append(cells[UPOS])
            elif cells == [""] and words[-1]:
                words.append([])
                tags.append([])
    whole = Corpus(*([row for row in column if row] for column in (words, tags)))
    return whole.spread(n_sentences) if n_sentences else whole


class Codes(NamedTuple):
    """A corpus as integers."""

    X: TokenRows  # words, from 2 on, the most frequent first
    y: TokenRows  # tags, from 0 on
    names: list[str]  # of the tags

    def cut(self, n_rows):
        """Return the first rows."""
        stop = self.X.offsets[n_rows]
        columns = (
            TokenRows(rows.values[:stop], rows.offsets[: n_rows + 1])
            for rows in (self.X, self.y)
        )
        return Codes(*columns, self.names)


def encode(corpus):
    """Number words and tags.

    Returns
    -------
    codes : Codes
    """
    names = sorted({tag for row in corpus.tags for tag in row})
    counts = Counter(word for row in corpus.words for word in row)
    ids = {word: i for i, (word, _) in enumerate(counts.most_common(), start=2)}
    numbers = {name: i for i, name in enumerate(names)}
    return Codes(_rows(corpus.words, ids), _rows(corpus.tags, numbers), names)


def _rows(column, numbers):
    values = [numbers[item] for row in column for item in row]
    offsets = np.cumsum([0, *map(len, column)])
    return TokenRows(np.array(values, dtype=np.int32), offsets)


def make_workload(codes, hidden_size):
    """Describe the network of the speed comparison, and its data.

    Returns
    -------
    workload : Workload
    """
    return Workload(
        "tagging",
        f"embedding 64, two directions of LSTM {hidden_size}, a tag for each word",
        "multiclass",
        n_samples=len(codes.X.lengths),
        n_measured=len(codes.X.lengths),
        batch_size=32,
        vocabulary_size=int(codes.X.values.max()) + 1,
        embedding_dim=64,
        cell="lstm",
        hidden_size=hidden_size,
        bidirectional=True,
        max_length=int(codes.X.lengths.max()),
        lengths="sentences",
        n_classes=len(codes.names),
    )
