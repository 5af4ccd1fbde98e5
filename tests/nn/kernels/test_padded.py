"""The state after the last real step, where sequences have different lengths."""

import pytest
import torch
from torch import nn

from sklearn_rnn.nn import Cell, make_cell
from sklearn_rnn.nn.kernels import run_cell, run_padded

LENGTHS = torch.tensor([3, 7, 1, 3, 6])


class Counter(Cell):
    """Its outputs do not tell its state: a sum, and the number of steps."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.read = nn.Linear(input_size, hidden_size)

    def forward(self, x, state=None):
        if state is None:
            state = x.new_zeros(len(x), 5), torch.zeros(len(x), dtype=torch.int64)
        total, n_steps = state
        sums = self.read(x).cumsum(dim=1) + total.unsqueeze(1)
        return sums.tanh(), (sums[:, -1], n_steps + x.shape[1])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", Counter])
@torch.no_grad()
def test_padding_does_not_count_for_the_final_state(cell, training):
    generator = torch.Generator().manual_seed(0)
    module = make_cell(cell, 4, 5, generator=generator).train(training)
    x = torch.randn(5, 9, 4, generator=generator)
    _, start = run_cell(module, torch.randn(5, 2, 4, generator=generator))
    outputs, state = run_padded(module, x, LENGTHS, start)
    assert outputs.shape == (5, 9, 5)
    for i, length in enumerate(LENGTHS):
        before = tuple(part[i : i + 1] for part in start)
        expected, last = run_cell(module, x[i : i + 1, :length], before)
        found = tuple(part[i : i + 1] for part in state)
        if training:
            torch.testing.assert_close(outputs[i, :length], expected[0])
            torch.testing.assert_close(found, last)
        else:  # the same bits
            assert torch.equal(outputs[i, :length], expected[0])
            assert all(map(torch.equal, found, last))
