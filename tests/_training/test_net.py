import gc
import weakref
from functools import partial

import numpy as np
import pytest
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, Checkpoint, EpochScoring, LRScheduler

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn._training import (
    SequenceDataset,
    evaluate,
    make_net,
    resolve_device,
    train,
)
from sklearn_rnn._training import _data as data_module
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn.nn import (
    Batch,
    CRFHead,
    PooledHead,
    StepsHead,
    Targets,
)
from sklearn_rnn.sequences import Sequences, Standardizer

rng = np.random.default_rng(0)
X = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, 20)]
y = np.array([row.sum() for row in X])


def make_dataset(rows=20):
    return SequenceDataset(
        Sequences.from_list(X[:rows]),
        NumberReader(Standardizer.identity(2)),
        y=y[:rows, np.newaxis].astype(np.float32),
        weight=np.ones(rows),
    )


def make_dataset_of_steps(targets):
    """Give each step of X a target and the same weight."""
    sequences = Sequences.from_list(X)
    return SequenceDataset(
        sequences,
        NumberReader(Standardizer.identity(2)),
        y=Sequences(targets, sequences.offsets),
        weight=np.ones(len(targets)),
    )


POOLED = partial(PooledHead, n_outputs=1, loss="squared_error")
STEPS = partial(StepsHead, n_outputs=1, loss="squared_error")


def make_small_net(head=POOLED, **params):
    params = {"max_epochs": 2, "batch_size": 8, **params}
    return make_net(
        {"head": head, "n_features": 2, "hidden_size": 3, "cell": "rnn"},
        RNNRegressor(**params).get_params(deep=False),
        seed=0,
        n_rows=20,
        device="cpu",
        stops_early=False,
    ).initialize()


def make_regressor(**params):
    defaults = {"cell": "rnn", "max_epochs": 2, "batch_size": 8, "random_state": 0}
    return RNNRegressor(3, **{**defaults, **params})


# -- the loss ------------------------------------------------------------------


def loss_of(head, outputs, targets):
    """Compute what the net makes of the losses of its head."""
    net = head if isinstance(head, SequenceNet) else make_small_net(head)
    batch = Batch(torch.zeros(len(targets.counts), 2, 2), targets.counts)
    return net.get_loss(outputs, targets, X=batch).item()


def test_the_loss_of_a_batch_is_a_weighted_mean():
    outputs = torch.tensor([[1.0], [2.0], [5.0]])
    targets = torch.tensor([[0.0], [4.0], [5.0]])
    weight = torch.tensor([1.0, 3.0, 4.0])
    # (1 * 1² + 3 * 2² + 4 * 0²) / 3 = 13 / 3; the weights of all rows have mean 1.
    loss = loss_of(POOLED, outputs, Targets(targets, weight, torch.tensor([1, 1, 1])))
    assert loss == pytest.approx(13 / 3)


def test_the_loss_of_a_batch_of_steps_is_divided_by_its_rows():
    outputs = torch.tensor([[1.0], [2.0], [5.0]])
    targets = torch.tensor([[0.0], [4.0], [5.5]])
    weight = torch.tensor([1.0, 3.0, 4.0])
    # (1 * 1² + 3 * 2² + 4 * 0.5²) / 2 = 7; the weights of all steps sum to the number
    # of rows.
    loss = loss_of(STEPS, outputs, Targets(targets, weight, torch.tensor([2, 1])))
    assert loss == pytest.approx(7.0)


def test_the_loss_of_a_crf_is_that_of_its_chain():
    net = make_small_net(partial(CRFHead, n_outputs=2))
    with torch.no_grad():
        net.module_.head.crf.transitions[0, 1] = np.log(3)
    # Emissions say nothing. Of the paths of two steps 0 1 has the weight 3 and the
    # other three have 1: p(0 1) = 3 / 6, p(y1 = 0) = 4 / 6 and p(1 | 0) = 3 / 4. A
    # sequence of one step has p = 1 / 2.
    labels, weight = torch.tensor([0, 1, 1]), torch.tensor([1.0, 2.0, 1.0])
    targets = Targets(labels, weight, torch.tensor([2, 1]))
    expected = -(np.log(4 / 6) + 2 * np.log(3 / 4) + np.log(1 / 2)) / 2
    found = loss_of(net, torch.zeros(3, 2), targets)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("batch_size", [1, 32])
def test_weights_count_across_batches(batch_size):
    # X says nothing, so the best probability is the weighted share: 9 / (9 + 1).
    X, y = np.zeros((40, 2)), np.arange(40) % 2
    X[:, 0] = np.arange(40) * 1e-3  # or equal rows would merge
    classifier = RNNClassifier(
        1,
        standardize=False,
        batch_size=batch_size,
        optimizer="sgd",
        lr=0.05 * batch_size,
        max_epochs=24,
        random_state=0,
    ).fit(X, y, sample_weight=np.where(y == 1, 9.0, 1.0))
    assert classifier.predict_proba(X)[:, 1].mean() == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("name", ["callbacks", "criterion", "train_split"])
def test_net_params_may_not_replace_what_training_rests_on(name):
    regressor = make_regressor().set_params(net_params={name: None})
    with pytest.raises(ValueError, match=f"net_params may not hold {name}"):
        regressor.fit(X, y)


def test_the_usual_callbacks_of_skorch_work(tmp_path):
    callbacks = [
        EpochScoring("r2", lower_is_better=False, name="train_r2", on_train=True),
        EpochScoring("r2", lower_is_better=False, name="r2"),
        Checkpoint(dirname=tmp_path, f_pickle="net.pkl"),
    ]
    regressor = make_regressor(callbacks=callbacks)
    regressor.fit(X, y, X_val=X[1:], y_val=y[1:])
    r2 = regressor.net_.history[:, "r2"]
    np.testing.assert_allclose(r2, regressor.history_["valid_score"], rtol=1e-6)
    assert (tmp_path / "params.pt").exists()
    assert (tmp_path / "net.pkl").exists()


@pytest.mark.parametrize("factor", [0.1, 7.0, 1e-50, 1e50])
def test_only_the_ratios_of_weights_count(factor):
    weight = rng.integers(1, 4, 20).astype(float)
    curves = [
        make_regressor().fit(X, y, sample_weight=weight * f).loss_curve_
        for f in (1.0, factor)
    ]
    np.testing.assert_allclose(*curves, rtol=1e-5)


def test_a_class_of_weight_zero_is_as_good_as_absent():
    labels = np.arange(20) % 2
    kept = np.flatnonzero(labels)
    classifier = RNNClassifier(
        3, class_weight={0: 0.0, 1: 1.0}, batch_size=2, max_epochs=4, random_state=0
    ).fit(X, labels)
    assert np.isfinite(classifier.loss_curve_).all()
    assert (classifier.predict([X[i] for i in kept]) == 1).all()


# -- a usable skorch net -------------------------------------------------------


def test_the_net_is_one_of_skorch():
    net = make_regressor().fit(X, y).net_
    assert isinstance(net, NeuralNet)
    assert net.history[:, "epoch"] == [1, 2]
    assert len(net.history[:, "train_loss"]) == 2


def test_the_net_answers_in_the_order_of_the_rows(monkeypatch):
    monkeypatch.setattr(data_module, "PREDICTION_STEPS", 20)  # several batches
    net, dataset = make_small_net(), make_dataset()
    train(net, dataset)
    with torch.inference_mode():
        alone = [net.infer(dataset.batch(np.array([i]))[0]) for i in range(20)]
    wanted = torch.cat(alone).numpy()
    np.testing.assert_array_equal(evaluate(net, dataset), wanted)
    np.testing.assert_array_equal(net.forward(dataset), wanted)
    np.testing.assert_array_equal(net.predict(dataset), wanted)


STEP_HEADS = {
    "numbers": STEPS,
    "labels": partial(StepsHead, n_outputs=3),
    "crf": partial(CRFHead, n_outputs=3),
}


@pytest.mark.parametrize("kind", STEP_HEADS)
def test_the_steps_answer_in_the_order_of_the_rows(monkeypatch, kind):
    monkeypatch.setattr(data_module, "PREDICTION_STEPS", 20)  # several batches
    net = make_small_net(STEP_HEADS[kind], lr=0.1)
    targets = np.concatenate(X)[:, :1].astype(np.float32)
    if kind != "numbers":
        targets = np.digitize(targets[:, 0], [-0.5, 0.5])
    dataset = make_dataset_of_steps(targets)
    train(net, dataset)
    rows = [dataset.batch(np.array([i]))[0] for i in range(20)]

    def one_by_one(function):
        with torch.inference_mode():
            return torch.cat([function(row) for row in rows]).numpy()

    wanted = one_by_one(net.module_)
    assert len(wanted) == sum(len(row) for row in X)
    np.testing.assert_array_equal(evaluate(net, dataset), wanted)
    np.testing.assert_array_equal(net.forward(dataset), wanted)
    np.testing.assert_array_equal(net.predict(dataset), wanted)
    if kind != "numbers":
        head = net.module_.head
        for question in (head.labels, head.log_proba):
            wanted = one_by_one(partial(net.module_.ask, question))
            np.testing.assert_array_equal(evaluate(net, dataset, question), wanted)


def test_rows_chosen_answer_in_the_order_chosen():
    net = make_small_net(STEPS)
    whole = make_dataset_of_steps(np.zeros((sum(map(len, X)), 1), np.float32))
    chosen = np.array([7, 3, 3, 12])
    some = SequenceDataset(whole.sequences, whole.encoder, rows=chosen)
    parts = np.split(evaluate(net, whole), whole.sequences.offsets[1:-1])
    expected = np.concatenate([parts[i] for i in chosen])
    np.testing.assert_array_equal(evaluate(net, some), expected)


def test_evaluate_fills_narrow_batches_with_zeros(monkeypatch):
    monkeypatch.setattr(data_module, "PREDICTION_STEPS", 8)
    regressor = make_regressor(pooling="attention").fit(X, y)
    weights = regressor.attention_weights(X)
    lengths = np.array([len(row) for row in X])
    assert weights.shape == (20, lengths.max())
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    padding = np.arange(lengths.max()) >= lengths[:, np.newaxis]
    assert (weights[padding] == 0.0).all()


def test_a_score_of_skorch_can_be_recorded():
    def mean_error(net, dataset, targets):
        return float(np.abs(net.predict(dataset)[:, 0] - dataset.y[:, 0]).mean())

    scoring = EpochScoring(mean_error, name="mae", use_caching=False)
    regressor = make_regressor(callbacks=[scoring], standardize=False)
    regressor.fit(X, y, X_val=X[1:], y_val=y[1:])
    recorded = regressor.net_.history[:, "mae"]
    errors = np.abs(regressor.predict(X[1:]) - y[1:])
    assert recorded[-1] == pytest.approx(errors.mean())


# -- net_params and callbacks --------------------------------------------------


class Count(Callback):
    """Counts epochs where a clone would start anew."""

    def __init__(self, start=0):
        self.start = start

    def initialize(self):
        self.count_ = self.start
        return self

    def on_epoch_end(self, net, **kwargs):
        self.count_ += 1


def test_net_params_reach_the_optimizer():
    betas = (0.5, 0.6)
    net = make_regressor(net_params={"optimizer__betas": betas}).fit(X, y).net_
    assert net.optimizer_.param_groups[0]["betas"] == betas


def test_net_params_win_over_the_parameters():
    net_params = {"max_epochs": 3, "batch_size": 20, "lr": 0.5, "iterator_valid": list}
    net = make_small_net(max_epochs=9, net_params={**net_params})
    assert (net.max_epochs, net.batch_size, net.lr) == (3, 20, 0.5)
    assert net.iterator_valid is list


def test_net_params_may_set_the_size_of_batches():
    sizes = make_regressor(
        net_params={"iterator_train__batch_size": 5}, callbacks=None
    ).fit(X, y)
    assert sizes.net_.history[-1, "train_batch_count"] == 4


def test_a_schedule_is_planned_with_what_net_params_say():
    regressor = make_regressor(
        lr=0.1,
        lr_schedule="cosine",
        max_epochs=50,
        net_params={"max_epochs": 2, "batch_size": 20},
    ).fit(X, y)
    # One update in each of two epochs: cos(0) and cos(pi / 2).
    np.testing.assert_allclose(regressor.history_["lr"], [0.1, 0.05])


def test_callbacks_are_cloned_for_each_fit():
    callback, named = Count(), Count(10)
    regressor = make_regressor(callbacks=[callback, ("named", named)])
    for _ in range(2):
        counts = [
            found.count_
            for _, found in regressor.fit(X, y).net_.callbacks_
            if isinstance(found, Count)
        ]
        assert counts == [2, 12]
    assert not hasattr(callback, "count_")
    assert not hasattr(named, "count_")
    assert dict(regressor.net_.callbacks_)["named"] is not named


def test_a_scheduler_of_skorch_can_be_a_callback():
    halving = LRScheduler(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.5)
    regressor = make_regressor(lr=0.1, lr_schedule=None, callbacks=[halving])
    regressor.fit(X, y)
    np.testing.assert_allclose(regressor.history_["lr"], [0.1, 0.05])


def test_the_validation_data_is_let_go():
    sequences = Sequences.from_list([row + 1.0 for row in X])
    validation = SequenceDataset(
        sequences,
        NumberReader(Standardizer.identity(2)),
        y=y[:, np.newaxis].astype(np.float32),
        weight=np.ones(20),
    )
    training = make_dataset()
    kept = [weakref.ref(part) for part in (validation, sequences, training)]
    net = make_small_net()
    train(net, training, validation)
    assert "valid_loss" in net.history[-1]
    del validation, sequences, training
    gc.collect()
    assert [ref() for ref in kept] == [None, None, None]


# -- the device ----------------------------------------------------------------


def test_auto_takes_what_is_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto") == "cuda"
    assert resolve_device("cpu") == "cpu"
