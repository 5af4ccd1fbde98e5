"""What a prediction does not depend on, where the contract suite does not reach."""

from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.exceptions import SequenceError

CELLS = ["rnn", "gru", "lstm"]
POOLINGS = ["last", "final_state", "mean", "max", "final_max", "attention"]
SMALL = {"hidden_size": 5, "max_epochs": 2, "random_state": 0}
N = 128

both_estimators = pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])


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
    return X, rng.integers(3, size=N), rng.normal(size=(N, 2))


DATA, CLASSES, REALS = make_data()
INPUTS = ["tokens", "2-D", "3-D", "ragged"]
TARGETS = {RNNClassifier: CLASSES, RNNRegressor: REALS}


def take(X, rows):
    return [X[i] for i in rows] if isinstance(X, list) else X[rows]


def said(estimator, X):
    """Compute all an estimator can say of X, one row per sample."""
    names = ["predict", "transform", "predict_proba", "decision_function"]
    parts = [getattr(estimator, name)(X) for name in names if hasattr(estimator, name)]
    return np.column_stack(parts)


@cache
def fit(kind, input, /, **params):
    estimator = kind(**{**SMALL, **params})
    return estimator.fit(DATA[input], TARGETS[kind])


# -- batch invariance --------------------------------------------------------------

# Each pooling once, the cells and directions in turn.
PARTS = {
    f"{cell} {pooling} {'both ways' if bidirectional else ''}": {
        "cell": cell,
        "pooling": pooling,
        "bidirectional": bidirectional,
        "num_layers": 2 if pooling == "mean" else 1,
    }
    for pooling, cell, bidirectional in zip(
        POOLINGS, CELLS * 2, [True, False] * 3, strict=True
    )
}


def assert_same_alone(estimator, X, expected, n_rows):
    alone = np.concatenate([said(estimator, take(X, [i])) for i in range(n_rows)])
    np.testing.assert_array_equal(alone, expected[:n_rows])


@pytest.mark.parametrize(
    ("input", "cell"),
    [("tokens", "rnn"), ("2-D", "gru"), ("3-D", "lstm"), ("ragged", "rnn")],
)
def test_a_batch_of_any_size_gives_the_bits_of_one_by_one(input, cell):
    estimator, X = fit(RNNClassifier, input, cell=cell), DATA[input]
    expected = said(estimator, X)
    assert_same_alone(estimator, X, expected, n_rows=50)
    states = estimator.transform(X)
    for n_rows in range(1, N + 1):
        batch = take(X, range(n_rows))
        np.testing.assert_array_equal(estimator.transform(batch), states[:n_rows])


@pytest.mark.parametrize("parts", PARTS)
def test_every_pooling_gives_the_bits_of_one_by_one(parts):
    estimator, X = fit(RNNRegressor, "ragged", **PARTS[parts]), DATA["ragged"]
    expected = said(estimator, X)
    assert_same_alone(estimator, X, expected, n_rows=15)
    for n_rows in (2, 3, 7, 8, 9, 31, 33, 64, 100):
        outputs = said(estimator, take(X, range(N - n_rows, N)))
        np.testing.assert_array_equal(outputs, expected[-n_rows:])


@pytest.mark.parametrize("kernel_sizes", [None, (3,)])
def test_quantiles_have_the_bits_of_one_by_one(kernel_sizes):
    params = {"quantiles": [0.1, 0.9], "kernel_sizes": kernel_sizes, "cell": "rnn"}
    model = RNNRegressor(**SMALL, **params).fit(DATA["2-D"], REALS)
    expected = model.predict_quantiles(DATA["2-D"])
    alone = [model.predict_quantiles(DATA["2-D"][[i]]) for i in range(40)]
    np.testing.assert_array_equal(np.concatenate(alone), expected[:40])


@pytest.mark.parametrize(
    ("cell", "hidden_size"), [("rnn", 1), ("gru", 3), ("lstm", 16), ("gru", 64)]
)
def test_nets_of_any_size_give_the_bits_of_one_by_one(cell, hidden_size):
    params = {"cell": cell, "hidden_size": hidden_size, "max_epochs": 1}
    estimator = fit(RNNClassifier, "ragged", **params)
    expected = said(estimator, DATA["ragged"])
    assert_same_alone(estimator, DATA["ragged"], expected, n_rows=40)


def test_the_number_of_threads_does_not_change_predictions():
    estimator = fit(RNNClassifier, "ragged", cell="gru", hidden_size=64, max_epochs=1)
    outputs = []
    for n_jobs in (1, 2):
        estimator.set_params(n_jobs=n_jobs)
        outputs.append(said(estimator, DATA["ragged"]))
        assert_same_alone(estimator, DATA["ragged"], outputs[-1], n_rows=20)
    np.testing.assert_array_equal(*outputs)


@st.composite
def batches(draw):
    """Draw ragged sequences, an order of them and where to cut it."""
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = [rng.normal(scale=3, size=(length, 3)) for length in lengths]
    cuts = draw(st.lists(st.integers(1, len(X)), max_size=3, unique=True))
    parts = np.split(rng.permutation(len(X)), sorted(cuts))
    return X, [part for part in parts if len(part)]


@given(batch=batches(), cell=st.sampled_from(CELLS))
def test_no_ragged_batch_shuffled_and_cut_changes_a_bit(batch, cell):
    X, parts = batch
    params = {"cell": cell, "pooling": "attention", "bidirectional": True}
    estimator = fit(RNNClassifier, "ragged", **params)
    expected = said(estimator, X)
    for part in parts:
        np.testing.assert_array_equal(said(estimator, take(X, part)), expected[part])


# -- padding and containers --------------------------------------------------------


@pytest.mark.parametrize("parts", PARTS)
def test_padding_with_nan_is_as_good_as_none(parts):
    ragged = fit(RNNRegressor, "ragged", **PARTS[parts])
    padded = fit(RNNRegressor, "padded", **PARTS[parts])
    expected = said(ragged, DATA["ragged"])
    for X in (DATA["ragged"], DATA["padded"]):
        for estimator in (ragged, padded):
            np.testing.assert_array_equal(said(estimator, X), expected)


def test_attention_weights_do_not_depend_on_padding_or_other_samples():
    estimator = fit(RNNClassifier, "ragged", pooling="attention")
    weights = estimator.attention_weights(DATA["ragged"])
    assert weights.shape == (N, 9)
    np.testing.assert_array_equal(estimator.attention_weights(DATA["padded"]), weights)
    for sequence, expected in zip(DATA["ragged"], weights, strict=True):
        alone = estimator.attention_weights([sequence])[0]
        np.testing.assert_array_equal(alone, expected[: len(sequence)])
        assert not expected[len(sequence) :].any()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("container", [torch.from_numpy, pd.Series])
def test_targets_and_weights_of_any_container_are_the_same(container):
    weight = np.arange(N) % 4
    X, y = DATA["2-D"], np.arange(N) / 4
    usual = RNNRegressor(**SMALL).fit(X, y, sample_weight=weight)
    fitted = RNNRegressor(**SMALL).fit(X, container(y), container(weight))
    np.testing.assert_array_equal(fitted.predict(X), usual.predict(X))


def test_dense_ids_are_numbers_unless_called_tokens():
    ids = DATA["tokens"].toarray()
    assert fit(RNNClassifier, "tokens").input_kind_ == "tokens"
    numbers = RNNClassifier(**SMALL, input="numbers").fit(ids, CLASSES)
    assert numbers.input_kind_ == "univariate"
    with pytest.raises(SequenceError, match="needs a dense X"):
        numbers.predict(DATA["tokens"])


# -- time --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "params"),
    [
        ("rnn", {"pooling": "mean"}),
        ("lstm", {"pooling": "attention"}),
        ("gru", {"pooling": "final_state", "bidirectional": True}),
    ],
)
def test_the_first_of_300_steps_matters(cell, params):
    X = np.random.default_rng(2).normal(size=(20, 300, 3))
    model = RNNClassifier(**{**SMALL, "max_epochs": 1, "cell": cell, **params})
    estimator = model.fit(X, CLASSES[:20])
    changed = X.copy()
    changed[:, 0] += 2
    moved = estimator.transform(changed) != estimator.transform(X)
    assert moved.any(axis=1).all()


# -- the set of rows ---------------------------------------------------------------


def assert_same_fit(model, input, one, other):
    """Compare fits on (rows, weights)."""
    X, y = DATA[input], TARGETS[type(model)]
    fitted = [
        clone(model).fit(take(X, rows), y[rows], sample_weight=weight)
        for rows, weight in (one, other)
    ]
    np.testing.assert_array_equal(*(said(estimator, X) for estimator in fitted))
    assert fitted[0].loss_curve_ == fitted[1].loss_curve_


@pytest.mark.parametrize(
    ("kind", "input", "params"),
    [
        (RNNClassifier, "tokens", {"lr_schedule": "one_cycle", "optimizer": "sgd"}),
        (RNNRegressor, "2-D", {"standardize": False, "pooling": "max"}),
    ],
)
def test_weight_k_is_k_copies_and_weight_0_is_none(kind, input, params):
    weight = np.random.default_rng(4).integers(0, 4, size=N)
    copies = np.random.default_rng(5).permutation(np.repeat(np.arange(N), weight))
    model = kind(**SMALL, **params)
    assert_same_fit(model, input, (np.arange(N), weight), (copies, None))


@pytest.mark.parametrize("characters", [False, True])
def test_weight_2_is_the_text_twice_behind_a_vectorizer(characters):
    rng = np.random.default_rng(6)
    texts = [" ".join(rng.choice(list("pqrstu"), size=1 + i % 5)) for i in range(20)]
    y, weight = CLASSES[:20], 1 + np.arange(20) % 3 // 2  # a third of them twice
    rows = np.repeat(np.arange(20), weight)
    pipe = make_pipeline(
        TextVectorizer(characters=characters), RNNClassifier(**SMALL, batch_size=4)
    )
    weighted = clone(pipe).fit(texts, y, rnnclassifier__sample_weight=weight)
    twice = clone(pipe).fit([texts[row] for row in rows], y[rows])
    np.testing.assert_array_equal(
        weighted.predict_proba(texts), twice.predict_proba(texts)
    )


def test_weights_matter():
    weight = np.where(CLASSES == 0, 10.0, 1.0)
    plain = fit(RNNClassifier, "3-D")
    weighted = RNNClassifier(**SMALL).fit(DATA["3-D"], CLASSES, weight)
    share = [e.predict_proba(DATA["3-D"])[:, 0].mean() for e in (plain, weighted)]
    assert share[1] > share[0] + 0.04


def test_balanced_classes_are_weights_by_hand():
    count = np.bincount(CLASSES)
    weight = (N / (3 * count))[CLASSES]
    balanced = RNNClassifier(**SMALL, class_weight="balanced").fit(DATA["3-D"], CLASSES)
    by_hand = RNNClassifier(**SMALL).fit(DATA["3-D"], CLASSES, sample_weight=weight)
    given = RNNClassifier(**SMALL, class_weight=dict(enumerate(N / (3 * count))))
    given.fit(DATA["3-D"], CLASSES)
    # The scales of the input are learnt with the sample weights only.
    np.testing.assert_array_equal(said(given, DATA["3-D"]), said(balanced, DATA["3-D"]))
    np.testing.assert_allclose(
        by_hand.predict_proba(DATA["3-D"]),
        balanced.predict_proba(DATA["3-D"]),
        atol=0.01,
    )


def test_balanced_classes_are_balanced_by_their_weights():
    weight = np.where(CLASSES == 0, 6.0, 1.0)
    by_class = np.bincount(CLASSES, weights=weight)
    by_hand = dict(enumerate(weight.sum() / (3 * by_class)))
    fitted = [
        RNNClassifier(**SMALL, class_weight=class_weight).fit(
            DATA["3-D"], CLASSES, sample_weight=weight
        )
        for class_weight in ("balanced", by_hand)
    ]
    probabilities = [estimator.predict_proba(DATA["3-D"]) for estimator in fitted]
    np.testing.assert_allclose(*probabilities, rtol=1e-6)


# -- parameters --------------------------------------------------------------------


def test_the_link_of_a_fit_stays_whatever_the_loss_is_set_to():
    counts = np.arange(N) % 5
    for before, after in [("poisson", "squared_error"), ("squared_error", "poisson")]:
        estimator = RNNRegressor(**SMALL, loss=before).fit(DATA["3-D"], counts)
        expected = estimator.predict(DATA["3-D"])
        estimator.set_params(loss=after)
        np.testing.assert_array_equal(estimator.predict(DATA["3-D"]), expected)


# -- probabilities -----------------------------------------------------------------


def test_two_classes_have_consistent_probabilities_far_from_the_data():
    y = np.array(["no", "yes"])[CLASSES % 2]
    model = RNNClassifier(**{**SMALL, "lr": 0.1}).fit(DATA["3-D"], y)
    X = 1000 * DATA["3-D"]
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == (N,)
    assert probabilities.shape == (N, 2)
    assert_probabilities(probabilities, model.predict_log_proba(X))
    np.testing.assert_allclose(probabilities[:, 1], expit(logits), rtol=1e-12)
    expected = model.classes_[(logits > 0).astype(int)]
    assert model.predict(X).tolist() == expected.tolist()
    assert model.predict(X).tolist() == model.classes_[probabilities.argmax(1)].tolist()
    assert model.score(X, y) == (model.predict(X) == y).mean()


def test_logarithms_of_probabilities_that_round_to_0_are_finite():
    model = RNNClassifier(**SMALL).fit(DATA["3-D"], CLASSES % 2)
    with torch.no_grad():
        for parameter in model.net_.module_.head.parameters():
            parameter.mul_(1e6)
    logits, found = (
        ask(DATA["3-D"]) for ask in (model.decision_function, model.predict_log_proba)
    )
    # log(1 / (1 + exp(-f))) is f where exp(f) is too small to tell.
    assert logits.min() < -1000
    rows = logits < -50
    np.testing.assert_allclose(found[rows, 1], logits[rows], rtol=1e-12)


def test_many_classes_have_consistent_probabilities_far_from_the_data():
    y = np.array(["a", "b", "c"])[CLASSES]
    model = RNNClassifier(**{**SMALL, "lr": 0.1}).fit(DATA["3-D"], y)
    X = 1000 * DATA["3-D"]
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == probabilities.shape == (N, 3)
    assert_probabilities(probabilities, model.predict_log_proba(X))
    np.testing.assert_allclose(probabilities, softmax(logits, axis=1), rtol=1e-12)
    assert model.predict(X).tolist() == model.classes_[logits.argmax(1)].tolist()
    assert model.predict(X).tolist() == model.classes_[probabilities.argmax(1)].tolist()
    assert model.score(X, y) == (model.predict(X) == y).mean()


def assert_probabilities(probabilities, logarithms):
    assert probabilities.dtype == logarithms.dtype == np.float64
    assert (probabilities >= 0).all()
    assert (probabilities <= 1).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(logarithms), probabilities, rtol=1e-9)
    assert np.isfinite(logarithms).all()


# -- seeds -------------------------------------------------------------------------

RANDOM = {**SMALL, "dropout": 0.3, "batch_size": 16}


def fit_said(model, input):
    return said(model.fit(DATA[input], TARGETS[type(model)]), DATA[input])


def test_a_generator_given_is_drawn_from_once_per_fit():
    generator = np.random.RandomState(5)
    model = RNNRegressor(**{**RANDOM, "random_state": generator})
    first, second = fit_said(model, "3-D"), fit_said(model, "3-D")
    assert (first != second).any()
    model.set_params(random_state=np.random.RandomState(5))
    np.testing.assert_array_equal(fit_said(model, "3-D"), first)
    np.testing.assert_array_equal(fit_said(model, "3-D"), second)
    once, twice = np.random.RandomState(5), np.random.RandomState(5)
    RNNRegressor(**{**RANDOM, "random_state": once}).fit(DATA["3-D"], REALS)
    twice.randint(2**31 - 1)
    assert once.randint(2**31 - 1) == twice.randint(2**31 - 1)


@pytest.mark.changes_global_state
def test_global_seeds_do_not_reach_a_fit():
    expected = fit_said(RNNClassifier(**RANDOM), "tokens")
    state, torch_state = np.random.get_state(), torch.get_rng_state()
    try:
        np.random.seed(123)
        torch.manual_seed(123)
        np.testing.assert_array_equal(
            fit_said(RNNClassifier(**RANDOM), "tokens"), expected
        )
    finally:
        np.random.set_state(state)
        torch.set_rng_state(torch_state)


# -- the world ---------------------------------------------------------------------


@both_estimators
def test_the_users_data_stay_as_they_are(kind):
    # Random states and thread counts are watched in every test, see conftest.py.
    X, y, weight = DATA["padded"], TARGETS[kind], np.arange(N) % 3
    X_val, y_val = X[1:], y[1:]
    before = joblib.hash([X, y, weight, X_val, y_val])
    model = kind(**RANDOM, early_stopping=True, pooling="attention")
    model.fit(X, y, sample_weight=weight, X_val=X_val, y_val=y_val)
    said(model, X)
    model.attention_weights(X)
    first = {"classes": [0, 1, 2]} if kind is RNNClassifier else {}
    kind(**RANDOM).partial_fit(X, y, sample_weight=weight, **first)
    assert joblib.hash([X, y, weight, X_val, y_val]) == before


def test_a_fit_keeps_no_view_of_the_users_data():
    X, y = DATA["3-D"].copy(), REALS.copy()
    embedding = np.random.default_rng(9).normal(size=(30, 4))
    numbers = RNNRegressor(**SMALL).fit(X, y)
    tokens = RNNRegressor(
        **SMALL, embedding=embedding, net_params={"module__freeze_embedding": True}
    )
    tokens.fit(DATA["tokens"], REALS)
    expected = [numbers.predict(DATA["3-D"]), tokens.predict(DATA["tokens"])]
    X[:], y[:], embedding[:] = 0, 0, 0
    np.testing.assert_array_equal(numbers.predict(DATA["3-D"]), expected[0])
    np.testing.assert_array_equal(tokens.predict(DATA["tokens"]), expected[1])


def test_a_fit_inside_no_grad_learns_as_outside():
    expected = fit_said(RNNRegressor(**RANDOM), "3-D")
    with torch.no_grad():
        np.testing.assert_array_equal(fit_said(RNNRegressor(**RANDOM), "3-D"), expected)
