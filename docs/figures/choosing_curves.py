"""Cross-validated accuracy along each setting, on letters and on spoken vowels."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/questions.json"
CELLS = ("rnn", "gru", "lstm")
SETTINGS = ("cell", "hidden_size", "num_layers", "dropout", "lr")
TASKS = {
    "languages": ("20 languages by letters", COLORS[0], "o", "-"),
    "JapaneseVowels": ("9 speakers by a vowel", COLORS[1], "s", "--"),
}


def place_of(run):
    """Put cells from simple to gated, and numbers by their size."""
    value = run["value"]
    return CELLS.index(value) if value in CELLS else value


runs = json.loads(RESULTS.read_text(encoding="utf-8"))["curves"].values()
figure, axes = plt.subplots(3, 2, figsize=(7.6, 8), layout="constrained")
*panels, below = axes.flat
for ax, setting in zip(panels, SETTINGS, strict=True):
    for task, (label, color, marker, style) in TASKS.items():
        found = [
            run for run in runs if (run["task"], run["parameter"]) == (task, setting)
        ]
        found.sort(key=place_of)
        means, spreads = np.transpose(
            [(np.mean(run["valid"]), np.std(run["valid"], ddof=1)) for run in found]
        )
        at = np.arange(len(found))
        ax.errorbar(
            at,
            means,
            spreads,
            color=color,
            marker=marker,
            ls=style,
            label=label,
            capsize=3,
        )
        ax.set_xticks(at, [str(run["value"]) for run in found])
    ax.set(title=setting, ylabel="accuracy", ylim=(0.45, 1.03))

# What the same changes cost: seconds of all folds over those of the defaults.
defaults = {
    "cell": "lstm",
    "hidden_size": 64,
    "num_layers": 1,
    "dropout": 0.0,
    "lr": 0.01,
}
changed = {
    ("cell", "rnn"): "rnn",
    ("cell", "gru"): "gru",
    ("hidden_size", 8): "8 units",
    ("hidden_size", 128): "128 units",
    ("num_layers", 2): "2 layers",
    ("num_layers", 3): "3 layers",
}
for task, (_, color, marker, _) in TASKS.items():
    seconds = {
        (run["parameter"], run["value"]): run["seconds"]
        for run in runs
        if run["task"] == task
    }
    usual = np.mean([seconds[pair] for pair in defaults.items()])
    below.plot(
        [seconds[pair] / usual for pair in changed],
        range(len(changed)),
        color=color,
        marker=marker,
        linestyle="",
    )
below.axvline(1, color="black", linewidth=1, linestyle=":")
below.set_yticks(range(len(changed)), changed.values())
below.invert_yaxis()
below.set(title="what it costs", xlabel="seconds over those of the defaults")
below.set_xlim(0, None)
for ax in axes.flat:
    ax.spines[["top", "right"]].set_visible(False)
figure.legend(
    *panels[0].get_legend_handles_labels(),
    loc="outside upper center",
    ncols=2,
    frameon=False,
    title="mean over the folds, and their standard deviation",
)
