"""
Recognise activities step by step
=================================

Two accelerations are measured while somebody walks, climbs stairs, runs and rests.
Climbing differs from walking in its pace only, so that no single moment tells them
apart; and from any activity to another the way leads by walking. Two networks label
every step, one by one ("softmax") and as a whole ("crf").
"""

# %%
# The data: training and test series, each of its own length. How they are made is
# known, and so is the best possible accuracy: about 98 % of all steps.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from sklearn.metrics import ConfusionMatrixDisplay

from sklearn_rnn import RNNTagger
from sklearn_rnn.datasets import make_activities
from sklearn_rnn.metrics import flat_accuracy_score

MAX_EPOCHS = 15

X, y = make_activities(160, 250, min_timesteps=150, random_state=0)
train, test = slice(0, 120), slice(120, None)
print(f"{len(X)} series of {min(map(len, X))} to {max(map(len, X))} steps")

# %%
# Two networks, the same but for their output. Beside the share of right steps, count
# how often the activity changes, and how often without walking in between, which
# never happens.


def count_changes(rows):
    """Count the changes in all series, and those that leave out walking."""
    edges = np.concatenate([np.column_stack([row[:-1], row[1:]]) for row in rows])
    changes = edges[edges[:, 0] != edges[:, 1]]
    return len(changes), np.sum((changes != "walk").all(axis=1))


outputs = ["softmax", "crf"]
predictions = {"truth": y[test]}
for output in outputs:
    tagger = RNNTagger(
        32,
        output=output,
        lr=0.02,
        batch_size=8,
        lr_schedule="cosine",
        max_epochs=MAX_EPOCHS,
        random_state=0,
    )
    predictions[output] = tagger.fit(X[train], y[train]).predict(X[test])

print(f"{'':8} {'right':>6} {'changes':>8} {'without walking':>16}")
for name, predicted in predictions.items():
    n_changes, n_leaps = count_changes(predicted)
    accuracy = flat_accuracy_score(y[test], predicted)
    print(f"{name:8} {accuracy:6.1%} {n_changes:8} {n_leaps:16}")

# %%
# The test series with the most changes: one of its accelerations on the colours of what
# was done, and below it the predictions of the networks. Then, over all series, which
# activities are confused.

COLOURS = {"rest": "#DDDDDD", "run": "#EE8866", "stairs": "#EEDD88", "walk": "#77AADD"}


def colour_steps(ax, labels, height):
    """Colour the background of each step by its activity."""
    names = list(COLOURS)
    codes = np.array([[names.index(label) for label in labels]])
    ax.imshow(
        codes,
        aspect="auto",
        cmap=ListedColormap(list(COLOURS.values())),
        vmin=0,
        vmax=len(names) - 1,
        extent=(0, len(labels), -height, height),
    )


changes = [(labels[1:] != labels[:-1]).sum() for labels in y[test]]
row = int(np.argmax(changes))
acceleration = X[test][row][:, 0]

fig = plt.figure(figsize=(7.5, 6), layout="constrained")
over_time, confusion = fig.subfigures(2, 1, height_ratios=[1, 1])
axes = over_time.subplots(3, 1, sharex=True, height_ratios=[5, 1, 1])
for ax, (name, predicted) in zip(axes, predictions.items(), strict=True):
    colour_steps(ax, predicted[row], height=4)
    ax.set(yticks=[])
    ax.set_ylabel(name, rotation="horizontal", ha="right", va="center")
axes[0].plot(np.arange(len(acceleration)) + 0.5, acceleration, color="black", lw=0.8)
axes[-1].set_xlabel("step")
chips = [Patch(color=colour, label=name) for name, colour in COLOURS.items()]
over_time.legend(handles=chips, loc="outside upper center", ncols=4, frameon=False)

for ax, output in zip(confusion.subplots(1, 2), outputs, strict=True):
    ConfusionMatrixDisplay.from_predictions(
        np.concatenate(y[test]),
        np.concatenate(predictions[output]),
        normalize="true",
        values_format=".0%",
        ax=ax,
        cmap="Blues",
        colorbar=False,
    )
    accuracy = flat_accuracy_score(y[test], predictions[output])
    ax.set_title(f"{output}: {accuracy:.1%} right")
plt.show()

# %%
# Most errors are stairs predicted as walking. The labels of the softmax flicker, and
# those of the CRF persist: it changes less often than the true activity, the softmax
# more often.

n_changes = {name: count_changes(said)[0] for name, said in predictions.items()}
shares = [flat_accuracy_score(y[test], predictions[output]) for output in outputs]
print(
    f"Softmax and CRF label {shares[0]:.1%} and {shares[1]:.1%} of the steps rightly; "
    "for "
    f"{n_changes['truth']} true changes they see {n_changes['softmax']} and "
    f"{n_changes['crf']}."
)
