"""Recurrent cells against their textbook equations, written in NumPy."""

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import CELLS, NONLINEARITIES, ElmanRNN, make_cell

N_SAMPLES, N_TIMESTEPS, N_FEATURES, HIDDEN = 3, 6, 4, 5


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def elman_step(nonlinearity):
    phi = {
        "tanh": np.tanh,
        "relu": lambda a: np.maximum(a, 0),
        "sigmoid": sigmoid,
        "softplus": lambda a: np.log1p(np.exp(a)),
    }[nonlinearity]

    def step(x, h, c, W, U, b, d):
        return phi(x @ W.T + b + h @ U.T + d), c

    return step


def gru_step(x, h, c, W, U, b, d):
    in_r, in_z, in_n = np.split(x @ W.T + b, 3, axis=1)
    re_r, re_z, re_n = np.split(h @ U.T + d, 3, axis=1)
    r = sigmoid(in_r + re_r)
    z = sigmoid(in_z + re_z)
    n = np.tanh(in_n + r * re_n)
    return (1 - z) * n + z * h, c


def lstm_step(x, h, c, W, U, b, d):
    i, f, g, o = np.split(x @ W.T + b + h @ U.T + d, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


STEPS = {("rnn", phi): elman_step(phi) for phi in NONLINEARITIES}
STEPS |= {("gru", "tanh"): gru_step, ("lstm", "tanh"): lstm_step}


def run(step, x, parameters):
    h = c = np.zeros((len(x), HIDDEN))
    outputs = []
    for t in range(x.shape[1]):
        h, c = step(x[:, t], h, c, *parameters)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def random_cell(cell, nonlinearity):
    generator = torch.Generator().manual_seed(0)
    module = make_cell(
        cell, N_FEATURES, HIDDEN, generator=generator, nonlinearity=nonlinearity
    )
    for parameter in module.parameters():  # biases too
        torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    x = torch.randn(N_SAMPLES, N_TIMESTEPS, N_FEATURES, generator=generator)
    return module, x


@pytest.mark.parametrize(("cell", "nonlinearity"), STEPS)
@torch.no_grad()
def test_the_outputs_are_those_of_the_textbook(cell, nonlinearity):
    module, x = random_cell(cell, nonlinearity)
    parameters = [p.detach().double().numpy() for p in module.parameters()]
    expected = run(STEPS[cell, nonlinearity], x.double().numpy(), parameters)
    for dtype, atol in ((torch.float32, 1e-5), (torch.float64, 1e-12)):
        outputs, last = module.to(dtype)(x.to(dtype))
        np.testing.assert_allclose(outputs.numpy(), expected, rtol=0, atol=atol)
        last = last[0] if cell == "lstm" else last
        np.testing.assert_array_equal(last[0].numpy(), outputs[:, -1].numpy())


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_elman_network_agrees_with_that_of_torch(nonlinearity):
    torchs, x = random_cell("rnn", nonlinearity)
    ours = ElmanRNN(N_FEATURES, HIDDEN, nonlinearity)
    ours.load_state_dict(torchs.state_dict())
    torch.testing.assert_close(ours(x), torchs(x), rtol=0, atol=1e-6)


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
