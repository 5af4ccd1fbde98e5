"""
Classify texts by language
==========================

The Universal Declaration of Human Rights says the same in 48 languages. Can a
network that reads one letter after the other name the language from the first
hundred? And where it is wrong, is it wrong for a reason?
"""

# %%
# The data: one paragraph of the Declaration per row. The articles are the groups
# of the split, so that no article is in both training and test.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages

MAX_EPOCHS = 10
N_LETTERS = 100

bunch = load_languages()
texts = np.array([text[:N_LETTERS] for text in bunch.data], dtype=object)
articles = bunch.articles
languages = bunch.target_names[np.searchsorted(np.unique(bunch.target), bunch.target)]
print(f"{len(texts)} paragraphs in {len(bunch.target_names)} languages, such as")
for row in range(0, len(texts), 600):
    print(f"{languages[row]:>12}: {texts[row][:50]}")

# %%
# The network takes the mean of what it has seen at each letter. Its rival counts
# the letters, pairs and triples of the same hundred.

models = {
    "LSTM": make_pipeline(
        TextVectorizer(analyzer="char", max_length=N_LETTERS),
        RNNClassifier(
            pooling="mean",
            lr_schedule="cosine",
            max_epochs=MAX_EPOCHS,
            random_state=0,
        ),
    ),
    "counts": make_pipeline(
        CountVectorizer(analyzer="char", ngram_range=(1, 3)),
        MultinomialNB(alpha=0.01),
    ),
}
predictions = {
    name: cross_val_predict(
        model, texts, languages, groups=articles, cv=StratifiedGroupKFold(3)
    )
    for name, model in models.items()
}
for name, predicted in predictions.items():
    print(f"{name:>6}: {accuracy_score(languages, predicted):.1%} right")

# %%
# Which languages are confused? The ten pairs with the most errors.

wrong = predictions["LSTM"] != languages
pairs = np.sort(np.column_stack([languages, predictions["LSTM"]])[wrong], axis=1)
pairs, counts = np.unique(pairs, axis=0, return_counts=True)
worst = np.argsort(-counts, kind="stable")[:10]
for (one, other), count in zip(pairs[worst], counts[worst], strict=True):
    print(f"{count:4} {one} / {other}")

# %%
# The confusion matrix of the languages in these pairs.

confused = np.unique(pairs[worst])
fig, ax = plt.subplots(figsize=(8, 8), layout="constrained")
rows = np.isin(languages, confused) & np.isin(predictions["LSTM"], confused)
ConfusionMatrixDisplay.from_predictions(
    languages[rows],
    predictions["LSTM"][rows],
    ax=ax,
    cmap="Blues",
    colorbar=False,
    xticks_rotation="vertical",
)
ax.set_title("Languages that the network confuses")
plt.show()

# %%
# Many of the errors are in these ten pairs of related languages, most of them between
# Danish and Norwegian. If you only need the language, count triples of letters: on so
# few texts that is quicker, and nearly always right.

rates = {name: accuracy_score(languages, said) for name, said in predictions.items()}
print(
    f"The network is right about {rates['LSTM']:.1%} of the texts, counts of letters "
    "about "
    f"{rates['counts']:.1%}; {counts[worst].sum() / wrong.sum():.0%} of its errors "
    "are in "
    "ten pairs of languages."
)
