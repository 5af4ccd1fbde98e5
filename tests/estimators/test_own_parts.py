"""A cell, a pooling and a loss of the user's own, in an estimator."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks
from skorch.callbacks import Callback
from torch import nn
from torch.nn import functional

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    export_onnx,
    load,
    save,
)
from sklearn_rnn.callbacks import Checkpoint
from sklearn_rnn.exceptions import CheckpointError
from sklearn_rnn.inspection import explain, hidden_states
from sklearn_rnn.nn import SeededDropout, length_mask


class MinGRU(nn.Module):
    """h_t = (1 - z_t) h_{t-1} + z_t c_t, with z and c from the input alone."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.gates = nn.Linear(input_size, 2 * hidden_size)

    def forward(self, x, state=None):
        outputs = []
        for x_t in x.unbind(dim=1):
            output, state = self.step(x_t, state)
            outputs.append(output)
        return torch.stack(outputs, dim=1), state

    def step(self, x_t, state=None):
        z, candidate = self.gates(x_t).chunk(2, dim=1)
        h = torch.zeros_like(candidate) if state is None else state[0]
        h = torch.lerp(h, candidate, z.sigmoid())
        return h, (h,)


class WithoutStep(MinGRU):
    step = property()  # as if it had none

    def forward(self, x, state=None):
        outputs = []
        for x_t in x.unbind(dim=1):
            output, state = MinGRU.step(self, x_t, state)
            outputs.append(output)
        return torch.stack(outputs, dim=1), state


class SoftMax(nn.Module):
    """A mean with weights from a linear map: it has weights of its own."""

    def __init__(self, n_units):
        super().__init__()
        self.score = nn.Linear(n_units, 1)

    def weights(self, encoded):
        scores = self.score(encoded.outputs).squeeze(2)
        mask = length_mask(encoded.lengths, scores.shape[1])
        return scores.masked_fill(~mask, -torch.inf).softmax(dim=1)

    def forward(self, encoded):
        mask = length_mask(encoded.lengths, encoded.outputs.shape[1])
        outputs = encoded.outputs.masked_fill(~mask.unsqueeze(2), 0.0)
        return (self.weights(encoded).unsqueeze(2) * outputs).sum(dim=1)


class FocalLoss(nn.Module):
    """(1 - p)^gamma times the cross-entropy, p being the probability of the class."""

    def __init__(self, gamma=1.0):
        super().__init__()
        self.gamma = gamma
        self.n_calls = 0

    def forward(self, outputs, targets):
        self.n_calls += 1
        if targets.is_floating_point() or targets.ndim == 2:
            loss = functional.binary_cross_entropy_with_logits(
                outputs, targets.to(outputs.dtype), reduction="none"
            )
        else:
            loss = functional.cross_entropy(outputs, targets, reduction="none")
            loss = loss.unsqueeze(1)
        return ((1 - torch.exp(-loss)) ** self.gamma * loss).mean(dim=1)


def log_cosh(outputs, targets):
    return torch.cosh(targets - outputs).log().mean(dim=1)


@pytest.mark.filterwarnings("default")
@pytest.mark.changes_global_state  # one of the checks draws from NumPy's
@parametrize_with_checks(
    [
        RNNClassifier(
            8,
            cell=MinGRU,
            pooling=SoftMax,
            loss=FocalLoss(),
            bidirectional=False,
            lr=0.03,
            max_epochs=15,
        )
    ]
)
def test_every_official_check_passes_with_own_parts(estimator, check):
    check(estimator)


def make_model(**parameters):
    settings = {"cell": MinGRU, "pooling": SoftMax, "loss": FocalLoss()}
    settings |= {"max_epochs": 3, "bidirectional": False, "random_state": 0}
    return RNNClassifier(**{"hidden_size": 5, **settings, **parameters})


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    X = [random.normal(size=(n, 2)) for n in random.integers(1, 7, size=30)]
    return X, np.arange(30) % 2


@pytest.fixture(scope="module")
def fitted(data):
    return make_model().fit(*data)


def test_a_row_has_the_same_bits_alone_and_in_any_batch(data, fitted):
    X, _ = data
    together = fitted.predict_proba(X)
    alone = np.vstack([fitted.predict_proba([x]) for x in X])
    assert np.array_equal(together, alone)


def test_a_fit_follows_from_the_seed_and_leaves_the_parts_as_they_are(data):
    # That torch's global generator stays is seen after every test.
    loss = FocalLoss()
    model = make_model(loss=loss)
    first, again = (model.fit(*data).predict_proba(data[0]) for _ in range(2))
    assert np.array_equal(first, again)
    assert loss.n_calls == 0


def test_own_parts_go_through_copies_files_and_searches(data, fitted, tmp_path):
    pytest.importorskip("skops")
    X, y = data
    probabilities = fitted.predict_proba(X)
    copy = clone(fitted)
    assert copy.cell is MinGRU and copy.pooling is SoftMax
    with pytest.raises(NotFittedError):
        copy.predict(X)
    save(fitted, tmp_path / "own.skops")
    copies = [
        copy.fit(X, y),
        pickle.loads(pickle.dumps(fitted)),
        load(tmp_path / "own.skops", trusted=[MinGRU, SoftMax, FocalLoss]),
    ]
    for copy in copies:
        assert np.array_equal(copy.predict_proba(X), probabilities)
    search = GridSearchCV(fitted, {"cell": ["lstm", MinGRU]}, cv=2).fit(
        np.zeros((30, 3, 2)) + y[:, np.newaxis, np.newaxis], y
    )
    assert list(search.cv_results_["param_cell"]) == ["lstm", MinGRU]


def test_a_pooling_to_one_unit_and_a_cell_of_few_weights_are_read_back(data):
    X, _ = data
    y = np.arange(30) % 12  # the head of all units would be larger than the rest
    model = make_model(pooling=Largest, hidden_size=40, max_epochs=1).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


class Largest(nn.Module):
    def __init__(self, n_units):
        super().__init__()
        self.n_units = 1

    def forward(self, encoded):
        mask = length_mask(encoded.lengths, encoded.outputs.shape[1])
        outputs = encoded.outputs.masked_fill(~mask.unsqueeze(2), -torch.inf)
        return outputs.amax(dim=(1, 2)).unsqueeze(1)


def test_steps_agree_with_the_prediction_where_a_cell_has_them(data):
    X = np.random.default_rng(1).normal(size=(4, 6, 2))
    model = make_model(pooling="mean").fit(*data)
    state = None
    for t in range(6):
        answer, state = model.step(X[:, t], state)
    assert np.array_equal(answer, model.predict_proba(X))
    model.set_params(cell=WithoutStep).fit(*data)
    assert len(model.predict_proba_over_time(X)[0]) == 6
    with pytest.raises(ValueError, match="cell=WithoutStep, which has no method step"):
        model.step(X[:, 0])


def test_training_goes_on_with_parts_of_the_same_class_only(data):
    X, y = data
    model = make_model(warm_start=True).fit(X, y)
    model.set_params(loss=FocalLoss()).fit(X, y)
    with pytest.raises(ValueError, match=r"cell was .*MinGRU.* is .*WithoutStep.* now"):
        model.set_params(cell=WithoutStep).fit(X, y)
    model = make_model()
    for _ in range(2):
        model.partial_fit(X, y, classes=[0, 1])
    assert model.n_iter_ == 2


def test_a_checkpoint_knows_a_part_by_its_class(data, tmp_path):
    path = tmp_path / "own.checkpoint"
    model = make_model(callbacks=[Checkpoint(path)])
    first, again = (
        model.set_params(loss=WeightedLoss()).fit(*data).predict_proba(data[0])
        for _ in range(2)  # as if in another process
    )
    assert np.array_equal(first, again)
    with pytest.raises(CheckpointError, match=r"WeightedLoss\(gamma=1.0, .*gamma=3"):
        clone(model).set_params(loss=WeightedLoss(3.0)).fit(*data)
    with pytest.raises(CheckpointError, match=r"cell was .*\.MinGRU there"):
        model.set_params(cell=WithoutStep).fit(*data)


def test_own_parts_can_be_looked_into(data, fitted):
    X, _ = data
    assert list(hidden_states(fitted, X[:1])[0][0]) == ["hidden"]
    contributions = explain(fitted, X[:1], tol=1e-3)[0]
    difference = contributions.output - contributions.base_output
    assert contributions.values.sum() == pytest.approx(difference, abs=1e-2)
    (weights,) = (found.values for found in explain(fitted, X[:1], method="attention"))
    assert weights.sum() == pytest.approx(1)
    assert np.allclose(fitted.attention_weights(X).sum(axis=1), 1)


def test_own_losses_fit_every_estimator():
    X = np.random.default_rng(0).normal(size=(30, 5, 2))
    y = X[:, :, 0].sum(axis=1)
    regressor = RNNRegressor(8, loss=log_cosh, random_state=0)
    assert regressor.fit(X, y).score(X, y) > 0.8
    tagger = RNNTagger(8, loss=FocalLoss(), random_state=0)
    labels = X[:, :, 0] > 0
    assert tagger.fit(X, labels).score(X, labels) > 0.8


class WithDropout(MinGRU):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.dropout = SeededDropout(0.5)

    def forward(self, x, state=None):
        return super().forward(self.dropout(x), state)


def test_dropout_of_an_own_part_follows_from_the_seed(data):
    X, y = data
    losses = [
        make_model(cell=WithDropout, random_state=seed).fit(X, y).loss_curve_
        for seed in (0, 0, 1)
    ]
    assert losses[0] == losses[1]
    models = [make_model(cell=WithDropout, random_state=seed) for seed in (0, 1)]
    seeds = [
        part.seed
        for model in models
        for part in model.fit(X, y).net_.module_.modules()
        if isinstance(part, SeededDropout)
    ]
    assert len(set(seeds)) == len(seeds) == 4  # the network's and the cell's


# -- what is refused -------------------------------------------------------------------


class ForgetsItsState(MinGRU):
    def forward(self, x, state=None):
        return super().forward(x)


class LooksAhead(MinGRU):
    def forward(self, x, state=None):
        outputs, state = super().forward(x, state)
        return outputs + x.mean(), state


class OtherStep(MinGRU):
    def forward(self, x, state=None):
        outputs, state = super().forward(x, state)
        return 2 * outputs, state


class Draws(MinGRU):
    def forward(self, x, state=None):
        return super().forward(functional.dropout(x), state)


class ReadsPadding(nn.Module):
    def __init__(self, n_units):
        super().__init__()

    def forward(self, encoded):
        return encoded.outputs.mean(dim=1)


class KeepsItsOutputs(MinGRU):
    def forward(self, x, state=None):
        self.last, state = super().forward(x, state)
        return self.last, state


class KeepsWhatItPools(SoftMax):
    def weights(self, encoded):
        self.last = super().weights(encoded)
        return self.last


PARTS_REFUSED = {
    "a cell's tensor": ("cell", KeepsItsOutputs, "cell KeepsItsOutputs .* deepcopy"),
    "a pooling's tensor": ("pooling", KeepsWhatItPools, "KeepsWhatItPools .*deepcopy"),
    "an instance of a cell": ("cell", MinGRU(2, 5), "'cell' parameter .* a class of"),
    "a class of no module": ("cell", dict, r"dict\(2, 5\) raised TypeError"),
    "no state": ("cell", ForgetsItsState, "ForgetsItsState gives other .* last two"),
    "later steps": ("cell", LooksAhead, "LooksAhead gives other .* at the first two"),
    "another step": ("cell", OtherStep, "OtherStep gives other .* the method step"),
    "draws": ("cell", Draws, "^cell Draws draws random numbers .*SeededDropout"),
    "padding": ("pooling", ReadsPadding, "pooling=ReadsPadding reads padding"),
    "an instance of a pooling": ("pooling", SoftMax(5), "'pooling' .* a class of your"),
    "a class of a loss": ("loss", FocalLoss, "Of a class pass an instance"),
    "a mean": ("loss", nn.BCEWithLogitsLoss(), r"shape \(3,\); got \(\).* reduction"),
    "no tensor": ("loss", lambda *_: 1.0, "must return a Tensor .* got float"),
    "one argument": ("loss", lambda outputs: outputs, r"\(outputs, targets\), here of"),
    "no gradient": ("loss", lambda o, _: o.detach().mean(1), "has no gradient"),
    "an activation": (
        "net_params",
        {"module__nonlinearity": "relu"},
        "is for cell='rnn', got 'relu' with cell=<class .*MinGRU",
    ),
}


def test_a_part_that_does_not_fit_is_refused_before_a_fit(data, assert_refused):
    def fit(name, part):
        make_model(**{name: part}, callbacks=[NeverBegins()]).fit(*data)

    assert_refused(fit, PARTS_REFUSED, (TypeError, ValueError))


class NeverBegins(Callback):
    """A callback that no training may reach."""

    def on_train_begin(self, net, **kwargs):
        raise AssertionError("training began")


def test_what_is_python_is_no_onnx(data, fitted, tmp_path, assert_refused):
    models = {
        "cell": (fitted, "cell=MinGRU cannot be exported"),
        "pooling": (make_model(cell="gru").fit(*data), "pooling=SoftMax cannot be"),
    }
    assert_refused(lambda model: export_onnx(model, tmp_path / "x.onnx"), models)


class WeightedLoss(FocalLoss):
    def __init__(self, gamma=1.0):
        super().__init__(gamma)
        self.register_buffer("weight", torch.ones(2))


def test_a_loss_with_tensors_is_not_saved(tmp_path):
    pytest.importorskip("skops")
    with pytest.raises(TypeError, match="module loss holds the tensors weight"):
        save(RNNClassifier(loss=WeightedLoss()), tmp_path / "x.skops")
