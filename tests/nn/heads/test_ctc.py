"""Connectionist temporal classification: the loss is a sum over all paths."""

import sys
from functools import partial
from itertools import groupby, product
from pathlib import Path

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import CTCHead, Targets

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import ask, cut, make_batch, make_network

END = 2  # of two labels
make_network = partial(make_network, tokens=True, head=CTCHead, end=END)


def codes_of(path):
    """Make one of equal neighbours, leave out blanks, and give the targets of it."""
    columns = [column for column, _ in groupby(path) if column > 0]
    return [column - (column <= END) for column in columns]


def by_enumeration(log_proba, labels):
    """Sum the probabilities of all paths, (n_timesteps, n_columns)."""
    steps, columns = log_proba.shape
    paths = product(range(columns), repeat=steps)
    right = [path for path in paths if codes_of(path) == labels]
    terms = [sum(log_proba[t, k] for t, k in enumerate(path)) for path in right]
    return np.logaddexp.reduce(terms, initial=-np.inf)


def make_targets(rows):
    values = torch.tensor([code for row in rows for code in [*row, END]])
    counts = torch.tensor([len(row) + 1 for row in rows])
    return Targets(values, torch.ones(len(values)), counts)


ROWS = [[0], [1, 0], [], [1, 1], [0, 1, 0], [3]]  # 3 is learnt and never answered


@torch.no_grad()
def test_the_losses_of_a_sample_sum_to_minus_the_probability_of_all_its_paths():
    network = make_network(n_outputs=4)
    batch = make_batch(6, 5, tokens=True)
    batch.lengths[:] = torch.tensor([1, 3, 2, 4, 5, 5])
    targets = make_targets(ROWS)
    losses = network.head.losses(network(batch, targets), targets)
    log_proba = network(batch).double().log_softmax(dim=1)
    parts = log_proba.split(batch.lengths.tolist())
    shares = losses.split(targets.counts.tolist())
    for part, row, of_sample in zip(parts, ROWS, shares, strict=True):
        assert len(set(of_sample.tolist())) == 1
        expected = by_enumeration(part.numpy(), row)
        assert of_sample.sum().item() == pytest.approx(-expected, rel=1e-5)


@torch.no_grad()
def test_the_likelihood_is_the_same_alone_and_that_of_answers_only():
    network = make_network(n_outputs=4).eval()
    batch, rows = make_batch(5, 6, tokens=True), [[0], [1, 0], [], [1, 1], [1, 1]]
    batch.lengths[:] = torch.tensor([6, 4, 2, 3, 2])  # of the last, too few
    log_proba = ask(network, "log_proba", batch)
    assert log_proba.shape == (17, 3)
    known = network.ask(network.head.log_likelihood, batch, make_targets(rows))
    assert known.dtype == torch.float64
    for i, part in enumerate(log_proba.split(batch.lengths.tolist())):
        expected = by_enumeration(part.numpy(), rows[i])
        assert known[i].item() == pytest.approx(expected)
        targets = make_targets(rows[i : i + 1])
        alone = network.ask(network.head.log_likelihood, cut(batch, [i]), targets)
        assert torch.equal(alone, known[i : i + 1])
    assert known[-1] == -torch.inf < known[-2]


def test_the_gradient_is_the_numerical_one():
    network = make_network(n_outputs=4, embedding_dim=2, hidden_size=2).double()
    batch = make_batch(5, 6, tokens=True)
    batch.lengths[:] = torch.tensor([6, 4, 2, 3, 5])
    targets = make_targets([[0, 0], [1, 0], [], [1, 1], [3, 1]])

    def losses(vectors):
        return network.head.losses(network.read(vectors, batch, targets), targets)

    vectors = network.embed(batch).detach().requires_grad_()
    assert torch.autograd.gradcheck(losses, vectors)


def test_a_validation_part_is_answered_by_the_likeliest_path():
    # Columns: the blank, labels 0 and 1, and what is never answered, code 3.
    paths = torch.tensor([[0, 1, 1, 0, 1, 2], [3, 3, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    outputs = torch.nn.functional.one_hot(paths, 4).double()
    head = make_network(n_outputs=4).head
    read = head.read_out(outputs, make_batch(3, 6, tokens=True))
    assert read.tolist() == [0, 0, 1, END, 3, END, END]
