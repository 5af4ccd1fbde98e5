"""The characters of tokens, from documents through matrices and back."""

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from sklearn_rnn.exceptions import TruncationWarning
from sklearn_rnn.sequences import UNK, check_sequences
from sklearn_rnn.text import TextVectorizer
from sklearn_rnn.text._characters import CharacterWriter

LETTERS = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from("aAé\u0301不 \n\x00.😀🏽\u200d\ud800\udc00\U0010ffff"),
)
TOKENS = st.lists(st.text(LETTERS, max_size=4), max_size=5)
DOCUMENTS = st.lists(TOKENS, min_size=1, max_size=5)
TEXTS = ["the dog", "", "a cat, a dog!"]


def read(X):
    return check_sequences(BaseEstimator(), X, reset=True)


def code_points_by_hand(token):
    """Give the code points of a token, one by one."""
    return [ord(letter) or 0xFFFD for letter in token] or [0xFFFD]


def without(vectorizer):
    return clone(vectorizer).set_params(characters=False)


def test_characters_follow_ids_in_a_hand_worked_example():
    vectorizer = TextVectorizer(vocabulary={"dog": 7, "a": 2}, characters=True)
    X = vectorizer.fit_transform(["dog", "a 😀 dog", ""])
    # d, o, g are 100, 111, 103; the emoji is U+1F600, unknown; U+FFFD is 65533
    assert X.toarray().tolist() == [
        [7, -100, -111, -103, 0, 0, 0, 0],
        [2, -97, 1, -128512, 7, -100, -111, -103],
        [1, -65533, 0, 0, 0, 0, 0, 0],
    ]
    assert X.dtype == np.int32
    assert (vectorizer.max_length_, vectorizer.width_) == (3, 8)
    names = vectorizer.get_feature_names_out()
    assert names.tolist() == [f"token{t}" for t in range(8)]


@given(documents=DOCUMENTS)
def test_the_door_gives_every_token_its_own_characters(documents):
    vectorizer = TextVectorizer(analyzer=list, characters=True)
    X = vectorizer.fit_transform([*documents, ["a"]])
    expected = [t for tokens in [*documents, ["a"]] for t in tokens or [""]]
    sequences = read(X)
    assert [word.tolist() for word in sequences.characters] == [
        code_points_by_hand(token) for token in expected
    ]


@given(documents=DOCUMENTS, later=DOCUMENTS)
def test_ids_are_those_without_characters(documents, later):
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    plain = without(vectorizer)
    documents = [*documents, ["a"]]
    pairs = [
        (vectorizer.fit_transform(documents), plain.fit_transform(documents)),
        (vectorizer.transform(later), plain.transform(later)),
    ]
    assert vectorizer.vocabulary_ == plain.vocabulary_
    assert vectorizer.max_length_ == plain.max_length_
    for ours, theirs in pairs:
        ours, theirs = read(ours), read(theirs)
        np.testing.assert_array_equal(ours.values, theirs.values)
        np.testing.assert_array_equal(ours.offsets, theirs.offsets)


@given(documents=DOCUMENTS, later=DOCUMENTS)
def test_inverse_transform_gives_known_and_unknown_tokens_back(documents, later):
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    vectorizer.fit([*documents, ["a"]])
    X = vectorizer.transform(later)
    known = vectorizer.vocabulary_
    expected = [
        [
            t if t in known else "".join(map(chr, code_points_by_hand(t)))
            for t in tokens or ["\ufffd"]
        ]
        for tokens in later
    ]
    for ids in (X, X.tocsc(), sparse.csr_array(X), X.astype(float)):
        assert [t.tolist() for t in vectorizer.inverse_transform(ids)] == expected


def test_inverse_transform_reads_ids_without_characters_too():
    vectorizer = TextVectorizer(characters=True).fit(TEXTS)
    X = without(vectorizer).fit(TEXTS).transform(["a bird"])
    assert vectorizer.inverse_transform(X)[0].tolist() == ["a", "<unk>"]
    assert vectorizer.inverse_transform(X.toarray())[0].tolist() == ["a", "<unk>"]


def test_inverse_transform_refuses_what_is_no_character():
    vectorizer = TextVectorizer(characters=True).fit(TEXTS)
    with pytest.raises(ValueError, match="only in a sparse matrix"):
        vectorizer.inverse_transform([[2, -97]])
    with pytest.raises(ValueError, match="a row must start with an id"):
        vectorizer.inverse_transform(sparse.csr_array([[-97, 2]]))


@pytest.mark.parametrize("params", [{}, {"max_length": 2}, {"min_df": 2}])
def test_fit_transform_is_fit_then_transform(params):
    vectorizer = TextVectorizer(characters=True, **params)
    X = vectorizer.fit_transform(TEXTS)
    Z = clone(vectorizer).fit(TEXTS).transform(TEXTS)
    assert joblib.hash(X) == joblib.hash(Z)  # as Pipeline(memory=) sees them
    assert X.shape[1] == vectorizer.width_


def test_the_output_widens_for_longer_words():
    vectorizer = TextVectorizer(characters=True).fit(["a b", "ab"])
    assert vectorizer.width_ == 4  # two tokens of one letter each
    assert vectorizer.transform(["a"]).shape == (1, 4)
    assert vectorizer.transform(["abcde b"]).shape == (1, 8)
    assert vectorizer.width_ == 4


@pytest.mark.parametrize(("truncate", "kept"), [("end", "ab c"), ("start", "c d")])
def test_max_length_counts_tokens(truncate, kept):
    params = {"max_length": 2, "truncate": truncate, "characters": True}
    X = TextVectorizer(**params, vocabulary=["c"]).transform(["ab c d"])
    expected = TextVectorizer(vocabulary=["c"], characters=True).fit_transform([kept])
    np.testing.assert_array_equal(X.data, expected.data)


def test_cut_documents_are_warned_about_and_keep_the_characters_of_what_is_kept():
    vectorizer = TextVectorizer(characters=True).fit(["a b"])
    with pytest.warns(TruncationWarning, match="1 of 2 documents is .* lost its end"):
        X = vectorizer.transform(["a b c", "a"])
    assert [t.tolist() for t in vectorizer.inverse_transform(X)] == [["a", "b"], ["a"]]


def test_rows_of_the_matrix_carry_their_characters_along():
    vectorizer = TextVectorizer(characters=True)
    X = vectorizer.fit_transform(TEXTS)
    documents = vectorizer.inverse_transform(X)
    folds = [rows for fold in KFold(3).split(X) for rows in fold]
    for rows in folds:
        chosen = vectorizer.inverse_transform(X[rows])
        assert [t.tolist() for t in chosen] == [documents[i].tolist() for i in rows]


def test_a_document_has_characters_alone_as_among_others():
    vectorizer = TextVectorizer(characters=True).fit(TEXTS)
    X = vectorizer.transform(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = vectorizer.transform([text])
        np.testing.assert_array_equal(alone.toarray(), X[[row]].toarray())


class Door(TransformerMixin, BaseEstimator):
    """Read X, as the networks do."""

    def fit(self, X, y=None):
        check_sequences(self, X, reset=True)
        return self

    def transform(self, X):
        return check_sequences(self, X, reset=False)


def test_a_pipeline_passes_on_longer_words_and_documents():
    pipeline = make_pipeline(TextVectorizer(truncate=None, characters=True), Door())
    sequences = pipeline.fit(["a b"]).transform(["a b c", "abcdefg"])
    assert sequences.values.tolist() == [2, 3, UNK, UNK]
    assert [word[0] for word in sequences.characters] == [97, 98, 99, 97]


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_dense_output_cannot_hold_the_characters(method):
    vectorizer = TextVectorizer(characters=True, sparse_output=False)
    with pytest.raises(ValueError, match="characters=True needs sparse_output=True"):
        getattr(vectorizer, method)(TEXTS)
    vectorizer.set_params(vocabulary=["a"], max_length=2)
    with pytest.raises(ValueError, match="characters=True needs sparse_output=True"):
        vectorizer.transform(TEXTS)


@given(documents=DOCUMENTS)
def test_a_character_writer_writes_what_a_loop_would(documents):
    writer = CharacterWriter()
    for tokens in documents:
        writer.add(tokens)
    counts = [max(len(tokens), 1) for tokens in documents]
    ids = np.arange(1, sum(counts) + 1, dtype=np.int32)
    values, offsets = writer.write_behind(ids, np.cumsum([0, *counts]))
    expected, ends, id_ = [], [0], 0
    for tokens in documents:
        for token in tokens or [""]:
            id_ += 1
            expected += [id_, *(-point for point in code_points_by_hand(token))]
        ends.append(len(expected))
    assert values.tolist() == expected
    assert offsets.tolist() == ends
