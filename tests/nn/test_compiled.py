"""Compiled training steps against autograd."""

import weakref
from functools import partial
from itertools import product

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import Batch, PooledHead, RecurrentNetwork, Targets

pytest.importorskip("numba")

from sklearn_rnn.nn.compiled import CompiledAdam, CompiledNetwork, why_not_compiled
from sklearn_rnn.nn.compiled._activations import exp, tanh
from sklearn_rnn.nn.compiled._jit import jit
from sklearn_rnn.nn.compiled._products import sum_of_rows

LENGTHS = torch.tensor([4, 1, 7, 7, 3])
POOLINGS = ["last", "final_state", "max", "mean"]
LOSSES = ["cross_entropy", "binary_cross_entropy", "squared_error"]
INPUTS = {"tokens": {"n_tokens": 20, "embedding_dim": 5}, "numbers": {"n_features": 3}}


def make_network(inputs, *, pooling="max", loss="cross_entropy", **params):
    head = partial(PooledHead, n_outputs=3, loss=loss, pooling=pooling)
    return RecurrentNetwork(head, hidden_size=6, **INPUTS[inputs], **params)


def make_batch(inputs, loss, lengths=LENGTHS):
    """Draw sequences whose padding no loss may see, targets and weights."""
    generator = torch.Generator().manual_seed(1)
    shape = (len(lengths), int(lengths.max()))
    padding = torch.arange(shape[1]) >= lengths[:, None]
    if inputs == "tokens":
        values = torch.randint(1, 20, shape, generator=generator)
        values = values.masked_fill(padding, 0)
    else:
        values = torch.randn(*shape, 3, generator=generator)
        values = values.masked_fill(padding[..., None], torch.nan)
    if loss == "cross_entropy":
        y = torch.randint(0, 3, (len(lengths),), generator=generator)
    else:
        y = torch.randint(0, 2, (len(lengths), 3), generator=generator).float()
    weight = torch.rand(len(lengths), generator=generator)
    return Batch(values, lengths), Targets(y, weight, torch.ones_like(lengths))


def by_autograd(network, batch, target):
    network.train().zero_grad()
    network.reseed(3)
    outputs = network(batch, target)
    losses = network.head.losses(outputs, target)
    loss = (losses * target.weight).sum() / len(batch)
    loss.backward()
    return [loss, outputs, *[p.grad.clone() for p in network.parameters()]]


def by_compiled_step(network, batch, target):
    network.train().zero_grad()
    network.reseed(3)
    step = CompiledNetwork(network).backward(batch, target)
    return [step["loss"], step["y_pred"], *[p.grad for p in network.parameters()]]


def assert_same(network, *data):
    assert why_not_compiled(network) is None
    expected = by_autograd(network, *data)
    for got, wanted in zip(by_compiled_step(network, *data), expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_outputs_loss_and_gradients_are_those_of_autograd(cell, bidirectional):
    cases = list(enumerate(product(POOLINGS, LOSSES)))
    # torch prepares its LSTM anew for each network: each pooling, with a loss in turn.
    for k, (pooling, loss) in cases[:: 4 if cell == "lstm" else 1]:
        inputs = ["tokens", "numbers"][k % 2]
        network = make_network(
            inputs,
            pooling=pooling,
            loss=loss,
            cell=cell,
            bidirectional=bidirectional,
            num_layers=1 + k % 3 // 2,
            dropout=[0.0, 0.3][k // 2 % 2],
        )
        assert_same(network, *make_batch(inputs, loss))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_sequences_of_one_step_and_no_padding(cell):
    for lengths in ([1, 1], [4, 4]):
        network = make_network("numbers", cell=cell, bidirectional=True)
        batch = make_batch("numbers", "cross_entropy", torch.tensor(lengths))
        assert_same(network, *batch)


def test_steps_that_are_equally_large_share_the_gradient():
    network = make_network("numbers", cell="rnn", pooling="max")
    with torch.no_grad():  # every state is the same number
        network.encoder.layers[0].forward_cell.weight_ih_l0.zero_()
        network.encoder.layers[0].forward_cell.weight_hh_l0.zero_()
        network.encoder.layers[0].forward_cell.bias_ih_l0.fill_(0.5)
    assert_same(network, *make_batch("numbers", "cross_entropy"))


def test_gradients_are_added_to_those_there_are_and_frozen_weights_have_none():
    network = make_network("tokens", cell="gru", freeze_embedding=True)
    data = make_batch("tokens", "cross_entropy")
    once = [g.clone() for g in by_compiled_step(network, *data)[2:] if g is not None]
    CompiledNetwork(network).backward(*data)
    assert network.embedder.tokens.weight.grad is None
    learning = [p for p in network.parameters() if p.requires_grad]
    for parameter, gradient in zip(learning, once, strict=True):
        torch.testing.assert_close(parameter.grad, 2 * gradient)


def test_a_network_may_be_without_dropout():
    network = make_network("tokens", num_layers=2)
    network.dropout = network.encoder.dropout = torch.nn.Identity()
    network.embedder.dropout = network.head.dropout = torch.nn.Identity()
    assert_same(network, *make_batch("tokens", "cross_entropy"))


@pytest.mark.parametrize(
    "changed",
    [
        {"pooling": "attention"},
        {"cell": "rnn", "nonlinearity": "relu"},
        {"loss": "poisson"},
        {"n_characters": 9},
        {"head": True},
    ],
)
def test_other_networks_say_why_they_have_no_compiled_form(changed):
    network = make_network("tokens", **({} if "head" in changed else changed))
    if "head" in changed:
        network.head = torch.nn.Identity()
    assert isinstance(why_not_compiled(network), str)


def test_label_smoothing_has_no_compiled_form():
    network = make_network("tokens")
    network.head.loss.label_smoothing = 0.1
    assert "label smoothing" in why_not_compiled(network)


@pytest.mark.parametrize(
    "inputs, changed, reason",
    [
        ("numbers", {"beside": [{"n_features": 2}]}, "sequences beside"),
        ("numbers", {"n_static": 2}, "static columns"),
        ("tokens", {"n_characters": 9}, "characters"),
        ("numbers", {"numbers_dim": 4}, "numbers_dim"),
    ],
)
def test_each_input_without_a_compiled_form_is_named(inputs, changed, reason):
    assert reason in why_not_compiled(make_network(inputs, **changed))


def test_what_torch_would_call_or_compute_otherwise_is_a_reason():
    network = make_network("numbers")
    handle = network.encoder.register_forward_hook(print)
    assert "hooks" in why_not_compiled(network)
    handle.remove()
    assert why_not_compiled(network) is None
    handle = torch.nn.modules.module.register_module_forward_hook(lambda *given: None)
    assert "hooks" in why_not_compiled(network)
    handle.remove()
    weight = network.head.affine.weight
    weight.data = weight.detach().t().contiguous().t()
    assert "not contiguous" in why_not_compiled(network)
    assert "float64" in why_not_compiled(network.double())


def test_means_of_other_sizes_than_their_weights_are_not_written_to():
    rates = (0.01, 0.9, 0.999, 1e-8)
    weight, mean, square = torch.ones(3, 9)
    for sizes in ((1, 9, 1), (9, 1, 1), (9, 9, 0)):
        state = [[torch.zeros(size)] for size in sizes]
        moved = ([weight], [torch.ones(9)], *state)
        assert CompiledAdam().clip_and_move(moved[1], 1.0, moved, rates) is None
    state = [[mean], [square], [torch.zeros(())]]
    moved = ([weight], [torch.ones(9)], *state)
    adam = CompiledAdam()
    assert adam.clip_and_move(moved[1], 1.0, moved, rates) == 3.0
    mean.data = mean.data[:1]  # in the same place
    assert adam.clip_and_move(moved[1], 1.0, moved, rates) is None


def test_what_adam_last_wrote_to_is_kept_alive():
    # Another tensor could lie there otherwise, and be taken for what was there.
    moved = [[torch.ones(9)] for _ in range(4)] + [[torch.ones(())]]
    adam = CompiledAdam()
    adam.clip_and_move(moved[1], 1.0, moved, (0.01, 0.9, 0.999, 1e-8))
    kept = [weakref.ref(tensor) for place in (0, 2, 3, 4) for tensor in moved[place]]
    del moved
    assert all(tensor() is not None for tensor in kept)


PLACES = {
    "head.affine.bias": "numbers",
    "encoder.layers.0.forward_cell.weight_hh_l0": "numbers",
    "embedder.tokens.weight": "tokens",
}


@pytest.mark.parametrize("name", PLACES)
def test_weights_of_other_shapes_are_left_to_torch(name):
    network = make_network(PLACES[name])
    assert why_not_compiled(network) is None
    weight = network.get_parameter(name)
    weight.data = torch.ones(1000 if weight.ndim == 1 else (100, 100))
    assert why_not_compiled(network) == "a weight of another shape"


def test_a_weight_keeps_its_shape_during_a_training():
    network, data = make_network("tokens"), make_batch("tokens", LOSSES[0])
    compiled, table = CompiledNetwork(network), network.embedder.tokens.weight
    compiled.backward(*data)
    table.data = torch.ones(len(table) + 1, table.shape[1])
    with pytest.raises(ValueError, match="had the shape"):
        compiled.backward(*data)


def test_many_steps_cost_the_gradients_of_biases_no_digits():
    rows = np.random.default_rng(0).normal(1, 1, (100_000, 2)).astype(np.float32)
    exact = rows.sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(sum_of_rows(rows), exact, rtol=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_no_two_gradients_are_the_same_memory(cell):
    network = make_network("numbers", cell=cell)
    by_compiled_step(network, *make_batch("numbers", "cross_entropy"))
    places = [p.grad.data_ptr() for p in network.parameters()]
    assert len(set(places)) == len(places)


def test_the_numbers_of_a_batch_stay_where_time_comes_first_in_memory():
    batch, target = make_batch("numbers", "cross_entropy")
    values = batch.values.transpose(0, 1).contiguous().transpose(0, 1)
    before = values.clone()
    network = make_network("numbers").train()
    CompiledNetwork(network).backward(Batch(values, batch.lengths), target)
    torch.testing.assert_close(values, before, rtol=0, atol=0, equal_nan=True)


def test_nonlinearities_are_within_a_few_units_in_the_last_place():
    x = np.linspace(-12, 12, 2001, dtype=np.float32)
    got = np.array([tanh(value) for value in x])
    np.testing.assert_allclose(got, np.tanh(x.astype(float)), rtol=5e-7, atol=1e-12)
    x = np.linspace(-87, 0, 2001, dtype=np.float32)
    got = np.array([exp(value) for value in x])
    np.testing.assert_allclose(got, np.exp(x.astype(float)), rtol=5e-7)


def test_what_has_no_folder_to_be_kept_in_is_compiled_all_the_same():
    namespace = {}
    exec("def twice(x):\n    return 2 * x", namespace)  # of no file
    twice = jit(namespace["twice"])
    assert twice(3) == 6 and twice.signatures
