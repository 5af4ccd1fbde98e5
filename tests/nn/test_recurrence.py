"""The recurrences against torch's own modules, numerical gradients and themselves."""

import copy
import math

import pytest
import torch

from sklearn_rnn.nn import NONLINEARITIES, make_cell, reverse_within_length
from sklearn_rnn.nn._bits import COLUMNS
from sklearn_rnn.nn._lengths import SwapRows
from sklearn_rnn.nn._recurrence import (
    ElmanFunction,
    GRUFunction,
    run_cell,
)

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


def run_module(module, x):
    return module(x)[0]


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
        # For the nonlinearities that torch has not, autograd through our own loop.
        expected = outputs_and_gradients(
            run_module, copy.deepcopy(module).double(), x.double(), grad.double()
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
        x = layout(random_numbers(3, 6, 4))
        for training in (True, False):
            with torch.set_grad_enabled(training):
                outputs = run_cell(module.train(training), x)
            n_columns = outputs.stride(1)
            assert outputs.stride() == (n_columns // 3, n_columns, 1)


def weights_of(module):
    return [parameter.detach().double() for parameter in module.parameters()]


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_the_gradient_of_the_elman_function_is_the_numerical_one(nonlinearity):
    w_ih, w_hh, b_ih, b_hh = weights_of(random_cell(OURS[0], 2, 3))
    if nonlinearity == "relu":  # the biases hold the units away from the kink
        w_ih, w_hh = w_ih / 10, w_hh / 10
        b_ih = torch.tensor([3.0, -3.0, 4.0], dtype=torch.float64)
    x = random_numbers(3, 2, 2).double()
    inputs = [t.requires_grad_() for t in (x, w_ih, w_hh, b_ih, b_hh)]

    def states(*inputs):
        return ElmanFunction.apply(*inputs, nonlinearity)

    assert torch.autograd.gradcheck(states, inputs)


def test_the_gradient_of_the_gru_function_is_the_numerical_one():
    x = random_numbers(3, 2, 2).double()
    weights = weights_of(random_cell({"cell": "gru"}, 2, 3))
    inputs = [t.requires_grad_() for t in (x, *weights)]
    assert torch.autograd.gradcheck(GRUFunction.apply, inputs)


@pytest.mark.parametrize("alone", [False, True], ids=["with all others", "alone"])
@pytest.mark.parametrize("options", [OURS[0], {"cell": "gru"}], ids=name_of)
def test_the_gradient_to_the_start_is_the_numerical_one(options, alone):
    weights = weights_of(random_cell(options, 2, 3))
    inputs = [random_numbers(3, 2, 2).double(), *weights]
    inputs.append(random_numbers(2, 3, seed=3).double())
    for tensor in inputs[-1:] if alone else inputs:
        tensor.requires_grad_()

    def states(*inputs):
        if options["cell"] == "gru":
            return GRUFunction.apply(*inputs)
        return ElmanFunction.apply(*inputs[:-1], "tanh", inputs[-1])

    assert torch.autograd.gradcheck(states, inputs)


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


# Prediction


@every_cell
@pytest.mark.parametrize(
    ("hidden_size", "scale"), [(1, 1e-2), (7, 1e-6), (16, 1.0), (17, 1e-4), (24, 1e-6)]
)
@torch.no_grad()
def test_predictions_are_those_of_torch(options, hidden_size, scale, assert_agrees):
    module = random_cell(options, 4, hidden_size, scale).eval()
    x = scale * random_numbers(8, 12, 4)
    expected = run_module(copy.deepcopy(module).double(), x.double())
    for layout in MEMORY.values():
        outputs = run_cell(module, layout(x))
        assert outputs.dtype == torch.float32
        assert_agrees(outputs, expected, 1e-6)


@every_function_of_ours
@pytest.mark.parametrize("hidden_size", [1, 7, 16, 17])
@torch.no_grad()
def test_the_memory_of_a_state_is_bounded(options, hidden_size):
    x, module = random_numbers(8, 12, 4), random_cell(options, 4, hidden_size)
    n_bytes = {"training": 4 * 8 * 12 * hidden_size}  # float32
    n_bytes["evaluation"] = 4 * 8 * 12 * COLUMNS * math.ceil(hidden_size / COLUMNS)
    for mode, allowed in n_bytes.items():
        outputs = run_cell(module.train(mode == "training"), x)
        assert outputs.untyped_storage().nbytes() == allowed


@every_cell
@torch.no_grad()
def test_without_the_libraries_prediction_is_rounded_from_float64(options, monkeypatch):
    module, x = random_cell(options).eval(), random_numbers(8, 12, 4)
    expected = run_module(copy.deepcopy(module).double(), x.double()).float()
    for library in (torch.backends.mkl, torch.backends.mkldnn):
        monkeypatch.setattr(library, "is_available", lambda: False)
    assert torch.equal(run_cell(module, x), expected)
    assert {p.dtype for p in module.parameters()} == {torch.float32}


@every_cell
@pytest.mark.parametrize("hidden_size", [3, 10, 24, 50])
@torch.no_grad()
def test_a_row_gets_the_same_bits_at_any_place(options, hidden_size):
    module = random_cell(options, 9, hidden_size).eval()
    x = with_time_first(random_numbers(8, 11, 9))
    expected = run_cell(module, x)
    for n_rows in (8, 16, 40, 128, 520):
        places = torch.randint(
            8, (n_rows,), generator=torch.Generator().manual_seed(n_rows)
        )
        outputs = run_cell(module, with_time_first(x[places]))
        assert torch.equal(outputs, expected[places])


@pytest.mark.parametrize(
    ("options", "n_threads"),
    [
        *((options, 3) for options in OURS),
        ({"cell": "rnn", "nonlinearity": "sigmoid"}, 8),
        ({"cell": "gru"}, 8),
        ({"cell": "lstm"}, 8),
    ],
    ids=str,
)
@torch.no_grad()
def test_a_row_gets_the_same_bits_in_large_batches_on_many_threads(options, n_threads):
    # Beyond 32768 entries torch shares an elementwise operation among threads, and
    # where their parts meet, a sigmoid of 16 at a time becomes one of single numbers.
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        for hidden_size in (24, 40, 128, 300):
            module = random_cell(options, 9, hidden_size).eval()
            x = with_time_first(random_numbers(8, 3, 9))
            expected = run_cell(module, x)
            for n_rows in (128, 320, 520):
                places = torch.arange(n_rows) % 8
                outputs = run_cell(module, with_time_first(x[places]))
                assert torch.equal(outputs, expected[places])
    finally:
        torch.set_num_threads(n_threads_before)


# Reversal

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
    results = [reverse_within_length(layout(x), LENGTHS) for layout in MEMORY.values()]
    assert torch.equal(*results)
    assert results[0].stride() == results[1].stride() == (2, 8, 1)
