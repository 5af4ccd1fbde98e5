"""What padding does to a network that reads it, and to two that do not."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES

RESULTS = Path(__file__).parents[2] / "benchmarks/results/questions.json"
READERS = {
    "LSTM of torch, state where the padding ends": "torch, reads its padding",
    "LSTM of torch, state where each row ends": "torch, told the lengths",
    "`RNNClassifier`, defaults": "RNNClassifier",
}

runs = json.loads(RESULTS.read_text(encoding="utf-8"))["padding"].values()
figure, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
for (reader, label), color, style in zip(
    READERS.items(), (COLORS[1], COLORS[2], COLORS[0]), LINE_STYLES, strict=False
):
    scores = [run["scores"] for run in runs if run["reader"] == reader]
    steps = [int(n_more) for n_more in scores[0]]
    medians = [np.median([score[str(n)] for score in scores]) for n in steps]
    ax.plot(steps, medians, style, marker="o", color=color, label=label)
ax.set(
    ylim=(0, 1.03),
    xlabel="further steps of padding behind the end of each row",
    ylabel="accuracy",
)
ax.legend(loc="lower left", frameon=False)
ax.spines[["top", "right"]].set_visible(False)
