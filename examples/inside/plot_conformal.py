"""
Make prediction sets and intervals with a promised coverage
===========================================================

A single prediction does not show its uncertainty. Conformal prediction lets any model
predict a *set* of languages or an *interval* of births, and promises its coverage: how
often the true value lies in it, as long as new rows are like those that calibrated it.
Here `MAPIE <https://mapie.readthedocs.io>`_ does it with a pipeline and a network of
this package, and the coverage is measured on new rows.
"""

# %%
# **Sets.** The beginnings of sentences in twelve languages with Latin letters, twenty
# characters each: short enough that Danish and Norwegian can hardly be told apart. The
# network is fitted five times, each time without a fifth of the rows, and these rows
# calibrate the sets.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer, sliding_windows
from sklearn_rnn.datasets import load_births, load_languages

try:
    from mapie.classification import CrossConformalClassifier
    from mapie.regression import SplitConformalRegressor
except ModuleNotFoundError as missing:
    raise SystemExit('This example needs more: pip install "mapie>=1.0"') from missing

MAX_EPOCHS = 12
LEVELS = np.array([0.6, 0.7, 0.8, 0.9, 0.95])

LANGUAGES = "dan nob swe spa por_PT glg cat ita ces slk hrv slv".split()
texts, languages = load_languages(return_X_y=True)
pieces = [
    (text[start : start + 20], language)
    for text, language in zip(texts, languages, strict=True)
    if language in LANGUAGES
    for start in range(0, min(len(text), 120) - 20, 20)
]
random = np.random.default_rng(0)
random.shuffle(pieces)
X, y = (np.array(column, dtype=object) for column in zip(*pieces, strict=True))
y = y.astype(str)
train, test = slice(len(X) // 2), slice(len(X) // 2, None)

guess = make_pipeline(
    TextVectorizer(analyzer="char", max_length=20),
    RNNClassifier(32, cell="gru", max_epochs=MAX_EPOCHS, random_state=0),
)
sets = CrossConformalClassifier(guess, confidence_level=LEVELS, cv=5, random_state=0)
sets.fit_conformalize(X[train], y[train])
_, members = sets.predict_set(X[test])  # (n_samples, n_languages, n_levels)

classes = sorted(LANGUAGES)
places = np.searchsorted(classes, y[test])
set_coverage = members[np.arange(len(places)), places].mean(axis=0)
set_size = members.sum(axis=1).mean(axis=0)
print("languages    promised  kept  languages in a set")
for level, kept, size in zip(LEVELS, set_coverage, set_size, strict=True):
    print(f"{level:21.2f}{kept:6.2f}{size:20.1f}")
for row in (0, 1, 2):
    found = np.array(classes)[members[row, :, -2]]
    print(f"{X[test][row]!r} is {y[test][row]}; at 90 %: {', '.join(found)}")

# %%
# **Intervals.** How many children will be born tomorrow, from the last four weeks? Six
# years train the network, and the days of a whole year say how far it errs. That may
# be the seventh year, once and for all; or always the year that has just gone by,
# looked at anew every month. The network is the same.

_, births = load_births(return_X_y=True)
X, y = sliding_windows(births, window=28)
start = 7 * 365  # of the days to be judged
network = RNNRegressor(
    32,
    bidirectional=False,
    pooling="last",
    relative_to="last",
    loss="absolute_error",
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    random_state=0,
).fit(X[: start - 365], y[: start - 365])


def predict_intervals(days, known):
    """Ask for the intervals of some days, from the errors on days that are known."""
    conformal = SplitConformalRegressor(network, confidence_level=LEVELS)
    conformal.conformalize(X[known], y[known])
    return conformal.predict_interval(X[days])[1]  # (n_days, 2, n_levels)


intervals = {
    "once": predict_intervals(slice(start, None), slice(start - 365, start)),
    "every month": np.concatenate(
        [
            predict_intervals(slice(day, day + 30), slice(day - 365, day))
            for day in range(start, len(X), 30)
        ]
    ),
}
truth = y[start:, np.newaxis]
coverage = {"sets of languages": set_coverage}
print("births         promised  kept  mean width")
for name, bounds in intervals.items():
    lower, upper = bounds[:, 0], bounds[:, 1]
    coverage[name] = np.mean((lower <= truth) & (truth <= upper), axis=0)
    width = np.mean(upper - lower, axis=0)
    for level, kept, wide in zip(LEVELS, coverage[name], width, strict=True):
        print(f"{name:15}{level:8.2f}{kept:6.2f}{wide:12.0f}")

# %%
# On the diagonal the coverage is as promised, above it higher. The coverage of the sets
# is higher: five networks vote, and each was trained on fewer rows than the promise
# assumes. Errors of one year do not calibrate the years after, in which the births
# change; with errors updated every month, the coverage is close to the diagonal again.

figure, (above, below) = plt.subplots(2, 1, figsize=(6, 8), layout="constrained")
above.plot([0.55, 1], [0.55, 1], ":", color="black", label="as promised")
STYLES = {
    "sets of languages": ("#009E73", "s-"),
    "once": ("#D55E00", "o-"),
    "every month": ("#0072B2", "^-"),
}
for name, (color, style) in STYLES.items():
    label = name if name.startswith("sets") else f"intervals, {name}"
    above.plot(LEVELS, coverage[name], style, color=color, label=label)
above.set(
    title="How often the truth lies in the set or interval",
    xlabel="promised",
    ylabel="kept, on rows unseen",
)
above.legend()

days = slice(-60, None)
for name, bounds in intervals.items():
    color, _ = STYLES[name]
    below.plot(bounds[days, 0, -2], color=color, lw=1.5)
    below.plot(bounds[days, 1, -2], color=color, lw=1.5, label=f"90 %, {name}")
below.plot(truth[days], ".", color="black", label="births")
below.set(title="The last sixty days", xlabel="day", ylabel="births per day")
figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %%
# What was learnt:

print(
    f"Of {LEVELS[-2]:.0%} promised, the sets of languages keep {set_coverage[-2]:.0%}, "
    f"intervals from the errors of one year {coverage['once'][-2]:.0%}, and from those "
    f"before each month {coverage['every month'][-2]:.0%}."
)
