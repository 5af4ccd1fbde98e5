"""Scores of forecasts, and what they leave out."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import mean_pinball_loss

from sklearn_rnn.metrics import coverage, mase, quantile_loss, seasonal_naive_error

NAN = np.nan


def test_the_naive_error_by_hand():
    # Two steps apart: |3 - 1|, |4 - 2|, |9 - 3| where all is known.
    assert seasonal_naive_error([1, 2, 3, 4, 9], 2) == 10 / 3
    assert seasonal_naive_error([1, NAN, 3, 4, 9], 2) == 8 / 2
    both = np.array([[1, 5], [2, 5], [4, 5]])
    np.testing.assert_array_equal(seasonal_naive_error(both), [1.5, 0.0])
    # No two values are 7 apart, so that of one step counts; of one value there is none.
    assert seasonal_naive_error([1, 2, 4], 7) == 1.5
    assert np.isnan(seasonal_naive_error([1, NAN, NAN]))
    with pytest.raises(ValueError, match="period must be at least 1, got 0"):
        seasonal_naive_error([1, 2], 0)


def test_mase_by_hand():
    # The example of the paper's section 3: in-sample errors 1, 2, 1; forecast errors
    # 2, 4, 0.
    y_train, y_true, y_pred = [10, 11, 9, 10], [12, 14, 10], [10, 10, 10]
    assert mase(y_true, y_pred, y_train=y_train) == 2 / (4 / 3)
    assert mase(y_true, y_pred, scale=4 / 3) == 2 / (4 / 3)
    assert mase(y_true, y_pred, scale=2.0, sample_weight=[1, 0, 3]) == 0.25
    assert (
        mase(
            pd.Series(y_true, dtype="Int64").mask([False, True, False]), y_pred, scale=1
        )
        == 1
    )


def test_each_row_and_each_target_has_its_scale():
    y_true, y_pred = np.array([[1.0, 10.0], [2.0, 30.0]]), np.zeros((2, 2))
    assert mase(y_true, y_pred, scale=[1, 10]) == (1 + 1 + 2 + 3) / 4
    two = [[0.0, 0.0], [1.0, 10.0]]
    assert mase(y_true, y_pred, y_train=two) == (1 + 1 + 2 + 3) / 4
    rows = mase([4.0, 4.0, 4.0], np.zeros(3), scale=[1, 2, 4])
    assert rows == (4 + 2 + 1) / 3
    wide = mase(np.full((3, 2), 4.0), np.zeros((3, 2)), scale=[1, 2, 4])
    assert wide == (4 + 2 + 1) / 3


def test_a_seasonal_naive_forecast_of_one_season_has_a_mase_of_about_1():
    rng = np.random.default_rng(0)
    season = rng.normal(size=12)
    y = np.tile(season, 400) + rng.normal(size=4800)
    scores = [
        mase(y[t : t + 12], y[t - 12 : t], y_train=y[:t], period=12)
        for t in range(2400, 4800, 12)
    ]
    assert abs(np.mean(scores) - 1) < 0.05


def test_what_has_no_scale_is_left_out_with_a_warning():
    with pytest.warns(UndefinedMetricWarning, match="0 or unknown for 2 of 3 values"):
        assert mase([1, 2, 3], [0, 0, 0], scale=[0.5, 0, NAN]) == 2
    with pytest.warns(UndefinedMetricWarning) as caught:
        assert np.isnan(mase([1, 2], [0, 0], y_train=[5, 5, 5]))
    assert len(caught) == 2 and {one.filename for one in caught} == {__file__}


@pytest.mark.parametrize("shape", [(30,), (30, 2)])
def test_the_quantile_loss_is_the_mean_of_scikit_learn_s(shape):
    rng = np.random.default_rng(0)
    quantiles, weight = (0.1, 0.5, 0.8), rng.uniform(size=30)
    y_true, y_pred = rng.normal(size=shape), rng.normal(size=(*shape, 3))
    expected = [
        mean_pinball_loss(y_true, y_pred[..., i], alpha=tau, sample_weight=weight)
        for i, tau in enumerate(quantiles)
    ]
    loss = quantile_loss(y_true, y_pred, quantiles=quantiles, sample_weight=weight)
    np.testing.assert_allclose(loss, np.mean(expected), rtol=1e-12)


def test_coverage_by_hand():
    band = np.array([[0, 1, 2]] * 4)
    assert coverage([0, 2, 2.5, -1], band) == 0.5
    assert coverage([0, 2, 2.5, NAN], band) == 2 / 3
    assert coverage([0, 2, 2.5, -1], band, sample_weight=[3, 0, 1, 0]) == 0.75
    two = np.stack([band[:2], band[:2] + 1], axis=1)
    assert coverage([[0, 0], [1, 3]], two) == 0.75


SCORES = {
    "mase": lambda y, pred: mase(y, pred[..., 0], scale=2.0),
    "quantile_loss": lambda y, pred: quantile_loss(y, pred, quantiles=(0.1, 0.9)),
    "coverage": coverage,
}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_what_was_not_observed_does_not_count(score):
    rng = np.random.default_rng(0)
    y, pred = rng.normal(size=20), np.sort(rng.normal(size=(20, 2)))
    hidden = y.copy()
    hidden[::3] = NAN
    pred_hidden = pred.copy()
    pred_hidden[::3] = NAN
    seen = np.arange(20) % 3 > 0
    assert score(hidden, pred_hidden) == score(y[seen], pred[seen])
    with pytest.warns(UndefinedMetricWarning, match="Nothing in y_true can be scored"):
        assert np.isnan(score(np.full(20, NAN), pred))


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_what_does_not_match_is_refused(score):
    pred = np.zeros((4, 2))
    with pytest.raises(ValueError, match=r"y_pred must be of shape \(3.*got \(4"):
        score([1, 2, 3], pred)
    with pytest.raises(ValueError, match="y_true must be of shape"):
        score(np.zeros((4, 1, 1)), pred)
    pred[2] = NAN
    with pytest.raises(ValueError, match="not finite at row 2, where y_true is known"):
        score([1, 2, 3, 4], pred)


def test_arguments_that_cannot_be_used_are_refused():
    with pytest.raises(ValueError, match="got neither"):
        mase([1], [1])
    with pytest.raises(ValueError, match="got both"):
        mase([1], [1], y_train=[1, 2], scale=1)
    with pytest.raises(ValueError, match=r"scale has shape \(2,\)"):
        mase([1, 2, 3], [1, 2, 3], scale=[1, 2])
    with pytest.raises(ValueError, match="at least two quantiles"):
        coverage([1, 2], [[1], [2]])
    for quantiles in ([0, 0.5], [0.5, 1], 0.5):
        with pytest.raises(ValueError, match="quantiles must be numbers between 0"):
            quantile_loss([1, 2], [[1, 2], [1, 2]], quantiles=quantiles)
