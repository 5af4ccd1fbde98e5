import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTagger, TextVectorizer
from sklearn_rnn.inspection import AttentionDisplay

SERIES = [np.random.default_rng(n).normal(size=(n, 2)) for n in (4, 7, 5, 7)]
TEXTS = ["a good film", "a bad film", "good good !", "so bad"]
LABELS = [1, 0, 1, 0]
FAST = {"max_epochs": 1, "random_state": 0}


def attentive():
    return RNNClassifier(3, pooling="attention", **FAST)


def test_the_series_stands_on_the_weights_of_its_row():
    model = attentive().fit(SERIES, LABELS)
    display = AttentionDisplay.from_estimator(model, SERIES, row=2)
    weights = model.attention_weights(SERIES)[2, :5]
    np.testing.assert_allclose(display.weights, weights, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(display.ground_.get_array()[0], display.weights)
    assert display.ground_.get_extent()[:2] == [-0.5, 4.5]  # a column for each step
    for line, variable in zip(display.ax_.lines, SERIES[2].T, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), variable)
    assert display.bars_ is None
    assert display.ax_.get_ylabel() == "value"


def test_a_text_has_a_bar_for_each_token():
    pipeline = make_pipeline(TextVectorizer(), attentive()).fit(TEXTS, LABELS)
    _, ax = plt.subplots()
    display = AttentionDisplay.from_estimator(pipeline, TEXTS, row=1, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    heights = [bar.get_height() for bar in display.bars_]
    np.testing.assert_array_equal(heights, display.weights)
    assert sum(heights) == pytest.approx(1.0)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "bad", "film"]
    assert ax.get_ylabel() == "attention weight"


def test_of_a_long_text_the_heaviest_tokens_are_labelled_and_leave_each_other_room():
    weights = np.full(400, 0.001)
    weights[[100, 101, 300]] = [0.3, 0.25, 0.2]
    tokens = [f"word{i}" for i in range(400)]
    display = AttentionDisplay(weights=weights, tokens=tokens).plot()
    labels = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert {"word100", "word300"} <= set(labels)
    assert "word101" not in labels  # it would stand on its neighbour
    assert len(labels) == 20
    assert min(np.diff(display.ax_.get_xticks())) >= 10
    assert display.ax_.get_xlabel() == "heaviest tokens"


def test_weights_alone_can_be_drawn():
    display = AttentionDisplay(weights=np.array([0.25, 0.75]))
    assert display.plot() is display
    assert display.ax_.get_xlabel() == "time step"


def test_another_pooling_is_refused():
    model = RNNClassifier(3, pooling="max", **FAST).fit(SERIES, LABELS)
    with pytest.raises(ValueError, match="needs pooling='attention'"):
        AttentionDisplay.from_estimator(model, SERIES)
    tagger = RNNTagger(3, **FAST).fit(
        SERIES, [["a", "b", *"a" * (len(s) - 2)] for s in SERIES]
    )
    with pytest.raises(TypeError, match="which pools nothing"):
        AttentionDisplay.from_estimator(tagger, SERIES)
