"""How far each candidate stayed behind the best of its task, over ten tasks."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results/defaults.json"
BEGINNING = {"pooling": "last", "bidirectional": False}
CANDIDATES = {
    "one direction, last": {},
    "two directions, last": {"bidirectional": True},
    "two directions, mean": {"bidirectional": True, "pooling": "mean"},
    "two directions, attention": {"bidirectional": True, "pooling": "attention"},
    "one direction, max": {"pooling": "max"},
    "two directions, max": {"bidirectional": True, "pooling": "max"},
    "... and cosine: the default": {
        "bidirectional": True,
        "pooling": "max",
        "lr_schedule": "cosine",
    },
    "... and GRU": {
        "bidirectional": True,
        "pooling": "max",
        "lr_schedule": "cosine",
        "cell": "gru",
    },
    "... and GRU of 128": {
        "bidirectional": True,
        "pooling": "max",
        "lr_schedule": "cosine",
        "cell": "gru",
        "hidden_size": 128,
        "embedding_dim": 128,
    },
}

scores = json.loads(RESULTS.read_text(encoding="utf-8"))["scores"]
settings = [json.loads(name) for name in scores]
means = np.array(
    [
        [np.mean([fit["score"] for fit in fits]) for fits in by_task.values()]
        for by_task in scores.values()
    ]
)  # (n_candidates, n_tasks)
regrets = means.max(axis=0) - means
(beginning,) = [
    one
    for one in settings
    if one["pooling"] == "last"
    and one["hidden_size"] == 64
    and not one["bidirectional"]
]
rows = [settings.index(beginning | change) for change in CANDIDATES.values()]

figure, ax = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
at = np.arange(len(rows))
ax.hlines(at, 0, regrets[rows].max(axis=1), color="#cccccc", linewidth=2)
for place, row in zip(at, rows, strict=True):
    ax.scatter(
        regrets[row], np.full(len(regrets[row]), place), s=14, color="#888888", zorder=2
    )
ax.scatter(regrets[rows].mean(axis=1), at, s=70, color=COLORS[1], zorder=3)
ax.scatter([], [], s=14, color="#888888", label="one task, three seeds")
ax.scatter([], [], s=70, color=COLORS[1], label="mean of ten tasks")
ax.set_yticks(at, CANDIDATES)
ax.invert_yaxis()
ax.set(xlabel="regret: score behind the best candidate", title="Smaller is better")
ax.legend(loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
