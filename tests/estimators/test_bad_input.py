"""Bad input is refused in words, before any training, and leaves no trace."""

import random
from typing import Any, NamedTuple
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import KFold, TimeSeriesSplit
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.estimators import _base, _validation_part
from sklearn_rnn.exceptions import DivergenceWarning, SequenceError

SMALL = {"hidden_size": 4, "max_epochs": 2, "lr_schedule": None, "random_state": 0}
ABSENT_DEVICE = "cuda:99" if torch.cuda.is_available() else "cuda"

rng = np.random.default_rng(0)
TABLE = rng.normal(size=(12, 4))
CUBE = rng.normal(size=(12, 4, 2))
TOKENS = sparse.csr_matrix(rng.integers(2, 9, size=(12, 4)))
LABELS = np.arange(12) % 2
REALS = rng.normal(size=12)
INDICATORS = rng.integers(0, 2, size=(12, 3))
DOCUMENTS = ["one two two", "three one"] * 6
WORDS = np.array(["no", "yes"] * 6, dtype=object)
VECTORS = rng.normal(size=(9, 3))


def changed(array, where, value=np.nan):
    array = np.array(array, dtype=np.result_type(array, type(value)))
    array[where] = value
    return array


def without_row(tokens, row):
    tokens = tokens.tolil()
    tokens[row] = 0
    return tokens.tocsr()


def global_random_states():
    name, keys, *rest = np.random.get_state()
    numpy_state = (name, keys.tobytes(), *rest)
    return numpy_state, random.getstate(), torch.get_rng_state().numpy().tobytes()


def assert_refused(estimator, method, *data, error, words, **more_data):
    """Check the error, that nothing was trained, and that nothing was changed."""
    # The hash of a Series changes with what it has cached, that of its values not.
    values = [part.to_numpy() if isinstance(part, pd.Series) else part for part in data]
    given = [values, more_data, estimator.get_params()]
    fitted = hasattr(estimator, "net_")
    before = joblib.hash(given), global_random_states()

    began = AssertionError("training began")
    with mock.patch.object(_base, "train", side_effect=began):
        with pytest.raises(error) as caught:
            getattr(estimator, method)(*data, **more_data)

    assert (joblib.hash(given), global_random_states()) == before
    assert hasattr(estimator, "net_") == fitted
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} not in {str(caught.value)!r}"


class Refusal(NamedTuple):
    X: Any
    y: Any
    words: list
    error: type = ValueError
    estimator: type = RNNClassifier
    params: dict = {}  # noqa: RUF012
    fit_params: dict = {}  # noqa: RUF012


IN_FIT = {
    "strings without a vectoriser": Refusal(
        DOCUMENTS, LABELS, ["strings", "TextVectorizer", "make_pipeline"], SequenceError
    ),
    "NaN in a table": Refusal(
        changed(TABLE, (2, 1)), LABELS, ["X contains NaN", "sample 2, step 1", "Impute"]
    ),
    "a zero-length sequence of tokens": Refusal(
        without_row(TOKENS, 3), LABELS, ["at least one step", "row 3", "Drop"]
    ),
    "X without y": Refusal(CUBE, None, ["requires y", "None"]),
    "labels of another length": Refusal(
        CUBE, LABELS[:-1], ["inconsistent", "12 sequences", "11 targets", "one target"]
    ),
    "targets of another length": Refusal(
        CUBE,
        REALS[:-1],
        ["inconsistent", "12 sequences", "11 targets", "one target"],
        estimator=RNNRegressor,
    ),
    "NaN among the labels": Refusal(
        CUBE, changed(LABELS, 2), ["y contains NaN", "row 2", "drop or impute"]
    ),
    "NaN among the targets": Refusal(
        CUBE, changed(REALS, 2), ["y contains NaN", "row 2"], estimator=RNNRegressor
    ),
    "a single class": Refusal(
        CUBE, np.full(12, 7), ["at least two classes", "one class", "7"]
    ),
    "several columns of classes": Refusal(
        CUBE, np.add(INDICATORS, [0, 2, 4]), ["1d array", "(12, 3)"]
    ),
    "negative counts for poisson": Refusal(
        CUBE,
        REALS,
        ["loss='poisson'", "at least 0", f"{REALS.min():g}", "another loss"],
        estimator=RNNRegressor,
        params={"loss": "poisson"},
    ),
    "counts that are all zero for poisson": Refusal(
        CUBE,
        np.zeros(12),
        ["loss='poisson'", "not all 0", "another loss"],
        estimator=RNNRegressor,
        params={"loss": "poisson"},
    ),
    "sparse TF-IDF": Refusal(
        TfidfVectorizer().fit_transform(DOCUMENTS),
        LABELS,
        ["sparse", "integers", "TfidfVectorizer", "TextVectorizer"],
        SequenceError,
    ),
    "weights that are all zero": Refusal(
        CUBE, LABELS, ["eight", "zero"], fit_params={"sample_weight": np.zeros(12)}
    ),
    "a negative weight": Refusal(
        CUBE,
        LABELS,
        ["Negative", "sample_weight"],
        fit_params={"sample_weight": changed(np.ones(12), 2, -1.0)},
    ),
    "a weight of NaN": Refusal(
        CUBE,
        LABELS,
        ["sample_weight", "NaN", "row 2", "drop or impute"],
        fit_params={"sample_weight": changed(np.ones(12), 2)},
    ),
    "weights of another length": Refusal(
        CUBE,
        LABELS,
        ["sample_weight", "(11,)", "(12,)"],
        fit_params={"sample_weight": np.ones(11)},
    ),
    "class weights that are all zero": Refusal(
        CUBE,
        LABELS,
        ["weight zero", "class_weight", "positive weight"],
        params={"class_weight": {0: 0, 1: 0}},
    ),
    "a negative class weight": Refusal(
        CUBE,
        LABELS,
        ["class_weight", "at least 0", "-1"],
        params={"class_weight": {0: -1, 1: 1}},
    ),
    "class weights of other classes": Refusal(
        CUBE, LABELS, ["[0, 1]", "class_weight"], params={"class_weight": {5: 1}}
    ),
    "class weights for a multilabel target": Refusal(
        CUBE,
        INDICATORS,
        ["class_weight", "multilabel", "balanced", "sample_weight"],
        params={"class_weight": "balanced"},
    ),
    "X_val without y_val": Refusal(
        CUBE, LABELS, ["X_val", "without y_val", "both"], fit_params={"X_val": CUBE}
    ),
    "X_val of another kind": Refusal(
        CUBE,
        LABELS,
        ["fitted on numbers", "(n_samples, n_timesteps)", "as it was in fit"],
        fit_params={"X_val": TABLE, "y_val": LABELS},
    ),
    "unknown labels in y_val": Refusal(
        CUBE,
        LABELS,
        ["y_val holds labels", "among the classes [0, 1]", "[5, 6]", "rows, or give"],
        fit_params={"X_val": CUBE, "y_val": LABELS + 5},
    ),
    "labels of another type in y_val": Refusal(
        CUBE,
        LABELS,
        ["not among the classes [0, 1]", "'no'", "drop"],
        fit_params={"X_val": CUBE, "y_val": WORDS},
    ),
    "y_val of another length": Refusal(
        CUBE,
        LABELS,
        ["12 sequences", "3 targets"],
        fit_params={"X_val": CUBE, "y_val": LABELS[:3]},
    ),
    "y_val with NaN": Refusal(
        CUBE,
        REALS,
        ["NaN", "row 2"],
        estimator=RNNRegressor,
        fit_params={"X_val": CUBE, "y_val": changed(REALS, 2)},
    ),
    "y_val of another width": Refusal(
        CUBE,
        REALS,
        ["2 outputs", "fitted with 1"],
        estimator=RNNRegressor,
        fit_params={"X_val": CUBE, "y_val": CUBE[:, 0]},
    ),
    "an embedding for numbers": Refusal(
        CUBE, LABELS, ["embedding", "TextVectorizer"], params={"embedding": VECTORS}
    ),
    "an embedding of three axes": Refusal(
        TOKENS,
        LABELS,
        ["matrix", "(9, 3, 1)", "load_vectors"],
        params={"embedding": VECTORS[:, :, np.newaxis]},
    ),
    "an embedding without the unknown word": Refusal(
        TOKENS,
        LABELS,
        ["unknown word (row 1)", "(1, 3)", "load_vectors"],
        params={"embedding": VECTORS[:1]},
    ),
    "an embedding of text": Refusal(
        TOKENS,
        LABELS,
        ["matrix of numbers", "<U", "load_vectors"],
        params={"embedding": VECTORS.astype(str)},
    ),
    "an embedding with NaN": Refusal(
        TOKENS,
        LABELS,
        ["embedding contains NaN", "row 3"],
        params={"embedding": changed(VECTORS, (3, 1))},
    ),
    "a validation fraction that lacks a class": Refusal(
        CUBE,
        [0] * 6 + [1] * 5 + [2],
        ["early_stopping=True", "validation_fraction=0.1", "class", "X_val"],
        params={"early_stopping": True},
    ),
    "a split whose validation part lacks a class": Refusal(
        CUBE,
        np.repeat([0, 1], 6),
        ["validation part lacks 1 of 2 classes", "TimeSeriesSplit", "X_val"],
        params={"early_stopping": True, "validation_fraction": TimeSeriesSplit(3)},
    ),
    "a split whose training part lacks a class": Refusal(
        CUBE,
        np.repeat([0, 1], 6),
        ["training part lacks 1 of 2 classes", "X_val"],
        params={
            "early_stopping": True,
            "validation_fraction": [(np.arange(6), np.arange(4, 12))],
        },
    ),
    "a split beyond the rows": Refusal(
        CUBE,
        REALS,
        ["12 is out of bounds", "validation_fraction"],
        estimator=RNNRegressor,
        params={
            "early_stopping": True,
            "validation_fraction": [(np.arange(6), np.arange(6, 13))],
        },
    ),
    "a list that holds no split": Refusal(
        CUBE,
        LABELS,
        ["validation_fraction=[3]"],
        params={"early_stopping": True, "validation_fraction": [3]},
    ),
    "more splits than rows": Refusal(
        CUBE,
        LABELS,
        ["validation_fraction=KFold", "n_splits=20", "12"],
        params={"early_stopping": True, "validation_fraction": KFold(20)},
    ),
    "a validation part whose weights are all zero": Refusal(
        CUBE,
        REALS,
        ["validation part has weight zero", "positive weight"],
        estimator=RNNRegressor,
        params={
            "early_stopping": True,
            "validation_fraction": [(np.arange(6), np.arange(6, 12))],
        },
        fit_params={"sample_weight": np.repeat([1, 0], 6)},
    ),
    "a training part whose weights are all zero": Refusal(
        CUBE,
        REALS,
        ["training part has weight zero", "positive weight"],
        estimator=RNNRegressor,
        params={
            "early_stopping": True,
            "validation_fraction": [(np.arange(6), np.arange(6, 12))],
        },
        fit_params={"sample_weight": np.repeat([0, 1], 6)},
    ),
    "a device that is not there": Refusal(
        CUBE,
        LABELS,
        [f"device={ABSENT_DEVICE!r}", "no such device", "device='auto'"],
        params={"device": ABSENT_DEVICE},
    ),
    "an unknown device": Refusal(
        CUBE, LABELS, ["device='gpu'", "'cuda'", "'auto'"], params={"device": "gpu"}
    ),
    "callbacks that are not callbacks": Refusal(
        CUBE,
        LABELS,
        ["callbacks", "skorch", "(name, callback)", "got 3"],
        TypeError,
        params={"callbacks": [3]},
    ),
    "a callback that is another class": Refusal(
        CUBE, LABELS, ["callbacks", "dict"], TypeError, params={"callbacks": [dict]}
    ),
    "an unknown name in net_params": Refusal(
        CUBE, LABELS, ["unexpected", "lrr", "typo"], params={"net_params": {"lrr": 0.1}}
    ),
    "an unknown argument of the optimiser in net_params": Refusal(
        CUBE,
        LABELS,
        ["Adam", "unexpected", "beta"],
        TypeError,
        params={"net_params": {"optimizer__beta": 0.1}},
    ),
    "an unknown argument of the module in net_params": Refusal(
        CUBE,
        LABELS,
        ["net_params may not hold module__width", "module__nonlinearity"],
        params={"net_params": {"module__width": 3}},
    ),
    "an argument of the module that the estimator has": Refusal(
        CUBE,
        LABELS,
        ["module__hidden_size", "a parameter of the estimator"],
        params={"net_params": {"module__hidden_size": 3}},
    ),
    "an unknown activation in net_params": Refusal(
        CUBE,
        LABELS,
        ["nonlinearity", "'tanh'", "'softplus'", "'gelu'"],
        params={"net_params": {"module__nonlinearity": "gelu"}},
    ),
    "an activation where the cell has its own": Refusal(
        CUBE,
        LABELS,
        ["module__nonlinearity", "'relu'", "cell='lstm'", "set cell='rnn'"],
        params={"cell": "lstm", "net_params": {"module__nonlinearity": "relu"}},
    ),
    "characters of no length": Refusal(
        CUBE,
        LABELS,
        ["'module__characters_dim'", "net_params", "[1, inf)", "-1"],
        params={"net_params": {"module__characters_dim": -1}},
    ),
    "a word for whether vectors are frozen": Refusal(
        CUBE,
        LABELS,
        ["'module__freeze_embedding'", "net_params", "'a'"],
        params={"net_params": {"module__freeze_embedding": "a"}},
    ),
    "no threads of torch": Refusal(
        CUBE,
        LABELS,
        ["net_params['torch_threads']", "at least 1", "got 0", "leave it out"],
        params={"net_params": {"torch_threads": 0}},
    ),
    "no threads": Refusal(CUBE, LABELS, ["n_jobs must not be 0"], params={"n_jobs": 0}),
}


@pytest.mark.parametrize("refusal", IN_FIT.values(), ids=IN_FIT)
def test_fit_refuses(refusal):
    assert_refused(
        refusal.estimator(**{**SMALL, **refusal.params}),
        "fit",
        refusal.X,
        refusal.y,
        error=refusal.error,
        words=refusal.words,
        **refusal.fit_params,
    )


# parameter -> a value it cannot have, and what the error must name beside both.
BAD_PARAMETERS = [
    (RNNClassifier, "cell", "gruu", ["'lstm'", "'gru'", "'rnn'"]),
    (RNNClassifier, "pooling", "average", ["'mean'", "'last'", "'attention'"]),
    (RNNClassifier, "optimizer", "adamm", ["'adam'", "'sgd'", "'rmsprop'"]),
    (RNNClassifier, "lr_schedule", "cos", ["'cosine'", "'one_cycle'", "'plateau'"]),
    (RNNClassifier, "input", "text", ["'tokens'", "'numbers'", "'auto'"]),
    (RNNRegressor, "loss", "mse", ["'squared_error'", "'quantile'", "'poisson'"]),
    (RNNRegressor, "quantile", 1.0, ["(0.0, 1.0)"]),
    (RNNClassifier, "lr", np.nan, ["(0.0, inf)"]),
    (RNNClassifier, "validation_fraction", 2, ["(0.0, 1.0)", "split"]),
    (RNNClassifier, "device", None, ["str"]),
    (RNNClassifier, "n_jobs", 1.5, ["int", "None"]),
    (RNNClassifier, "embedding", 3, ["array-like", "None"]),
    (RNNClassifier, "callbacks", 3, ["list", "None"]),
    (RNNClassifier, "net_params", [3], ["dict", "None"]),
]


@pytest.mark.parametrize(
    ("estimator_class", "name", "value", "accepted"),
    BAD_PARAMETERS,
    ids=[f"{name}={value!r}" for _, name, value, _ in BAD_PARAMETERS],
)
def test_a_parameter_out_of_range_is_refused(estimator_class, name, value, accepted):
    assert_refused(
        estimator_class(**{**SMALL, name: value}),
        "fit",
        CUBE,
        LABELS if estimator_class is RNNClassifier else REALS,
        error=ValueError,
        words=[f"{name!r} parameter", str(value), *accepted],
    )


def test_the_vectoriser_refuses_a_lone_string():
    with pytest.raises(ValueError, match=r"str object received; .* list: \[text\]"):
        TextVectorizer().fit("a lone string")


# -- before and after fit --------------------------------------------------------


@pytest.fixture(scope="module")
def fitted():
    make = RNNClassifier(**SMALL).fit
    return {
        "tokens": make(TOKENS, LABELS),
        "table": RNNClassifier(**SMALL).fit(TABLE, LABELS),
        "cube": RNNClassifier(**SMALL).fit(CUBE, LABELS),
    }


AT_PREDICT = {
    "a wider table": ("table", TABLE[:, :3], ["3 features", "expecting 4 features"]),
    "channels first": ("cube", CUBE.swapaxes(1, 2), ["from_channels_first", "aeon"]),
    "a table after a cube": ("cube", TABLE, ["fitted on numbers", "as it was in fit"]),
    "numbers after tokens": ("tokens", TABLE, ["fitted on token ids", "got numbers"]),
    "NaN": ("cube", changed(CUBE, (2, 1)), ["NaN", "sample 2, step 1"]),
}


@pytest.mark.parametrize(("kind", "X", "words"), AT_PREDICT.values(), ids=AT_PREDICT)
def test_another_width_or_kind_is_refused_at_predict(fitted, kind, X, words):
    seen = {"tokens": TOKENS, "table": TABLE, "cube": CUBE}[kind]
    before = fitted[kind].decision_function(seen)
    assert_refused(fitted[kind], "predict", X, error=ValueError, words=words)
    assert np.array_equal(fitted[kind].decision_function(seen), before)


def test_attention_weights_need_attention(fitted):
    assert_refused(
        fitted["cube"],
        "attention_weights",
        CUBE,
        error=ValueError,
        words=["pooling='attention'", "pooling='max'", "fit again"],
    )


# -- partial_fit -----------------------------------------------------------------

IN_PARTIAL_FIT = {
    "no classes in the first call": (
        {},
        (CUBE, LABELS),
        ["classes", "first call", "every label"],
    ),
    "labels that are not among the classes": (
        {},
        (CUBE, LABELS + 5, [0, 1]),
        ["not among the classes [0, 1]", "[5, 6]", "classes="],
    ),
    "balanced class weights": (
        {"class_weight": "balanced"},
        (CUBE, LABELS, [0, 1]),
        ["class_weight='balanced'", "all of y", "dict"],
    ),
    "class weights for a multilabel target": (
        {"class_weight": {0: 2.0}},
        (CUBE, INDICATORS, [0, 1, 2]),
        ["class_weight", "multilabel", "sample_weight"],
    ),
    "a single class": ({}, (CUBE, np.zeros(12), [0]), ["at least two classes"]),
    "all-zero weights": (
        {},
        (CUBE, LABELS, [0, 1], np.zeros(12)),
        ["eight", "zero"],
    ),
}


@pytest.mark.parametrize(
    ("params", "data", "words"), IN_PARTIAL_FIT.values(), ids=IN_PARTIAL_FIT
)
def test_partial_fit_refuses(params, data, words):
    model = RNNClassifier(**SMALL, **params)
    assert_refused(model, "partial_fit", *data, error=ValueError, words=words)


IN_A_LATER_PARTIAL_FIT = {
    "labels that came later": (
        (CUBE, LABELS + 1),
        ["not among the classes [0, 1]", "[2]", "classes="],
    ),
    "other classes": (
        (CUBE, LABELS, [0, 1, 2]),
        ["classes=[0, 1, 2]", "[0, 1]", "first call"],
    ),
    "another kind": ((TABLE, LABELS), ["fitted on numbers", "as it was in fit"]),
    "another target": ((CUBE, INDICATORS), ["indicator matrix", "binary"]),
    "another length of y": ((CUBE, LABELS[:-1]), ["12 sequences", "11 targets"]),
}


@pytest.mark.parametrize(
    ("data", "words"), IN_A_LATER_PARTIAL_FIT.values(), ids=IN_A_LATER_PARTIAL_FIT
)
def test_a_later_partial_fit_refuses_and_moves_no_prediction(data, words):
    model = RNNClassifier(**SMALL).partial_fit(CUBE, LABELS, classes=[0, 1])
    before = model.decision_function(CUBE)
    assert_refused(model, "partial_fit", *data, error=ValueError, words=words)
    assert np.array_equal(model.decision_function(CUBE), before)


def test_the_same_classes_may_be_named_again_and_in_any_order():
    model = RNNClassifier(**SMALL).partial_fit(CUBE, LABELS, classes=[1, 0])
    assert model.partial_fit(CUBE, LABELS, classes=[0, 1]).n_iter_ == 2


def test_a_batch_of_zeros_is_a_batch_of_counts():
    model = RNNRegressor(**SMALL, loss="poisson").partial_fit(CUBE, LABELS)
    assert model.partial_fit(CUBE, np.zeros(12)).n_iter_ == 2


# -- early stopping by itself ----------------------------------------------------


@pytest.mark.parametrize(
    ("validation_fraction", "lacking"),
    [(0.25, True), (0.25, False), (TimeSeriesSplit(3), True)],
)
def test_auto_trains_on_all_rows_where_a_part_would_lack_a_class(
    monkeypatch, validation_fraction, lacking
):
    monkeypatch.setattr(_validation_part, "AUTO_EARLY_STOPPING_ROWS", 12)
    y = np.repeat([0, 1], [11, 1]) if lacking else LABELS
    model = RNNClassifier(**SMALL, validation_fraction=validation_fraction)
    assert ("valid_loss" in model.fit(CUBE, y).history_) != lacking
    whole = RNNClassifier(**SMALL, early_stopping=False).fit(CUBE, y)
    same = np.array_equal(whole.decision_function(CUBE), model.decision_function(CUBE))
    assert same == lacking


# -- training that diverges ------------------------------------------------------


class Poison(Callback):
    """Fills the weights of the output with NaN, at one moment of one epoch."""

    def __init__(self, moment, epoch=3, batch=1):
        self.moment = moment
        self.epoch = epoch
        self.batch = batch

    def act(self, net, moment):
        if moment == self.moment and len(net.history) == self.epoch:
            with torch.no_grad():
                net.module_.head.affine.weight.fill_(np.nan)

    def on_epoch_begin(self, net, **kwargs):
        self.act(net, "epoch begin")

    def on_batch_end(self, net, training=False, **kwargs):
        if training and len(net.history[-1, "batches"]) == self.batch:
            self.act(net, "batch end")

    def on_epoch_end(self, net, **kwargs):
        self.act(net, "epoch end")


def fit_poisoned(estimator, y, poison, **fit_params):
    estimator.set_params(callbacks=[poison])
    with pytest.warns(DivergenceWarning) as caught:
        estimator.fit(CUBE, y, **fit_params)
    (warning,) = (w for w in caught if w.category is DivergenceWarning)
    for remedy in ("lr", "max_grad_norm", "standardize"):
        assert remedy in str(warning.message)
    assert warning.filename == __file__
    return estimator


# Epochs have three batches; after the last of them no loss of training shows the
# poison.  The last good epoch is 3 where the poison comes after it, at the "epoch end".
@pytest.mark.parametrize(
    ("poison", "max_epochs", "n_good", "watched"),
    [
        (Poison("epoch begin"), 5, 2, False),
        (Poison("batch end", batch=1), 5, 2, True),
        (Poison("batch end", batch=3), 5, 2, False),
        (Poison("batch end", batch=3), 3, 2, True),
        (Poison("epoch end"), 5, 3, True),
        (Poison("epoch end"), 3, 3, False),
    ],
    ids=["begin", "first batch", "last batch", "last update", "end", "very end"],
)
def test_training_that_diverges_keeps_the_last_good_weights(
    poison, max_epochs, n_good, watched
):
    y = REALS
    params = {**SMALL, "batch_size": 4, "dropout": 0.2}
    fit_params = {"X_val": CUBE[::-2], "y_val": y[::-2]} if watched else {}
    good = RNNRegressor(**{**params, "max_epochs": n_good}).fit(CUBE, y, **fit_params)
    model = RNNRegressor(**{**params, "max_epochs": max_epochs})
    fit_poisoned(model, y, poison, **fit_params)

    assert np.isfinite(model.transform(CUBE)).all()
    assert np.array_equal(model.predict(CUBE), good.predict(CUBE))
    assert np.array_equal(model.transform(CUBE), good.transform(CUBE))

    assert model.n_iter_ == len(model.loss_curve_) == n_good
    assert model.history_.keys() == good.history_.keys()
    for name, values in model.history_.items():
        assert values.shape == (n_good,), name
        assert np.isfinite(values).all(), name
    assert np.array_equal(model.history_["train_loss"], good.history_["train_loss"])


@pytest.mark.parametrize("watched", [False, True])
def test_a_huge_learning_rate_is_noticed(watched):
    fit_params = {"X_val": CUBE[1:], "y_val": REALS[1:]} if watched else {}
    model = RNNRegressor(**{**SMALL, "max_epochs": 9}, lr=1e30, max_grad_norm=None)
    with pytest.warns(DivergenceWarning, match=r"epoch \d.*Lower lr"):
        model.fit(CUBE, REALS, **fit_params)
    assert model.n_iter_ < 9
    assert np.isfinite(model.predict(CUBE)).all()
    assert np.isfinite(model.loss_curve_).all()


def test_divergence_at_once_leaves_the_first_weights():
    model = RNNRegressor(**SMALL, callbacks=[Poison("epoch begin", epoch=1)])
    with pytest.warns(DivergenceWarning, match="epoch 1"):
        model.fit(CUBE, REALS)
    assert model.n_iter_ == len(model.loss_curve_) == 0
    assert np.isfinite(model.predict(CUBE)).all()


def test_partial_fit_goes_on_after_a_batch_that_diverged():
    model = RNNRegressor(**SMALL, standardize=False).partial_fit(CUBE, REALS)
    before = model.predict(CUBE)
    with pytest.warns(DivergenceWarning):
        model.partial_fit(CUBE, np.full(12, 3e38))
    assert np.array_equal(model.predict(CUBE), before)
    assert model.n_iter_ == 1
    model.partial_fit(CUBE, REALS)
    assert model.n_iter_ == 2
    assert np.isfinite(model.predict(CUBE)).all()
    assert not np.array_equal(model.predict(CUBE), before)


def test_a_refused_fit_leaves_a_fitted_estimator_as_it_was():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    regressor = RNNRegressor(4, cell="rnn", max_epochs=2, random_state=0).fit(X, y)
    before, attributes = regressor.predict(X), set(vars(regressor))
    regressor.set_params(loss="poisson", input="tokens")
    with pytest.raises(ValueError):
        regressor.fit(X, y)
    np.testing.assert_array_equal(regressor.predict(X), before)
    assert set(vars(regressor)) == attributes


MASK = np.arange(12) == 2
WEIGHTS = {
    "masked": (np.ma.masked_array(np.ones(12), MASK), "sample_weight contains NaN"),
    "missing": (pd.Series([1.0, *[None] * 11], dtype="Float64"), "contains NaN"),
    "durations": (np.arange(12).astype("m8[h]"), "sample_weight holds dates"),
}


@pytest.mark.parametrize(("weight", "words"), WEIGHTS.values(), ids=WEIGHTS)
def test_weights_say_what_is_missing(weight, words):
    model = RNNRegressor(**SMALL)
    with pytest.raises(ValueError, match=words):
        model.fit(CUBE, REALS, sample_weight=weight)
    assert not hasattr(model, "net_")


def test_nullable_weights_and_targets_give_the_fit_of_arrays():
    weight = rng.integers(0, 3, size=12)
    expected = RNNRegressor(**SMALL).fit(CUBE, REALS, sample_weight=weight)
    nullable = pd.array(REALS, "Float64"), pd.array(weight, "Int64")
    found = RNNRegressor(**SMALL).fit(CUBE, nullable[0], sample_weight=nullable[1])
    np.testing.assert_array_equal(found.predict(CUBE), expected.predict(CUBE))
