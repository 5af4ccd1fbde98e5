import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import CELLS, StepsHead, Targets

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import (
    CELL_IDS,
    CELL_OPTIONS,
    N_CHARACTERS,
    ask,
    cut,
    make_batch,
    make_network,
    with_characters,
)


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_the_head_reads_every_step(tokens, training):
    network = make_network(
        tokens=tokens, head=StepsHead, bidirectional=True, num_layers=2
    )
    network.double().train(training)
    batch = make_batch(5, 6, tokens=tokens, dtype=torch.float64)
    steps = network.encode(network.embed(batch), batch).outputs
    rows = [steps[i, t] for i in range(5) for t in range(batch.lengths[i])]
    rows = torch.stack(rows)  # (n_real_steps, n_units)
    expected = rows @ network.head.affine.weight.T + network.head.affine.bias
    found = network(batch)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)
    torch.testing.assert_close(network.predict(batch), expected)
    assert found.shape == (int(batch.lengths.sum()), 3)


def test_each_step_has_a_loss_of_its_own():
    head = StepsHead(3, 2, loss="squared_error", generator=torch.Generator())
    y = torch.tensor([[0.0, 2.0], [1.0, 1.0], [4.0, 4.0]])
    targets = Targets(y, torch.ones(3), torch.tensor([1, 2]))
    outputs = torch.tensor([[1.0, 1.0], [1.0, 4.0], [4.0, 4.0]])
    assert head.losses(outputs, targets).tolist() == [1.0, 4.5, 0.0]


@torch.no_grad()
def test_each_step_is_labelled_by_itself():
    network = make_network(tokens=True, head=StepsHead).eval()
    batch = make_batch(5, 6, tokens=True)
    outputs = network(batch)
    assert torch.equal(ask(network, "labels", batch), outputs.argmax(dim=1))
    assert network.head.read_out(outputs, batch) is outputs
    found = ask(network, "log_proba", batch)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, outputs.softmax(dim=1).log())


# The same bits in any batch


def step_answers(network, batch):
    yield network.predict(batch)
    yield network(batch)
    yield ask(network, "labels", batch)
    yield ask(network, "log_proba", batch)


@pytest.mark.parametrize("options", CELL_OPTIONS, ids=CELL_IDS)
@torch.no_grad()
def test_a_step_gets_the_same_bits_in_any_batch_and_behind_any_padding(options):
    batch = make_batch(20, 12, tokens=False)
    x = batch.values
    # Few steps, for the product of so few rows is special.
    assert {1, 2, 3} <= set(batch.lengths.tolist())
    longer = torch.cat([x, torch.full_like(x, torch.nan)], dim=1)
    longer = replace(batch, values=longer)
    for n_outputs, bidirectional in ((1, True), (3, False), (17, True)):
        network = make_network(
            tokens=False,
            n_outputs=n_outputs,
            hidden_size=11,
            bidirectional=bidirectional,
            head=StepsHead,
            **options,
        ).eval()
        alone = [list(step_answers(network, cut(batch, [i]))) for i in range(20)]
        for n_rows in range(1, 21):
            found = step_answers(network, batch.take(slice(20 - n_rows, None)))
            expected = zip(*alone[-n_rows:], strict=True)
            for answer, parts in zip(found, expected, strict=True):
                assert torch.equal(answer, torch.cat(parts))
        found = step_answers(network, longer)
        for answer, parts in zip(found, zip(*alone, strict=True), strict=True):
            assert torch.equal(answer, torch.cat(parts))


@pytest.mark.parametrize(("n_outputs", "n_threads"), [(1, 3), (9, 1), (17, 3), (45, 1)])
@torch.no_grad()
def test_a_step_gets_the_same_bits_among_thousands(n_outputs, n_threads):
    batch = make_batch(500, 40, tokens=False)
    network = make_network(
        tokens=False, n_outputs=n_outputs, hidden_size=24, head=StepsHead
    ).eval()
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        whole = network.predict(batch).split(batch.lengths.tolist())
        assert sum(map(len, whole)) > 8000
        for i in range(0, 500, 23):
            assert torch.equal(network.predict(cut(batch, [i])), whole[i])
    finally:
        torch.set_num_threads(n_threads_before)


# Characters


def character_network(**options):
    return make_network(
        tokens=True, n_characters=N_CHARACTERS, characters_dim=3, **options
    )


@pytest.mark.parametrize("options", [{"head": StepsHead}, {"pooling": "attention"}])
@torch.no_grad()
def test_characters_change_every_prediction(options):
    network = character_network(**options).eval()
    batch = with_characters(make_batch(5, 6, tokens=True))
    characters = batch.characters
    other = characters._replace(ids=N_CHARACTERS - characters.ids)
    of_steps = "head" in options
    others = ["log_proba"] if of_steps else ["represent", "attention_weights"]
    for method in ("__call__", "predict", *others):
        first, second = (
            ask(network, method, replace(batch, characters=letters))
            for letters in (characters, other)
        )
        assert not torch.equal(first, second)


@pytest.mark.parametrize("cell", CELLS)
@torch.no_grad()
def test_a_sequence_of_words_with_characters_gets_the_same_bits_in_any_batch(cell):
    network = character_network(head=StepsHead, cell=cell, bidirectional=True).eval()
    batch = with_characters(make_batch(60, 12, tokens=True), n_letters=9)
    whole = network.predict(batch).split(batch.lengths.tolist())
    for n_rows in (*range(1, 21), 37):
        rows = slice(60 - n_rows, 60)
        found = network.predict(batch.take(rows))
        assert torch.equal(found, torch.cat(whole[rows]))
    for i in range(60):
        assert torch.equal(network.predict(cut(batch, [i])), whole[i])
