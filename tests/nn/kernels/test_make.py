"""Cells by their names and from classes, their initial weights and what is refused."""

import pytest
import torch
from torch import nn

from sklearn_rnn.nn import CELLS, Cell, check_cell, make_cell


@pytest.mark.parametrize(("cell", "n_gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_each_gate_starts_orthogonal_and_glorot_uniform(cell, n_gates):
    module = make_cell(cell, 30, 20, generator=torch.Generator().manual_seed(0))
    recurrent = module.weight_hh_l0.detach().view(n_gates, 20, 20)
    identity = torch.eye(20).expand(n_gates, 20, 20)
    torch.testing.assert_close(recurrent @ recurrent.mT, identity, rtol=0, atol=1e-5)
    bound = (6 / (30 + 20)) ** 0.5  # Glorot and Bengio 2010, equation 16
    largest = module.weight_ih_l0.detach().view(n_gates, -1).abs().amax(dim=1)
    assert ((0.95 * bound < largest) & (largest <= bound)).all()


def test_biases_start_at_zero_but_for_the_forget_gate_of_the_lstm():
    for cell in CELLS:
        module = make_cell(cell, 3, 2, generator=torch.Generator())
        expected = [0.0] * len(module.bias_ih_l0)
        assert module.bias_hh_l0.tolist() == expected
        if cell == "lstm":
            expected = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]  # i, f, g, o
        assert module.bias_ih_l0.tolist() == expected


def test_unknown_names_are_refused_with_the_known_ones():
    generator = torch.Generator()
    with pytest.raises(ValueError, match="cell must be one of 'rnn', 'gru', 'lstm'"):
        make_cell("elman", 2, 3, generator=generator)
    with pytest.raises(ValueError, match="nonlinearity must be one of 'tanh'"):
        make_cell("rnn", 2, 3, nonlinearity="sine", generator=generator)


# -- a class of one's own --------------------------------------------------------------


class Sums(Cell):
    """Adds what it reads; everything the tests break is a method."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.read = nn.Linear(input_size, hidden_size)

    def forward(self, x, state=None):
        sums = self.read(x).cumsum(dim=1)
        if state is not None:
            sums = sums + state[0].unsqueeze(1)
        return sums, (sums[:, -1],)


def test_an_own_class_gets_its_weights_from_the_seed():
    # That the global generator stays is seen after every test.
    first, again, other = (
        make_cell(Sums, 3, 5, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    assert torch.equal(first.read.weight, again.read.weight)
    assert not torch.equal(first.read.weight, other.read.weight)


def test_a_cell_that_fits_passes():
    check_cell(Sums, 3, 5)
    check_cell("gru", 3, 5)


class OfAnotherSize(Sums):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size + 1)


class WithoutSizes(Sums):
    def __init__(self):
        super().__init__(1, 1)


class OutputsOnly(Sums):
    def forward(self, x, state=None):
        return self.read(x)


class WithAnAxisOfLayers(Sums):
    def forward(self, x, state=None):
        sums = self.read(x).cumsum(dim=1)
        return sums, (sums[:, -1].unsqueeze(0),)


class OfFloat32(Sums):
    def forward(self, x, state=None):
        outputs, state = super().forward(x, state)
        return outputs @ torch.eye(outputs.shape[2]), state


class StepsToNothing(Sums):
    def step(self, x_t, state=None):
        return x_t, state


REFUSED = [
    (None, TypeError, "cell must be one of 'rnn'.* or a class"),
    (lambda *sizes: "a", TypeError, "must build a torch.nn.Module.* type str"),
    ("elman", ValueError, "cell must be one of 'rnn', 'gru', 'lstm'; got 'elman'"),
    (WithoutSizes, ValueError, r"WithoutSizes\(3, 5\) raised TypeError"),
    (OfAnotherSize, ValueError, r"of shape \(3, 4, 5\).*a tensor of shape \(3, 4, 6\)"),
    (OutputsOnly, ValueError, r"must return \(outputs, state\).*training mode"),
    (WithAnAxisOfLayers, ValueError, r"state .* row for each of the 3 .*\(1, 3, 5\)"),
    (OfFloat32, ValueError, "evaluation mode, in float64.*raised RuntimeError"),
    (StepsToNothing, ValueError, r"of shape \(3, 5\).* \(3, 3\) in step"),
]


@pytest.mark.parametrize(("cell", "error", "message"), REFUSED)
def test_a_cell_that_does_not_fit_is_refused(cell, error, message):
    with pytest.raises(error, match=message):
        check_cell(cell, 3, 5)
