"""Several quantiles from one fit of a regressor."""

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss, r2_score

from sklearn_rnn import RNNRegressor, export_onnx
from sklearn_rnn.inspection import explain
from sklearn_rnn.metrics import coverage, neg_quantile_loss

rng = np.random.default_rng(0)
# The last step is the scale of the noise: bands must be wide here and narrow there.
X = rng.uniform(0.2, 2.0, size=(900, 3))
y = X[:, 0] + X[:, 2] * rng.normal(size=900)
TWO = np.column_stack([y, 100 - 10 * y])
SMALL = {"cell": "rnn", "max_epochs": 2, "random_state": 0}


def make(quantiles=(0.1, 0.9), **params):
    return RNNRegressor(4, quantiles=quantiles, **{**SMALL, **params})


@pytest.fixture(scope="module")
def learnt():
    params = {"pooling": "last", "bidirectional": False, "max_epochs": 12}
    params |= {"lr": 0.03, "cell": "gru"}
    return make((0.1, 0.25, 0.75, 0.9), **params).fit(X[:600], y[:600])


def test_each_quantile_covers_its_share_of_new_rows(learnt):
    predicted = learnt.predict_quantiles(X[600:])
    assert predicted.shape == (300, 4)
    shares = (y[600:, np.newaxis] <= predicted).mean(axis=0)
    np.testing.assert_allclose(shares, (0.1, 0.25, 0.75, 0.9), atol=0.05)
    assert coverage(y[600:], predicted) == pytest.approx(0.8, abs=0.06)
    # The true band is 2 * 1.2816 times the last step wide.
    width = predicted[:, -1] - predicted[:, 0]
    assert np.corrcoef(width, X[600:, 2])[0, 1] > 0.9
    np.testing.assert_allclose(width.mean(), 2 * 1.2816 * X[600:, 2].mean(), rtol=0.1)


def test_what_is_scored_is_the_pinball_loss_of_each(learnt):
    X_new, y_new = X[600:], y[600:]
    predicted = learnt.predict_quantiles(X_new)
    losses = [
        mean_pinball_loss(y_new, predicted[:, k], alpha=level)
        for k, level in enumerate(learnt.quantiles)
    ]
    score = neg_quantile_loss(learnt, X_new, y_new)
    assert score == pytest.approx(-np.mean(losses))
    assert learnt.score(X_new, y_new) == r2_score(y_new, learnt.predict(X_new))


def test_the_validation_loss_is_the_pinball_loss_of_the_standardised_target():
    model = make((0.1, 0.5, 0.9)).fit(X[:60], y[:60], X_val=X[60:90], y_val=y[60:90])
    predicted = model.predict_quantiles(X[60:90])
    losses = [
        mean_pinball_loss(y[60:90], predicted[:, k], alpha=level)
        for k, level in enumerate((0.1, 0.5, 0.9))
    ]
    expected = np.mean(losses) / model.target_scale_[0]
    assert model.history_["valid_loss"][-1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.ExtrapolationWarning")
@pytest.mark.parametrize("params", [{}, {"lr": 5.0, "max_grad_norm": None}])
def test_they_never_cross_and_the_median_is_what_is_predicted(params):
    model = make((0.05, 0.5, 0.6), **params).fit(X[:40], y[:40])
    predicted = model.predict_quantiles(10 * X)
    assert (np.diff(predicted, axis=1) >= 0).all()
    np.testing.assert_array_equal(predicted[:, 1], model.predict(10 * X))


def test_training_starts_at_the_quantiles_of_the_targets():
    ties = np.repeat([0.0, 0.0, 0.0, 5.0], 10)
    for target in (y[:40], ties):
        model = make((0.25, 0.75), lr=1e-30, max_epochs=1).fit(0 * X[:40], target)
        expected = np.quantile(target, (0.25, 0.75), method="averaged_inverted_cdf")
        found = model.predict_quantiles(0 * X[:1])[0]
        np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.parametrize("params", [{}, {"relative_to": "last"}])
def test_each_of_several_targets_has_its_own(params):
    one = make(**params).fit(X[:60, :, np.newaxis], y[:60])
    many = make(**params).fit(X[:60, :, np.newaxis], TWO[:60])
    assert one.predict_quantiles(X[:5, :, np.newaxis]).shape == (5, 2)
    predicted = many.predict_quantiles(X[:60, :, np.newaxis])
    assert predicted.shape == (60, 2, 2)
    middle = many.predict(X[:60, :, np.newaxis])
    assert (predicted[..., 0] < middle).all()
    assert (middle < predicted[..., 1]).all()
    # The second target is ten times the first: so are its bands.
    widths = np.diff(predicted, axis=2).mean(axis=0)[:, 0]
    assert widths[1] == pytest.approx(10 * widths[0], rel=0.5)


def test_relative_to_moves_all_of_them():
    model, lifted = (
        make(relative_to="last", batch_size=60).fit(X[:60] + lift, y[:60] + lift)
        for lift in (0, 1024)
    )
    found = lifted.predict_quantiles(X[:5] + 1024) - 1024
    np.testing.assert_allclose(found, model.predict_quantiles(X[:5]), atol=1e-3)


def test_the_median_is_read_step_by_step_and_explained():
    model = make(bidirectional=False).fit(X[:60], y[:60])
    expected = model.predict(X[:2])
    state = None
    for t in range(3):
        predicted, state = model.step(X[:2, t], state)
    np.testing.assert_allclose(predicted, expected, rtol=1e-6)
    so_far = [member[-1] for member in model.predict_over_time(X[:2])]
    np.testing.assert_array_equal(so_far, expected)
    explained = explain(model, X[:2])
    np.testing.assert_allclose([one.output for one in explained], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: make((0.9, 0.1)).fit(X, y), r"quantiles must rise.*\[0.1, 0.5, 0.9\]"),
        (lambda: make((0.1, 0.1)).fit(X, y), "quantiles must rise"),
        (lambda: make((0.5, 0.5 + 1e-10)).fit(X, y), "1e-06 from each other.*only"),
        (lambda: make((0.5 - 1e-9,)).fit(X, y), "1e-06 from each other.*only"),
        (lambda: make((0.3, 0.7, 0.7 + 1e-9)).fit(X, y), "1e-06 from each other"),
        (lambda: make((0.0, 0.5)).fit(X, y), "between 0 and 1"),
        (lambda: make((0.5, 1.0)).fit(X, y), "between 0 and 1"),
        (lambda: make(()).fit(X, y), "quantiles must rise"),
        (lambda: make([[0.1, 0.9]]).fit(X, y), "quantiles must rise"),
        (lambda: make(loss="poisson").fit(X, y), "loss='poisson'.*loss='quantile'"),
        (
            lambda: make(None).fit(X[:20], y[:20]).predict_quantiles(X),
            r"RNNRegressor\(quantiles=\[0.1, 0.5, 0.9\]\)",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_said(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()


def test_a_graph_has_one_output_for_each_target(tmp_path):
    model = make().fit(X[:20], y[:20])
    with pytest.raises(ValueError, match="loss='quantile' and quantile="):
        export_onnx(model, tmp_path / "model.onnx")
