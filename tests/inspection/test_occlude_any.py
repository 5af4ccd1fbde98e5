"""Occlusion of what is read by classifiers that are none of ours."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.inspection import explain

TEXTS = ["good film", "bad film", "a good one", "a bad one"] * 3
Y = np.array(["pos", "neg"] * 6)
SMALL = RNNClassifier(4, max_epochs=2, random_state=0)
NET = make_pipeline(TextVectorizer(max_length=9), SMALL)
PIPELINES = {
    "words": make_pipeline(TfidfVectorizer(), LogisticRegression()),
    "stacked": make_pipeline(*NET, LogisticRegression()),
    "calibrated": CalibratedClassifierCV(NET, cv=2),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_a_word_counts_what_the_prediction_loses_without_it(name):
    model = PIPELINES[name].fit(TEXTS, Y)
    review = "So GOOD a film"
    (found,) = explain(model, [review], method="occlusion", target="pos")
    assert [review[slice(*span)] for span in found.spans] == ["So", "GOOD", "a", "film"]
    without = ["zzz GOOD a film", "So zzz a film", "So GOOD zzz film"]
    without += ["So GOOD a zzz", "zzz zzz zzz zzz"]
    asked = model.predict_proba([review, *without])[
        :, list(model.classes_).index("pos")
    ]
    np.testing.assert_allclose(found.values, asked[0] - asked[1:-1], atol=1e-12)
    assert (found.output, found.base_output) == pytest.approx((asked[0], asked[-1]))
    assert (found.unit, found.target, found.text) == ("probability", "pos", review)


def test_the_likeliest_class_is_explained_unless_one_is_named():
    model = PIPELINES["words"].fit(TEXTS, Y)
    found = explain(model, ["good", "bad"], method="occlusion")
    assert [one.target for one in found] == ["pos", "neg"]
    assert all(one.values[0] > 0 for one in found)
    found = explain(model, ["good", "bad"], method="occlusion", target="neg")
    assert [one.values[0] > 0 for one in found] == [False, True]


class Mean(LogisticRegression):
    """A classifier of sequences that reads their mean."""

    def fit(self, X, y):
        return super().fit(np.asarray(X).reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(np.asarray(X).reshape(len(X), -1))


@pytest.mark.parametrize("shape", [(20, 4), (20, 3, 2)])
def test_a_number_is_hidden_by_the_mean(shape):
    X = np.random.default_rng(0).normal(5, 1, shape)
    y = X[:, 1].reshape(20, -1)[:, 0] > 5
    model = Mean().fit(X, y)
    found = explain(model, X, method="occlusion", target=True)[7]
    base = X.mean() if len(shape) == 2 else X.mean(axis=(0, 1))
    base = np.broadcast_to(base, shape[1:])
    assert found.values.shape == shape[1:]
    np.testing.assert_array_equal(found.series, X[7])
    for place in np.ndindex(*shape[1:]):
        without = X[7].copy()
        without[place] = base[place]
        lost = np.diff(model.predict_proba([without, X[7]])[:, 1])[0]
        assert found.values[place] == pytest.approx(lost)
    assert found.base_output == pytest.approx(model.predict_proba([base])[0, 1])


def test_ids_are_hidden_by_the_unknown_word():
    ids = TextVectorizer().fit(TEXTS).transform(TEXTS)
    model = make_pipeline(SMALL, LogisticRegression()).fit(ids, Y)
    (found,) = explain(model, ids[:1], method="occlusion", target="pos")
    unknown = ids[[0, 0]].toarray()
    unknown[1, 0] = 1
    asked = model.predict_proba(type(ids)(unknown))[:, 1]
    assert found.values[0] == pytest.approx(asked[0] - asked[1])
    assert found.tokens.tolist() == [*ids[:1].data]


def test_what_needs_a_network_is_refused():
    model = PIPELINES["words"].fit(TEXTS, Y)
    with pytest.raises(ValueError, match="got LogisticRegression; pass method='occl"):
        explain(model, TEXTS)
    with pytest.raises(ValueError, match="step is for RNNTagger"):
        explain(model, TEXTS, method="occlusion", step=0)
    with pytest.raises(ValueError, match="target must be one of the classes"):
        explain(model, TEXTS, method="occlusion", target="good")
    with pytest.raises(ValueError, match="not fitted"):
        explain(LogisticRegression(), TEXTS, method="occlusion")


def test_a_frame_stays_a_frame_and_one_text_is_refused():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) % 2})
    columns = make_column_transformer(("passthrough", ["b"]))
    model = make_pipeline(columns, LogisticRegression()).fit(X, Y)
    found = explain(model, X[:2], method="occlusion")
    assert found[0].values[0] == 0 < abs(found[0].values[1])
    words = PIPELINES["words"].fit(TEXTS, Y)
    with pytest.raises(TypeError, match=r"got one text; pass \[text\]"):
        explain(words, "good film", method="occlusion")
