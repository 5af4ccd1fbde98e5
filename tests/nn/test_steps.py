import torch
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.nn import every_step, length_mask, pad_steps
from sklearn_rnn.nn._steps import first_steps, sample_of_step

LENGTHS = torch.tensor([2, 1, 3])


def test_steps_agree_with_work_by_hand():
    x = torch.tensor([[1, 2, 0, 0], [3, 0, 0, 0], [4, 5, 6, 0]])
    steps = every_step(x, LENGTHS)
    assert steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert torch.equal(pad_steps(steps, LENGTHS, 4), x)
    assert first_steps(LENGTHS).tolist() == [0, 2, 3]
    assert sample_of_step(LENGTHS).tolist() == [0, 0, 1, 2, 2, 2]


@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=6),
    n_padding=st.integers(0, 3),
    shape=st.lists(st.integers(1, 3), max_size=2),
)
def test_steps_are_those_under_the_mask_in_order(lengths, n_padding, shape):
    lengths = torch.tensor(lengths)
    n_timesteps = int(lengths.max()) + n_padding
    n_numbers = len(lengths) * n_timesteps * int(torch.tensor(shape).prod())
    x = torch.arange(n_numbers).view(len(lengths), n_timesteps, *shape)
    mask = length_mask(lengths, n_timesteps)
    steps = every_step(x, lengths)
    assert torch.equal(steps, x[mask])
    back = pad_steps(steps, lengths, n_timesteps)
    assert torch.equal(back[mask], steps)
    assert (back[~mask] == 0).all()
    assert back.transpose(0, 1).is_contiguous()


def test_nan_in_the_padding_reaches_neither_steps_nor_gradient():
    x = torch.full((3, 4), torch.nan)
    x[length_mask(LENGTHS, 4)] = torch.arange(6.0)
    x.requires_grad_()
    steps = every_step(x, LENGTHS)
    steps.square().sum().backward()
    expected = pad_steps(2 * torch.arange(6.0), LENGTHS, 4)
    assert torch.equal(x.grad, expected)


def test_gradients_agree_with_differences():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 4, 2, generator=generator, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda x: pad_steps(every_step(x, LENGTHS).square(), LENGTHS, 5),
        x.requires_grad_(),
    )
