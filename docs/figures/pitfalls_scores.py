"""Four mistakes that make a network look good where nothing can be learnt."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import (
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)

from sklearn_rnn import RNNClassifier, sliding_windows
from sklearn_rnn.inspection._axes import COLORS

HORIZON = 30

random = np.random.default_rng(0)
network = RNNClassifier(
    32,
    cell="gru",
    pooling="final_max",
    bidirectional=False,
    lr=0.02,
    max_epochs=15,
    random_state=0,
)


def scored_on_training_rows():
    """Overfit noise; return the accuracy on seen and on new rows."""
    X, y = random.normal(size=(260, 10)), np.arange(260) % 2
    model = clone(network).set_params(batch_size=8).fit(X[:60], y[:60])
    return model.score(X[:60], y[:60]), model.score(X[60:], y[60:])


def same_person_on_both_sides():
    """Split the rows of people whose classes were drawn by lot."""
    person = np.repeat(np.arange(60), 6)
    label = random.permutation(np.arange(60) % 2)[person]
    habits = random.normal(size=(60, 12))[person]
    X = habits + 0.1 * random.normal(size=habits.shape)
    by_row = StratifiedKFold(2, shuffle=True, random_state=0)
    by_person = StratifiedGroupKFold(2, shuffle=True, random_state=0)
    return (
        cross_val_score(network, X, label, cv=by_row).mean(),
        cross_val_score(network, X, label, groups=person, cv=by_person).mean(),
    )


def shuffled_in_time():
    """Split windows of random walks, whose future nobody knows."""
    reported, proper = [], []
    for _ in range(3):
        walk = random.normal(size=500).cumsum()
        X, later = sliding_windows(walk, window=5, horizon=HORIZON)
        rises = later > X[:, -1]
        model = clone(network).set_params(hidden_size=16, max_epochs=8)
        shuffled = KFold(2, shuffle=True, random_state=0)
        in_time = TimeSeriesSplit(2, gap=HORIZON - 1)
        reported.append(cross_val_score(model, X, rises, cv=shuffled).mean())
        proper.append(cross_val_score(model, X, rises, cv=in_time).mean())
    return np.mean(reported), np.mean(proper)


def chosen_before_the_split():
    """Choose five of 2,000 noisy variables, from all rows or from those of training."""
    X, y = random.normal(size=(200, 3, 2000)), np.arange(200) % 2

    def best_five(X, y):
        return SelectKBest(k=5).fit(X.mean(axis=1), y).get_support()

    model = clone(network).set_params(pooling="mean", batch_size=16, max_epochs=8)
    reported = cross_val_score(model, X[:, :, best_five(X, y)], y, cv=3).mean()
    proper = []
    for train, test in StratifiedKFold(3).split(X, y):
        chosen = best_five(X[train], y[train])
        fitted = clone(model).fit(X[train][:, :, chosen], y[train])
        proper.append(fitted.score(X[test][:, :, chosen], y[test]))
    return reported, np.mean(proper)


scores = {
    "scored on\ntraining rows": scored_on_training_rows(),
    "same person\non both sides": same_person_on_both_sides(),
    "shuffled\nin time": shuffled_in_time(),
    "variables chosen\nbefore the split": chosen_before_the_split(),
}
for name, (reported, proper) in scores.items():
    print(f"{name!r}: reported {reported:.2f}, proper {proper:.2f}")

fig, ax = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
places = np.arange(len(scores))
reported, proper = np.transpose(list(scores.values()))
ax.axvline(0.5, color="0.6", lw=1, ls="--", zorder=0)
ax.text(0.49, 3.42, "nothing to learn", color="0.35", ha="right", fontsize=10)
ax.hlines(places, proper, reported, color="0.75", lw=3, zorder=1)
ax.plot(proper, places, "o", color=COLORS[0], ms=11, label="evaluated properly")
ax.plot(reported, places, "X", color=COLORS[1], ms=12, label="reported")
for place, one, other in zip(places, reported, proper, strict=True):
    ax.text(one + 0.025, place, f"{one:.2f}", va="center", color=COLORS[1])
    ax.text(
        other,
        place - 0.32,
        f"{other:.2f}",
        ha="center",
        color=COLORS[0],
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
ax.set(
    title="The same networks, evaluated in two ways",
    xlabel="accuracy",
    xlim=(0.2, 1.1),
    ylim=(-0.7, len(scores) - 0.5),
    xticks=np.arange(0.2, 1.01, 0.1),
)
ax.set_yticks(places, labels=scores)
ax.invert_yaxis()
ax.legend(loc="lower right", fontsize=10)
plt.show()
