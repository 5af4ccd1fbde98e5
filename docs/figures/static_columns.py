"""Average precision of models that read a text, a table, or both."""

import json
import statistics
from pathlib import Path

import matplotlib.pyplot as plt

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/static_columns.json"
models = json.loads(RESULTS.read_text(encoding="utf-8"))["models"]
scores = {
    name: [run["average_precision"] for run in runs] for name, runs in models.items()
}
names = sorted(scores, key=lambda name: statistics.mean(scores[name]))

figure, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
for place, name in enumerate(names):
    color = COLORS[0] if name.startswith("net") else "#bbbbbb"
    ax.barh(place, statistics.mean(scores[name]), color=color, height=0.6)
    ax.plot(scores[name], [place] * len(scores[name]), "o", color="black", ms=3)
ax.set_yticks(range(len(names)), names)
ax.set(xlabel="average precision", xlim=(0, 1))
plt.show()
