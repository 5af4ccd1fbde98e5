"""Segments of long sequences, and the states that go on from one to the next."""

from functools import partial

import numpy as np
import pytest
import torch

from sklearn_rnn._training import SegmentDataset, TokenReader
from sklearn_rnn._training._data import PredictionBatches, TrainBatches
from sklearn_rnn.nn import Batch, RecurrentNetwork, StepsHead
from sklearn_rnn.sequences import Sequences

LENGTHS = [3, 17, 8, 1, 40, 9, 25]
N_STEPS = sum(LENGTHS)


def make(n_steps=4, n_streams=1):
    # Each step has a number of its own, so that it can be told where it is.
    numbers = Sequences.from_list(
        np.split(np.arange(2, N_STEPS + 2), np.cumsum(LENGTHS)[:-1])
    )
    reader = TokenReader(np.full(N_STEPS + 2, 9))
    weight = np.ones(N_STEPS)
    return SegmentDataset(
        numbers, reader, y=numbers, weight=weight, n_steps=n_steps, n_streams=n_streams
    )


def follow(batches):
    """Join what goes on, segment by segment, into the texts that were read."""
    done, open_rows = [], []
    for batch, targets in batches:
        assert (targets.counts == batch.lengths).all()
        rows = [
            values[:length].tolist()
            for values, length in zip(batch.values.numpy(), batch.lengths, strict=True)
        ]
        before, open_rows, places = open_rows, [], batch.follows.tolist()
        done += [row for i, row in enumerate(before) if i not in places]
        for row, place in zip(rows, places, strict=True):
            open_rows.append([*(before[place] if place >= 0 else []), *row])
    return sorted(done + open_rows)


@pytest.mark.parametrize("n_steps", [1, 4, 100])
def test_segments_follow_each_other_to_the_texts(n_steps):
    dataset = make(n_steps)
    texts = sorted(row.tolist() for row in make(10**6).sequences)
    for batch_size in (1, 3, 10):
        assert follow(TrainBatches(dataset, batch_size)) == texts
        assert follow(PredictionBatches(dataset, batch_size)) == texts


def test_long_texts_are_cut_into_pieces_where_streams_would_be_idle():
    dataset = make(n_steps=4, n_streams=10)
    batches = [batch for batch, _ in TrainBatches(dataset, 10)]
    steps = np.concatenate([batch.values.numpy().ravel() for batch in batches])
    assert sorted(steps[steps > 0]) == list(range(2, N_STEPS + 2))
    # A tenth of 103 steps, in whole segments, is three of them; 13 pieces.
    assert len(batches) <= 6
    assert len(list(TrainBatches(make(n_steps=4), 10))) == 10
    # Predictions cut nothing.
    assert max(map(len, follow(PredictionBatches(dataset)))) == 40


def test_states_go_on_and_gradients_do_not():
    torch_numbers = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0))
    network = RecurrentNetwork(
        partial(StepsHead, n_outputs=2), n_features=3, num_layers=2, cell="gru"
    )
    whole = network(Batch(torch_numbers, torch.tensor([9, 9])))
    # The rows change places, and a third one begins beside them.
    first = torch_numbers[:, :5].requires_grad_()
    one = network(Batch(first, torch.tensor([5, 5]), follows=torch.tensor([-1, -1])))
    later = torch.cat([torch_numbers[[1, 0], 5:], torch_numbers[:1, :4].detach()])
    places = torch.tensor([1, 0, -1])
    two = network(Batch(later, torch.tensor([4, 4, 4]), follows=places))
    table = whole.view(2, 9, 2)
    torch.testing.assert_close(one.view(2, 5, 2), table[:, :5])
    torch.testing.assert_close(two.view(3, 4, 2)[:2], table[[1, 0], 5:])
    torch.testing.assert_close(two.view(3, 4, 2)[2], table[0, :4])
    (gradient,) = torch.autograd.grad(two.sum(), first, allow_unused=True)
    assert gradient is None
