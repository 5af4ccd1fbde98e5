"""Documents become token ids, and token ids vectors."""

from sklearn_rnn.text._token_vectors import TokenVectors
from sklearn_rnn.text._vectorizer import TextVectorizer
from sklearn_rnn.text._vectors import load_vectors

__all__ = ["TextVectorizer", "TokenVectors", "load_vectors"]
