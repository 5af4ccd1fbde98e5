"""Word vectors: rows, order, and what is refused."""

from types import MappingProxyType

import numpy as np
import pytest

from sklearn_rnn.text import TextVectorizer, load_vectors

VECTORS = {"the": [1.0, 3.0], "cat": [2.0, 5.0], "sat": [6.0, 1.0]}


class KeyedVectors:
    """What gensim's class of that name shows; not a `Mapping` and not iterable."""

    def __init__(self, vectors):
        self.index_to_key = list(vectors)
        self.key_to_index = {word: i for i, word in enumerate(vectors)}
        self.vectors = np.array(list(vectors.values()), dtype=np.float32)

    def __getitem__(self, word):
        return self.vectors[self.key_to_index[word]]


@pytest.mark.parametrize("kind", [dict, KeyedVectors, MappingProxyType])
def test_rows_are_padding_mean_and_words_in_order(kind):
    vocabulary, matrix = load_vectors(kind(VECTORS))
    assert list(vocabulary.items()) == [("the", 2), ("cat", 3), ("sat", 4)]
    # mean of (1, 3), (2, 5), (6, 1) is (9 / 3, 9 / 3)
    expected = [[0, 0], [3, 3], [1, 3], [2, 5], [6, 1]]
    np.testing.assert_array_equal(matrix, np.array(expected, dtype=np.float32))
    assert matrix.dtype == np.float32


@pytest.mark.parametrize("kind", [dict, KeyedVectors])
def test_max_features_takes_the_first_words_and_their_mean(kind):
    vocabulary, matrix = load_vectors(kind(VECTORS), max_features=2)
    assert vocabulary == {"the": 2, "cat": 3}
    np.testing.assert_array_equal(matrix[1], [1.5, 4.0])
    assert load_vectors(kind(VECTORS), max_features=99)[1].shape == (5, 2)


def test_rows_of_the_matrix_are_the_vectors_of_the_texts_words():
    vocabulary, matrix = load_vectors(VECTORS)
    X = TextVectorizer(vocabulary=vocabulary, max_length=3).transform(["Cat sat down"])
    np.testing.assert_array_equal(
        matrix[X.toarray()[0]], [VECTORS["cat"], VECTORS["sat"], [3.0, 3.0]]
    )


def test_the_mapping_is_left_alone():
    vectors = {"a": np.array([1.0]), "b": np.array([2.0])}
    _, matrix = load_vectors(vectors)
    matrix[:] = -1
    assert vectors == {"a": np.array([1.0]), "b": np.array([2.0])}


def test_bad_vectors_are_refused(assert_refused):
    cases = [
        ({}, "mapping is empty"),
        ({"a": [1.0, 2.0], "b": [1.0]}, r"shape \(2,\).*\(1,\) for 'b'"),
        ({"a": [[1.0, 2.0]]}, r"got \(1, 2\) for 'a'"),
        ({"a": 1.0}, r"got \(\) for 'a'"),
        ({"a": []}, r"got \(0,\) for 'a'"),
        ({"a": [1.0], "b": [np.nan]}, "finite in float32.*'b'"),
        ({"a": [-np.inf], "b": [1.0]}, "finite in float32.*'a'"),
        ({"a": [1e39]}, "finite in float32.*'a'"),
        ({"a": ["x"]}, "could not convert"),
    ]
    assert_refused(load_vectors, cases)
    cases = [
        ({3: [1.0]}, "words of type str, got 3"),
        ([("a", [1.0])], "mapping of word to vector.*got list"),
        (None, "got NoneType"),
    ]
    assert_refused(load_vectors, cases, TypeError)


def test_bad_max_features_is_refused(assert_refused):
    cases = [(bad, "max_features") for bad in (0, -1, 1.5, "all")]
    assert_refused(lambda bad: load_vectors(VECTORS, max_features=bad), cases)
