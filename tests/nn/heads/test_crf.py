"""The head around the CRF; the CRF itself is in test_linear_chain.py."""

import copy
import pickle
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import CRFHead, StepsHead, Targets, every_step

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import (
    N_CHARACTERS,
    ask,
    cut,
    make_batch,
    make_network,
    same_bits,
    with_characters,
)

make_network = partial(make_network, tokens=True, head=CRFHead)


@torch.no_grad()
def test_the_outputs_are_the_emissions_of_the_field():
    network = make_network(forbidden=[(0, 1)]).eval()
    crf = network.head.crf
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(0))
    batch = make_batch(20, 12, tokens=True)
    emissions, lengths = network(batch), batch.lengths
    labels = ask(network, "labels", batch)
    assert labels.dtype == torch.int64
    assert torch.equal(labels, crf.decode(emissions, lengths))
    assert torch.equal(labels, network.head.read_out(emissions, batch))
    assert not torch.equal(labels, emissions.argmax(dim=1))
    found = ask(network, "log_proba", batch)
    expected = crf.log_marginals(emissions, lengths)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    one = torch.ones(len(found), dtype=torch.float64)
    torch.testing.assert_close(found.exp().sum(dim=1), one, rtol=0, atol=1e-14)
    for method, whole in (("labels", labels), ("log_proba", found)):
        for i, part in enumerate(whole.split(lengths.tolist())):
            assert torch.equal(ask(network, method, cut(batch, [i])), part)


def test_the_field_is_trained_through_the_losses_of_the_head():
    # The label is 0 or 1 by the token, and always 2 after a 1, whatever the token.
    network = make_network(cell="rnn", forbidden=[(1, 1)])
    batch = make_batch(40, 6, tokens=True)
    x = batch.values
    labels = torch.zeros_like(x)
    for t in range(6):
        labels[:, t] = x[:, t] % 2
        if t > 0:
            labels[labels[:, t - 1] == 1, t] = 2
    labels = every_step(labels, batch.lengths)
    targets = Targets(labels, torch.ones(len(labels)), batch.lengths)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    for _ in range(40):
        optimizer.zero_grad()
        loss = network.head.losses(network(batch), targets).mean()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    assert all(p.grad.isfinite().all() for p in network.parameters())
    assert network.head.crf.transitions[1].argmax() == 2
    assert torch.equal(ask(network.eval(), "labels", batch), labels)


def test_the_field_changes_no_initial_weight():
    plain, with_crf = make_network(head=StepsHead), make_network()
    weights = with_crf.state_dict()
    for name, weight in plain.state_dict().items():
        assert torch.equal(weight, weights[name])
    assert set(weights) - set(plain.state_dict()) == {
        "head.crf.transitions",
        "head.crf.start",
        "head.crf.end",
    }


def test_a_forbidden_pair_of_unknown_labels_is_refused():
    with pytest.raises(ValueError, match=r"labels from 0 to 2.*\(0, 3\)"):
        make_network(forbidden=[(0, 3)])


def test_transition_scores_are_minus_infinity_where_forbidden():
    network = make_network(n_outputs=2, forbidden=[(0, 1), (None, 0), (1, None)])
    with torch.no_grad():
        network.head.crf.transitions.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    scores = network.head.transition_scores()
    assert scores.tolist() == [[1.0, -torch.inf], [3.0, 4.0]]
    assert scores.dtype == torch.float64
    assert not scores.requires_grad


def test_the_character_encoder_is_trained_and_copied_with_the_rest():
    network = make_network(
        n_characters=N_CHARACTERS, characters_dim=3, dropout=0.5, num_layers=2
    )
    batch = with_characters(make_batch(4, 5, tokens=True))
    network(batch).square().mean().backward()
    for name, parameter in network.named_parameters():
        if "crf" not in name:
            assert parameter.grad.isfinite().all()
            assert (parameter.grad != 0).any()
    expected = ask(network.eval(), "labels", batch)
    for twin in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert same_bits(twin, network)
        assert torch.equal(ask(twin.eval(), "labels", batch), expected)
