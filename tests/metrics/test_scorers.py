"""The scorers at work in scikit-learn's validation and searches."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate

from sklearn_rnn.metrics import (
    error_rate,
    exact_match,
    exact_match_score,
    flat_accuracy,
    flat_accuracy_score,
    flat_f1,
    flat_f1_score,
    neg_error_rate,
    span_f1,
    span_f1_score,
)

SCORERS = {
    "accuracy": (flat_accuracy, flat_accuracy_score),
    "f1": (flat_f1, flat_f1_score),
    "spans": (span_f1, span_f1_score),
}


class Reader(ClassifierMixin, BaseEstimator):
    """Reads the label of a step off X, and the first `n_blind` steps as O."""

    def __init__(self, n_blind=0):
        self.n_blind = n_blind

    def fit(self, X, y):
        self.classes_ = np.unique(np.concatenate(list(y)))
        return self

    def predict(self, X):
        y = np.empty(len(X), dtype=object)
        for i, row in enumerate(X):
            y[i] = np.where(np.arange(len(row)) < self.n_blind, "O", row)
        return y


@pytest.fixture
def y():
    rng = np.random.default_rng(0)
    y = np.empty(12, dtype=object)
    y[:] = [rng.choice(["O", "B-a", "I-a", "B-b"], 3 + i % 4) for i in range(12)]
    return y


@pytest.mark.parametrize(("scorer", "score"), SCORERS.values(), ids=SCORERS)
def test_a_scorer_gives_the_score_of_the_predictions(scorer, score, y):
    reader = Reader(n_blind=2).fit(y, y)
    assert 0 < scorer(reader, y, y) == score(y, reader.predict(y)) < 1
    weights = np.arange(12.0)
    expected = score(y, reader.predict(y), sample_weight=weights)
    assert scorer(reader, y, y, sample_weight=weights) == expected


@pytest.mark.parametrize(("scorer", "score"), SCORERS.values(), ids=SCORERS)
def test_a_scorer_serves_in_cross_validation(scorer, score, y):
    reader = Reader(n_blind=1)
    scores = cross_val_score(reader, y, y, cv=KFold(3), scoring=scorer)
    guess = reader.predict(y)
    expected = [score(y[test], guess[test]) for _, test in KFold(3).split(y)]
    np.testing.assert_array_equal(scores, expected)


def test_several_scorers_serve_at_once(y):
    scoring = {name: scorer for name, (scorer, _) in SCORERS.items()}
    results = cross_validate(Reader(), y, y, cv=3, scoring=scoring)
    for name in scoring:
        assert results[f"test_{name}"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("scorer", "_"), SCORERS.values(), ids=SCORERS)
def test_a_search_finds_the_better_candidate(scorer, _, y):
    search = GridSearchCV(Reader(), {"n_blind": [3, 0, 1]}, scoring=scorer, cv=3)
    search.fit(y, y)
    assert search.best_params_ == {"n_blind": 0}
    assert clone(search).scoring is not None
    assert pickle.loads(pickle.dumps(search)).score(y, y) == search.score(y, y) == 1


@pytest.mark.parametrize(("scorer", "_"), SCORERS.values(), ids=SCORERS)
def test_a_scorer_is_one_to_scikit_learn_and_can_be_pickled(scorer, _, y):
    assert check_scoring(Reader(), scorer) is scorer
    again = pickle.loads(pickle.dumps(scorer))
    reader = Reader(n_blind=1).fit(y, y)
    assert again(reader, y, y) == scorer(reader, y, y)


def test_fewer_errors_make_a_larger_score(y):
    reader, weights = Reader(n_blind=3).fit(y, y), np.arange(12.0)
    rate = error_rate(y, reader.predict(y), sample_weight=weights)
    assert 0 < rate == -neg_error_rate(reader, y, y, sample_weight=weights)
    share = exact_match_score(y, reader.predict(y))
    assert (
        exact_match(reader, y, y) == share < 1 == exact_match(Reader().fit(y, y), y, y)
    )
    assert pickle.loads(pickle.dumps(neg_error_rate))(reader, y, y) < 0
