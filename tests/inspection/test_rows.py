"""What a user hands over, as an estimator reads it."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.inspection import explain, hidden_states
from sklearn_rnn.inspection._rows import choose_row, read_rows

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 1, "random_state": 0}
TEXTS = ["a good film", "so bad", "good", "a bad one"]
LABELS = ["+", "-", "+", "-"]


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)).fit(TEXTS, LABELS)


def words_of(estimator, X=TEXTS):
    return [list(tokens) for tokens in read_rows(estimator, X, words=True).tokens]


SPLIT = [text.split() for text in TEXTS]


def test_a_fitted_search_is_read_as_its_best_estimator(pipeline):
    grid = {"rnnclassifier__hidden_size": [4]}
    search = GridSearchCV(pipeline, grid, cv=2)
    with pytest.raises(TypeError, match="best_estimator_ once it is fitted"):
        explain(search, TEXTS)
    search.fit(TEXTS, LABELS)
    assert words_of(search) == SPLIT
    (found, *_) = explain(search, TEXTS)
    (expected, *_) = explain(search.best_estimator_, TEXTS)
    np.testing.assert_array_equal(found.values, expected.values)


def test_what_is_frozen_or_nested_is_read_as_what_is_inside(pipeline):
    vectorizer, network = pipeline
    assert words_of(FrozenEstimator(pipeline)) == SPLIT
    assert words_of(make_pipeline(FrozenEstimator(vectorizer), network)) == SPLIT
    inner = make_pipeline(FunctionTransformer(), "passthrough", vectorizer)
    assert words_of(make_pipeline(inner, FrozenEstimator(network))) == SPLIT


def test_what_is_not_fitted_is_refused():
    pipe = make_pipeline(
        TextVectorizer(vocabulary=["a"], max_length=3), RNNClassifier()
    )
    with pytest.raises(NotFittedError):
        read_rows(pipe, TEXTS)


def test_words_are_followed_only_where_they_are_asked_for(pipeline, monkeypatch):
    monkeypatch.setattr(TextVectorizer, "_follow", None)
    rows = read_rows(pipeline, TEXTS)
    assert rows.texts is rows.tokens is rows.spans is None
    assert len(hidden_states(pipeline, TEXTS)) == 4


@pytest.mark.parametrize(
    "X",
    [pd.DataFrame({"text": TEXTS, "n": 1}), np.array([TEXTS]), "a lone text"],
    ids=type,
)
def test_what_predict_refuses_is_refused(pipeline, X):
    for read in (pipeline.predict, lambda X: explain(pipeline, X)):
        with pytest.raises(ValueError, match=r"one column of texts|wrap a lone"):
            read(X)


def test_a_generator_is_read_once(pipeline):
    assert words_of(pipeline, (text for text in TEXTS)) == SPLIT
    assert choose_row((text for text in TEXTS), -1) == TEXTS[-1:]


def test_a_row_of_any_sparse_matrix_is_chosen():
    X = sparse.csr_array([[2, 3], [4, 0], [5, 6]])
    for kind in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok"):
        assert choose_row(X.asformat(kind), 1).toarray().tolist() == [[4, 0]], kind


def test_a_row_is_an_integer(assert_refused):
    message = "row must be an instance of int"
    cases = [(TEXTS, row, message) for row in ("1", None, [1], 1.0)]
    assert_refused(choose_row, cases, TypeError)
