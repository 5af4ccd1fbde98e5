"""Errors seen in recurrent networks of other libraries; ours have none of them."""

import multiprocessing
import threading

import joblib
import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import log_loss, mean_squared_error, r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn._training import resolve_device
from sklearn_rnn.estimators import _base

SMALL = {"hidden_size": 6, "max_epochs": 3, "random_state": 0}

rng = np.random.default_rng(0)
CUBE = rng.normal(size=(60, 5, 2))
CLASSES = np.arange(60) % 3
SUMS = CUBE.sum(axis=(1, 2))


# -- "A GRU fed (batch, time) as (time, batch): samples mix, only the last step
#    matters."


def test_changing_one_sample_changes_its_prediction_alone():
    fitted = RNNRegressor(**SMALL, cell="gru").fit(CUBE, SUMS)
    changed = CUBE.copy()
    changed[7] += 1
    moved = fitted.predict(changed) != fitted.predict(CUBE)
    assert np.flatnonzero(moved).tolist() == [7]


# -- "clone drops the fit settings, so a grid search trains one epoch."


def count_epochs(estimator, X, y):
    return estimator.n_iter_


def test_every_candidate_of_a_grid_search_trains_all_its_epochs():
    search = GridSearchCV(
        RNNClassifier(**{**SMALL, "max_epochs": 4}),
        {"hidden_size": [2, 3], "cell": ["gru", "rnn"]},
        scoring=count_epochs,
        cv=2,
    ).fit(CUBE, CLASSES)
    assert search.cv_results_["mean_test_score"].tolist() == [4, 4, 4, 4]
    assert search.best_estimator_.n_iter_ == 4


def test_a_search_over_epochs_trains_as_many_as_it_says():
    search = GridSearchCV(
        RNNRegressor(**SMALL), {"max_epochs": [1, 2, 5]}, scoring=count_epochs, cv=2
    ).fit(CUBE, SUMS)
    assert search.cv_results_["mean_test_score"].tolist() == [1, 2, 5]


def test_the_settings_of_the_fit_survive_a_clone():
    settings = {
        "lr": 0.02,
        "batch_size": 7,
        "max_epochs": 3,
        "optimizer": "sgd",
        "net_params": {"optimizer__momentum": 0.5},
    }
    fitted = RNNClassifier(4, random_state=0, **settings).fit(CUBE, CLASSES)
    net = clone(fitted).fit(CUBE, CLASSES).net_
    assert (net.lr, net.batch_size, net.max_epochs) == (0.02, 7, 3)
    assert isinstance(net.optimizer_, torch.optim.SGD)
    assert net.optimizer_.param_groups[0]["momentum"] == 0.5


# -- "Logits with the default loss: rows of predict_proba sum to 1.86."


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_rows_of_probabilities_sum_to_one(n_classes):
    fitted = RNNClassifier(**SMALL).fit(CUBE, np.arange(60) % n_classes)
    probabilities = fitted.predict_proba(100 * CUBE)
    assert probabilities.shape == (60, n_classes)
    assert (probabilities >= 0).all()
    assert (probabilities <= 1).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)


# -- "Labels 3, 7 crash, strings crash, {5, 7} learns nonsense."


@pytest.mark.parametrize(
    "labels",
    [
        [5, 7],
        [1000000, 0, 7],
        np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]"),
    ],
    ids=str,
)
def test_labels_of_any_type_are_learnt_and_returned(labels):
    labels = np.asarray(labels)
    codes = np.searchsorted(np.quantile(SUMS, [0.5]), SUMS)
    if len(labels) == 3:
        codes = np.searchsorted(np.quantile(SUMS, [0.33, 0.67]), SUMS)
    model = RNNClassifier(8, lr=0.03, max_epochs=40, random_state=0)
    predicted = model.fit(CUBE, labels[codes]).predict(CUBE)
    assert predicted.dtype == labels.dtype
    assert model.classes_.tolist() == sorted(labels.tolist())
    assert (predicted == labels[codes]).mean() > 0.9
    column = model.classes_.tolist().index(labels[0])
    assert (model.predict_proba(CUBE)[codes == 0, column] > 0.5).mean() > 0.85


def test_names_of_the_labels_do_not_change_what_is_learnt():
    expected = RNNClassifier(**SMALL).fit(CUBE, CLASSES).predict_proba(CUBE)
    for labels in ([5, 7, 9], ["a", "b", "c"], [-0.5 * 2, 0.0, 1.0]):
        renamed = np.asarray(labels)[CLASSES]
        fitted = RNNClassifier(**SMALL).fit(CUBE, renamed)
        np.testing.assert_array_equal(fitted.predict_proba(CUBE), expected)


# -- "Early stopping returns the last weights, not the best; splits class-sorted
#    data unshuffled."


class KeepDatasets(Callback):
    """Keeps what an epoch was given, for the tests to look at."""

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        self.train_, self.valid_ = dataset_train, dataset_valid


def fit_and_keep_datasets(model, *data, **more_data):
    model.set_params(callbacks=[("keep", KeepDatasets())]).fit(*data, **more_data)
    return dict(model.net_.callbacks_)["keep"]


@pytest.mark.parametrize("patience", [2, 100])
def test_early_stopping_restores_the_best_weights_of_a_classifier(patience):
    train, valid = np.arange(40), np.arange(40, 60)
    noise = np.random.default_rng(1).integers(3, size=60)  # to be overfitted
    noise[40:43] = [0, 1, 2]
    model = RNNClassifier(
        16,
        lr=0.05,
        max_epochs=12,
        early_stopping=True,
        validation_fraction=[(train, valid)],
        n_iter_no_change=patience,
        tol=0,
        random_state=0,
    ).fit(CUBE, noise)
    losses = model.history_["valid_loss"]
    best, last = losses.min(), losses[-1]
    assert last > best + 0.01
    assert model.n_iter_ == (np.argmin(losses) + 1 + patience if patience == 2 else 12)
    now = log_loss(noise[valid], model.predict_proba(CUBE[valid]))
    np.testing.assert_allclose(now, best, rtol=1e-6)
    score = model.history_["valid_score"][np.argmin(losses)]
    assert model.score(CUBE[valid], noise[valid]) == score


def test_early_stopping_restores_the_best_weights_of_a_regressor():
    valid = np.arange(45, 60)
    noise = np.random.default_rng(1).normal(size=60)
    model = RNNRegressor(
        16,
        lr=0.05,
        max_epochs=15,
        early_stopping=True,
        validation_fraction=[(np.arange(45), valid)],
        n_iter_no_change=100,
        random_state=0,
    ).fit(CUBE, noise)
    losses = model.history_["valid_loss"]
    assert losses[-1] > losses.min() + 0.01
    now = mean_squared_error(noise[valid], model.predict(CUBE[valid]))
    # The loss is that of the standardised target.
    np.testing.assert_allclose(now / np.var(noise[:45]), losses.min(), rtol=1e-5)


def test_early_stopping_restores_the_best_vectors_of_words_too():
    ids = np.random.default_rng(2).integers(2, 20, size=(60, 4)).astype(np.int32)
    X = sparse.csr_matrix(ids)
    valid = np.arange(40, 60)
    model = RNNClassifier(
        8,
        lr=0.05,
        max_epochs=10,
        early_stopping=True,
        validation_fraction=[(np.arange(40), valid)],
        n_iter_no_change=100,
        random_state=0,
    ).fit(X, CLASSES)
    losses = model.history_["valid_loss"]
    assert losses[-1] > losses.min() + 0.01
    now = log_loss(CLASSES[valid], model.predict_proba(X[valid]))
    np.testing.assert_allclose(now, losses.min(), rtol=1e-6)


def test_the_validation_part_of_class_sorted_data_has_every_class_in_proportion():
    y = np.repeat([0, 1, 2], [30, 20, 10])
    model = RNNClassifier(**SMALL, early_stopping=True, validation_fraction=0.5)
    kept = fit_and_keep_datasets(model, CUBE, y)
    assert np.bincount(kept.valid_.y).tolist() == [15, 10, 5]
    assert np.bincount(kept.train_.y).tolist() == [15, 10, 5]


def test_the_validation_part_of_sorted_targets_is_drawn_at_random():
    order = np.argsort(SUMS)
    model = RNNRegressor(**SMALL, early_stopping=True, validation_fraction=0.5)
    kept = fit_and_keep_datasets(model, CUBE[order], SUMS[order])
    ranks = np.sort(kept.valid_.rows)
    assert len(ranks) == 30
    assert ranks[0] < 10
    assert ranks[-1] >= 50


def test_a_given_split_or_splitter_is_obeyed():
    train, valid = np.arange(0, 60, 2), np.arange(1, 60, 2)  # as groups would have it
    model = RNNRegressor(**SMALL, early_stopping=True)
    model.set_params(validation_fraction=[(train, valid)])
    kept = fit_and_keep_datasets(model, CUBE, SUMS)
    assert sorted(kept.train_.rows) == train.tolist()
    assert sorted(kept.valid_.rows) == valid.tolist()

    model.set_params(validation_fraction=TimeSeriesSplit(5))  # 60 / 6 rows a part
    kept = fit_and_keep_datasets(model, CUBE, SUMS)
    assert sorted(kept.train_.rows) == list(range(50))
    assert sorted(kept.valid_.rows) == list(range(50, 60))


def test_given_validation_data_are_watched_and_nothing_is_held_out():
    model = RNNRegressor(**SMALL, early_stopping=True)
    more = {"X_val": CUBE[:10] + 1, "y_val": SUMS[:10] + 10}
    kept = fit_and_keep_datasets(model, CUBE, SUMS, **more)
    assert len(kept.train_) == 60
    assert len(kept.valid_) == 10
    np.testing.assert_allclose(
        model.history_["valid_score"][np.argmin(model.history_["valid_loss"])],
        r2_score(more["y_val"], model.predict(more["X_val"])),
        rtol=1e-4,
    )


def test_no_row_is_both_trained_on_and_watched():
    model = RNNClassifier(**SMALL, early_stopping=True, validation_fraction=0.3)
    kept = fit_and_keep_datasets(model, CUBE, CLASSES)
    rows = np.concatenate([kept.train_.rows, kept.valid_.rows])
    assert sorted(rows) == list(range(60))


# -- "Padded steps change the prediction; the 'last' state is read from padding."


def test_the_last_state_is_that_of_the_last_real_step():
    fitted = RNNRegressor(**SMALL, cell="lstm").fit(CUBE, SUMS)
    together = [CUBE[0, :2], CUBE[1], CUBE[2, :1]]
    for alone, state in zip(together, fitted.transform(together), strict=True):
        np.testing.assert_array_equal(fitted.transform([alone])[0], state)


# -- "y (n,) against output (n, 1) broadcasts to R² 0.0."


def test_the_loss_of_one_output_is_not_broadcast():
    # With lr next to 0 the net stays as it was initialised: the recorded loss is
    # that of its own predictions, row by row.
    model = RNNRegressor(6, max_epochs=1, lr=1e-30, batch_size=60, random_state=0)
    fitted = model.fit(CUBE, SUMS)
    expected = mean_squared_error(SUMS, fitted.predict(CUBE)) / np.var(SUMS)
    np.testing.assert_allclose(fitted.loss_curve_[0], expected, rtol=1e-5)


# -- "Predictions come back in length-sorted order."


def test_predictions_come_back_in_the_order_of_the_rows():
    lengths = np.random.default_rng(4).permutation(np.arange(1, 301))
    X = [np.full((length, 1), length / 300) for length in lengths]
    model = RNNRegressor(8, pooling="mean", max_epochs=15, random_state=0)
    fitted = model.fit(X[:100], lengths[:100])
    alone = [fitted.predict([x])[0] for x in X]
    np.testing.assert_array_equal(fitted.predict(X), alone)
    assert np.corrcoef(fitted.predict(X), lengths)[0, 1] > 0.9


def test_attention_weights_and_states_come_back_in_the_order_of_the_rows():
    lengths = np.random.default_rng(5).permutation(np.arange(1, 41))
    X = [rng.normal(size=(length, 1)) for length in lengths]
    model = RNNRegressor(**SMALL, pooling="attention").fit(X, lengths)
    weights = model.attention_weights(X)
    assert (weights > 0).sum(axis=1).tolist() == lengths.tolist()
    alone = np.concatenate([model.transform([x]) for x in X])
    np.testing.assert_array_equal(model.transform(X), alone)


# -- "The GPU is ignored; each search worker sits on GPU 0; thread pools fight."


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_the_device_that_was_asked_for_is_used(device):
    fitted = RNNClassifier(**SMALL, device=device).fit(CUBE, CLASSES)
    gpu = device == "auto" and torch.cuda.is_available()
    for parameter in fitted.net_.module_.parameters():
        assert parameter.device.type == ("cuda" if gpu else "cpu")


def test_the_device_reaches_the_net(monkeypatch):
    # "meta" has shapes without numbers: the first look at a number fails there.
    monkeypatch.setattr(_base, "resolve_device", lambda device, **kwargs: "meta")
    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        RNNClassifier(**SMALL).fit(CUBE, CLASSES)


@pytest.mark.parametrize(
    ("process", "gpu"),
    [
        ("MainProcess", "cuda"),
        ("LokyProcess-1", "cuda:1"),
        ("LokyProcess-2", "cuda:2"),
        ("LokyProcess-3", "cuda:0"),
        ("ForkPoolWorker-4", "cuda:1"),
    ],
)
def test_workers_spread_over_the_gpus(monkeypatch, process, gpu):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(multiprocessing.current_process(), "name", process)
    assert resolve_device("auto") == gpu


@pytest.mark.changes_global_state
@pytest.mark.parametrize("n_threads", [1, 2])
def test_threads_are_left_as_found(n_threads):
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        RNNClassifier(**SMALL).fit(CUBE, CLASSES).predict(CUBE)
        assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)
    assert not [t for t in threading.enumerate() if "rnn" in t.name.lower()]


# -- "fit writes to its parameters; callbacks keep state between folds."


class Counter(Callback):
    """Counts epochs without ever starting again."""

    def __init__(self, start=0):
        self.start = start
        self.epochs_ = start  # skorch's sign of what is learnt, not given

    def on_epoch_end(self, net, **kwargs):
        self.epochs_ += 1


def count_of_callback(estimator, X, y):
    return dict(estimator.net_.callbacks_)["count"].epochs_


def test_callbacks_keep_no_state_between_folds():
    counter = Counter()
    model = RNNClassifier(**SMALL, callbacks=[("count", counter)])
    search = GridSearchCV(
        model, {"lr": [0.01, 0.02]}, scoring=count_of_callback, cv=3
    ).fit(CUBE, CLASSES)
    for fold in range(3):
        assert search.cv_results_[f"split{fold}_test_score"].tolist() == [3, 3]
    assert counter.epochs_ == 0
    assert vars(counter) == {"start": 0, "epochs_": 0}


def test_callbacks_keep_no_state_between_fits():
    counter = Counter(10)
    model = RNNClassifier(**SMALL, callbacks=[("count", counter)])
    for _ in range(2):
        model.fit(CUBE, CLASSES)
        assert count_of_callback(model, CUBE, CLASSES) == 13
    assert counter.epochs_ == 10
    assert model.callbacks == [("count", counter)]


def test_callbacks_work_without_a_name():
    class Named(Counter):
        pass

    model = RNNClassifier(**SMALL, callbacks=[Named()]).fit(CUBE, CLASSES)
    assert dict(model.net_.callbacks_)["Named"].epochs_ == 3


@pytest.mark.parametrize(
    ("estimator_class", "method"),
    [(RNNClassifier, "partial_fit"), (RNNRegressor, "fit")],
)
def test_fit_writes_to_no_parameter(estimator_class, method):
    params = {
        "callbacks": [Counter(), ("other", Counter(2))],
        "net_params": {"optimizer__betas": (0.8, 0.9)},
        "embedding": rng.normal(size=(9, 3)),
        "validation_fraction": [(np.arange(50), np.arange(50, 60))],
        "early_stopping": True,
    }
    if estimator_class is RNNClassifier:
        params["class_weight"] = {0: 1.0, 1: 2.0, 2: 0.5}
    ids = sparse.csr_matrix(np.random.default_rng(6).integers(2, 9, size=(60, 4)))
    model = estimator_class(**SMALL, **params)
    given, hashed = model.get_params(), joblib.hash(params)
    if method == "partial_fit" and estimator_class is RNNClassifier:
        model.partial_fit(ids, CLASSES, classes=[0, 1, 2])
    else:
        getattr(model, method)(ids, CLASSES)
    assert joblib.hash(params) == hashed
    now = model.get_params()
    assert now.keys() == given.keys()
    for name, value in given.items():
        assert now[name] is value, name
