"""The encoder against torch's packed sequences and numerical gradients."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sklearn_rnn.nn import Cell, RecurrentEncoder, length_mask

TORCH_CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
LENGTHS = torch.tensor([3, 7, 1, 6])
# lengths, num_layers, bidirectional, dtype
SITUATIONS = {
    "mixed": ([3, 7, 1, 6], 3, True, torch.float32),
    "one way": ([3, 7, 1, 6], 3, False, torch.float64),
    "all equal": ([6, 6, 6, 6], 1, True, torch.float64),
    "all of one step": ([1, 1, 1, 1], 3, True, torch.float64),
    "strongly unequal": ([2, 40, 1, 3], 1, True, torch.float32),
    "shortest first": ([1, 3, 6, 7], 1, False, torch.float32),
    "longest first": ([7, 6, 3, 1], 3, True, torch.float64),
    "a single row": ([5], 1, True, torch.float32),
}


def torch_names(num_layers, bidirectional):
    """Pair the prefix of each cell of ours with the suffix that torch gives it."""
    for k in range(num_layers):
        yield f"layers.{k}.forward_cell", f"_l{k}"
        if bidirectional:
            yield f"layers.{k}.backward_cell", f"_l{k}_reverse"


def make_pair(cell, hidden_size, num_layers, bidirectional):
    """Make our encoder, torch's module of the same weights, and pairs of parameters."""
    generator = torch.Generator().manual_seed(0)
    options = {"num_layers": num_layers, "bidirectional": bidirectional}
    ours = RecurrentEncoder(4, hidden_size, cell=cell, generator=generator, **options)
    theirs = TORCH_CELLS[cell](
        4, hidden_size, batch_first=True, device="meta", **options
    )
    theirs.to_empty(device="cpu")  # no draw from the global generator
    pairs = []
    for prefix, suffix in torch_names(num_layers, bidirectional):
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            mine = ours.get_parameter(f"{prefix}.{kind}_l0")
            their = theirs.get_parameter(kind + suffix)
            their.data.copy_(mine.data)
            pairs.append((mine, their))
    assert len(pairs) == len(list(theirs.parameters()))
    return ours, theirs, pairs


def stack_states(state):
    """Bring states into torch's shape: parts, layers and directions, samples, units."""
    cells = [torch.stack(cell) for layer in state for cell in layer]
    return torch.stack(cells, dim=1)


def nest_states(states, bidirectional):
    """Bring states of torch's shape into ours: layers, directions, parts."""
    cells = [part.unbind() for part in states.unbind(dim=1)]
    n_directions = 1 + bidirectional
    return tuple(
        tuple(cells[i : i + n_directions]) for i in range(0, len(cells), n_directions)
    )


@pytest.mark.parametrize("cell", TORCH_CELLS)
@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_outputs_and_gradients_are_those_of_packed_sequences(
    cell, situation, assert_agrees
):
    lengths, num_layers, bidirectional, dtype = situation
    lengths = torch.tensor(lengths)
    n_samples, n_timesteps = len(lengths), int(lengths.max())
    ours, theirs, pairs = make_pair(cell, 16, num_layers, bidirectional)
    theirs.double()
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n_samples, n_timesteps, 4, generator=generator)
    target = torch.randn(n_samples, n_timesteps, ours.n_units, generator=generator)
    mask = length_mask(lengths, n_timesteps).unsqueeze(2)
    ours.to(dtype)
    exact_x, x = x.double().requires_grad_(), x.to(dtype, copy=True).requires_grad_()
    pairs.append((x, exact_x))

    packed = pack_padded_sequence(
        exact_x, lengths, batch_first=True, enforce_sorted=False
    )
    n_parts, n_cells = 1 + (cell == "lstm"), num_layers * (1 + bidirectional)
    start = torch.randn(n_parts, n_cells, n_samples, 16, generator=generator)
    exact_start = start.double().requires_grad_()
    start = start.to(dtype, copy=True).requires_grad_()
    pairs.append((start, exact_start))
    packed_outputs, after = theirs(
        packed, exact_start.unbind() if cell == "lstm" else exact_start[0]
    )
    expected, _ = pad_packed_sequence(packed_outputs, batch_first=True)
    encoded = ours(x, lengths, nest_states(start, bidirectional), final=True)
    outputs = encoded.outputs.masked_fill(~mask, 0.0)
    assert outputs.dtype == dtype
    assert encoded.bidirectional == bidirectional
    # Rounding grows from layer to layer: over 40 seeds torch's own packed modules in
    # float32 reached 5e-7 with one layer and 1.6e-6 with three.
    tolerance = 1e-10 if dtype == torch.float64 else 1e-6 * num_layers
    assert_agrees(outputs, expected, tolerance)
    states = stack_states(encoded.state)
    wanted = torch.stack(after if cell == "lstm" else [after])
    assert_agrees(states, wanted, tolerance)

    ((outputs * target).mean() + states.square().mean()).backward()
    ((expected * target).mean() + wanted.square().mean()).backward()
    for mine, their in pairs:
        assert_agrees(mine.grad, their.grad, tolerance)


class Sums(Cell):
    """A cell of one's own, whose state is not among its outputs."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.read = nn.Linear(input_size, hidden_size)

    def forward(self, x, state=None):
        sums = self.read(x).cumsum(dim=1)
        if state is not None:
            sums = sums + state[0].unsqueeze(1)
        return sums.tanh(), (sums[:, -1],)


EVERY_CELL = [*TORCH_CELLS, Sums]


def make_encoder(cell, **options):
    generator = torch.Generator().manual_seed(0)
    return RecurrentEncoder(
        4, 5, cell=cell, num_layers=2, generator=generator, **options
    )


X = torch.randn(4, 7, 4, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("cell", EVERY_CELL)
def test_two_halves_are_encoded_as_the_whole(cell):
    encoder = make_encoder(cell).double()
    x = X.double().requires_grad_()
    whole = encoder(x, LENGTHS, final=True)
    cuts = torch.tensor([1, 4, 1, 2])  # the third sequence ends before its second half
    rest = (LENGTHS - cuts).clamp(min=1)
    first = encoder(x[:, :5], cuts, final=True)
    steps = torch.arange(5).unsqueeze(0) + cuts.unsqueeze(1)
    second = x[torch.arange(4).unsqueeze(1), steps.clamp(max=6)]
    second = encoder(second, rest, first.state, final=True)
    outputs, gradients = [], []
    for i in (0, 1, 3):
        begin, end = int(cuts[i]), int(LENGTHS[i])
        found = second.outputs[i, : end - begin]
        torch.testing.assert_close(found, whole.outputs[i, begin:end])
        for layer, expected in zip(second.state, whole.state, strict=True):
            for part, wanted in zip(layer[0], expected[0], strict=True):
                torch.testing.assert_close(part[i], wanted[i])
        outputs.append((found[-1], whole.outputs[i, end - 1]))
    for ends in zip(*outputs, strict=True):
        loss = torch.stack(ends).square().sum()
        gradients.append(torch.autograd.grad(loss, x, retain_graph=True)[0])
    torch.testing.assert_close(*gradients)


def test_states_are_returned_only_where_they_are_asked_for():
    assert make_encoder("gru")(X, LENGTHS).state is None


@pytest.mark.parametrize("cell", EVERY_CELL)
def test_the_gradient_through_the_states_is_the_numerical_one(cell):
    encoder = make_encoder(cell, bidirectional=True).double()
    x = X[:, :3].double().requires_grad_()
    lengths = torch.tensor([2, 3, 1, 2])
    state = encoder(x.detach(), lengths, final=True).state
    start = [part for layer in state for half in layer for part in half]
    start = [(part / 2).detach().requires_grad_() for part in start]
    n_parts = len(start) // 4

    def run(x, *start):
        halves = [start[i : i + n_parts] for i in range(0, len(start), n_parts)]
        encoded = encoder(x, lengths, (halves[:2], halves[2:]), final=True)
        return stack_states(encoded.state)

    assert torch.autograd.gradcheck(run, (x, *start))


@pytest.mark.parametrize("cell", EVERY_CELL)
def test_steps_go_on_from_any_state(cell):
    encoder = make_encoder(cell).eval()
    lengths = torch.tensor([3, 3, 3, 3])
    with torch.no_grad():
        expected = encoder(X, lengths + 4).outputs
        state = encoder(X[:, :3], lengths, final=True).state
    for t in range(3, 7):
        output, state = encoder.step(X[:, t], state)
        torch.testing.assert_close(output, expected[:, t], rtol=1e-5, atol=1e-6)
    output, _ = encoder.step(X[:, 0])
    torch.testing.assert_close(output, expected[:, 0], rtol=1e-5, atol=1e-6)


class WithoutStep(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.read = nn.Linear(input_size, hidden_size)


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"cell": "gru", "bidirectional": True}, "set bidirectional=False"),
        ({"cell": WithoutStep}, "cell=WithoutStep, which has no method step; add step"),
    ],
)
def test_an_encoder_says_why_it_cannot_step(params, reason):
    encoder = make_encoder(**params)
    assert reason in encoder.why_no_step()
    with pytest.raises(ValueError, match=reason):
        encoder.step(X[:, 0])
    assert make_encoder("gru").why_no_step() is None


def test_dropout_lies_between_the_layers_only():
    class Recorder(nn.Module):
        n_calls = 0

        def forward(self, x):
            self.n_calls += 1
            return x

    for num_layers in (1, 2, 3):
        recorder = Recorder()
        encoder = RecurrentEncoder(
            2,
            3,
            num_layers=num_layers,
            dropout=recorder,
            generator=torch.Generator(),
        )
        encoder(torch.zeros(4, 7, 2), LENGTHS)
        assert recorder.n_calls == num_layers - 1


def test_no_layers_are_refused():
    with pytest.raises(ValueError, match="num_layers must be at least 1, got 0"):
        RecurrentEncoder(2, 3, num_layers=0, generator=torch.Generator())
