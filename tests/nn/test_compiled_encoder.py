"""Compiled encoders against those of networks, and against themselves."""

from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.nn import (
    Batch,
    PooledHead,
    RecurrentEncoder,
    RecurrentNetwork,
    StepsHead,
)

pytest.importorskip("numba")

from sklearn_rnn.nn.compiled import CompiledEncoder, why_no_compiled_encoder
from sklearn_rnn.nn.compiled._encoder import LARGEST

CELLS = ["rnn", "gru", "lstm"]
SIZES = [(1, 1), (3, 6), (8, 16), (5, 50)]


def make_encoder(cell, input_size=3, hidden_size=6, **params):
    generator = torch.Generator().manual_seed(0)
    encoder = RecurrentEncoder(
        input_size, hidden_size, cell=cell, generator=generator, **params
    )
    for weight in encoder.parameters():  # no bias that is zero
        torch.nn.init.normal_(weight, std=hidden_size**-0.5, generator=generator)
    return encoder.eval()


def draw(lengths, input_size=3):
    generator = torch.Generator().manual_seed(1)
    vectors = torch.randn(len(lengths), max(lengths), input_size, generator=generator)
    return vectors, torch.tensor(lengths)


def real_steps(encoded):
    pairs = zip(encoded.outputs, encoded.lengths, strict=True)
    return torch.cat([row[:length] for row, length in pairs])


@torch.inference_mode()
def both(encoder, *given, **how):
    return encoder(*given, **how), CompiledEncoder(encoder)(*given, **how)


def assert_close(got, wanted):
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "cell, size, num_layers, bidirectional",
    list(product(CELLS, SIZES, [1, 2], [False, True])),
)
def test_outputs_and_states_are_those_of_the_encoder(
    cell, size, num_layers, bidirectional
):
    layers = {"num_layers": num_layers, "bidirectional": bidirectional}
    encoder = make_encoder(cell, *size, **layers)
    data = draw([9, 7, 7, 4, 2, 1], size[0])
    expected, got = both(encoder, *data, final=True)
    assert_close(real_steps(got), real_steps(expected))
    assert_close(got.state, expected.state)
    expected, got = both(encoder, *data, expected.state)
    assert_close(real_steps(got), real_steps(expected))
    assert got.state is None
    assert got.bidirectional == bidirectional


@torch.inference_mode()
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=11),
    rows=st.randoms(use_true_random=False),
    size=st.integers(1, 17),
)
def test_a_row_has_the_same_bits_alone_and_in_any_batch(
    cell, bidirectional, lengths, rows, size
):
    encoder = make_encoder(cell, 3, size, num_layers=2, bidirectional=bidirectional)
    run = CompiledEncoder(encoder)
    vectors, counts = draw(lengths)
    order = list(range(len(lengths)))
    rows.shuffle(order)
    together = run(vectors[order], counts[order], final=True)
    for place, row in enumerate(order):
        n = lengths[row]
        padded = torch.cat([vectors[[row], :n], torch.full((1, 3, 3), 7.0)], dim=1)
        for x in (vectors[[row], :n], padded):
            alone = run(x, counts[[row]], final=True)
            assert torch.equal(alone.outputs[0, :n], together.outputs[place, :n])
            for layer, whole in zip(alone.state, together.state, strict=True):
                for one, many in zip(layer, whole, strict=True):
                    assert all(map(torch.equal, one, [m[[place]] for m in many]))


@torch.inference_mode()
@pytest.mark.parametrize("cell", CELLS)
def test_steps_have_the_bits_of_the_whole_and_leave_states_as_they_are(cell):
    run = CompiledEncoder(make_encoder(cell, num_layers=2))
    vectors, lengths = draw([5, 5, 5])
    whole = run(vectors, lengths).outputs
    state = None
    for t in range(5):
        before = None if state is None else state[0][0][0].clone()
        given, (output, state) = state, run.go_on(vectors[:, t], state)
        assert torch.equal(output, whole[:, t])
        assert before is None or torch.equal(given[0][0][0], before)


@torch.inference_mode()
def test_weights_are_those_of_the_moment_however_they_were_written():
    encoder = make_encoder("gru")
    run, data = CompiledEncoder(encoder), draw([3])
    first = run(*data).outputs
    encoder.layers[0].forward_cell.weight_hh_l0.data.numpy()[:] *= 2
    assert not torch.equal(run(*data).outputs, first)
    encoder.load_state_dict(make_encoder("gru").state_dict())
    assert torch.equal(run(*data).outputs, first)


@torch.inference_mode()
def test_weights_of_another_width_are_refused():
    for name in ("weight_ih_l0", "weight_hh_l0"):
        encoder = make_encoder("gru")
        weight = getattr(encoder.layers[0].forward_cell, name)
        weight.data = torch.zeros(len(weight), 1000)
        with pytest.raises(ValueError, match="do not fit what it reads"):
            CompiledEncoder(encoder)(*draw([3]))


def test_a_cell_with_weights_of_another_cell_has_no_compiled_form():
    head = partial(PooledHead, n_outputs=3)
    network = RecurrentNetwork(head, n_features=4, hidden_size=4, cell="lstm").eval()
    assert why_no_compiled_encoder(network) is None
    for weight in network.encoder.parameters():
        weight.data = weight.data[:12]  # as many gates as a GRU has
    assert why_no_compiled_encoder(network) == "a weight of another shape"


HEADS = {
    "sequence": partial(PooledHead, n_outputs=3, pooling="attention"),
    "step": partial(StepsHead, n_outputs=3),
}


@torch.inference_mode()
@pytest.mark.parametrize("head", HEADS)
def test_any_head_may_be_asked(head):
    network = RecurrentNetwork(
        HEADS[head], n_tokens=20, embedding_dim=4, cell="gru"
    ).eval()
    assert why_no_compiled_encoder(network) is None
    batch = Batch(torch.tensor([[5, 7, 9], [8, 3, 0]]), torch.tensor([3, 2]))
    run = CompiledEncoder(network.encoder)
    assert_close(
        network.ask(network.head.predict, batch, encoder=run),
        network.ask(network.head.predict, batch),
    )


def make_network(**params):
    head = partial(PooledHead, n_outputs=3)
    network = RecurrentNetwork(head, n_features=3, **{"cell": "rnn", **params})
    return network.eval()


OTHERS = {
    "the cell": make_network(nonlinearity="relu"),
    "hidden_size=200": make_network(hidden_size=200),
    "float64": make_network().double(),
    "training mode": make_network(),
    "not contiguous": make_network(),
    "hooks": make_network(),
}
OTHERS["training mode"].encoder.dropout.train()
for weight in OTHERS["not contiguous"].encoder.parameters():
    weight.data = weight.detach().t().contiguous().t()
OTHERS["hooks"].encoder.forward = print


@pytest.mark.parametrize("reason", OTHERS)
def test_other_networks_say_why_they_have_none(reason):
    assert reason in why_no_compiled_encoder(OTHERS[reason])


@pytest.mark.parametrize("cell", CELLS)
def test_hooks_are_called_and_so_not_compiled(cell):
    for place in ("", "layers.0", "layers.0.forward_cell"):
        network = make_network(cell=cell)
        assert why_no_compiled_encoder(network) is None
        part = network.encoder.get_submodule(place)
        handle = part.register_forward_hook(lambda *given: None)
        assert "hooks" in why_no_compiled_encoder(network)
        handle.remove()
        assert why_no_compiled_encoder(network) is None


def test_the_largest_networks_are_named_by_cell():
    assert {cell.__name__ for cell in LARGEST} == {"ElmanRNN", "GRU", "LSTM"}
    assert np.all(np.array(list(LARGEST.values())) >= 64)
