"""The encoder against torch's packed sequences and numerical gradients."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sklearn_rnn.nn import RecurrentEncoder, length_mask

TORCH_CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
LENGTHS = torch.tensor([3, 7, 1, 6])


def torch_names(num_layers, bidirectional):
    """Pair the prefix of each cell of ours with the suffix that torch gives it."""
    for k in range(num_layers):
        yield f"layers.{k}.forward_cell", f"_l{k}"
        if bidirectional:
            yield f"layers.{k}.backward_cell", f"_l{k}_reverse"


@pytest.mark.parametrize("cell", TORCH_CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_outputs_and_gradients_are_those_of_packed_sequences(
    cell, bidirectional, num_layers
):
    generator = torch.Generator().manual_seed(0)
    options = {"num_layers": num_layers, "bidirectional": bidirectional}
    ours = RecurrentEncoder(4, 6, cell=cell, generator=generator, **options)
    theirs = TORCH_CELLS[cell](4, 6, batch_first=True, device="meta", **options)
    theirs.to_empty(device="cpu")  # no draw from the global generator
    pairs = []
    for prefix, suffix in torch_names(num_layers, bidirectional):
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            mine = ours.get_parameter(f"{prefix}.{kind}_l0")
            their = theirs.get_parameter(kind + suffix)
            their.data.copy_(mine.data)
            pairs.append((mine, their))
    x = torch.randn(4, 7, 4, generator=generator)
    target = torch.randn(4, 7, ours.n_units, generator=generator)
    mask = length_mask(LENGTHS, 7).unsqueeze(2)

    packed = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    expected, _ = pad_packed_sequence(theirs(packed)[0], batch_first=True)
    outputs = ours(x, LENGTHS).masked_fill(~mask, 0.0)
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-6)

    (outputs * target).mean().backward()
    (expected * target).mean().backward()
    assert len(pairs) == len(list(theirs.parameters()))
    for mine, their in pairs:
        torch.testing.assert_close(mine.grad, their.grad, rtol=0, atol=1e-6)


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
