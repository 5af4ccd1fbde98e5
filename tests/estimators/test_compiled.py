"""Fits with `compiled=True` beside those without."""

import copy
import importlib.util
import pickle
from threading import Barrier, Thread
from unittest.mock import patch

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from threadpoolctl import threadpool_info, threadpool_limits

from sklearn_rnn import RNNClassifier, RNNRegressor
from sklearn_rnn.callbacks import Checkpoint, WeightAverage
from sklearn_rnn.datasets import make_adding_problem, make_first_symbol
from sklearn_rnn.exceptions import DivergenceWarning

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba is not installed"
)


def token_data():
    return make_first_symbol(n_samples=60, random_state=0)


def number_data():
    X, y = make_adding_problem(60, 6, random_state=0)
    return X, y


SMALL = {"max_epochs": 3, "random_state": 0, "hidden_size": 5, "batch_size": 16}
FITS = {
    "tokens": (RNNClassifier, token_data, {"cell": "rnn", "embedding_dim": 4}),
    "clipped, without a schedule": (
        RNNClassifier,
        token_data,
        {"cell": "rnn", "embedding_dim": 4, "max_grad_norm": 0.05, "lr_schedule": None},
    ),
    "stacked, with dropout": (
        RNNRegressor,
        number_data,
        {"cell": "lstm", "num_layers": 2, "dropout": 0.2, "early_stopping": True},
    ),
    "another optimiser": (
        RNNRegressor,
        number_data,
        {"cell": "gru", "optimizer": "rmsprop", "lr": 0.001, "pooling": "mean"},
    ),
    "frozen vectors and weight decay": (
        RNNClassifier,
        token_data,
        {
            "cell": "gru",
            "word_dropout": 0.1,
            "net_params": {
                "module__freeze_embedding": True,
                "optimizer__weight_decay": 0.01,
            },
        },
    ),
    "averaged weights": (
        RNNClassifier,
        token_data,
        {"pooling": "final_state", "callbacks": [WeightAverage(0.9)]},
    ),
}


def state_of(model):
    return {k: v.numpy() for k, v in model.net_.module_.state_dict().items()}


def assert_same(one, other):
    expected = state_of(other)
    for name, got in state_of(one).items():
        np.testing.assert_allclose(got, expected[name], rtol=1e-4, atol=1e-5)
    for curve in ("train_loss", "gradient_norm", "lr"):
        np.testing.assert_allclose(
            one.history_[curve], other.history_[curve], rtol=1e-4, atol=1e-6
        )


@needs_numba
@pytest.mark.parametrize("name", FITS)
def test_a_compiled_fit_is_the_plain_one_but_for_rounding(name, monkeypatch):
    make, draw, params = FITS[name]
    X, y = draw()
    weight = np.linspace(0.5, 2, len(y))
    plain = make(**SMALL, **params).fit(X, y, sample_weight=weight)
    monkeypatch.setattr(torch.Tensor, "backward", None)  # autograd has no part in it
    compiled = make(**SMALL, **params, compiled=True).fit(X, y, sample_weight=weight)
    assert (plain.training_path_, compiled.training_path_) == ("plain", "compiled")
    assert_same(compiled, plain)


@needs_numba
def test_parts_go_on_with_the_state_of_the_optimiser_across_a_pickle():
    X, y = token_data()
    models = []
    for value in (False, True):
        model = RNNClassifier(**SMALL, cell="rnn", compiled=value)
        model.partial_fit(X[:30], y[:30], classes=np.unique(y))
        model = pickle.loads(pickle.dumps(model))
        models.append(model.partial_fit(X[30:], y[30:]).partial_fit(X, y))
    assert_same(*models)


@needs_numba
def test_bits_are_the_same_in_each_run():
    X, y = number_data()
    fits = [RNNRegressor(**SMALL, compiled=True).fit(X, y) for _ in range(2)]
    for name, weights in state_of(fits[0]).items():
        assert (weights == state_of(fits[1])[name]).all()


class Observer(Callback):
    """See the gradients, and how many threads BLAS has."""

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.norms_ = [float(p.grad.norm()) for _, p in named_parameters]
        self.threads_ = blas_threads()


def blas_threads():
    return {
        one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"
    }


@needs_numba
@pytest.mark.changes_global_state
def test_callbacks_see_gradients_and_blas_has_one_thread_until_the_last_fit_ends():
    X, y = token_data()
    met = Barrier(2)

    class Meeting(Callback):
        def on_train_begin(self, net, **kwargs):
            met.wait(timeout=60)

    def fit(callbacks):
        RNNClassifier(**SMALL, cell="rnn", compiled=True, callbacks=callbacks).fit(X, y)

    seen = Observer()
    observing = RNNClassifier(**SMALL, cell="rnn", compiled=True, callbacks=[seen])
    with threadpool_limits(2, user_api="blas"):
        observing.fit(X, y)
        assert blas_threads() == {2}
        threads = [Thread(target=fit, args=([Meeting()],)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert blas_threads() == {2}
    (watching,) = [c for _, c in observing.net_.callbacks_ if type(c) is Observer]
    assert watching.threads_ == {1}
    assert min(watching.norms_) > 0


@needs_numba
@pytest.mark.parametrize(
    "changed, reason",
    [
        ({"pooling": "attention"}, "Attention"),
        ({"standardize": "sequence"}, "static columns"),
        ({"net_params": {"autocast": "bfloat16"}, "cell": "gru"}, "bfloat16"),
    ],
)
def test_what_has_no_compiled_form_trains_plainly_and_says_why(changed, reason):
    X, y = number_data()
    params = {**SMALL, **changed, "max_epochs": 1}
    model = RNNClassifier(**params, compiled=True).fit(X, y > 1)
    assert model.training_path_.startswith("plain: ")
    assert reason in model.training_path_


def without_numba(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "numba" else find(name, *rest),
    )


def test_without_numba_fit_says_how_to_install_it(monkeypatch):
    without_numba(monkeypatch)
    X, y = number_data()
    with pytest.raises(ImportError, match="run pip install numba"):
        RNNRegressor(compiled=True).fit(X, y)
    assert RNNRegressor(**SMALL).fit(X, y).training_path_ == "plain"


@needs_numba
def test_what_was_compiled_predicts_where_numba_is_missing(monkeypatch):
    X, y = number_data()
    model = RNNRegressor(**SMALL, compiled=True).fit(X, y)
    expected, saved = model.predict(X), pickle.dumps(model)
    without_numba(monkeypatch)
    loaded = pickle.loads(saved)
    np.testing.assert_allclose(loaded.predict(X), expected, rtol=1e-5)
    assert loaded.training_path_ == "compiled"


@needs_numba
def test_a_compiled_fit_that_diverges_says_so():
    X, y = number_data()
    model = RNNRegressor(**SMALL, optimizer="sgd", max_grad_norm=None, lr=1e30)
    with pytest.warns(DivergenceWarning):
        model.set_params(compiled=True).fit(X, y)
    assert np.isfinite(model.predict(X)).all()


class Once(Callback):
    """Call a function of the net at an event, a number of times in all."""

    def __init__(self, event, change, times=1):
        self.times = times
        self.change = change
        setattr(self, event, self.tell)

    def tell(self, net, **kwargs):
        if self.times:
            self.times -= 1
            self.change(net)


def fit_with(event, change, *, compiled=True, times=1, **params):
    """Train for two epochs, with what a callback does at an event."""
    X, y = token_data()
    params = {"dropout": 0.1, "cell": "gru", "lr_schedule": None, **SMALL, **params}
    model = RNNClassifier(**params, compiled=compiled)
    return model.set_params(
        max_epochs=2, callbacks=[(event, Once(event, change, times))]
    ).fit(X, y)


def decay(net):
    net.optimizer_.param_groups[0]["weight_decay"] = 0.5


def split_groups(net):
    given = net.optimizer_.param_groups[0]["params"]
    net.optimizer_.add_param_group({"params": [given.pop(), given.pop()], "lr": 1.0})


def take_sgd(net):
    net.optimizer_ = torch.optim.SGD(net.module_.parameters(), lr=1.0)


def drop_more(net):
    net.module_.dropout.p = 0.5


def replace_weights(net):
    layer = net.module_.head.affine
    layer.weight = torch.nn.Parameter(layer.weight.detach() * 2)
    net.optimizer_.param_groups[0]["params"] = list(net.module_.parameters())


def double_outputs(net):
    net.module_.head.affine.register_forward_hook(lambda module, given, out: out * 2)


def load_own_state(net):
    net.optimizer_.load_state_dict(net.optimizer_.state_dict())
    net.optimizer_.param_groups[0]["lr"] *= 0.1


def turn_means(net):
    """Put what Adam keeps in an order of memory that only torch reads."""
    for state in net.optimizer_.state.values():
        state["exp_avg"] = state["exp_avg"].t().contiguous().t()


CHANGES = [
    ("on_epoch_begin", decay),
    ("on_batch_begin", decay),
    ("on_train_begin", split_groups),
    ("on_epoch_begin", take_sgd),
    ("on_batch_begin", drop_more),
    ("on_train_begin", replace_weights),
    ("on_epoch_end", double_outputs),
    ("on_epoch_end", load_own_state),
    ("on_epoch_end", turn_means),
]


@needs_numba
@pytest.mark.parametrize("event, change", CHANGES)
def test_what_callbacks_change_is_heeded(event, change):
    plain, compiled = (fit_with(event, change, compiled=c) for c in (False, True))
    for ours, theirs in zip(
        *(state_of(m).values() for m in (compiled, plain)), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    hooked = change is double_outputs
    assert compiled.training_path_.startswith("plain: " if hooked else "compiled")


@needs_numba
def test_hooks_of_the_optimiser_are_called_and_gradients_left_clipped():
    calls, norms = [], []

    def hook(net):
        net.optimizer_.register_step_post_hook(lambda *args: calls.append(args))

    def look(net):
        gradients = [p.grad.flatten() for p in net.module_.parameters()]
        norms.append(float(torch.cat(gradients).norm()))

    model = fit_with("on_train_begin", hook)
    assert len(calls) == 2 * len(model.net_.history[0, "batches"])
    fit_with("on_batch_end", look, times=99, max_grad_norm=0.01)
    np.testing.assert_allclose(norms, 0.01, rtol=1e-3)


class Copier(Callback):
    """Copy the net after each epoch, as skorch's own checkpoint does."""

    copies = ()

    def on_epoch_end(self, net, **kwargs):
        self.copies = copy.deepcopy(net), pickle.loads(pickle.dumps(net))


@needs_numba
def test_callbacks_may_copy_the_net():
    X, y = token_data()
    copier = Copier()
    model = RNNClassifier(**SMALL, compiled=True, callbacks=[("copier", copier)])
    net = model.set_params(max_epochs=1).fit(X, y).net_
    assert model.training_path_ == "compiled"
    for copied in dict(net.callbacks_)["copier"].copies:
        assert copied.lean_step is None
        assert torch.equal(*(n.module_.head.affine.weight for n in (copied, net)))


class PowerCut(Callback):
    """Fail in the third epoch, where there is an error to raise."""

    error = None

    def on_batch_begin(self, net, **kwargs):
        if self.error and len(net.history) == 3:
            raise self.error


@needs_numba
@pytest.mark.parametrize("schedule", [None, "one_cycle"])
@pytest.mark.filterwarnings("error:Detected call")
def test_a_resumed_fit_has_the_same_bits(schedule, tmp_path):
    X, y = token_data()
    params = {**SMALL, "lr_schedule": schedule, "compiled": True}

    def fit(path, error=None):
        callbacks = [("cut", PowerCut()), ("checkpoint", Checkpoint(tmp_path / path))]
        with patch.object(PowerCut, "error", error):
            return RNNClassifier(**params, callbacks=callbacks).fit(X, y)

    with pytest.raises(RuntimeError, match="power cut"):
        fit("one", RuntimeError("power cut"))
    whole, resumed = fit("whole"), fit("one")
    for name, weights in state_of(whole).items():
        assert (weights == state_of(resumed)[name]).all()


@needs_numba
def test_a_finished_checkpoint_says_how_it_was_trained(tmp_path):
    X, y = number_data()
    callbacks = [Checkpoint(tmp_path / "done")]
    params = {**SMALL, "max_epochs": 1, "callbacks": callbacks}
    model = RNNRegressor(**params, compiled=True)
    assert model.fit(X, y).training_path_ == "compiled"
    assert model.fit(X, y).training_path_ == "compiled"
