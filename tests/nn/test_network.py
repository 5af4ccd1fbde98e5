import copy
import itertools
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import (
    CELLS,
    POOLINGS,
    Batch,
    Head,
    RecurrentNetwork,
    StepsHead,
    length_mask,
)

sys.path.insert(0, str(Path(__file__).parent))

from networks import (
    CELL_IDS,
    CELL_OPTIONS,
    N_CHARACTERS,
    ask,
    cut,
    make_batch,
    make_network,
    same_bits,
    train,
    with_characters,
)

# Shapes, dtypes and errors


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_shapes_and_dtypes_are_as_documented(tokens, bidirectional):
    network = make_network(tokens=tokens, bidirectional=bidirectional, hidden_size=5)
    batch = make_batch(4, 6, tokens=tokens)
    assert network.encoder.n_units == (10 if bidirectional else 5)
    assert network(batch).dtype == torch.float32
    network.eval()
    assert network(batch).shape == (4, 3)
    assert network(batch).dtype == torch.float64
    assert network.predict(batch).dtype == torch.float32
    assert torch.equal(network.predict(batch).double(), network(batch))
    encoded = network.encode(network.embed(batch), batch)
    assert encoded.outputs.shape == (4, 6, network.encoder.n_units)
    assert encoded.state is None  # the head does not read it


@pytest.mark.parametrize(
    ("option", "accepted"),
    [
        ({"cell": "elman"}, "'lstm'"),
        ({"pooling": "sum"}, "'attention'"),
        ({"nonlinearity": "sine"}, "'softplus'"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(option, accepted):
    ((name, value),) = option.items()
    with pytest.raises(ValueError, match=rf"{name} must be .*{accepted}.*'{value}'"):
        make_network(tokens=False, **option)


# The computation


def test_the_network_is_the_composition_of_its_parts():
    network = make_network(tokens=True, num_layers=2, bidirectional=True).double()
    batch = make_batch(4, 6, tokens=True)
    first, second = network.encoder.layers
    vectors, lengths = network.embedder.tokens(batch.values), batch.lengths
    outputs = second(first(vectors, lengths).outputs, lengths).outputs
    last = outputs[torch.arange(4), lengths - 1]
    expected = last @ network.head.affine.weight.T + network.head.affine.bias
    torch.testing.assert_close(network(batch), expected, rtol=0, atol=1e-14)
    network.eval()
    torch.testing.assert_close(network(batch), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", ["numbers", "tokens", "characters"])
@pytest.mark.parametrize("training", [True, False])
@torch.no_grad()
def test_forward_is_cut_in_two_at_the_vectors_of_the_encoder(training, kind):
    batch = make_batch(5, 6, tokens=kind != "numbers")
    options = {"dropout": 0.5, "num_layers": 2}
    if kind == "characters":
        batch, options["n_characters"] = with_characters(batch), N_CHARACTERS
    network = make_network(tokens=kind != "numbers", **options)
    network.train(training).reseed(1)
    expected = network(batch)
    network.reseed(1)
    assert torch.equal(network.read(network.embed(batch), batch), expected)


@pytest.mark.parametrize("options", CELL_OPTIONS, ids=CELL_IDS)
def test_the_gradient_to_the_vectors_is_numerically_right_when_evaluated(options):
    network = make_network(tokens=False, bidirectional=True, pooling="mean", **options)
    network.double().eval()
    batch = make_batch(3, 4, tokens=False, dtype=torch.float64)
    vectors = network.embed(batch).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda vectors: network.read(vectors, batch), vectors, fast_mode=True
    )


@pytest.mark.parametrize(
    ("options", "pooling"),
    [
        *((options, "attention") for options in CELL_OPTIONS),
        *(({"cell": "gru"}, pooling) for pooling in POOLINGS if pooling != "attention"),
    ],
    ids=str,
)
def test_gradients_agree_with_numerical_ones(options, pooling):
    network = make_network(
        tokens=False,
        n_outputs=2,
        hidden_size=3,
        num_layers=2,
        bidirectional=True,
        pooling=pooling,
        **options,
    ).double()
    batch = make_batch(3, 4, tokens=False, dtype=torch.float64)
    names, parameters = zip(*network.named_parameters(), strict=True)

    def outputs(x, *parameters):
        named = dict(zip(names, parameters, strict=True))
        given = replace(batch, values=x)
        return torch.func.functional_call(network, named, (given,))

    inputs = (batch.values.requires_grad_(), *parameters)
    assert torch.autograd.gradcheck(outputs, inputs, fast_mode=True)


OF_HEAD = {pooling: {"pooling": pooling} for pooling in POOLINGS}
OF_HEAD["steps"] = {"head": StepsHead}


@pytest.mark.parametrize("head", OF_HEAD)
def test_nan_in_the_padding_reaches_neither_answers_nor_gradients(head):
    batch = make_batch(4, 6, tokens=False)
    padding = ~length_mask(batch.lengths, 6).unsqueeze(2)
    spoilt = replace(batch, values=batch.values.masked_fill(padding, torch.nan))
    options = {"bidirectional": True, "num_layers": 2, **OF_HEAD[head]}
    networks = [
        train(make_network(tokens=False, **options), given) for given in (batch, spoilt)
    ]
    assert same_bits(*networks)
    assert networks[0].head.affine.weight.isfinite().all()


def test_an_early_step_matters():
    batch = make_batch(3, 5, tokens=False)
    network = make_network(tokens=False).eval()
    changed = batch.values.clone()
    changed[:, 0] += 1.0
    changed = replace(batch, values=changed)
    assert (network(batch) != network(changed)).any(dim=1).all()


class Outputs(Head):
    """Say what the encoder says at the last step, and keep the states."""

    reads_state = True

    def __init__(self, n_units, *, dropout, generator):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(n_units))

    def forward(self, encoded, batch, target=None):
        self.state = encoded.state
        rows = torch.arange(len(batch))
        return self.weight * encoded.outputs[rows, encoded.lengths - 1]


@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_goes_on_from_the_state_of_its_first_half(cell):
    options = {"cell": cell, "num_layers": 2, "hidden_size": 4, "n_features": 3}
    network = RecurrentNetwork(Outputs, **options)
    x = make_batch(4, 6, tokens=False).values
    three, six = torch.full((4,), 3), torch.full((4,), 6)
    for mode in (True, False):
        network.train(mode)
        whole = network(Batch(x, six))
        network(Batch(x[:, :3], three))
        found = network(Batch(x[:, 3:], three, state=network.head.state))
        torch.testing.assert_close(found, whole)


# Answers do not depend on the company

SIZES = (2, 3, 7, 8, 9, 17, 31, 32, 33, 64, 100, 127)


def answers(network, batch):
    yield network(batch)
    yield ask(network, "represent", batch)
    if hasattr(network.head.pooling, "weights"):
        weights = ask(network, "attention_weights", batch)
        yield torch.nn.functional.pad(weights, (0, 40 - weights.shape[1]))


def assert_same_answers(network, whole, batch, rows):
    for answer, expected in zip(answers(network, batch), whole, strict=True):
        assert torch.equal(answer, expected[rows])


@pytest.mark.parametrize(
    ("options", "tokens"),
    [(options, False) for options in CELL_OPTIONS] + [({"cell": "gru"}, True)],
    ids=str,
)
@torch.no_grad()
def test_a_row_gets_the_same_bits_in_any_batch_and_behind_any_padding(options, tokens):
    batch = make_batch(128, 12, tokens=tokens)
    order = torch.randperm(128, generator=torch.Generator().manual_seed(2))
    x = batch.values
    longer = torch.cat([x, torch.zeros_like(x), torch.zeros_like(x)], dim=1)
    longer = replace(batch, values=longer)
    sizes = itertools.cycle([(7, True), (16, False), (13, True)])
    for pooling, (hidden_size, bidirectional) in zip(POOLINGS, sizes, strict=False):
        network = make_network(
            tokens=tokens,
            hidden_size=hidden_size,
            bidirectional=bidirectional,
            pooling=pooling,
            embedding_dim=9,
            **options,
        ).eval()
        whole = list(answers(network, batch))
        assert_same_answers(network, whole, longer, slice(None))
        assert_same_answers(network, whole, batch.take(order), order)
        batches = [order[:size] for size in SIZES]
        alone = [torch.tensor([i]) for i in range(0, 128, 16)]
        for rows in batches + alone:
            assert_same_answers(network, whole, cut(batch, rows), rows)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("n_threads", [3, 8])
@torch.no_grad()
def test_the_bits_do_not_depend_on_the_place_with_many_threads(cell, n_threads):
    batch = make_batch(128, 12, tokens=False)
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        for hidden_size in (7, 24, 40, 50):
            network = make_network(
                tokens=False,
                cell=cell,
                hidden_size=hidden_size,
                num_layers=2,
                bidirectional=True,
            ).eval()
            whole = list(answers(network, batch))
            for i in range(0, 128, 11):
                row = torch.tensor([i])
                assert_same_answers(network, whole, batch.take(row), row)
    finally:
        torch.set_num_threads(n_threads_before)


# Randomness


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    for tokens in (True, False):
        for options in CELL_OPTIONS:
            network = make_network(
                tokens=tokens,
                dropout=0.5,
                num_layers=2,
                bidirectional=True,
                pooling="attention",
                **options,
            )
            train(network, make_batch(4, 5, tokens=tokens)).eval()
            network(make_batch(4, 5, tokens=tokens))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_same_seed_gives_the_same_bits():
    def make(seed):
        network = make_network(tokens=True, dropout=0.5, random_state=seed)
        return train(network, make_batch(4, 5, tokens=True))

    assert same_bits(make(5), make(5))
    assert not torch.equal(make(5).head.affine.weight, make(6).head.affine.weight)


def test_two_threads_at_once_give_the_bits_of_one_after_the_other():
    def make(seed):
        network = make_network(
            tokens=True, dropout=0.5, bidirectional=True, random_state=seed
        )
        return train(network, make_batch(8, 10, tokens=True), n_updates=10)

    seeds = [1, 2, 1, 2]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(make, seeds))
    assert all(map(same_bits, together, map(make, seeds)))


def test_two_threads_can_use_one_network():
    network = make_network(tokens=True, hidden_size=3).eval()
    batch = make_batch(40, 10, tokens=True)

    @torch.no_grad()
    def predict(_=None):
        return network(batch)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(predict, range(20)))
    assert all(torch.equal(result, predict()) for result in results)


def test_reseeding_repeats_dropout():
    network = make_network(tokens=True, dropout=0.5)
    batch = make_batch(4, 5, tokens=True)
    network.reseed(3)
    first, second = network(batch), network(batch)
    assert not torch.equal(first, second)
    network.reseed(3)
    assert torch.equal(network(batch), first)


def test_dropout_follows_the_embedding_each_layer_and_nothing_else():
    n_calls = []
    for tokens in (True, False):
        for num_layers in (1, 3):
            network = make_network(tokens=tokens, num_layers=num_layers, dropout=0.5)
            calls = []
            network.dropout.register_forward_hook(
                lambda *_, calls=calls: calls.append(1)
            )
            batch = make_batch(4, 5, tokens=tokens)
            network(batch)
            n_calls.append(len(calls))
            ask(network, "represent", batch)
            assert len(calls) == 2 * n_calls[-1] - 1  # all but the one before the head
    assert n_calls == [2, 4, 1, 3]


# Copies


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_a_copy_has_the_same_bits_and_trains_on(copied):
    network = make_network(tokens=True, dropout=0.5, pooling="attention")
    batch = make_batch(4, 5, tokens=True)
    train(network, batch)
    twin = copied(network)
    assert same_bits(twin, network)
    assert twin.encoder.dropout is twin.dropout
    train(twin, batch)
    assert not same_bits(twin, network)
    twin.load_state_dict(network.state_dict())
    assert torch.equal(twin.eval()(batch), network.eval()(batch))


def skip_where_torch_has_no_half_lstm():
    try:
        with torch.random.fork_rng(), torch.autocast("cpu", dtype=torch.bfloat16):
            torch.nn.LSTM(3, 4)(torch.zeros(2, 1, 3))
    except RuntimeError as error:
        pytest.skip(f"torch's own LSTM fails on this processor: {error}")


@pytest.mark.parametrize("cell", CELLS)
def test_autocast_computes_every_cell(cell):
    network = make_network(tokens=False, cell=cell, bidirectional=True)
    batch = make_batch(4, 5, tokens=False)
    if cell == "lstm":
        skip_where_torch_has_no_half_lstm()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = network(batch)
    torch.testing.assert_close(outputs.float(), network(batch), rtol=0, atol=0.05)
    outputs.sum().backward()


def test_the_gradient_of_a_reversed_lstm_can_be_taken_by_torch_func():
    network = make_network(tokens=False, bidirectional=True)
    batch = make_batch(4, 5, tokens=False)
    x = batch.values

    def total(x):
        return network(replace(batch, values=x)).sum()

    found = torch.func.grad(total)(x)
    (wanted,) = torch.autograd.grad(total(x.requires_grad_()), x)
    torch.testing.assert_close(found, wanted)
