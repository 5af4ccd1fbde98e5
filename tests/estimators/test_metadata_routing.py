"""Weights and validation data find their way through pipelines and searches."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    StratifiedKFold,
    cross_validate,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metadata_routing import get_routing_for_object

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer

SMALL = {"hidden_size": 4, "max_epochs": 3, "random_state": 0}

rng = np.random.default_rng(0)
X = 100.0 + 10.0 * rng.normal(size=(40, 4))
LABELS = (X.sum(axis=1) > 400).astype(int)
REALS = X.sum(axis=1)
WEIGHT = rng.integers(1, 4, size=40).astype(float)
X_VAL, LABELS_VAL, REALS_VAL = X[::-2] + 1.0, LABELS[::-2], REALS[::-2]
TEXTS = ["good film", "bad film", "a good one", "a bad one"] * 3
TONES = ["pos", "neg"] * 6

every_task = pytest.mark.parametrize(
    ("estimator_class", "y", "y_val"),
    [(RNNClassifier, LABELS, LABELS_VAL), (RNNRegressor, REALS, REALS_VAL)],
)


@pytest.fixture
def _routing():
    with config_context(enable_metadata_routing=True):
        yield


with_routing = pytest.mark.usefixtures("_routing")


def outputs(model, X):
    method = "predict" if isinstance(model, RNNRegressor) else "decision_function"
    return getattr(model, method)(X)


@with_routing
@every_task
def test_what_fit_takes_can_be_requested(estimator_class, y, y_val):
    model = estimator_class().set_fit_request(
        sample_weight=True, X_val=True, y_val="y_watched"
    )
    requests = get_routing_for_object(model).fit.requests
    expected = {"sample_weight": True, "X_val": True, "y_val": "y_watched"}
    assert requests == {**expected, "groups": False}
    cloned = get_routing_for_object(clone(model)).fit.requests
    assert cloned == requests


@with_routing
def test_what_partial_fit_takes_can_be_requested():
    model = RNNClassifier().set_partial_fit_request(sample_weight=True, classes=True)
    requests = get_routing_for_object(model).partial_fit.requests
    assert requests == {"sample_weight": True, "classes": True}
    model = RNNRegressor().set_partial_fit_request(sample_weight=True)
    requests = get_routing_for_object(model).partial_fit.requests
    assert requests == {"sample_weight": True}


GROUPS = np.arange(40) // 4


@with_routing
@every_task
def test_groups_go_to_the_splitter_of_a_search_and_to_early_stopping_if_asked(
    estimator_class, y, y_val
):
    def held_out(model):
        seen.clear()
        cross_validate(model, X, y, cv=GroupKFold(2), params={"groups": GROUPS})
        return seen

    class Notes(GroupShuffleSplit):
        def split(self, X, y, groups):
            seen.append(groups)
            return super().split(X, y, np.zeros(len(X)) if groups is None else groups)

    seen = []
    model = estimator_class(**SMALL, early_stopping=True)
    assert len(held_out(model)) == 0  # nor is it an error to leave them to the search
    model.set_params(validation_fraction=Notes(1, random_state=0))
    model.set_fit_request(groups=True)
    first, second = held_out(model)
    assert sorted([*first, *second]) == GROUPS.tolist()
    assert not set(first) & set(second)


@with_routing
@every_task
def test_validation_data_goes_through_the_fitted_steps(estimator_class, y, y_val):
    rnn = estimator_class(**SMALL)
    pipe = Pipeline(
        [
            ("scale", StandardScaler()),
            ("rnn", clone(rnn).set_fit_request(X_val=True, y_val=True)),
        ],
        transform_input=["X_val"],
    )
    pipe.fit(X, y, X_val=X_VAL, y_val=y_val)

    scaler = StandardScaler().fit(X)
    rnn.fit(scaler.transform(X), y, X_val=scaler.transform(X_VAL), y_val=y_val)
    expected = rnn.history_["valid_loss"]
    assert expected.shape == (3,)
    assert np.array_equal(pipe[-1].history_["valid_loss"], expected)
    score = pipe[-1].history_["valid_score"]
    assert np.array_equal(score, rnn.history_["valid_score"])
    assert np.array_equal(pipe[-1].loss_curve_, rnn.loss_curve_)

    # Not scaled, the same data would be far off.
    unscaled = clone(rnn).fit(scaler.transform(X), y, X_val=X_VAL, y_val=y_val)
    assert not np.allclose(unscaled.history_["valid_loss"], expected)


@with_routing
def test_validation_texts_go_through_the_fitted_vectoriser():
    rnn = RNNClassifier(**SMALL)
    pipe = Pipeline(
        [
            ("tokens", TextVectorizer()),
            ("rnn", clone(rnn).set_fit_request(X_val=True, y_val=True)),
        ],
        transform_input=["X_val"],
    )
    watched, tones = ["good one", "a bad film", "unheard of"], ["pos", "neg", "neg"]
    pipe.fit(TEXTS, TONES, X_val=watched, y_val=tones)

    tokens = TextVectorizer().fit(TEXTS)
    rnn.fit(
        tokens.transform(TEXTS), TONES, X_val=tokens.transform(watched), y_val=tones
    )
    assert np.array_equal(pipe[-1].history_["valid_loss"], rnn.history_["valid_loss"])


@with_routing
@every_task
def test_validation_data_steers_early_stopping_in_a_pipeline(estimator_class, y, y_val):
    rnn = estimator_class(
        **{**SMALL, "max_epochs": 50}, early_stopping=True, n_iter_no_change=1, lr=0.2
    )
    pipe = Pipeline(
        [
            ("scale", StandardScaler()),
            ("rnn", rnn.set_fit_request(X_val=True, y_val=True)),
        ],
        transform_input=["X_val"],
    )
    pipe.fit(X, y, X_val=X_VAL, y_val=y_val)
    assert len(pipe[-1].history_["valid_loss"]) == pipe[-1].n_iter_ < 50


@with_routing
@every_task
def test_weights_are_routed_through_a_pipeline(estimator_class, y, y_val):
    rnn = estimator_class(**SMALL)
    requesting = clone(rnn).set_fit_request(sample_weight=True)
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipe = Pipeline([("scale", scaler), ("rnn", requesting)])
    pipe.fit(X, y, sample_weight=WEIGHT)

    scaled = StandardScaler().fit_transform(X)
    rnn.fit(scaled, y, sample_weight=WEIGHT)
    assert np.array_equal(outputs(pipe[-1], scaled), outputs(rnn, scaled))
    unweighted = outputs(clone(rnn).fit(scaled, y), scaled)
    assert not np.array_equal(outputs(rnn, scaled), unweighted)


@with_routing
def test_weights_nobody_asked_for_are_an_error():
    search = GridSearchCV(RNNClassifier(**SMALL), {"hidden_size": [4]}, cv=2)
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        search.fit(X, LABELS, sample_weight=WEIGHT)


@with_routing
def test_weights_are_cut_to_the_folds_of_a_search():
    rnn = RNNClassifier(**SMALL).set_fit_request(sample_weight=True)
    rnn.set_score_request(sample_weight=True)
    folds = StratifiedKFold(2)
    search = GridSearchCV(rnn, {"hidden_size": [3, 4]}, cv=folds, scoring=None)
    search.fit(X, LABELS, sample_weight=WEIGHT)

    for i, hidden_size in enumerate([3, 4]):
        for k, (train, test) in enumerate(folds.split(X, LABELS)):
            model = clone(rnn).set_params(hidden_size=hidden_size)
            model.fit(X[train], LABELS[train], sample_weight=WEIGHT[train])
            score = model.score(X[test], LABELS[test], sample_weight=WEIGHT[test])
            assert search.cv_results_[f"split{k}_test_score"][i] == score
    best = clone(rnn).set_params(**search.best_params_)
    best.fit(X, LABELS, sample_weight=WEIGHT)
    expected = best.decision_function(X)
    assert np.array_equal(search.best_estimator_.decision_function(X), expected)


@with_routing
def test_weights_and_validation_data_are_routed_together_through_a_search():
    rnn = RNNClassifier(**SMALL).set_fit_request(
        sample_weight=True, X_val=True, y_val=True
    )
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipe = Pipeline([("scale", scaler), ("rnn", rnn)], transform_input=["X_val"])
    # 15 validation rows: a number that no fold of 40 rows could be cut to.
    result = cross_validate(
        pipe,
        X,
        LABELS,
        cv=2,
        params={"sample_weight": WEIGHT, "X_val": X_VAL[:15], "y_val": LABELS_VAL[:15]},
        scoring=make_scorer(accuracy_score).set_score_request(sample_weight=False),
        return_estimator=True,
        error_score="raise",
    )
    for fitted in result["estimator"]:
        assert fitted[-1].history_["valid_loss"].shape == (3,)


@every_task
def test_weights_reach_the_last_step_without_routing(estimator_class, y, y_val):
    rnn = estimator_class(**SMALL)
    pipe = Pipeline([("scale", StandardScaler()), ("rnn", clone(rnn))])
    pipe.fit(X, y, rnn__sample_weight=WEIGHT)
    scaled = StandardScaler().fit_transform(X)
    expected = outputs(rnn.fit(scaled, y, sample_weight=WEIGHT), scaled)
    assert np.array_equal(outputs(pipe[-1], scaled), expected)
    unweighted = outputs(clone(rnn).fit(scaled, y), scaled)
    assert not np.array_equal(expected, unweighted)


def test_weights_are_cut_to_the_folds_without_routing():
    rnn = RNNClassifier(**SMALL)
    pipe = Pipeline([("scale", StandardScaler()), ("rnn", rnn)])
    search = GridSearchCV(pipe, {"rnn__hidden_size": [3, 4]}, cv=2)
    search.fit(X, LABELS, rnn__sample_weight=WEIGHT)
    (train, test), _ = StratifiedKFold(2).split(X, LABELS)
    first = clone(pipe).set_params(rnn__hidden_size=3)
    first.fit(X[train], LABELS[train], rnn__sample_weight=WEIGHT[train])
    score = first.score(X[test], LABELS[test])
    assert search.cv_results_["split0_test_score"][0] == score
