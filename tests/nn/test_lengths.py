import torch
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.nn import length_mask, reverse_within_length
from sklearn_rnn.nn._lengths import SwapRows


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


def random_numbers(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


LENGTHS = torch.tensor([3, 5, 1, 4])


def assert_can_be_derived_twice(function, x):
    grad = random_numbers(*x.shape, seed=2).double().requires_grad_()
    assert torch.autograd.gradcheck(function, (x,))
    assert torch.autograd.gradgradcheck(function, (x,), (grad,))


def test_swapping_rows_can_be_derived_twice():
    table = random_numbers(5, 2).double().requires_grad_()
    rows = torch.tensor([3, 1, 4, 0, 2])

    def swap(table):
        return SwapRows.apply(table, rows)

    assert_can_be_derived_twice(swap, table)


def test_the_gradient_of_a_reversal_is_the_numerical_one():
    x = random_numbers(4, 6, 2).double().requires_grad_()

    def reverse(x):
        return reverse_within_length(x, LENGTHS)

    assert_can_be_derived_twice(reverse, x)


def test_a_reversal_does_not_depend_on_the_order_in_memory():
    x = random_numbers(4, 6, 2)
    results = [
        reverse_within_length(memory, LENGTHS)
        for memory in (x, x.transpose(0, 1).contiguous().transpose(0, 1))
    ]
    assert torch.equal(*results)
    assert results[0].stride() == results[1].stride() == (2, 8, 1)
