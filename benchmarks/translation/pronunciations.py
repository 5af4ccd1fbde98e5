"""The CMU Pronouncing Dictionary: spellings and their phones, split by word."""

import gzip
import re
from typing import NamedTuple

import numpy as np

from sklearn_rnn import as_ragged

ENTRY = re.compile(r"([a-z']+)(?:\(\d+\))? ([A-Z0-2 ]+)")
SHARES = {"train": 0.9, "dev": 0.05, "test": 0.05}


class Pronunciations(NamedTuple):
    """Words, and for each the list of its pronunciations as lists of phones."""

    words: np.ndarray
    phones: list

    def take(self, rows):
        """Select some words."""
        return Pronunciations(self.words[rows], [self.phones[i] for i in rows])

    def pairs(self):
        """Give each pronunciation with its word, as `fit` takes them."""
        counts = [len(several) for several in self.phones]
        y = as_ragged([phones for several in self.phones for phones in several])
        return np.repeat(self.words, counts), y


def read_dictionary(path):
    """Read all words of letters, without stress.

    Two pronunciations that differ in stress alone are one.
    """
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            entry = ENTRY.fullmatch(line.split("#")[0].strip())
            if entry:
                phones = re.sub(r"\d", "", entry[2]).split()
                several = found.setdefault(entry[1], [])
                several += [phones] * (phones not in several)
    return Pronunciations(np.array(list(found), dtype=object), list(found.values()))


def read_part(path, part):
    """Read one part of a split by word."""
    whole = read_dictionary(path)
    order = np.random.default_rng(0).permutation(len(whole.words))
    bounds = np.cumsum([round(share * len(order)) for share in SHARES.values()])[:-1]
    return whole.take(np.split(order, bounds)[list(SHARES).index(part)])
