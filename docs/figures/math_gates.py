"""What the gates of a trained LSTM do while it reads one sequence."""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import expit

from sklearn_rnn import RNNRegressor
from sklearn_rnn.datasets import make_adding_problem
from sklearn_rnn.inspection._axes import AROUND_ZERO, COLORS, FROM_ZERO

N_UNITS = 6


def run_lstm(cell, x):
    """Return the gates i, f, o and the cell state c of every unit at every step."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    w_ih, w_hh, b_ih, b_hh = (
        getattr(cell, name).detach().double().numpy() for name in names
    )
    h = c = np.zeros(w_hh.shape[1])
    kept = []
    for step in x:
        i, f, g, o = np.split(w_ih @ step + b_ih + w_hh @ h + b_hh, 4)
        i, f, g, o = expit(i), expit(f), np.tanh(g), expit(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((i, f, o, c))
    return map(np.transpose, map(np.array, zip(*kept, strict=True)))


X, y = make_adding_problem(600, 20, random_state=0)
model = RNNRegressor(
    N_UNITS,
    bidirectional=False,
    pooling="last",
    lr=0.02,
    max_epochs=30,
    random_state=0,
)
model.fit(X[:500], y[:500])
print("R²:", round(model.score(X[500:], y[500:]), 3))

row = 507
numbers, markers = X[row].T
standardized = (X[row] - model.input_mean_) / model.input_scale_
cell = model.net_.module_.encoder.layers[0].forward_cell
i, f, o, c = run_lstm(cell, standardized)

fig, axes = plt.subplots(
    4, 1, figsize=(7.5, 6.6), height_ratios=[1, 1, 1, 1], layout="constrained"
)
steps = np.arange(1, len(numbers) + 1)
colors = [COLORS[1] if marked else "0.75" for marked in markers]
bars = axes[0].bar(steps, numbers, color=colors, width=0.8)
for k in np.flatnonzero(markers):
    axes[0].text(steps[k], numbers[k] + 0.05, f"{numbers[k]:.2f}", ha="center")
predicted = model.predict(X[[row]])[0]
axes[0].set(
    title=f"Input: add the marked numbers ({y[row]:.2f}; predicted {predicted:.2f})",
    ylabel="number",
    ylim=(0, 1.35),
    xlim=(0.5, len(numbers) + 0.5),
)

panels = {
    "Input gate $i_t$": (i, FROM_ZERO, 0.0, 1.0),
    "Forget gate $f_t$": (f, FROM_ZERO, 0.0, 1.0),
    "Cell state $c_t$": (c, AROUND_ZERO, -np.abs(c).max(), np.abs(c).max()),
}
for ax, (title, (values, cmap, low, high)) in zip(
    axes[1:], panels.items(), strict=True
):
    extent = (0.5, len(numbers) + 0.5, N_UNITS + 0.5, 0.5)
    image = ax.imshow(
        values, cmap=cmap, vmin=low, vmax=high, aspect="auto", extent=extent
    )
    for k in np.flatnonzero(markers):
        ax.axvline(steps[k], color=COLORS[1], lw=1.2, ls="--")
    ax.set(title=title, ylabel="unit", yticks=range(1, N_UNITS + 1))
    fig.colorbar(image, ax=ax, aspect=8, pad=0.01)
for ax in axes:
    ax.set_xticks(range(1, len(numbers) + 1))
axes[-1].set_xlabel("step $t$")
plt.show()
