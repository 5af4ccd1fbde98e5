"""The same bits again, gradients that are right, and what long sequences do to them."""

import warnings
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn._training import _data, _threads
from sklearn_rnn.estimators import _base
from sklearn_rnn.exceptions import DivergenceWarning, VanishingGradientWarning
from sklearn_rnn.nn import (
    LOSSES,
    Batch,
    PooledHead,
    RecurrentNetwork,
    SeededDropout,
    TokenEmbedding,
)

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0, "batch_size": 8}
CELLS = ["rnn", "gru", "lstm"]
every_cell = pytest.mark.parametrize("cell", CELLS)
each_cell_with_a_kind = pytest.mark.parametrize(
    ("kind", "cell"),
    [(RNNClassifier, "rnn"), (RNNRegressor, "gru"), (RNNClassifier, "lstm")],
)

rng = np.random.default_rng(0)
X = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, size=30)]
y = np.arange(30) % 2


def weights_of(model):
    tensors = model.net_.module_.state_dict().values()
    return b"".join(tensor.numpy().tobytes() for tensor in tensors)


# -- again -------------------------------------------------------------------------


@each_cell_with_a_kind
def test_twenty_fits_give_the_same_bits(kind, cell):
    params = {**SMALL, "max_epochs": 1, "batch_size": 15, "num_layers": 2}
    model = kind(**params, cell=cell, dropout=0.2)
    assert len({weights_of(clone(model).fit(X, y)) for _ in range(20)}) == 1


@every_cell
def test_two_threads_learn_and_predict_what_one_does(cell, monkeypatch):
    monkeypatch.setattr(_threads, "cpu_count", lambda: 2)
    monkeypatch.setattr(_base, "BRIEF_STEPS", 0)
    monkeypatch.setattr(_data, "PREDICTION_STEPS", 16)
    big = rng.normal(size=(96, 15, 8)), rng.normal(size=96)
    model = RNNRegressor(64, cell=cell, num_layers=2, max_epochs=2, random_state=0)
    one, two = (clone(model).set_params(n_jobs=n).fit(*big) for n in (1, 2))
    assert weights_of(one) == weights_of(two)
    np.testing.assert_array_equal(one.predict(big[0]), two.predict(big[0]))


# -- gradients ---------------------------------------------------------------------
# Those of the network with its poolings, of the CRF, of the functions behind the cells,
# of the steps and of the letters are with their modules in tests/nn.


def make_numbers(*shape, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_gradients_of_an_embedding_are_right():
    module = TokenEmbedding(6, 3, generator=torch.Generator().manual_seed(0)).double()
    tokens = torch.tensor([[2, 3, 2], [5, 1, 0]])
    weight = module.weight.detach().clone().requires_grad_()

    def vectors(weight):
        return torch.func.functional_call(module, {"weight": weight}, (tokens,))[:, :2]

    assert torch.autograd.gradcheck(vectors, weight)
    # Values in padding are held at zero, and take no gradient.
    found = torch.autograd.grad(module(tokens).sum(), module.weight)[0]
    assert found.sum(dim=1).tolist() == [0, 3, 6, 3, 0, 3]


def test_gradients_of_dropout_are_right():
    module = SeededDropout(0.5).train()
    x = make_numbers(4, 5).requires_grad_()

    def dropped(x):
        module.reseed(0)
        return module(x)

    assert torch.autograd.gradcheck(dropped, x)


def test_gradients_of_a_loss_are_right():
    # Far from the kinks of the absolute value and its like.
    output = make_numbers(5, 2).requires_grad_()
    for name, loss_class in LOSSES.items():
        target = torch.tensor([[0.0, 1.0]] * 5, dtype=torch.float64)
        if name == "cross_entropy":
            target = torch.tensor([0, 1, 1, 0, 1])
        loss = partial(loss_class(), target=target)
        assert loss(output).shape == (5,), name
        assert torch.autograd.gradcheck(loss, output, raise_exception=False), name


# -- long sequences ----------------------------------------------------------------


@pytest.mark.slow
@every_cell
@pytest.mark.parametrize("pooling", ["last", "max", "mean"])
def test_ten_thousand_steps_neither_overflow_nor_lose_their_gradient(cell, pooling):
    head = partial(PooledHead, n_outputs=1, pooling=pooling)
    network = RecurrentNetwork(head, n_features=2, hidden_size=3, cell=cell)
    x = make_numbers(2, 10_000, 2).float().requires_grad_()
    output = network(Batch(x, torch.tensor([10_000, 9_000])))
    output.sum().backward()
    assert output.isfinite().all()
    assert x.grad.isfinite().all()
    assert all(p.grad.isfinite().all() for p in network.parameters())
    norms = x.grad.norm(dim=2)[0]
    assert norms[5_000:].max() > 1e-5
    # What is read at the last step alone has no way back to the first.
    if pooling == "last":
        assert norms[:5_000].max() < 1e-7
    else:
        assert norms[:5_000].max() > 1e-5


def first_tells(n_rows, n_timesteps, scale=0.0):
    """Make sequences of which the first step tells the class."""
    rng = np.random.default_rng(0)
    sequences = scale * rng.normal(size=(n_rows, n_timesteps, 1))
    labels = np.arange(n_rows) % 2
    sequences[:, 0, 0] = 2 * labels - 1
    return sequences, labels


ONE_WAY = {**SMALL, "pooling": "last", "bidirectional": False, "patch_length": 1}


@pytest.mark.parametrize(
    ("kind", "cell"), [(RNNClassifier, "lstm"), (RNNRegressor, "gru")]
)
def test_what_is_forgotten_on_the_way_is_warned_of(kind, cell):
    sequences, labels = first_tells(32, 600)
    with pytest.warns(VanishingGradientWarning, match="pooling='max'") as caught:
        model = kind(**ONE_WAY, cell=cell).fit(sequences, labels)
    assert [str(w.category.__name__) for w in caught] == ["VanishingGradientWarning"]
    assert caught[0].filename == __file__
    np.testing.assert_allclose(
        model.transform(sequences), model.transform(sequences[:, 300:]), atol=1e-6
    )
    for word in ("first half", "cell='lstm' or 'gru'", "shorter", "standardize=True"):
        assert word in str(caught[0].message)


@pytest.mark.slow
def test_a_plain_network_loses_ten_thousand_steps_and_warns():
    sequences, labels = first_tells(64, 10_000, scale=1.0)
    model = RNNClassifier(**{**ONE_WAY, "max_epochs": 1}, cell="rnn")
    with pytest.warns(VanishingGradientWarning):
        model.fit(sequences, labels)
    # The gradient of the weights does not show it: the last steps always have theirs.
    assert model.history_["gradient_norm"].min() > 0.01


@pytest.mark.parametrize("characters", [False, True])
def test_words_that_are_forgotten_are_warned_of(characters):
    texts = [f"{word} " + "so " * 500 for word in ["good", "bad"] * 16]
    X = TextVectorizer(characters=characters).fit_transform(texts)
    with pytest.warns(VanishingGradientWarning):
        RNNClassifier(**ONE_WAY, cell="gru").fit(X, np.arange(32) % 2)


QUIET = {
    "another pooling": ({"pooling": "max"}, None),
    "both final states": ({"pooling": "final_state", "bidirectional": True}, None),
    "few steps": ({}, lambda X, y: (X[:, :6], y)),
    "the end tells": ({"max_epochs": 5, "lr": 0.1}, lambda X, y: (X[:, ::-1], y)),
    "nothing to learn": ({}, lambda X, y: (X, 0 * y)),
    "a single step": ({}, lambda X, y: (X[:, -1:], y)),
}


@pytest.mark.parametrize("name", QUIET)
def test_there_is_no_warning_of_a_gradient_that_did_not_vanish(name):
    params, change = QUIET[name]
    sequences, labels = first_tells(32, 600)
    if change is not None:
        sequences, labels = change(sequences, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RNNRegressor(**{**ONE_WAY, "cell": "gru", **params}).fit(sequences, labels)


def test_a_part_of_the_data_and_a_tagger_are_not_warned_of():
    sequences, labels = first_tells(32, 600)
    model = RNNRegressor(**ONE_WAY, cell="gru")
    model.partial_fit(sequences, labels)
    steps = as_ragged(list(np.tile(labels[:, np.newaxis], 600)))
    RNNTagger(**SMALL, bidirectional=False, cell="gru").fit(sequences, steps)


@pytest.mark.slow
@every_cell
def test_ten_thousand_steps_that_explode_are_stopped_and_warned_of(cell):
    sequences, labels = first_tells(8, 10_000, scale=1.0)
    model = RNNRegressor(
        **{**ONE_WAY, "max_epochs": 5},
        cell=cell,
        lr=1e7,
        optimizer="sgd",
        lr_schedule=None,
        max_grad_norm=None,
    )
    with pytest.warns(
        DivergenceWarning, match=r"epoch \d.*Lower lr, set max_grad_norm"
    ):
        model.fit(sequences, labels)
    assert model.n_iter_ < 5
    assert np.isfinite(model.predict(sequences)).all()
    assert np.isfinite(model.history_["train_loss"]).all()
