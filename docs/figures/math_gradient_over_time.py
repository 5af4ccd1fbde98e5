"""How much of a gradient arrives at a step that lies k steps back."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES
from sklearn_rnn.nn import make_cell

N_SAMPLES, N_STEPS, N_FEATURES, HIDDEN_SIZE = 64, 100, 4, 32
INPUT_SCALE = 0.1  # small, so that tanh is nearly straight at first


def untrained(cell):
    """Make a cell as every fit does, in float64."""
    generator = torch.Generator().manual_seed(0)
    return make_cell(cell, N_FEATURES, HIDDEN_SIZE, generator=generator).double()


@torch.no_grad()
def elman(radius):
    """Make an Elman RNN whose recurrent weights stretch everything by one factor."""
    cell = untrained("rnn")
    cell.weight_hh_l0.mul_(radius)
    return cell


@torch.no_grad()
def lstm(forget_bias):
    """Make an LSTM that begins with this bias of its forget gates."""
    cell = untrained("lstm")
    cell.bias_ih_l0[HIDDEN_SIZE : 2 * HIDDEN_SIZE] = forget_bias
    return cell


def gradient_norms(cell):
    """Return the mean norm of the gradient of v @ h_T to x_{T-k}, for k = 0, 1, ..."""
    generator = torch.Generator().manual_seed(1)
    normal = {"generator": generator, "dtype": torch.float64}
    x = INPUT_SCALE * torch.randn(N_SAMPLES, N_STEPS, N_FEATURES, **normal)
    v = torch.randn(N_SAMPLES, HIDDEN_SIZE, **normal)
    v /= v.norm(dim=1, keepdim=True)
    outputs, _ = cell(x.requires_grad_())
    (gradient,) = torch.autograd.grad((outputs[:, -1] * v).sum(), x)
    return gradient.norm(dim=2).mean(dim=0).flip(0).numpy()


steps_back = np.arange(N_STEPS)
fig, (left, right) = plt.subplots(
    1, 2, figsize=(7.5, 3.8), sharey=True, layout="constrained"
)

for radius, color, style in zip((0.5, 0.9, 1.2), COLORS, LINE_STYLES, strict=False):
    norms = gradient_norms(elman(radius))
    label = rf"$\rho$ = {radius}"
    left.semilogy(steps_back, norms, style, color=color, lw=2, label=label)
    left.semilogy(steps_back, norms[0] * radius**steps_back, color=color, lw=0.8)
    print(f"rnn, radius {radius}: {norms[[0, 20, 99]]}")
left.set_title("Elman RNN; thin lines: $\\rho^k$")

cells = {f"LSTM, forget bias {bias}": lstm(bias) for bias in (0, 1, 2)}
cells["GRU"] = untrained("gru")
for (name, cell), color, style in zip(
    cells.items(), COLORS[3:], LINE_STYLES, strict=False
):
    norms = gradient_norms(cell)
    right.semilogy(steps_back, norms, style, color=color, lw=2, label=name)
    print(f"{name}: {norms[[0, 20, 99]]}")
right.set_title("Cells with gates")

for ax in (left, right):
    ax.set(xlabel="steps back, $k$", ylim=(1e-12, 1e9))
    ax.grid(alpha=0.3)
left.legend(loc="lower right", fontsize=9)
right.legend(loc="upper left", fontsize=9)
left.set_ylabel("norm of the gradient at $x_{T-k}$")
plt.show()
