"""
Match captions with pictures
============================

Some samples are two sequences. Here one is a text, the caption, and the other is a
picture that is read row by row. The question is whether they belong together: neither
part alone knows the answer, and no sum of what each part says does either.

`SequenceColumnTransformer` takes a list of sequences. A network has an encoder for each
of them, and reads what the others say at every step of the first.
"""

# %%
# Half of the captions name the digit of the picture, the others any other digit.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import RNNClassifier, SequenceColumnTransformer, TextVectorizer

WORDS = "nought one two three four five six seven eight nine".split()
FRAMES = ["a {}", "the digit {}", "here is a {}", "this is the number {} , I think"]

N_SAMPLES = 1797

rng = np.random.default_rng(0)
digits = load_digits()
pictures, shown = digits.images[:N_SAMPLES], digits.target[:N_SAMPLES]
fits = rng.integers(0, 2, N_SAMPLES)
others = (shown + rng.integers(1, 10, N_SAMPLES)) % 10
named = np.where(fits, shown, others)
table = pd.DataFrame(
    {
        "picture": list(pictures),  # 8 rows of 8 points
        "caption": [rng.choice(FRAMES).format(WORDS[digit]) for digit in named],
    }
)
X_train, X_test, y_train, y_test = train_test_split(table, fits, random_state=0)
print(X_train["caption"].head(3).to_string())

# %%
# One network for both parts, the same network for each part alone, and a linear model
# that reads both: it adds up what the two say, which can never mean "they agree".

MAX_EPOCHS = 30
caption, picture = ("caption", TextVectorizer()), ("picture", "passthrough")


def network(*sequences):
    """Make a network with an encoder for each sequence."""
    net = RNNClassifier(32, max_epochs=MAX_EPOCHS, lr=5e-3, random_state=0)
    return make_pipeline(SequenceColumnTransformer(list(sequences)), net)


def points(pictures):
    """Lay the rows of each picture side by side."""
    return np.stack(list(pictures)).reshape(len(pictures), -1)


both = make_column_transformer(
    (FunctionTransformer(points), "picture"), (TfidfVectorizer(), "caption")
)
models = {
    "network, both": network(picture, caption),
    "network, picture": network(picture),
    "network, caption": network(caption),
    "linear, both": make_pipeline(both, LogisticRegression(max_iter=1000)),
}
scores = {}
for name, model in models.items():
    scores[name] = model.fit(X_train, y_train).score(X_test, y_test)
    print(f"{name:>17}: {scores[name]:.2f}")

# %%
# Only the network that reads both parts together can tell.

figure, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
ax.barh(list(scores), list(scores.values()), color="tab:blue", height=0.6)
ax.axvline(0.5, color="black", linestyle=":", label="by chance")
ax.set(xlabel="accuracy", xlim=(0, 1))
ax.invert_yaxis()
ax.legend(frameon=False)
plt.show()

# %%
# What was learnt:

print(
    f"Whether caption and picture agree, the network that reads both says rightly for "
    f"{scores['network, both']:.0%}, the linear model for "
    f"{scores['linear, both']:.0%}, "
    "where guessing is right for half."
)
