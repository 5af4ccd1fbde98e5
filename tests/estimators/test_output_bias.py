"""Training starts from the best constant outputs, where the head finds them."""

import pytest
import torch

from sklearn_rnn.nn import HeadSum, PooledHead, Targets


def test_each_of_several_heads_starts():
    def make(n_units, **shared):
        return PooledHead(n_units, 2, **shared)

    several = HeadSum(3, heads=[make, make], generator=torch.Generator())
    counts = torch.ones(4, dtype=torch.int64)
    several.start(Targets(torch.tensor([0, 1, 1, 1]), torch.ones(4), counts))
    for head in several.heads:
        assert head.affine.bias.exp().tolist() == pytest.approx([0.25, 0.75])
