import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.inspection import EarlinessDisplay
from sklearn_rnn.metrics import earliness_accuracy_curve

TEXTS = ["a good film", "so bad", "good good", "a bad bad film", "good", "bad film"]
MOODS = ["pos", "neg", "pos", "neg", "pos", "neg"]


def make_classifier(**params):
    return RNNClassifier(3, bidirectional=False, max_epochs=2, random_state=0, **params)


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(TextVectorizer(), make_classifier()).fit(TEXTS, MOODS)


def test_a_pipeline_is_asked_after_each_word(pipeline):
    display = EarlinessDisplay.from_estimator(pipeline, TEXTS, MOODS)
    rnn, X = pipeline[-1], pipeline[:-1].transform(TEXTS)
    expected = earliness_accuracy_curve(MOODS, rnn.predict_proba_over_time(X))
    found = display.earliness, display.accuracy, display.thresholds
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert display.accuracy[-1] == pipeline.score(TEXTS, MOODS)


def test_the_line_is_the_curve_and_its_end_is_marked(pipeline):
    display = EarlinessDisplay.from_estimator(pipeline, TEXTS, MOODS)
    points = np.column_stack([display.earliness, display.accuracy])
    np.testing.assert_allclose(display.line_.get_xydata(), 100 * points)
    np.testing.assert_allclose(display.end_.get_offsets(), 100 * points[-1:])
    assert display.ax_.get_xlabel().endswith("(%)")


def test_an_estimator_and_its_predictions_draw_the_same(pipeline):
    X = pipeline[:-1].transform(TEXTS)
    one = EarlinessDisplay.from_estimator(pipeline[-1], X, MOODS)
    probas = pipeline[-1].predict_proba_over_time(X)
    other = EarlinessDisplay.from_predictions(MOODS, probas)
    np.testing.assert_array_equal(one.line_.get_xydata(), other.line_.get_xydata())


def test_a_second_curve_looks_different(pipeline):
    first = EarlinessDisplay.from_estimator(pipeline, TEXTS, MOODS, label="one")
    second = EarlinessDisplay.from_estimator(
        pipeline, TEXTS, MOODS, ax=first.ax_, label="two"
    )
    assert second.ax_ is first.ax_
    assert second.line_.get_color() != first.line_.get_color()
    names = [text.get_text() for text in first.ax_.get_legend().get_texts()]
    assert {"one", "two"} <= set(names)


def test_columns_are_those_of_the_estimator_where_y_lacks_a_class(pipeline):
    display = EarlinessDisplay.from_estimator(pipeline, TEXTS[::2], MOODS[::2])
    assert display.accuracy[-1] == pipeline.score(TEXTS[::2], MOODS[::2])


def test_plot_draws_where_it_is_told_and_returns_itself(pipeline):
    display = EarlinessDisplay.from_estimator(pipeline, TEXTS, MOODS)
    _, ax = plt.subplots()
    assert display.plot(ax, color="black") is display
    assert display.ax_ is ax
    assert display.line_.get_color() == "black"


def test_what_answers_with_numbers_is_refused():
    model = RNNRegressor(2, bidirectional=False, max_epochs=1, random_state=0)
    X, y = np.zeros((4, 3)), np.arange(4.0)
    with pytest.raises(TypeError, match="must be an RNNClassifier"):
        EarlinessDisplay.from_estimator(model.fit(X, y), X, y)
