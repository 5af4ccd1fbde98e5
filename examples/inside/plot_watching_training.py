"""
Check how training went
=======================

A score at the end says how good a network is, and not why. The curves of its training
show whether it was still learning at the end, whether it overfits, and
whether the folds of a cross-validation agree. And a score for all rows hides which of
them are hard. Here a network reads snippets of text, letter by letter, and predicts
their language; some have a letter or two and some have forty.
"""

# %%
# The data: the Universal Declaration of Human Rights in six Germanic languages, which
# are hard to tell apart, cut into snippets of random lengths. The articles are the same
# in each language, so each article is a group that stays on one side of a split.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages
from sklearn_rnn.inspection import LengthScoreDisplay, TrainingCurveDisplay

MAX_EPOCHS = 20
LANGUAGES = ["dan", "deu_1996", "eng", "nld", "nob", "swe"]

random = np.random.default_rng(0)
bunch = load_languages()
snippets, languages, articles = [], [], []
for text, language, article in zip(
    bunch.data, bunch.target, bunch.articles, strict=True
):
    start = 0
    while language in LANGUAGES and start < len(text):
        stop = start + int(random.integers(3, 41))
        snippets.append(text[start:stop])
        languages.append(language)
        articles.append(article)
        start = stop
snippets, languages = np.array(snippets, dtype=object), np.array(languages)
print(f"{len(snippets)} snippets of {len(LANGUAGES)} languages")

# %%
# Four folds, and in each of them early stopping on a tenth of its rows. The networks
# are kept: their histories are what is drawn.

network = RNNClassifier(
    24,
    embedding_dim=16,
    early_stopping=True,
    n_iter_no_change=3,
    max_epochs=MAX_EPOCHS,
    random_state=0,
)
pipeline = make_pipeline(TextVectorizer(analyzer="char"), network)
folds = cross_validate(
    pipeline,
    snippets,
    languages,
    groups=articles,
    cv=GroupKFold(4),
    return_estimator=True,
    return_indices=True,
)
print("accuracy of the folds:", np.round(folds["test_score"], 2))
print("epochs kept:", [fold[-1].best_epoch_ for fold in folds["estimator"]])

# %%
# The folds laid over each other: thin lines, and their mean as far as all of them go.

TrainingCurveDisplay.from_estimator(folds["estimator"])
plt.show()

# %%
# Every snippet was held out from one of the networks, which predicts its
# language. How many letters does it need?

predicted = np.empty_like(languages)
for fold, rows in zip(folds["estimator"], folds["indices"]["test"], strict=True):
    predicted[rows] = fold.predict(snippets[rows])
by_length = LengthScoreDisplay.from_predictions(
    languages, predicted, [len(snippet) for snippet in snippets], n_bins=7
)
plt.show()
print("letters:", by_length.longest, "at most")
print("accuracy:", np.round(by_length.scores, 2))

# %%
# Where the validation loss of the folds stops falling, while the training loss goes on
# falling, a network overfits, and early stopping ends the training. The accuracy over
# all snippets hides their lengths: longer texts would help, not another network.

print(
    f"{np.mean(predicted == languages):.0%} of the snippets are right, of the shortest "
    f"{by_length.scores[0]:.0%} and of the longest {by_length.scores[-1]:.0%}."
)
