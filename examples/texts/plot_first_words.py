"""
Classify short texts by sentiment
=================================

Two sentences, six words, ten epochs: hardly any program that learns from text is
smaller. Every word becomes a number and every number a vector of 8, an Elman network
of 16 units reads one after the other, and a sigmoid of its last state is the
probability of label 1. What has it learnt, and what does it predict for a word that it
has never seen? The same network then reads two thousand tweets.
"""

# %%
# The program. Two rows are too few to hold one out, so early stopping is off.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_tweets

MAX_EPOCHS = 10

taught = ["I love deep learning", "Deep learning is amazing"]
labels = [1, 0]
network = RNNClassifier.textbook(
    16,
    cell="rnn",
    embedding_dim=8,
    lr=0.01,
    max_epochs=MAX_EPOCHS,
    random_state=0,
)
model = make_pipeline(TextVectorizer(), network).fit(taught, labels)

# %%
# What the network reads, and what it predicts. A shorter sentence is padded behind with
# 0, and the padding is not read. Words that were not in the two sentences all have the
# id 1, the unknown word: all of them give the same prediction.

new = ["I love learning", "Deep learning is hard", "I hate deep learning"]
vectorizer = model[0]
print("vocabulary:", vectorizer.vocabulary_)
for text in [*taught, *new, "Deep learning is easy"]:
    (ids,) = vectorizer.transform([text]).toarray()
    (words,) = vectorizer.inverse_transform(vectorizer.transform([text]))
    (probability,) = model.predict_proba([text])[:, 1]
    print(f"{text:25} {ids}  {probability:.2f}  {' '.join(words)}")

# %%
# The vector of the unknown word is learnt, too: in each epoch every word that occurs
# only once in the training texts is read as unknown half of the time. Here
# these are "i", "love", "is" and "amazing".
#
# Now the tweets. Their target is a mean rating; those within 0.5 of zero are neither
# positive nor negative to most people and are left out. A third is kept for testing.

tweets, sentiment = load_tweets(return_X_y=True)
clear = np.abs(sentiment) >= 0.5
tweets, positive = tweets[clear], (sentiment[clear] > 0).astype(int)
train, test, y_train, y_test = train_test_split(
    tweets, positive, test_size=1 / 3, stratify=positive, random_state=0
)
print(f"{len(train)} tweets to learn from, {len(test)} to test on")

# %%
# ``partial_fit`` trains for one epoch, so the probabilities can be drawn after each
# epoch. A small network depends on its initial weights: here are five networks.

sentences = taught + new


def watch(texts, y):
    """Train five networks; give them, and their probabilities after each epoch."""
    vectorizer = TextVectorizer().fit(texts)
    X, X_watched = vectorizer.transform(texts), vectorizer.transform(sentences)
    networks, probabilities = [], []
    for seed in range(5):
        networks.append(clone(network).set_params(random_state=seed))
        for _ in range(MAX_EPOCHS):
            networks[-1].partial_fit(X, y, classes=[0, 1])
            probabilities.append(networks[-1].predict_proba(X_watched)[:, 1])
    shape = (5, MAX_EPOCHS, len(sentences))
    return vectorizer, networks, np.reshape(probabilities, shape)


_, _, after_two = watch(taught, labels)
vectorizer, networks, after_tweets = watch(train, y_train)

print(f"\n{'mean (least to most) of five':28} {'2 sentences':20} {len(train)} tweets")
for row, text in enumerate(sentences):
    ends = [probabilities[:, -1, row] for probabilities in (after_two, after_tweets)]
    cells = [f"{p.mean():.2f} ({p.min():.2f} to {p.max():.2f})" for p in ends]
    print(f"{text:28} {cells[0]:20} {cells[1]}")

X_test = vectorizer.transform(test)
scores = [network.score(X_test, y_test) for network in networks]
print(f"\nnew tweets: {np.mean(scores):.1%} right ({min(scores):.1%} to", end=" ")
print(f"{max(scores):.1%}); always positive: {y_test.mean():.1%}")
unseen = (X_test.data == 1).mean()
print(f"of the words and marks in new tweets {unseen:.1%} are unknown")

# %%
# The probabilities over the epochs, means of the five networks. Solid: the two
# sentences of the small program, dashed: the others.

epochs = np.arange(1, MAX_EPOCHS + 1)
fig, axes = plt.subplots(1, 2, figsize=(8, 4.5), sharey=True, layout="constrained")
for ax, probabilities in zip(axes, (after_two, after_tweets), strict=True):
    for row, (text, marker) in enumerate(zip(sentences, "os^vD", strict=True)):
        style = "-" if text in taught else "--"
        mean = probabilities[:, :, row].mean(axis=0)
        ax.plot(epochs, mean, style, marker=marker, ms=5, label=text)
    ax.axhline(0.5, color="grey", lw=0.8)
    ax.set(xlabel="epoch", xticks=epochs, ylim=(-0.03, 1.03))
axes[0].set(title="Learning from two sentences", ylabel="probability of label 1")
axes[1].set_title(f"Learning from {len(train)} tweets (1: positive)")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %%
# From two sentences the network learns which sentence it reads, not what the words
# mean. All unknown words are the same word: "hate" gets the prediction of "love", and
# "hard" that of "amazing". From the tweets it learns to tell such words apart. On a
# sentence like "I hate deep learning" five networks of this size still do not agree.

print(
    f"From {len(train)} tweets the networks are right about {np.mean(scores):.0%} of "
    "new "
    f"ones; always to say positive is right about {y_test.mean():.0%}."
)
