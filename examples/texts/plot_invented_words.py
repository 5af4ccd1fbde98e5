"""
Generate words letter by letter
===============================

A language model says how probable each letter is after those before it. Here one
learns the spelling of English words and then writes words of its own: first as they
come, then more careful ones, then those that begin as asked for. Tables of counts,
which are language models too, are beside it.
"""

# %%
# The words of the pronouncing dictionary, without those with an apostrophe. A tenth is
# put aside.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNLanguageModel, TextVectorizer
from sklearn_rnn.datasets import load_pronunciations

N_WORDS = 6000
MAX_EPOCHS = 12

words = [word for word in load_pronunciations().data if word.isalpha()]
words = list(np.random.default_rng(0).permutation(words)[:N_WORDS])
learnt, asked = words[len(words) // 10 :], words[: len(words) // 10]

letters = TextVectorizer(analyzer="char")
X, X_asked = letters.fit_transform(learnt), letters.transform(asked)

# %%
# No labels are needed: what is predicted is the next letter, or the end of the word.

model = RNNLanguageModel(96, max_epochs=MAX_EPOCHS, lr=0.01, random_state=0)
model.fit(X)

# %%
# The perplexity says among how many equally probable letters the model would still have
# to choose. Knowing the frequencies of letters gives one figure, knowing what
# follows each letter a better one.


def perplexity_of_counts(n_before):
    """Count what follows so many letters, each once more than it was seen."""
    alphabet = len(letters.vocabulary_) + 1
    counts = {}
    for word in learnt:
        text = "^" * n_before + word + "$"
        for i in range(n_before, len(text)):
            after = counts.setdefault(text[i - n_before : i], {})
            after[text[i]] = after.get(text[i], 0) + 1
    logs = []
    for word in asked:
        text = "^" * n_before + word + "$"
        for i in range(n_before, len(text)):
            after = counts.get(text[i - n_before : i], {})
            logs.append(
                np.log((after.get(text[i], 0) + 1) / (sum(after.values()) + alphabet))
            )
    return np.exp(-np.mean(logs))


perplexities = {
    "letters": perplexity_of_counts(0),
    "pairs of letters": perplexity_of_counts(1),
    "three letters": perplexity_of_counts(2),
    "network": model.perplexity(X_asked),
}
for name, value in perplexities.items():
    print(f"{name:17} {value:5.2f}")

# %%
# Samples. A temperature below one prefers what is probable; zero always takes the most
# probable letter.


def invent(**how):
    """Draw words, and leave out those that exist."""
    drawn = letters.decode(model.sample(40, max_length=14, random_state=0, **how))
    new = [word for word in drawn if word and word not in words]
    return list(dict.fromkeys(new))[:8]


for temperature in (1.0, 0.6):
    print(f"temperature {temperature}: {', '.join(invent(temperature=temperature))}")
prompt = letters.transform(["str"])
print("str...:", ", ".join(invent(prompt=prompt, temperature=0.8)))

# %%
# How probable is each next letter after the beginning of a word?

prefixes = ["s", "st", "str", "stre", "stren"]
proba = model.predict_proba(letters.transform(prefixes))
names = ["end", "?", *sorted(letters.vocabulary_)]
fig, (left, right) = plt.subplots(
    1, 2, figsize=(10, 3.6), width_ratios=[1, 2.2], layout="constrained"
)
left.barh(list(perplexities), list(perplexities.values()), color="tab:blue")
left.invert_yaxis()
left.set(title="Perplexity of words put aside", xlabel="letters to choose from")
image = right.imshow(proba, aspect="auto", cmap="Blues", vmin=0, vmax=1)
right.set(title="The next letter")
right.set_yticks(range(len(prefixes)), prefixes)
right.set_xticks(range(len(names)), names)
right.tick_params(axis="x", labelsize=8)
fig.colorbar(image, ax=right, label="probability")
plt.show()

# %%
# The network has to choose among fewer letters than any of the tables of counts, and
# what it invents can be pronounced.

print(
    f"Before each letter the network has {perplexities['network']:.1f} to choose "
    "from, the "
    f"best table of counts {min(list(perplexities.values())[:-1]):.1f}."
)
