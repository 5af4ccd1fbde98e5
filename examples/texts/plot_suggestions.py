"""
Suggest words while somebody types
==================================

A keyboard shows three words above its keys; whoever sees the right one touches it and
has typed enough. A language model says after each word which ones are probable, and
each letter leaves fewer of them. How many letters does it save? ``step`` reads every
word once, however long the text has become.
"""

# %%
# The text: what the manual of Python says of data types and their special methods,
# sentence by sentence. Every Python carries it along for ``help()``, so other versions
# give other numbers. Every fifth sentence is put aside.

import re
from pydoc_data.topics import topics

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNLanguageModel, TextVectorizer

MAX_EPOCHS = 12
N_SHOWN = 3
START = "<start>"
UNKNOWN = 1  # the id of all words that have none


def split_words(text):
    """Split into words and marks, with a start before them."""
    return [START, *re.findall(r"\w+(?:[.'-]\w+)*|[^\w\s]", text.lower())]


manual = "\n\n".join(topics[name] for name in ["types", "specialnames"])
manual = re.sub(r'["“”*`]', "", manual)
sentences = [
    sentence
    for part in dict.fromkeys(re.split(r"\n\s*\n", manual))  # without duplicates
    for sentence in re.split("(?<=[.:]) (?=[A-Z])", " ".join(part.split()))
    if re.fullmatch("[A-Z].*[.:]", sentence) and ">>>" not in part and "::=" not in part
]
train = [sentence for i, sentence in enumerate(sentences) if i % 5]
asked = sentences[::5]

# %%
# Words that come once are unknown: nobody could suggest them.

vectorizer = TextVectorizer(analyzer=split_words, min_df=2)
X = vectorizer.fit_transform(train)
model = RNNLanguageModel(
    128,
    embedding_dim=100,
    dropout=0.3,
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    random_state=0,
)
model.fit(X)
print(f"{X.nnz} words to learn from, {len(vectorizer.vocabulary_)} of them different")

# %%
# What is shown: the most probable of the words that begin with the letters typed so
# far. A word costs the letters typed before it is shown, and one touch; a word that is
# never shown costs all of its letters and a space.

id_of = {word: i for word, i in vectorizer.vocabulary_.items() if word != START}
words = np.array(list(id_of))
ids = np.array(list(id_of.values()))


def shown(proba, typed):
    """Give the most probable words that begin with some letters."""
    order = np.argsort(-proba[ids], kind="stable")
    fitting = (words[i] for i in order if words[i].startswith(typed))
    return [word for _, word in zip(range(N_SHOWN), fitting, strict=False)]


def cost(proba, word):
    """Count what has to be typed for a word."""
    for n in range(len(word) + 1):
        if word in shown(proba, word[:n]):
            return n + 1
    return len(word) + 1


# %%
# Both who know the sentence so far and who know only which words are frequent type the
# sentences put aside.

frequency = np.bincount(X.data) / X.nnz
typed = {"every letter": [], "frequent words": [], "language model": []}
for sentence in asked:
    state = None
    before, *rest = split_words(sentence)
    for word in rest:
        proba, state = model.step([vectorizer.vocabulary_.get(before, UNKNOWN)], state)
        if word.isalpha():
            typed["every letter"].append(len(word) + 1)
            typed["frequent words"].append(cost(frequency, word))
            typed["language model"].append(cost(proba[0], word))
        before = word

n_words = len(typed["every letter"])
total = {name: sum(costs) for name, costs in typed.items()}
print(f"{n_words} words to type")
for name, keys in total.items():
    saved = 1 - keys / total["every letter"]
    at_once = np.mean(np.equal(typed[name], 1))
    print(
        f"{name:>15}: {keys:6} keys, {saved:4.0%} saved, {at_once:4.0%} shown at once"
    )

# %%
# One sentence as it is typed: what is shown after each word.

state = None
for word in split_words("The method should return the value of an attribute"):
    proba, state = model.step([vectorizer.vocabulary_.get(word, UNKNOWN)], state)
    print(f"{word:>10} ...  {'  '.join(shown(proba[0], ''))}")

# %%
# How many keys does a word cost?

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
most = max(typed["every letter"])
for name, costs in typed.items():
    share = np.cumsum(np.bincount(costs, minlength=most + 1)) / n_words
    ax.step(np.arange(most + 1), 100 * share, where="post", label=name)
ax.set(xlabel="keys", ylabel="words typed with so few (%)", xlim=(0, 12), ylim=(0, 101))
ax.legend(loc="lower right")
plt.show()

# %%
# The list of frequent words saves much already, once a letter or two are there. What
# has been said so far shows far more words before the first letter.

saved = {name: 1 - keys / total["every letter"] for name, keys in total.items()}
print(
    f"Suggestions of the language model save {saved['language model']:.0%} of the "
    "keys, a "
    f"list of frequent words {saved['frequent words']:.0%}."
)
