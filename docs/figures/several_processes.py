"""What an epoch costs each of the processes that share it."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/accelerate.json"
record = json.loads(RESULTS.read_text(encoding="utf-8"))

figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
for ax, (network, title) in zip(axes, record["networks"].items(), strict=True):
    found = [one for one in record["epochs"] if one["network"] == network]
    ways = [one["way"].replace(", ", ",\n") for one in found]
    seconds = [np.median(one["processor_seconds"]) for one in found]
    bars = ax.barh(ways, seconds, color=[COLORS[0], COLORS[5], COLORS[2]])
    ax.bar_label(bars, fmt="%.2f", padding=3)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.2 * max(seconds))
    ax.set(xlabel="processor seconds per process", title=title.split(",")[0])
    ax.spines[["top", "right"]].set_visible(False)
