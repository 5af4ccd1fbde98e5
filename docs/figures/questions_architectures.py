"""Six networks on five tasks: none is the best of all."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/questions.json"
NETWORKS = {
    "rnn": ("Elman RNN", "o", COLORS[5]),
    "gru": ("GRU", "o", COLORS[2]),
    "lstm": ("LSTM", "o", COLORS[0]),
    "feed-forward": ("feed-forward", "s", COLORS[4]),
    "convolution": ("convolution", "^", COLORS[1]),
    "self-attention": ("self-attention", "D", COLORS[3]),
}
TASKS = {
    "languages": "20 languages\nby letters",
    "SST-2": "opinions\nby words",
    "JapaneseVowels": "9 speakers\nby a vowel",
    "births": "births of\ntomorrow (R²)",
    "first of two": "which of two\nsymbols is first",
}

runs = json.loads(RESULTS.read_text(encoding="utf-8"))["architectures"].values()
figure, ax = plt.subplots(figsize=(7.6, 4), layout="constrained")
for number, (network, (label, marker, color)) in enumerate(NETWORKS.items()):
    scores = [
        [
            run["score"]
            for run in runs
            if (run["task"], run["network"]) == (task, network)
        ]
        for task in TASKS
    ]
    means = np.array([np.mean(one) for one in scores])
    reach = [
        [mean - min(one) for mean, one in zip(means, scores, strict=True)],
        [max(one) - mean for mean, one in zip(means, scores, strict=True)],
    ]
    ax.errorbar(
        np.arange(len(TASKS)) + 0.12 * (number - 2.5),
        means,
        reach,
        fmt=marker,
        color=color,
        label=label,
        markersize=7,
        elinewidth=1.5,
    )
for border in np.arange(len(TASKS) - 1) + 0.5:
    ax.axvline(border, color="#dddddd", linewidth=1, zorder=0)
ax.set_xticks(range(len(TASKS)), TASKS.values())
ax.tick_params(axis="x", length=0)
ax.set(ylabel="score on new rows", title="No network is the best of every task")
ax.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside lower center", ncols=6, frameon=False, columnspacing=1)
