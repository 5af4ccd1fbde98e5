"""Somebody with commands to understand, who has read the page on tagging."""

import numpy as np
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTagger, TextVectorizer, as_ragged
from sklearn_rnn.metrics import span_f1_score

random = np.random.default_rng(0)
rooms, devices = ["kitchen", "hall", "bath"], ["lamp", "radio", "ceiling fan"]


def command():
    """Draw the words of a command, and the label of each."""
    device, room = random.choice(devices).split(), random.choice(rooms)
    verb = random.choice(["switch on", "turn off", "please stop"]).split()
    words = [*verb, "the", *device, "in", "the", room]
    tags = ["O"] * (len(verb) + 1)
    tags += ["B-DEVICE", *["I-DEVICE"] * (len(device) - 1), "O", "O", "B-ROOM"]
    return words, tags


pairs = [command() for _ in range(120)]
X, y = (as_ragged(part) for part in zip(*pairs, strict=True))
model = make_pipeline(
    TextVectorizer(analyzer=list, truncate=None, characters=True),
    RNNTagger(16, output="crf", scheme="bio", max_epochs=25, random_state=0),
)
model.fit(X[:80], y[:80])
found = span_f1_score(y[80:], model.predict(X[80:]))
print(model.predict([["turn", "off", "the", "ceiling", "fan"]]), f"F1 {found:.2f}")
assert found > 0.9
