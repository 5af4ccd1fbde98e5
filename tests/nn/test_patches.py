"""Several steps as one: against steps joined by hand."""

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import Batch, Branch, Embedder, count_patches, join_steps
from sklearn_rnn.nn import split_steps as split
from sklearn_rnn.nn._patches import repeat_patches, share_weights

NAN = float("nan")


def test_steps_stand_side_by_side_and_zeros_behind_the_end():
    x = torch.tensor([[[1.0, 2], [3, 4], [5, 6]], [[7, 8], [0, 0], [0, 0]]])
    joined = join_steps(x, 2)
    by_hand = [[[1, 2, 3, 4], [5, 6, 0, 0]], [[7, 8, 0, 0], [0, 0, 0, 0]]]
    assert joined.tolist() == by_hand
    assert joined.transpose(0, 1).is_contiguous()
    back = split(joined, 2)
    assert torch.equal(back[:, :3], x)
    assert not back[:, 3].any()
    assert join_steps(x, 7).shape == (2, 1, 14)  # longer than the series
    assert join_steps(x, 1) is x


def test_patches_are_counted_and_shared_out():
    lengths = torch.tensor([1, 2, 3, 4, 5])
    assert count_patches(lengths, 2).tolist() == [1, 1, 2, 2, 3]
    assert count_patches(lengths, 9).tolist() == [1] * 5
    values = torch.tensor([[0.25, 0.75]])
    assert repeat_patches(values, 3, 5).tolist() == [[0.25] * 3 + [0.75] * 2]
    # 0.25 / 2 twice; 0.75 on one real step, then padding
    shared = share_weights(values, 2, torch.tensor([3]), 4)
    assert shared.tolist() == [[0.125, 0.125, 0.75, 0.0]]


def test_an_embedder_joins_what_is_real():
    options = {"dropout": torch.nn.Identity(), "generator": torch.Generator()}
    embedder = Embedder(n_features=1, patch_length=2, **options)
    batch = Batch(
        torch.tensor([[[1.0], [2.0], [3.0]], [[4.0], [NAN], [NAN]]]),
        torch.tensor([3, 1]),
    )
    assert embedder(batch).tolist() == [[[1, 2], [3, 0]], [[4, 0], [0, 0]]]
    assert embedder.count_steps(batch.lengths).tolist() == [2, 1]
    assert embedder.n_units == 2
    branch = Branch(3, n_features=1, patch_length=2, **options).eval()
    assert torch.equal(branch(batch.take(torch.tensor([1]))), branch(batch)[1:])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_features": 1, "patch_length": 0}, "at least 1, got 0"),
        ({"n_tokens": 9, "patch_length": 2}, "patch_length=2 for tokens"),
    ],
)
def test_patches_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Embedder(dropout=None, generator=torch.Generator(), **options)


def test_numbers_of_a_patch_are_rounded_nowhere():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 11, 2)))
    assert torch.equal(split(join_steps(x, 4), 4)[:, :11], x)
