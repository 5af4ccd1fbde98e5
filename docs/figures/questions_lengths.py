"""How far each cell remembers the first symbol of a sequence."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/questions.json"
CELLS = {
    "rnn": ("Elman RNN", "o", COLORS[1]),
    "gru": ("GRU", "s", COLORS[2]),
    "lstm": ("LSTM", "^", COLORS[0]),
}
POOLINGS = {
    "last": 'pooling="last": the state at the end',
    "max": 'pooling="max": the largest at any step',
}

runs = json.loads(RESULTS.read_text(encoding="utf-8"))["lengths"].values()
lengths = sorted({run["n_timesteps"] for run in runs})
figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.6), sharey=True, layout="constrained")
for ax, (pooling, title) in zip(axes, POOLINGS.items(), strict=True):
    for cell, (label, marker, color) in CELLS.items():
        scores = np.array(
            [
                [
                    run["score"]
                    for run in runs
                    if (run["n_timesteps"], run["cell"], run["pooling"])
                    == (length, cell, pooling)
                ]
                for length in lengths
            ]
        )  # (n_lengths, n_seeds)
        ax.plot(lengths, scores.mean(axis=1), color=color, marker=marker, label=label)
        ax.plot(lengths, scores, color=color, marker=marker, ls="", ms=4, alpha=0.4)
    ax.axhline(0.5, color="black", linewidth=1, linestyle=":")
    ax.text(lengths[0], 0.505, "guessing", va="bottom", fontsize=9)
    ax.set(xscale="log", xlabel="steps in a sequence", title=title, ylim=(0.42, 1.03))
    ax.title.set_size(11)
    ax.set_xticks(lengths, lengths)
    ax.minorticks_off()
    ax.spines[["top", "right"]].set_visible(False)
axes[1].text(
    55, 0.96, "all three, one upon the other", ha="center", va="top", fontsize=9
)
axes[0].set_ylabel("accuracy on new sequences")
figure.suptitle("Which symbol came first?")
figure.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=3,
    frameon=False,
)
