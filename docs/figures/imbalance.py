"""Precision, recall and F1 over the threshold, where one row in ten is positive."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import precision_recall_curve

from sklearn_rnn import RNNClassifier
from sklearn_rnn.inspection._axes import COLORS

random = np.random.default_rng(0)


def draw_rows(n_rows):
    y = np.arange(n_rows) % 10 == 0
    return random.normal(size=(n_rows, 8)) + 0.5 * y[:, np.newaxis], y


settings = {"hidden_size": 8, "max_epochs": 5, "standardize": False, "random_state": 0}
X, y = draw_rows(600)
X_new, y_new = draw_rows(6000)
figure, axes = plt.subplots(
    1, 2, figsize=(8, 3.2), sharex=True, sharey=True, layout="constrained"
)
for ax, weight, title in [
    (axes[0], None, "without weights"),
    (axes[1], "balanced", 'class_weight="balanced"'),
]:
    model = RNNClassifier(**settings, class_weight=weight).fit(X, y)
    probability = model.predict_proba(X_new)[:, 1]
    precision, recall, thresholds = precision_recall_curve(y_new, probability)
    precision, recall = precision[:-1], recall[:-1]
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    ax.plot(thresholds, recall, color=COLORS[0], label="recall")
    ax.plot(thresholds, precision, "--", color=COLORS[1], label="precision")
    ax.plot(thresholds, f1, "-.", color=COLORS[2], linewidth=2, label="F1")
    best = thresholds[f1.argmax()]
    ax.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
    ax.scatter([best], [f1.max()], color=COLORS[2], zorder=3)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="threshold")
    ax.set_title(f"{title}\nbest F1 {f1.max():.2f} at {best:.2f}", fontsize="medium")
    ax.spines[["top", "right"]].set_visible(False)
axes[1].legend(loc="upper right")
