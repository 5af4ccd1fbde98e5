import io
import multiprocessing
import signal
import types
from functools import partial

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, EarlyStopping
from skorch.history import History
from torch.optim import lr_scheduler

from sklearn_rnn import RNNRegressor
from sklearn_rnn._training import SequenceDataset, best_epoch, make_net, train
from sklearn_rnn._training import _callbacks as callbacks_module
from sklearn_rnn._training._callbacks import GradientNorm, KeepGoodWeights, Seeds
from sklearn_rnn._training._data import TrainBatches
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn.exceptions import DivergenceWarning
from sklearn_rnn.nn import PooledHead
from sklearn_rnn.sequences import Sequences, Standardizer

rng = np.random.default_rng(0)
X = rng.normal(size=(10, 4))
y = X.sum(axis=1)
weight = rng.integers(1, 6, 10).astype(float)
HEAD = partial(PooledHead, n_outputs=1, loss="squared_error")


def make_dataset(rows=10):
    sequences = Sequences.from_list(list(X[:rows]))
    return SequenceDataset(
        sequences,
        NumberReader(Standardizer.identity(1)),
        y=y[:rows, np.newaxis].astype(np.float32),
        weight=weight[:rows],
    )


def make_trained(validation=None, *, score=lambda outputs, y, weight: 0.0, **params):
    """Train a small net on the ten rows above, four to a batch: 3 updates an epoch."""
    params = {"max_epochs": 2, "batch_size": 4, "lr": 0.1, **params}
    net = make_net(
        {"head": HEAD, "n_features": 1, "hidden_size": 3, "cell": "rnn"},
        RNNRegressor(**params).get_params(deep=False),
        seed=0,
        n_rows=10,
        device="cpu",
        stops_early=False,
    ).initialize()
    train(net, make_dataset(), validation, score=score)
    return net


def make_regressor(**params):
    defaults = {"cell": "rnn", "max_epochs": 3, "batch_size": 4, "random_state": 0}
    # What was learnt in n epochs is then the same, whether more were planned or not.
    defaults["lr_schedule"] = None
    return RNNRegressor(3, **{**defaults, **params})


class Spy(Callback):
    """Call a function at one moment of training."""

    def __init__(self, moment, function):
        self.moment = moment
        self.function = function

    def initialize(self):
        setattr(self, self.moment, self.function)
        return self


# -- losses and scores of an epoch ---------------------------------------------


def test_the_losses_of_an_epoch_are_means_over_the_rows():
    batches = []

    def remember(net, batch, training, loss, **kwargs):
        batches.append((training, loss.item(), len(batch[1])))

    net = make_trained(
        make_dataset(7), max_epochs=1, callbacks=[Spy("on_batch_end", remember)]
    )
    for name, wanted in (("train_loss", True), ("valid_loss", False)):
        parts = [(loss, w) for training, loss, w in batches if training is wanted]
        by_hand = sum(loss * n for loss, n in parts) / sum(n for _, n in parts)
        assert net.history[-1, name] == pytest.approx(by_hand, rel=1e-12)
    assert len(batches) == 4  # 4 + 4 + 2 rows to train on, 7 to watch


def test_the_validation_loss_is_that_of_the_weights_after_the_epoch():
    # With lr so small that the weights stay, both parts see the same weights.
    net = make_trained(make_dataset(), max_epochs=1, lr=1e-30)
    assert net.history[-1, "valid_loss"] == pytest.approx(net.history[-1, "train_loss"])
    error = (net.forward(make_dataset())[:, 0].numpy() - y) ** 2
    assert net.history[-1, "valid_loss"] == pytest.approx(
        np.average(error, weights=weight)
    )


def test_the_score_receives_the_whole_validation_part():
    seen = []

    def score(outputs, y, weight):
        seen.append((outputs, y, weight))
        return len(seen) / 4

    net = make_trained(make_dataset(7), score=score)
    assert net.history[:, "valid_score"] == [0.25, 0.5]
    outputs, targets, weights = seen[0]
    assert all(isinstance(array, np.ndarray) for array in seen[0])
    np.testing.assert_array_equal(targets[:, 0], y[:7].astype(np.float32))
    np.testing.assert_allclose(weights, weight[:7] / weight[:7].mean(), rtol=1e-6)
    assert outputs.shape == (7, 1)


# -- GradientNorm --------------------------------------------------------------


class FakeNet:
    """A module whose gradient has the norm 13 = sqrt(3² + 4² + 12²)."""

    def __init__(self):
        parameters = [torch.zeros(1, 2), torch.zeros(1)]
        self.module_ = torch.nn.ParameterList(parameters)
        self.module_[0].grad = torch.tensor([[3.0, 4.0]])
        self.module_[1].grad = torch.tensor([12.0])
        self.history = History()
        self.history.new_epoch()


@pytest.mark.parametrize(
    ("max_norm", "norm_after"), [(None, 13.0), (20.0, 13.0), (6.5, 6.5)]
)
def test_a_longer_gradient_is_scaled_to_the_norm(max_norm, norm_after):
    net, callback = FakeNet(), GradientNorm(max_norm)
    callback.on_epoch_begin(net)
    callback.on_grad_computed(net, net.module_.named_parameters())
    callback.on_epoch_end(net)
    gradient = torch.cat([p.grad.flatten() for p in net.module_.parameters()])
    wanted = torch.tensor([3.0, 4.0, 12.0]) / 13.0 * norm_after
    torch.testing.assert_close(gradient, wanted, rtol=1e-5, atol=0.0)
    assert net.history[-1, "gradient_norm"] == pytest.approx(13.0)  # before clipping


def test_the_norm_in_the_history_is_the_mean_of_the_epoch():
    norms = []

    def measure(net, **kwargs):
        squares = [p.grad.square().sum() for p in net.module_.parameters()]
        norms.append(torch.stack(squares).sum().sqrt().item())

    net = make_trained(max_grad_norm=None, callbacks=[Spy("on_grad_computed", measure)])
    assert len(norms) == 6
    by_hand = [np.mean(norms[:3]), np.mean(norms[3:])]
    np.testing.assert_allclose(net.history[:, "gradient_norm"], by_hand, rtol=1e-5)


# -- KeepGoodWeights -----------------------------------------------------------


def test_good_weights_are_those_of_the_last_good_epoch():
    after = []

    def spoil(net, **kwargs):
        after.append([p.detach().clone() for p in net.module_.parameters()])
        if len(after) == 3:
            with torch.no_grad():
                net.module_.head.affine.bias.fill_(torch.nan)

    spy = Spy("on_epoch_end", spoil)
    with pytest.warns(DivergenceWarning, match="epoch 4"):
        regressor = make_regressor(max_epochs=6, callbacks=[spy]).fit(X, y)
    for found, wanted in zip(
        regressor.net_.module_.parameters(), after[2], strict=True
    ):
        assert torch.equal(found, wanted)
    assert regressor.n_iter_ == 3
    assert np.isfinite(regressor.predict(X)).all()


def test_weights_are_good_as_long_as_each_of_them_is_finite():
    for weights, finite in (([3e38, 3e38], True), ([np.inf, -np.inf], False)):
        module = torch.nn.ParameterList([torch.tensor(weights)])
        assert callbacks_module._is_finite(module) == finite


def test_no_copy_of_the_weights_stays_behind():
    callback = dict(make_trained().callbacks_)["good_weights"]
    assert isinstance(callback, KeepGoodWeights)
    assert callback.diverged_at_ is None
    assert callback.good_weights_ is None


# -- Schedule ------------------------------------------------------------------


def rates_of(lr_schedule, **params):
    """Record the learning rate with which each update is made."""
    rates = []

    def remember(net, **kwargs):
        rates.append(net.optimizer_.param_groups[0]["lr"])

    spy = Spy("on_grad_computed", remember)
    net = make_trained(lr_schedule=lr_schedule, callbacks=[spy], **params)
    return np.array(rates), np.array(net.history[:, "lr"])


def test_the_rate_stays_without_a_schedule():
    rates, per_epoch = rates_of(None)
    assert rates.tolist() == [0.1] * 6
    assert per_epoch.tolist() == [0.1] * 2


def test_cosine_is_half_a_wave_over_all_updates():
    rates, per_epoch = rates_of("cosine", max_epochs=4)
    # 10 rows, 4 in a batch: 3 updates in each of 4 epochs.
    wanted = 0.1 * (1 + np.cos(np.pi * np.arange(12) / 12)) / 2
    np.testing.assert_allclose(rates, wanted, rtol=1e-12)
    np.testing.assert_allclose(per_epoch, wanted[::3], rtol=1e-12)


def test_one_cycle_is_that_of_torch():
    rates, per_epoch = rates_of("one_cycle", max_epochs=4)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    cycle = lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=12, cycle_momentum=False
    )
    wanted = []
    for update in range(12):
        wanted.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if update < 11:
            cycle.step()
    np.testing.assert_allclose(rates, wanted, rtol=1e-12)
    np.testing.assert_allclose(per_epoch, wanted[::3], rtol=1e-12)
    assert max(rates) == pytest.approx(0.1, rel=0.05)


def test_a_function_gives_the_factor_of_each_update():
    rates, _ = rates_of(lambda u: 1 / (1 + 1e-6 * u), max_epochs=3)
    wanted = 0.1 / (1 + 1e-6 * np.arange(9))
    np.testing.assert_allclose(rates, wanted, rtol=1e-13)
    assert len(set(rates)) == 9


def test_a_class_of_torch_steps_at_each_update():
    class Halving(lr_scheduler.StepLR):
        def __init__(self, optimizer):
            super().__init__(optimizer, step_size=2, gamma=0.5)

    rates, _ = rates_of(Halving)
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])


def test_plateau_waits_for_epochs():
    # So small a rate improves nothing: after the first epoch three are waited out
    # (patience=3), the next one cuts the rate to a tenth.
    rates, per_epoch = rates_of("plateau", lr=1e-6, max_epochs=7)
    np.testing.assert_allclose(per_epoch, [1e-6] * 5 + [1e-7] * 2, rtol=1e-12)
    np.testing.assert_array_equal(rates, np.repeat(per_epoch, 3))


def test_plateau_watches_the_validation_loss_where_there_is_one():
    def falling(net, **kwargs):
        net.history.record("valid_loss", 1.0 / len(net.history))

    # Ours come first, so the schedule sees the loss as it was recorded before.
    class Watched(lr_scheduler.ReduceLROnPlateau):
        seen = []  # noqa: RUF012

        def step(self, metrics):
            self.seen.append(metrics)
            super().step(metrics)

    net = make_trained(make_dataset(7), lr_schedule=Watched)
    assert Watched.seen == net.history[:, "valid_loss"]


@pytest.mark.parametrize("lr_schedule", ["cosine", "one_cycle"])
def test_partial_fit_knows_no_end_to_lay_a_course_to(lr_schedule):
    regressor = make_regressor(lr_schedule=lr_schedule, max_epochs=2, lr=0.1)
    for _ in range(4):
        regressor.partial_fit(X, y)
    np.testing.assert_array_equal(regressor.history_["lr"], 0.1)
    regressor.fit(X, y).partial_fit(X, y)
    assert regressor.history_["lr"][-1] == 0.1


def test_partial_fit_counts_updates_for_a_schedule_without_end():
    def halve(update):
        return 0.5**update

    regressor = make_regressor(lr_schedule=halve, lr=0.1)
    for _ in range(3):
        regressor.partial_fit(X, y)  # three updates each
    wanted = [0.1, 0.1 / 8, 0.1 / 64]
    np.testing.assert_allclose(regressor.history_["lr"], wanted)


# -- Seeds ---------------------------------------------------------------------


def test_each_epoch_has_its_own_random_numbers():
    class Net:
        history = ()

        class module_:  # noqa: N801
            seeds = []  # noqa: RUF012

            @classmethod
            def reseed(cls, seed):
                cls.seeds.append(seed)

    dataset, seeds = make_dataset(), Net.module_.seeds
    for seed, n_epochs in ((5, 1), (5, 2), (6, 1), (5, 1)):
        Net.history = [None] * n_epochs
        Seeds(seed).on_epoch_begin(Net, dataset_train=dataset)
        assert (dataset.seed, dataset.epoch) == (seed, n_epochs)
    assert len(set(seeds)) == 3
    assert seeds[0] == seeds[3]


# -- what is printed -----------------------------------------------------------


def test_nothing_is_printed_by_default(capfd):
    make_regressor(early_stopping=True).fit(X, y).predict(X)
    make_regressor().partial_fit(X, y)
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    """Where somebody looks."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Put a terminal in the place of stderr."""
    terminal = Terminal()  # pytest puts its own stderr back between set-up and call
    monkeypatch.setattr(callbacks_module, "sys", types.SimpleNamespace(stderr=terminal))
    return terminal


def test_the_bar_shows_the_epoch_and_the_losses_and_the_time_left(terminal, capfd):
    make_regressor(verbose=1).fit(X, y, X_val=X[1:], y_val=y[1:])
    assert capfd.readouterr().out == ""
    shown = terminal.getvalue()
    assert "3/3" in shown
    assert "0/3 [00:00<?" in shown  # the time left, which nobody knows yet
    for name in ("train_loss=", "valid_loss=", "valid_score="):
        assert name in shown


def test_the_bar_shows_no_loss_that_is_not_there(terminal):
    make_regressor(verbose=1).fit(X, y)
    assert "train_loss=" in terminal.getvalue()
    assert "valid" not in terminal.getvalue()


def test_there_is_no_bar_where_nobody_looks(capfd):
    make_regressor(verbose=1).fit(X, y)
    assert capfd.readouterr() == ("", "")


def test_the_bars_of_workers_have_lines_of_their_own(terminal, monkeypatch):
    named = types.SimpleNamespace(name="LokyProcess-2")
    monkeypatch.setattr(multiprocessing, "current_process", lambda: named)
    monkeypatch.setattr(callbacks_module, "cpu_count", lambda: 4)
    make_regressor(verbose=1).fit(X, y)
    assert "\n" in terminal.getvalue().split("0/3")[0]  # the bar is in line 2


def test_partial_fit_has_no_bar(terminal):
    make_regressor(verbose=1).partial_fit(X, y)
    assert terminal.getvalue() == ""


def test_verbose_two_prints_a_line_per_epoch(capfd):
    make_regressor(verbose=2).fit(X, y)
    out, err = capfd.readouterr()
    lines = [line.split() for line in out.splitlines()]
    epochs = [int(words[0]) for words in lines if words and words[0].isdigit()]
    assert epochs == [1, 2, 3]
    assert "train_loss" in out
    assert err == ""


# -- the end of training -------------------------------------------------------


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def assert_is_fitted_with(regressor, n_epochs, same_as=None):
    assert regressor.n_iter_ == n_epochs
    assert all(len(column) == n_epochs for column in regressor.history_.values())
    assert np.isfinite(regressor.predict(X)).all()
    assert not regressor.net_.module_.training
    if same_as is not None:
        np.testing.assert_array_equal(regressor.predict(X), same_as.predict(X))


def test_ctrl_c_between_callbacks_is_raised_on_and_keeps_what_was_learnt(monkeypatch):
    batches_of = TrainBatches.__iter__

    def interrupted(batches):
        yield from batches_of(batches)
        if batches.dataset.epoch == 2:
            press_ctrl_c()  # when all updates of the second epoch are made

    monkeypatch.setattr(TrainBatches, "__iter__", interrupted)
    regressor = make_regressor(max_epochs=9)
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y)
    monkeypatch.undo()
    two_epochs = make_regressor(max_epochs=2).fit(X, y)
    # Of the second epoch the updates count, but it did not end: no row for it.
    assert_is_fitted_with(regressor, 1, same_as=two_epochs)


@pytest.mark.parametrize("moment", ["on_epoch_end", "on_batch_end", "on_grad_computed"])
def test_ctrl_c_in_a_callback_is_raised_on_as_well(moment):
    def compute(net, **kwargs):
        if len(net.history) == 3:
            press_ctrl_c()

    regressor = make_regressor(max_epochs=9, callbacks=[Spy(moment, compute)])
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y)
    n_epochs = 3 if moment == "on_epoch_end" else 2
    assert_is_fitted_with(regressor, n_epochs)
    if moment == "on_epoch_end":
        assert_is_fitted_with(regressor, 3, make_regressor(max_epochs=3).fit(X, y))


def test_ctrl_c_before_the_first_epoch_leaves_the_first_weights(monkeypatch):
    monkeypatch.setattr(SequenceNet, "check_data", lambda *args: press_ctrl_c())
    regressor = make_regressor()
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y)
    assert_is_fitted_with(regressor, 0)


def test_ctrl_c_in_partial_fit_is_raised_on():
    regressor = make_regressor(callbacks=[Spy("on_epoch_end", interrupt_third_epoch)])
    regressor.partial_fit(X, y).partial_fit(X, y)
    with pytest.raises(KeyboardInterrupt):
        regressor.partial_fit(X, y)
    assert_is_fitted_with(regressor, 3)
    regressor.partial_fit(X, y)
    assert_is_fitted_with(regressor, 4)


def interrupt_third_epoch(net, **kwargs):
    if len(net.history) == 3:
        press_ctrl_c()


def test_ctrl_c_goes_back_to_the_best_weights_when_stopping_early():
    def worsen_then_interrupt(net, **kwargs):
        if len(net.history) == 2:
            with torch.no_grad():
                net.module_.head.affine.bias.add_(10.0)
        if len(net.history) == 3 and kwargs["training"]:
            press_ctrl_c()

    spy = Spy("on_batch_end", worsen_then_interrupt)
    regressor = make_regressor(max_epochs=9, early_stopping=True, callbacks=[spy])
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y, X_val=X[1:], y_val=y[1:])
    assert regressor.history_["valid_loss"][1] > regressor.history_["valid_loss"][0]
    assert_is_fitted_with(regressor, 2, make_regressor(max_epochs=1).fit(X, y))


def test_a_callback_that_stops_by_a_statement_ends_training_quietly():
    def stop(net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt

    regressor = make_regressor(max_epochs=9, callbacks=[Spy("on_epoch_end", stop)])
    regressor.fit(X, y)
    assert_is_fitted_with(regressor, 2, make_regressor(max_epochs=2).fit(X, y))


def test_early_stopping_of_skorch_ends_training_quietly():
    stopping = EarlyStopping(monitor="train_loss", patience=2, threshold=1e9, sink=id)
    regressor = make_regressor(max_epochs=9, callbacks=[stopping]).fit(X, y)
    # No fall is large enough, save the first from infinity: epochs 2 and 3 miss.
    assert_is_fitted_with(regressor, 3)


@pytest.mark.parametrize("counts_start", [True, False])
def test_early_stopping_may_come_back_to_the_weights_before_training(counts_start):
    params = RNNRegressor(max_epochs=2, lr=50.0, max_grad_norm=None)
    net = make_net(
        {"head": HEAD, "n_features": 1, "hidden_size": 3, "cell": "rnn"},
        params.get_params(deep=False),
        seed=0,
        n_rows=10,
        device="cpu",
        stops_early=True,
        counts_start=counts_start,
    ).initialize()
    before = [p.detach().clone() for p in net.module_.parameters()]
    train(net, make_dataset(), make_dataset())
    same = all(map(torch.equal, before, net.module_.parameters()))
    assert same == counts_start
    assert best_epoch(net) == (
        0 if counts_start else 1 + np.argmin([row["valid_loss"] for row in net.history])
    )
