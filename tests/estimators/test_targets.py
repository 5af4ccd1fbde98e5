"""Targets: labels of any kind, one or many numbers, and what each loss predicts."""

import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger
from sklearn_rnn.exceptions import OneHotTargetWarning
from sklearn_rnn.nn import (
    BinaryCrossEntropy,
    CrossEntropy,
    Head,
    PooledHead,
    StepsHead,
)

SMALL = {"hidden_size": 4, "cell": "gru", "random_state": 0}

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 5, 2))
CODES = np.argmax(X.mean(axis=1) @ [[1, -1, 0], [1, 1, -2]], axis=1)  # 0, 1 or 2
INDICATORS = (X.mean(axis=1) @ [[1, -1, 0], [1, 1, -2]] > 0).astype(int)
REALS = X.sum(axis=(1, 2))


def fit_classifier(y, **params):
    return RNNClassifier(**{**SMALL, "max_epochs": 2, **params}).fit(X, y)


# -- labels of any type ----------------------------------------------------------

# Each table names its classes in the order in which they sort.
CLASSES = {
    "str": ["cat", "dog", "fox"],
    "negative": [-9, -1, 4],
    "object": np.array(["cat", "dog", "fox"], dtype=object),
    "two bool": [False, True],
}


@pytest.mark.parametrize("classes", CLASSES.values(), ids=CLASSES)
def test_labels_of_any_sortable_type_are_learnt_alike(classes):
    classes = np.asarray(classes)
    codes = np.minimum(CODES, len(classes) - 1)
    model = fit_classifier(classes[codes], max_epochs=5)
    plain = fit_classifier(codes, max_epochs=5)
    assert model.classes_.dtype == classes.dtype
    assert model.classes_.tolist() == classes.tolist()
    predicted = model.predict(X)
    assert predicted.dtype == classes.dtype
    assert np.array_equal(predicted, classes[plain.predict(X)])
    assert np.array_equal(model.predict_proba(X), plain.predict_proba(X))


@pytest.mark.parametrize(
    "convert",
    [
        lambda y: pd.Series(y, index=np.arange(len(y))[::-1]),
        lambda y: pd.Series(y, dtype="category"),
    ],
    ids=["series with an index", "category"],
)
def test_labels_come_in_any_container(convert):
    words = np.array(["cat", "dog", "fox"])[CODES]
    expected = fit_classifier(words).decision_function(X)
    assert np.array_equal(fit_classifier(convert(words)).decision_function(X), expected)


def test_a_column_of_labels_is_flattened_with_a_warning():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = fit_classifier(CODES[:, np.newaxis])
    assert model.predict(X).shape == (24,)
    expected = fit_classifier(CODES).decision_function(X)
    assert np.array_equal(model.decision_function(X), expected)


@pytest.mark.parametrize("convert", [list, pd.Series], ids=["list", "series"])
def test_real_targets_come_in_any_container(convert):
    model = RNNRegressor(**SMALL, max_epochs=2)
    expected = model.fit(X, REALS).predict(X)
    assert np.array_equal(model.fit(X, convert(REALS)).predict(X), expected)


# -- shapes and consistency ------------------------------------------------------


def test_two_classes_have_one_logit():
    model = fit_classifier(CODES > 0)
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == (24,)
    assert logits.dtype == probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.T, [expit(-logits), expit(logits)])
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), probabilities)
    assert np.array_equal(model.predict(X), logits > 0)
    assert model.score(X, CODES > 0) == accuracy_score(CODES > 0, model.predict(X))


def test_three_classes_have_three_logits():
    model = fit_classifier(CODES)
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == probabilities.shape == (24, 3)
    np.testing.assert_allclose(probabilities, softmax(logits, axis=1))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), probabilities)
    assert np.array_equal(model.predict(X), logits.argmax(axis=1))
    assert model.score(X, CODES) == accuracy_score(CODES, model.predict(X))


def test_labels_that_may_come_together_have_one_logit_each():
    model = fit_classifier(INDICATORS, max_epochs=30, lr=0.03, lr_schedule=None)
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert model.classes_.tolist() == [0, 1, 2]
    assert logits.shape == probabilities.shape == (24, 3)
    np.testing.assert_allclose(probabilities, expit(logits))
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), probabilities)
    predicted = model.predict(X)
    assert np.array_equal(predicted, (probabilities > 0.5).astype(int))
    # The subset accuracy: all labels of a row right.
    assert model.score(X, INDICATORS) == (predicted == INDICATORS).all(axis=1).mean()
    assert (predicted == INDICATORS).mean() > 0.9


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        lambda y: y.astype(bool),
        lambda y: y.astype(float),
        lambda y: pd.DataFrame(y, columns=["a", "b", "c"]),
    ],
    ids=["lists", "bool", "float", "frame"],
)
def test_an_indicator_matrix_comes_in_any_container(convert):
    expected = fit_classifier(INDICATORS).decision_function(X)
    given = fit_classifier(convert(INDICATORS)).decision_function(X)
    assert np.array_equal(given, expected)


def test_one_hot_rows_are_learnt_as_labels_with_a_warning():
    with pytest.warns(OneHotTargetWarning, match=r"\(24, 3\).*argmax") as caught:
        model = fit_classifier(np.eye(3, dtype=int)[CODES], max_epochs=40, lr=0.03)
    (warning,) = (w for w in caught if w.category is OneHotTargetWarning)
    assert warning.filename == __file__
    predicted = model.predict(X)
    assert predicted.shape == (24, 3)
    assert (predicted == np.eye(3)[CODES]).mean() > 0.85


def test_multilabel_targets_may_come_in_parts():
    model = RNNClassifier(**SMALL)
    for part in (slice(12), slice(12, 24)):
        model.partial_fit(X[part], INDICATORS[part], classes=[0, 1, 2])
    assert model.predict(X).shape == (24, 3)


@pytest.mark.parametrize(
    ("shape", "loss"),
    [((24,), "squared_error"), ((24, 1), "poisson"), ((24, 2), "quantile")],
)
def test_predictions_have_the_shape_of_the_targets(shape, loss):
    y = np.abs(X.sum(axis=2)[:, : shape[-1] if len(shape) > 1 else 1]).reshape(shape)
    model = RNNRegressor(**SMALL, max_epochs=2, loss=loss).fit(X, y)
    predicted = model.predict(X)
    assert predicted.shape == shape
    assert predicted.dtype == np.float64
    assert model.n_outputs_ == np.size(y[0])
    assert model.score(X, y) == pytest.approx(r2_score(y, predicted))


def test_a_column_of_targets_is_learnt_as_a_vector_is():
    column = RNNRegressor(**SMALL, max_epochs=20, lr=0.03).fit(X, REALS[:, np.newaxis])
    vector = RNNRegressor(**SMALL, max_epochs=20, lr=0.03).fit(X, REALS)
    assert np.array_equal(column.predict(X)[:, 0], vector.predict(X))
    assert vector.score(X, REALS) > 0.8  # a broadcast of (n,) to (n, n) learns 0.0


def test_each_output_is_learnt_on_its_own_scale():
    Y = np.column_stack([X[:, :, 0].sum(axis=1), 1e4 + 1e3 * X[:, :, 1].sum(axis=1)])
    model = RNNRegressor(**{**SMALL, "hidden_size": 8}, max_epochs=60, lr=0.03)
    scores = r2_score(Y, model.fit(X, Y).predict(X), multioutput="raw_values")
    assert (scores > 0.9).all()


# -- transform -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator_class", "bidirectional"), [(RNNClassifier, False), (RNNRegressor, True)]
)
def test_transform_gives_named_units(estimator_class, bidirectional):
    model = estimator_class(
        **SMALL, max_epochs=2, bidirectional=bidirectional, pooling="mean"
    )
    units = model.fit(X, CODES).transform(X)
    n_units = 8 if bidirectional else 4
    assert units.shape == (24, n_units)
    assert units.dtype == np.float64
    names = model.get_feature_names_out()
    prefix = estimator_class.__name__.lower()
    assert names.tolist() == [f"{prefix}{i}" for i in range(n_units)]

    frame = model.set_output(transform="pandas").transform(X)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == names.tolist()
    assert np.array_equal(frame.to_numpy(), units)


def test_the_output_is_linear_in_what_transform_gives():
    model = fit_classifier(CODES)
    head = model.net_.module_.head
    weight, bias = (p.detach().numpy().astype(float) for p in head.parameters())
    by_hand = model.transform(X) @ weight.T + bias
    np.testing.assert_allclose(
        model.decision_function(X), by_hand, rtol=1e-5, atol=1e-6
    )


# -- class weights ---------------------------------------------------------------

CLASS_WEIGHTS = {
    "balanced": "balanced",
    "dict": {0: 1.0, 1: 2.5, 2: 0.3},
    "a class of weight 0": {0: 0.0, 1: 1.0, 2: 2.0},
    "a class unnamed": {1: 3.0},
}


@pytest.mark.parametrize(
    ("class_weight", "weighted"),
    [(weight, i % 2 == 1) for i, weight in enumerate(CLASS_WEIGHTS.values())],
    ids=CLASS_WEIGHTS,
)
def test_class_weights_are_sample_weights_to_the_bit(class_weight, weighted):
    # Powers of two as weights, for which "balanced" has no rounding of its own.
    sample_weight = np.array([1.0, 2.0, 0.5])[np.arange(24) % 3] if weighted else None
    ones = np.ones(24) if sample_weight is None else sample_weight
    if class_weight == "balanced":
        # scikit-learn's formula n / (k * n_c), with weights for counts.
        counts = np.bincount(CODES, weights=ones)
        by_class = counts.sum() / (3 * counts)
        if not weighted:
            sklearns = compute_class_weight("balanced", classes=np.arange(3), y=CODES)
            np.testing.assert_allclose(by_class, sklearns, rtol=1e-15)
    else:
        by_class = np.array([class_weight.get(c, 1.0) for c in range(3)])
    settings = {**SMALL, "max_epochs": 3, "batch_size": 4, "dropout": 0.3}
    given = RNNClassifier(**settings, class_weight=class_weight)
    given.fit(X, CODES, sample_weight=sample_weight)
    by_hand = RNNClassifier(**settings)
    by_hand.fit(X, CODES, sample_weight=ones * by_class[CODES])
    assert np.array_equal(given.decision_function(X), by_hand.decision_function(X))
    assert np.array_equal(given.loss_curve_, by_hand.loss_curve_)
    without = RNNClassifier(**settings).fit(X, CODES, sample_weight=sample_weight)
    assert not np.array_equal(given.loss_curve_, without.loss_curve_)


def test_class_weights_hold_in_partial_fit():
    class_weight = {0: 1.0, 1: 2.5, 2: 0.0}
    given = RNNClassifier(**SMALL, class_weight=class_weight)
    by_hand = RNNClassifier(**SMALL)
    weights = np.array([1.0, 2.5, 0.0])[CODES]
    for _ in range(2):
        given.partial_fit(X, CODES, classes=[0, 1, 2])
        by_hand.partial_fit(X, CODES, classes=[0, 1, 2], sample_weight=weights)
    assert np.array_equal(given.decision_function(X), by_hand.decision_function(X))


def test_class_weights_weigh_the_validation_part():
    class_weight = {0: 1.0, 1: 2.5, 2: 0.5}
    watched, codes = X[1:], CODES[1:]
    model = RNNClassifier(**SMALL, max_epochs=1, class_weight=class_weight)
    model.fit(X, CODES, X_val=watched, y_val=codes)
    losses = -model.predict_log_proba(watched)[np.arange(23), codes]
    weights = np.array([1.0, 2.5, 0.5])[codes]
    expected = np.average(losses, weights=weights)
    assert model.history_["valid_loss"][0] == pytest.approx(expected, rel=1e-5)
    expected = model.score(watched, codes, sample_weight=weights)
    assert model.history_["valid_score"][0] == pytest.approx(expected)


# -- each loss predicts its own statistic ----------------------------------------

# 400 sequences of one step in two groups, x = 0 and x = 1; what is best to predict in
# a group is a statistic of its targets, which NumPy computes beside it.
GROUP = np.repeat([0, 1], 200)
GROUPED = GROUP[:, np.newaxis].astype(float)
NOISE = np.random.default_rng(1).exponential(size=400)  # skewed: mean 1, median 0.69
SKEWED = NOISE + 3.0 * GROUP


def learn(loss, y, **params):
    settings = {"cell": "rnn", "hidden_size": 4, "random_state": 0, "lr": 0.02}
    model = RNNRegressor(
        **settings, max_epochs=60, batch_size=100, lr_schedule="cosine", loss=loss
    )
    model.set_params(**params).fit(GROUPED, y)
    return model.predict([[0.0], [1.0]])


def by_group(statistic, y):
    return [statistic(y[group == GROUP]) for group in (0, 1)]


def test_squared_error_learns_the_mean():
    predicted = learn("squared_error", SKEWED)
    np.testing.assert_allclose(predicted, by_group(np.mean, SKEWED), atol=0.05)


def test_absolute_error_learns_the_median():
    predicted = learn("absolute_error", SKEWED)
    np.testing.assert_allclose(predicted, by_group(np.median, SKEWED), atol=0.1)
    assert (np.subtract(by_group(np.mean, SKEWED), predicted) > 0.15).all()


@pytest.mark.parametrize("quantile", [0.1, 0.9])
def test_a_quantile_covers_its_share(quantile):
    predicted = learn("quantile", SKEWED, quantile=quantile, max_epochs=100)
    covered = (SKEWED <= predicted[GROUP]).reshape(2, 200).mean(axis=1)
    np.testing.assert_allclose(covered, quantile, atol=0.05)


def test_poisson_learns_the_rate():
    counts = np.random.default_rng(2).poisson(np.array([0.5, 6.0])[GROUP]).astype(float)
    predicted = learn("poisson", counts, max_epochs=200)
    assert (predicted > 0).all()
    np.testing.assert_allclose(predicted, by_group(np.mean, counts), rtol=0.05)


def test_poisson_never_predicts_a_negative_rate():
    counts = np.where(GROUP, 50.0, 0.0)
    assert (learn("poisson", counts) > 0).all()


def test_huber_minds_outliers_less_than_the_squared_error():
    y = np.random.default_rng(3).normal(size=400) + 3.0 * GROUP
    spoilt = y.copy()
    spoilt[::20] += 100.0  # five in a hundred
    truth = by_group(np.mean, y)
    assert np.abs(learn("huber", spoilt) - truth).max() < 2.0
    assert np.abs(learn("squared_error", spoilt) - truth).min() > 4.0  # 5 % of 100


# -- a loss of one's own ---------------------------------------------------------


def of_independent_labels(logits, target):
    losses = functional.binary_cross_entropy_with_logits(
        logits, target.to(logits.dtype), reduction="none"
    )
    return losses.mean(dim=1)


class OfRates(torch.nn.Module):
    link = "log"

    def forward(self, outputs, target):
        return (outputs.exp() - target.to(outputs.dtype) * outputs).mean(dim=1)


of_classes = partial(functional.cross_entropy, reduction="none")
BRIEF = {**SMALL, "max_epochs": 3}
OWN_LOSSES = {
    "two classes": (RNNClassifier(**BRIEF), CODES > 0, of_independent_labels),
    "three classes": (RNNClassifier(**BRIEF), CODES, of_classes),
    "multilabel": (RNNClassifier(**BRIEF), INDICATORS, of_independent_labels),
    "rates": (RNNRegressor(**BRIEF, loss="poisson"), np.abs(REALS), OfRates()),
    "a class for each step": (RNNTagger(**BRIEF), [[c] * 5 for c in CODES], of_classes),
}


@pytest.mark.parametrize(("model", "y", "loss"), OWN_LOSSES.values(), ids=OWN_LOSSES)
def test_a_loss_of_ones_own_takes_the_place_of_one_by_name(model, y, loss, monkeypatch):
    # Of a loss of one's own nobody knows the best constants to start from.
    for head in (PooledHead, StepsHead):
        monkeypatch.setattr(head, "start", Head.start)
    calls = []

    def own_loss(outputs, target):
        calls.append(len(outputs))
        return loss(outputs, target)

    own_loss.link = getattr(loss, "link", "identity")
    by_name = clone(model).fit(X, y)
    own = clone(model).set_params(loss=own_loss).fit(X, y)
    assert calls
    assert own.loss_curve_ == by_name.loss_curve_
    predicted, expected = own.predict(X), by_name.predict(X)
    assert np.array_equal(np.hstack(predicted), np.hstack(expected))


def test_a_crf_has_a_loss_of_its_own():
    tagger = RNNTagger(**BRIEF, output="crf", loss=of_classes)
    with pytest.raises(ValueError, match=r"^loss=.* needs output='softmax', got"):
        tagger.fit(X, [[c] * 5 for c in CODES])


of_logits = torch.nn.CrossEntropyLoss(reduction="none")
MISFITS = {
    "one logit": (RNNClassifier, CODES > 0, of_logits, "no gradient.*one logit"),
    "two classes": (RNNClassifier, CODES > 0, CrossEntropy(), r"\(3, 1\).*one logit"),
    "labels": (
        RNNClassifier,
        INDICATORS,
        CrossEntropy(),
        r"must hold class .*\(3, 3\)",
    ),
    "classes": (RNNClassifier, CODES, BinaryCrossEntropy(), r"\(3,\), .* torch.int64"),
    "numbers": (RNNRegressor, REALS, CrossEntropy(), "link 'multinomial_logit', but"),
    "rates": (RNNClassifier, CODES, OfRates(), "link 'log', but .* logits"),
    "yes or no": (RNNRegressor, CODES, BinaryCrossEntropy(), "'logit'.*'log'"),
}


@pytest.mark.parametrize(
    ("kind", "y", "loss", "message"), MISFITS.values(), ids=MISFITS
)
def test_a_loss_for_another_target_is_refused(kind, y, loss, message):
    with pytest.raises(ValueError, match=r"^loss=\w+\(\) .*" + message) as refused:
        kind(**BRIEF, loss=loss).fit(X, y)
    for remedy in re.findall(r"loss='(\w+)'", str(refused.value)):
        kind(**BRIEF, loss=remedy).fit(X, y)


def squared(outputs, target, factor=1.0):
    return factor * (outputs - target).square().mean(dim=1)


def test_a_warm_start_knows_a_loss_by_its_function_and_its_link():
    model = RNNRegressor(**BRIEF, warm_start=True, loss=partial(squared, factor=2.0))
    model.fit(X, REALS).set_params(loss=partial(squared, factor=3.0)).fit(X, REALS)
    with pytest.raises(ValueError, match=r"loss was <function squared"):
        model.set_params(loss=partial(functional.cross_entropy)).fit(X, REALS)
    loss = partial(squared)
    loss.link = "log"
    with pytest.raises(ValueError, match=r"loss.link was 'identity' then and is 'log'"):
        model.set_params(loss=loss).fit(X, np.abs(REALS))
