"""What keeps the bits of a row the same in any batch."""

import copy
import math

import pytest
import torch

from sklearn_rnn.nn import CELLS, NONLINEARITIES, Affine, Cell, make_cell
from sklearn_rnn.nn.kernels import (
    _exact,
    predict_affine,
    run_cell,
    step_cell,
    whole_size,
)
from sklearn_rnn.nn.kernels._exact import COLUMNS, in_whole_groups

OURS = [{"cell": "rnn", "nonlinearity": phi} for phi in NONLINEARITIES]
OURS += [{"cell": "gru"}]


def name_of(options):
    return "-".join(options.values())


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
    return module.eval()


def random_numbers(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def with_time_first(x):
    """Keep the axes and bring the time axis first in memory."""
    return x.transpose(0, 1).contiguous().transpose(0, 1)


MEMORY = {"batch first": torch.Tensor.contiguous, "time first": with_time_first}


# -- groups ----------------------------------------------------------------------------


@pytest.mark.parametrize(("n_rows", "size"), [(1, 8), (8, 8), (15, 8), (16, 16)])
def test_a_number_of_rows_is_rounded_down_to_whole_groups(n_rows, size):
    assert whole_size(n_rows) == size


def test_a_function_sees_whole_groups_and_the_caller_its_own_rows():
    def function(x, state, nothing):
        assert x.shape == (8, 2, 3)
        assert (x[5:] == x[4]).all()
        assert (state[0][5:] == state[0][4]).all()
        assert x.stride() == (3, 24, 1)  # the time axis comes first in memory
        assert nothing is None
        return x, (state[0], (state[0] + 1,))

    x, h = random_numbers(5, 2, 3), random_numbers(5, 4)
    outputs, (same, (more,)) = in_whole_groups(function, x, (h,), None)
    assert torch.equal(outputs, x)
    assert torch.equal(same, h)
    assert torch.equal(more, h + 1)


@pytest.mark.parametrize(("n_inputs", "n_columns"), [(9, 1), (9, 5), (9, 24), (400, 3)])
@torch.no_grad()
def test_a_row_of_an_affine_map_gets_the_same_bits_at_any_place(n_inputs, n_columns):
    generator = torch.Generator().manual_seed(0)
    layer = Affine(n_inputs, n_columns, generator=generator).eval()
    x = random_numbers(13, n_inputs)
    expected = predict_affine(layer, x)
    torch.testing.assert_close(expected, layer(x))
    for n_rows in (1, 3, 40, 520):
        places = torch.arange(n_rows) % 13
        assert torch.equal(predict_affine(layer, x[places]), expected[places])


@torch.no_grad()
def test_a_row_whose_terms_cancel_to_one_output_gets_the_same_bits_in_any_batch():
    layer = Affine(128, 1, generator=torch.Generator().manual_seed(0)).eval()
    x = random_numbers(2000, 128).double()
    x[:, 0] = 0
    x[:, 0] = -layer(x)[:, 0] / layer.weight[0, 0]
    x = x.float()
    parts = [predict_affine(layer, part) for part in x.split(7)]
    assert torch.equal(predict_affine(layer, x), torch.cat(parts))


# -- cells -----------------------------------------------------------------------------


@every_cell
@pytest.mark.parametrize(
    ("hidden_size", "scale"), [(1, 1e-2), (7, 1e-6), (16, 1.0), (17, 1e-4), (24, 1e-6)]
)
@torch.no_grad()
def test_predictions_are_those_of_float64(options, hidden_size, scale, assert_agrees):
    module = random_cell(options, 4, hidden_size, scale)
    x = scale * random_numbers(8, 12, 4)
    expected = copy.deepcopy(module).double()(x.double())[0]
    for layout in MEMORY.values():
        outputs, _ = run_cell(module, layout(x))
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
        outputs, _ = run_cell(module.train(mode == "training"), x)
        assert outputs.untyped_storage().nbytes() == allowed


@every_cell
@torch.no_grad()
def test_without_the_libraries_prediction_is_rounded_from_float64(options, monkeypatch):
    module, x = random_cell(options), random_numbers(8, 12, 4)
    expected = copy.deepcopy(module).double()(x.double())[0].float()
    for library in (torch.backends.mkl, torch.backends.mkldnn):
        monkeypatch.setattr(library, "is_available", lambda: False)
    assert torch.equal(run_cell(module, x)[0], expected)
    assert {p.dtype for p in module.parameters()} == {torch.float32}


@every_cell
@pytest.mark.parametrize(
    ("input_size", "hidden_size", "n_timesteps"),
    [*((9, n, 11) for n in (3, 10, 24, 50, 128, 200)), (300, 10, 1)],
)
@torch.no_grad()
def test_a_row_gets_the_same_bits_at_any_place(
    options, input_size, hidden_size, n_timesteps
):
    module = random_cell(options, input_size, hidden_size)
    x = with_time_first(random_numbers(8, n_timesteps, input_size))
    expected, _ = run_cell(module, x)
    beginning = run_cell(module, x[:, :3])[0]  # for which no weights are turned
    assert torch.equal(beginning, expected[:, :3])
    for n_rows in (1, 2, 3, 5, 40, 520):
        places = torch.randint(
            8, (n_rows,), generator=torch.Generator().manual_seed(n_rows)
        )
        outputs, _ = run_cell(module, with_time_first(x[places]))
        assert torch.equal(outputs, expected[places])


# Of an LSTM with few units in float64 AMD's rows differ; torch adds up its products.
@pytest.mark.parametrize(
    ("options", "hidden_size"),
    [*((options, n) for options in OURS for n in (5, 16)), ({"cell": "lstm"}, 16)],
    ids=str,
)
@torch.no_grad()
def test_a_row_in_float64_gets_the_same_bits_alone_and_in_a_batch(options, hidden_size):
    # Nothing is rounded then, so that the order of each sum shows.
    module = random_cell(options, 3, hidden_size).double()
    layer = Affine(hidden_size, 2, generator=torch.Generator()).double().eval()
    x = random_numbers(37, 7, 3).double()

    def predict(rows):
        return predict_affine(layer, run_cell(module, rows)[0][:, -1])

    alone = torch.cat([predict(x[i : i + 1]) for i in range(37)])
    assert torch.equal(predict(x), alone)


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
            module = random_cell(options, 9, hidden_size)
            x = with_time_first(random_numbers(8, 3, 9))
            expected, _ = run_cell(module, x)
            for n_rows in (128, 320, 520):
                places = torch.arange(n_rows) % 8
                outputs, _ = run_cell(module, with_time_first(x[places]))
                assert torch.equal(outputs, expected[places])
    finally:
        torch.set_num_threads(n_threads_before)


@every_cell
@torch.no_grad()
def test_where_no_group_helps_prediction_is_rounded_from_float64(options, monkeypatch):
    module, x = random_cell(options), random_numbers(8, 12, 4)
    expected = copy.deepcopy(module).double()(x.double())[0].float()
    for name in ("rows_of_product", "rows_of_lstm"):
        monkeypatch.setattr(_exact, name, lambda *shape: None)
    monkeypatch.setattr(_exact, "_groups_of", _exact._groups_of.__wrapped__)
    assert torch.equal(run_cell(module, x)[0], expected)
    layer = Affine(4, 2, generator=torch.Generator()).eval()
    rounded = layer(x.flatten(0, 1).double()).float()
    assert torch.equal(predict_affine(layer, x.flatten(0, 1)), rounded)


@every_cell
@torch.no_grad()
def test_the_time_axis_of_predictions_comes_first_in_memory(options):
    module = random_cell(options)
    for layout in MEMORY.values():
        outputs, _ = run_cell(module, layout(random_numbers(3, 6, 4)))
        assert outputs.stride(1) > outputs.stride(0) > outputs.stride(2) == 1


@pytest.mark.parametrize(
    ("options", "way"),
    [
        *((options, "fast") for options in (*OURS, {"cell": "lstm"})),
        *(({"cell": cell}, "no library") for cell in CELLS),
        *(({"cell": cell}, "few entries") for cell in CELLS),
    ],
    ids=str,
)
@torch.no_grad()
def test_steps_are_those_of_the_whole(options, way, monkeypatch):
    module = random_cell(options).train()  # a step is in evaluation mode all the same
    x = random_numbers(12, 6, 4)
    expected, _ = module(x)
    if way == "no library":
        for library in (torch.backends.mkl, torch.backends.mkldnn):
            monkeypatch.setattr(library, "is_available", lambda: False)
    if way == "few entries":  # rows go in groups of eight
        monkeypatch.setattr(_exact, "ENTRIES", 256)
    state = None
    for t in range(6):
        given, before = state, copy.deepcopy(state)
        output, state = step_cell(module, x[:, t], given)
        assert given is None or all(map(torch.equal, given, before))
        torch.testing.assert_close(output, expected[:, t], rtol=1e-5, atol=1e-6)


class Thirds(Cell):
    """Divides by three, which float32 and float64 round in another way."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.ones(hidden_size) / 3)

    def forward(self, x, state=None):
        h = (x.sum(dim=2, keepdim=True) * self.factor).cumsum(dim=1)
        if state is not None:
            h = h + state[0].unsqueeze(1)
        return h, (h[:, -1], torch.full((len(x),), x.shape[1]))


@torch.no_grad()
def test_an_own_cell_predicts_in_float64_and_is_left_as_it_is():
    module = make_cell(Thirds, 4, 5, generator=torch.Generator())
    x = random_numbers(3, 6, 4)
    exact, (h, _) = copy.deepcopy(module).double()(x.double())
    outputs, state = run_cell(module.eval(), x)
    assert torch.equal(outputs, exact.float())
    assert not torch.equal(outputs, module(x)[0])
    assert torch.equal(state[0], h.float())
    assert state[1].tolist() == [6, 6, 6]  # counts stay counts
    output, state = step_cell(module, x[:, 0], None)
    assert torch.equal(output, outputs[:, 0])
    assert module.factor.dtype == torch.float32


def test_an_own_cell_in_evaluation_has_a_gradient_to_its_weights():
    module = make_cell(Thirds, 4, 5, generator=torch.Generator()).eval()
    outputs, _ = run_cell(module, random_numbers(3, 6, 4))
    outputs.sum().backward()
    assert module.factor.grad.shape == (5,)
