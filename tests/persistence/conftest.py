import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    SequenceColumnTransformer,
    SequencesWithStatic,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn.callbacks import TimeBudget, WeightAverage

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
    "static columns": (RNNRegressor(**SMALL), SequencesWithStatic(X, X[:, 0]), SUMS),
    "several labels": (RNNClassifier(**SMALL), X, rng.integers(0, 2, size=(12, 3))),
    "attention": (RNNClassifier(**SMALL, pooling="attention"), RAGGED, LABELS),
    "labels of objects": (RNNClassifier(**SMALL), X, LABELS.astype(object)),
    "two layers": (RNNRegressor(**SMALL, cell="rnn", num_layers=2), X, SUMS),
    "two outputs": (RNNRegressor(**SMALL, cell="gru"), X, X[:, 0]),
    "chain": (RNNTagger(**SMALL, output="crf"), X, STEPS),
    "steps": (RNNStepRegressor(**SMALL), X, as_ragged([row[:, 0] for row in X])),
    "given vectors": (
        RNNClassifier(**SMALL, input="tokens", embedding=rng.normal(size=(9, 4))),
        np.arange(60).reshape(12, 5) % 9 + 1,
        LABELS,
    ),
    "words with characters": (
        make_pipeline(
            TextVectorizer(analyzer=list, truncate=None, characters=True),
            RNNTagger(**SMALL),
        ),
        WORDS,
        TAGS,
    ),
    "text beside a column": (
        make_pipeline(
            SequenceColumnTransformer((0, TextVectorizer()), [("passthrough", [1])]),
            RNNClassifier(**SMALL),
        ),
        TABLE,
        TONES,
    ),
    "texts": (make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)), TEXTS, TONES),
    "columns": (
        make_pipeline(
            ColumnTransformer(
                [
                    ("text", make_pipeline(TextVectorizer(), RNNRegressor(**SMALL)), 0),
                    ("number", StandardScaler(), [1]),
                ]
            ),
            RNNRegressor(**SMALL, input="numbers"),
        ),
        TABLE,
        SUMS,
    ),
    "search": (
        GridSearchCV(
            make_pipeline(SimpleImputer(), RNNClassifier(**SMALL)),
            {"rnnclassifier__hidden_size": [2, 3]},
            cv=2,
            scoring="accuracy",
        ),
        X[:, :, 0],
        LABELS,
    ),
    "averaged": (
        RNNRegressor(**SMALL, callbacks=[WeightAverage(), TimeBudget(60)]),
        X,
        SUMS,
    ),
}


@pytest.fixture(params=MODELS)
def fitted(request):
    """Give a fitted estimator and what it was fitted on."""
    model, X, y = MODELS[request.param]
    return clone(model).fit(X, y), X


@pytest.fixture
def path(tmp_path):
    """Name a file that is not there yet."""
    return tmp_path / "model.skops"
