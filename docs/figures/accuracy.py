"""What the network reaches on official splits, beside a linear model."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/accuracy.json"
problems = json.loads(RESULTS.read_text(encoding="utf-8"))

figure, ax = plt.subplots(figsize=(7.6, 3.4), layout="constrained")
ours = [np.median([run["score"] for run in one["ours"]]) for one in problems.values()]
order = np.argsort(ours)
names = np.array(list(problems))[order]
linear = np.array([one["linear"]["score"] for one in problems.values()])[order]
ours = np.array(ours)[order]
ax.hlines(names, linear, ours, color="#b0b0b0", linewidth=1)
ax.plot(ours, names, "o", color=COLORS[0], label="network, median of five seeds")
ax.plot(linear, names, "D", color=COLORS[1], label="linear model")
ax.set(xlabel="accuracy; of the tweets Pearson's r", title="On official splits")
ax.legend(loc="lower right", frameon=False)
ax.spines[["top", "right"]].set_visible(False)
