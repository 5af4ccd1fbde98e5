import torch
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.nn import length_mask, reverse_within_length


def test_the_mask_is_true_where_a_step_is_real():
    mask = length_mask(torch.tensor([2, 1, 3]), 3)
    assert mask.tolist() == [
        [True, True, False],
        [True, False, False],
        [True, True, True],
    ]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 3))
def test_each_sequence_is_reversed_and_its_padding_left(lengths, more_padding):
    n_timesteps = max(lengths) + more_padding
    x = torch.arange(len(lengths) * n_timesteps * 2.0).view(-1, n_timesteps, 2)
    result = reverse_within_length(x, torch.tensor(lengths))
    for row, expected, length in zip(result, x, lengths, strict=True):
        assert row[:length].tolist() == expected[:length].tolist()[::-1]
        assert row[length:].tolist() == expected[length:].tolist()
    twice = reverse_within_length(result, torch.tensor(lengths))
    assert torch.equal(twice, x)
