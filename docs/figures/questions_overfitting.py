"""What each setting does to the scores of rows learnt and rows held out."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/questions.json"
TITLES = {
    "rows": "rows to learn from",
    "hidden_size": "hidden_size",
    "dropout": "dropout",
    "word_dropout": "word_dropout",
    "weight_decay": "weight_decay",
}
LINES = {
    "train": ("learnt", COLORS[1], "--", "s"),
    "valid": ("new", COLORS[0], "-", "o"),
}

runs = json.loads(RESULTS.read_text(encoding="utf-8"))["overfitting"].values()
figure, axes = plt.subplots(3, 2, figsize=(7.6, 8), layout="constrained")
course, *others = axes.flat

curves = [run for run in runs if "valid_loss" in run]
for name, (label, color, style, _) in LINES.items():
    losses = np.array([run[f"{name}_loss"] for run in curves])
    epochs = np.arange(1, 1 + losses.shape[1])
    course.plot(epochs, losses.mean(axis=0), color=color, linestyle=style, label=label)
    course.fill_between(
        epochs, losses.min(axis=0), losses.max(axis=0), color=color, alpha=0.2, lw=0
    )
course.set(title="course of one fit", xlabel="epoch", ylabel="loss", ylim=(0, None))

for ax, (turned, title) in zip(others, TITLES.items(), strict=True):
    values = sorted({run["value"] for run in runs if run["turned"] == turned})
    for name, (_, color, style, marker) in LINES.items():
        scores = np.array(
            [
                [
                    run[name]
                    for run in runs
                    if (run["turned"], run["value"]) == (turned, value)
                ]
                for value in values
            ]
        )  # (n_values, n_seeds)
        at = np.arange(len(values))
        ax.plot(at, scores.mean(axis=1), color=color, linestyle=style, marker=marker)
        ax.fill_between(
            at, scores.min(axis=1), scores.max(axis=1), color=color, alpha=0.2, lw=0
        )
    ax.set_xticks(at, [f"{value:g}" for value in values])
    ax.set(title=title, ylabel="accuracy", ylim=(0.45, 1.03))
for ax in axes.flat:
    ax.spines[["top", "right"]].set_visible(False)
figure.legend(
    *course.get_legend_handles_labels(),
    loc="outside upper center",
    ncols=2,
    frameon=False,
    title="opinions in 200 sentences; shaded: lowest to highest of the seeds",
)
