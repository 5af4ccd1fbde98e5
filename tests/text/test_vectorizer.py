"""`TextVectorizer` as an estimator: widths, containers, state, bad parameters."""

import inspect
import pickle
import random
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from sklearn_rnn.exceptions import AmbiguousInputWarning, TruncationWarning
from sklearn_rnn.sequences import UNK
from sklearn_rnn.text import TextVectorizer

TEXTS = ["the cat sat", "the dog", "a cat, a dog!"]
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("aAé\u0301不 \n\x00.😀🏽\u200d\ud800"),
    ),
    max_size=20,
)


# Parameters


def test_parameters_are_keyword_only_and_in_count_vectorizers_order():
    ours = inspect.signature(TextVectorizer).parameters
    theirs = list(inspect.signature(CountVectorizer).parameters)
    assert {p.kind for p in ours.values()} == {inspect.Parameter.KEYWORD_ONLY}
    shared = [name for name in ours if name in theirs]
    own = ["max_length", "truncate", "sparse_output", "characters", "joiner"]
    assert list(ours) == [*shared, *own]
    assert shared == [name for name in theirs if name in ours]


def test_a_bad_parameter_is_refused_by_name(assert_refused):
    bad = [
        {"max_length": 0},
        {"max_length": -1},
        {"max_length": 2.5},
        {"truncate": "middle"},
        {"analyzer": "char_wb"},
        {"analyzer": "words"},
        {"strip_accents": "all"},
        {"lowercase": "yes"},
        {"stop_words": "german"},
        {"token_pattern": 3},
        {"tokenizer": "split"},
        {"preprocessor": "lower"},
        {"max_df": 1.5},
        {"max_df": 0},
        {"min_df": -1},
        {"min_df": -0.1},
        {"max_features": 0},
        {"vocabulary": 3},
        {"sparse_output": "dense"},
        {"characters": "yes"},
    ]
    cases = [(params, f"The '{next(iter(params))}' parameter") for params in bad]
    assert_refused(lambda params: TextVectorizer(**params).fit(TEXTS), cases)
    assert_refused(lambda params: TextVectorizer(**params).fit_transform(TEXTS), cases)


def test_two_groups_in_a_pattern_are_refused_as_by_count_vectorizer():
    with pytest.raises(ValueError, match="More than 1 capturing group"):
        TextVectorizer(token_pattern=r"(\w)(\w)").fit(TEXTS)


# Width and truncation


@pytest.mark.parametrize(
    ("truncate", "rows"),
    [
        ("end", ["the cat", "the dog", "a cat"]),
        ("start", ["cat sat", "the dog", "dog!"]),
    ],
)
def test_truncation_keeps_the_chosen_end(truncate, rows):
    cut = TextVectorizer(max_length=2, truncate=truncate)
    X = cut.fit_transform(TEXTS)
    assert X.shape == (3, 2)
    analyze = cut.build_analyzer()
    kept = [tokens.tolist() for tokens in cut.inverse_transform(X)]
    assert kept == [analyze(row) for row in rows]


@given(
    texts=st.lists(st.lists(st.sampled_from("abcd"), max_size=6), min_size=1),
    max_length=st.integers(1, 7),
    truncate=st.sampled_from(["end", "start"]),
)
def test_fitting_with_max_length_is_fitting_on_cut_documents(
    texts, max_length, truncate
):
    texts = [*texts, ["a"]]
    cut = [t[:max_length] if truncate == "end" else t[-max_length:] for t in texts]
    params = {"analyzer": list, "max_length": max_length}
    ours, expected = (
        TextVectorizer(**params, truncate=truncate),
        TextVectorizer(**params),
    )
    X, Z = ours.fit_transform(texts), expected.fit_transform(cut)
    assert ours.vocabulary_ == expected.vocabulary_
    np.testing.assert_array_equal(X.toarray(), Z.toarray())
    # so each word of the vocabulary is in some row
    assert set(ours.vocabulary_.values()) == set(X.data) - {UNK}


def test_width_is_the_longest_document_of_fit():
    vectorizer = TextVectorizer().fit(TEXTS)
    assert vectorizer.max_length_ == 6
    assert vectorizer.transform(["dog"]).shape == (1, 6)
    assert not hasattr(vectorizer, "n_features_in_")


def test_max_length_widens_too():
    assert TextVectorizer(max_length=9).fit_transform(TEXTS).shape == (3, 9)


def test_longer_documents_at_transform_are_cut_with_one_warning():
    vectorizer = TextVectorizer(truncate="start").fit(["a b c"])
    texts = ["a b c d", "a", "c b a a b"]
    with pytest.warns(TruncationWarning) as caught:
        X = vectorizer.transform(texts)
    assert len(caught) == 1
    assert "2 of 3 documents are longer" in str(caught[0].message)
    assert "lost their start; set max_length" in str(caught[0].message)
    assert caught[0].filename == __file__
    assert X.toarray().tolist() == [[3, 4, 1], [2, 0, 0], [2, 2, 3]]


def test_nothing_is_cut_without_truncation():
    vectorizer = TextVectorizer(truncate=None).fit(["a b c"])
    X = vectorizer.transform(["a b c d", "a", "c b a a b"])
    assert X.shape == (3, 5)
    assert X.toarray().tolist() == [
        [2, 3, 4, 1, 0],
        [2, 0, 0, 0, 0],
        [4, 3, 2, 2, 3],
    ]
    assert vectorizer.transform(["a"]).shape == (1, 3)
    assert (vectorizer.max_length_, vectorizer.width_) == (3, 3)
    dense = vectorizer.set_params(sparse_output=False).transform(["a b c d"])
    assert dense.tolist() == [[2, 3, 4, 1]]


@pytest.mark.parametrize("method", ["fit", "fit_transform", "transform"])
def test_a_document_that_may_not_be_cut_is_refused_with_its_length(method):
    vectorizer = TextVectorizer(max_length=3, truncate=None).fit(["a b c", "a"])
    assert vectorizer.transform(["a b c"]).shape == (1, 3)
    with pytest.raises(ValueError, match=r"max_length=3 tokens, got 4 at row 1; raise"):
        getattr(vectorizer, method)(["a b c", "a b c d", "a b c d e"])
    unfitted = TextVectorizer(vocabulary=["a"], max_length=1, truncate=None)
    with pytest.raises(ValueError, match="got 2 at row 0"):
        unfitted.transform(["a a"])


@pytest.mark.parametrize("characters", [False, True])
@given(
    documents=st.lists(
        st.lists(st.sampled_from(["a", "b", "cc", "", " "]), min_size=1, max_size=5),
        min_size=1,
        max_size=5,
    ),
    later=st.lists(st.lists(st.text(max_size=3), min_size=1), min_size=1, max_size=5),
    params=st.sampled_from([{}, {"max_features": 1}, {"min_df": 2}]),
)
def test_ready_tokens_have_one_id_each(characters, documents, later, params):
    documents = [*documents, ["a"], ["a"]]
    vectorizer = TextVectorizer(
        analyzer=list, truncate=None, characters=characters, **params
    )
    learnt = vectorizer.fit_transform(documents)
    for texts, X in ((documents, learnt), (later, vectorizer.transform(later))):
        n_ids = [int((row.data > 0).sum()) for row in X]
        assert n_ids == [len(tokens) for tokens in texts]
        ids = [vectorizer.vocabulary_.get(t, UNK) for tokens in texts for t in tokens]
        assert X.data[X.data > 0].tolist() == ids


def test_an_explicit_max_length_cuts_silently():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectorizer = TextVectorizer(max_length=2).fit(TEXTS)
        vectorizer.fit_transform(TEXTS)
        vectorizer.transform(TEXTS)


# Documents and ids


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_document_becomes_one_unknown_word(text):
    vectorizer = TextVectorizer(sparse_output=False).fit(["a b"])
    assert vectorizer.transform([text]).tolist() == [[UNK, 0]]
    assert vectorizer.fit_transform([text, "a b"]).tolist() == [[UNK, 0], [2, 3]]


def test_unknown_words_keep_their_step():
    vectorizer = TextVectorizer(sparse_output=False).fit(["a b c"])
    assert vectorizer.transform(["c x a"]).tolist() == [[4, UNK, 2]]


@pytest.mark.parametrize(
    ("params", "given", "sparse_output"),
    [
        ({}, None, True),
        ({"max_length": 2}, ["dog", "cat"], True),
        ({"min_df": 2}, None, False),
    ],
)
def test_fit_transform_is_fit_then_transform(params, given, sparse_output):
    vectorizer = TextVectorizer(**params, vocabulary=given, sparse_output=sparse_output)
    X = vectorizer.fit_transform(TEXTS)
    Z = clone(vectorizer).fit(TEXTS).transform(TEXTS)
    assert type(X) is type(Z)
    assert X.dtype == Z.dtype == np.int32
    assert abs(X - Z).max() == 0


def test_dense_output_is_the_padded_sparse_one():
    dense = TextVectorizer(sparse_output=False).fit_transform(TEXTS)
    assert isinstance(dense, np.ndarray)
    np.testing.assert_array_equal(
        dense, TextVectorizer().fit_transform(TEXTS).toarray()
    )


@pytest.mark.parametrize("analyzer", ["word", "char"])
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_inverse_transform_gives_the_tokens_back(analyzer, texts):
    texts = [*texts, "a"]
    vectorizer = TextVectorizer(analyzer=analyzer)
    X = vectorizer.fit_transform(texts)
    analyze = vectorizer.build_analyzer()
    expected = [analyze(text) or ["<unk>"] for text in texts]
    for ids in (X, X.toarray(), X.astype(float), X.tocsc(), sparse.csr_array(X)):
        assert [t.tolist() for t in vectorizer.inverse_transform(ids)] == expected


def test_inverse_transform_leaves_the_users_matrix_alone():
    vectorizer = TextVectorizer().fit(TEXTS)
    X = sparse.csr_matrix(
        (np.array([3, 2, 0]), np.array([1, 0, 2]), np.array([0, 3])), shape=(1, 6)
    )
    before = X.copy()
    words = list(vectorizer.vocabulary_)
    assert vectorizer.inverse_transform(X)[0].tolist() == words[:2]
    np.testing.assert_array_equal(X.data, before.data)
    np.testing.assert_array_equal(X.indices, before.indices)


def test_inverse_transform_refuses_negative_ids():
    with pytest.raises(ValueError, match=r"negative number -2"):
        TextVectorizer().fit(TEXTS).inverse_transform([[2, -2]])


def test_chinese_is_read_by_character():
    vectorizer = TextVectorizer(analyzer="char", sparse_output=False)
    X = vectorizer.fit_transform(["我喜欢猫", "我不喜欢"])
    # By code point: 不 4e0d, 喜 559c, 我 6211, 欢 6b22, 猫 732b
    assert vectorizer.vocabulary_ == {"不": 2, "喜": 3, "我": 4, "欢": 5, "猫": 6}
    assert X.tolist() == [[4, 3, 5, 6], [4, 2, 3, 5]]


@pytest.mark.parametrize("characters", [False, True])
@given(texts=st.lists(st.text(max_size=6), min_size=1).filter(any))
def test_characters_are_decoded_to_the_text_they_were(characters, texts):
    vectorizer = TextVectorizer(analyzer=list, joiner="", characters=characters)
    assert vectorizer.decode(vectorizer.fit_transform(texts)) == texts


def test_words_are_decoded_with_what_joins_them():
    vectorizer = TextVectorizer(truncate=None).fit(["a cat"])
    texts = ["A cat.", "", "dog"]  # an unknown word alone is as good as no text
    assert vectorizer.decode(vectorizer.transform(texts)) == ["a cat <unk>", "", ""]
    assert TextVectorizer(joiner="+").fit(["a b"]).decode([[2, 3, 2]]) == ["a+b+a"]
    assert TextVectorizer(analyzer="char").fit(["ab"]).decode([[2, 3, 2]]) == ["aba"]
    with_letters = TextVectorizer(characters=True).fit(["a cat"])
    assert with_letters.decode(with_letters.transform(["dog", ""])) == ["dog", ""]


# As an estimator


def test_official_checks_pass():
    with warnings.catch_warnings():
        # The suite has no data for texts and says so; it checks what it can.
        warnings.simplefilter("ignore")
        check_estimator(TextVectorizer())


def test_tags_are_those_of_count_vectorizer():
    ours, theirs = get_tags(TextVectorizer()), get_tags(CountVectorizer())
    assert ours.input_tags == theirs.input_tags
    assert ours.requires_fit == theirs.requires_fit
    assert not ours.target_tags.required


@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def test_use_before_fit_is_refused(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(TextVectorizer(), method)(TEXTS)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        TextVectorizer(max_length=3).get_feature_names_out()


def test_a_given_vocabulary_and_length_need_no_fit():
    vectorizer = TextVectorizer(vocabulary=["cat", "dog"], max_length=2)
    X = vectorizer.transform(["a dog!", "dog"])
    assert X.toarray().tolist() == [[UNK, 3], [3, 0]]
    assert vectorizer.get_feature_names_out().tolist() == ["token0", "token1"]
    assert not hasattr(vectorizer, "vocabulary_")
    with pytest.raises(NotFittedError, match="no width; call fit, or give max_length"):
        TextVectorizer(vocabulary=["cat"]).transform(["cat"])
    with pytest.raises(ValueError, match="The 'max_length' parameter"):
        TextVectorizer(vocabulary=["cat"], max_length=-1).transform(["cat"])


def test_a_failed_fit_keeps_what_was_learnt():
    vectorizer = TextVectorizer().fit(TEXTS)
    before = dict(vectorizer.vocabulary_), vectorizer.max_length_
    with pytest.raises(ValueError, match="row 1"):
        vectorizer.fit(["new words", None])
    assert (vectorizer.vocabulary_, vectorizer.max_length_) == before


def test_fit_changes_neither_parameters_nor_data_nor_random_state():
    vocabulary, stop_words, texts = {"cat": 5}, ["the"], list(TEXTS)
    states = random.getstate(), np.random.get_state()[1].copy()
    vectorizer = TextVectorizer(vocabulary=vocabulary, stop_words=stop_words)
    vectorizer.fit(texts)
    assert vectorizer.vocabulary is vocabulary
    assert vectorizer.vocabulary_ is not vocabulary
    assert (vocabulary, stop_words, texts) == ({"cat": 5}, ["the"], TEXTS)
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])


def test_every_parameter_survives_clone():
    params = {
        "strip_accents": "unicode",
        "lowercase": False,
        "preprocessor": str.upper,
        "tokenizer": str.split,
        "stop_words": ["a"],
        "token_pattern": r"\w",
        "analyzer": "char",
        "max_df": 0.9,
        "min_df": 2,
        "max_features": 7,
        "vocabulary": ["a", "b"],
        "max_length": 3,
        "truncate": "start",
        "sparse_output": False,
        "characters": True,
        "joiner": "-",
    }
    assert list(params) == list(inspect.signature(TextVectorizer).parameters)
    copy = clone(make_pipeline(TextVectorizer(**params)))[0]
    assert copy.get_params() == params


def test_pickle_gives_the_same_ids():
    vectorizer = TextVectorizer(strip_accents="unicode").fit(TEXTS)
    copy = pickle.loads(pickle.dumps(vectorizer))
    assert copy.vocabulary_ == vectorizer.vocabulary_
    assert (copy.transform(TEXTS) != vectorizer.transform(TEXTS)).nnz == 0
    assert type(copy.vocabulary_) is dict


def test_html_representation_names_the_class():
    assert "TextVectorizer" in TextVectorizer()._repr_html_()
    assert "TextVectorizer" in TextVectorizer().fit(TEXTS)._repr_html_()


def test_column_names_are_positions():
    names = TextVectorizer(max_length=3).fit(TEXTS).get_feature_names_out()
    assert names.dtype == object
    assert names.tolist() == ["token0", "token1", "token2"]


@pytest.mark.parametrize("sparse_output", [True, False])
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_frames_that_are_asked_for_everywhere_leave_ids_alone(sparse_output, container):
    expected = TextVectorizer(sparse_output=sparse_output).fit_transform(TEXTS)
    with config_context(transform_output=container):
        X = TextVectorizer(sparse_output=sparse_output).fit_transform(TEXTS)
    assert type(X) is type(expected)


def test_labels_of_tokens_that_are_cut_are_warned_about():
    vectorizer = TextVectorizer(analyzer=list, max_length=2).fit([["a", "b"]])
    with pytest.warns(TruncationWarning, match=r"1 of 2 .* label.* truncate=None"):
        vectorizer.transform([["a"], ["a", "b", "a"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TextVectorizer(max_length=2).fit(["a b"]).transform(["a b c"])
        asked_for = TextVectorizer(analyzer=list, max_length=2).fit([["a", "b", "c"]])
        asked_for.transform([["a", "b", "a"]])


def test_column_transformer_passes_one_column():
    frame = pd.DataFrame({"text": TEXTS, "other": ["x", "y z", "x"], "n": [1, 2, 3]})
    columns = ColumnTransformer(
        [("text", TextVectorizer(), "text"), ("other", TextVectorizer(), "other")],
        sparse_threshold=1.0,
    )
    with pytest.warns(AmbiguousInputWarning, match="ids of 'text' beside 'other'"):
        X = columns.fit_transform(frame)
    assert sparse.issparse(X)
    expected = TextVectorizer().fit_transform(TEXTS).toarray()
    np.testing.assert_array_equal(X.toarray()[:, :6], expected)
    assert columns.get_feature_names_out().tolist() == [
        *[f"text__token{t}" for t in range(6)],
        "other__token0",
        "other__token1",
    ]
    # An array has columns by number; an integer picks one as one dimension.
    by_number = make_column_transformer((TextVectorizer(), 0), sparse_threshold=1.0)
    np.testing.assert_array_equal(
        by_number.fit_transform(frame.to_numpy()).toarray(), expected
    )


def test_a_column_transformer_may_name_its_text_column_in_a_list():
    frame = pd.DataFrame({"text": TEXTS})
    listed = make_column_transformer((TextVectorizer(), ["text"]), sparse_threshold=1.0)
    expected = TextVectorizer().fit_transform(TEXTS)
    assert (listed.fit_transform(frame) != expected).nnz == 0


def test_texts_and_lists_of_tokens_are_not_mixed():
    lists = TextVectorizer(analyzer=list).fit([["a", "b"], ("b",)])
    with pytest.raises(ValueError, match=r"no texts, got one at row 1: 'a b'; split"):
        lists.transform([["a"], "a b"])
    assert lists.transform([["a"], "a b".split()]).shape == (2, 2)  # the remedy
    texts = TextVectorizer(analyzer=tuple).fit(["ab"])
    with pytest.raises(ValueError, match=r"texts, got none at row 0.*join its tokens"):
        texts.transform([["a", "b"]])
    with pytest.raises(ValueError, match="got one at row 1"):
        lists.fit([["a"], "a"])
    lists.fit(["ab"])  # a new fit begins anew
    assert lists.transform(["ba"]).shape == (1, 2)
    own = TextVectorizer(analyzer=lambda d: d.split() if isinstance(d, str) else d)
    assert own.fit_transform(["a b", ["b"]]).shape == (2, 2)
