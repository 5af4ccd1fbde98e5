"""The encoder against torch's packed sequences and numerical gradients."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sklearn_rnn.nn import RecurrentEncoder, length_mask

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
    expected, _ = pad_packed_sequence(theirs(packed)[0], batch_first=True)
    outputs = ours(x, lengths).masked_fill(~mask, 0.0)
    assert outputs.dtype == dtype
    # Rounding grows from layer to layer: over 40 seeds torch's own packed modules in
    # float32 reached 5e-7 with one layer and 1.6e-6 with three.
    tolerance = 1e-10 if dtype == torch.float64 else 1e-6 * num_layers
    assert_agrees(outputs, expected, tolerance)

    (outputs * target).mean().backward()
    (expected * target).mean().backward()
    for mine, their in pairs:
        assert_agrees(mine.grad, their.grad, tolerance)


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
