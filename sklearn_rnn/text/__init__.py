"""Documents become token ids: `TextVectorizer` and `load_vectors`."""

from sklearn_rnn.text._vectorizer import TextVectorizer
from sklearn_rnn.text._vectors import load_vectors

__all__ = ["TextVectorizer", "load_vectors"]
