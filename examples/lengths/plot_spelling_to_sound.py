"""
Translate spelling to sound
===========================

How is a word pronounced that is in no dictionary? Letters and sounds differ in number:
"ph" is one sound, "x" are two, and the "e" at the end of "perfume" is none. A
translator learns from 11,000 English words and their phones, many of them names, and
reads 1,000 others aloud.
"""

# %%
# The words are read letter by letter. Their phones come as texts, "P ER F Y UW M"; the
# target vectorizer parts them at the spaces, so that a label is a phone.

import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTranslator, TextVectorizer
from sklearn_rnn.datasets import load_pronunciations
from sklearn_rnn.inspection import AttentionDisplay
from sklearn_rnn.metrics import exact_match_score

MAX_EPOCHS = 6

words, phones = load_pronunciations(return_X_y=True)
train, test, y_train, y_test = train_test_split(
    words, phones, test_size=1000, random_state=0
)
model = make_pipeline(
    TextVectorizer(analyzer="char", truncate=None),
    RNNTranslator(
        64,
        target_vectorizer=TextVectorizer(token_pattern=r"\S+", lowercase=False),
        dropout=0.1,
        batch_size=64,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
    ),
)
model.fit(train, y_train)

# %%
# ``score`` is one minus the phone error rate. A word counts as right if all of its
# phones are.

answers = model.predict(test)
print(f"wrong phones: {1 - model.score(test, y_test):.1%}")
print(f"wrong words: {1 - exact_match_score(y_test, answers):.1%}")
for word, right, answer in list(zip(test, y_test, answers, strict=True))[:8]:
    print(f"{word:15} {answer:30} {'' if answer == right else 'not ' + right}")

# %%
# Words that nobody has written before, and how sure the network is of the best of
# several answers.

made_up = ["phlox", "knightly", "cryptonym", "ghoti"]
X = model[0].transform(made_up)
for word, (best, second), logs in zip(
    made_up, *model[-1].predict_n_best(X, 2), strict=True
):
    first, other = 2.718281828**logs
    print(f"{word:10} {best:28} {first:.2f}   or {second:28} {other:.2f}")

# %%
# Where it looked: from left to right, as a reader does. N comes from "kn", AY from "i",
# and T from "ght".

fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
AttentionDisplay.from_estimator(model, ["knightly"], ax=ax)
ax.set_title("Attention", loc="left")
plt.show()

# %%
# A dictionary of this size is a start, and some of the wrong words are names that
# people would read in several ways.

print(
    f"From {len(train)} words the network gets {1 - model.score(test, y_test):.1%} of "
    "the "
    f"phones of new words wrong."
)
