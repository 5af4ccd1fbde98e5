"""Heads of tasks to come, through the dataset, the net, training and evaluation.

What a head reads (static columns, the final states, the targets before each one) comes
to it without a name of its task anywhere between.
"""

from functools import partial

import numpy as np
import pytest
import torch

from sklearn_rnn import RNNRegressor
from sklearn_rnn._training import SequenceDataset, evaluate, make_net, train
from sklearn_rnn._training._data import PredictionBatches
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn.nn import Affine, CrossEntropy, Head, HeadSum, PooledHead
from sklearn_rnn.sequences import Sequences, Standardizer

rng = np.random.default_rng(0)
N = 100
ROWS = Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 6, N)])
STATIC = rng.normal(size=(N, 3)).astype(np.float32)


def make_dataset(y=None, rows=None, **parts):
    if y is not None:
        n_targets = len(y.values) if isinstance(y, Sequences) else len(y)
        parts["weight"] = np.ones(n_targets)
    return SequenceDataset(
        ROWS, NumberReader(Standardizer.identity(2)), y=y, rows=rows, **parts
    )


def make_fresh_net(head, **params):
    settings = {"max_epochs": 30, "batch_size": 8, "lr": 0.05, **params}
    return make_net(
        {"head": head, "n_features": 2, "hidden_size": 4, "cell": "gru"},
        RNNRegressor(**settings).get_params(deep=False),
        seed=0,
        n_rows=N,
        device="cpu",
        stops_early=False,
    ).initialize()


# -- what is known of each sequence as a whole -----------------------------------------


class StaticHead(Head):
    """Read the last output beside the static columns."""

    def __init__(self, n_units, *, n_columns, dropout, generator):
        super().__init__()
        self.affine = Affine(n_units + n_columns, 1, generator=generator)

    def forward(self, encoded, batch, target=None):
        last = encoded.outputs[torch.arange(len(batch)), encoded.lengths - 1]
        return self.affine(torch.cat([last, batch.static.to(last.dtype)], dim=1))

    def losses(self, outputs, target):
        return (outputs - target.values).square().mean(dim=1)


def test_a_head_learns_what_only_the_static_columns_know():
    y = STATIC[:, [1]] - 1
    net = make_fresh_net(partial(StaticHead, n_columns=3), max_epochs=40)
    first, second = np.arange(N)[::2], np.arange(N)[1::2]
    train(
        net,
        make_dataset(y[first], first, static=STATIC),
        make_dataset(y[second], second, static=STATIC),
        score=lambda outputs, y, weight: -float(((outputs - y) ** 2).mean()),
    )
    assert net.history[-1, "valid_score"] > -0.1  # where the variance is 1
    found = evaluate(net, make_dataset(rows=second[::-1], static=STATIC))
    np.testing.assert_allclose(found, y[second[::-1]], atol=0.5)


# -- several heads ---------------------------------------------------------------------


def test_the_losses_of_several_heads_add_and_their_probabilities_average():
    y = (np.add.reduceat(ROWS.values[:, 0], ROWS.offsets[:-1]) > 0).astype(np.int64)
    heads = [partial(PooledHead, n_outputs=2, pooling=p) for p in ("mean", "max")]
    net = make_fresh_net(partial(HeadSum, heads=heads))
    seen = []

    def score(outputs, y, weight):
        seen.append(outputs)
        return float((outputs.argmax(axis=1) == y).mean())

    dataset = make_dataset(y)
    train(net, dataset, dataset, score=score)
    assert net.history[-1, "valid_score"] > 0.9
    # What the score sees, and what is predicted, is the average of both softmaxes.
    found = evaluate(net, dataset)
    order = PredictionBatches(dataset).order
    np.testing.assert_allclose(seen[-1], found[order], atol=1e-6)
    inputs, targets = dataset.batch(np.arange(N))
    module = net.module_
    with torch.no_grad():
        encoded = module.encode(module.embed(inputs), inputs)
        one, other = (head(encoded, inputs) for head in module.head.heads)
        both = (one.double().softmax(dim=1) + other.double().softmax(dim=1)) / 2
        losses = [CrossEntropy()(outputs, targets.values) for outputs in (one, other)]
    np.testing.assert_allclose(np.exp(found), both, atol=1e-6)
    loss = float((losses[0] + losses[1]).mean())
    assert net.history[-1, "valid_loss"] == pytest.approx(loss, rel=1e-5)


# -- the final states ------------------------------------------------------------------


class StateHead(Head):
    """Read the final state of the last layer, and keep it."""

    reads_state = True

    def __init__(self, n_units, *, dropout, generator):
        super().__init__()
        self.affine = Affine(n_units, 1, generator=generator)

    def forward(self, encoded, batch, target=None):
        ((state,),) = encoded.state[-1]
        if self.training:
            state.retain_grad()
        self.state = state
        return self.affine(state)

    def losses(self, outputs, target):
        return (outputs - target.values).square().mean(dim=1)


def test_a_head_gets_the_final_states_with_a_gradient():
    y = np.add.reduceat(ROWS.values[:, :1], ROWS.offsets[:-1]).astype(np.float32)
    net, dataset = make_fresh_net(StateHead), make_dataset(y)
    batch = dataset.batch(np.array([0, 1, 2]))
    dict(net.callbacks_)["gradient_norm"].on_epoch_begin(net)
    net.train_step(batch)
    state = net.module_.head.state
    assert state.shape == (3, 4)
    assert (state.grad != 0).any(dim=1).all()
    weights = net.module_.encoder.parameters()
    assert all((weight.grad != 0).any() for weight in weights)
    train(net, dataset)
    errors = evaluate(net, dataset) - y
    assert (errors**2).mean() < 0.2 * y.var()
    # The state after the last real step is the output at it.
    inputs = batch[0]
    encoded = net.module_.encode(net.module_.embed(inputs), inputs)
    last = encoded.outputs[torch.arange(3), inputs.lengths - 1]
    torch.testing.assert_close(encoded.state[-1][0][0], last)


# -- the targets, where a head reads them ----------------------------------------------


class PreviousTarget(Head):
    """Give each target from the one before it: the true one where there is one."""

    rows = "target"

    def __init__(self, n_units, *, dropout, generator):
        super().__init__()
        self.affine = Affine(n_units + 1, 1, generator=generator)
        self.seen = []

    def forward(self, encoded, batch, target=None):
        self.seen.append((self.training, len(batch), target))
        known = None if target is None else target.values.view(len(batch), 2)
        first = encoded.outputs[torch.arange(len(batch)), encoded.lengths - 1]
        one = self.affine(torch.cat([first, torch.zeros_like(first[:, :1])], dim=1))
        before = one if known is None else known[:, :1].to(first.dtype)
        two = self.affine(torch.cat([first, before], dim=1))
        return torch.stack([one, two], dim=1).flatten(0, 1)

    def losses(self, outputs, target):
        return (outputs - target.values).square().mean(dim=1)


def two_targets_each():
    values = rng.normal(size=(2 * N, 1)).astype(np.float32)
    return Sequences(values, np.arange(0, 2 * N + 1, 2))


def test_a_head_reads_the_targets_in_training_and_validation_and_never_to_predict():
    net = make_fresh_net(PreviousTarget, max_epochs=1)
    dataset = make_dataset(two_targets_each())
    seen = net.module_.head.seen
    train(net, dataset, dataset, score=lambda outputs, y, weight: 0.0)
    assert {training for training, _, _ in seen} == {True, False}
    assert all(len(target.values) == 2 * n for _, n, target in seen)
    seen.clear()
    found = evaluate(net, dataset)
    assert found.shape == (2 * N, 1)
    np.testing.assert_array_equal(net.predict(dataset), found)
    assert seen
    assert all(target is None for _, _, target in seen)
    # Rows of targets stand where those of their sequence do.
    alone = evaluate(net, make_dataset(two_targets_each(), rows=np.arange(N)))
    np.testing.assert_array_equal(alone, found)
