"""The head of the next token: its losses, by hand and by their gradient."""

from functools import partial

import numpy as np
import torch

from sklearn_rnn.nn import Batch, NextTokenHead, RecurrentNetwork, Targets

BATCH = Batch(torch.tensor([[2, 3, 4], [5, 0, 0]]), torch.tensor([3, 1]))
TARGETS = Targets(torch.tensor([3, 4, 0, 0]), torch.ones(4), torch.tensor([3, 1]))


def make(**how):
    head = partial(NextTokenHead, **how)
    return RecurrentNetwork(head, n_tokens=7, embedding_dim=5, hidden_size=6)


def start(network, counts):
    network.embedder.tokens.known.copy_(torch.tensor(counts) > 0)
    tokens = torch.repeat_interleave(torch.arange(7), torch.tensor(counts))
    network.head.start(Targets(tokens, torch.ones(len(tokens)), torch.ones(1)))


def test_the_bias_starts_at_the_log_shares():
    network = make()
    start(network, [4, 0, 6, 2, 2, 2, 0])
    bias = network.head.bias.detach().numpy()
    # One more for each token that is known, and for the unknown one.
    expected = np.array([5, 1, 7, 3, 3, 3]) / 22
    np.testing.assert_allclose(np.exp(bias[:6]), expected, rtol=1e-5)
    assert np.exp(bias[6]) == 0


def test_the_full_loss_is_the_cross_entropy_over_vectors_and_end():
    network = make()
    start(network, [4, 0, 6, 2, 2, 2, 1])
    vectors = network(BATCH, TARGETS)
    table = network.embedder.tokens.weight.detach().clone()
    table[0] = network.head.end.detach()
    logits = vectors @ table.T + network.head.bias
    expected = torch.nn.functional.cross_entropy(
        logits, TARGETS.values, reduction="none"
    )
    torch.testing.assert_close(network.head.losses(vectors, TARGETS), expected)
    network.eval()
    exact = network.head.losses(network(BATCH, TARGETS), TARGETS)
    torch.testing.assert_close(exact, expected, rtol=1e-4, atol=1e-5)


def test_the_sampled_loss_is_that_of_its_formula():
    network = make(n_negatives=4)
    start(network, [4, 0, 6, 2, 2, 2, 1])
    head = network.head
    head.draws.reseed(3)
    vectors = network(BATCH, TARGETS).detach()
    got = head.losses(vectors, TARGETS).detach().numpy()
    proposal = head.log_proposal.exp()
    negatives = torch.multinomial(
        proposal, 4, replacement=True, generator=torch.Generator().manual_seed(3)
    ).tolist()
    table = network.embedder.tokens.weight.detach().double().numpy().copy()
    table[0] = head.end.detach().numpy()
    shift = head.bias.detach().numpy() - np.log(4 * proposal.numpy().astype(float))
    for loss, vector, right in zip(got, vectors.numpy(), [3, 4, 0, 0], strict=True):
        logits = table @ vector + shift
        others = [logits[k] for k in negatives if k != right]
        expected = np.log(np.exp([logits[right], *others]).sum()) - logits[right]
        np.testing.assert_allclose(loss, expected, rtol=1e-4)


def test_negatives_follow_the_frequencies_flattened():
    network = make(n_negatives=4)
    start(network, [4, 0, 6, 2, 2, 2, 0])
    flattened = np.array([5, 1, 7, 3, 3, 3, 0]) ** 0.75
    proposal = network.head.log_proposal.exp().numpy()
    np.testing.assert_allclose(proposal, flattened / flattened.sum(), rtol=1e-5)


def test_a_probability_depends_on_no_other_row():
    network = make().eval()
    with torch.no_grad():
        together = network.ask(network.head.log_likelihood, BATCH, TARGETS)
        alone = network.ask(
            network.head.log_likelihood,
            BATCH.take(torch.tensor([1])),
            TARGETS.take(torch.tensor([1])),
        )
    assert together[3] == alone[0]


def test_vectors_shared_with_the_embedder_are_trained_from_both_sides():
    network = make()
    network.head.losses(network(BATCH, TARGETS), TARGETS).sum().backward()
    gradient = network.embedder.tokens.weight.grad
    assert gradient[6].any()  # which is in no sequence
    assert not gradient[0].any()
    assert "head.table" not in network.state_dict()
