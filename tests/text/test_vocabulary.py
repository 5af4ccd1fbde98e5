"""Ids against counts: `CountVectorizer` is the outside truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn.sequences import PAD, UNK
from sklearn_rnn.text import TextVectorizer
from sklearn_rnn.text._unicode import word_pattern

ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("aAé\u0301不 \n\x00.😀🏽\u200d\ud800"),
    ),
    max_size=20,
)
WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=8).map(" ".join)
CORPUS = st.lists(WORDS, min_size=1, max_size=8).filter(any)


def counts(X, vocabulary, words):
    """Count each word in each row of ids, one by one."""
    return [[(row == vocabulary[word]).sum() for word in words] for row in X.toarray()]


@pytest.mark.parametrize("analyzer", ["word", "char"])
@settings(max_examples=50, deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_counts_of_ids_are_those_of_count_vectorizer(analyzer, texts):
    texts = [*texts, "a word"]
    ours = TextVectorizer(analyzer=analyzer)
    theirs = CountVectorizer(
        **({"token_pattern": word_pattern()} if analyzer == "word" else {}),
        analyzer=analyzer,
    )
    X, expected = ours.fit_transform(texts), theirs.fit_transform(texts).toarray()
    words = theirs.get_feature_names_out()
    assert set(ours.vocabulary_) == set(words)
    assert counts(X, ours.vocabulary_, words) == expected.tolist()
    # Nothing else is in the rows but the unknown word of empty documents.
    np.testing.assert_array_equal(np.diff(X.indptr), np.maximum(expected.sum(1), 1))
    np.testing.assert_array_equal(
        (X.toarray() == UNK).sum(axis=1), expected.sum(axis=1) == 0
    )


@settings(max_examples=100, deadline=None)
@given(
    texts=CORPUS,
    min_df=st.sampled_from([1, 2, 3, 0.0, 0.3, 0.5]),
    max_df=st.sampled_from([1, 2, 5, 0.4, 0.7, 1.0]),
    max_features=st.sampled_from([None, 1, 2, 3]),
)
def test_pruning_is_that_of_count_vectorizer(texts, min_df, max_df, max_features):
    params = {"min_df": min_df, "max_df": max_df}
    ours = TextVectorizer(**params, max_features=max_features)
    theirs = CountVectorizer(**params, token_pattern=word_pattern())
    try:
        expected = theirs.fit_transform(texts).sum(axis=0)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error).split()[0]):
            ours.fit(texts)
        return
    X = ours.fit_transform(texts)
    # The most frequent are kept; every tie is decided by the alphabet, unlike there.
    frequency = dict(
        zip(theirs.get_feature_names_out(), np.ravel(expected), strict=True)
    )
    by_rank = sorted(frequency, key=lambda word: (-frequency[word], word))
    assert list(ours.vocabulary_) == sorted(by_rank[:max_features])
    assert list(ours.vocabulary_.values()) == list(range(2, 2 + len(ours.vocabulary_)))
    # Words left out keep their step, as unknown.
    n_tokens = [max(1, len(text.split())) for text in texts]
    np.testing.assert_array_equal(np.diff(X.indptr), n_tokens)


def test_ids_run_by_alphabet_and_the_most_frequent_words_are_kept():
    # b 3 times, c and a twice, d once
    texts = ["b c b", "c a d", "a b"]
    vocabulary = TextVectorizer().fit(texts).vocabulary_
    assert vocabulary == {"a": 2, "b": 3, "c": 4, "d": 5}
    assert TextVectorizer(max_features=1).fit(texts).vocabulary_ == {"b": 2}
    assert TextVectorizer(max_features=2).fit(texts).vocabulary_ == {"a": 2, "b": 3}
    # However often a text comes, as long as the same words are kept.
    assert TextVectorizer().fit([*texts, "d d d d"]).vocabulary_ == vocabulary


def test_max_df_counts_documents_not_occurrences():
    # "a" 4 times but in one of three documents, "b" 3 times in all three
    texts = ["a a a a b", "b", "b c"]
    assert set(TextVectorizer(max_df=2).fit(texts).vocabulary_) == {"a", "c"}
    assert set(TextVectorizer(min_df=2).fit(texts).vocabulary_) == {"b"}


@settings(max_examples=25, deadline=None)
@given(texts=CORPUS, random=st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_no_id(texts, random):
    order = list(range(len(texts)))
    random.shuffle(order)
    vectorizer, shuffled = TextVectorizer(), TextVectorizer()
    X = vectorizer.fit_transform(texts)
    Z = shuffled.fit_transform([texts[i] for i in order])
    assert list(vectorizer.vocabulary_.items()) == list(shuffled.vocabulary_.items())
    np.testing.assert_array_equal(X[order].toarray(), Z.toarray())


def test_matrix_is_canonical_int32_csr_without_padding():
    X = TextVectorizer().fit_transform(["a b c", "", "b c"])
    assert (X.format, X.dtype, X.shape) == ("csr", np.int32, (3, 3))
    assert X.indices.dtype == X.indptr.dtype == np.int32
    assert X.indptr.tolist() == [0, 3, 4, 6]
    assert X.indices.tolist() == [0, 1, 2, 0, 0, 1]
    assert PAD not in X.data
    assert X.has_canonical_format


def test_a_corpus_without_words_is_refused(assert_refused):
    without = [[], [""], ["", " "], ["the", "and"]]
    cases = [(texts, r"no document|empty vocabulary") for texts in without]
    assert_refused(TextVectorizer(stop_words="english").fit, cases)


def test_transform_of_no_documents_is_refused():
    with pytest.raises(ValueError, match="no document"):
        TextVectorizer().fit(["a"]).transform([])


def test_pruning_everything_is_refused():
    with pytest.raises(ValueError, match=r"no words remain; try a lower min_df"):
        TextVectorizer(min_df=2).fit(["a", "b"])
    with pytest.raises(ValueError, match=r"max_df=1 .* fewer documents than min_df=2"):
        TextVectorizer(min_df=2, max_df=1).fit(["a", "b", "a b"])


@pytest.mark.parametrize("vocabulary", [["b", "a"], ("b", "a"), {"b": 2, "a": 3}])
def test_a_given_vocabulary_keeps_its_ids(vocabulary):
    vectorizer = TextVectorizer(vocabulary=vocabulary, min_df=5)
    X = vectorizer.fit_transform(["a b", "a c", "c"])
    assert vectorizer.vocabulary_ == {"b": 2, "a": 3}
    assert X.toarray().tolist() == [[3, 2], [3, UNK], [UNK, 0]]


def test_a_set_of_words_is_numbered_by_alphabet():
    fitted = TextVectorizer(vocabulary={"c", "a", "b"}).fit(["a"])
    assert fitted.vocabulary_ == {"a": 2, "b": 3, "c": 4}


def test_ids_of_a_given_vocabulary_may_have_gaps():
    vectorizer = TextVectorizer(vocabulary={"a": 9, "b": np.int64(4)}, max_length=3)
    X = vectorizer.transform(["b a c"])
    assert X.toarray().tolist() == [[4, 9, UNK]]
    assert vectorizer.inverse_transform(X)[0].tolist() == ["b", "a", "<unk>"]
    assert vectorizer.inverse_transform([[7, 12, 9]])[0].tolist() == [
        "<unk>",
        "<unk>",
        "a",
    ]


def test_a_bad_vocabulary_is_refused(assert_refused):
    def fit(vocabulary):
        TextVectorizer(vocabulary=vocabulary).fit(["a"])

    cases = [
        ([], "vocabulary is empty"),
        ({}, "vocabulary is empty"),
        (["a", "b", "a"], "'a' twice"),
        ({"a": 2, "b": 2}, "same id to several"),
        ({"a": 1}, "integer from 2 on .* got 1 for 'a'"),
        ({"a": -3}, "integer from 2 on"),
        ({"a": 2.0}, "integer from 2 on"),
        ({"a": 2**31}, "integer from 2 on"),
    ]
    assert_refused(fit, cases)
    assert_refused(fit, [([2, 3], "words of type str, got 2")], TypeError)


def test_upper_case_words_that_cannot_be_found_are_warned_about():
    with pytest.warns(UserWarning, match=r"1 of 2 words .* 'Paris'.*lowercase=False"):
        TextVectorizer(vocabulary=["Paris", "is"]).fit(["Paris is"])
    X = TextVectorizer(vocabulary=["Paris", "is"], lowercase=False).fit_transform(
        ["Paris is"]
    )
    assert X.toarray().tolist() == [[2, 3]]
