"""What an answer does not depend on: company, order, padding, container, the world."""

import os
from functools import cache, partial

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
from sklearn.model_selection import KFold
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn.exceptions import SequenceError

CELLS = ["rnn", "gru", "lstm"]
POOLINGS = ["last", "final_state", "mean", "max", "final_max", "attention"]
SMALL = {"hidden_size": 5, "max_epochs": 2, "random_state": 0}
N = 128

both_estimators = pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
every_cell = pytest.mark.parametrize("cell", CELLS)


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


# -- company -----------------------------------------------------------------------

MANY_MODELS = {
    f"{kind.__name__} {cell} {input}": (kind, input, {"cell": cell, "pooling": pooling})
    for kind in (RNNClassifier, RNNRegressor)
    for cell, pooling in zip(CELLS, ["last", "mean", "attention"], strict=True)
    for input in INPUTS
}
ALL_PARTS = {
    f"{cell} {pooling} {'both ways' if bidirectional else ''}": {
        "cell": cell,
        "pooling": pooling,
        "bidirectional": bidirectional,
        "num_layers": 2 if pooling == "mean" else 1,
    }
    for cell in CELLS
    for pooling in POOLINGS
    for bidirectional in (False, True)
}


def assert_same_alone(estimator, X, expected, n_rows):
    alone = np.concatenate([said(estimator, take(X, [i])) for i in range(n_rows)])
    np.testing.assert_array_equal(alone, expected[:n_rows])


@pytest.mark.parametrize("model", MANY_MODELS)
def test_a_batch_of_any_size_gives_the_bits_of_one_by_one(model):
    kind, input, params = MANY_MODELS[model]
    estimator, X = fit(kind, input, **params), DATA[input]
    expected = said(estimator, X)
    assert_same_alone(estimator, X, expected, n_rows=50)
    states = estimator.transform(X)
    for n_rows in range(1, N + 1):
        batch = take(X, range(n_rows))
        np.testing.assert_array_equal(estimator.transform(batch), states[:n_rows])


@pytest.mark.parametrize("parts", ALL_PARTS)
@pytest.mark.parametrize("input", ["ragged", "tokens"])
def test_every_cell_and_pooling_gives_the_bits_of_one_by_one(parts, input):
    kind = RNNClassifier if input == "tokens" else RNNRegressor
    estimator, X = fit(kind, input, **ALL_PARTS[parts]), DATA[input]
    expected = said(estimator, X)
    assert_same_alone(estimator, X, expected, n_rows=15)
    for n_rows in (2, 3, 7, 8, 9, 31, 33, 64, 100):
        outputs = said(estimator, take(X, range(N - n_rows, N)))
        np.testing.assert_array_equal(outputs, expected[-n_rows:])


@every_cell
@pytest.mark.parametrize("hidden_size", [1, 2, 3, 8, 16, 33, 64])
def test_nets_of_any_size_give_the_bits_of_one_by_one(cell, hidden_size):
    params = {"cell": cell, "hidden_size": hidden_size, "max_epochs": 1}
    estimator = fit(RNNClassifier, "ragged", **params)
    expected = said(estimator, DATA["ragged"])
    assert_same_alone(estimator, DATA["ragged"], expected, n_rows=40)


@pytest.mark.changes_global_state
@every_cell
def test_the_number_of_threads_does_not_change_predictions(cell):
    estimator = fit(RNNClassifier, "ragged", cell=cell, hidden_size=64, max_epochs=1)
    before = torch.get_num_threads()
    try:
        outputs = []
        for n_threads in (1, 2):
            torch.set_num_threads(n_threads)
            outputs.append(said(estimator, DATA["ragged"]))
            assert_same_alone(estimator, DATA["ragged"], outputs[-1], n_rows=20)
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("model", MANY_MODELS)
def test_any_order_and_any_split_of_the_rows_predicts_the_same(model):
    kind, input, params = MANY_MODELS[model]
    estimator, X = fit(kind, input, **params), DATA[input]
    expected = said(estimator, X)
    order = np.random.default_rng(1).permutation(N)
    np.testing.assert_array_equal(said(estimator, take(X, order)), expected[order])
    for cut in (1, 31, 100):
        parts = [said(estimator, take(X, part)) for part in np.split(order, [cut])]
        np.testing.assert_array_equal(np.concatenate(parts), expected[order])
    twice = take(X, np.repeat(order, 2))
    np.testing.assert_array_equal(said(estimator, twice), expected[order.repeat(2)])


@st.composite
def batches(draw):
    """Draw ragged sequences, an order of them and where to cut it."""
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = [rng.normal(scale=3, size=(length, 3)) for length in lengths]
    cuts = draw(st.lists(st.integers(1, len(X)), max_size=3, unique=True))
    parts = np.split(rng.permutation(len(X)), sorted(cuts))
    return X, [part for part in parts if len(part)]


@given(batch=batches())
@every_cell
def test_no_ragged_batch_shuffled_and_cut_changes_a_bit(cell, batch):
    X, parts = batch
    params = {"cell": cell, "pooling": "attention", "bidirectional": True}
    estimator = fit(RNNClassifier, "ragged", **params)
    expected = said(estimator, X)
    for part in parts:
        np.testing.assert_array_equal(said(estimator, take(X, part)), expected[part])


# -- padding and containers --------------------------------------------------------


@pytest.mark.parametrize("parts", ALL_PARTS)
def test_padding_with_nan_is_as_good_as_none(parts):
    kind = RNNRegressor if ALL_PARTS[parts]["bidirectional"] else RNNClassifier
    ragged = fit(kind, "ragged", **ALL_PARTS[parts])
    padded = fit(kind, "padded", **ALL_PARTS[parts])
    expected = said(ragged, DATA["ragged"])
    for X in (DATA["ragged"], DATA["padded"]):
        for estimator in (ragged, padded):
            np.testing.assert_array_equal(said(estimator, X), expected)


def test_longer_padding_changes_nothing():
    estimator = fit(RNNClassifier, "ragged", pooling="attention")
    padding = np.full((N, 25, 3), np.nan)
    longer = np.concatenate([DATA["padded"], padding], axis=1)
    expected = said(estimator, DATA["ragged"])
    np.testing.assert_array_equal(said(estimator, longer), expected)


def test_attention_weights_do_not_depend_on_padding_or_company():
    estimator = fit(RNNClassifier, "ragged", pooling="attention")
    weights = estimator.attention_weights(DATA["ragged"])
    assert weights.shape == (N, 9)
    np.testing.assert_array_equal(estimator.attention_weights(DATA["padded"]), weights)
    for sequence, expected in zip(DATA["ragged"], weights, strict=True):
        alone = estimator.attention_weights([sequence])[0]
        np.testing.assert_array_equal(alone, expected[: len(sequence)])
        assert not expected[len(sequence) :].any()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)


def object_array(rows):
    array = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        array[i] = row
    return array


def read_only(X):
    X = np.array(X)
    X.flags.writeable = False
    return X


def with_stride(X):
    return np.repeat(X, 2, axis=1)[:, ::2]


CONTAINERS = {
    "2-D": {
        "nested lists": np.ndarray.tolist,
        "list": list,
        "tuple": tuple,
        "array of objects": object_array,
        "frame": pd.DataFrame,
        "frame with names": partial(pd.DataFrame, columns=list("abcdef")),
        "tensor": torch.from_numpy,
        "float32": np.float32,
        "columns first": np.asfortranarray,
        "with a stride": with_stride,
        "read-only": read_only,
        "dtype object": partial(np.asarray, dtype=object),
    },
    "3-D": {
        "nested lists": np.ndarray.tolist,
        "list": list,
        "tuple": tuple,
        "array of objects": object_array,
        "array of lists": lambda X: object_array([x.tolist() for x in X]),
        "list of lists": lambda X: [x.tolist() for x in X],
        "list of frames": lambda X: [pd.DataFrame(x) for x in X],
        "list of tensors": lambda X: [torch.from_numpy(x) for x in X],
        "list of float32": lambda X: list(np.float32(X)),
        "tensor": torch.from_numpy,
        "float tensor": lambda X: torch.from_numpy(X).float(),
        "float32": np.float32,
        "columns first": np.asfortranarray,
        "with a stride": with_stride,
        "read-only": read_only,
    },
    "ragged": {
        "tuple": tuple,
        "array of objects": object_array,
        "series": pd.Series,
        "list of lists": lambda X: [x.tolist() for x in X],
        "list of tensors": lambda X: [torch.from_numpy(x) for x in X],
        "list of float32": lambda X: [np.float32(x) for x in X],
        "list of columns first": lambda X: [np.asfortranarray(x) for x in X],
        "list of dtype object": lambda X: [x.astype(object) for x in X],
        "padded with NaN": lambda X: DATA["padded"],
        "float32 padded with NaN": lambda X: np.float32(DATA["padded"]),
        "tensor padded with NaN": lambda X: torch.from_numpy(DATA["padded"]),
    },
    "tokens": {
        "CSR array": sparse.csr_array,
        "CSC": sparse.csc_matrix,
        "COO": sparse.coo_matrix,
        "LIL": sparse.lil_matrix,
        "int64": lambda X: X.astype(np.int64),
        "uint8": lambda X: X.astype(np.uint8),
        "floats": lambda X: X.astype(float),
        "dense": lambda X: X.toarray(),
        "dense floats": lambda X: X.toarray().astype(float),
        "dense lists": lambda X: X.toarray().tolist(),
        "frame": lambda X: pd.DataFrame(X.toarray()),
        "tensor": lambda X: torch.from_numpy(X.toarray()),
        "list of arrays": lambda X: [row.data for row in X],
        "list of lists": lambda X: [row.data.tolist() for row in X],
        "array of objects": lambda X: object_array([row.data for row in X]),
    },
}


@pytest.mark.parametrize(
    ("input", "container"),
    [(input, name) for input, containers in CONTAINERS.items() for name in containers],
)
@both_estimators
def test_any_container_gives_the_same_fit_and_the_same_predictions(
    kind, input, container
):
    params = {"input": "tokens" if input == "tokens" else "auto"}
    usual = fit(kind, input, **params)
    expected = said(usual, DATA[input])
    X = CONTAINERS[input][container](DATA[input])
    fitted = clone(usual).fit(X, TARGETS[kind])
    np.testing.assert_array_equal(said(fitted, X), expected)
    if not hasattr(fitted, "feature_names_in_"):
        np.testing.assert_array_equal(said(fitted, DATA[input]), expected)
        np.testing.assert_array_equal(said(usual, X), expected)


@pytest.mark.parametrize("dtype", [int, np.int8, np.float32, float, object])
def test_whole_numbers_of_any_type_are_the_same_numbers(dtype):
    X = (4 * DATA["3-D"]).astype(int)
    expected = RNNRegressor(**SMALL).fit(X.astype(float), REALS).predict(X)
    fitted = RNNRegressor(**SMALL).fit(X.astype(dtype), REALS)
    np.testing.assert_array_equal(fitted.predict(X.astype(dtype)), expected)
    as_list = [x.astype(dtype).tolist() for x in X]
    np.testing.assert_array_equal(fitted.predict(as_list), expected)


@pytest.mark.parametrize("container", [list, np.float32, torch.from_numpy, pd.Series])
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


@both_estimators
@every_cell
@pytest.mark.parametrize(
    ("n_timesteps", "params"),
    [
        (6, {}),
        (30, {}),
        (300, {"pooling": "mean"}),
        (300, {"pooling": "attention"}),
        (300, {"pooling": "final_state", "bidirectional": True}),
    ],
    ids=str,
)
def test_an_early_step_matters(kind, cell, n_timesteps, params):
    X = np.random.default_rng(2).normal(size=(20, n_timesteps, 3))
    model = kind(**{**SMALL, "max_epochs": 1, "cell": cell, **params})
    estimator = model.fit(X, TARGETS[kind][:20])
    changed = X.copy()
    changed[:, 0] += 2
    moved = estimator.transform(changed) != estimator.transform(X)
    assert moved.any(axis=1).all()


@every_cell
def test_the_order_of_the_steps_matters(cell):
    estimator = fit(RNNRegressor, "3-D", cell=cell)
    backwards = estimator.predict(DATA["3-D"][:, ::-1])
    assert (backwards != estimator.predict(DATA["3-D"])).any(axis=1).mean() > 0.95


# -- the set of rows ---------------------------------------------------------------

FITS = {
    "plain": {},
    "small batches": {"batch_size": 7},
    "dropout": {"batch_size": 10, "dropout": 0.4, "num_layers": 2},
    "one-cycle": {"batch_size": 10, "lr_schedule": "one_cycle", "optimizer": "sgd"},
    "raw": {"standardize": False, "pooling": "max"},
}
every_fit = pytest.mark.parametrize("params", FITS.values(), ids=FITS)
every_input = pytest.mark.parametrize("input", INPUTS)


def assert_same_fit(model, input, one, other):
    """Compare fits on (rows, weights)."""
    X, y = DATA[input], TARGETS[type(model)]
    fitted = [
        clone(model).fit(take(X, rows), y[rows], sample_weight=weight)
        for rows, weight in (one, other)
    ]
    np.testing.assert_array_equal(*(said(estimator, X) for estimator in fitted))
    assert fitted[0].loss_curve_ == fitted[1].loss_curve_


@both_estimators
@every_input
@every_fit
def test_any_order_of_the_rows_gives_the_same_fit(kind, input, params):
    order = np.random.default_rng(3).permutation(N)
    model = kind(**SMALL, **params)
    assert_same_fit(model, input, (np.arange(N), None), (order, None))


@both_estimators
@every_input
@every_fit
def test_weight_k_is_k_copies_and_weight_0_is_none(kind, input, params):
    weight = np.random.default_rng(4).integers(0, 4, size=N)
    copies = np.random.default_rng(5).permutation(np.repeat(np.arange(N), weight))
    model = kind(**SMALL, **params)
    assert_same_fit(model, input, (np.arange(N), weight), (copies, None))


@every_cell
@every_input
def test_weight_k_is_k_copies_with_balanced_classes(cell, input):
    weight = np.random.default_rng(6).integers(0, 4, size=N)
    weight[CLASSES == 2] *= 3
    copies = np.random.default_rng(7).permutation(np.repeat(np.arange(N), weight))
    model = RNNClassifier(**SMALL, cell=cell, class_weight="balanced", batch_size=9)
    assert_same_fit(model, input, (np.arange(N), weight), (copies, None))


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


def test_a_row_of_weight_0_may_hold_what_it_wants():
    X, y = DATA["3-D"].copy(), REALS.copy()
    weight = np.ones(N)
    weight[:5] = 0
    expected = RNNRegressor(**SMALL).fit(X[5:], y[5:]).predict(X)
    X[:5], y[:5] = 1e6, -1e6
    fitted = RNNRegressor(**SMALL).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(fitted.predict(DATA["3-D"]), expected)


# -- parameters --------------------------------------------------------------------


class Silent(Callback):
    pass


class Half:
    def __call__(self, update):
        return 0.5


OTHERS = {
    "hidden_size": 9,
    "cell": "rnn",
    "num_layers": 2,
    "bidirectional": False,
    "nonlinearity": "relu",
    "pooling": "mean",
    "dropout": 0.5,
    "word_dropout": 0.3,
    "scoring": "max_error",
    "input": "numbers",
    "embedding_dim": 7,
    "embedding": np.ones((30, 4)),
    "freeze_embedding": True,
    "spelling_dim": 5,
    "standardize": False,
    "optimizer": "rmsprop",
    "lr": 0.5,
    "weight_decay": 0.1,
    "lr_schedule": Half(),
    "max_grad_norm": None,
    "batch_size": 3,
    "max_epochs": 7,
    "early_stopping": True,
    "validation_fraction": KFold(3),
    "n_iter_no_change": 1,
    "tol": 0.5,
    "warm_start": True,
    "callbacks": [("silent", Silent())],
    "net_params": {"optimizer__eps": 1e-3},
    "device": "cuda:7",
    "random_state": np.random.RandomState(3),
    "verbose": 2,
}
OTHERS_OF = {
    RNNClassifier: {**OTHERS, "class_weight": {0: 1.0, 1: 2.0, 2: 3.0}},
    RNNRegressor: {**OTHERS, "loss": "poisson", "quantile": 0.9},
}


@both_estimators
def test_a_clone_keeps_every_parameter(kind):
    others, defaults = OTHERS_OF[kind], kind().get_params()
    assert others.keys() == defaults.keys()
    for name, value in others.items():
        assert joblib.hash(value) != joblib.hash(defaults[name]), name
    model = kind(**others)
    cloned = clone(model).get_params()
    assert cloned.keys() == others.keys()
    for name, value in others.items():
        assert model.get_params()[name] is value
        assert joblib.hash(cloned[name]) == joblib.hash(value), name


@both_estimators
@pytest.mark.parametrize("input", ["tokens", "ragged"])
def test_no_parameter_set_after_fit_moves_an_answer(kind, input):
    params = {"pooling": "attention", "cell": "gru"}
    X, y = DATA[input], TARGETS[kind]
    estimator = kind(**SMALL, **params).fit(X, y)
    expected, weights = said(estimator, X), estimator.attention_weights(X)
    score = estimator.score(X, y)
    names_out = estimator.get_feature_names_out().tolist()
    for name, value in OTHERS_OF[kind].items():
        estimator.set_params(**{name: value})
        np.testing.assert_array_equal(said(estimator, X), expected, err_msg=name)
        np.testing.assert_array_equal(estimator.attention_weights(X), weights)
        assert estimator.score(X, y) == score
        assert estimator.get_feature_names_out().tolist() == names_out


def test_the_link_of_a_fit_stays_whatever_the_loss_is_set_to():
    counts = np.arange(N) % 5
    for before, after in [("poisson", "squared_error"), ("squared_error", "poisson")]:
        estimator = RNNRegressor(**SMALL, loss=before).fit(DATA["3-D"], counts)
        expected = estimator.predict(DATA["3-D"])
        estimator.set_params(loss=after)
        np.testing.assert_array_equal(estimator.predict(DATA["3-D"]), expected)


# -- probabilities -----------------------------------------------------------------

INDICATORS = np.random.default_rng(8).integers(0, 2, size=(N, 4))


@every_cell
@pytest.mark.parametrize("scale", [1, 1000])
def test_two_classes_have_consistent_probabilities(cell, scale):
    y = np.array(["no", "yes"])[CLASSES % 2]
    model = RNNClassifier(**{**SMALL, "lr": 0.1, "cell": cell}).fit(DATA["3-D"], y)
    X = scale * DATA["3-D"]
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == (N,)
    assert probabilities.shape == (N, 2)
    assert_probabilities(probabilities, model.predict_log_proba(X))
    np.testing.assert_allclose(probabilities[:, 1], expit(logits), rtol=1e-12)
    expected = model.classes_[(logits > 0).astype(int)]
    assert model.predict(X).tolist() == expected.tolist()
    assert model.predict(X).tolist() == model.classes_[probabilities.argmax(1)].tolist()
    assert model.score(X, y) == (model.predict(X) == y).mean()


@every_cell
@pytest.mark.parametrize("scale", [1, 1000])
def test_many_classes_have_consistent_probabilities(cell, scale):
    y = np.array(["a", "b", "c"])[CLASSES]
    model = RNNClassifier(**{**SMALL, "lr": 0.1, "cell": cell}).fit(DATA["3-D"], y)
    X = scale * DATA["3-D"]
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == probabilities.shape == (N, 3)
    assert_probabilities(probabilities, model.predict_log_proba(X))
    np.testing.assert_allclose(probabilities, softmax(logits, axis=1), rtol=1e-12)
    assert model.predict(X).tolist() == model.classes_[logits.argmax(1)].tolist()
    assert model.predict(X).tolist() == model.classes_[probabilities.argmax(1)].tolist()
    assert model.score(X, y) == (model.predict(X) == y).mean()


def test_labels_of_their_own_have_consistent_probabilities():
    model = RNNClassifier(**SMALL).fit(DATA["3-D"], INDICATORS)
    X = DATA["3-D"]
    logits, probabilities = model.decision_function(X), model.predict_proba(X)
    assert logits.shape == probabilities.shape == (N, 4)
    np.testing.assert_allclose(probabilities, expit(logits), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), probabilities > 0.5)
    log_probabilities = model.predict_log_proba(X)
    np.testing.assert_allclose(log_probabilities, np.log(probabilities), rtol=1e-12)
    assert model.score(X, INDICATORS) == (model.predict(X) == INDICATORS).all(1).mean()


def assert_probabilities(probabilities, logarithms):
    assert probabilities.dtype == logarithms.dtype == np.float64
    assert (probabilities >= 0).all()
    assert (probabilities <= 1).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(logarithms), probabilities, rtol=1e-9)
    assert np.isfinite(logarithms).all()


# -- seeds -------------------------------------------------------------------------

RANDOM = {**SMALL, "dropout": 0.3, "batch_size": 16}


@both_estimators
@every_cell
def test_one_seed_gives_one_fit_and_another_seed_another(kind, cell):
    model = kind(**RANDOM, cell=cell)
    one, again = (fit_said(clone(model), "ragged") for _ in range(2))
    np.testing.assert_array_equal(one, again)
    other = fit_said(clone(model).set_params(random_state=1), "ragged")
    assert (one != other).any()


def fit_said(model, input):
    return said(model.fit(DATA[input], TARGETS[type(model)]), DATA[input])


def test_fitting_again_starts_anew():
    model = RNNClassifier(**RANDOM)
    np.testing.assert_array_equal(fit_said(model, "3-D"), fit_said(model, "3-D"))


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


def test_no_seed_gives_another_fit_each_time():
    model = RNNRegressor(**{**RANDOM, "random_state": None})
    first, second = fit_said(model, "3-D"), fit_said(model, "3-D")
    assert (first != second).any()


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
@pytest.mark.parametrize("input", [*INPUTS, "padded"])
def test_the_users_data_stay_as_they_are(kind, input):
    # Random states and thread counts are watched in every test, see conftest.py.
    X, y, weight = DATA[input], TARGETS[kind], np.arange(N) % 3
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
    tokens = RNNRegressor(**SMALL, embedding=embedding, freeze_embedding=True)
    tokens.fit(DATA["tokens"], REALS)
    expected = [numbers.predict(DATA["3-D"]), tokens.predict(DATA["tokens"])]
    X[:], y[:], embedding[:] = 0, 0, 0
    np.testing.assert_array_equal(numbers.predict(DATA["3-D"]), expected[0])
    np.testing.assert_array_equal(tokens.predict(DATA["tokens"]), expected[1])


@both_estimators
def test_nothing_is_printed_and_nothing_written(kind, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for input in INPUTS:
        model = kind(**RANDOM, early_stopping=True).fit(DATA[input], TARGETS[kind])
        said(model, DATA[input])
    assert os.getcwd() == os.path.realpath(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@both_estimators
def test_settings_of_torch_stay_as_they_are(kind):
    def settings():
        return (
            torch.get_num_threads(),
            torch.get_num_interop_threads(),
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
            dict(os.environ),
        )

    before = settings()
    fit_said(kind(**RANDOM), "ragged")
    assert settings() == before


def test_a_fit_inside_no_grad_learns_as_outside():
    expected = fit_said(RNNRegressor(**RANDOM), "3-D")
    with torch.no_grad():
        np.testing.assert_array_equal(fit_said(RNNRegressor(**RANDOM), "3-D"), expected)
