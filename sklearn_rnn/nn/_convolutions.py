"""Convolutions over the steps of a sequence."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, pad, relu

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._lengths import without_padding
from sklearn_rnn.nn.kernels import predict_affine

N_FILTERS = 32

# A constant sequence, whose variance is almost zero, is not blown up: each layer makes
# small inputs at most three times as large. Inputs are standardised, and their variance
# is about 1; crossvalidated accuracy and log-loss were those of 0.001.
SMALLEST_VARIANCE = 0.1


class Convolutions(nn.Module):
    r"""Layers of dilated convolutions, each with a normalisation of its own.

    Parameters
    ----------
    n_features : int
        Number of variables of a step.
    kernel_sizes : sequence of int
        How many steps each layer looks at; a layer for each. A kernel may be longer
        than a sequence, whose ends are continued by zeros.
    dilations : sequence of int, default=None
        How far apart these steps are, for each layer; 1 if None.
    stride : int, default=1
        Every how many steps the first layer looks.
    n_filters : int, default=32
        Number of outputs of each layer.
    generator : torch.Generator
        Source of the initial weights, those of He et al. [1]_.

    Attributes
    ----------
    n_units : int
        Number of outputs of the last layer at each step.

    Notes
    -----
    With the outputs :math:`h_t` of the layer below, kernels :math:`W_1, \dots, W_k`,
    the dilation :math:`d` and the middle :math:`m = \lfloor d (k - 1) / 2 \rfloor`,

    .. math::
        a_t &= \textstyle\sum_j W_j h_{t + d (j - 1) - m} \\
        h'_t &= \max\Big(0, g \frac{a_t - \operatorname{mean}(a_t)}
                {\sqrt{\operatorname{var}(a_t) + \varepsilon}} + b\Big),

    mean and variance over the filters of the step [2]_: unlike those of a batch [3]_
    they do not depend on other samples, nor on other steps. Behind the end there are
    zeros in each layer. Kernels look to both sides, also ahead.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren and J. Sun, "Delving Deep into Rectifiers", ICCV
       2015.
    .. [2] J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", 2016,
       arXiv:1607.06450.
    .. [3] Z. Wang, W. Yan and T. Oates, "Time Series Classification from Scratch with
       Deep Neural Networks: A Strong Baseline", IJCNN 2017, has three layers of kernels
       8, 5 and 3 with those of a batch.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import Convolutions
    >>> layers = Convolutions(2, (8, 5, 3), generator=torch.Generator())
    >>> outputs, counts = layers(torch.zeros(4, 10, 2), torch.tensor([10, 3, 1, 7]))
    >>> outputs.shape
    torch.Size([4, 10, 32])
    """

    def __init__(
        self,
        n_features: int,
        kernel_sizes: Sequence[int],
        *,
        dilations: Sequence[int] | None = None,
        stride: int = 1,
        n_filters: int = N_FILTERS,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.dilations = [1] * len(kernel_sizes) if dilations is None else dilations
        self.stride, self.n_units = stride, n_filters
        self.kernels: Any = nn.ModuleList()
        self.norms: Any = nn.ModuleList()
        for size in kernel_sizes:
            n_inputs = size * n_features
            kernel = Affine(n_inputs, n_filters, bias=False, generator=generator)
            nn.init.kaiming_normal_(kernel.weight, generator=generator)
            self.kernels.append(kernel)
            self.norms.append(nn.LayerNorm(n_filters, eps=SMALLEST_VARIANCE))
            n_features = n_filters

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the outputs of the last layer.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_timesteps, n_features)
            Padded on the right; the padding is not read.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        outputs : Tensor of shape (n_samples, n_outputs, n_units)
            Zero in the padding. ``n_outputs`` is ``n_timesteps`` divided by the
            stride, rounded up.
        counts : int64 Tensor of shape (n_samples,)
            Number of real ones.
        """
        x, lengths = x.transpose(0, 1), lengths.to(x.device)
        x = without_padding(x, lengths)
        for i, (kernel, norm) in enumerate(zip(self.kernels, self.norms, strict=True)):
            stride = self.stride if i == 0 else 1
            size = kernel.in_features // x.shape[2]
            windows = _windows(x, size, self.dilations[i], stride)
            lengths = -(-lengths // stride)
            flat = windows.flatten(0, 1)  # (n_outputs * n_samples, size * n_features)
            mapped = kernel(flat) if self.training else predict_affine(kernel, flat)
            weights = norm.weight.to(mapped.dtype), norm.bias.to(mapped.dtype)
            mapped = relu(layer_norm(mapped, norm.normalized_shape, *weights, norm.eps))
            x = without_padding(mapped.unflatten(0, windows.shape[:2]), lengths)
        return x.transpose(0, 1), lengths


def _windows(x: Tensor, size: int, dilation: int, stride: int) -> Tensor:
    """Put what each window holds side by side: (n_outputs, n_samples, size * n)."""
    around, n_outputs = dilation * (size - 1), -(-len(x) // stride)
    left = around // 2
    x = pad(x, (0, 0, 0, 0, left, around - left + stride))
    end = (n_outputs - 1) * stride + 1
    starts = range(0, size * dilation, dilation)
    return torch.cat([x[start : start + end : stride] for start in starts], dim=2)
