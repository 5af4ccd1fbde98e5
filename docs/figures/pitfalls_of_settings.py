"""Accuracies that the programs of the page print, with each mistake and without it."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/pages.json"
# How the line begins that the program prints with the mistake, and without it.
PITFALLS = {
    "padding that is read": ("padded with 0.0: accuracy", "padded with nan: accuracy"),
    "ids read as numbers": ("auto", "tokens"),
    "the last step of two directions": ("last ", "final_state"),
    "a rate too low": ("0.0001 loss", "0.01 loss"),
    "a rate too high": ("1.0 loss", "0.01 loss"),
}

printed = json.loads(RESULTS.read_text(encoding="utf-8"))["printed"]


def accuracy(start):
    """Give the first number behind the start of a line, or of losses what follows."""
    lines = printed["pitfalls_of_settings"]
    (line,) = [one.removeprefix(start) for one in lines if one.startswith(start)]
    return float(line.split(",")[-1 if "loss" in start else 0])


places = np.arange(len(PITFALLS))
pairs = [[accuracy(start) for start in starts] for starts in PITFALLS.values()]
figure, ax = plt.subplots(figsize=(7.6, 3.2), layout="constrained")
for shift, label, color, scores in zip(
    (-0.2, 0.2),
    ("with the mistake", "without it"),
    (COLORS[1], COLORS[0]),
    np.transpose(pairs),
    strict=True,
):
    bars = ax.barh(places + shift, scores, 0.38, color=color, label=label)
    ax.bar_label(bars, fmt="%.2f", padding=3)
ax.set_yticks(places, PITFALLS)
ax.invert_yaxis()
ax.set(xlim=(0, 1.1), xlabel="accuracy on new rows")
ax.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False)
ax.spines[["top", "right"]].set_visible(False)
