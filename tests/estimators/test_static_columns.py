"""Static columns go from X to the head of every estimator, and change nothing else."""

import pickle
import re

import numpy as np
import pytest
import torch
from scipy.special import expit
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    RNNTranscriber,
    RNNTranslator,
    SequencesWithStatic,
    as_ragged,
)
from sklearn_rnn.inspection import explain

rng = np.random.default_rng(0)
N = 60
LENGTHS = rng.integers(1, 7, N)
RAGGED = as_ragged([rng.normal(size=(n, 2)) for n in LENGTHS])
TABLE = np.column_stack([rng.normal(50, 10, N), rng.normal(0, 1e-3, N)])
X = SequencesWithStatic(RAGGED, TABLE, names=["age", "dose"])
IS_OLD = (TABLE[:, 0] > 50).astype(int)
STEPS, AGES = (
    as_ragged([np.full(n, value) for n, value in zip(LENGTHS, values, strict=True)])
    for values in (IS_OLD, TABLE[:, 0])
)
ANSWERS = as_ragged([["old"] if old else ["young"] for old in IS_OLD])

SMALL = {"hidden_size": 6, "lr": 0.05, "max_epochs": 12, "random_state": 0}
ONE_WAY = {**SMALL, "bidirectional": False}
MODELS = {
    "classifier": (RNNClassifier(**ONE_WAY), IS_OLD),
    "attention": (RNNClassifier(**ONE_WAY, pooling="attention"), IS_OLD),
    "both ways": (RNNClassifier(**SMALL, pooling="final_max"), IS_OLD),
    "regressor": (RNNRegressor(**ONE_WAY, cell="gru"), TABLE[:, 0]),
    "tagger": (RNNTagger(**ONE_WAY, output="softmax"), STEPS),
    "chain": (RNNTagger(**SMALL), STEPS),
    "steps": (RNNStepRegressor(**ONE_WAY), AGES),
    "translator": (RNNTranslator(**SMALL, beam_size=1), ANSWERS),
    "transcriber": (RNNTranscriber(**SMALL), ANSWERS),
}
ONE_STEP = {"classifier", "attention", "regressor", "tagger", "steps"}


@pytest.fixture(scope="module")
def fitted():
    return {name: clone(model).fit(X, y) for name, (model, y) in MODELS.items()}


def asked(model, X):
    """Ask for what shows every bit, sample by sample."""
    method = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    return getattr(model, method)(X)


def answer(model, X):
    """Ask for what shows every bit, flat."""
    said = asked(model, X)
    return np.concatenate(list(said)) if said.dtype == object else said


@pytest.mark.parametrize("name", MODELS)
def test_what_only_the_static_columns_know_is_learnt(name):
    model, y = MODELS[name]
    same = SequencesWithStatic([np.ones((n, 2)) for n in LENGTHS], TABLE)
    more = {"batch_size": 8, "max_epochs": 20}
    assert clone(model).set_params(**more).fit(same, y).score(same, y) > 0.8


@pytest.mark.parametrize("name", MODELS)
def test_a_sample_has_the_same_bits_alone_and_in_any_batch(fitted, name):
    together = answer(fitted[name], X)
    alone = [answer(fitted[name], X[i : i + 1]) for i in range(N)]
    np.testing.assert_array_equal(np.concatenate(alone), together)
    last_first = list(asked(fitted[name], X[::-1]))[::-1]
    for one, other in zip(last_first, asked(fitted[name], X), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", MODELS)
def test_a_pickle_predicts_the_same(fitted, name):
    again = pickle.loads(pickle.dumps(fitted[name]))
    np.testing.assert_array_equal(answer(again, X), answer(fitted[name], X))


@pytest.mark.parametrize("name", sorted(ONE_STEP))
def test_live_data_come_with_their_static_columns(fitted, name):
    model, rows = fitted[name], np.flatnonzero(LENGTHS >= 3)
    state = None
    for t in range(3):
        steps = np.array([RAGGED[row][t] for row in rows])
        now, state = model.step(SequencesWithStatic(steps, TABLE[rows]), state)
    begun = [RAGGED[row][:3] for row in rows]
    expected = answer(model, SequencesWithStatic(begun, TABLE[rows]))
    if model._head.rows == "step":
        expected = expected[2::3]
    np.testing.assert_allclose(now, expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["classifier", "both ways"])
def test_each_prefix_has_the_static_columns_of_its_sequence(fitted, name):
    found = fitted[name].predict_proba_over_time(X)
    for row in (0, 7):
        for t in range(LENGTHS[row]):
            prefix = SequencesWithStatic([RAGGED[row][: t + 1]], TABLE[[row]])
            expected = fitted[name].predict_proba(prefix)[0]
            np.testing.assert_array_equal(found[row][t], expected)


@pytest.mark.parametrize("standardize", [True, False])
def test_the_head_adds_them_to_what_it_makes_of_the_sequence(standardize):
    model = clone(MODELS["classifier"][0]).set_params(standardize=standardize)
    model.fit(X, IS_OLD)
    assert model.n_static_in_ == 2
    assert model.static_names_in_.tolist() == ["age", "dose"]
    head = model.net_.module_.head
    with torch.no_grad():
        head.affine.weight[:, :-2] = 0  # of what is pooled
    weight = head.affine.weight[0, -2:].detach().numpy().astype(float)
    columns = TABLE
    if standardize:
        columns = (TABLE - TABLE.mean(axis=0)) / TABLE.std(axis=0)
    logits = columns @ weight + head.affine.bias.item()
    found = model.predict_proba(X)[:, 1]
    np.testing.assert_allclose(found, expit(logits), rtol=1e-4)
    np.testing.assert_allclose(model.transform(X)[:, -2:], columns, rtol=1e-5)


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_an_explanation_leaves_them_as_they_are(fitted, method):
    model = fitted["classifier"]
    means = model.input_mean_[np.newaxis]
    for row, found in enumerate(explain(model, X[:3], method=method, target=1)):
        base = np.repeat(means, LENGTHS[row], axis=0)
        nothing = SequencesWithStatic([base], TABLE[[row]])
        expected = model.decision_function(nothing)[0]
        assert found.base_output == pytest.approx(expected, abs=1e-5)
        if method == "integrated_gradients":
            whole = found.output - found.base_output
            assert found.values.sum() == pytest.approx(whole, abs=2e-3)


def test_splitters_and_validation_data_cut_them_too():
    model = RNNClassifier(**SMALL, early_stopping=True, scoring="accuracy")
    assert cross_val_score(model, X, IS_OLD, cv=3).mean() > 0.7
    assert len(model.fit(X, IS_OLD).history_["valid_score"]) > 0
    assert model.fit(X, IS_OLD, X_val=X[:9], y_val=IS_OLD[:9]).n_static_in_ == 2


OTHER_NAMES = SequencesWithStatic(RAGGED, TABLE, names=["age", "weight"])
NO_NAMES = SequencesWithStatic(RAGGED, TABLE)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (RAGGED, "X has 0 static columns, but RNNClassifier was fitted with 2"),
        (SequencesWithStatic(RAGGED, TABLE[:, :1]), "X has 1 static columns"),
        (OTHER_NAMES, "static columns 'weight' where RNNClassifier was .* 'dose'"),
    ],
)
def test_other_static_columns_than_in_fit_are_refused(fitted, given, error):
    model = fitted["classifier"]
    for method in (model.predict, model.transform, lambda X: model.score(X, IS_OLD)):
        with pytest.raises(ValueError, match=error):
            method(given)
    again = clone(model).set_params(warm_start=True).fit(X, IS_OLD)
    with pytest.raises(ValueError, match=error):
        again.fit(given, IS_OLD)


def test_columns_may_come_without_names_and_a_fit_may_go_without_them(fitted):
    model = fitted["classifier"]
    np.testing.assert_array_equal(model.predict(NO_NAMES), model.predict(X))
    alone = clone(model).fit(X, IS_OLD).fit(RAGGED, IS_OLD)
    assert alone.n_static_in_ == 0
    assert not hasattr(alone, "static_names_in_")
    error = re.escape("X has 2 static columns, but RNNClassifier was fitted with 0")
    with pytest.raises(ValueError, match=error):
        alone.predict(X)
