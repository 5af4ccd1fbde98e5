"""What a fit does not depend on, whatever it learns from and with."""

import pickle
from functools import partial

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    as_ragged,
)
from sklearn_rnn.nn import NONLINEARITIES, POOLINGS

SMALL = {"hidden_size": 3, "max_epochs": 1, "random_state": 0, "batch_size": 4}
KINDS = [RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor]

N_EXAMPLES = settings().max_examples
# A fit takes as long as many predictions.
a_few = settings(max_examples=N_EXAMPLES // 5)
kinds = st.sampled_from(KINDS)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def datasets(draw, n_classes=2):
    """Draw up to ten rows, equal ones among them, with a class for each step."""
    n_rows = draw(st.integers(4, 10))
    rng = np.random.default_rng(draw(seeds))
    lengths = rng.integers(1, draw(st.integers(1, 5)), size=n_rows, endpoint=True)
    X = [rng.integers(-2, 3, size=(length, 2)) / 2 for length in lengths]
    steps = [rng.integers(n_classes, size=length) for length in lengths]
    steps[0][-1], steps[1][-1] = 0, 1  # two classes at least
    return X, steps


def target(kind, steps):
    """Give the estimator the target it learns: for the last step, or for all."""
    if kind in (RNNClassifier, RNNRegressor):
        return np.array([row[-1] for row in steps], dtype=steps[0].dtype)
    return as_ragged(steps)


def said(model, X):
    return list(getattr(model, "predict_proba", model.predict)(X))


def assert_same_fit(one, other, X):
    assert one.loss_curve_ == other.loss_curve_
    for a, b in zip(said(one, X), said(other, X), strict=True):
        np.testing.assert_array_equal(a, b)


# -- the set of rows ---------------------------------------------------------------


@a_few
@given(kind=kinds, data=datasets(), seed=seeds)
def test_the_order_of_the_rows_changes_no_bit(kind, data, seed):
    X, steps = data
    order = np.random.default_rng(seed).permutation(len(X))
    model = kind(**SMALL)
    one = clone(model).fit(X, target(kind, steps))
    other = clone(model).fit(
        [X[i] for i in order], target(kind, [steps[i] for i in order])
    )
    assert_same_fit(one, other, X)


@a_few
@given(
    kind=kinds,
    data=datasets(),
    counts=st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_weight_k_is_k_copies_and_weight_0_is_none(kind, data, counts):
    X, steps = data
    weight = np.array([1, 1, *counts])[: len(X)]
    copies = np.repeat(np.arange(len(X)), weight)
    model = kind(**SMALL)
    one = clone(model).fit(X, target(kind, steps), sample_weight=weight)
    other = clone(model).fit(
        [X[i] for i in copies], target(kind, [steps[i] for i in copies])
    )
    assert_same_fit(one, other, X)


@a_few
@given(
    kind=kinds,
    data=datasets(),
    factor=st.sampled_from([2.0**-1000, 0.25, 2.0, 2.0**900]),
)
def test_a_factor_on_all_weights_changes_no_bit(kind, data, factor):
    X, steps = data
    weight = np.arange(1.0, len(X) + 1)
    one, other = (
        kind(**SMALL).fit(X, target(kind, steps), sample_weight=w)
        for w in (weight, factor * weight)
    )
    assert_same_fit(one, other, X)


@a_few
@given(kind=kinds, data=datasets(), n_more=st.integers(0, 9))
def test_padding_is_not_learnt_from(kind, data, n_more):
    X, steps = data
    padded = np.full((len(X), max(map(len, X)) + n_more, 2), np.nan)
    for where, row in zip(padded, X, strict=True):
        where[: len(row)] = row
    y = target(kind, steps)
    assert_same_fit(kind(**SMALL).fit(X, y), kind(**SMALL).fit(padded, y), X)


@a_few
@given(data=datasets(), size=st.integers(1, 20))
def test_the_batch_size_may_be_given_in_net_params(data, size):
    X, steps = data
    y = target(RNNClassifier, steps)
    named = RNNClassifier(**{**SMALL, "batch_size": size}).fit(X, y)
    passed = RNNClassifier(**SMALL, net_params={"batch_size": size}).fit(X, y)
    assert_same_fit(named, passed, X)


# -- numbers -----------------------------------------------------------------------


@a_few
@given(
    kind=kinds, data=datasets(), power=st.sampled_from([-1000, -120, -1, 3, 120, 1000])
)
def test_the_unit_of_the_numbers_changes_no_more_than_sums(kind, data, power):
    # 2^1000 is 1e301, and a power of two rounds nothing. But the order of the rows
    # follows from the values, and within the one batch the order of the sums.
    X, steps = data
    y = target(kind, steps)
    other = [row * 2.0**power for row in X]
    params = {**SMALL, "batch_size": 20}
    one, scaled = (kind(**params).fit(rows, y) for rows in (X, other))
    for a, b in zip(said(one, X), said(scaled, other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@a_few
@given(
    kind=kinds,
    data=datasets(),
    constants=st.lists(
        st.sampled_from([0.0, 1.0, -3.7, 1e-310, 1e30, -1e300, 5e-324]),
        min_size=2,
        max_size=2,
    ),
)
def test_the_value_of_a_constant_feature_changes_no_more_than_sums(
    kind, data, constants
):
    X, steps = data
    y = target(kind, steps)
    predictions = []
    for value in constants:
        rows = [np.column_stack([row, np.full(len(row), value)]) for row in X]
        predictions.append(said(kind(**{**SMALL, "batch_size": 20}).fit(rows, y), rows))
    for a, b in zip(*predictions, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_padding_is_not_too_far_from_a_mean_that_is_far_from_zero(dtype):
    # The zeros of the padding are beyond float32 when the mean is subtracted.
    far = 3e38 if dtype == np.float32 else 1e300
    rows = [np.full((length, 1), -far, dtype) for length in (1, 2, 3, 4)]
    model = RNNRegressor(**SMALL).fit(rows, np.arange(4.0))
    alone = [model.predict([row])[0] for row in rows]
    np.testing.assert_array_equal(model.predict(rows), alone)


@a_few
@given(
    kind=kinds,
    data=datasets(),
    scale=st.sampled_from([5e-324, 1e-310, 1e-30, 1e30, 1e300]),
)
def test_huge_and_tiny_numbers_can_be_learnt_from(kind, data, scale):
    X, steps = data
    rows = [row * scale for row in X]
    model = kind(**SMALL).fit(rows, target(kind, steps))
    assert np.isfinite(model.loss_curve_).all()
    assert all(np.isfinite(row).all() for row in said(model, rows))


# -- labels ------------------------------------------------------------------------

# Beside labels that count from 0 a tagger refuses what PyTorch leaves out of losses.
LABELS = {
    "str": st.text(max_size=4),
    "object": st.text("ab\u0301😀ש", max_size=3),
    "int": st.integers(-(2**63), 2**63 - 1).filter(lambda label: label != -100),
    "small int": st.integers(-99, 127),
    "bool": st.booleans(),
    "whole floats": st.integers(-99, 100).map(float),
}
DTYPES = {"object": object, "small int": np.int8, "int": np.int64, "bool": bool}


def without_trailing_zeros(label):
    """Leave out what NumPy's strings of fixed width cannot keep."""
    return label.rstrip("\x00") if isinstance(label, str) else label


@pytest.mark.parametrize("name", LABELS)
@a_few
@given(
    kind=st.sampled_from([RNNClassifier, RNNTagger]),
    data=datasets(n_classes=3),
    draw=st.data(),
)
def test_labels_of_any_type_are_learnt_as_their_places(name, kind, data, draw):
    X, steps = data
    codes = np.unique(
        np.concatenate(steps) if kind is RNNTagger else target(kind, steps)
    )
    label = LABELS[name].map(without_trailing_zeros)
    n_classes = min(len(codes), 2 if name == "bool" else 3)
    drawn = draw.draw(
        st.lists(label, min_size=n_classes, max_size=n_classes, unique=True)
    )
    names = np.array(sorted(drawn), dtype=DTYPES.get(name))
    steps = [np.searchsorted(codes, row).clip(0, n_classes - 1) for row in steps]
    by_code = kind(**SMALL).fit(X, target(kind, steps))
    by_name = kind(**SMALL).fit(X, target(kind, [names[row] for row in steps]))
    assert_same_fit(by_code, by_name, X)
    assert by_name.classes_.tolist() == names.tolist()
    assert by_name.classes_.dtype.kind == names.dtype.kind
    pairs = zip(by_code.predict(X), by_name.predict(X), strict=True)
    for code, predicted in pairs:
        np.testing.assert_array_equal(names[code], predicted)


@pytest.mark.parametrize("n_classes", [2, 3, 100, 1_000, 10_000])
def test_thousands_of_classes_can_be_learnt(n_classes):
    # Two rows of each: scikit-learn warns of more classes than half the rows.
    X = np.linspace(-1, 1, 2 * n_classes).reshape(-1, 1, 1)
    names = np.array([f"class {i:05d}" for i in range(n_classes)])
    params = {**SMALL, "batch_size": 500}
    model = RNNClassifier(**params).fit(X, names.repeat(2))
    assert model.classes_.tolist() == names.tolist()
    probabilities = model.predict_proba(X[:7])
    assert probabilities.shape == (len(X[:7]), n_classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert set(model.predict(X[:7])) <= set(names)


@a_few
@given(
    n_classes=st.integers(2, 4),
    n_copies=st.integers(4, 6),
    method=st.sampled_from(["sigmoid", "isotonic"]),
    ensemble=st.booleans(),
)
def test_calibrated_probabilities_have_one_column_for_each_class(
    n_classes, n_copies, method, ensemble
):
    y = np.repeat(np.arange(n_classes) - 2, n_copies)
    X = np.random.default_rng(0).normal(size=(len(y), 3, 2)) + y[:, None, None]
    model = CalibratedClassifierCV(
        RNNClassifier(**SMALL), method=method, ensemble=ensemble, cv=2
    ).fit(X, y)
    probabilities = model.predict_proba(X[:3])
    assert probabilities.shape == (3, n_classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert model.classes_.tolist() == np.unique(y).tolist()
    assert set(model.predict(X)) <= set(y)


# -- parameters --------------------------------------------------------------------

SHARED = {
    "hidden_size": st.integers(1, 5),
    "cell": st.sampled_from(["rnn", "gru", "lstm"]),
    "num_layers": st.integers(1, 2),
    "bidirectional": st.booleans(),
    "dropout": st.sampled_from([0.0, 0.3]),
    "standardize": st.booleans(),
    "optimizer": st.sampled_from(["adam", "adamw", "nadam", "rmsprop", "sgd"]),
    "lr": st.floats(1e-6, 0.1),
    "lr_schedule": st.sampled_from([None, "cosine", "one_cycle", "plateau"]),
    "max_grad_norm": st.sampled_from([None, 1e-3, 1.0]),
    "batch_size": st.integers(1, 20),
    "max_epochs": st.integers(1, 3),
    "early_stopping": st.sampled_from([False, "auto"]),
    "random_state": st.integers(0, 2**32 - 1),
    "net_params": st.fixed_dictionaries(
        {},
        optional={
            "module__nonlinearity": st.sampled_from(list(NONLINEARITIES)),
            "optimizer__weight_decay": st.sampled_from([0.0, 0.01]),
        },
    ),
}
POOLED = {"pooling": st.sampled_from(list(POOLINGS))}
REAL = {
    "loss": st.sampled_from(
        ["squared_error", "absolute_error", "huber", "poisson", "quantile"]
    ),
    "quantile": st.floats(0.01, 0.99),
}
CLASS = {"class_weight": st.sampled_from([None, "balanced", {0: 2.0, 1: 0.5}])}
PARAMS = {
    RNNClassifier: {**SHARED, **POOLED, **CLASS},
    RNNRegressor: {**SHARED, **POOLED, **REAL},
    RNNTagger: {**SHARED, **CLASS, "output": st.sampled_from(["softmax", "crf"])},
    RNNStepRegressor: {**SHARED, **REAL},
}


def models(kind):
    """Draw an estimator with any of its parameters."""
    params = st.fixed_dictionaries({}, optional=PARAMS[kind])
    return params.map(lambda given: make(kind, {**SMALL, **given}))


def make(kind, params):
    """Leave out the activation where the cell has its own."""
    net_params = dict(params.get("net_params", {}))
    if params.get("cell") != "rnn":
        net_params.pop("module__nonlinearity", None)
    return kind(**{**params, "net_params": net_params})


X = [np.array([[i, 1.0 / (i + 1)]] * (i % 3 + 1)) for i in range(8)]
STEPS = [np.arange(i, i + len(row)) % 2 for i, row in enumerate(X)]


@a_few
@given(kind=kinds, draw=st.data())
def test_a_clone_has_every_parameter_and_fits_to_the_same_bits(kind, draw):
    model = draw.draw(models(kind))
    cloned = clone(model)
    assert joblib.hash(cloned.get_params()) == joblib.hash(model.get_params())
    assert cloned.fit(X, target(kind, STEPS)) is cloned
    assert joblib.hash(cloned.get_params()) == joblib.hash(model.get_params())
    assert_same_fit(model.fit(X, target(kind, STEPS)), cloned, X)


@a_few
@given(kind=kinds, draw=st.data())
def test_a_pickle_of_any_parameters_comes_back_with_the_same_bits(kind, draw):
    model = draw.draw(models(kind)).fit(X, target(kind, STEPS))
    again = pickle.loads(pickle.dumps(model))
    assert_same_fit(model, again, X)
    assert joblib.hash(again.get_params()) == joblib.hash(model.get_params())
    score = partial(model.score, X, target(kind, STEPS))
    assert again.score(X, target(kind, STEPS)) == score()


@a_few
@given(kind=kinds, draw=st.data())
def test_parameters_set_one_by_one_are_parameters_given(kind, draw):
    model = draw.draw(models(kind))
    by_hand = kind()
    for name, value in model.get_params().items():
        by_hand.set_params(**{name: value})
    assert repr(by_hand) == repr(model)
    y = target(kind, STEPS)
    assert_same_fit(model.fit(X, y), by_hand.fit(X, y), X)
