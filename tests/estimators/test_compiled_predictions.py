"""Predictions of estimators with `compiled=True` beside the plain ones."""

import importlib.util
import pickle

import numpy as np
import pytest

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn.datasets import make_adding_problem, make_first_symbol

pytest.importorskip("numba")

SMALL = {"max_epochs": 2, "random_state": 0, "hidden_size": 5, "batch_size": 16}


def tokens():
    return make_first_symbol(n_samples=60, random_state=0)


def numbers():
    return make_adding_problem(60, 6, random_state=0)


FITS = {
    "tokens": (RNNClassifier, tokens, {"cell": "rnn", "embedding_dim": 4}),
    "stacked": (RNNRegressor, numbers, {"cell": "lstm", "num_layers": 2}),
    "in both directions": (RNNRegressor, numbers, {"bidirectional": True}),
    "attention": (RNNRegressor, numbers, {"cell": "gru", "pooling": "attention"}),
    "patches": (RNNRegressor, numbers, {"cell": "gru", "patch_length": 2}),
    "static columns": (RNNRegressor, numbers, {"standardize": "sequence"}),
    "convolutions": (RNNRegressor, numbers, {"kernel_sizes": (3, 2)}),
}


def fit(name):
    make, draw, params = FITS[name]
    X, y = draw()
    return make(**SMALL, **params, compiled=True).fit(X, y), X


def plainly(model, method, X):
    """Ask the same weights on the plain path."""
    plain = pickle.loads(pickle.dumps(model))
    plain.net_.compiled = False
    assert plain.prediction_path_ == "plain"
    return getattr(plain, method)(X)


@pytest.mark.parametrize("name", FITS)
def test_predictions_are_the_plain_ones_but_for_rounding(name, monkeypatch):
    model, X = fit(name)
    assert model.prediction_path_ == "compiled"
    method = "predict_proba" if hasattr(model, "classes_") else "predict"
    expected = plainly(model, method, X)
    represented = plainly(model, "transform", X)
    monkeypatch.setattr("sklearn_rnn.nn.RecurrentEncoder.forward", None)
    got = getattr(model, method)(X)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model.transform(X), represented, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", FITS)
def test_a_row_has_the_same_bits_alone_in_any_order_and_on_threads(name):
    model, X = fit(name)
    method = "predict_proba" if hasattr(model, "classes_") else "predict"
    predict = getattr(model, method)
    together, order = predict(X), np.random.default_rng(0).permutation(60)
    np.testing.assert_array_equal(predict(X[order]), together[order])
    np.testing.assert_array_equal(predict(X[7:8])[0], together[7])
    many = X[np.tile(order, 40)]
    model.n_jobs = 2
    np.testing.assert_array_equal(predict(many), together[np.tile(order, 40)])


@pytest.mark.parametrize("name", ["tokens", "stacked", "patches"])
def test_steps_are_read_by_the_same_loops(name, monkeypatch):
    make, draw, params = FITS[name]
    X, y = draw()
    model = make(**SMALL, **params, bidirectional=False, compiled=True).fit(X, y)
    X = X[:9]
    steps = X.toarray() if hasattr(X, "toarray") else X
    method = "predict_proba" if hasattr(model, "classes_") else "predict"
    monkeypatch.setattr("sklearn_rnn.nn.RecurrentEncoder.go_on", None)
    state = None
    for t in range(steps.shape[1]):
        predicted, state = model.step(steps[:, t], state)
    np.testing.assert_array_equal(predicted, getattr(model, method)(X))


def test_what_is_too_large_or_hooked_predicts_plainly_and_says_why():
    X, y = numbers()
    model = RNNRegressor(200, max_epochs=1, cell="rnn", compiled=True).fit(X, y)
    assert model.training_path_ == "compiled"
    assert model.prediction_path_ == "plain: hidden_size=200 has no compiled form"
    model, _ = fit("patches")
    encoder = model.net_.module_.encoder
    calls = []
    encoder.register_forward_hook(lambda *given: calls.append(None))
    model.predict(X)
    assert "hooks" in model.prediction_path_
    assert calls


def test_weights_of_partial_fit_are_heeded():
    model, X = fit("tokens")
    _, y = tokens()
    before = model.predict_proba(X)
    model.partial_fit(X, y)
    assert model.prediction_path_ == "compiled"
    got, expected = model.predict_proba(X), plainly(model, "predict_proba", X)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    assert np.abs(got - before).max() > 1e-4


def test_without_numba_predictions_are_plain_and_the_same_to_rounding(monkeypatch):
    model, X = fit("stacked")
    expected, saved = model.predict(X), pickle.dumps(model)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "numba" else find(name, *rest),
    )
    loaded = pickle.loads(saved)
    assert loaded.prediction_path_ == "plain: numba is missing"
    np.testing.assert_allclose(loaded.predict(X), expected, rtol=1e-5, atol=1e-5)
