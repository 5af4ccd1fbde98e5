"""Word vectors become a vocabulary and an embedding matrix."""

from collections.abc import Iterable, Mapping
from itertools import islice
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._compat import Interval, validate_params
from sklearn_rnn.sequences import UNK
from sklearn_rnn.text._vocabulary import FIRST_WORD


@validate_params(
    {"max_features": [Interval(Integral, 1, None, closed="left"), None]},
    prefer_skip_nested_validation=True,
)
def load_vectors(
    mapping: Any, max_features: int | None = None
) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Split word vectors into a vocabulary and an embedding matrix.

    Give the vocabulary to `TextVectorizer` and the matrix to the network's
    ``embedding``. The ids then do not depend on the texts seen in ``fit``, so
    that the matrix stays right inside a pipeline and in each fold of a search.

    Parameters
    ----------
    mapping : mapping of str to array-like of shape (n_dimensions,)
        A dict, or anything with ``index_to_key`` and ``mapping[word]`` such as
        the ``KeyedVectors`` of gensim. Files of vectors list frequent words
        first; that order is kept.
    max_features : int, default=None
        Take the first ``max_features`` words only. Fewer words save memory;
        the words left out become unknown. None takes all.

    Returns
    -------
    vocabulary : dict of str to int
        Word to id, from 2 on in the order of ``mapping``.
    matrix : float32 ndarray of shape (n_words + 2, n_dimensions)
        Row ``i`` is the vector of the word with id ``i``; row 0, padding, is
        zero and row 1, the unknown word, is the mean of all words' vectors.

    Raises
    ------
    TypeError
        If ``mapping`` is not a mapping or holds a word that is not a str.
    ValueError
        If there are no words, or a vector is not one-dimensional, of another
        length than the first, or not finite in float32.

    See Also
    --------
    TextVectorizer : Takes the vocabulary.

    Examples
    --------
    >>> from sklearn_rnn.text import load_vectors
    >>> vocabulary, matrix = load_vectors({"good": [1.0, 0.0], "bad": [-1.0, 1.0]})
    >>> vocabulary
    {'good': 2, 'bad': 3}
    >>> matrix
    array([[ 0. ,  0. ],
           [ 0. ,  0.5],
           [ 1. ,  0. ],
           [-1. ,  1. ]], dtype=float32)
    """
    words = list(islice(_words(mapping), max_features))
    if not words:
        raise ValueError("mapping is empty; give at least one word and its vector.")
    n_dimensions = np.size(mapping[words[0]])
    matrix = np.zeros((FIRST_WORD + len(words), n_dimensions), dtype=np.float32)
    for row, word in enumerate(words, FIRST_WORD):
        vector = np.asarray(mapping[word])
        if vector.shape != (n_dimensions,) or not n_dimensions:
            raise ValueError(
                f"All vectors must have the shape ({n_dimensions},) of the first one, "
                f"got {vector.shape} for {word!r}; drop that word or correct it."
            )
        with np.errstate(over="ignore"):  # what overflows is refused below
            matrix[row] = vector
    finite = np.isfinite(matrix[FIRST_WORD:]).all(axis=1)
    if not finite.all():
        raise ValueError(
            "All vectors must be finite in float32, got NaN or infinity for "
            f"{words[int(np.argmin(finite))]!r}; drop that word or correct it."
        )
    matrix[UNK] = matrix[FIRST_WORD:].mean(axis=0, dtype=np.float64)
    return dict(zip(words, range(FIRST_WORD, len(matrix)), strict=True)), matrix


def _words(mapping: Any) -> Iterable[str]:
    """Yield the words of a mapping or of gensim's ``KeyedVectors``, in order."""
    keys = getattr(mapping, "index_to_key", mapping)
    if keys is mapping and not isinstance(mapping, Mapping):
        raise TypeError(
            "mapping must be a mapping of word to vector such as a dict or gensim's "
            f"KeyedVectors, got {type(mapping).__name__}."
        )
    for word in keys:
        if not isinstance(word, str):
            raise TypeError(f"mapping must hold words of type str, got {word!r}.")
        yield word
