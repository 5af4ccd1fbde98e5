"""A regressor says where X has left the range of its training."""

import warnings

import numpy as np
import pytest
from scipy import sparse

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_births, load_co2
from sklearn_rnn.exceptions import ExtrapolationWarning

SMALL = {"cell": "rnn", "max_epochs": 1, "random_state": 0}
rng = np.random.default_rng(0)
SERIES = np.arange(120) + 5 * np.sin(np.arange(120) / 2)  # it rises
X, Y = sliding_windows(SERIES, 10)
LEVELS = slice(0, 60), slice(60, None)


def leaves(model, X):
    """Say whether predictions warn; nothing else may."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.predict(X)
    assert {one.category for one in caught} <= {ExtrapolationWarning}
    return bool(caught)


def test_a_series_that_has_left_its_range_is_named_and_the_remedy_works():
    train, test = LEVELS
    params = {**SMALL, "cell": "gru", "max_epochs": 30, "lr": 0.02}
    model = RNNRegressor(8, pooling="last", bidirectional=False, **params)
    model.fit(X[train], Y[train])
    message = r"mean of sequence \d+ is .* relative_to='last' and standardize='seq"
    with pytest.warns(ExtrapolationWarning, match=message):
        on_levels = model.score(X[test], Y[test])
    assert on_levels < 0
    model.set_params(relative_to="last", standardize="sequence")
    model.fit(X[train], Y[train])
    assert not leaves(model, X[test])
    assert model.score(X[test], Y[test]) > 0.9


def test_quantiles_warn_too_and_either_end_counts():
    model = RNNRegressor(2, quantiles=[0.1, 0.9], **SMALL).fit(X[60:], Y[60:])
    with pytest.warns(ExtrapolationWarning, match="variable 0"):
        model.predict_quantiles(X[:20])


def test_carbon_dioxide_leaves_its_range_and_births_do_not():
    for load, expected in ((load_co2, True), (load_births, False)):
        _, series = load(return_X_y=True)
        windows, y = sliding_windows(series[np.isfinite(series)], 14)
        now = 4 * len(y) // 5
        model = RNNRegressor(2, **SMALL, batch_size=500).fit(windows[:now], y[:now])
        assert leaves(model, windows[now:]) == expected


@pytest.mark.parametrize(
    ("n_rows", "n_far", "expected"),
    [(50, 24, False), (50, 25, True), (10, 10, True), (9, 9, False)],
)
def test_half_of_ten_or_more_count(n_rows, n_far, expected):
    values = rng.normal(size=(50, 10))
    model = RNNRegressor(2, **SMALL).fit(values, values[:, 0])
    far = values[:n_rows].copy()
    far[:n_far] += 100
    far[n_far:] = 0
    assert leaves(model, far) == expected


def test_a_far_variable_is_enough_and_missing_values_are_none():
    values = rng.normal(size=(30, 8, 2))
    values[::3, 2, 0] = np.nan
    model = RNNRegressor(2, missing="forward", **SMALL).fit(values, np.arange(30.0))
    assert not leaves(model, values)
    far = values.copy()
    far[:, :, 1] -= 10
    assert leaves(model, far)


def test_the_range_grows_with_what_is_trained_on():
    values = rng.normal(size=(30, 8))
    model = RNNRegressor(2, **SMALL).fit(values, values[:, 0])
    means = values.mean(axis=1)
    expected = [[means.min()], [means.max()]]
    np.testing.assert_allclose(model.level_range_, expected)
    assert leaves(model, values + 10)
    model.partial_fit(values + 10, values[:, 0])
    assert not leaves(model, values + 10)
    assert leaves(model.fit(values, values[:, 0]), values + 10)


def test_tokens_have_no_range():
    ids = sparse.csr_matrix(rng.integers(2, 9, size=(20, 6)))
    model = RNNRegressor(2, **SMALL).fit(ids, np.arange(20.0))
    assert model.level_range_ is None
    assert not leaves(model, ids)


@pytest.mark.parametrize("shape", [(20, 10, 20), (40, 5, 50), (20, 8, 1)])
def test_rows_of_one_kind_are_never_outside(shape):
    normal = np.random.default_rng(1).normal
    model = RNNRegressor(2, **SMALL).fit(normal(size=shape), np.arange(shape[0]))
    assert not any(leaves(model, normal(size=shape)) for _ in range(5))


def test_means_that_differ_by_rounding_are_the_same():
    values = np.random.default_rng(0).normal(size=(40, 30))
    values -= values.mean(axis=1, keepdims=True)
    model = RNNRegressor(2, **SMALL).fit(values, values[:, 0])
    assert not leaves(model, values.astype(np.float32))
    assert leaves(model, values + 0.1)


def test_the_range_of_few_rows_says_nothing():
    values = rng.normal(size=(9, 8))
    model = RNNRegressor(2, **SMALL).fit(values, values[:, 0])
    assert not leaves(model, np.tile(values + 100, (3, 1)))


def test_scores_of_a_fit_do_not_warn():
    values = rng.normal(size=(30, 8))
    model = RNNRegressor(2, **SMALL, scoring="r2")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ExtrapolationWarning)
        model.fit(values, values[:, 0], X_val=values[:20] + 100, y_val=values[:20, 0])
    assert leaves(model, values + 100)
