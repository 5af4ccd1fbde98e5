"""The decoder against its equations, written out step by step."""

import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import (
    Batch,
    DecoderHead,
    Encoded,
    RecurrentNetwork,
    Targets,
    pad_steps,
)

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import N_TOKENS, ask, cut, make_batch

N_LABELS = 4
END = N_LABELS


def make_network(n_outputs=END + 1, dropout=0.0, **head):
    return RecurrentNetwork(
        partial(DecoderHead, n_outputs=n_outputs, end=END, hidden_size=5, **head),
        n_tokens=N_TOKENS,
        hidden_size=6,
        bidirectional=True,
        dropout=dropout,
    )


def make_targets(n_samples):
    """Draw answers of 0 to 4 labels, and an end behind each."""
    generator = torch.Generator().manual_seed(3)
    counts = torch.randint(1, 6, (n_samples,), generator=generator)
    counts[0] = 1  # an empty answer
    values = torch.randint(N_LABELS, (int(counts.sum()),), generator=generator)
    values[counts.cumsum(0) - 1] = END
    return Targets(values, torch.ones(len(values)), counts)


def written_out(head, outputs, length, labels):
    """Compute the outputs for one sample as the equations say, with torch's cells."""
    m = outputs[:length]
    n_units = m.shape[1] // 2
    final = torch.cat([m[-1, :n_units], m[0, n_units:]])
    states = [(torch.tanh(start(final)), torch.zeros(5)) for start in head.starts]
    before, found = END, []
    for label in labels.tolist():
        cells = [[state.unsqueeze(0) for state in pair] for pair in states]
        h, c = torch.lstm_cell(
            head.embedding.weight[[before]], cells[0], *head.first.weights
        )
        attention = (m @ head.key.weight.T @ h[0] / 5**0.5).softmax(dim=0)
        context = attention @ m
        g, d = torch.lstm_cell(
            torch.cat([h[0], context]).unsqueeze(0), cells[1], *head.second.weights
        )
        mixed = torch.tanh(head.combine(torch.cat([g[0], context])))
        found.append(head.affine(mixed))
        states, before = [(h[0], c[0]), (g[0], d[0])], label
    return torch.stack(found)


@torch.no_grad()
def test_outputs_are_those_of_the_equations():
    network = make_network()
    batch, target = make_batch(7, 9, tokens=True), make_targets(7)
    encoded = network.encode(network.embed(batch), batch)
    samples = target.values.split(target.counts.tolist())
    expected = [
        written_out(network.head, encoded.outputs[i], batch.lengths[i], labels)
        for i, labels in enumerate(samples)
    ]
    for net in (network.train(), network.eval()):
        found = net(batch, target).float()
        torch.testing.assert_close(found, torch.cat(expected))


def test_the_gradient_is_the_numerical_one():
    # To all weights, and through the start states and the attention to the encoder.
    generator = torch.Generator().manual_seed(0)
    head = DecoderHead(
        4, END + 1, end=END, hidden_size=3, embedding_dim=2, label_smoothing=0.1,
        n_static=2, generator=generator,
    ).double()  # fmt: skip
    target, lengths = make_targets(3), torch.tensor([2, 3, 1])
    outputs = torch.randn(3, 3, 4, generator=generator, dtype=torch.float64)
    static = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    batch = Batch(outputs, lengths, static=static)
    names = [name for name, _ in head.named_parameters()]

    def losses(outputs, *weights):
        encoded = Encoded(outputs, lengths, bidirectional=True)
        named = dict(zip(names, weights, strict=True))
        made = torch.func.functional_call(head, named, (encoded, batch, target))
        return head.losses(made, target)

    inputs = [outputs, *(weight.detach() for weight in head.parameters())]
    inputs = [part.clone().requires_grad_() for part in inputs]
    assert torch.autograd.gradcheck(losses, inputs)
    gradients = torch.autograd.grad(losses(*inputs).sum(), inputs)
    assert all(gradient.abs().max() > 0 for gradient in gradients)


@torch.no_grad()
def test_no_neighbour_changes_a_bit():
    network = make_network(n_outputs=END + 2).eval()
    batch, target = make_batch(20, 9, tokens=True), make_targets(20)
    search = partial(network.head.search, beam_size=3, max_length=8)
    together = network.ask(search, batch)
    likelihood = network.ask(network.head.log_likelihood, batch, target)
    for i in range(20):
        one = cut(batch, [i])
        alone = network.ask(search, one)
        assert torch.equal(alone.log_proba[0], together.log_proba[i])
        assert torch.equal(alone.counts[0], together.counts[i])
        known = target.take(torch.tensor([i]))
        found = network.ask(network.head.log_likelihood, one, known)
        assert torch.equal(found[0], likelihood[i])


@torch.no_grad()
def test_a_search_gives_the_likelihood_of_what_it_finds_and_never_what_is_left_out():
    network = make_network(n_outputs=END + 2).eval()
    network.head.affine.bias[END + 1] = 5.0  # the likeliest of all
    batch = make_batch(12, 6, tokens=True)
    written = network.ask(partial(network.head.search, beam_size=4), batch)
    assert written.codes.max() <= END
    assert written.cut.any()
    counts = written.counts[:, 0] + 1
    steps = [codes[0, :n] for codes, n in zip(written.codes, counts, strict=True)]
    known = Targets(torch.cat(steps), torch.ones(int(counts.sum())), counts)
    found = network.ask(network.head.log_likelihood, batch, known)
    assert torch.equal(found, written.log_proba[:, 0])


@torch.no_grad()
def test_attention_sums_to_one_over_the_real_steps():
    network = make_network().eval()
    batch, target = make_batch(7, 9, tokens=True), make_targets(7)
    (weights,) = network.ask(network.head.attention, batch, target)
    real = torch.arange(9) < batch.lengths.view(-1, 1, 1)
    assert (weights.masked_fill(real, 0) == 0).all()
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(7, weights.shape[1]))


def test_the_bias_starts_at_the_smoothed_shares_of_the_labels():
    head = make_network(label_smoothing=0.2).head
    values = torch.tensor([0, 0, 1, END, 2, END])
    head.start(
        Targets(values, torch.tensor([2.0, 1, 1, 2, 1, 1]), torch.tensor([4, 2]))
    )
    shares = torch.tensor([3, 1, 1, 0, 3]) / 8
    torch.testing.assert_close(head.affine.bias.exp(), 0.8 * shares + 0.2 / 5)


def test_outputs_need_targets():
    network = make_network()
    with pytest.raises(ValueError, match="pass target=, or ask search"):
        network(make_batch(2, 3, tokens=True))
    with pytest.raises(ValueError, match="no outputs without targets; ask search"):
        ask(network, "predict", make_batch(2, 3, tokens=True))


def test_dropout_is_drawn_where_the_equations_have_it():
    network = make_network(dropout=0.5).train()
    drawn = []
    network.head.dropout.register_forward_hook(
        lambda module, inputs, output: drawn.append(tuple(inputs[0].shape))
    )
    batch, target = make_batch(7, 9, tokens=True), make_targets(7)
    network(batch, target)
    n_targets, n_steps = len(target.values), int(target.counts.max())
    # encoder's input, its outputs, vectors of labels, between the layers, the output
    expected = [(7, 9, 12), (n_targets, 64), (7, n_steps, 5), (n_targets, 5)]
    assert drawn[-4:] == expected
    assert pad_steps(target.values, target.counts, n_steps).shape == (7, n_steps)
