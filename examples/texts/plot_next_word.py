"""
Predict the next word
=====================

"It should return ..." the, a or an, says whoever has read Python's manual, and not
"statement". To guess the next word is a classification: the sequence is what has been
written so far, and the classes are all words there are. Here a network learns it from
one chapter of the manual and is compared with two tables of counts, one that knows how
frequent each word is, and one that knows what follows each word.
"""

# %%
# The text: what the manual says of data types and their special methods. Every Python
# carries it along for ``help()``, so other versions give other numbers. Only the prose
# is read, without tables, grammar and quotation marks.

import re
from collections import Counter
from pydoc_data.topics import topics

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer

MAX_EPOCHS = 10
N_WORDS = 6  # how many of the last words the network reads
START, RARE = "<start>", "<rare>"


def split_words(text):
    """Split into words, such as "don't" and "object.__len__", and marks."""
    return re.findall(r"\w+(?:[.'\u2019-]\w+)*|[^\w\s]", text.lower())


manual = "\n\n".join(topics[name] for name in ["types", "specialnames"])
manual = re.sub(r'["“”*`]', "", manual)
paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", manual)]
paragraphs = [
    part
    for part in dict.fromkeys(paragraphs)  # without duplicates
    if re.fullmatch("[A-Z].*[.:]", part) and ">>>" not in part and "::=" not in part
]

# %%
# Every fifth paragraph is put aside. Words that the others hold only once share one
# class, and so do the words that are new in those put aside. A beginning is then
# whatever precedes a word in its sentence, and the word itself is the target.


def split_sentences(paragraphs):
    """Split paragraphs into sentences, lists of words with a start before them."""
    return [
        [START, *split_words(sentence)]
        for paragraph in paragraphs
        for sentence in re.split("(?<=[.:]) (?=[A-Z])", paragraph)
    ]


def make_samples(sentences, known):
    """Make one sample for each word of each sentence."""
    beginnings, targets = [], []
    for sentence in sentences:
        words = [word if word in known else RARE for word in sentence]
        beginnings += [words[:place] for place in range(1, len(words))]
        targets += words[1:]
    return beginnings, np.array(targets)


train = split_sentences(part for i, part in enumerate(paragraphs) if i % 5)
test = split_sentences(paragraphs[::5])
counts = Counter(word for sentence in train for word in sentence)
known = {word for word, count in counts.items() if count > 1}
X, y = make_samples(train, known)
X_test, y_test = make_samples(test, known)
print(f"{len(y)} words to learn from, {len(np.unique(y))} of them different")
print(f"{len(y_test)} words to guess, {np.mean(y_test == RARE):.0%} of them rare")

# %%
# The network. Of a longer beginning it reads the last words only.

model = make_pipeline(
    TextVectorizer(analyzer=list, max_length=N_WORDS, truncate="start"),
    RNNClassifier(
        128,
        cell="lstm",
        bidirectional=False,
        pooling="last",
        embedding_dim=100,
        dropout=0.3,
        lr=0.003,
        lr_schedule="cosine",
        batch_size=64,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
    ),
)
model.fit(X, y)

# %%
# The tables. What follows a word seldom seen is not known from its few followers
# alone: to them are added thirty more, drawn from all words as frequent as they are.

classes, codes = np.unique(y, return_inverse=True)
frequencies = np.bincount(codes) / len(y)
rows = {word: row for row, word in enumerate([*classes, START])}
followers = np.zeros((len(rows), len(classes)))
np.add.at(followers, ([rows[beginning[-1]] for beginning in X], codes), 1)
followers += 30 * frequencies
followers /= followers.sum(axis=1, keepdims=True)

# %%
# The comparison, on the paragraphs put aside. A perplexity of 50 is the surprise of
# one who has to guess among fifty words, all equally likely.

tables = {
    "frequent words": np.tile(frequencies, (len(y_test), 1)),
    "word pairs": followers[[rows[beginning[-1]] for beginning in X_test]],
    "LSTM": model.predict_proba(X_test),
}
tables["pairs and LSTM"] = (tables["word pairs"] + tables["LSTM"]) / 2

ranks = {}
right = np.searchsorted(classes, y_test)[:, np.newaxis]
print("                 first  first five  perplexity")
for name, table in tables.items():
    chance = np.take_along_axis(table, right, axis=1)
    ranks[name] = 1 + (table > chance).sum(axis=1)
    first, five = np.mean(ranks[name] == 1), np.mean(ranks[name] <= 5)
    perplexity = np.exp(-np.log(chance).mean())
    print(f"{name:>15}  {first:5.1%}  {five:10.1%}  {perplexity:10.0f}")

# %%
# What comes next? The five words that the network finds likeliest after a few
# beginnings, and those that most often follow the last word.

beginnings = ["For example", "It should return", "If the class", "As a result"]
questions = [[START, *split_words(text)] for text in beginnings]
chances = {
    "LSTM": model.predict_proba(questions),
    "word pairs": followers[[rows[question[-1]] for question in questions]],
}
likeliest = {name: np.argsort(-table)[:, :5] for name, table in chances.items()}
for place, text in enumerate(beginnings):
    print(f"{text} ...")
    for name, table in chances.items():
        best = likeliest[name][place]
        guesses = zip(classes[best], table[place, best], strict=True)
        words = "  ".join(f"{word} {chance:.0%}" for word, chance in guesses)
        print(f"{name:>12}: {words}")

# %%
# How often is the right word among the first, the first two, and so on? And what do
# the two make of the beginnings?

fig, axes = plt.subplot_mosaic(
    [["curves", "curves"], [0, 1], [2, 3]],
    figsize=(7.5, 8),
    height_ratios=[3, 2, 2],
    layout="constrained",
)
styles = {"frequent words": "C0:", "word pairs": "C1--", "LSTM": "C2-"}
n_guesses = np.arange(1, 21)
for name, rank in ranks.items():
    found = [100 * np.mean(rank <= n) for n in n_guesses]
    axes["curves"].plot(n_guesses, found, styles.get(name, "k-."), label=name)
axes["curves"].set(
    title="Right word among the guesses",
    xlabel="number of guesses",
    ylabel="words of the test (%)",
    xticks=n_guesses[::3],
    ylim=(0, None),
)
axes["curves"].legend(loc="lower right")
for place, text in enumerate(beginnings):
    best = likeliest["LSTM"][place]
    for shift, color, name in [(-0.2, "C2", "LSTM"), (0.2, "C1", "word pairs")]:
        axes[place].barh(
            np.arange(5) + shift,
            100 * chances[name][place, best],
            height=0.4,
            color=color,
            label=name,
        )
    axes[place].set_yticks(np.arange(5), classes[best])
    axes[place].invert_yaxis()
    axes[place].set(title=f"{text} ...", xlabel="probability (%)")
axes[0].legend()
plt.show()

# %%
# The network has learnt more than pairs: after "It should return" it expects an
# article, where the table also thinks of nouns. But on so little text the table is
# close behind, and ahead where one may guess often; the two together are better than
# either.

first = {name: np.mean(rank == 1) for name, rank in ranks.items()}
print(
    f"The first guess is right for {first['LSTM']:.1%} of the words, that of the "
    "pairs for "
    f"{first['word pairs']:.1%}, that of both together for "
    f"{first['pairs and LSTM']:.1%}."
)
