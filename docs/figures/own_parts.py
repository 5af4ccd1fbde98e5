"""The focal loss and its gradient over the probability of the true class."""

import matplotlib.pyplot as plt
import torch

from sklearn_rnn.inspection._axes import COLORS

figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
logit = torch.linspace(-4, 4, 200, requires_grad=True)
probability = torch.sigmoid(logit)
styles = ["-", "--", "-."]
for gamma, color, style in zip((0.0, 1.0, 2.0), COLORS, styles, strict=False):
    loss = -((1 - probability) ** gamma) * torch.log(probability)
    (slope,) = torch.autograd.grad(loss.sum(), logit, retain_graph=True)
    label = "cross-entropy" if gamma == 0 else rf"focal, $\gamma={gamma:.0f}$"
    for ax, values in zip(axes, (loss, slope.abs()), strict=True):
        x, y = probability.detach().numpy(), values.detach().numpy()
        ax.plot(x, y, style, color=color, label=label)
for ax, name in zip(axes, ("loss", "size of its gradient"), strict=True):
    ax.set(xlabel="probability of the true class", ylabel=name, ylim=(0, None))
    ax.spines[["top", "right"]].set_visible(False)
axes[0].legend()
