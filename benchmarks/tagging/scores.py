"""How many words get their tag, and what the plainest tagger reaches; NumPy only."""

from collections import Counter, defaultdict

import numpy as np


def score(corpus, predicted, known):
    """Compute the share of words with the right tag.

    Parameters
    ----------
    corpus : Corpus
    predicted : sequence of sequences of str
        A tag for each word.
    known : set of str
        The words of the training part.

    Returns
    -------
    shares : dict of str to float
        "accuracy" over all words, "unknown" over those that training has not seen.
    """
    tags, predicted = (_in_line(column) for column in (corpus.tags, predicted))
    if len(tags) != len(predicted):
        raise ValueError(f"{len(predicted)} tags for {len(tags)} words")
    right = tags == predicted
    is_known = np.array([word in known for row in corpus.words for word in row])
    return {
        "accuracy": float(right.mean()),
        "unknown": float(right[~is_known].mean()),
    }


def _in_line(rows):
    return np.array([tag for row in rows for tag in row])


def words_of(corpus):
    """Return the set of words."""
    return {word for row in corpus.words for word in row}


class MostFrequentTag:
    """Give each word the tag it most often has; no look at its neighbours.

    A word that was not seen gets the tag that is most frequent among words seen once.
    """

    def fit(self, corpus):
        tags_of = defaultdict(Counter)
        for words, tags in zip(*corpus, strict=True):
            for word, tag in zip(words, tags, strict=True):
                tags_of[word][tag] += 1
        once = Counter()
        for counts in tags_of.values():
            if counts.total() == 1:
                once.update(counts)
        self.tag_of = {word: _first(counts) for word, counts in tags_of.items()}
        self.of_unknown = _first(once)
        return self

    def predict(self, sentences):
        return [
            [self.tag_of.get(word, self.of_unknown) for word in words]
            for words in sentences
        ]


def _first(counts):
    """Return the most frequent, the first in the alphabet of several."""
    return min(counts, key=lambda tag: (-counts[tag], tag))
