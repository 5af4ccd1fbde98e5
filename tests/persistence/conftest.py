import warnings

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)

SMALL = {"hidden_size": 3, "max_epochs": 2, "random_state": 0}

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 5, 2))
RAGGED = as_ragged([row[: 1 + i % 5] for i, row in enumerate(X)])
SUMS = X[:, :, 0].sum(axis=1)
LABELS = np.array(["no", "yes"])[(SUMS > 0).astype(int)]
STEPS = as_ragged([(row[:, 0] > 0).astype(int) for row in X])
TEXTS = ["good film", "bad film", "a good one", "a bad one"] * 3
TONES = ["pos", "neg"] * 6
WORDS = [["the", "dog"], ["a", "cat", "sleeps"]] * 6
TAGS = as_ragged([["DET", "NOUN"], ["DET", "NOUN", "VERB"]] * 6)
TABLE = np.array(
    [[text, number] for text, number in zip(TEXTS, SUMS, strict=True)], object
)

# Each with the data it is fitted on.
MODELS = {
    "classifier": (RNNClassifier(**SMALL), X, LABELS),
    "three classes": (RNNClassifier(**SMALL, cell="gru"), X, np.arange(12) % 3 - 1),
    "several labels": (RNNClassifier(**SMALL), X, rng.integers(0, 2, size=(12, 3))),
    "attention": (RNNClassifier(**SMALL, pooling="attention"), RAGGED, LABELS),
    "labels of objects": (RNNClassifier(**SMALL), X, LABELS.astype(object)),
    "regressor": (RNNRegressor(**SMALL, cell="rnn", num_layers=2), X, SUMS),
    "counts": (RNNRegressor(**SMALL, loss="poisson"), X[:, :, 0], np.arange(12)),
    "two outputs": (RNNRegressor(**SMALL, pooling="final_max"), X, X[:, 0]),
    "tagger": (RNNTagger(**SMALL), X, STEPS),
    "chain": (RNNTagger(**SMALL, output="crf"), X, STEPS),
    "steps": (RNNStepRegressor(**SMALL), X, as_ragged([row[:, 0] for row in X])),
    "ids": (
        RNNClassifier(**SMALL, input="tokens"),
        np.arange(1, 61).reshape(12, 5),
        LABELS,
    ),
    "given vectors": (
        RNNClassifier(**SMALL, input="tokens", embedding=rng.normal(size=(9, 4))),
        np.arange(60).reshape(12, 5) % 9 + 1,
        LABELS,
    ),
    "texts": (make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)), TEXTS, TONES),
    "spelled words": (
        make_pipeline(
            TextVectorizer(analyzer=list, truncate=None, spelling=True),
            RNNTagger(**SMALL),
        ),
        WORDS,
        TAGS,
    ),
    "stop words": (
        make_pipeline(
            TextVectorizer(stop_words=["a"], max_length=2),
            RNNClassifier(**SMALL),
        ),
        TEXTS,
        TONES,
    ),
    "scaled": (
        make_pipeline(StandardScaler(), RNNRegressor(**SMALL)),
        X[:, :, 0],
        SUMS,
    ),
    "columns": (
        make_pipeline(
            ColumnTransformer(
                [("text", TextVectorizer(), 0), ("number", StandardScaler(), [1])]
            ),
            RNNRegressor(**SMALL, input="numbers"),
        ),
        TABLE,
        SUMS,
    ),
    "union": (
        make_pipeline(
            FeatureUnion(
                [("a", MinMaxScaler()), ("b", TruncatedSVD(2, random_state=0))]
            ),
            RNNRegressor(**SMALL),
        ),
        X[:, :, 0],
        SUMS,
    ),
    "categories": (
        make_pipeline(OneHotEncoder(sparse_output=False), RNNRegressor(**SMALL)),
        np.array(TEXTS).reshape(6, 2),
        SUMS[:6],
    ),
}


@pytest.fixture(params=MODELS)
def fitted(request):
    """Give a fitted estimator and what it was fitted on."""
    model, X, y = MODELS[request.param]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one-hot rows, and the like
        return model.fit(X, y), X
