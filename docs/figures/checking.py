"""How many of the promises are kept, by ours and by others."""

import json
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/check_neighbours.json"
STATES = {"passed": COLORS[0], "failed": COLORS[1], "skipped": "#d0d0d0"}

estimators = json.loads(RESULTS.read_text(encoding="utf-8"))["estimators"]
names = [name.strip("`") for name in estimators]
counts = [
    Counter(status for status, _ in one["checks"].values())
    for one in estimators.values()
]

figure, ax = plt.subplots(figsize=(7.6, 2.9), layout="constrained")
left = np.zeros(len(names))
for state, color in STATES.items():
    numbers = np.array([count[state] for count in counts])
    bars = ax.barh(names, numbers, left=left, color=color, label=state)
    words = [number or "" for number in numbers]
    ax.bar_label(
        bars,
        words,
        label_type="center",
        color="black" if state == "skipped" else "white",
    )
    left += numbers
ax.invert_yaxis()
ax.set(xlabel="checks", title="check_sequence_estimator")
ax.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.22), frameon=False)
ax.spines[["top", "right", "left"]].set_visible(False)
