"""Convolutions against torch's own."""

import pytest
import torch
from torch.nn.functional import conv1d, layer_norm, pad

from sklearn_rnn.nn import Convolutions

LENGTHS = torch.tensor([20, 1, 6])


def make(kernel_sizes, **options):
    generator = torch.Generator().manual_seed(0)
    return Convolutions(2, kernel_sizes, generator=generator, **options)


def by_torch(layers, x):
    """Compute one whole sequence (n_timesteps, n_features), layer by layer."""
    for i, kernel in enumerate(layers.kernels):
        weight = kernel.weight.unflatten(1, (-1, x.shape[1])).transpose(1, 2)
        dilation, stride = layers.dilations[i], layers.stride if i == 0 else 1
        around = dilation * (weight.shape[2] - 1)
        padded = pad(x.t(), (around // 2, around - around // 2))
        x = conv1d(padded.unsqueeze(0), weight, stride=stride, dilation=dilation)[0].t()
        x = layer_norm(x, x.shape[1:], eps=0.1).relu()
    return x


@pytest.mark.parametrize(
    ("kernel_sizes", "options"),
    [
        ((8, 5, 3), {"dilations": [1, 2, 4]}),
        ((4,), {"stride": 3}),
        ((1, 40), {"n_filters": 5}),  # longer than any sequence
    ],
)
def test_each_sequence_is_convolved_as_by_torch(kernel_sizes, options):
    x = torch.randn(3, 20, 2, generator=torch.Generator().manual_seed(1))
    layers = make(kernel_sizes, **options)
    spoilt = x.clone()
    for row, n in zip(spoilt, LENGTHS, strict=True):
        row[n:] = torch.nan
    for mode in (True, False):
        with torch.no_grad():
            outputs, counts = layers.train(mode)(spoilt, LENGTHS)
            for i, n in enumerate(LENGTHS):
                expected = by_torch(layers, x[i, :n])
                assert counts[i] == len(expected)
                found = outputs[i, : counts[i]]
                torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
                assert not outputs[i, counts[i] :].any()


def test_gradients_do_not_see_padding():
    layers = make((3, 2)).train()
    x = torch.full((1, 5, 2), torch.nan)
    x[0, :2] = 1.0
    outputs, _ = layers(x, torch.tensor([2]))
    outputs.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in layers.parameters())


def test_small_inputs_are_not_blown_up():
    layers = make((8, 5, 3)).eval()
    x = torch.full((1, 20, 2), 1e-3)
    with torch.no_grad():
        outputs, _ = layers(x, torch.tensor([20]))
    assert outputs.max() < 0.3
