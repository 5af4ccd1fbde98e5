"""One temperature for the probabilities of a classifier, from its validation part."""

import signal
from unittest import mock

import numpy as np
import pytest
from scipy.special import expit, logit
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier
from sklearn_rnn.estimators.targets._temperature import find_temperature
from sklearn_rnn.exceptions import CalibrationWarning

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 4))
SUMS = X.sum(axis=1) + 2 * rng.normal(size=90)
BINARY = np.where(SUMS > 0, "up", "down")
THREE = np.digitize(SUMS, [-1, 1])
LABELS = np.column_stack([SUMS > 0, X[:, 0] + rng.normal(size=90) > 0]).astype(int)
TARGETS = {"binary": BINARY, "multiclass": THREE, "multilabel": LABELS}
every_target = pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)


def make(calibration="temperature", **params):
    settings = {"cell": "rnn", "max_epochs": 30, "lr": 0.1, "random_state": 0}
    return RNNClassifier(4, calibration=calibration, **{**settings, **params})


def fit(model, y, **weights):
    """Train on 40 rows, so that the network is sure of itself, and hold out 30."""
    return model.fit(X[:40], y[:40], X_val=X[40:70], y_val=y[40:70], **weights)


def loss_of(probabilities, y, weight=None):
    """Average the log-loss over rows and, of several labels, over these."""
    if y.ndim == 1:
        codes = np.unique(y, return_inverse=True)[1]
        likelihood = probabilities[np.arange(len(y)), codes]
    else:
        likelihood = np.where(y == 1, probabilities, 1 - probabilities)
    losses = -np.log(likelihood.clip(1e-300)).reshape(len(y), -1).mean(axis=1)
    return np.average(losses, weights=weight)


@every_target
def test_no_other_temperature_has_a_smaller_log_loss(y):
    weights = None if y.ndim == 2 else {name: k for k, name in enumerate(set(y), 1)}
    model = fit(make(class_weight=weights), y)
    probabilities = model.predict_proba(X[40:70])
    weight = None if y.ndim == 2 else [weights[label] for label in y[40:70]]
    losses = []
    factors = np.exp(np.linspace(-0.3, 0.3, 301))  # of what was found
    for factor in factors:
        if y.ndim == 2:
            other = expit(logit(probabilities) / factor)
        else:
            powers = probabilities ** (1 / factor)
            other = powers / powers.sum(axis=1, keepdims=True)
        losses.append(loss_of(other, y[40:70], weight))
    assert np.argmin(losses) == pytest.approx(150, abs=1)


@every_target
def test_it_divides_the_logits_and_moves_no_class(y):
    model, plain = fit(make(), y), fit(make(None), y)
    assert plain.temperature_ == 1
    assert model.temperature_ > 1  # a network that knows 40 rows by heart
    logits = plain.decision_function(X[70:])
    np.testing.assert_array_equal(model.decision_function(X[70:]), logits)
    np.testing.assert_array_equal(model.predict(X[70:]), plain.predict(X[70:]))
    calibrated = model.predict_proba(X[70:])
    if y.ndim == 2:
        expected = logit(plain.predict_proba(X[70:])) / model.temperature_
        np.testing.assert_allclose(logit(calibrated), expected, rtol=1e-6)
    else:
        powers = plain.predict_proba(X[70:]) ** (1 / model.temperature_)
        expected = powers / powers.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(calibrated, expected, rtol=1e-6)
    log_proba = model.predict_log_proba(X[70:])
    np.testing.assert_allclose(log_proba, np.log(calibrated), rtol=1e-6)
    before, after = (loss_of(m.predict_proba(X[70:]), y[70:]) for m in (plain, model))
    assert after < before


def test_each_way_to_probabilities_has_it():
    model = fit(make(bidirectional=False, pooling="last"), BINARY)
    expected = model.predict_proba(X[:3])
    over_time = [member[-1] for member in model.predict_proba_over_time(X[:3])]
    np.testing.assert_allclose(over_time, expected, rtol=1e-6)
    state = None
    for t in range(4):
        stepwise, state = model.step(X[:3, t], state)
    np.testing.assert_allclose(stepwise, expected, rtol=1e-6)


def test_without_an_error_nothing_says_how_much():
    sure = np.array([[2.0, 0.0], [0.0, 3.0]])
    weight = np.ones(2)
    assert find_temperature(sure, np.array([0, 1]), weight) == 1
    assert find_temperature(sure[:, :1] - 1, np.array([[1], [0]]), weight) == 1
    # With one error there is a least value.
    wrong = find_temperature(sure, np.array([1, 1]), weight)
    grid = np.exp(np.linspace(-3, 10, 20001))
    z = np.array([-2.0, 3.0]) / grid[:, np.newaxis]
    best = grid[np.logaddexp(0, -z).mean(axis=1).argmin()]
    assert wrong == pytest.approx(best, rel=1e-3)


def test_a_refit_keeps_the_temperature_of_the_rows_held_out():
    params = {"early_stopping": True, "validation_fraction": 0.4, "max_epochs": 30}
    part, whole = (make(refit=r, **params).fit(X, BINARY) for r in (False, True))
    assert whole.temperature_ == part.temperature_ != 1
    assert not np.array_equal(whole.decision_function(X), part.decision_function(X))


class CtrlC(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 20:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_leaves_a_temperature():
    model = make(callbacks=[CtrlC()])
    with pytest.raises(KeyboardInterrupt):
        fit(model, BINARY)
    assert model.temperature_ > 1
    # Before anything is learnt there is nothing to find it by.
    with (
        pytest.raises(KeyboardInterrupt),
        mock.patch.object(RNNClassifier, "_make_net", side_effect=KeyboardInterrupt),
    ):
        fit(fresh := make(), BINARY)
    assert not hasattr(fresh, "net_")


@every_target
def test_a_temperature_that_leaves_nothing_is_told(y):
    reverse = {"down": "up", "up": "down"}
    wrong = 1 - y if y.ndim == 2 else 2 - y if y is THREE else None
    if y is BINARY:
        wrong = np.array([reverse[label] for label in y])
    model = make(max_epochs=20)
    with pytest.warns(CalibrationWarning, match="belong to its rows.*calibration=None"):
        model.fit(X[:40], y[:40], X_val=X[:40], y_val=wrong[:40])
    assert model.temperature_ == pytest.approx(np.exp(10), rel=1e-3)


@pytest.mark.parametrize("params", [{}, {"early_stopping": False}])
def test_without_a_validation_part_it_is_refused_and_the_remedies_work(params):
    model = make(max_epochs=1, **params)
    message = "calibration='temperature' needs a validation part.*early_stopping=True"
    with pytest.raises(ValueError, match=message):
        model.fit(X, BINARY)
    assert not hasattr(model, "net_")
    fit(model, BINARY)
    model.set_params(early_stopping=True).fit(X, BINARY)


def test_partial_fit_is_refused_and_the_remedy_works():
    model = fit(make(), BINARY)
    for refused in (model, make(), model.set_params(calibration=None)):
        with pytest.raises(ValueError, match="calibration needs a validation part"):
            refused.partial_fit(X, BINARY, classes=["down", "up"])
    make(None).partial_fit(X, BINARY, classes=["down", "up"])
