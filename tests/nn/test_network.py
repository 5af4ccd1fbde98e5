import copy
import itertools
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import (
    CELLS,
    POOLINGS,
    Attention,
    RecurrentNetwork,
    every_step,
    length_mask,
)

CELL_OPTIONS = [{"cell": cell} for cell in CELLS] + [
    {"cell": "rnn", "nonlinearity": "relu"},
    {"cell": "rnn", "nonlinearity": "sigmoid"},
    {"cell": "rnn", "nonlinearity": "softplus"},
]
CELL_IDS = ["-".join(options.values()) for options in CELL_OPTIONS]
N_TOKENS, N_FEATURES, N_CHARACTERS = 30, 3, 12


def make_sequences(n_samples, n_timesteps, *, tokens, dtype=torch.float32):
    """Make right-padded sequences of random lengths, one of them the longest."""
    generator = torch.Generator().manual_seed(1)
    lengths = torch.randint(1, n_timesteps + 1, (n_samples,), generator=generator)
    lengths[-1] = n_timesteps
    padding = torch.arange(n_timesteps) >= lengths.unsqueeze(1)
    shape = (n_samples, n_timesteps)
    if tokens:
        x = torch.randint(2, N_TOKENS, shape, generator=generator)
    else:
        x = torch.randn(*shape, N_FEATURES, generator=generator, dtype=dtype)
    x[padding] = 0
    return x, lengths


def make_characters(x, n_letters=5):
    """Give each token random characters, but the same token the same ones."""
    generator = torch.Generator().manual_seed(2)
    table = torch.randint(1, N_CHARACTERS, (N_TOKENS, n_letters), generator=generator)
    n_spelt = torch.randint(1, n_letters + 1, (N_TOKENS, 1), generator=generator)
    table[torch.arange(n_letters) >= n_spelt] = 0
    table[0] = 0
    return table[x]  # (n_samples, n_timesteps, n_letters)


def make_network(*, tokens, n_outputs=3, **options):
    size = {"n_tokens": N_TOKENS} if tokens else {"n_features": N_FEATURES}
    return RecurrentNetwork(n_outputs, **size, **options)


def train(network, x, lengths, n_updates=3):
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(n_updates):
        optimizer.zero_grad()
        network(x, lengths).square().mean().backward()
        optimizer.step()
    return network


def same_bits(one, other):
    ours, others = one.state_dict(), other.state_dict()
    return ours.keys() == others.keys() and all(
        torch.equal(ours[name], others[name]) for name in ours
    )


# Shapes, dtypes and errors


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_shapes_and_dtypes_are_as_documented(tokens, bidirectional):
    network = make_network(
        tokens=tokens, bidirectional=bidirectional, hidden_size=5, pooling="attention"
    )
    x, lengths = make_sequences(4, 6, tokens=tokens)
    n_units = 10 if bidirectional else 5
    assert network.n_units == n_units
    assert network(x, lengths).dtype == torch.float32
    network.eval()
    assert network(x, lengths).shape == (4, 3)
    assert network(x, lengths).dtype == torch.float64
    assert network.represent(x, lengths).shape == (4, n_units)
    assert network.represent(x, lengths).dtype == torch.float32
    weights = network.attention_weights(x, lengths)
    assert weights.shape == (4, 6)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(4))
    assert (weights[torch.arange(6) >= lengths.unsqueeze(1)] == 0).all()


def test_exactly_one_kind_of_input_is_asked_for():
    for sizes in ({}, {"n_features": 2, "n_tokens": 9}):
        with pytest.raises(ValueError, match=r"exactly one of n_features .* n_tokens"):
            RecurrentNetwork(1, **sizes)


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
        RecurrentNetwork(1, n_features=1, **option)


def test_only_attention_has_attention_weights():
    network = make_network(tokens=True, pooling="mean")
    with pytest.raises(ValueError, match=r"pooling='attention'.*Mean"):
        network.attention_weights(*make_sequences(2, 3, tokens=True))


def test_given_vectors_set_the_size_and_are_not_changed():
    vectors = np.ones((7, 4))
    vectors.flags.writeable = False
    network = RecurrentNetwork(1, embedding=vectors, freeze_embedding=True)
    assert network.embedding.weight.shape == (7, 4)
    assert network.embedding.weight.dtype == torch.float32
    assert not network.embedding.weight.requires_grad
    tensor = torch.ones(7, 4)
    assert RecurrentNetwork(1, embedding=tensor).embedding.weight.requires_grad
    assert (tensor == 1).all()
    with pytest.raises(ValueError, match=r"each of the 9 token ids.*\(7, 4\)"):
        RecurrentNetwork(1, n_tokens=9, embedding=vectors)


# The computation


def test_the_network_is_the_composition_of_its_parts():
    network = make_network(tokens=True, num_layers=2, bidirectional=True).double()
    x, lengths = make_sequences(4, 6, tokens=True)
    first, second = network.encoder.layers
    below = first(network.embedding(x), lengths).outputs
    outputs = second(below, lengths).outputs
    last = outputs[torch.arange(4), lengths - 1]
    expected = last @ network.head.weight.T + network.head.bias
    torch.testing.assert_close(network(x, lengths), expected, rtol=0, atol=1e-14)
    network.eval()
    torch.testing.assert_close(network(x, lengths), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("with_characters", [True, False, None])
@pytest.mark.parametrize("training", [True, False])
@torch.no_grad()
def test_forward_is_cut_in_two_at_the_vectors_of_the_encoder(training, with_characters):
    tokens = with_characters is not None
    x, lengths = make_sequences(5, 6, tokens=tokens)
    inputs = (x, lengths, make_characters(x)) if with_characters else (x, lengths)
    n_characters = N_CHARACTERS if with_characters else None
    network = make_network(
        tokens=tokens, dropout=0.5, num_layers=2, n_characters=n_characters
    )
    network.train(training).reseed(1)
    expected = network(*inputs)
    network.reseed(1)
    vectors = network.embed(*inputs)
    assert torch.equal(network.forward_vectors(vectors, lengths), expected)
    if not tokens:
        assert torch.equal(vectors, x)
    elif not (with_characters or training):
        assert torch.equal(vectors, network.embedding(x))


@pytest.mark.parametrize("options", CELL_OPTIONS, ids=CELL_IDS)
def test_the_gradient_to_the_vectors_is_numerically_right_when_evaluated(options):
    network = make_network(tokens=False, bidirectional=True, pooling="mean", **options)
    network.double().eval()
    x, lengths = make_sequences(3, 4, tokens=False, dtype=torch.float64)
    vectors = network.embed(x, lengths).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda vectors: network.forward_vectors(vectors, lengths),
        vectors,
        fast_mode=True,
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
    x, lengths = make_sequences(3, 4, tokens=False, dtype=torch.float64)
    names, parameters = zip(*network.named_parameters(), strict=True)

    def outputs(x, *parameters):
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(network, named, (x, lengths))

    inputs = (x.requires_grad_(), *parameters)
    assert torch.autograd.gradcheck(outputs, inputs, fast_mode=True)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_nan_in_the_padding_reaches_neither_answers_nor_gradients(pooling):
    x, lengths = make_sequences(4, 6, tokens=False)
    spoilt = x.clone()
    spoilt[torch.arange(6) >= lengths.unsqueeze(1)] = torch.nan
    networks = [
        make_network(tokens=False, bidirectional=True, num_layers=2, pooling=pooling)
        for _ in range(2)
    ]
    for network, values in zip(networks, (x, spoilt), strict=True):
        train(network, values, lengths)
    assert same_bits(*networks)
    assert networks[0].head.weight.isfinite().all()


def test_an_early_step_matters():
    x, lengths = make_sequences(3, 5, tokens=False)
    network = make_network(tokens=False).eval()
    changed = x.clone()
    changed[:, 0] += 1.0
    assert (network(x, lengths) != network(changed, lengths)).any(dim=1).all()


# An output at every step


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_without_pooling_the_head_reads_every_step(tokens, training):
    network = make_network(
        tokens=tokens, pooling=None, bidirectional=True, num_layers=2
    )
    network.double().train(training)
    x, lengths = make_sequences(5, 6, tokens=tokens, dtype=torch.float64)
    assert network.pooling is every_step
    inputs = network.embedding(x) if tokens else x
    steps = network.encoder(inputs, lengths).outputs
    rows = [steps[i, t] for i in range(5) for t in range(lengths[i])]
    rows = torch.stack(rows)  # (n_real_steps, n_units)
    expected = rows @ network.head.weight.T + network.head.bias
    found = network(x, lengths)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)
    torch.testing.assert_close(network.predict(x, lengths), expected)
    torch.testing.assert_close(network.represent(x, lengths), rows)
    assert found.shape == (int(lengths.sum()), 3)


@pytest.mark.parametrize("options", CELL_OPTIONS, ids=CELL_IDS)
@torch.no_grad()
def test_a_step_gets_the_same_bits_in_any_batch_and_behind_any_padding(options):
    x, lengths = make_sequences(20, 12, tokens=False)
    assert set(lengths.tolist()) >= {
        1,
        2,
        3,
    }  # for the product of so few rows is special
    longer = torch.cat([x, torch.full_like(x, torch.nan)], dim=1)
    for n_outputs, bidirectional in ((1, True), (3, False), (17, True)):
        network = make_network(
            tokens=False,
            n_outputs=n_outputs,
            hidden_size=11,
            bidirectional=bidirectional,
            pooling=None,
            **options,
        ).eval()
        alone = [
            list(step_answers(network, x[i : i + 1, :n], lengths[i : i + 1]))
            for i, n in enumerate(lengths.tolist())
        ]
        for n_rows in range(1, 21):
            found = step_answers(network, x[-n_rows:], lengths[-n_rows:])
            expected = zip(*alone[-n_rows:], strict=True)
            for answer, parts in zip(found, expected, strict=True):
                assert torch.equal(answer, torch.cat(parts))
        found = step_answers(network, longer, lengths)
        for answer, parts in zip(found, zip(*alone, strict=True), strict=True):
            assert torch.equal(answer, torch.cat(parts))


def step_answers(network, x, lengths):
    yield network.predict(x, lengths)
    yield network(x, lengths)
    yield network.represent(x, lengths)
    yield network.decode(x, lengths)


@pytest.mark.parametrize(("n_outputs", "n_threads"), [(1, 3), (9, 1), (17, 3), (45, 1)])
@torch.no_grad()
def test_a_step_gets_the_same_bits_among_thousands(n_outputs, n_threads):
    x, lengths = make_sequences(500, 40, tokens=False)
    network = make_network(
        tokens=False, n_outputs=n_outputs, hidden_size=24, pooling=None
    ).eval()
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        whole = network.predict(x, lengths).split(lengths.tolist())
        assert sum(map(len, whole)) > 8000
        for i in range(0, 500, 23):
            n = lengths[i : i + 1]
            assert torch.equal(network.predict(x[i : i + 1, : int(n)], n), whole[i])
    finally:
        torch.set_num_threads(n_threads_before)


def test_nan_in_the_padding_does_not_reach_the_steps():
    x, lengths = make_sequences(4, 6, tokens=False)
    spoilt = x.clone()
    spoilt[~length_mask(lengths, 6)] = torch.nan
    networks = [
        train(make_network(tokens=False, pooling=None, bidirectional=True), v, lengths)
        for v in (x, spoilt)
    ]
    assert same_bits(*networks)
    assert networks[0].head.weight.isfinite().all()


def test_without_pooling_there_are_no_attention_weights():
    network = make_network(tokens=True, pooling=None)
    with pytest.raises(ValueError, match=r"pooling='attention'.*every_step"):
        network.attention_weights(*make_sequences(2, 3, tokens=True))


# Labels of the steps


@torch.no_grad()
def test_without_a_crf_each_step_is_labelled_by_itself():
    network = make_network(tokens=True, pooling=None).eval()
    x, lengths = make_sequences(5, 6, tokens=True)
    outputs = network(x, lengths)
    assert torch.equal(network.decode(x, lengths), outputs.argmax(dim=1))
    assert network.read_out(outputs, lengths) is outputs
    found = network.log_proba(x, lengths)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, outputs.softmax(dim=1).log())


@torch.no_grad()
def test_a_crf_reads_the_outputs_as_its_emissions():
    network = make_network(tokens=True, pooling=None, crf=True, forbidden=[(0, 1)])
    for parameter in network.crf.parameters():
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(0))
    network.eval()
    x, lengths = make_sequences(20, 12, tokens=True)
    emissions = network(x, lengths)
    labels = network.decode(x, lengths)
    assert labels.dtype == torch.int64
    assert torch.equal(labels, network.crf.decode(emissions, lengths))
    assert torch.equal(labels, network.read_out(emissions, lengths))
    assert not torch.equal(labels, emissions.argmax(dim=1))
    found = network.log_proba(x, lengths)
    expected = network.crf.log_marginals(emissions, lengths)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    one = torch.ones(len(found), dtype=torch.float64)
    torch.testing.assert_close(found.exp().sum(dim=1), one, rtol=0, atol=1e-14)
    start = 0
    for i, n in enumerate(lengths.tolist()):  # alone
        part, alone = slice(start, start + n), (x[i : i + 1, :n], lengths[i : i + 1])
        assert torch.equal(network.decode(*alone), labels[part])
        assert torch.equal(network.log_proba(*alone), found[part])
        start += n


def test_a_crf_is_trained_through_its_loss():
    # The label is 0 or 1 by the token, and always 2 after a 1, whatever the token.
    network = make_network(
        tokens=True, pooling=None, crf=True, cell="rnn", forbidden=[(1, 1)]
    )
    x, lengths = make_sequences(40, 6, tokens=True)
    labels = torch.zeros_like(x)
    for t in range(6):
        labels[:, t] = x[:, t] % 2
        if t > 0:
            labels[labels[:, t - 1] == 1, t] = 2
    labels = every_step(labels, lengths)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    for _ in range(40):
        optimizer.zero_grad()
        loss = network.crf.loss(network(x, lengths), labels, lengths).mean()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    assert all(p.grad.isfinite().all() for p in network.parameters())
    assert network.crf.transitions[1].argmax() == 2
    assert torch.equal(network.eval().decode(x, lengths), labels)


def test_a_crf_changes_no_initial_weight():
    plain, with_crf = (
        make_network(tokens=True, pooling=None, crf=crf) for crf in (False, True)
    )
    weights = with_crf.state_dict()
    for name, weight in plain.state_dict().items():
        assert torch.equal(weight, weights[name])
    assert plain.crf is None
    assert {name for name in weights if "crf" in name} == {
        "crf.transitions",
        "crf.start",
        "crf.end",
    }


def test_with_pooling_the_outputs_are_read_as_they_are():
    network = make_network(tokens=True)
    x, lengths = make_sequences(4, 5, tokens=True)
    outputs = network(x, lengths)
    assert network.read_out(outputs, lengths) is outputs
    for method in ("decode", "log_proba"):
        with pytest.raises(ValueError, match=rf"{method} needs .*pooling=None"):
            getattr(network, method)(x, lengths)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crf": True}, r"crf=True needs pooling=None.*'last'"),
        ({"pooling": None, "forbidden": [(0, 1)]}, r"forbidden needs crf=True"),
        (
            {"pooling": None, "crf": True, "forbidden": [(0, 3)]},
            r"labels from 0 to 2.*\(0, 3\)",
        ),
    ],
)
def test_a_crf_without_steps_or_labels_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_network(tokens=True, **options)


# Characters


def character_network(**options):
    return make_network(
        tokens=True, n_characters=N_CHARACTERS, characters_dim=3, **options
    )


@pytest.mark.parametrize("training", [True, False])
def test_the_vector_of_characters_joins_the_vector_of_its_word(training):
    network = character_network(pooling=None, bidirectional=True).double()
    network.train(training)
    x, lengths = make_sequences(5, 6, tokens=True)
    characters = make_characters(x)
    vectors = [network.embedding(x), network.characters(characters, lengths)]
    steps = network.encoder(torch.cat(vectors, dim=2), lengths).outputs
    expected = network.head(steps[length_mask(lengths, 6)])
    found = network(x, lengths, characters)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("pooling", [None, "attention"])
@torch.no_grad()
def test_characters_change_every_answer_and_its_padding_none(pooling):
    network = character_network(pooling=pooling).eval()
    x, lengths = make_sequences(5, 6, tokens=True)
    characters = make_characters(x)
    other = torch.where(characters > 0, N_CHARACTERS - characters, 0)
    padded = torch.nn.functional.pad(characters, (0, 4))
    padded[~length_mask(lengths, 6)] = 5
    methods = ["__call__", "predict", "represent"]
    methods += ["log_proba"] if pooling is None else ["attention_weights"]
    for method in methods:
        answer = getattr(network, method)
        assert not torch.equal(
            answer(x, lengths, characters), answer(x, lengths, other)
        )
        assert torch.equal(answer(x, lengths, characters), answer(x, lengths, padded))


@pytest.mark.parametrize("cell", CELLS)
@torch.no_grad()
def test_a_sequence_of_words_with_characters_gets_the_same_bits_in_any_batch(cell):
    network = character_network(pooling=None, cell=cell, bidirectional=True).eval()
    x, lengths = make_sequences(60, 12, tokens=True)
    characters = make_characters(x, n_letters=9)
    whole = network.predict(x, lengths, characters).split(lengths.tolist())
    for n_rows in (*range(1, 21), 37):
        rows = slice(60 - n_rows, 60)
        found = network.predict(x[rows], lengths[rows], characters[rows])
        assert torch.equal(found, torch.cat(whole[rows]))
    for i, n in enumerate(lengths.tolist()):
        letters = int((characters[i] != 0).sum(dim=1).max())
        part = x[i : i + 1, :n], lengths[i : i + 1], characters[i : i + 1, :n, :letters]
        assert torch.equal(network.predict(*part), whole[i])


def test_the_character_encoder_is_trained_and_copied_with_the_rest():
    network = character_network(pooling=None, crf=True, dropout=0.5, num_layers=2)
    x, lengths = make_sequences(4, 5, tokens=True)
    characters = make_characters(x)
    network(x, lengths, characters).square().mean().backward()
    for name, parameter in network.named_parameters():
        if not name.startswith("crf"):
            assert parameter.grad.isfinite().all()
            assert (parameter.grad != 0).any()
    for twin in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert same_bits(twin, network)
        assert twin.pooling is every_step
        twin.eval()
        found = twin.decode(x, lengths, characters)
        assert torch.equal(found, network.eval().decode(x, lengths, characters))


def test_characters_are_given_where_they_are_asked_for_and_nowhere_else():
    x, lengths = make_sequences(4, 5, tokens=True)
    with pytest.raises(ValueError, match=r"characters must .*none .* with n_char"):
        character_network()(x, lengths)
    with pytest.raises(ValueError, match=r"characters must .*some .* without n_char"):
        make_network(tokens=True)(x, lengths, make_characters(x))
    with pytest.raises(ValueError, match=r"n_characters is for .*tokens.*n_features=3"):
        make_network(tokens=False, n_characters=9)


# Answers do not depend on the company

SIZES = (2, 3, 7, 8, 9, 17, 31, 32, 33, 64, 100, 127)


def answers(network, x, lengths):
    yield network(x, lengths)
    yield network.represent(x, lengths)
    if isinstance(network.pooling, Attention):
        weights = network.attention_weights(x, lengths)
        yield torch.nn.functional.pad(weights, (0, 40 - weights.shape[1]))


def assert_same_answers(network, whole, x, lengths, rows):
    for answer, expected in zip(answers(network, x, lengths), whole, strict=True):
        assert torch.equal(answer, expected[rows])


@pytest.mark.parametrize(
    ("options", "tokens"),
    [(options, False) for options in CELL_OPTIONS] + [({"cell": "gru"}, True)],
    ids=str,
)
@torch.no_grad()
def test_a_row_gets_the_same_bits_in_any_batch_and_behind_any_padding(options, tokens):
    x, lengths = make_sequences(128, 12, tokens=tokens)
    order = torch.randperm(128, generator=torch.Generator().manual_seed(2))
    longer = torch.cat([x, torch.zeros_like(x), torch.zeros_like(x)], dim=1)
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
        whole = list(answers(network, x, lengths))
        assert_same_answers(network, whole, longer, lengths, slice(None))
        assert_same_answers(network, whole, x[order], lengths[order], order)
        batches = [order[:size] for size in SIZES]
        alone = [torch.tensor([i]) for i in range(0, 128, 16)]
        for rows in batches + alone:
            n_timesteps = int(lengths[rows].max())
            batch = x[rows, :n_timesteps]
            assert_same_answers(network, whole, batch, lengths[rows], rows)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("n_threads", [3, 8])
@torch.no_grad()
def test_the_bits_do_not_depend_on_the_place_with_many_threads(cell, n_threads):
    x, lengths = make_sequences(128, 12, tokens=False)
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
            whole = list(answers(network, x, lengths))
            for i in range(0, 128, 11):
                row = torch.tensor([i])
                assert_same_answers(network, whole, x[row], lengths[row], row)
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
            train(network, *make_sequences(4, 5, tokens=tokens)).eval()
            network(*make_sequences(4, 5, tokens=tokens))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_same_seed_gives_the_same_bits():
    def make(seed):
        network = make_network(tokens=True, dropout=0.5, random_state=seed)
        return train(network, *make_sequences(4, 5, tokens=True))

    assert same_bits(make(5), make(5))
    assert not torch.equal(make(5).head.weight, make(6).head.weight)


def test_two_threads_at_once_give_the_bits_of_one_after_the_other():
    def make(seed):
        network = make_network(
            tokens=True, dropout=0.5, bidirectional=True, random_state=seed
        )
        return train(network, *make_sequences(8, 10, tokens=True), n_updates=10)

    seeds = [1, 2, 1, 2]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(make, seeds))
    assert all(map(same_bits, together, map(make, seeds)))


def test_two_threads_can_use_one_network():
    network = make_network(tokens=True, hidden_size=3).eval()
    x, lengths = make_sequences(40, 10, tokens=True)

    @torch.no_grad()
    def predict(_=None):
        return network(x, lengths)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(predict, range(20)))
    assert all(torch.equal(result, predict()) for result in results)


def test_reseeding_repeats_dropout():
    network = make_network(tokens=True, dropout=0.5)
    x, lengths = make_sequences(4, 5, tokens=True)
    network.reseed(3)
    first, second = network(x, lengths), network(x, lengths)
    assert not torch.equal(first, second)
    network.reseed(3)
    assert torch.equal(network(x, lengths), first)


def test_dropout_follows_the_embedding_each_layer_and_nothing_else():
    n_calls = []
    for tokens in (True, False):
        for num_layers in (1, 3):
            network = make_network(tokens=tokens, num_layers=num_layers, dropout=0.5)
            calls = []
            network.dropout.register_forward_hook(
                lambda *_, calls=calls: calls.append(1)
            )
            x, lengths = make_sequences(4, 5, tokens=tokens)
            network(x, lengths)
            n_calls.append(len(calls))
            network.represent(x, lengths)
            assert len(calls) == 2 * n_calls[-1] - 1  # all but the one before the head
    assert n_calls == [2, 4, 1, 3]


# Copies


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_a_copy_has_the_same_bits_and_trains_on(copied):
    network = make_network(tokens=True, dropout=0.5, pooling="attention")
    x, lengths = make_sequences(4, 5, tokens=True)
    train(network, x, lengths)
    twin = copied(network)
    assert same_bits(twin, network)
    assert twin.encoder.dropout is twin.dropout
    train(twin, x, lengths)
    assert not same_bits(twin, network)
    twin.load_state_dict(network.state_dict())
    assert torch.equal(twin.eval()(x, lengths), network.eval()(x, lengths))


@pytest.mark.parametrize("cell", CELLS)
def test_autocast_computes_every_cell(cell):
    network = make_network(tokens=False, cell=cell, bidirectional=True)
    x, lengths = make_sequences(4, 5, tokens=False)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = network(x, lengths)
    torch.testing.assert_close(outputs.float(), network(x, lengths), rtol=0, atol=0.05)
    outputs.sum().backward()


def test_the_gradient_of_a_reversed_lstm_can_be_taken_by_torch_func():
    network = make_network(tokens=False, bidirectional=True)
    x, lengths = make_sequences(4, 5, tokens=False)
    found = torch.func.grad(lambda x: network(x, lengths).sum())(x)
    x.requires_grad_()
    (wanted,) = torch.autograd.grad(network(x, lengths).sum(), x)
    torch.testing.assert_close(found, wanted)
