"""
Classify passages, and see which words decided
==============================================

Here are many classes and little text, and we want to see which words a prediction
depends on. The texts are paragraphs of scikit-learn's own documentation, the classes
its 14 modules. A bidirectional GRU reads the words, and attention [1]_ weighs them. Its
rival is TF-IDF with a linear model, the first thing to try on such texts.

.. [1] D. Bahdanau, K. Cho, Y. Bengio, "Neural Machine Translation by Jointly Learning
   to Align and Translate", ICLR 2015.
"""

# %%
# The data are the docstrings of public classes and functions, up to their examples,
# cut at blank lines. Links and the full names of modules would give the target away and
# are removed; so are markup and tables.

import importlib
import inspect
import re
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer

MAX_EPOCHS = 10
MIN_WORDS, MAX_WORDS = 20, 40
MODULES = [
    "cluster",
    "covariance",
    "datasets",
    "decomposition",
    "ensemble",
    "feature_selection",
    "linear_model",
    "manifold",
    "metrics",
    "model_selection",
    "neighbors",
    "preprocessing",
    "svm",
    "utils",
]
TABLE = re.compile(r"\||={4}")
AFTER_THE_TEXT = re.compile(r"\n(?:See Also|References|Examples)\n")
MARKUP = re.compile(r":\w+:|<\S+>|\S*sklearn\S*|sphx\S*|[`~*]+|[-=]{3,}")


def read_passages(docstring):
    """Give the beginning of each paragraph of a docstring that is long enough."""
    text = AFTER_THE_TEXT.split(docstring)[0]
    for paragraph in re.split(r"\n\s*\n", text):
        words = MARKUP.sub(" ", paragraph).split()
        if len(words) >= MIN_WORDS and not TABLE.search(paragraph):
            yield " ".join(words[:MAX_WORDS])


# %%
# A class and a function go with all their paragraphs to one side of the split. Parts
# of the documentation are copied from one class to its relatives: of a paragraph that
# occurs twice only the first is kept, so that none is on both sides. Copies that were
# changed a little stay, and help both models alike.

texts, modules, owners = [], [], []
for module_name in MODULES:
    module = importlib.import_module(f"sklearn.{module_name}")
    for name in sorted(module.__all__):
        try:
            owner = getattr(module, name)
        except ImportError:  # experimental, and to be enabled first
            continue
        for passage in read_passages(inspect.getdoc(owner) or ""):
            if passage not in texts:
                texts.append(passage)
                modules.append(module_name)
                owners.append(name)
texts, modules = np.array(texts, dtype=object), np.array(modules)
split = StratifiedGroupKFold(3, shuffle=True, random_state=0)
train, test = next(split.split(texts, modules, groups=owners))
print(f"{len(train)} training passages, {len(test)} test passages, such as")
for row in test[::200]:
    print(f"{modules[row]:>18}: {texts[row][:60]}")

# %%
# The two models. Words that are seen once say nothing of other passages; with
# ``min_df=2`` they are unknown words from the start.

network = make_pipeline(
    TextVectorizer(min_df=2, max_length=120),
    RNNClassifier(
        32,
        cell="gru",
        bidirectional=True,
        pooling="attention",
        embedding_dim=64,
        dropout=0.5,
        lr=0.01,
        lr_schedule="cosine",
        batch_size=32,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
    ),
)
linear = make_pipeline(
    TfidfVectorizer(sublinear_tf=True),
    LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000),
)
for name, model in {"GRU": network, "TF-IDF": linear}.items():
    model.fit(texts[train], modules[train])
    print(f"{name:>6}: {model.score(texts[test], modules[test]):.1%} right")
commonest = max(np.mean(modules[test] == name) for name in MODULES)
print(f"always the commonest module: {commonest:.1%} right")

# %%
# The words attended to. Each word of a passage has a weight, all together are one;
# here are the words with the largest sums over the passages given to each module.

vectorizer, classifier = network
probabilities = network.predict_proba(texts[test])
predictions = classifier.classes_[probabilities.argmax(axis=1)]
weights = classifier.attention_weights(vectorizer.transform(texts[test]))
words = [*map(vectorizer.build_analyzer(), texts[test])]
for name in MODULES:
    attended = Counter()
    for row in np.flatnonzero(predictions == name):
        # The table of weights is as wide as the longest passage.
        for word, weight in zip(words[row], weights[row], strict=False):
            attended[word.lower()] += weight
    print(f"{name:>18}: {', '.join(word for word, _ in attended.most_common(5))}")

# %%
# Which modules are confused?

fig, ax = plt.subplots(figsize=(8, 7.5), layout="constrained")
ConfusionMatrixDisplay.from_predictions(
    modules[test],
    predictions,
    labels=MODULES,
    ax=ax,
    cmap="Blues",
    colorbar=False,
    xticks_rotation="vertical",
)
ax.set_title("Passages by module, and what the network says")

# %%
# Two passages with a correct prediction and one with a wrong one. The background of a
# word is as dark as its weight. They have the highest probabilities of their kind, the
# second from another module than the first.


def draw_words(ax, words, weights, n_columns=80):
    """Write words in lines, each on a ground as dark as its weight."""
    line = column = 0
    for word, weight in zip(words, weights, strict=False):
        if column + len(word) > n_columns:
            line, column = line + 1, 0
        ax.text(
            column,
            -line,
            word,
            family="monospace",
            fontsize=11.5,
            color="white" if weight > 0.6 * weights.max() else "black",
            bbox={
                "facecolor": plt.cm.Blues(weight / weights.max()),
                "edgecolor": "none",
                "pad": 1.5,
            },
        )
        column += len(word) + 1
    ax.set(xlim=(0, n_columns), ylim=(-5, 1))
    ax.axis("off")


sureness = probabilities.max(axis=1)
right = predictions == modules[test]
first = np.argmax(sureness * right)
second = np.argmax(sureness * (right & (predictions != predictions[first])))
third = np.argmax(sureness * ~right)
fig, axes = plt.subplots(3, figsize=(8, 4.5), layout="constrained")
for ax, row in zip(axes, [first, second, third], strict=True):
    draw_words(ax, words[row], weights[row])
    ax.set_title(
        f"from {modules[test][row]}; the network says {predictions[row]} "
        f"({sureness[row]:.0%} sure)",
        loc="left",
    )
plt.show()

# %%
# TF-IDF is quicker, so take it if you only need the class. The words with large weights
# are often those that a reader would underline, in the error too: ``l1_ratio`` belongs
# to the elastic net, from which the factorisation described here has borrowed it. But
# some are chance, such as "before" and "place" in the table, and a weight is no proof
# of a cause: the state at a word also depends on the words around it.

print(
    f"The network is right about {right.mean():.1%} of the passages, TF-IDF about "
    f"{linear.score(texts[test], modules[test]):.1%}."
)
