"""
Classify series of unequal length
=================================

Utterances end when they end. Most libraries want them in one array all the same, and
so they are filled up with zeros, or cut to the shortest. Here they stay as they are,
in a plain list, and go through a grid search like that; then the two ways around are
tried as well, to see what they cost.
"""

# %%
# The data: utterances of 7 to 29 steps by nine speakers. At each step there are
# twelve features, and each of them rings: a filter of second order, struck by noise at
# every step. A speaker is known by the twelve pitches, and hits them a little
# differently each time.

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import lfilter
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sklearn_rnn import RNNClassifier

MAX_EPOCHS = 25
N_SPEAKERS, N_FEATURES = 9, 12
SHORTEST, LONGEST = 7, 29  # steps
RADIUS = 0.95  # of the poles: how long a feature goes on ringing

rng = np.random.default_rng(0)
pitches = rng.normal(0.15, 0.1, size=(N_SPEAKERS, N_FEATURES))  # cycles per step


def draw_utterances(n_each):
    """Draw utterances of unequal length, as a list, and who spoke them."""
    utterances, speakers = [], np.repeat(np.arange(N_SPEAKERS), n_each)
    for speaker in speakers:
        noise = rng.normal(size=(rng.integers(SHORTEST, LONGEST + 1), N_FEATURES))
        angles = 2 * np.pi * (pitches[speaker] + rng.normal(0, 0.02))
        rings = [
            lfilter([1.0], [1.0, -2 * RADIUS * np.cos(angle), RADIUS**2], column)
            for angle, column in zip(angles, noise.T, strict=True)
        ]
        utterances.append(np.column_stack(rings))  # (n_timesteps, n_features)
    return utterances, speakers


train, speakers = draw_utterances(40)
test, true_speakers = draw_utterances(100)
print(f"{len(train)} utterances to learn from, of shapes {train[0].shape},")
print(f"{train[1].shape}, {train[2].shape} and so on, and {len(test)} for the test")

# %%
# A list of arrays is all that the estimator wants to have, and a grid search splits a
# list as it splits an array. It asks which pooling is best: to go by the state after
# the last step, or by the largest value that each unit had at any step.

model = RNNClassifier(
    32,
    cell="gru",
    bidirectional=False,
    dropout=0.3,
    lr=0.01,
    lr_schedule="cosine",
    batch_size=32,
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    random_state=0,
)
search = GridSearchCV(model, {"pooling": ["last", "max"]}, cv=3)
search.fit(train, speakers)
print("best:", search.best_params_)

# %%
# The same search of the same data in three other forms: in an array filled up with
# NaN, which the estimator reads as padding; in an array filled up with zeros, which
# cannot be told from data; and cut to seven steps.


def pad(utterances, value, n_timesteps=LONGEST):
    """Put utterances into one array, filled up at the end with a value."""
    padded = np.full((len(utterances), n_timesteps, N_FEATURES), value)
    for row, utterance in zip(padded, utterances, strict=True):
        row[: len(utterance)] = utterance
    return padded


forms = {
    "NaN": lambda utterances: pad(utterances, np.nan),
    "zeros": lambda utterances: pad(utterances, 0.0),
    "cut": lambda utterances: [utterance[:SHORTEST] for utterance in utterances],
}
searches, tests = {"list": search}, {"list": test}
for name, form in forms.items():
    searches[name] = clone(search).fit(form(train), speakers)
    tests[name] = form(test)
predictions = {name: fitted.predict(tests[name]) for name, fitted in searches.items()}
right = {name: predicted == true_speakers for name, predicted in predictions.items()}
print("recognised in the search: last    max   in the test")
for name, fitted in searches.items():
    last, largest = fitted.cv_results_["mean_test_score"]
    print(f"{name:>24}: {last:.1%}  {largest:.1%}  {right[name].mean():.1%}")

# %%
# NaN gives the same as the list, to the last bit. Zeros are read as data: their number
# matters.

by_list, by_nan = (
    searches[name].predict_proba(tests[name]) for name in ["list", "NaN"]
)
print("list and NaN: probabilities differ by at most", np.abs(by_list - by_nan).max())
more_zeros = pad(test, 0.0, LONGEST + 20)
changed = searches["zeros"].predict(more_zeros) != predictions["zeros"]
print(f"twenty more zeros: {changed.mean():.1%} of the predictions change")

# %%
# Does pooling matter, and does length?

fig, (bars, lines) = plt.subplots(
    1, 2, figsize=(8, 4), width_ratios=[2, 3], sharey=True, layout="constrained"
)
for place, name in enumerate(["list", "zeros", "cut"]):
    scores = 100 * searches[name].cv_results_["mean_test_score"]
    bars.bar(np.arange(2) + 0.27 * (place - 1), scores, width=0.25, label=name)
bars.set_xticks([0, 1], ["last", "max"])
bars.set(
    title="In the search",
    xlabel="pooling",
    ylabel="recognised (%)",
    ylim=(0, 100),
)

edges = np.array([7, 11, 15, 19, 23, 27, 30])
bins = np.digitize([len(utterance) for utterance in test], edges) - 1
for name, marker in {"list": "o", "zeros": "s", "cut": "^"}.items():
    accuracy = [100 * right[name][bins == b].mean() for b in range(len(edges) - 1)]
    lines.plot(accuracy, marker=marker, label=name)
lines.axhline(100 / N_SPEAKERS, color="grey", ls=":", label="guessing")
lines.set_xticks(
    range(len(edges) - 1),
    [f"{low} to {above - 1}" for low, above in pairwise(edges)],
    rotation=30,
)
lines.set(title="In the test, by length", xlabel="length of the utterance (steps)")
lines.legend(ncols=2)
plt.show()

# %%
# Cut to seven steps, a long utterance is recognised hardly better than a short one.
# Zeros cost much where the network reads the last step. They cost nothing where it
# reads the largest values, in data whose mean is zero; but then some predictions depend
# on the number of zeros. A list has no padding, and nothing to choose.

shares = {name: hits.mean() for name, hits in right.items()}
print(
    f"As a list {shares['list']:.1%} of the utterances are recognised, padded with "
    "zeros "
    f"{shares['zeros']:.1%}, cut to the shortest {shares['cut']:.1%}."
)
