"""The same three sequences in a list, in a padded cube, and as token ids."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from sklearn_rnn import TextVectorizer
from sklearn_rnn.inspection._axes import COLORS

series = [
    np.array([0.3, 0.8, 0.5]),
    np.array([0.9, 0.4, 0.1, 0.2, 0.7]),
    np.array([0.6, 0.5]),
]
padded = np.full((3, 5), np.nan)
for row, one in zip(padded, series, strict=True):
    row[: len(one)] = one
texts = ["so it goes", "no , not a word", "no !"]
ids = TextVectorizer(analyzer=str.split).fit_transform(texts)


def cell(ax, row, step, text, color, **style):
    ax.add_patch(Rectangle((step, row), 0.92, 0.84, facecolor=color, **style))
    ax.text(step + 0.46, row + 0.42, text, ha="center", va="center")


def grid(ax, title, note):
    ax.set(xlim=(-0.3, 5.2), ylim=(3.9, -0.4), title=title)
    ax.text(2.45, 3.5, note, ha="center", va="center")
    ax.axis("off")


figure, axes = plt.subplots(1, 3, figsize=(8.4, 3), layout="constrained")
for row, one in enumerate(series):
    for step, value in enumerate(one):
        cell(axes[0], row, step, value, "#9ecae1")
        cell(axes[1], row, step, value, "#9ecae1")
    for step in np.flatnonzero(np.isnan(padded[row])):
        cell(axes[1], row, step, "NaN", "#e0e0e0")
    for step, token in enumerate(ids[[row]].data):
        cell(axes[2], row, step, token, "#fdd0a2")
    for step in range(ids[[row]].nnz, ids.shape[1]):
        cell(axes[2], row, step, "", "none", edgecolor="#bbbbbb", linestyle=":")
grid(axes[0], "list of arrays", "lengths 3, 5, 2")
grid(axes[1], "array, padded with NaN", f"shape {(*padded.shape, 1)}")
grid(axes[2], "token ids, sparse", f"shape {ids.shape}, {ids.nnz} stored")
axes[0].annotate(
    "steps",
    (2.4, -0.2),
    (0, -0.2),
    va="center",
    arrowprops={"arrowstyle": "->", "color": COLORS[6]},
)
