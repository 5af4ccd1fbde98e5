"""Saved and loaded, copied and continued: the same bits come out."""

import copy
import numbers
import pickle
import re
import subprocess
import sys
from functools import cache, partial

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr
from skorch.callbacks import LRScheduler
from torch.optim.lr_scheduler import StepLR

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.estimators.targets import Target
from sklearn_rnn.exceptions import DivergenceWarning

SMALL = {"hidden_size": 4, "max_epochs": 2, "batch_size": 10, "random_state": 0}

rng = np.random.default_rng(0)
CUBE = rng.normal(size=(30, 5, 2))
RAGGED = [rng.normal(size=(length, 2)) for length in rng.integers(1, 8, size=30)]
LABELS = np.array(["a", "b", "c"])[np.arange(30) % 3]
INDICATORS = rng.integers(0, 2, size=(30, 3))
REALS = rng.normal(size=(30, 2))
DOCUMENTS = [f"{'no' if i % 2 else 'yes'} word{i % 7} word{i % 5}" for i in range(30)]


def token_rows(n_words):
    """Ids of 30 sequences of 1 to 6 steps, all words but one of them frequent."""
    lengths = rng.integers(1, 7, size=30)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    indices = np.concatenate([np.arange(length) for length in lengths])
    data = rng.integers(2, n_words, size=len(indices)).astype(np.int32)
    data[0] = n_words  # seen once: training forgets it at random
    return sparse.csr_matrix((data, indices, indptr), shape=(30, 6))


FEW_WORDS, MORE_WORDS = token_rows(9), token_rows(14)


def inverse_time(update):
    return 1 / (1 + 0.5 * update)


def outputs(estimator, X):
    """Compute all an estimator can say of X."""
    said = [estimator.predict(X), estimator.transform(X)]
    if hasattr(estimator, "predict_proba"):
        said += [estimator.predict_proba(X), estimator.decision_function(X)]
    if estimator._setting("pooling") == "attention":
        said.append(estimator.attention_weights(X))
    return said


def assert_same_bits(one, other):
    for a, b in zip(one, other, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def by_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))


CASES = {
    "classifier": (RNNClassifier(**SMALL), CUBE, LABELS),
    "counts": (RNNRegressor(**SMALL, loss="poisson"), RAGGED, np.arange(30.0)),
    "tokens": (RNNClassifier(**SMALL, embedding_dim=3), FEW_WORDS, LABELS),
    "given vectors": (
        RNNClassifier(**SMALL, embedding=rng.normal(size=(10, 3)), dropout=0.2),
        FEW_WORDS,
        LABELS,
    ),
    "attention": (
        RNNClassifier(**SMALL, pooling="attention", bidirectional=True, num_layers=2),
        RAGGED,
        LABELS,
    ),
    "multilabel": (RNNClassifier(**SMALL, cell="rnn"), RAGGED, INDICATORS),
    "schedule": (RNNRegressor(**SMALL, lr_schedule=inverse_time), CUBE, REALS),
    "callbacks": (
        RNNRegressor(
            **SMALL, callbacks=[("steps", LRScheduler(policy=StepLR, step_size=1))]
        ),
        CUBE,
        REALS,
    ),
    "early stopping": (
        RNNClassifier(**SMALL, early_stopping=True, validation_fraction=0.3),
        CUBE,
        LABELS,
    ),
}


@cache
def fit_case(name):
    estimator, X, y = CASES[name]
    return clone(estimator).fit(X, y)


@pytest.fixture(params=CASES)
def case(request):
    """An estimator of each case, fitted once, and what it was fitted on."""
    _, X, y = CASES[request.param]
    return fit_case(request.param), X, y


def shown(estimator):
    """Show an estimator without the addresses of the objects it was given."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(estimator))


def test_a_fitted_estimator_comes_back_with_the_same_bits(case):
    fitted, X, _ = case
    again = by_pickle(fitted)
    assert_same_bits(outputs(again, X), outputs(fitted, X))
    assert again.history_.keys() == fitted.history_.keys()
    for name, values in fitted.history_.items():
        np.testing.assert_array_equal(again.history_[name], values)
    assert [dict(row, batches=None) for row in again.net_.history] == [
        dict(row, batches=None) for row in fitted.net_.history
    ]
    assert again.n_iter_ == fitted.n_iter_
    assert shown(again) == shown(fitted)


def test_what_came_back_is_a_copy_of_its_own():
    fitted, (_, X, y) = fit_case("tokens"), CASES["tokens"]
    before = outputs(fitted, X)
    again = by_pickle(fitted)
    again.fit(X[:20], y[:20])
    assert_same_bits(outputs(fitted, X), before)


def test_a_pipeline_and_a_search_come_back_with_the_same_bits():
    pipe = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL))
    grid = {"rnnclassifier__hidden_size": [2, 3]}
    search = GridSearchCV(pipe, grid, cv=2).fit(DOCUMENTS, np.arange(30) % 2)
    fitted = search.best_estimator_
    for estimator in (search, fitted):
        again = by_pickle(estimator)
        np.testing.assert_array_equal(
            again.predict_proba(DOCUMENTS), estimator.predict_proba(DOCUMENTS)
        )
    np.testing.assert_array_equal(
        fitted.predict_proba(DOCUMENTS), search.predict_proba(DOCUMENTS)
    )


def test_another_process_computes_the_same_bits(tmp_path):
    names = ["classifier", "tokens", "attention", "multilabel"]
    loaded_there = []
    for name in names:
        fitted, X = fit_case(name), CASES[name][1]
        loaded_there.append((fitted, X, fitted.predict_proba(X)))
    (tmp_path / "estimators.pickle").write_bytes(pickle.dumps(loaded_there))
    program = (
        "import pickle, sys\n"
        "for fitted, X, expected in pickle.load(open(sys.argv[1], 'rb')):\n"
        "    print((fitted.predict_proba(X) == expected).all())\n"
    )
    command = [sys.executable, "-c", program, tmp_path / "estimators.pickle"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["True"] * len(names), result.stderr


def test_a_pickle_of_parameters_set_after_fit_predicts_as_before():
    fitted = RNNClassifier(**SMALL, pooling="attention").fit(FEW_WORDS, LABELS)
    before = outputs(fitted, FEW_WORDS)
    fitted.set_params(
        hidden_size=7,
        cell="gru",
        num_layers=2,
        bidirectional=True,
        pooling="mean",
        embedding_dim=5,
        embedding=np.ones((4, 3)),
        input="numbers",
        device="cuda",
        optimizer="sgd",
        net_params={"optimizer__momentum": 0.9},
    )
    again = by_pickle(fitted)
    assert again.hidden_size == 7
    assert_same_bits(outputs(again, FEW_WORDS), before)


def test_what_was_fitted_on_a_device_that_is_missing_here_loads():
    fitted = RNNClassifier(**SMALL).fit(CUBE, LABELS)
    expected = fitted.predict_proba(CUBE)
    fitted._settings["device"] = "cuda:99"  # as if fitted elsewhere
    np.testing.assert_array_equal(by_pickle(fitted).predict_proba(CUBE), expected)


# -- what is in the file -----------------------------------------------------------


def strangers(tree, path="state"):
    """Name what in a state is no array, number, string or container of them."""
    if isinstance(tree, Target):
        tree = vars(tree)
    if type(tree) is np.ndarray and tree.dtype.kind == "O":
        tree = tree.tolist()
    if type(tree) is dict:
        branches = [
            *((key, "a key") for key in tree),
            *zip(tree.values(), tree, strict=True),
        ]
    elif type(tree) in (list, tuple):
        branches = zip(tree, range(len(tree)), strict=True)
    else:
        plain = (np.ndarray, np.bool_, numbers.Number, str, type(None))
        return [] if isinstance(tree, plain) else [f"{path}: {type(tree)}"]
    return [
        stranger
        for branch, key in branches
        for stranger in strangers(branch, f"{path}[{key!r}]")
    ]


@pytest.mark.parametrize(
    "name", ["tokens", "attention", "multilabel", "early stopping"]
)
def test_the_state_is_arrays_numbers_and_strings(name):
    assert strangers(fit_case(name).__getstate__()) == []


@pytest.mark.parametrize("lr_schedule", ["one_cycle", "plateau"])
def test_the_state_to_train_on_is_arrays_numbers_and_strings_too(lr_schedule):
    estimator = RNNClassifier(**SMALL, lr_schedule=lr_schedule)
    estimator.partial_fit(FEW_WORDS, LABELS, classes=["a", "b", "c"])
    assert "optimizer" in estimator.__getstate__()["_net_state"]
    assert strangers(estimator.__getstate__()) == []


@pytest.mark.parametrize("estimator", [RNNClassifier(64), RNNRegressor(64)])
def test_an_estimator_pickles_to_less_than_half_of_its_net(estimator):
    estimator.set_params(max_epochs=1, random_state=0)
    estimator.fit(CUBE, LABELS if isinstance(estimator, RNNClassifier) else REALS)
    size, size_of_net = len(pickle.dumps(estimator)), len(pickle.dumps(estimator.net_))
    assert size < size_of_net / 2


def test_the_state_of_the_optimizer_is_kept_for_partial_fit_only():
    estimator = RNNClassifier(**SMALL).fit(CUBE, LABELS)
    assert "optimizer" not in estimator.__getstate__()["_net_state"]
    estimator.partial_fit(CUBE, LABELS)
    assert "optimizer" in estimator.__getstate__()["_net_state"]
    estimator.fit(CUBE, LABELS)
    assert "optimizer" not in estimator.__getstate__()["_net_state"]


# -- going on ----------------------------------------------------------------------


def assert_goes_on(estimator, parts):
    """Compare training in parts with training in parts, pickled between them."""
    unbroken, broken = clone(estimator), clone(estimator)
    target = {"classes": ["a", "b", "c"]} if hasattr(estimator, "predict_proba") else {}
    for X, y in parts:
        unbroken.partial_fit(X, y, **target)
        broken = by_pickle(by_pickle(broken).partial_fit(X, y, **target))
        assert_same_bits(outputs(broken, X), outputs(unbroken, X))
    np.testing.assert_array_equal(broken.history_["lr"], unbroken.history_["lr"])
    assert broken.loss_curve_ == unbroken.loss_curve_
    assert unbroken.n_iter_ == len(parts)
    return unbroken


@pytest.mark.parametrize(
    "params",
    [
        {"optimizer": "sgd", "net_params": {"optimizer__momentum": 0.9}},
        {"lr_schedule": "plateau"},
        {"lr_schedule": partial(StepLR, step_size=4, gamma=0.5)},
    ],
    ids=" ".join,
)
def test_partial_fit_goes_on_after_a_pickle_as_if_unbroken(params):
    estimator = RNNClassifier(**{**SMALL, "max_epochs": 3}, **params)
    parts = [(CUBE, LABELS), (CUBE[:17], LABELS[:17]), (CUBE, LABELS), (CUBE, LABELS)]
    assert_goes_on(estimator, parts)


@pytest.mark.parametrize(
    "params",
    [
        {"optimizer": "rmsprop", "lr_schedule": inverse_time},
        {"dropout": 0.3, "lr_schedule": "cosine"},
    ],
    ids=" ".join,
)
def test_partial_fit_goes_on_after_a_pickle_when_new_words_come_later(params):
    estimator = RNNClassifier(**SMALL, embedding_dim=3, **params)
    parts = [(FEW_WORDS, LABELS), (MORE_WORDS, LABELS), (FEW_WORDS, LABELS)]
    unbroken = assert_goes_on(estimator, [*parts, (MORE_WORDS, LABELS)])
    assert len(unbroken.token_counts_) == 15  # ids 0 to 14


def test_new_words_do_not_disturb_the_momentum_of_the_old_ones():
    # A longer table for a word that never comes.  With unknown words in training
    # (id 1) no other vector depends on the number of words.
    first = FEW_WORDS.copy()
    first.data[-1] = 1
    params = {"embedding_dim": 3, "lr_schedule": inverse_time, **SMALL}
    grown = RNNRegressor(**params).partial_fit(first, REALS)
    same = by_pickle(grown)
    same.partial_fit(first, REALS)
    grown.token_counts_ = np.append(grown.token_counts_, 0)
    grown.partial_fit(first, REALS)
    assert grown.net_.module_.embedder.tokens.num_embeddings == 11
    assert_same_bits(outputs(grown, first), outputs(same, first))


def test_partial_fit_after_fit_starts_a_new_optimizer_pickled_or_not():
    fitted = RNNClassifier(**SMALL, dropout=0.2, lr_schedule="cosine")
    fitted.fit(CUBE, LABELS)
    again = by_pickle(fitted)
    for estimator in (fitted, again):
        estimator.partial_fit(CUBE, LABELS)
    assert_same_bits(outputs(again, CUBE), outputs(fitted, CUBE))


def test_partial_fit_goes_on_where_a_deepcopy_was_taken():
    estimator = RNNClassifier(**SMALL, dropout=0.2)
    estimator.partial_fit(CUBE, LABELS, classes=["a", "b", "c"])
    copied = copy.deepcopy(estimator)
    for one in (estimator, copied):
        one.partial_fit(CUBE, LABELS)
    assert_same_bits(outputs(copied, CUBE), outputs(estimator, CUBE))


def test_partial_fit_after_a_divergence_goes_on_with_a_new_optimizer():
    estimator = RNNRegressor(**SMALL).partial_fit(CUBE, REALS)
    before = outputs(estimator, CUBE)
    for group in estimator.net_.optimizer_.param_groups:
        group["lr"] = 1e38
    with pytest.warns(DivergenceWarning):
        estimator.partial_fit(CUBE, REALS)
    assert_same_bits(outputs(estimator, CUBE), before)
    again = by_pickle(estimator)
    for one in (estimator, again):
        one.partial_fit(CUBE, REALS)
        assert np.isfinite(one.predict(CUBE)).all()
    assert_same_bits(outputs(again, CUBE), outputs(estimator, CUBE))


def test_warm_start_goes_on_from_the_weights():
    X = FEW_WORDS
    params = {**SMALL, "max_epochs": 5, "lr": 0.003}
    estimator = RNNClassifier(**params, warm_start=True)
    first = estimator.fit(X, LABELS).loss_curve_
    estimator.fit(X, LABELS)
    assert estimator.n_iter_ == 10
    assert estimator.loss_curve_[:5] == first
    assert estimator.loss_curve_[5] < first[0]
    assert estimator.loss_curve_[-1] < first[-1]
    cold = RNNClassifier(**params).fit(X, LABELS)
    assert cold.fit(X, LABELS).loss_curve_ == first


def test_warm_start_goes_on_after_a_pickle_as_if_unbroken():
    estimator = RNNClassifier(**SMALL, dropout=0.3, warm_start=True)
    estimator.fit(FEW_WORDS, LABELS)
    again = by_pickle(estimator)
    for one in (estimator, again):
        one.fit(MORE_WORDS, LABELS)
    assert_same_bits(outputs(again, MORE_WORDS), outputs(estimator, MORE_WORDS))


def test_warm_start_with_a_tiny_rate_hardly_moves_the_predictions():
    estimator = RNNRegressor(**SMALL, lr_schedule=None, warm_start=True)
    estimator.fit(CUBE, REALS)
    before = estimator.predict(CUBE)
    # The scale of y stays that of the first fit, for which the weights were learnt.
    estimator.set_params(lr=1e-12).fit(CUBE, 100.0 * REALS)
    np.testing.assert_allclose(estimator.predict(CUBE), before, rtol=1e-5, atol=1e-6)
    assert estimator.history_["lr"].tolist() == [0.01, 0.01, 1e-12, 1e-12]


# -- how it looks ------------------------------------------------------------------


def test_an_estimator_shows_what_differs_from_the_defaults():
    fitted = fit_case("attention")
    html = estimator_html_repr(fitted)
    assert type(fitted).__name__ in html
    assert "hidden_size" in html
    assert "Fitted" in html
    shown = repr(fitted)
    assert shown.startswith(f"{type(fitted).__name__}(")
    assert "hidden_size=4" in shown
    assert "num_layers=1" not in shown


@pytest.mark.parametrize("estimator", [RNNClassifier(), RNNRegressor()])
def test_the_plain_estimator_shows_its_name_alone(estimator):
    assert repr(estimator) == f"{type(estimator).__name__}()"
    assert "Not fitted" in estimator_html_repr(estimator)
    again = type(estimator)(**estimator.get_params())
    assert again.get_params() == estimator.get_params()
