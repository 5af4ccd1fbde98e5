"""Batches of rows of similar length must learn as well as batches of any rows.

On real data, which lies outside the repository: the environment variable
SKLEARN_RNN_DATA names its folder.
"""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn._training import _data

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / ".." / "shared" / "data"
DATA = Path(os.environ.get("SKLEARN_RNN_DATA", BESIDE_THE_REPOSITORY))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not DATA.is_dir(),
        reason=f"no data in {DATA.resolve()}; SKLEARN_RNN_DATA=folder names another",
    ),
]

SEEDS = range(5)
# The mean difference that is allowed, paired by seed: fixed, for a bound taken from the
# spread of five differences would be the wider the less they agree.
MOST_LOST = 0.015


def load_vowels():
    """Read the official split: 270 + 370 utterances of 7 to 29 steps, 9 speakers."""
    for part in ("train", "test"):
        with np.load(DATA / f"JapaneseVowels_{part}.npz") as file:
            yield from (file["X"], file["y"])


def load_messages():
    """Read 5574 short messages, a third of them to test on; 13 % are spam."""
    with gzip.open(DATA / "sms_spam.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file]
    labels, texts = map(np.array, zip(*rows, strict=True))
    held_out = np.arange(len(rows)) % 3 == 0
    vectorizer = TextVectorizer()
    yield vectorizer.fit_transform(texts[~held_out])
    yield labels[~held_out]
    yield vectorizer.transform(texts[held_out])
    yield labels[held_out]


# Eight rows in a batch put all 34 batches of the vowels into one pool, sorted as a
# whole: as far from random batches as it gets.
SETTINGS = {
    "vowels": (load_vowels, {"cell": "lstm", "max_epochs": 40, "batch_size": 8}),
    "messages": (load_messages, {"cell": "gru", "max_epochs": 2, "embedding_dim": 32}),
}


@pytest.mark.parametrize(("load", "params"), SETTINGS.values(), ids=SETTINGS)
def test_batches_of_similar_length_cost_no_accuracy(load, params, monkeypatch):
    X_train, y_train, X_test, y_test = load()

    def accuracies(batches_per_pool):
        monkeypatch.setattr(_data, "BATCHES_PER_POOL", batches_per_pool)
        classifier = RNNClassifier(32, early_stopping=False, **params)
        return np.array(
            [
                classifier.set_params(random_state=seed)
                .fit(X_train, y_train)
                .score(X_test, y_test)
                for seed in SEEDS
            ]
        )

    by_length, at_random = accuracies(50), accuracies(1)
    assert (by_length - at_random).mean() >= -MOST_LOST, (by_length, at_random)
    assert by_length.mean() > 0.95  # or nothing would be learnt in either way
