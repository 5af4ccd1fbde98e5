"""Weights of classes and rows on every path, and thresholds where classes are rare."""

from contextlib import nullcontext
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    make_scorer,
    r2_score,
)
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    KFold,
    TunedThresholdClassifierCV,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)

SMALL = {"hidden_size": 4, "bidirectional": False, "max_epochs": 2, "random_state": 0}
N = 36

rng = np.random.default_rng(0)
LENGTHS = rng.integers(2, 7, size=N)
X = np.fromiter((rng.normal(size=(n, 2)) for n in LENGTHS), dtype=object, count=N)
WEIGHT = rng.integers(0, 4, size=N).astype(float)  # rows of weight 0 among them
CLASSES = np.array(["a", "b", "c"])
LABELS = rng.choice(CLASSES, N, p=[0.6, 0.3, 0.1])
ONE_CLASS_EACH = as_ragged(
    [np.full(n, c) for n, c in zip(LENGTHS, LABELS, strict=True)]
)
VALID = np.arange(0, N, 3)
TRAIN = np.setdiff1d(np.arange(N), VALID)
FOLDS = KFold(3)


class Kind(NamedTuple):
    model: Any
    y: np.ndarray

    @property
    def by_step(self):
        return self.y.dtype == object

    def flat(self, y):
        return np.concatenate(list(y)) if self.by_step else y

    def per_target(self, weight, rows):
        """Repeat the weight of each row for its steps, where they have targets."""
        return np.repeat(weight, LENGTHS[rows]) if self.by_step else weight

    def outputs(self, fitted, rows=slice(None)):
        method = "predict_proba" if hasattr(fitted, "predict_proba") else "predict"
        return self.flat(getattr(fitted, method)(X[rows]))


KINDS = {
    "classifier": Kind(RNNClassifier(**SMALL), LABELS),
    "regressor": Kind(RNNRegressor(**SMALL), rng.normal(3.0, 2.0, size=N)),
    "tagger": Kind(
        RNNTagger(**SMALL),
        as_ragged([rng.choice(CLASSES, n, p=[0.6, 0.3, 0.1]) for n in LENGTHS]),
    ),
    "step regressor": Kind(
        RNNStepRegressor(**SMALL), as_ragged([rng.normal(3.0, 2.0, n) for n in LENGTHS])
    ),
}
of_every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
of_kinds_with_classes = pytest.mark.parametrize("name", ["classifier", "tagger"])


# -- the validation part ---------------------------------------------------------------


def weight_of_classes(y, weight):
    """Balance by hand: n / (k * n_c), with weights for counts."""
    count = np.array([weight[y == c].sum() for c in CLASSES])
    return weight.sum() / (3 * count)


def validation_by_hand(kind, model, class_weight, rows, weight):
    """Compute the loss and the score of some rows from what the model predicts."""
    truth, outputs = kind.flat(kind.y[rows]), kind.outputs(model, rows)
    weight = kind.per_target(weight, rows)
    if outputs.ndim == 1:
        losses = ((truth - outputs) / model.target_scale_) ** 2
        score = r2_score(truth, outputs, sample_weight=weight)
    else:
        codes = np.searchsorted(CLASSES, truth)
        weight = weight * class_weight[codes]
        losses = -np.log(outputs[np.arange(len(codes)), codes])
        found = CLASSES[outputs.argmax(axis=1)]
        score = accuracy_score(truth, found, sample_weight=weight)
    return np.average(losses, weights=weight), score


BY_CLASS = {"b": 2.5, "c": 6.0}


@pytest.mark.parametrize(
    ("name", "class_weight", "held_out"),
    [
        ("classifier", None, True),
        ("classifier", "balanced", True),
        ("classifier", BY_CLASS, False),
        ("tagger", "balanced", True),
        ("tagger", BY_CLASS, False),
        ("regressor", None, True),
        ("step regressor", None, False),
    ],
)
def test_the_validation_part_is_weighted(name, class_weight, held_out):
    kind = KINDS[name]
    model = clone(kind.model).set_params(max_epochs=1)
    if class_weight is not None:
        model.set_params(class_weight=class_weight)
    if held_out:
        model.set_params(early_stopping=True, validation_fraction=[(TRAIN, VALID)])
        model.fit(X, kind.y, sample_weight=WEIGHT)
        weight = WEIGHT[VALID]
    else:
        model.fit(
            X[TRAIN], kind.y[TRAIN], WEIGHT[TRAIN], X_val=X[VALID], y_val=kind.y[VALID]
        )
        weight = np.ones(len(VALID))  # the weights given are those of X

    by_class = np.array([1.0, 2.5, 6.0])
    if class_weight == "balanced":  # by the training part alone
        trained_on = kind.per_target(WEIGHT[TRAIN], TRAIN)
        by_class = weight_of_classes(kind.flat(kind.y[TRAIN]), trained_on)
    elif class_weight is None:
        by_class = np.ones(3)
    loss, score = validation_by_hand(kind, model, by_class, VALID, weight)
    assert model.history_["valid_loss"] == pytest.approx([loss], rel=1e-5)
    assert model.history_["valid_score"] == pytest.approx([score], rel=1e-5)
    unweighted, _ = validation_by_hand(kind, model, np.ones(3), VALID, np.ones(12))
    if held_out or class_weight is not None:
        assert abs(loss - unweighted) > 1e-3


# -- one part after another ------------------------------------------------------------


def first_classes(model):
    return {"classes": CLASSES} if hasattr(model, "class_weight") else {}


@of_every_kind
def test_weight_0_is_no_row_in_partial_fit(kind):
    kept = WEIGHT > 0
    weighted, without, plain = (clone(kind.model) for _ in range(3))
    for _ in range(2):
        for model, rows, weight in (
            (weighted, slice(None), WEIGHT),
            (without, kept, WEIGHT[kept]),
            (plain, kept, None),
        ):
            y = kind.y[rows]
            first = first_classes(model)
            model.partial_fit(X[rows], y, sample_weight=weight, **first)
    expected = kind.outputs(without)
    np.testing.assert_array_equal(kind.outputs(weighted), expected)
    assert weighted.loss_curve_ == without.loss_curve_
    assert not np.allclose(kind.outputs(plain), expected, atol=1e-4)


def test_a_tagger_weighs_classes_in_partial_fit():
    # Where each sequence has one class, its weight is that of the sequence.
    by_class = {"a": 1.0, "b": 2.5, "c": 0.0}
    given = RNNTagger(**SMALL, standardize=False, class_weight=by_class)
    by_row = RNNTagger(**SMALL, standardize=False)
    weight = [by_class[label] for label in LABELS]
    for _ in range(2):
        given.partial_fit(X, ONE_CLASS_EACH, classes=CLASSES)
        by_row.partial_fit(X, ONE_CLASS_EACH, classes=CLASSES, sample_weight=weight)
    kind = KINDS["tagger"]
    np.testing.assert_array_equal(kind.outputs(given), kind.outputs(by_row))
    assert given.loss_curve_ == by_row.loss_curve_


# -- balanced --------------------------------------------------------------------------


@of_kinds_with_classes
def test_balanced_is_what_scikit_learn_computes(name):
    kind = KINDS[name]
    y = ONE_CLASS_EACH if kind.by_step else LABELS
    by_target = compute_sample_weight("balanced", kind.flat(y))
    first_steps = np.cumsum(LENGTHS) - LENGTHS
    by_row = by_target[first_steps] if kind.by_step else by_target
    classes_of_targets = compute_class_weight(
        "balanced", classes=CLASSES, y=kind.flat(y)
    )
    ways = {
        "balanced": ({"class_weight": "balanced"}, None),
        "dict": (
            {"class_weight": dict(zip(CLASSES, classes_of_targets, strict=True))},
            None,
        ),
        "sample_weight": ({}, by_row),
    }
    # The scales of the input are learnt with the weights of rows, not of classes.
    found = [
        kind.outputs(
            clone(kind.model)
            .set_params(standardize=False, batch_size=5, **params)
            .fit(X, y, sample_weight=weight)
        )
        for params, weight in ways.values()
    ]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-6)
    plain = clone(kind.model).set_params(standardize=False, batch_size=5).fit(X, y)
    assert not np.allclose(kind.outputs(plain), found[0], atol=1e-3)


@of_kinds_with_classes
def test_balanced_is_learnt_from_the_rows_of_each_fold(name):
    kind = KINDS[name]
    model = clone(kind.model).set_params(class_weight="balanced")
    result = cross_validate(
        model, X, kind.y, cv=FOLDS, return_estimator=True, error_score="raise"
    )
    for fitted, (train, _) in zip(result["estimator"], FOLDS.split(X), strict=True):
        y = kind.flat(kind.y[train])
        weights = compute_class_weight("balanced", classes=CLASSES, y=y)
        by_hand = dict(zip(CLASSES, weights, strict=True))
        expected = clone(model).set_params(class_weight=by_hand)
        expected.fit(X[train], kind.y[train])
        np.testing.assert_array_equal(kind.outputs(fitted), kind.outputs(expected))


# -- scores ----------------------------------------------------------------------------


def test_the_accuracy_counts_each_row_by_its_weight():
    model = clone(KINDS["classifier"].model).fit(X, LABELS)
    hits = model.predict(X) == LABELS
    expected = WEIGHT[hits].sum() / WEIGHT.sum()
    assert model.score(X, LABELS, WEIGHT) == pytest.approx(expected)
    assert model.score(X, LABELS) != pytest.approx(expected)


def test_r2_counts_each_row_by_its_weight():
    _, y = KINDS["regressor"]
    model = clone(KINDS["regressor"].model).fit(X, y)
    about_mean = WEIGHT @ (y - np.average(y, weights=WEIGHT)) ** 2
    expected = 1 - WEIGHT @ (y - model.predict(X)) ** 2 / about_mean
    assert model.score(X, y, WEIGHT) == pytest.approx(expected)
    assert model.score(X, y) != pytest.approx(expected)


# -- pipelines, folds and searches -----------------------------------------------------

WORDS = as_ragged([rng.choice(list("uvwxyz"), n) for n in LENGTHS])


@pytest.mark.parametrize("name", ["tagger", "step regressor"])
def test_weights_reach_the_last_step_of_a_pipeline(name):
    kind = KINDS[name]
    step = kind.model.__class__.__name__.lower()
    vectorizer = TextVectorizer(analyzer=list, truncate=None)
    pipe = make_pipeline(vectorizer, clone(kind.model))
    pipe.fit(WORDS, kind.y, **{f"{step}__sample_weight": WEIGHT})
    ids = vectorizer.fit_transform(WORDS)
    expected = clone(kind.model).fit(ids, kind.y, sample_weight=WEIGHT)
    for one, other in zip(pipe.predict(WORDS), expected.predict(ids), strict=True):
        np.testing.assert_array_equal(one, other)
    assert pipe[-1].loss_curve_ == expected.loss_curve_
    assert expected.loss_curve_ != clone(kind.model).fit(ids, kind.y).loss_curve_


def fold_by_hand(kind, params, train, test):
    model = clone(kind.model).set_params(**params)
    model.fit(X[train], kind.y[train], sample_weight=WEIGHT[train])
    return model, model.score(X[test], kind.y[test], sample_weight=WEIGHT[test])


def with_requests(model):
    model = clone(model).set_fit_request(sample_weight=True)
    return model.set_score_request(sample_weight=True)


@pytest.mark.parametrize(
    ("name", "routing"),
    [
        ("classifier", True),
        ("regressor", False),
        ("tagger", False),
        ("step regressor", True),
    ],
)
def test_weights_are_cut_to_the_folds_of_cross_validation(name, routing):
    kind = KINDS[name]
    context = config_context(enable_metadata_routing=True) if routing else nullcontext()
    with context:
        result = cross_validate(
            with_requests(kind.model) if routing else kind.model,
            X,
            kind.y,
            params={"sample_weight": WEIGHT},
            cv=FOLDS,
            return_estimator=True,
            error_score="raise",
        )
    for i, (train, test) in enumerate(FOLDS.split(X)):
        model, score = fold_by_hand(kind, {}, train, test)
        if not routing:  # the weights reach `fit` only
            score = model.score(X[test], kind.y[test])
        assert result["test_score"][i] == score
        fitted = result["estimator"][i]
        np.testing.assert_array_equal(kind.outputs(fitted), kind.outputs(model))


@pytest.mark.parametrize(("name", "routing"), [("regressor", False), ("tagger", True)])
def test_weights_are_cut_to_the_folds_of_a_search(name, routing):
    kind = KINDS[name]
    grid = {"hidden_size": [2, 3]}
    context = config_context(enable_metadata_routing=True) if routing else nullcontext()
    with context:
        model = with_requests(kind.model) if routing else kind.model
        search = GridSearchCV(model, grid, cv=KFold(2), error_score="raise")
        search.fit(X, kind.y, sample_weight=WEIGHT)
    for k, (train, test) in enumerate(KFold(2).split(X)):
        for i, hidden_size in enumerate(grid["hidden_size"]):
            model, score = fold_by_hand(kind, {"hidden_size": hidden_size}, train, test)
            # Without routing newer versions of scikit-learn weigh the score as well.
            may_be = [score]
            if not routing:
                may_be.append(model.score(X[test], kind.y[test]))
            assert search.cv_results_[f"split{k}_test_score"][i] in may_be
    best = clone(kind.model).set_params(**search.best_params_)
    best.fit(X, kind.y, sample_weight=WEIGHT)
    np.testing.assert_array_equal(
        kind.outputs(search.best_estimator_), kind.outputs(best)
    )


# -- thresholds ------------------------------------------------------------------------


def make_rare(n_samples, seed):
    """Make noise, above which one row in ten is raised a little."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n_samples) % 10 == 0).astype(int)
    return rng.normal(size=(n_samples, 6)) + 0.7 * y[:, np.newaxis], y


def make_rare_texts(n_samples, seed):
    """Make texts of eight words; those of one row in ten hold more signs of it."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n_samples) % 10 == 0).astype(int)
    share = np.where(y, 0.6, 0.25)[:, np.newaxis]
    signs = rng.random((n_samples, 8)) < share
    words = rng.choice(["cable", "menu", "screen"], signs.shape)
    return [" ".join(row) for row in np.where(signs, "smoke", words)], y


LEARNING = {
    "cell": "rnn",
    "hidden_size": 4,
    "bidirectional": False,
    "embedding_dim": 4,
    "lr": 0.05,
    "batch_size": 50,
    "max_epochs": 3,
    "random_state": 0,
}
RARE = {
    "numbers": (lambda **kw: RNNClassifier(**LEARNING, **kw), make_rare),
    "texts": (
        lambda **kw: make_pipeline(TextVectorizer(), RNNClassifier(**LEARNING, **kw)),
        make_rare_texts,
    ),
}
of_rare_classes = pytest.mark.parametrize("name", RARE)
SCORES = {"balanced_accuracy": balanced_accuracy_score, "f1": f1_score}


@cache
def tune(name, scoring="balanced_accuracy", **params):
    make_model, make_data = RARE[name]
    model = make_model(**params)
    tuned = TunedThresholdClassifierCV(model, scoring=scoring, thresholds=25, cv=2)
    return tuned.fit(*make_data(500, seed=0))


@pytest.mark.parametrize(
    ("name", "scoring"), [("numbers", "balanced_accuracy"), ("texts", "f1")]
)
def test_a_tuned_threshold_finds_what_one_half_misses(name, scoring):
    score, tuned = SCORES[scoring], tune(name, scoring)
    X_new, y_new = RARE[name][1](1000, seed=1)
    at_half = score(y_new, tuned.estimator_.predict(X_new))
    assert 0.02 < tuned.best_threshold_ < 0.4
    assert score(y_new, tuned.predict(X_new)) > at_half + 0.1


@of_rare_classes
def test_class_weights_move_the_threshold(name):
    plain, balanced = tune(name), tune(name, class_weight="balanced")
    assert balanced.best_threshold_ > plain.best_threshold_ + 0.2
    X_new, y_new = RARE[name][1](1000, seed=1)
    # Moved near one half, where it had to be tuned before.
    at_half, untuned = (
        balanced_accuracy_score(y_new, tuned.estimator_.predict(X_new))
        for tuned in (balanced, plain)
    )
    assert at_half > untuned + 0.1


@of_rare_classes
def test_a_fixed_threshold_is_that_of_the_probability_or_the_logit(name):
    make_model, make_data = RARE[name]
    X_rare, y_rare = make_data(200, seed=0)
    model = make_model().fit(X_rare, y_rare)
    expected = model.predict_proba(X_rare)[:, 1] >= 0.1
    assert 0 < expected.sum() < 200
    for response, threshold in (
        ("predict_proba", 0.1),
        ("decision_function", np.log(0.1 / 0.9)),
    ):
        fixed = FixedThresholdClassifier(
            make_model(), threshold=threshold, response_method=response
        )
        fixed.fit(X_rare, y_rare)
        np.testing.assert_array_equal(fixed.predict(X_rare), expected)


@pytest.mark.parametrize("tool", ["fixed", "tuned"])
def test_weights_are_routed_to_the_classifier_behind_a_threshold(tool):
    X_rare, y_rare = make_rare(200, seed=0)
    weight = 1.0 + 4.0 * y_rare
    model = RNNClassifier(**LEARNING)
    with config_context(enable_metadata_routing=True):
        routed = clone(model).set_fit_request(sample_weight=True)
        if tool == "fixed":
            routed = FixedThresholdClassifier(routed)
        else:
            scorer = make_scorer(balanced_accuracy_score)
            scorer.set_score_request(sample_weight=True)
            routed = TunedThresholdClassifierCV(routed, scoring=scorer, cv=2)
        routed.fit(X_rare, y_rare, sample_weight=weight)
    expected = model.fit(X_rare, y_rare, sample_weight=weight).predict_proba(X_rare)
    np.testing.assert_array_equal(routed.predict_proba(X_rare), expected)
    unweighted = clone(model).fit(X_rare, y_rare).predict_proba(X_rare)
    assert expected[:, 1].mean() > unweighted[:, 1].mean() + 0.1
