import gc
import pickle
import weakref

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupShuffleSplit, TimeSeriesSplit
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger, as_ragged
from sklearn_rnn._training import OPTIMIZERS
from sklearn_rnn.datasets import make_first_symbol, make_sine_waves
from sklearn_rnn.exceptions import DivergenceWarning

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 5, 2))
y = X[:, :, 0].sum(axis=1)
labels = (y > 0).astype(int)
X_new = rng.normal(size=(30, 5, 2))
y_new = X_new[:, :, 0].sum(axis=1)
labels_new = (y_new > 0).astype(int)

ALWAYS = {"train_loss", "lr", "gradient_norm", "seconds"}
WATCHED = {"valid_loss", "valid_score"}


def make_classifier(**params):
    defaults = {"cell": "rnn", "max_epochs": 3, "random_state": 0}
    return RNNClassifier(4, **{**defaults, **params})


def make_regressor(**params):
    defaults = {"cell": "rnn", "max_epochs": 3, "random_state": 0}
    return RNNRegressor(4, **{**defaults, **params})


def assert_same_predictions(one, other):
    np.testing.assert_array_equal(one.transform(X), other.transform(X))


def test_numbers_are_learnt_under_noise():
    quiet = make_regressor(max_epochs=1).fit(X, y)
    noisy = make_regressor(max_epochs=1, input_noise=0.5).fit(X, y)
    assert noisy.loss_curve_ != quiet.loss_curve_
    assert_same_predictions(noisy, clone(noisy).fit(X, y))


# -- history -------------------------------------------------------------------


def test_the_history_has_a_row_for_each_epoch():
    classifier = make_classifier(lr=0.02, lr_schedule=None).fit(X, labels)
    assert set(classifier.history_) == ALWAYS
    assert all(column.shape == (3,) for column in classifier.history_.values())
    assert classifier.n_iter_ == 3
    assert classifier.loss_curve_ == classifier.history_["train_loss"].tolist()
    assert isinstance(classifier.loss_curve_, list)
    assert (classifier.history_["lr"] == 0.02).all()
    assert (classifier.history_["gradient_norm"] > 0).all()
    assert (
        (0 < classifier.history_["seconds"]) & (classifier.history_["seconds"] < 60)
    ).all()


def test_the_history_shows_the_schedule():
    regressor = make_regressor(lr=0.1, lr_schedule=lambda u: 0.5**u, batch_size=40)
    np.testing.assert_allclose(regressor.fit(X, y).history_["lr"], [0.1, 0.05, 0.025])


def test_the_first_losses_are_those_of_guessing():
    # Two classes of about even chances: log 2; a standardised target: variance 1.
    # So small a rate keeps the network at its start, near but not at 0.
    classifier = make_classifier(lr=1e-30, max_epochs=1).fit(X, labels)
    assert classifier.loss_curve_[0] == pytest.approx(
        log_loss(labels, classifier.predict_proba(X)), rel=1e-5
    )
    regressor = make_regressor(lr=1e-30, max_epochs=1).fit(X, y)
    error = np.mean((regressor.predict(X) - y) ** 2) / y.var()
    assert regressor.loss_curve_[0] == pytest.approx(error, rel=1e-5)


# -- validation data -----------------------------------------------------------


@pytest.mark.parametrize("early_stopping", [False, "auto"])
def test_validation_data_is_recorded_and_not_trained_on(early_stopping):
    watched = make_classifier(early_stopping=early_stopping)
    watched.fit(X, labels, X_val=X_new, y_val=labels_new)
    assert set(watched.history_) == ALWAYS | WATCHED
    assert watched.n_iter_ == 3
    # As if it had not been there: nothing else is held out or learnt from it.
    assert_same_predictions(watched, make_classifier().fit(X, labels))


def test_watching_validation_data_is_not_stopping_early():
    # So small a rate improves nothing, which early stopping would end at once.
    params = {"early_stopping": False, "n_iter_no_change": 1, "lr": 1e-30}
    regressor = make_regressor(**params).fit(X, y, X_val=X_new, y_val=y_new)
    assert regressor.n_iter_ == 3


def test_the_last_recorded_values_are_those_of_the_fitted_estimator():
    classifier = make_classifier().fit(X, labels, X_val=X_new, y_val=labels_new)
    last = {name: column[-1] for name, column in classifier.history_.items()}
    loss = log_loss(labels_new, classifier.predict_proba(X_new))
    assert last["valid_loss"] == pytest.approx(loss, rel=1e-5)
    assert last["valid_score"] == classifier.score(X_new, labels_new)

    regressor = make_regressor().fit(X, y, X_val=X_new, y_val=y_new)
    score = regressor.history_["valid_score"][-1]
    assert score == pytest.approx(regressor.score(X_new, y_new), rel=1e-5)


def test_given_validation_data_takes_the_place_of_a_held_out_part():
    stopping = make_classifier(early_stopping=True, n_iter_no_change=9)
    stopping.fit(X, labels, X_val=X_new, y_val=labels_new)
    best = np.argmin(stopping.history_["valid_loss"]) + 1
    assert_same_predictions(stopping, make_classifier(max_epochs=best).fit(X, labels))


# -- early stopping ------------------------------------------------------------

many = np.random.default_rng(0).normal(size=(2000, 3))
many_labels = (many.sum(axis=1) > 0).astype(int)


@pytest.mark.parametrize(
    ("early_stopping", "n_rows", "stops"),
    [
        ("auto", 2000, True),
        ("auto", 1999, False),
        (True, 40, True),
        (False, 2000, False),
    ],
)
def test_early_stopping_is_a_matter_of_size_unless_said(early_stopping, n_rows, stops):
    classifier = make_classifier(
        early_stopping=early_stopping, max_epochs=1, batch_size=500
    ).fit(many[:n_rows], many_labels[:n_rows])
    assert ("valid_loss" in classifier.history_) is stops


def test_the_best_weights_are_restored():
    # So high a rate on noise: the loss soon rises.
    noise = rng.integers(0, 2, 40)
    classifier = make_classifier(
        early_stopping=True, lr=0.1, max_epochs=30, n_iter_no_change=5, tol=0.0
    ).fit(X, noise, X_val=X_new, y_val=labels_new)
    losses = classifier.history_["valid_loss"]
    assert losses.argmin() < len(losses) - 1
    found = log_loss(labels_new, classifier.predict_proba(X_new))
    assert found == pytest.approx(losses.min(), rel=1e-5)


@pytest.mark.parametrize("patience", [1, 4])
def test_training_ends_when_nothing_improves(patience):
    # So small a rate changes nothing: the first epoch is the best.
    regressor = make_regressor(
        early_stopping=True, lr=1e-30, max_epochs=20, n_iter_no_change=patience
    ).fit(X, y)
    assert regressor.n_iter_ == 1 + patience


def test_tol_is_the_least_fall_of_the_loss():
    def n_epochs(tol):
        regressor = make_regressor(
            early_stopping=True, max_epochs=12, n_iter_no_change=2, lr=1e-3, tol=tol
        )
        return regressor.fit(X, y).n_iter_

    assert n_epochs(1e6) == 3
    assert n_epochs(0.0) == 12


def test_a_splitter_gives_its_last_split():
    # Of 40 rows TimeSeriesSplit(3) holds out the last 10.
    split = make_regressor(
        early_stopping=True, validation_fraction=TimeSeriesSplit(3), n_iter_no_change=9
    ).fit(X, y)
    given = make_regressor(early_stopping=True, n_iter_no_change=9)
    given.fit(X[:30], y[:30], X_val=X[30:], y_val=y[30:])
    assert_same_predictions(split, given)
    for name in ("train_loss", "valid_loss", "valid_score"):
        np.testing.assert_array_equal(split.history_[name], given.history_[name])


def test_a_split_by_groups_can_be_given():
    groups = np.arange(40) // 4
    pair = list(GroupShuffleSplit(1, random_state=0).split(X, y, groups))
    (train, valid), *_ = pair
    params = {"early_stopping": True, "n_iter_no_change": 9}
    split = make_regressor(validation_fraction=pair, **params).fit(X, y)
    given = make_regressor(**params)
    given.fit(X[train], y[train], X_val=X[valid], y_val=y[valid])
    assert_same_predictions(split, given)


def test_several_labels_can_stop_early_though_combinations_are_rare():
    targets = np.random.default_rng(0).integers(0, 2, (40, 8))
    classifier = make_classifier(early_stopping=True, validation_fraction=0.2)
    assert "valid_loss" in classifier.fit(X, targets).history_


# -- again and on --------------------------------------------------------------


def test_warm_start_goes_on_from_the_weights():
    regressor = make_regressor(warm_start=True, max_epochs=5).fit(X, y)
    first = regressor.loss_curve_
    regressor.fit(X, y)
    assert regressor.n_iter_ == 10
    assert regressor.loss_curve_[:5] == first
    assert regressor.loss_curve_[5] < first[0] / 2 + first[4] / 2
    assert len(regressor.history_["lr"]) == 10


def test_without_warm_start_a_fit_starts_afresh():
    regressor = make_regressor().fit(X, y).fit(X, y)
    assert regressor.n_iter_ == 3
    assert_same_predictions(regressor, make_regressor().fit(X, y))


def test_warm_start_may_watch_now_and_not_then():
    regressor = make_regressor(warm_start=True).fit(X, y)
    regressor.fit(X, y, X_val=X_new, y_val=y_new).fit(X, y)
    watched = np.isfinite(regressor.history_["valid_loss"])
    assert watched.tolist() == [False] * 3 + [True] * 3 + [False] * 3
    assert all(len(column) == 9 for column in regressor.history_.values())


def test_partial_fit_trains_one_epoch_each():
    regressor = make_regressor()
    for n_epochs in (1, 2, 3):
        regressor.partial_fit(X, y)
        assert regressor.n_iter_ == n_epochs
    assert regressor.loss_curve_[2] < regressor.loss_curve_[0]


def test_partial_fit_keeps_the_standardisation_of_the_first_call():
    regressor = make_regressor().partial_fit(X, y)
    mean, target_mean = regressor.input_mean_.copy(), regressor.target_mean_.copy()
    regressor.partial_fit(X * 100 + 7, y * 10)
    np.testing.assert_array_equal(regressor.input_mean_, mean)
    np.testing.assert_array_equal(regressor.target_mean_, target_mean)


def test_epochs_of_partial_fit_are_those_of_fit_when_rows_are_in_its_order():
    # fit puts the rows in an order of its own; a single batch has none that counts
    # but for the last bits of its sums.
    params = {"batch_size": 40, "max_epochs": 3, "lr_schedule": None}
    fitted = make_regressor(**params).fit(X, y)
    partly = make_regressor(**params)
    for _ in range(3):
        partly.partial_fit(X, y)
    np.testing.assert_allclose(partly.predict(X), fitted.predict(X), rtol=1e-3)


def test_partial_fit_after_fit_goes_on():
    regressor = make_regressor().fit(X, y)
    before = regressor.loss_curve_
    regressor.partial_fit(X, y)
    assert regressor.n_iter_ == 4
    assert regressor.loss_curve_[:3] == before


# -- sizes ---------------------------------------------------------------------


def test_one_epoch_is_enough():
    assert make_classifier(max_epochs=1).fit(X, labels).n_iter_ == 1


def test_two_samples_are_enough():
    classifier = make_classifier().fit(X[:2], ["no", "yes"])
    assert set(classifier.predict(X)) <= {"no", "yes"}
    assert np.isfinite(make_regressor().fit(X[:2], y[:2]).predict(X)).all()


def test_a_batch_may_be_larger_than_the_data():
    whole, larger = (make_regressor(batch_size=b).fit(X, y) for b in (40, 1000))
    assert_same_predictions(whole, larger)


@pytest.mark.parametrize("pooling", ["final_state", "attention"])
def test_one_step_is_a_sequence(pooling):
    single = rng.normal(size=(60, 1, 2))
    regressor = make_regressor(
        pooling=pooling, bidirectional=True, max_epochs=60, batch_size=8
    ).fit(single, single[:, 0, 0])
    assert regressor.score(single, single[:, 0, 0]) > 0.9


def test_long_sequences_can_be_fitted():
    long = rng.normal(size=(4, 2000, 1))
    classifier = make_classifier(cell="lstm", max_epochs=1).fit(long, [0, 1, 0, 1])
    assert np.isfinite(classifier.predict_proba(long)).all()
    assert np.isfinite(classifier.history_["gradient_norm"]).all()


# -- parameters have an effect -------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains(optimizer):
    lr = 0.1 if optimizer == "sgd" else 0.02
    regressor = make_regressor(optimizer=optimizer, lr=lr, max_epochs=30, batch_size=8)
    assert regressor.fit(X, y).score(X, y) > 0.8


def test_net_params_win():
    classifier = make_classifier(net_params={"max_epochs": 2}).fit(X, labels)
    assert classifier.n_iter_ == 2


def test_weight_decay_shrinks_the_weights():
    def size(weight_decay):
        net_params = {"optimizer__weight_decay": weight_decay}
        regressor = make_regressor(net_params=net_params, max_epochs=20)
        parameters = regressor.fit(X, y).net_.module_.parameters()
        return sum(float(p.detach().square().sum()) for p in parameters)

    assert size(1.0) < size(0.0) / 2


def test_the_gradient_is_clipped_where_asked():
    free = make_regressor(optimizer="sgd", lr=0.5, max_grad_norm=None).fit(X, y)
    clipped = make_regressor(optimizer="sgd", lr=0.5, max_grad_norm=1e-6).fit(X, y)
    assert np.ptp(clipped.loss_curve_) < 1e-4 < np.ptp(free.loss_curve_)


def test_dropout_changes_training_and_no_prediction():
    plain = make_regressor().fit(X, y)
    dropped = make_regressor(dropout=0.5).fit(X, y)
    assert plain.loss_curve_ != dropped.loss_curve_
    np.testing.assert_array_equal(dropped.predict(X), dropped.predict(X))
    assert_same_predictions(dropped, make_regressor(dropout=0.5).fit(X, y))


def test_dropout_differs_between_epochs():
    # With so small a rate, and all rows in one batch, only dropout differs.
    def losses(dropout):
        params = {"lr": 1e-30, "batch_size": 40, "dropout": dropout}
        return make_regressor(**params).fit(X, y).loss_curve_

    np.testing.assert_allclose(losses(0.0), losses(0.0)[0], rtol=1e-5)
    assert np.ptp(losses(0.5)) > 1e-3


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "sigmoid", "softplus"])
def test_every_nonlinearity_learns(nonlinearity):
    classifier = make_classifier(
        net_params={"module__nonlinearity": nonlinearity},
        lr=0.05,
        max_epochs=60,
        batch_size=8,
    ).fit(X, labels)
    assert classifier.score(X, labels) > 0.9


# -- problems with a known solution ---------------------------------------------

deep = {"num_layers": 2, "bidirectional": True, "cell": "gru", "batch_size": 16}


@pytest.mark.parametrize("pooling", ["final_state", "attention"])
def test_a_deep_network_learns_the_first_symbol(pooling):
    tokens, first = make_first_symbol(120, 6, random_state=0)
    classifier = make_classifier(
        pooling=pooling, embedding_dim=4, lr=0.03, max_epochs=25, **deep
    ).fit(tokens[:80], first[:80])
    assert classifier.score(tokens[80:], first[80:]) > 0.9


@pytest.mark.parametrize("pooling", ["last", "max"])
def test_a_deep_network_tells_frequencies(pooling):
    waves, frequency = make_sine_waves(120, 16, n_classes=2, random_state=0)
    classifier = make_classifier(pooling=pooling, lr=0.03, max_epochs=25, **deep).fit(
        waves[:80], frequency[:80]
    )
    assert classifier.score(waves[80:], frequency[80:]) > 0.9


# -- standardisation -----------------------------------------------------------


def test_raw_scales_are_learnt_as_well_as_standard_ones():
    params = {"max_epochs": 40, "batch_size": 8, "lr_schedule": None}
    standard = make_regressor(**params).fit(X, y)
    raw = make_regressor(**params).fit(X * 1e4 + 1e6, y * 1e3)
    assert standard.score(X_new, y_new) > 0.8
    assert raw.score(X_new * 1e4 + 1e6, y_new * 1e3) > 0.8


def test_scale_and_shift_change_nothing_but_the_rounding():
    # All rows in one batch: the order of the batches follows from the values.
    standard = make_regressor(batch_size=40).fit(X, y)
    raw = make_regressor(batch_size=40).fit(X * 1e4 + 1e6, y * 1e3)
    np.testing.assert_allclose(raw.loss_curve_, standard.loss_curve_, rtol=1e-4)
    predicted = raw.predict(X * 1e4 + 1e6) / 1e3
    np.testing.assert_allclose(predicted, standard.predict(X), rtol=1e-3, atol=1e-4)


def test_raw_scales_are_not_learnt_without_standardising():
    params = {"max_epochs": 40, "batch_size": 8, "standardize": False}
    raw = make_regressor(**params).fit(X * 1e4 + 1e6, y * 1e3)
    assert raw.score(X_new * 1e4 + 1e6, y_new * 1e3) < 0.2


# -- callbacks see the estimator's training ------------------------------------


class Names(Callback):
    def __init__(self, names):
        self.names = names

    def get_params(self, deep=True):
        return {"names": self.names}

    def on_epoch_end(self, net, **kwargs):
        assert set(self.names) <= set(net.history[-1])


def test_a_callback_finds_what_the_epoch_recorded():
    names = ("train_loss", "valid_loss", "valid_score", "lr", "gradient_norm", "dur")
    classifier = make_classifier(callbacks=[Names(names)])
    classifier.fit(X, labels, X_val=X[1:], y_val=labels[1:])


def test_divergence_in_the_first_epoch_leaves_the_first_weights():
    regressor = make_regressor(
        lr=1e30, max_grad_norm=None, optimizer="sgd", early_stopping=True
    )
    with pytest.warns(DivergenceWarning):
        regressor.fit(X, y)
    assert np.isfinite(regressor.predict(X)).all()
    assert regressor.n_iter_ == 0
    assert {name: len(column) for name, column in regressor.history_.items()} == {
        name: 0 for name in ALWAYS
    }


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"hidden_size": 5}, "hidden_size"),
        ({"cell": "gru"}, "cell"),
        ({"loss": "huber"}, "loss"),
        ({"net_params": {"module__nonlinearity": "relu"}}, "nonlinearity"),
    ],
)
def test_a_warm_start_refuses_weights_of_another_shape_or_meaning(changed, name):
    regressor = make_regressor(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=f"warm_start=True .* {name} was"):
        regressor.set_params(**changed).fit(X, y)


def test_a_warm_start_refuses_other_labels_by_its_own_name():
    classifier = make_classifier(warm_start=True).fit(X, labels)
    expected = classifier.predict(X)
    with pytest.raises(ValueError, match="fit once with warm_start=False") as refusal:
        classifier.fit(X, labels + 1)
    assert "y holds labels" in str(refusal.value)
    assert f"[2], first at row {labels.argmax()};" in str(refusal.value)
    assert "partial_fit" not in str(refusal.value)
    with pytest.raises(ValueError, match=r"^y_val holds .*warm_start=False"):
        classifier.fit(X, labels, X_val=X, y_val=labels + 1)
    np.testing.assert_array_equal(classifier.predict(X), expected)


def test_a_warm_start_takes_what_may_change():
    classifier = make_classifier(warm_start=True).fit(X, labels)
    classifier.set_params(dropout=0.5, class_weight={0: 1.0, 1: 100.0}, max_epochs=30)
    classifier.fit(X, labels)
    assert classifier.net_.module_.dropout.p == 0.5
    assert classifier.predict(X).mean() > labels.mean()


# -- the end -------------------------------------------------------------------

STEP_LABELS = as_ragged([np.arange(len(row)) % 2 for row in X])


@pytest.mark.parametrize(
    "fit",
    [
        lambda: make_classifier(
            early_stopping=True, scoring="accuracy", n_iter_no_change=1, max_epochs=9
        ).fit(X, labels),
        lambda: RNNTagger(3, output="crf", max_epochs=2).fit(X, STEP_LABELS),
        lambda: make_regressor().partial_fit(X, y).partial_fit(X, y),
        lambda: pickle.loads(pickle.dumps(make_regressor().fit(X, y))),
    ],
    ids=["watched", "crf", "in parts", "unpickled"],
)
def test_a_deleted_estimator_frees_its_memory_at_once(fit):
    gc.disable()
    try:
        model = fit()
        model.predict(X)
        weights = next(model.net_.module_.parameters())
        left = [weakref.ref(part) for part in (model, model.net_, weights)]
        del model, weights
        assert [ref() for ref in left] == [None, None, None]
    finally:
        gc.enable()
