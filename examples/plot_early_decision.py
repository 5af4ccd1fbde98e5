"""
How many letters until the language is clear?
=============================================

Whoever hears a text read aloud does not wait for its end to know the language. A
network that goes from left to right need not either: after each letter it has an
answer, and the surer it is, the sooner one may stop. How much is there to save, and
what does it cost?
"""

# %%
# The data: pieces of sixty letters from the Universal Declaration of Human Rights, in
# three pairs of relatives. Every third article is kept for the test.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages
from sklearn_rnn.inspection import EarlinessDisplay
from sklearn_rnn.metrics import earliness_accuracy_curve

MAX_EPOCHS = 12
N_LETTERS = 60
LANGUAGES = ["Danish", "Swedish", "Dutch", "German", "Portuguese", "Spanish"]

bunch = load_languages()
names = bunch.target_names[np.searchsorted(np.unique(bunch.target), bunch.target)]
pieces, languages, articles = [], [], []
for text, name, article in zip(bunch.data, names, bunch.articles, strict=True):
    if name in LANGUAGES:
        for start in range(0, len(text) - N_LETTERS + 1, N_LETTERS):
            pieces.append(text[start : start + N_LETTERS])
            languages.append(name)
            articles.append(article)
is_test = np.array(articles) % 3 == 0
pieces, languages = np.array(pieces, dtype=object), np.array(languages)
train, test = pieces[~is_test], pieces[is_test]
y_train, y_test = languages[~is_test], languages[is_test]
print(f"{len(train)} pieces to learn from, {len(test)} to test on")

# %%
# ``bidirectional=False`` is what makes a network fit for this: with two directions, the
# default, half of it begins at the end. One network learns from whole pieces, the other
# from beginnings of any length as well, for it will be asked about beginnings.

whole = make_pipeline(
    TextVectorizer(analyzer="char"),
    RNNClassifier(
        48,
        cell="gru",
        bidirectional=False,
        pooling="mean",
        embedding_dim=16,
        dropout=0.3,
        early_stopping=False,
        max_epochs=MAX_EPOCHS,
        random_state=0,
    ),
)
random = np.random.default_rng(0)
cut = [piece[: random.integers(1, N_LETTERS + 1)] for piece in train]
both = clone(whole).fit([*train, *cut], np.tile(y_train, 2))
whole.fit(train, y_train)
models = {"whole pieces": whole, "beginnings too": both}
for name, model in models.items():
    print(f"learnt from {name}: {model.score(test, y_test):.1%} right at the end")

# %%
# The answers after each letter of every piece, at once. Among the Portuguese pieces
# that are known in the end, one was taken for Spanish the longest.

vectorizer, network = both
probas = network.predict_proba_over_time(vectorizer.transform(test))
column = {name: place for place, name in enumerate(network.classes_)}


def doubt(row):
    """Average how probable Spanish was, of a Portuguese piece known in the end."""
    known = probas[row][-1].argmax() == column["Portuguese"] == column[y_test[row]]
    return known * probas[row][:, column["Spanish"]].mean()


doubtful = max(range(len(test)), key=doubt)
piece = test[doubtful]

# %%
# The same live: letters come one at a time, and ``step`` reads each once. What it
# returns beside the probabilities is all that it needs to go on.

state, live = None, []
for letter in piece:
    probabilities, state = network.step(vectorizer.transform([letter]), state)
    live.append(probabilities[0])
live = np.array(live)  # (n_letters, n_classes)
print(f"{piece!r} is {network.classes_[live[-1].argmax()]}")

difference = np.abs(live - probas[doubtful]).max()
print(f"letter by letter and at once differ by at most {difference:.0e}")

# %%
# How the probabilities grow. Relatives have one colour.

fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
colors = dict(
    zip(LANGUAGES, np.repeat(["#0072B2", "#D55E00", "#009E73"], 2), strict=True)
)
for column, name in enumerate(network.classes_):
    style = "-" if LANGUAGES.index(name) % 2 else "--"
    ax.plot(100 * live[:, column], style, color=colors[name], lw=2, label=name)
letters = list(piece.replace(" ", "·"))
ax.set_xticks(range(len(letters)), letters, fontsize=8, family="monospace")
ax.set(
    xlabel="letter read (· is a space)",
    ylabel="probability (%)",
    xlim=(-0.5, N_LETTERS - 0.5),
    ylim=(0, 101),
    title="A Portuguese piece, letter by letter",
)
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %%
# Reading may stop when the largest probability reaches a threshold. Each threshold is a
# point: how much of the pieces is then read, and how often the answer is right.

fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
for name, model in models.items():
    EarlinessDisplay.from_estimator(model, test, y_test, ax=ax, name=name)
ax.set_title("Six languages: reading until the network is sure")
plt.show()

earliness, accuracy, thresholds = earliness_accuracy_curve(
    y_test, probas, classes=network.classes_
)
for threshold in (0.5, 0.8, 0.9, 0.95, 0.99):
    i = np.searchsorted(thresholds, threshold)
    print(f"until {threshold:.2f}: {earliness[i]:.0%} read, {accuracy[i]:.1%} right")

# %%
# The network that knows beginnings is right about nine pieces in ten at the end, and
# about 86 in a hundred when it stops at a probability of 0.95, after half of the
# letters. The one that learnt from whole pieces only is nearly as good at the end, and
# much worse before it: who wants early answers should train on beginnings.
