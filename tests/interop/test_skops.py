"""skops writes estimators without pickles; of ours it asks about one type."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)

skops_io = pytest.importorskip("skops.io")

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 5, 2))
LABELS = np.array(["no", "yes"] * 6)
SMALL = {"hidden_size": 3, "max_epochs": 2, "random_state": 0}
TEXTS = ["good film", "bad film", "a good one"] * 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "X", "y", "trusted"),
    [
        (RNNClassifier(**SMALL), X, LABELS, ["RNNClassifier"]),
        (RNNRegressor(**SMALL, cell="gru"), X, X[:, 0], ["RNNRegressor"]),
        (RNNTagger(**SMALL), X, as_ragged([row[:, 0] > 0 for row in X]), ["RNNTagger"]),
        (
            make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)),
            TEXTS,
            LABELS,
            ["RNNClassifier", "TextVectorizer"],
        ),
    ],
    ids=["classifier", "regressor", "tagger", "pipeline"],
)
def test_there_is_one_type_to_trust_for_each_estimator(model, X, y, trusted, tmp_path):
    path = tmp_path / "model.skops"
    skops_io.dump(model.fit(X, y), path)
    types = skops_io.get_untrusted_types(file=path)
    assert sorted(name.rsplit(".")[-1] for name in types) == trusted
    loaded = skops_io.load(path, trusted=types)
    for one, other in zip(loaded.predict(X), model.predict(X), strict=True):
        np.testing.assert_array_equal(one, other)
