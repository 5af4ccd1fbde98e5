"""Texts of any characters, and what becomes of them on the way to a prediction."""

import pickle
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTagger, TextVectorizer, as_ragged

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 1, "random_state": 0}

# Combining marks, emoji with joiners and skin, right to left with its marks, a lone
# surrogate, a null character, a byte order mark, a digit of another script.
STRANGE = [
    "e\u0301",
    "\u0301",
    "n\u0303\u0323",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "שלום",
    "\u202eabc\u202c",
    "مرحبا\u064b",
    "\ud800",
    "\udfff",
    "\x00",
    "\ufeff",
    "٣",
    "ﬁ",
    "ß",
    "İ",
    "不",
    "\u2028",
    "\u00a0",
]
letters = st.one_of(
    st.characters(exclude_categories=()), st.sampled_from([*STRANGE, *"ab c"])
)
texts = st.lists(letters, max_size=12).map("".join)
corpora = st.lists(texts, min_size=1, max_size=6)
words = st.lists(st.sampled_from(["a", "bb", "ccc", "d", "éé", "不"]), min_size=1)

FIT_ON = ["a bb ccc", "d éé 不 a", *STRANGE]


def without_unused(params):
    """Leave out what the analyzer would not look at, and warn of."""
    used = params.get("analyzer") != "char"
    return {name: params[name] for name in params if used or name != "stop_words"}


vectorizer_params = st.fixed_dictionaries(
    {},
    optional={
        "analyzer": st.sampled_from(["word", "char"]),
        "lowercase": st.booleans(),
        "strip_accents": st.sampled_from([None, "ascii", "unicode"]),
        "max_length": st.integers(1, 6),
        "truncate": st.sampled_from(["end", "start"]),
        "max_features": st.integers(1, 9),
        "min_df": st.sampled_from([1, 2]),
        "characters": st.booleans(),
        "stop_words": st.sampled_from([None, ["a"], ["bb", "不"]]),
    },
).map(without_unused)


@cache
def fitted(cell="gru", **params):
    """Fit a pipeline once, behind a vectoriser with these parameters."""
    vectorizer = TextVectorizer(**{"truncate": None, **params})
    if params.get("sparse_output") is False:
        model = RNNClassifier(**SMALL, cell=cell, input="tokens")
    else:
        model = RNNClassifier(**SMALL, cell=cell)
    documents = map(list, FIT_ON) if params.get("analyzer") is list else FIT_ON
    return make_pipeline(vectorizer, model).fit(documents, np.arange(len(FIT_ON)) % 3)


# -- characters --------------------------------------------------------------------


@pytest.mark.parametrize("characters", [False, True])
@pytest.mark.parametrize("analyzer", ["word", "char"])
@given(documents=corpora)
def test_texts_of_any_characters_are_classified(analyzer, characters, documents):
    classifier = fitted(analyzer=analyzer, characters=characters)
    probabilities = classifier.predict_proba(documents)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    alone = classifier.predict_proba(documents[-1:])
    np.testing.assert_array_equal(alone, probabilities[-1:])


@given(documents=corpora, later=corpora, params=vectorizer_params)
def test_texts_of_any_characters_can_be_learnt(documents, later, params):
    params = {**params, "truncate": params.get("truncate", "end"), "min_df": 1}
    params.setdefault("max_length", 5)
    pipe = make_pipeline(TextVectorizer(**params), RNNClassifier(**SMALL, cell="rnn"))
    documents = [*documents, "a", "bb d"]
    pipe.fit(documents, np.arange(len(documents)) % 2)
    assert np.isfinite(pipe.predict_proba(later)).all()


@given(documents=corpora, position=st.integers(0, 40), unknown=st.data())
def test_one_unknown_word_is_as_good_as_another(documents, position, unknown):
    new = st.text("xyzäöü😀\u0301", min_size=1, max_size=5)
    pipe = fitted(analyzer=str.split)
    tokens = " ".join(documents).split()
    tokens = tokens or ["a"]
    position %= len(tokens)
    texts = []
    for _ in range(2):
        word = unknown.draw(new)
        assume(word not in pipe[0].vocabulary_)
        texts.append([*tokens[:position], word, *tokens[position + 1 :]])
    first, second = (pipe.predict_proba([" ".join(row)]) for row in texts)
    np.testing.assert_array_equal(first, second)


# -- dense and sparse, cut and whole -----------------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@given(documents=corpora)
def test_dense_and_sparse_ids_are_learnt_and_predicted_alike(cell, documents):
    with_sparse, with_dense = (
        fitted(cell, analyzer="char", sparse_output=sparse) for sparse in (True, False)
    )
    np.testing.assert_array_equal(
        with_dense.predict_proba(documents), with_sparse.predict_proba(documents)
    )


@given(documents=corpora, later=corpora, params=vectorizer_params)
def test_dense_ids_are_the_sparse_ones_filled_up(documents, later, params):
    params = {**params, "max_length": 4, "min_df": 1, "characters": False}
    documents = [*documents, "d d"]
    sparse = TextVectorizer(**params).fit(documents)
    dense = clone(sparse).set_params(sparse_output=False).fit(documents)
    for part in (documents, later):
        np.testing.assert_array_equal(
            dense.transform(part), sparse.transform(part).toarray()
        )


@pytest.mark.parametrize("truncate", ["end", "start"])
@given(documents=st.lists(words, min_size=1, max_size=5), max_length=st.integers(1, 8))
def test_a_cut_document_gets_the_prediction_of_its_rest(
    truncate, documents, max_length
):
    whole = fitted(analyzer=list, truncate=None)
    cutting = clone(whole[0]).set_params(max_length=max_length, truncate=truncate)
    cutting.set_params(vocabulary=whole[0].vocabulary_).fit([["a"] * 9])
    cut = slice(max_length) if truncate == "end" else slice(-max_length, None)
    rests = [document[cut] for document in documents]
    np.testing.assert_array_equal(
        whole[1].predict_proba(cutting.transform(documents)),
        whole.predict_proba(rests),
    )


@given(documents=st.lists(words, min_size=1, max_size=5))
def test_each_word_of_a_sentence_is_tagged(documents):
    tagger = fitted_tagger()
    tags = tagger.predict(documents)
    assert [len(row) for row in tags] == [len(row) for row in documents]
    alone = [tagger.predict([document])[0] for document in documents]
    for one, other in zip(tags, alone, strict=True):
        np.testing.assert_array_equal(one, other)


@cache
def fitted_tagger():
    sentences = [["a", "bb", "ccc"], ["d"], ["éé", "不", "a", "bb"]]
    y = as_ragged([[len(word) for word in sentence] for sentence in sentences])
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    return make_pipeline(vectorizer, RNNTagger(**SMALL)).fit(sentences, y)


# -- kept and sent -----------------------------------------------------------------


@given(documents=corpora, later=corpora, params=vectorizer_params)
def test_a_vectorizer_with_any_parameters_comes_back_from_a_pickle(
    documents, later, params
):
    params = {**params, "max_length": 4}
    documents = [*documents, "bb d", "bb d"]
    vectorizer = TextVectorizer(**params).fit(documents)
    again = pickle.loads(pickle.dumps(vectorizer))
    assert again.get_params() == clone(vectorizer).get_params()
    assert (again.transform(later) != vectorizer.transform(later)).nnz == 0
    refit = clone(vectorizer).fit(documents)
    assert refit.vocabulary_ == vectorizer.vocabulary_


@pytest.mark.slow
def test_a_document_of_ten_megabytes_is_read_and_classified():
    rng = np.random.default_rng(0)
    vocabulary = np.array(["a", "bb", "ccc", "éé", "不", "xyz"])
    document = " ".join(vocabulary[rng.integers(6, size=3_200_000)])
    assert len(document.encode()) > 10_000_000
    pipe = fitted("lstm")
    X = pipe[0].transform([document, "a bb"])
    assert X.shape == (2, 3_200_000)
    assert X[:, :3].toarray()[0].tolist() == [
        pipe[0].vocabulary_.get(word, 1) for word in document.split()[:3]
    ]
    probabilities = pipe.predict_proba([document, "a bb"])
    np.testing.assert_array_equal(probabilities[1:], pipe.predict_proba(["a bb"]))
    assert np.isfinite(probabilities).all()
