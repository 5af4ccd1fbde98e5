"""Contributions of steps to an output, against arithmetic and brute force."""

from functools import partial

import numpy as np
import pytest
import torch

from sklearn_rnn._training import (
    Picked,
    SequenceDataset,
    TokenReader,
    baseline,
    evaluate,
    integrated_gradients,
    make_net,
    occlusion,
)
from sklearn_rnn._training import _attributions as attributions
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn.nn import CELLS, POOLINGS, CRFHead, PooledHead, StepsHead
from sklearn_rnn.sequences import UNK, Sequences, Standardizer

rng = np.random.default_rng(0)
N_TOKENS, N_CHARACTERS = 9, 6
NUMBERS = Sequences.from_list([rng.normal(2, 3, (n, 2)) for n in (4, 1, 6, 3)])
TOKENS = Sequences.from_list([rng.integers(2, N_TOKENS, n) for n in (4, 1, 6, 3)])
LETTERS = np.arange(97, 97 + N_CHARACTERS - 2, dtype=np.int32)
WITH_CHARACTERS = Sequences(
    TOKENS.values,
    TOKENS.offsets,
    Sequences.from_list([rng.choice(LETTERS, n) for n in rng.integers(1, 4, 14)]),
)
SCALER = Standardizer(np.array([2.0, 1.0]), np.array([3.0, 0.5]))
READER = TokenReader(np.full(N_TOKENS, 2), characters=LETTERS)
KINDS = {
    "numbers": (NUMBERS, NumberReader(SCALER), {"n_features": 2}),
    "tokens": (TOKENS, READER, {"n_tokens": N_TOKENS}),
    "characters": (
        WITH_CHARACTERS,
        READER,
        {"n_tokens": N_TOKENS, "n_characters": N_CHARACTERS, "characters_dim": 3},
    ),
}
COLUMNS = np.array([0, 1, 2, 1])


def net_of(kind, **options):
    settings = {
        "net_params": None,
        "batch_size": 4,
        "max_epochs": 1,
        "callbacks": (),
        "lr": 0.01,
        "lr_schedule": None,
        "max_grad_norm": None,
        "optimizer": "adam",
        "verbose": 0,
    }
    kind_of_head = options.pop("head", PooledHead)
    of_head = {"pooling": options.pop("pooling")} if "pooling" in options else {}
    head = partial(kind_of_head, n_outputs=3, **of_head)
    params = {"head": head, "hidden_size": 4, "embedding_dim": 5, **options}
    net = make_net(
        KINDS[kind][2] | params,
        settings,
        seed=0,
        n_rows=4,
        device="cpu",
        stops_early=False,
    ).initialize()
    with torch.no_grad():  # weights that are no longer small
        for parameter in net.module_.parameters():
            parameter *= 2
    net.module_.eval()
    return net


def reading(reader):
    return partial(SequenceDataset, encoder=reader)


def integrate(kind, picked=None, sequences=None, *, tol=1e-6, **options):
    own, reader, _ = KINDS[kind]
    picked = Picked(COLUMNS) if picked is None else picked
    return integrated_gradients(
        net_of(kind, **options), sequences or own, reading(reader), picked, tol=tol
    )


def assert_complete(found, tol):
    sums = np.array([values.sum() for values in found.values])
    difference = found.outputs - found.base_outputs
    allowed = tol * np.maximum(1.0, np.abs(difference))
    assert (np.abs(sums - difference) <= allowed).all()
    np.testing.assert_allclose(found.missing, difference - sums, atol=1e-12)
    assert np.abs(difference).max() > 0.01


# -- integrated gradients ------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "pooling", "bidirectional"),
    list(zip([*CELLS] * 2, POOLINGS, [True, False] * 3, strict=True)),
)
def test_contributions_add_up_for_every_network(cell, pooling, bidirectional):
    # The maximum bends the path, and is looked at less closely.
    tol = 3e-3 if "max" in pooling else 1e-6
    options = {"cell": cell, "pooling": pooling, "bidirectional": bidirectional}
    assert_complete(integrate("numbers", tol=tol, **options), tol)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_add_up_for_all_kinds_of_input(kind):
    options = {"num_layers": 2, "pooling": "mean", "cell": "gru"}
    assert_complete(integrate(kind, tol=1e-6, **options), 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_ends_of_the_path_are_the_outputs_of_the_network(kind):
    sequences, reader, _ = KINDS[kind]
    found = integrate(kind)
    for ends, rows in [
        (found.outputs, sequences),
        (found.base_outputs, baseline(sequences, reader)),
    ]:
        outputs = evaluate(net_of(kind), SequenceDataset(rows, reader))
        np.testing.assert_allclose(ends, outputs[range(4), COLUMNS], atol=2e-6)


def test_the_baseline_tells_nothing():
    base = baseline(NUMBERS, NumberReader(SCALER))
    assert (base.values == [2.0, 1.0]).all()
    base = baseline(WITH_CHARACTERS, READER)
    assert (base.values == UNK).all()
    assert (base.characters.values == 0xFFFD).all()
    assert (base.characters.lengths == 1).all()


def linear_net():
    """Make a network that is linear: relu units that are always far above zero."""
    net = net_of(
        "numbers", cell="rnn", nonlinearity="relu", pooling="mean", hidden_size=2
    )
    cell, head = net.module_.encoder.layers[0].forward_cell, net.module_.head
    weights = {
        cell.weight_ih_l0: [[1.0, 0.0], [0.5, 2.0]],
        cell.weight_hh_l0: [[0.0, 0.0], [0.0, 0.5]],
        cell.bias_ih_l0: [100.0, 100.0],
        cell.bias_hh_l0: [0.0, 0.0],
        head.affine.weight: [[1.0, 3.0], [0.0, 0.0], [0.0, 0.0]],
    }
    with torch.no_grad():
        for parameter, values in weights.items():
            parameter.copy_(torch.tensor(values))
    return net


def test_a_linear_network_agrees_with_arithmetic():
    # z is what comes in, standardised: (x - (2, 1)) / (3, 0.5). Unit 1 is z1 + 100 at
    # each step; unit 2 is the sum of (0.5 z1 + 2 z2 + 100) / 2 ** (steps since then).
    # The mean over three steps is read with 1 and 3, so that z at the first step
    # counts (1 * z1 + 3 * (1 + 1/2 + 1/4) * (0.5 z1 + 2 z2)) / 3, at the second
    # with 1 + 1/2 and at the third with 1.
    x = np.array([[5.0, 1.5], [2.0, 0.0], [-1.0, 2.0]])
    z1, z2 = np.array([1.0, 0.0, -1.0]), np.array([1.0, -2.0, 2.0])
    echo = np.array([1.75, 1.5, 1.0])
    expected = np.stack([(z1 + 1.5 * echo * z1) / 3, 2 * echo * z2], axis=1)
    picked = Picked(np.zeros(1, dtype=int))
    sequences = Sequences.from_list([x])
    for found, tol in [
        (
            integrated_gradients(
                linear_net(), sequences, reading(NumberReader(SCALER)), picked
            ),
            1e-10,
        ),
        (
            occlusion(linear_net(), sequences, reading(NumberReader(SCALER)), picked),
            1e-4,
        ),  # float32 of 700
    ]:
        np.testing.assert_allclose(found.values[0], expected, atol=tol)
        assert found.missing == pytest.approx(0.0, abs=3 * tol)


@pytest.mark.parametrize(("kind", "cell"), list(zip(KINDS, CELLS, strict=True)))
def test_the_gradient_is_that_of_finite_differences(kind, cell):
    sequences, reader, _ = KINDS[kind]
    module = net_of(
        kind, cell=cell, bidirectional=True, pooling="mean"
    ).module_.double()
    dataset = SequenceDataset(sequences, reader)
    base = SequenceDataset(baseline(sequences, reader), reader)
    path = attributions._Path(module, dataset, base, np.array([2, 0]), Picked(COLUMNS))
    share, one = torch.tensor([0.3], dtype=torch.float64), torch.ones(1).double()
    gradient = path.gradient(share, one)
    for place in [(0, 0, 0), (3, 1, 1), (5, 0, 1)]:
        ends = []
        for small in (1e-5, -1e-5):
            points = path._points(share).detach().clone()
            points[place[0], 0, place[1], place[2]] += small
            ends.append(path._outputs(points)[0, place[1]].item())
        expected = (ends[0] - ends[1]) / 2e-5
        assert gradient[place].item() == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("method", [integrated_gradients, occlusion])
@pytest.mark.parametrize("kind", KINDS)
def test_a_row_alone_has_the_contributions_it_has_among_others(kind, method):
    sequences, reader, _ = KINDS[kind]
    net = net_of(kind, pooling="max", bidirectional=True)
    together = method(net, sequences, reading(reader), Picked(COLUMNS))
    for row in range(4):
        alone = method(net, sequences[[row]], reading(reader), Picked(COLUMNS[[row]]))
        np.testing.assert_allclose(alone.values[0], together.values[row], atol=1e-12)


@pytest.mark.parametrize("method", [integrated_gradients, occlusion])
@pytest.mark.parametrize("head", [CRFHead, StepsHead])
def test_one_step_is_explained(head, method):
    net = net_of("tokens", head=head, cell="gru")
    steps = np.array([3, 0, 2, 0])
    found = method(net, TOKENS, reading(READER), Picked(COLUMNS, steps))
    outputs = evaluate(net, SequenceDataset(TOKENS, READER))
    rows = TOKENS.offsets[:-1] + steps
    np.testing.assert_allclose(found.outputs, outputs[rows, COLUMNS], atol=1e-6)
    # One direction: what comes after the step does not count.
    for values, step in zip(found.values, steps, strict=True):
        assert (values[step + 1 :] == 0).all()
        assert values[step] != 0


def test_little_memory_changes_nothing(monkeypatch):
    expected = integrate("numbers", pooling="max", tol=1e-3).values
    monkeypatch.setattr(attributions, "PATH_BYTES", 1)
    for values, others in zip(
        integrate("numbers", pooling="max", tol=1e-3).values, expected, strict=True
    ):
        np.testing.assert_allclose(values, others, atol=1e-12)


def test_points_are_added_where_they_are_needed(monkeypatch):
    tried = []

    def spied(n_parts):
        tried.append(n_parts)
        return points_and_weights(n_parts)

    points_and_weights = attributions._points_and_weights
    monkeypatch.setattr(attributions, "_points_and_weights", spied)
    integrate("numbers", pooling="mean", tol=1e-3)
    assert set(tried) == {1}
    tried.clear()
    with np.errstate(all="ignore"):
        found = integrate("numbers", pooling="max", tol=1e-300)
    assert set(tried) == {2**i for i in range(9)}
    assert np.abs(found.missing).max() > 0


def test_points_and_weights_are_those_of_gauss_in_each_part():
    for n_parts in (1, 4):
        shares, weights = attributions._points_and_weights(n_parts)
        assert len(shares) == 16 * n_parts
        # Exact for polynomials up to degree 31: the integral of x ** 31 is 1 / 32.
        assert (weights * shares**31).sum().item() == pytest.approx(1 / 32, rel=1e-12)


def test_the_net_is_left_as_it_was():
    net = net_of("numbers", cell="gru")
    before = {name: value.clone() for name, value in net.module_.state_dict().items()}
    integrated_gradients(net, NUMBERS, reading(NumberReader(SCALER)), Picked(COLUMNS))
    after = net.module_.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(parameter.requires_grad for parameter in net.module_.parameters())


# -- occlusion -----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps_at_once", [1, 2**17])
def test_occlusion_is_brute_force(kind, steps_at_once, monkeypatch):
    monkeypatch.setattr(attributions, "OCCLUSION_VALUES", steps_at_once)
    sequences, reader, _ = KINDS[kind]
    net = net_of(kind, pooling="max", bidirectional=True)
    found = occlusion(net, sequences, reading(reader), Picked(COLUMNS))

    def output(values, characters, column):
        row = Sequences(values, np.array([0, len(values)]), characters)
        return evaluate(net, SequenceDataset(row, reader))[0, column]

    for row, column in enumerate(COLUMNS):
        one = sequences[[row]]
        whole = output(one.values, one.characters, column)
        assert found.outputs[row] == whole
        expected = np.zeros(one.values.shape)
        for place in np.ndindex(one.values.shape):
            values, characters = one.values.copy(), one.characters
            values[place] = UNK if sequences.is_tokens else SCALER.mean_[place[1]]
            if characters is not None:
                words = [characters[i] for i in range(len(characters))]
                words[place[0]] = np.array([0xFFFD], dtype=np.int32)
                characters = Sequences.from_list(words)
            expected[place] = whole - output(values, characters, column)
        np.testing.assert_allclose(found.values[row], expected, rtol=0, atol=1e-12)
        rest = whole - found.base_outputs[row] - expected.sum()
        assert found.missing[row] == pytest.approx(rest, abs=1e-9)
