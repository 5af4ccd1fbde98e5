"""Seconds of an epoch in others for a second in ours."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/compare.json"
WORKLOADS = {
    "W6": "bidirectional LSTM,\n10 to 500 words",
    "W7": "bidirectional GRU,\n100 steps",
    "W2": "three LSTMs,\n60 steps",
    "W4": "next of 10,000 words,\n20 words",
}
PEERS = {
    "raw": "plain torch loop",
    "bucketed": "torch loop with buckets",
    "skorch": "skorch",
    "keras-tensorflow": "Keras, TensorFlow",
    "keras-jax": "Keras, JAX",
}


def seconds_per_epoch(record, name):
    few, many = record["epochs"]
    times = record["implementations"][name]
    spent = np.array(times["fit_many"]) - np.array(times["fit_few"])
    return np.median(spent / (many - few))


results = json.loads(RESULTS.read_text(encoding="utf-8"))
figure, ax = plt.subplots(figsize=(8, 3.8), layout="constrained")
places = np.arange(len(WORKLOADS))
for number, (peer, label) in enumerate(PEERS.items()):
    ratios = [
        seconds_per_epoch(results[name], peer)
        / seconds_per_epoch(results[name], "ours")
        for name in WORKLOADS
    ]
    bars = ax.bar(
        places + 0.16 * (number - 2), ratios, 0.15, color=COLORS[number], label=label
    )
    ax.bar_label(bars, fmt="%.1f", fontsize=8)
ax.hlines(1, -0.55, 3.45, color="black", linewidth=1, linestyle=":")
ax.text(3.48, 1, "ours", va="center", fontsize=9)
ax.set_xlim(-0.55, 3.75)
ax.set_xticks(places, WORKLOADS.values())
ax.set(ylabel="seconds of an epoch, ours = 1", title="Training on two cores")
ax.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False)
ax.spines[["top", "right"]].set_visible(False)
