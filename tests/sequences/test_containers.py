import numpy as np
import pytest
import torch

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import from_channels_first


def test_channels_become_features_without_a_copy():
    X = np.arange(24).reshape(2, 3, 4)  # 2 samples, 3 channels, 4 steps
    turned = from_channels_first(X)
    assert turned.shape == (2, 4, 3)
    assert turned[1, 2, 0] == X[1, 0, 2]
    assert np.shares_memory(turned, X)


def test_samples_of_unequal_length_are_turned_one_by_one():
    X = [np.ones((3, 4)), np.ones((3, 2))]
    objects = np.empty(2, dtype=object)
    objects[:] = X
    for container in (X, tuple(X), objects, [torch.ones(3, 4), torch.ones(3, 2)]):
        turned = from_channels_first(container)
        assert [sample.shape for sample in turned] == [(4, 3), (2, 3)]
    assert np.shares_memory(from_channels_first(X)[0], X[0])


@pytest.mark.parametrize(
    ("X", "match"),
    [
        (np.ones((2, 3)), r"got shape \(2, 3\)"),
        (np.ones((2, 3, 4, 5)), r"got shape \(2, 3, 4, 5\)"),
        ([], r"got shape \(0,\)"),
        ([np.ones((2, 3)), np.ones(3)], r"got \(3,\) at row 1"),
    ],
    ids=["two axes", "four axes", "nothing", "one axis in a list"],
)
def test_other_numbers_of_axes_are_refused(X, match):
    with pytest.raises(SequenceError, match=match):
        from_channels_first(X)
