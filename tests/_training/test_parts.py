"""A batch in which one long row pads many short ones is trained on in parts."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from sklearn_rnn._training import NumberReader, SequenceDataset, _parts, make_net
from sklearn_rnn._training._data import TrainBatches
from sklearn_rnn._training._parts import parts_of
from sklearn_rnn.estimators import RNNRegressor
from sklearn_rnn.nn import CRFHead, PooledHead, StepsHead
from sklearn_rnn.sequences import Sequences, Standardizer

LENGTHS = [1, 2, 2, 3, 5, 9, 40]
HEADS = {
    "pooled": (partial(PooledHead, n_outputs=1, loss="squared_error"), False),
    "steps": (partial(StepsHead, n_outputs=1, loss="squared_error"), True),
    "crf": (partial(CRFHead, n_outputs=2), True),
}

rng = np.random.default_rng(0)


def make_dataset(lengths, y, weight):
    X = [rng.normal(size=(length, 2)) for length in lengths]
    sequences = Sequences.from_list(X)
    if len(y) > len(lengths):
        y = Sequences(y, sequences.offsets)
    return SequenceDataset(
        sequences, NumberReader(Standardizer.identity(2)), y=y, weight=weight
    )


def step_of(batch, head):
    """Compute loss, outputs and gradients of one batch, always of the same network."""
    net = make_net(
        {"head": head, "n_features": 2, "hidden_size": 3, "cell": "gru"},
        RNNRegressor().get_params(deep=False),
        seed=0,
        n_rows=len(LENGTHS),
        device="cpu",
        stops_early=False,
    ).initialize()
    step = net.train_step_single(batch)
    gradients = {name: p.grad for name, p in net.module_.named_parameters()}
    return {**gradients, "loss": step["loss"], "outputs": step["y_pred"]}


@pytest.mark.parametrize("name", HEADS)
def test_parts_have_the_loss_the_outputs_and_the_gradients_of_the_batch(
    name, monkeypatch
):
    head, by_step = HEADS[name]
    n_targets = sum(LENGTHS) if by_step else len(LENGTHS)
    y = rng.normal(size=(n_targets, 1)).astype(np.float32)
    y = (y[:, 0] > 0).astype(np.int64) if name == "crf" else y
    dataset = make_dataset(LENGTHS, y, rng.uniform(0.5, 2, n_targets))
    batch = dataset.batch(np.arange(len(LENGTHS)))
    expected = step_of(batch, head)
    monkeypatch.setattr(_parts, "LARGE", 28)
    shapes = [tuple(part.values.shape[:2]) for part, _ in parts_of(batch)]
    # Of seven rows those of up to 28 / 7 = 4 steps go together, as all below 8 do.
    assert shapes == [(5, 5), (1, 9), (1, 40)]
    found = step_of(batch, head)
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, rtol=1e-4, atol=1e-6)


def padded_steps(lengths):
    """Count the steps that one epoch computes, those of padding too."""
    y = np.zeros((len(lengths), 1), np.float32)
    dataset = make_dataset(lengths, y, np.ones(len(lengths)))
    return sum(
        part.values.shape[0] * part.values.shape[1]
        for batch in TrainBatches(dataset, 32)
        for part, _ in parts_of(batch)
    )


def test_one_long_row_is_no_padding_of_its_neighbours():
    lengths = [*rng.integers(1, 20, 100), 50_000]
    assert padded_steps(lengths) < 1.1 * sum(lengths)


def test_ordinary_batches_stay_whole():
    # 10 to 500 steps, as those of film reviews.
    lengths = rng.lognormal(np.log(170), 0.6, 200).clip(10, 500).astype(int)
    dataset = make_dataset(lengths, np.zeros((200, 1), np.float32), np.ones(200))
    for rows in (np.arange(200), np.argsort(lengths)[-32:]):
        batch = dataset.batch(rows)
        (part,) = parts_of(batch)
        assert part is batch


def test_a_batch_of_segments_stays_whole_for_the_next_one_goes_on_from_it(monkeypatch):
    monkeypatch.setattr(_parts, "LARGE", 1)
    batch, targets = make_dataset(LENGTHS, np.zeros(7), np.ones(7)).batch(np.arange(7))
    assert len(parts_of((batch, targets))) > 1
    begins = replace(batch, follows=torch.full((7,), -1))
    assert len(parts_of((begins, targets))) == 1
