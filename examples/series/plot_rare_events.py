"""
Find rare events with weights and thresholds
============================================

A sensor hums, and once in a hundred recordings something goes wrong: a short swing up
and down, hardly larger than the noise. A classifier that always says "fine" is right at
99 %. Two remedies are at hand: classes that weigh alike, with
``class_weight="balanced"``, and another threshold than one half, from
`TunedThresholdClassifierCV`. What does each of them do, and what do both together?
"""

# %%
# A fault swings up first, and then down. So that the swing alone does not give it
# away, three recordings in ten hold the harmless one, down first and then up.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
)
from sklearn.model_selection import TunedThresholdClassifierCV

from sklearn_rnn import RNNClassifier

MAX_EPOCHS = 20
N_STEPS, N_SWING = 40, 12


def make_recordings(n_samples, random):
    """Make noise with a swing in some rows, and tell which of them are faults."""
    X = random.normal(size=(n_samples, N_STEPS))
    faulty = random.random(n_samples) < 0.01
    harmless = random.random(n_samples) < 0.3
    swing = 1.8 * np.sin(np.linspace(0, 2 * np.pi, N_SWING + 2)[1:-1])
    for row in np.flatnonzero(faulty | harmless):
        start = random.integers(N_STEPS - N_SWING)
        X[row, start : start + N_SWING] += swing if faulty[row] else -swing
    return X, faulty


random = np.random.default_rng(0)
X, y = make_recordings(6000, random)
X_tune, y_tune = make_recordings(6000, random)
X_test, y_test = make_recordings(10_000, random)
print(f"faults: {y.sum()} to learn from, {y_tune.sum()} for the threshold, ", end="")
print(f"{y_test.sum()} to be found")

# %%
# The threshold belongs to one fitted network, whose probabilities it reads. So it is
# tuned on separate rows, with the network frozen, for the largest F1; that takes no
# further training. Weights change the training, so it is done twice: cut short, and in
# full. Nothing is held out for early stopping, which would monitor a tenth of the rows,
# with some six faults in it.

EPOCHS = [max(1, MAX_EPOCHS // 4), MAX_EPOCHS]
WEIGHTS = {"plain": None, "weighted": "balanced"}
curves, points = {}, {}
print("epochs           threshold   average                  F1")
print("                           precision  precision  recall")
for max_epochs in EPOCHS:
    for name, class_weight in WEIGHTS.items():
        network = RNNClassifier(
            16,
            cell="gru",
            batch_size=64,
            max_epochs=max_epochs,
            early_stopping=False,
            class_weight=class_weight,
            random_state=0,
        ).fit(X, y)
        tuned = TunedThresholdClassifierCV(
            FrozenEstimator(network), scoring="f1", cv="prefit", refit=False
        ).fit(X_tune, y_tune)
        probability = network.predict_proba(X_test)[:, 1]
        precision, recall, _ = precision_recall_curve(y_test, probability)
        average = average_precision_score(y_test, probability)
        curves[max_epochs, name] = recall, precision, average
        for way, model in {"one half": network, "tuned": tuned}.items():
            threshold = 0.5 if model is network else tuned.best_threshold_
            said = model.predict(X_test)
            found = recall_score(y_test, said)
            right = precision_score(y_test, said, zero_division=0)
            points[max_epochs, name, way] = found, right
            print(
                f"{max_epochs:6} {name:>9} {threshold:9.3f} {average:9.2f} "
                f"{right:10.2f} {found:7.2f} {f1_score(y_test, said):5.2f}"
            )

# %%
# The curves show what each network could do with any threshold, and the points what it
# does with one half and with the threshold tuned.

LINES = {"plain": {"color": "C0"}, "weighted": {"color": "C1", "ls": "dashed"}}
MARKERS = {"one half": "o", "tuned": "*"}
fig, axes = plt.subplots(1, 2, figsize=(7, 4.2), sharey=True, layout="constrained")
for ax, max_epochs in zip(axes, EPOCHS, strict=True):
    for name, line in LINES.items():
        recall, precision, average = curves[max_epochs, name]
        ax.plot(recall, precision, **line, label=f"{name}: {average:.2f}")
        for way, marker in MARKERS.items():
            ax.plot(
                *points[max_epochs, name, way],
                marker,
                color=line["color"],
                ms=15 if marker == "*" else 9,
                mec="black",
                clip_on=False,
                zorder=3,
            )
    ax.set(
        title=f"{max_epochs} epochs", xlabel="recall", xlim=(0, 1.02), ylim=(0, 1.02)
    )
    scores = ax.legend(
        loc="lower left", bbox_to_anchor=(0, 0.1), title="average precision"
    )
    ax.add_artist(scores)
axes[0].set_ylabel("precision")
ways = [
    Line2D([], [], marker=marker, color="white", mec="black", ms=9, label=way)
    for way, marker in MARKERS.items()
]
axes[1].legend(
    handles=ways, loc="lower left", bbox_to_anchor=(0, 0.36), title="threshold"
)
plt.show()

# %%
# Training starts from the shares of the classes, so that the plain network knows from
# the beginning that faults are rare, and ranks the recordings well after a few epochs.
# The weighted network needs more of them to rank equally well, and its probabilities
# are too high: there its threshold matters. Sixty faults determine the best threshold
# only roughly. So first train until the average precision has settled. Then choose the
# threshold by the costs of a miss and of a false alarm.

ranked = {name: curves[EPOCHS[-1], name][2] for name in LINES}
halves = {name: points[EPOCHS[-1], name, "one half"][1] for name in LINES}
print(
    f"After {EPOCHS[-1]} epochs the weights leave the average precision at "
    f"{ranked['weighted']:.2f} ({ranked['plain']:.2f} without); of their alarms "
    f"{halves['weighted']:.0%} are right, without them {halves['plain']:.0%}."
)
