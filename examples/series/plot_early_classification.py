"""
Classify a sequence before it ends
==================================

Early classification predicts the class of a sequence before its end. A network that
reads from left to right has a prediction after each letter. Reading stops as soon as
the largest probability is high enough. How many letters does this save, and how much
accuracy does it cost?
"""

# %%
# The data: pieces of sixty letters from the Universal Declaration of Human Rights, in
# three pairs of related languages. Every third article is kept for the test.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages
from sklearn_rnn.inspection import EarlyClassificationDisplay
from sklearn_rnn.metrics import early_classification_curve

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
print(f"{len(train)} training pieces, {len(test)} test pieces")

# %%
# Early classification needs ``bidirectional=False``: with two directions, the default,
# half of the network begins at the end. The first network is trained on whole pieces.
# The second one is also trained on beginnings of random length, since it will have to
# classify beginnings.

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
    print(f"trained on {name}: accuracy {model.score(test, y_test):.1%} at the end")

# %%
# ``predict_proba_over_time`` gives the probabilities after each letter of every piece.
# We pick the Portuguese piece that looked most like Spanish and was still classified
# correctly at its end.

vectorizer, network = both
probas = network.predict_proba_over_time(vectorizer.transform(test))
column = {name: place for place, name in enumerate(network.classes_)}


def doubt(row):
    """Average the probability of Spanish, for a Portuguese piece correct at its end."""
    known = probas[row][-1].argmax() == column["Portuguese"] == column[y_test[row]]
    return known * probas[row][:, column["Spanish"]].mean()


doubtful = max(range(len(test)), key=doubt)
piece = test[doubtful]

# %%
# The same by streaming: letters come one at a time, and ``step`` reads each once. It
# returns the probabilities and the state from which the next call continues.

state, live = None, []
for letter in piece:
    probabilities, state = network.step(vectorizer.transform([letter]), state)
    live.append(probabilities[0])
live = np.array(live)  # (n_letters, n_classes)
print(f"{piece!r} is {network.classes_[live[-1].argmax()]}")

difference = np.abs(live - probas[doubtful]).max()
print(f"letter by letter and at once differ by at most {difference:.0e}")

# %%
# The probabilities over the letters. Related languages have one colour.

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
# Reading stops when the largest probability reaches a threshold. Each threshold is a
# point: the mean share of the letters read, and the accuracy.

fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
for name, model in models.items():
    EarlyClassificationDisplay.from_estimator(model, test, y_test, ax=ax, name=name)
ax.set_title("Six languages: reading until the network is sure")
plt.show()

earliness, accuracy, thresholds = early_classification_curve(
    y_test, probas, classes=network.classes_
)
for threshold in (0.5, 0.8, 0.9, 0.95, 0.99):
    i = np.searchsorted(thresholds, threshold)
    share, right = earliness[i], accuracy[i]
    print(f"threshold {threshold:.2f}: {share:.0%} read, accuracy {right:.1%}")

# %%
# Trained on whole pieces only, the network is nearly as good at the end and much worse
# before it. For early classification, train on beginnings too.

at = np.searchsorted(thresholds, 0.95)
print(
    f"Stopped where it is 95 % sure, the network reads {earliness[at]:.0%} of the "
    "letters "
    f"and is right about {accuracy[at]:.0%} of the pieces, at their end about "
    f"{accuracy[-1]:.0%}."
)
