"""The functions of GRU and Elman RNN on the CPU, against torch and autograd."""

import copy

import pytest
import torch

from sklearn_rnn.nn import NONLINEARITIES, make_cell

OURS = [{"cell": "rnn", "nonlinearity": phi} for phi in NONLINEARITIES]
OURS += [{"cell": "gru"}]


def name_of(options):
    return "-".join(options.values())


every_cell_of_ours = pytest.mark.parametrize("options", OURS, ids=name_of)
# Nonlinearities differ in their values and slopes only; the function is one.
every_function_of_ours = pytest.mark.parametrize(
    "options", [OURS[0], OURS[-1]], ids=name_of
)
every_cell = pytest.mark.parametrize("options", [*OURS, {"cell": "lstm"}], ids=name_of)


def random_cell(options, input_size=4, hidden_size=5, scale=1.0):
    generator = torch.Generator().manual_seed(0)
    module = make_cell(
        input_size=input_size, hidden_size=hidden_size, generator=generator, **options
    )
    for bias in (module.bias_ih_l0, module.bias_hh_l0):
        torch.nn.init.normal_(bias, std=0.5 * scale, generator=generator)
    return module


def random_numbers(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def with_time_first(x):
    """Keep the axes and bring the time axis first in memory."""
    return x.transpose(0, 1).contiguous().transpose(0, 1)


def run_cell(module, x):
    return module(x)[0]


def run_torch(module, x):
    return module.run_torch(x, None)


def outputs_and_gradients(run, module, x, grad, **options):
    """Run a module; the gradients are those to the input and to each parameter."""
    x = x.detach().requires_grad_()
    outputs = run(module, x)
    wanted = (x, *module.parameters())
    return outputs, *torch.autograd.grad(outputs, wanted, grad, **options)


# Training

# n_samples, n_timesteps, input_size, hidden_size; whether training; the dtype; and the
# scale of the input and of the biases. Tiny states show a nonlinearity that is exact
# only beside 1, not beside its own value.
SITUATIONS = {
    "plain": ((3, 6, 4, 5), True, torch.float64, 1.0),
    "one step": ((3, 1, 4, 5), False, torch.float64, 1.0),
    "two steps": ((3, 2, 4, 5), True, torch.float32, 1.0),
    "one row": ((1, 6, 4, 5), False, torch.float32, 1.0),
    "one unit": ((5, 6, 4, 1), True, torch.float32, 1e-4),
    "one of each": ((1, 1, 1, 1), True, torch.float64, 1.0),
    "17 units": ((4, 9, 3, 17), False, torch.float32, 1e-6),
    "long": ((2, 40, 3, 8), True, torch.float32, 1e-2),
}
MEMORY = {"batch first": torch.Tensor.contiguous, "time first": with_time_first}


@every_cell_of_ours
@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_outputs_and_gradients_are_those_of_torch(options, situation, assert_agrees):
    shape, training, dtype, scale = situation
    n_samples, n_timesteps, input_size, hidden_size = shape
    tolerance = 1e-10 if dtype == torch.float64 else 1e-6
    module = random_cell(options, input_size, hidden_size, scale).train(training)
    x = scale * random_numbers(n_samples, n_timesteps, input_size)
    if hidden_size == 1 and scale < 1:
        # The few terms of a gradient may cancel: over 60 seeds torch's own GRU of one
        # unit in float32 reached 1.0e-5, the function here 1.3e-5.
        tolerance *= 10
    grads = [
        random_numbers(n_samples, n_timesteps, hidden_size, seed=2),
        torch.tensor(0.5).expand(n_samples, n_timesteps, hidden_size),
    ]
    assert grads[1].stride() == (0, 0, 0)
    for grad in grads:
        # For the nonlinearities that torch has not, autograd through a loop.
        expected = outputs_and_gradients(
            run_torch, copy.deepcopy(module).double(), x.double(), grad.double()
        )
        for layout in MEMORY.values():
            results = outputs_and_gradients(
                run_cell, module.to(dtype), layout(x.to(dtype)), grad.to(dtype)
            )
            for result, wanted in zip(results, expected, strict=True):
                assert result.dtype == dtype
                assert_agrees(result, wanted, tolerance)


@every_cell
def test_the_time_axis_of_the_outputs_comes_first_in_memory(options):
    module = random_cell(options)
    for layout in MEMORY.values():
        outputs = run_cell(module, layout(random_numbers(3, 6, 4)))
        assert outputs.stride() == (5, 15, 1)


@every_function_of_ours
def test_a_second_walk_over_the_same_graph_gives_the_same_gradients(options):
    module = random_cell(options)
    x, grad = random_numbers(3, 6, 4).requires_grad_(), random_numbers(3, 6, 5, seed=2)
    outputs = run_cell(module, x)
    first, second = (
        torch.autograd.grad(outputs, (x, *module.parameters()), grad, retain_graph=True)
        for _ in range(2)
    )
    assert all(map(torch.equal, first, second))
    assert torch.equal(grad, random_numbers(3, 6, 5, seed=2))  # the caller's


@every_function_of_ours
def test_the_gradients_of_two_parameters_share_no_memory(options):
    # Both biases have one gradient; clipped in place, a shared one is clipped twice.
    module = random_cell(options)
    run_cell(module, random_numbers(3, 6, 4)).sum().backward()
    grads = [parameter.grad for parameter in module.parameters()]
    assert len({grad.data_ptr() for grad in grads}) == 4


@every_function_of_ours
def test_an_input_may_need_no_gradient(options):
    module, x = random_cell(options), random_numbers(3, 6, 4)
    grad = random_numbers(3, 6, 5, seed=2)
    _, _, *expected = outputs_and_gradients(run_cell, module, x, grad)
    run_cell(module, x).backward(grad)
    assert x.grad is None
    for parameter, wanted in zip(module.parameters(), expected, strict=True):
        assert torch.equal(parameter.grad, wanted)


@every_function_of_ours
@pytest.mark.parametrize(
    "frozen",
    [
        ["weight_hh_l0"],
        ["weight_ih_l0", "bias_ih_l0"],
        ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"],
    ],
    ids=["recurrent weight", "input side", "all"],
)
def test_weights_may_be_frozen(options, frozen):
    module, x = random_cell(options), random_numbers(3, 6, 4)
    grad = random_numbers(3, 6, 5, seed=2)
    _, to_x, *expected = outputs_and_gradients(run_cell, module, x, grad)
    for name in frozen:
        module.get_parameter(name).requires_grad_(False)
    x.requires_grad_()
    run_cell(module, x).backward(grad)
    assert torch.equal(x.grad, to_x)
    for (name, parameter), wanted in zip(
        module.named_parameters(), expected, strict=True
    ):
        if name in frozen:
            assert parameter.grad is None
        else:
            assert torch.equal(parameter.grad, wanted)


def test_nothing_needs_a_gradient_where_all_is_frozen():
    module = random_cell({"cell": "gru"}).requires_grad_(False)
    assert not run_cell(module, random_numbers(3, 6, 4)).requires_grad


# The gradient of a gradient


def penalise(module, x, loss_of, to_all):
    """Go through a gradient to the input as a gradient penalty does."""
    x = x.detach().requires_grad_()
    loss = loss_of(run_cell(module, x))
    (gradient,) = torch.autograd.grad(loss, x, create_graph=True)
    penalised = loss + gradient.square().sum()
    if to_all:
        penalised.backward()
        return [x.grad, *(parameter.grad for parameter in module.parameters())]
    return torch.autograd.grad(penalised, x)


LOSSES = {"linear": torch.sum, "curved": lambda outputs: outputs.square().sum()}


@every_function_of_ours
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to the input"])
def test_double_backward_is_refused(options, loss, to_all):
    module, x = random_cell(options), random_numbers(3, 6, 4)
    with pytest.raises(RuntimeError, match="create_graph"):
        penalise(module, x, LOSSES[loss], to_all)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to the input"])
def test_double_backward_of_the_lstm_is_that_of_float64(loss, to_all, assert_agrees):
    module, x = random_cell({"cell": "lstm"}), random_numbers(3, 6, 4)
    results = penalise(module, x, LOSSES[loss], to_all)
    exact = copy.deepcopy(module).double()
    exact.zero_grad()
    for found, wanted in zip(
        results, penalise(exact, x.double(), LOSSES[loss], to_all), strict=True
    ):
        assert_agrees(found, wanted, 1e-6)
