"""The size of one fitted network, kept in four ways."""

import io
import pickle
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch

from sklearn_rnn import RNNRegressor, save
from sklearn_rnn.datasets import make_adding_problem
from sklearn_rnn.inspection._axes import COLORS

X, y = make_adding_problem(n_samples=100, n_timesteps=10, random_state=0)
model = RNNRegressor(max_epochs=2, random_state=0).fit(X, y)


def size_saved(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.skops"
        save(model, path)
        return path.stat().st_size


def size_of_weights(module):
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return len(file.getvalue())


sizes = {
    "weights alone, torch.save": size_of_weights(model.net_.module_),
    "save(model, path)": size_saved(model),
    "pickle of the estimator": len(pickle.dumps(model)),
    "pickle of its skorch net": len(pickle.dumps(model.net_)),
}
figure, ax = plt.subplots(figsize=(7, 2.5), layout="constrained")
colors = [COLORS[5], COLORS[0], COLORS[0], COLORS[1]]
bars = ax.barh(list(sizes), [size / 1000 for size in sizes.values()], color=colors)
ax.bar_label(bars, fmt="%.0f kB", padding=4)
ax.invert_yaxis()
ax.margins(x=0.12)
n_weights = sum(p.numel() for p in model.net_.module_.parameters())
ax.set(
    xlabel="kB", title=f"A regressor with the default settings, {n_weights:,} weights"
)
ax.spines[["top", "right", "left"]].set_visible(False)
