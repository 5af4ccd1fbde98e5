"""What every estimator promises, once. Those to come are found: no list names them.

`check_sequence_estimator` is the suite, for estimators of any library. The tests below
hold what only ours promise: the same bits for any order of the rows given to `fit`,
weights that are copies, pickles without torch.
"""

import copy
import inspect
import io
import os
import pickle
from functools import cache

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV

from sklearn_rnn.testing import all_estimators, check_sequence_estimator
from sklearn_rnn.testing._manners import MAY_ALWAYS_CHANGE
from sklearn_rnn.testing._predictions import assert_same, take
from sklearn_rnn.testing._samples import as_objects, make_noise
from sklearn_rnn.testing._subject import Subject

SMALL = {"hidden_size": 8, "max_epochs": 4, "lr": 0.1, "random_state": 0}
# Tried beside the defaults, by every estimator that has all of the parameters.
CHOICES = {
    "defaults": {},
    "Elman, one way": {"cell": "rnn", "bidirectional": False, "num_layers": 2},
    "attention": {"cell": "gru", "pooling": "attention"},
    "CRF": {"cell": "gru", "output": "crf"},
    "missing values": {"missing": "mask", "standardize": "sequence"},
    "characters": {"characters": True},
    "dense ids": {"sparse_output": False},
    "quantiles": {"quantiles": [0.1, 0.9], "batches_per_epoch": 2},
}
ESTIMATORS = dict(all_estimators())
PREDICTORS = [name for name, kind in ESTIMATORS.items() if hasattr(kind, "predict")]
# Of a forecaster rows are steps of time, which neither come in any order nor repeat.
OF_SEQUENCES = [name for name in PREDICTORS if not hasattr(ESTIMATORS[name], "update")]

# After so short a training an answer may be empty, or go on for ever.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::sklearn_rnn.exceptions.{name}")
    for name in (
        "NothingLearntWarning",
        "NotBetterThanNaiveWarning",
        "TruncationWarning",
    )
]

every_estimator = pytest.mark.parametrize("name", ESTIMATORS)
every_predictor = pytest.mark.parametrize("name", PREDICTORS)
every_predictor_of_sequences = pytest.mark.parametrize("name", OF_SEQUENCES)


def parameters_of(name):
    return inspect.signature(ESTIMATORS[name]).parameters


def make(name, **params):
    """Make a small estimator, with those of the parameters that it has."""
    has = parameters_of(name)
    if "target_vectorizer" in has:  # its answers would often go on to the limit
        params = {"max_length": 4, "beam_size": 2, **params}
    if "horizon" in has:  # an epoch is as long as it is said to be
        params = {"batches_per_epoch": 2, "horizon": 6, "max_epochs": 2, **params}
    params = {**SMALL, **params}
    return ESTIMATORS[name](**{key: params[key] for key in params if key in has})


@cache
def subject_of(name):
    return Subject(make(name, max_epochs=2), rtol=0)


def classes_of(estimator, y):
    """Name the classes where the first `partial_fit` asks for them."""
    if "classes" not in inspect.signature(estimator.partial_fit).parameters:
        return {}
    return {"classes": np.unique(np.hstack(y))}


# -- the suite ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        (name, choice)
        for name in ESTIMATORS
        for choice, params in CHOICES.items()
        if params.keys() <= parameters_of(name).keys()
        if choice != "defaults" or "horizon" not in parameters_of(name)
    ],
)
def test_every_check_passes_to_the_bit_and_none_is_skipped(name, choice):
    estimator = make(name, **CHOICES[choice])
    results = check_sequence_estimator(estimator, rtol=0, on_skip=None)
    assert {result["status"] for result in results} == {"passed"}


# -- the same bits -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "params"),
    [
        (name, params)
        for name in OF_SEQUENCES
        for params in (
            {"cell": "rnn"},
            {"cell": "gru"},
            {"cell": "lstm"},
            {"cell": "rnn", "quantiles": [0.1, 0.9]},
            {"cell": "rnn", "kernel_sizes": (3,)},
        )
        if params.keys() <= parameters_of(name).keys()
    ],
)
def test_no_batch_of_any_size_changes_a_bit(name, params):
    # So many units and rows that sums are laid out in several ways.
    subject = Subject(make(name, **params, hidden_size=33, max_epochs=1), rtol=0)
    X, y = make_noise(subject.kind, ragged=True, n_rows=128, longest=10)
    fitted = subject.fit(as_objects(X), subject.pack_target(y))
    expected = subject.said(fitted, as_objects(X))
    order = np.random.default_rng(0).permutation(128)
    batches = [order, np.repeat(order[:40], 2), *(np.array([i]) for i in range(20))]
    batches += [np.arange(128 - n, 128) for n in (2, 3, 7, 8, 9, 31, 33, 64, 100)]
    for rows in batches:
        said = subject.said(fitted, as_objects([X[i] for i in rows]))
        assert_same(said, take(expected, rows), f"{len(rows)} rows were asked for")


@pytest.mark.parametrize(
    "params",
    [
        {"batch_size": 7, "dropout": 0.4, "num_layers": 2},
        {"batch_size": 9, "class_weight": "balanced", "standardize": False},
    ],
    ids=["small batches", "balanced"],
)
@every_predictor_of_sequences
def test_weight_k_is_k_copies_in_any_order_and_weight_0_is_none(name, params):
    subject = Subject(make(name, max_epochs=2, **params), rtol=0)
    X, y = make_noise(subject.kind, ragged=True, n_rows=40)
    rng = np.random.default_rng(1)
    weight = rng.integers(0, 4, size=40)
    copies = rng.permutation(np.repeat(np.arange(40), weight))
    X, y = as_objects(X), subject.pack_target(y)
    weighted = subject.fit(X, y, sample_weight=weight)
    copied = subject.fit(X[copies], y[copies])
    said, expected = (subject.said(fitted, X) for fitted in (copied, weighted))
    assert_same(said, expected, "Weights became copies")
    assert copied.loss_curve_ == weighted.loss_curve_


@every_predictor
def test_another_seed_gives_another_fit_and_none_gives_another_each_time(name):
    X, y = subject_of(name).data()

    def losses(seed):
        estimator = make(name, max_epochs=2, random_state=seed, dropout=0.3)
        return estimator.fit(X, y).loss_curve_

    assert losses(0) == losses(0)
    assert losses(0) != losses(1)
    assert losses(None) != losses(None)


@every_predictor
def test_a_search_finds_the_same_bits_with_any_number_of_workers(name):
    subject = subject_of(name)
    X, y = subject.data()
    # Without n_jobs the last fit would use the threads that joblib was told.
    estimator = subject.new().set_params(n_jobs=1)
    search = GridSearchCV(estimator, {"hidden_size": [2, 3]}, cv=2)
    in_turn = search.fit(X, y)
    scores = in_turn.cv_results_["mean_test_score"]
    expected = subject.said(in_turn.best_estimator_, X)
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend, n_jobs=2):
            found = search.fit(X, y)
        np.testing.assert_array_equal(found.cv_results_["mean_test_score"], scores)
        assert_same(subject.said(found.best_estimator_, X), expected, backend)


@every_predictor_of_sequences
def test_a_refit_is_a_fit_on_all_rows_for_the_best_number_of_epochs(name):
    X, y = subject_of(name).data()
    stops = {"early_stopping": True, "validation_fraction": 0.3}
    refitted = make(name, lr=0.05, max_epochs=6, refit=True).set_params(**stops)
    refitted.fit(X, y)
    n_epochs = refitted.best_epoch_
    on_all = make(name, lr=0.05, max_epochs=n_epochs, early_stopping=False).fit(X, y)
    expected = on_all.net_.module_.state_dict()
    for key, weight in refitted.net_.module_.state_dict().items():
        assert torch.equal(weight, expected[key]), key
    assert refitted.loss_curve_ == on_all.loss_curve_
    assert len(refitted.validation_history_["valid_loss"]) >= n_epochs


@every_predictor_of_sequences
def test_an_encoder_is_taken_from_another_fit_and_stays_while_it_is_frozen(name):
    subject = subject_of(name)
    X, y = subject.data()
    source = FrozenEstimator(subject.fitted)
    taken = clone(subject.new()).set_params(pretrained=source, freeze_epochs="all")
    taken.set_params(random_state=3).fit(X, y)
    for part in ("embedder", "encoder"):
        of_source, of_taken = (
            getattr(fitted.net_.module_, part).state_dict()
            for fitted in (subject.fitted, taken)
        )
        assert all(torch.equal(of_source[k], of_taken[k]) for k in of_source)
    said = subject.said(taken, X)
    with pytest.raises(AssertionError):
        assert_same(said, subject.said(subject.fitted, X), "The head is new")


# -- copies ------------------------------------------------------------------------


def by_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


@every_estimator
def test_every_copy_gives_the_same_bits(name):
    subject = subject_of(name)
    X, _ = subject.data()
    expected = subject.said(subject.fitted, X)
    for way in (by_joblib, copy.deepcopy):
        again = way(subject.fitted)
        assert_same(subject.said(again, X), expected, f"It came {way.__name__}")
        assert repr(again) == repr(subject.fitted)
    pickled = pickle.dumps(subject.fitted)
    assert b"torch" not in pickled
    assert b"skorch" not in pickled


@every_predictor_of_sequences
def test_partial_fit_goes_on_after_a_pickle_as_if_unbroken(name):
    subject = subject_of(name)
    X, y = subject.data()
    unbroken, broken = (make(name, dropout=0.3, lr_schedule="cosine") for _ in range(2))
    for stop in (18, 11, 18):
        part = X[:stop], y[:stop]
        unbroken.partial_fit(*part, **classes_of(unbroken, y))
        broken.partial_fit(*part, **classes_of(broken, y))
        broken = pickle.loads(pickle.dumps(broken))
        expected = subject.said(unbroken, X)
        assert_same(subject.said(broken, X), expected, "It was pickled in between")
    assert broken.loss_curve_ == unbroken.loss_curve_


# -- manners -----------------------------------------------------------------------


@every_estimator
def test_parameters_are_kept_as_given(name):
    given = {parameter: object() for parameter in parameters_of(name)}
    kept = vars(ESTIMATORS[name](**given))
    assert kept.keys() == given.keys()
    assert all(kept[parameter] is value for parameter, value in given.items())


@every_predictor
def test_no_parameter_set_after_fit_moves_a_prediction_whatever_its_value(name):
    subject = subject_of(name)
    X, y = subject.data()
    fitted = copy.deepcopy(subject.fitted)
    expected, score = subject.said(fitted, X), fitted.score(X, y)
    for parameter in parameters_of(name).keys() - MAY_ALWAYS_CHANGE:
        fitted.set_params(**{parameter: object()})
        assert_same(subject.said(fitted, X), expected, f"{parameter} was set")
        assert fitted.score(X, y) == score


@every_estimator
def test_before_fit_every_question_says_so(name):
    estimator = make(name)
    X, y = subject_of(name).data()
    questions = {
        question: [*inspect.signature(method).parameters]
        for question, method in inspect.getmembers(estimator, inspect.ismethod)
        if not question.startswith(("_", "fit", "partial_fit", "set_", "get_"))
    }
    asked = [question for question, takes in questions.items() if takes[:1] == ["X"]]
    assert {"predict", "transform", "score_samples"} & set(asked)
    for question in asked:
        more = [y] if "y" in questions[question] else []
        with pytest.raises(NotFittedError, match=rf"{name}.*not fitted yet"):
            getattr(estimator, question)(X, *more)


@every_predictor_of_sequences
def test_a_refused_fit_leaves_a_fitted_estimator_as_it_was(name):
    subject = subject_of(name)
    X, y = subject.data()
    fitted = copy.deepcopy(subject.fitted)
    expected, attributes = subject.said(fitted, X), set(vars(fitted))
    wider = as_objects([np.column_stack([x, x]) for x in X])
    for refused in ((wider, y[1:]), (X[:0], y[:0]), (X, None), (["words"] * 18, y)):
        with pytest.raises(ValueError):
            fitted.fit(*refused)
        assert set(vars(fitted)) == attributes
        assert_same(subject.said(fitted, X), expected, "A fit was refused")


@every_predictor_of_sequences
def test_a_fit_keeps_no_view_of_what_it_was_given(name):
    subject = subject_of(name)
    X, y = subject.noise(ragged=False)
    X = np.stack(X)
    y = np.stack(y) if subject.is_stepwise else subject.pack_target(y)
    fitted = subject.fit(X, y)
    expected, given = subject.said(fitted, X), X.copy()
    X[:] = 0
    for target in y if y.dtype == object else [y]:
        target[:] = target[:1]
    assert_same(subject.said(fitted, given), expected, "X and y were overwritten")


@every_estimator
def test_a_fit_leaves_the_world_as_it_found_it(name, tmp_path, monkeypatch, capfd):
    # Random states and thread counts are watched in every test, see conftest.py.
    def settings():
        return (
            torch.get_num_interop_threads(),
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
            dict(os.environ),
            os.getcwd(),
        )

    monkeypatch.chdir(tmp_path)
    before = settings()
    subject = subject_of(name)
    X, y = subject.data()
    estimator = make(name, early_stopping=True, validation_fraction=0.25)
    subject.said(estimator.fit(X, y), X)
    assert settings() == before
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
