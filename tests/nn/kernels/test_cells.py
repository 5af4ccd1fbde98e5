"""Recurrent cells against their textbook equations, written in NumPy."""

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import NONLINEARITIES, make_cell

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
        outputs, state = module.to(dtype)(x.to(dtype))
        np.testing.assert_allclose(outputs.numpy(), expected, rtol=0, atol=atol)
        np.testing.assert_array_equal(state[0].numpy(), outputs[:, -1].numpy())


@pytest.mark.parametrize(("cell", "nonlinearity"), STEPS)
@torch.no_grad()
def test_a_cell_goes_on_from_its_state(cell, nonlinearity):
    module, x = random_cell(cell, nonlinearity)
    expected, end = module(x)
    first, middle = module(x[:, :4])
    second, last = module(x[:, 4:], middle)
    joined = torch.cat([first, second], dim=1)
    torch.testing.assert_close(joined, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(last, end, rtol=0, atol=1e-6)
    output, after = module.step(x[:, 4], middle)
    torch.testing.assert_close(output, expected[:, 4], rtol=0, atol=1e-6)
    assert len(after) == len(end) == 1 + (cell == "lstm")


@pytest.mark.parametrize(("cell", "nonlinearity"), STEPS)
def test_the_gradient_to_input_weights_and_start_is_the_numerical_one(
    cell, nonlinearity
):
    module, x = random_cell(cell, nonlinearity)
    module.double()
    if nonlinearity == "relu":  # the biases hold the units away from the kink
        with torch.no_grad():
            module.weight_ih_l0 /= 10
            module.weight_hh_l0 /= 10
            module.bias_ih_l0 += torch.tensor([3.0, -3.0, 4.0, -4.0, 5.0])
    x = x[:2, :3].double().requires_grad_()
    start = torch.randn(
        1 + (cell == "lstm"), 2, HIDDEN, generator=torch.Generator().manual_seed(2)
    )
    start = (start.double() / 4).requires_grad_()

    def run(x, start, *parameters):
        outputs, state = module(x, start.unbind())
        return outputs, *state

    assert torch.autograd.gradcheck(run, (x, start, *module.parameters()))
    assert torch.autograd.gradcheck(lambda h: run(x.detach(), h), (start,))
