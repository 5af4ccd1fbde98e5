"""Numbers for each step: losses, scales and weights of all real steps, and no other."""

import pickle
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNRegressor, RNNStepRegressor, TextVectorizer, as_ragged
from sklearn_rnn.estimators import _base, _validation_part

SMALL = {"hidden_size": 5, "max_epochs": 2, "random_state": 0}
N = 40
LOSSES = ["squared_error", "absolute_error", "huber", "poisson", "quantile"]
every_loss = pytest.mark.parametrize("loss", LOSSES)


def make_data():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 10, size=N)
    # Quarters are the same in float32 and float64.
    cube = rng.integers(-12, 12, size=(N, 6, 3)) / 4
    ragged = [rng.integers(-12, 12, size=(length, 3)) / 4 for length in lengths]
    padded = np.full((N, 11, 3), np.nan)
    for row, sequence in zip(padded, ragged, strict=True):
        row[: len(sequence)] = sequence
    ids = rng.integers(2, 30, size=(N, 9)).astype(np.int32)
    ids[np.arange(9) >= lengths[:, np.newaxis]] = 0
    X = {
        "tokens": sparse.csr_matrix(ids),
        "2-D": cube[:, :, 0].copy(),
        "3-D": cube,
        "ragged": ragged,
        "padded": padded,
    }
    # Two outputs on scales of their own; one of them is a count.
    of_any_length = as_ragged([rng.integers(9, size=(n, 2)) * [1, 50] for n in lengths])
    of_six = as_ragged(rng.integers(9, size=(N, 6, 2)) * [1, 50])
    return X, {name: of_six if name in ("2-D", "3-D") else of_any_length for name in X}


X, Y = make_data()
RAGGED, PAIRS = X["ragged"], Y["ragged"]
REALS = as_ragged([row[:, 0] for row in PAIRS])
LENGTHS = np.array([len(row) for row in RAGGED])


@cache
def fit(input, /, **params):
    return RNNStepRegressor(**{**SMALL, **params}).fit(X[input], Y[input])


def assert_same_bits(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


# -- what comes back -------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_predictions_have_the_shape_of_the_members_of_y(loss):
    for y, shape in [
        (PAIRS, (2,)),
        ([row[:, :1] for row in PAIRS], (1,)),
        (REALS, ()),
    ]:
        model = RNNStepRegressor(**{**SMALL, "max_epochs": 1}, loss=loss)
        predicted = model.fit(RAGGED, y).predict(RAGGED)
        assert predicted.dtype == object
        assert predicted.shape == (N,)
        for row, given_row in zip(predicted, y, strict=True):
            assert row.dtype == np.float64
            assert row.shape == given_row.shape == (len(row), *shape)
            assert loss != "poisson" or (row > 0).all()
        assert model.n_outputs_ == (2 if shape == (2,) else 1)


def test_one_column_is_learnt_as_numbers_without_one_are():
    columns = [row[:, :1] for row in PAIRS]
    column = RNNStepRegressor(**SMALL).fit(RAGGED, columns)
    flat = RNNStepRegressor(**SMALL).fit(RAGGED, REALS)
    predicted = [row[:, 0] for row in column.predict(RAGGED)]
    assert_same_bits(predicted, flat.predict(RAGGED))
    # A score does not mind which of the two y is.
    assert flat.score(RAGGED, columns) == column.score(RAGGED, REALS)


def test_the_score_is_r2_over_all_steps():
    model, y = fit("ragged"), PAIRS
    truth, predicted = np.concatenate(y), np.concatenate(model.predict(RAGGED))
    assert model.score(RAGGED, y) == pytest.approx(r2_score(truth, predicted))
    weight = np.arange(N) % 4
    by_step = np.repeat(weight, [len(row) for row in y])
    expected = r2_score(truth, predicted, sample_weight=by_step)
    assert model.score(RAGGED, y, weight) == pytest.approx(expected)


@pytest.mark.parametrize("loss", ["huber", "poisson"])
def test_the_last_valid_score_is_the_score(loss):
    for y in (PAIRS, REALS):
        model = RNNStepRegressor(**{**SMALL, "max_epochs": 8}, lr=0.05, loss=loss)
        model.fit(RAGGED, y, X_val=RAGGED[::-2], y_val=y[::-2])
        score = model.score(RAGGED[::-2], y[::-2])
        assert model.history_["valid_score"][-1] == pytest.approx(score, rel=1e-4)


def test_a_single_step_has_no_variance_to_explain():
    model = RNNStepRegressor(**SMALL)
    model.fit(RAGGED, REALS, X_val=[RAGGED[0][:1]], y_val=[REALS[0][:1]])
    assert np.isnan(model.history_["valid_score"]).all()
    assert np.isfinite(model.history_["valid_loss"]).all()


def test_a_step_regressor_has_no_vector_for_a_whole_sequence():
    model = fit("ragged")
    for name in ("transform", "attention_weights", "pooling", "predict_proba"):
        assert not hasattr(model, name)


# -- the loss and the scales, by hand --------------------------------------------

WEIGHT = np.arange(N) % 4
BY_STEP = np.repeat(WEIGHT, LENGTHS).astype(float)


@pytest.mark.parametrize("y", [PAIRS, REALS], ids=["two outputs", "one"])
def test_scales_are_learnt_from_the_real_steps_by_their_weight(y):
    values = np.concatenate(y).reshape(LENGTHS.sum(), -1).astype(float)
    steps = np.concatenate(RAGGED)
    for sequences in (RAGGED, X["padded"]):
        model = RNNStepRegressor(**SMALL).fit(sequences, y, sample_weight=WEIGHT)
        for data, mean_, scale_ in [
            (values, model.target_mean_, model.target_scale_),
            (steps, model.input_mean_, model.input_scale_),
        ]:
            mean = np.average(data, axis=0, weights=BY_STEP)
            variance = np.average((data - mean) ** 2, axis=0, weights=BY_STEP)
            np.testing.assert_allclose(mean_, mean)
            np.testing.assert_allclose(scale_, np.sqrt(variance))


def test_poisson_divides_by_the_mean_of_the_real_steps():
    model = RNNStepRegressor(**SMALL, loss="poisson").fit(RAGGED, PAIRS, WEIGHT)
    mean = np.average(np.concatenate(PAIRS), axis=0, weights=BY_STEP)
    np.testing.assert_allclose(model.target_scale_, mean)
    assert model.target_mean_.tolist() == [0, 0]


def loss_by_hand(loss, truth, predicted):
    """Compute the loss of single numbers, from its definition."""
    error = truth - predicted
    if loss == "squared_error":
        return error**2
    if loss == "absolute_error":
        return np.abs(error)
    if loss == "huber":
        small = np.abs(error) <= 1
        return np.where(small, error**2 / 2, np.abs(error) - 0.5)
    if loss == "poisson":
        return predicted - truth * np.log(predicted)
    return np.maximum(0.8 * error, -0.2 * error)


@every_loss
def test_the_loss_is_the_weighted_mean_over_all_real_steps(loss):
    # So small a rate keeps the network at its start, whatever the batches.
    params = {**SMALL, "lr": 1e-30, "loss": loss, "quantile": 0.8}
    model = RNNStepRegressor(**params, batch_size=3, warm_start=True)
    model.fit(RAGGED, PAIRS, WEIGHT)
    # Or all predictions are near the mean.
    model.net_.module_.head.affine.weight.data *= 5
    model.fit(RAGGED, PAIRS, WEIGHT, X_val=RAGGED[::2], y_val=PAIRS[::2])

    def mean_loss(rows, weight):
        truth = np.concatenate(PAIRS[rows]) - model.target_mean_
        predicted = np.concatenate(model.predict(RAGGED[rows])) - model.target_mean_
        scale = model.target_scale_
        losses = loss_by_hand(loss, truth / scale, predicted / scale).mean(axis=1)
        return np.average(losses, weights=np.repeat(weight[rows], LENGTHS[rows]))

    everything, half = slice(None), slice(None, None, 2)
    expected = mean_loss(everything, WEIGHT)
    assert model.loss_curve_[-1] == pytest.approx(expected, rel=1e-5)
    expected = mean_loss(half, np.ones(N))
    assert model.history_["valid_loss"][-1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("n_outputs", "loss"), [(1, "poisson"), (2, "quantile")])
def test_on_sequences_of_one_step_the_regressor_learns_the_same(n_outputs, loss):
    table, y = X["3-D"][:, :1], np.stack(Y["3-D"])[:, 0, :n_outputs]
    settings = {**SMALL, "dropout": 0.3, "batch_size": 8, "max_epochs": 5}
    settings |= {"loss": loss, "quantile": 0.8}
    settings["bidirectional"] = False
    whole = RNNRegressor(**settings, pooling="last").fit(table, y, sample_weight=WEIGHT)
    stepwise = RNNStepRegressor(**settings)
    stepwise.fit(table, y[:, np.newaxis], sample_weight=WEIGHT)
    np.testing.assert_allclose(stepwise.loss_curve_, whole.loss_curve_, rtol=1e-6)
    found = np.stack(stepwise.predict(table))[:, 0]
    np.testing.assert_allclose(found, whole.predict(table), rtol=1e-6)
    assert stepwise.score(table, y[:, np.newaxis]) == pytest.approx(
        whole.score(table, y), rel=1e-6
    )


@pytest.mark.parametrize("quantile", [0.2, 0.8])
def test_a_quantile_covers_its_share_of_the_steps(quantile):
    # What is in the padding would pull it up.
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 9, size=80)
    level = rng.integers(2, size=80)
    sequences = [np.full((n, 1), float(g)) for n, g in zip(lengths, level, strict=True)]
    y = np.full((80, 12), 1e3)
    for row, n, g in zip(y, lengths, level, strict=True):
        row[:n] = rng.exponential(size=n) + 3 * g
    params = {"cell": "rnn", "lr": 0.05, "max_epochs": 60, "lr_schedule": "cosine"}
    model = RNNStepRegressor(4, loss="quantile", quantile=quantile, random_state=0)
    predicted = model.set_params(**params).fit(sequences, y).predict(sequences)
    for g in (0, 1):
        covered = [
            row[:n] <= p
            for row, n, p in zip(
                y[level == g], lengths[level == g], predicted[level == g], strict=True
            )
        ]
        assert np.concatenate(covered).mean() == pytest.approx(quantile, abs=0.06)


def test_the_sum_so_far_is_learnt_at_each_step():
    rng = np.random.default_rng(3)
    sequences = [rng.normal(size=(n, 2)) for n in rng.integers(1, 9, size=80)]
    y = [np.cumsum(row, axis=0) * [1, 100] for row in sequences]
    model = RNNStepRegressor(16, bidirectional=False, lr=0.02, random_state=0)
    assert model.fit(sequences[:60], y[:60]).score(sequences[60:], y[60:]) > 0.9


def test_a_step_is_predicted_from_those_before_it_or_from_all():
    changed = X["3-D"].copy()
    changed[:, 3] += 2
    for bidirectional in (False, True):
        model = fit("3-D", bidirectional=bidirectional)
        before = np.stack(model.predict(X["3-D"]))
        moved = (np.stack(model.predict(changed)) != before).any(axis=(0, 2))
        assert moved.tolist() == [bidirectional] * 3 + [True] * 3


# -- batch invariance, padding, containers ---------------------------------------


def pad(rows, filler):
    padded = np.full((len(rows), 13, *rows[0].shape[1:]), filler, dtype=object)
    for i, row in enumerate(rows):
        padded[i, : len(row)] = row
    return padded


OF_Y = {
    "series": lambda y: pd.Series(list(y)),
    "list of tensors": lambda y: [torch.from_numpy(row) for row in y],
    "padded with a number": lambda y: pad(y, 1e9).astype(float),
    "padded with None": lambda y: pad(y, None),
}


@pytest.mark.parametrize("convert", OF_Y.values(), ids=OF_Y)
def test_any_container_of_y_gives_the_same_bits(convert):
    usual, y = fit("ragged"), convert(PAIRS)
    fitted = RNNStepRegressor(**SMALL).fit(X["padded"], y)
    assert_same_bits(fitted.predict(RAGGED), usual.predict(RAGGED))
    assert usual.score(X["padded"], y) == usual.score(RAGGED, PAIRS)
    assert fitted.loss_curve_ == usual.loss_curve_


# -- the set of rows -------------------------------------------------------------


def test_weight_k_is_k_copies_of_counts_too():
    weight = np.random.default_rng(4).integers(0, 4, size=N)
    copies = np.random.default_rng(5).permutation(np.repeat(np.arange(N), weight))
    model = RNNStepRegressor(**SMALL, loss="poisson")
    weighted = clone(model).fit(X["tokens"], PAIRS, sample_weight=weight)
    copied = clone(model).fit(X["tokens"][copies], PAIRS[copies])
    assert_same_bits(weighted.predict(X["tokens"]), copied.predict(X["tokens"]))
    assert weighted.loss_curve_ == copied.loss_curve_


def test_the_users_data_stay_as_they_are():
    # Random states and thread counts are watched in every test, see conftest.py.
    X_val, y_val = X["padded"][1:], PAIRS[1:]
    before = joblib.hash([X["padded"], PAIRS, WEIGHT, X_val, y_val])
    model = RNNStepRegressor(**SMALL, early_stopping=True)
    model.fit(X["padded"], PAIRS, WEIGHT, X_val=X_val, y_val=y_val)
    model.predict(X["padded"])
    model.score(X["padded"], PAIRS, WEIGHT)
    RNNStepRegressor(**SMALL).partial_fit(X["padded"], PAIRS, WEIGHT)
    assert joblib.hash([X["padded"], PAIRS, WEIGHT, X_val, y_val]) == before


# -- early stopping, again and on ------------------------------------------------


@pytest.mark.parametrize(("threshold", "stops"), [(N, True), (N + 1, False)])
def test_auto_counts_sequences_and_not_their_steps(monkeypatch, threshold, stops):
    monkeypatch.setattr(_validation_part, "AUTO_EARLY_STOPPING_ROWS", threshold)
    model = RNNStepRegressor(**SMALL).fit(RAGGED, PAIRS)
    assert ("valid_loss" in model.history_) is stops


def test_a_split_is_as_good_as_data_given():
    params = {**SMALL, "early_stopping": True, "n_iter_no_change": 9}
    split = RNNStepRegressor(**params, validation_fraction=KFold(4))
    split.fit(RAGGED, PAIRS)  # its last split: the last quarter
    given = RNNStepRegressor(**params)
    given.fit(RAGGED[:30], PAIRS[:30], X_val=RAGGED[30:], y_val=PAIRS[30:])
    assert_same_bits(split.predict(RAGGED), given.predict(RAGGED))
    for name in ("train_loss", "valid_loss", "valid_score"):
        np.testing.assert_array_equal(split.history_[name], given.history_[name])


def test_the_best_weights_are_restored():
    # So high a rate on noise: the loss soon rises.
    model = RNNStepRegressor(8, early_stopping=True, lr=0.1, random_state=0)
    model.set_params(max_epochs=12, n_iter_no_change=3, tol=0.0)
    model.fit(RAGGED[:30], REALS[:30], X_val=RAGGED[30:], y_val=REALS[30:])
    losses = model.history_["valid_loss"]
    assert losses.argmin() < len(losses) - 1
    error = np.concatenate(REALS[30:]) - np.concatenate(model.predict(RAGGED[30:]))
    now = np.mean((error / model.target_scale_) ** 2)
    assert now == pytest.approx(losses.min(), rel=1e-5)


def test_warm_start_goes_on_from_the_weights_and_the_scales():
    model = RNNStepRegressor(**{**SMALL, "max_epochs": 5}, warm_start=True)
    first = model.fit(RAGGED, PAIRS).loss_curve_
    scales = model.target_mean_, model.target_scale_, model.input_mean_
    model.fit([row + 5 for row in RAGGED], [row * 2 for row in PAIRS])
    assert model.n_iter_ == 10
    assert model.loss_curve_[:5] == first
    now = model.target_mean_, model.target_scale_, model.input_mean_
    assert_same_bits(now, scales)


def test_partial_fit_keeps_the_scales_of_the_first_call():
    model = RNNStepRegressor(**SMALL).partial_fit(RAGGED, PAIRS)
    scales = model.target_mean_, model.target_scale_, model.input_mean_
    model.partial_fit([row + 5 for row in RAGGED], [row * 2 for row in PAIRS])
    now = model.target_mean_, model.target_scale_, model.input_mean_
    assert_same_bits(now, scales)
    assert model.n_iter_ == 2


def test_epochs_of_partial_fit_are_those_of_fit():
    # A single batch has no order that counts but for the last bits of its sums.
    params = {**SMALL, "batch_size": N, "max_epochs": 3, "lr_schedule": None}
    fitted, partly = (RNNStepRegressor(**params) for _ in range(2))
    fitted.fit(RAGGED, REALS)
    for _ in range(3):
        partly.partial_fit(RAGGED, REALS)
    found = np.concatenate(partly.predict(RAGGED))
    np.testing.assert_allclose(found, np.concatenate(fitted.predict(RAGGED)), rtol=1e-3)


# -- saved and loaded ------------------------------------------------------------


def by_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))


# -- in scikit-learn's hands -----------------------------------------------------


def test_folds_and_searches_slice_a_ragged_target():
    model = RNNStepRegressor(**SMALL)
    predicted = cross_val_predict(model, RAGGED, PAIRS, cv=KFold(4))
    assert [row.shape for row in predicted] == [row.shape for row in PAIRS]
    scores = cross_val_score(model, RAGGED, PAIRS, cv=KFold(4))
    last = clone(model).fit(RAGGED[:30], PAIRS[:30])
    assert scores[-1] == last.score(RAGGED[30:], PAIRS[30:])
    grid = {"max_epochs": [1, 30], "lr": [0.02]}
    search = GridSearchCV(model, grid, cv=2).fit(X["3-D"], as_ragged(X["3-D"][:, :, 0]))
    assert search.best_params_["max_epochs"] == 30
    assert {row.shape for row in search.predict(X["3-D"])} == {(6,)}


@pytest.mark.parametrize("characters", [False, True])
def test_words_have_numbers(characters):
    rng = np.random.default_rng(0)
    words = ["a", "bb", "ccc", "dddd"]
    sentences = [[words[i] for i in rng.integers(4, size=n)] for n in LENGTHS]
    y = as_ragged([np.cumsum([len(word) for word in row]) for row in sentences])
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=characters)
    model = RNNStepRegressor(8, embedding_dim=4, random_state=0)
    model.set_params(max_epochs=30, lr=0.05, lr_schedule=None)
    pipe = make_pipeline(vectorizer, model).fit(sentences[:30], y[:30])
    assert pipe.score(sentences[30:], y[30:]) > 0.9


# -- bad input -------------------------------------------------------------------

LONGEST = int(np.argmax(LENGTHS))


def with_row(i, row):
    """Replace a row of REALS."""
    return [row if j == i else reals for j, reals in enumerate(REALS)]


def changed(step, value):
    row = REALS[LONGEST].astype(float)
    row[step] = value
    return with_row(LONGEST, row)


class Refusal(NamedTuple):
    y: Any
    words: list
    params: dict = {}  # noqa: RUF012
    fit_params: dict = {}  # noqa: RUF012
    error: type = ValueError


IN_FIT = {
    "NaN": Refusal(changed(2, np.nan), ["NaN", f"row {LONGEST}, step 2"]),
    "negative counts": Refusal(
        changed(0, -1.0), ["loss='poisson'", "from -1"], params={"loss": "poisson"}
    ),
    "counts that are all zero": Refusal(
        [np.zeros(n) for n in LENGTHS],
        ["loss='poisson'", "not all 0"],
        params={"loss": "poisson"},
    ),
    "a weight for each step": Refusal(
        REALS, ["sample_weight"], fit_params={"sample_weight": np.ones(LENGTHS.sum())}
    ),
    "y_val of another width": Refusal(
        REALS,
        ["2 outputs", "fitted with 1"],
        fit_params={"X_val": RAGGED, "y_val": PAIRS},
    ),
}


@pytest.mark.parametrize("refusal", IN_FIT.values(), ids=IN_FIT)
def test_fit_refuses_and_leaves_a_fitted_regressor_as_it_was(refusal):
    fitted = by_pickle(fit("ragged"))
    expected, attributes = fitted.predict(RAGGED), set(vars(fitted))
    for model in (RNNStepRegressor(**SMALL), fitted):
        model.set_params(**refusal.params)
        began = AssertionError("training began")
        with mock.patch.object(_base, "train", side_effect=began):
            with pytest.raises(refusal.error) as caught:
                model.fit(RAGGED, refusal.y, **refusal.fit_params)
        missing = [word for word in refusal.words if word not in str(caught.value)]
        assert not missing, f"{missing} not in {str(caught.value)!r}"
    assert set(vars(fitted)) == attributes
    assert fitted.n_outputs_ == 2
    assert_same_bits(fitted.predict(RAGGED), expected)


def test_a_later_part_of_another_width_is_refused():
    model = RNNStepRegressor(**SMALL).partial_fit(RAGGED, PAIRS)
    before = model.predict(RAGGED)
    with pytest.raises(ValueError, match="1 outputs, but this RNNStepRegressor was"):
        model.partial_fit(RAGGED, REALS)
    with pytest.raises(ValueError, match="1 outputs"):
        model.score(RAGGED, REALS)
    assert_same_bits(model.predict(RAGGED), before)


def test_a_batch_of_zeros_is_a_batch_of_counts():
    model = RNNStepRegressor(**SMALL, loss="poisson").partial_fit(RAGGED, PAIRS)
    assert model.partial_fit(RAGGED, [0 * row for row in PAIRS]).n_iter_ == 2


def test_the_scale_is_that_of_weighted_steps():
    # Steps 0, 0 and 0 of weight 3, and 4 of weight 1: mean 4 / 10, and the variance
    # is (9 * 0.4 ** 2 + 3.6 ** 2) / 10 = 1.44.
    X, y = [np.zeros((3, 1)), np.ones((1, 1))], [np.zeros(3), np.array([4.0])]
    model = RNNStepRegressor(2, max_epochs=1).fit(X, y, sample_weight=[3.0, 1.0])
    assert model.target_mean_ == pytest.approx([0.4])
    assert model.target_scale_ == pytest.approx([1.2])
