import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.inspection import EarlyClassificationDisplay
from sklearn_rnn.metrics import early_classification_curve

TEXTS = ["a good film", "so bad", "good good", "a bad bad film", "good", "bad film"]
MOODS = ["pos", "neg", "pos", "neg", "pos", "neg"]


def make_classifier(**params):
    return RNNClassifier(3, bidirectional=False, max_epochs=2, random_state=0, **params)


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(TextVectorizer(), make_classifier()).fit(TEXTS, MOODS)


def test_a_pipeline_predicts_after_each_word(pipeline):
    display = EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS)
    rnn, X = pipeline[-1], pipeline[:-1].transform(TEXTS)
    expected = early_classification_curve(MOODS, rnn.predict_proba_over_time(X))
    found = display.earliness, display.accuracy, display.thresholds
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert display.accuracy[-1] == pipeline.score(TEXTS, MOODS)


def test_the_line_is_the_curve_and_its_end_is_marked(pipeline):
    display = EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS)
    points = np.column_stack([display.earliness, display.accuracy])
    np.testing.assert_allclose(display.line_.get_xydata(), 100 * points)
    np.testing.assert_allclose(display.end_.get_offsets(), 100 * points[-1:])
    assert display.ax_.get_xlabel().endswith("(%)")


def test_an_estimator_and_its_predictions_draw_the_same(pipeline):
    X = pipeline[:-1].transform(TEXTS)
    one = EarlyClassificationDisplay.from_estimator(pipeline[-1], X, MOODS)
    probas = pipeline[-1].predict_proba_over_time(X)
    other = EarlyClassificationDisplay.from_predictions(MOODS, probas)
    np.testing.assert_array_equal(one.line_.get_xydata(), other.line_.get_xydata())


def test_a_second_curve_looks_different(pipeline):
    first = EarlyClassificationDisplay.from_estimator(
        pipeline, TEXTS, MOODS, name="one"
    )
    second = EarlyClassificationDisplay.from_estimator(
        pipeline, TEXTS, MOODS, ax=first.ax_, name="two"
    )
    assert second.ax_ is first.ax_
    assert second.line_.get_color() != first.line_.get_color()
    names = [text.get_text() for text in first.ax_.get_legend().get_texts()]
    assert {"one", "two"} <= set(names)


def test_columns_are_those_of_the_estimator_where_y_lacks_a_class(pipeline):
    display = EarlyClassificationDisplay.from_estimator(
        pipeline, TEXTS[::2], MOODS[::2]
    )
    assert display.accuracy[-1] == pipeline.score(TEXTS[::2], MOODS[::2])


def test_plot_draws_where_it_is_told_and_returns_itself(pipeline):
    display = EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS)
    _, ax = plt.subplots()
    assert display.plot(ax, color="black") is display
    assert display.ax_ is ax
    assert display.line_.get_color() == "black"


def test_a_regressor_is_refused():
    model = RNNRegressor(2, bidirectional=False, max_epochs=1, random_state=0)
    X, y = np.zeros((4, 3)), np.arange(4.0)
    with pytest.raises(TypeError, match="must be an RNNClassifier"):
        EarlyClassificationDisplay.from_estimator(model.fit(X, y), X, y)


def test_several_labels_for_a_sequence_are_refused_before_anything_is_computed(
    monkeypatch,
):
    X, y = np.zeros((4, 3)), np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    model = make_classifier().fit(X, y)
    monkeypatch.setattr(RNNClassifier, "predict_proba_over_time", None)
    with pytest.raises(ValueError, match="multilabel targets; early classification"):
        EarlyClassificationDisplay.from_estimator(model, X, y)


@pytest.mark.parametrize(
    ("style", "get", "value"),
    [
        ({"linewidth": 1}, "get_linewidth", 1),
        ({"lw": 1}, "get_linewidth", 1),
        ({"ls": ":"}, "get_linestyle", ":"),
        ({"c": "k"}, "get_color", "k"),
        ({"label": "mine"}, "get_label", "mine"),
    ],
)
def test_a_style_may_have_its_short_name(pipeline, style, get, value):
    display = EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS, **style)
    assert getattr(display.line_, get)() == value


def test_a_name_may_be_given_when_it_is_drawn_again(pipeline):
    display = EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS)
    assert display.line_.get_label() == display.name == "RNNClassifier"
    assert display.plot(name="again").line_.get_label() == "again"


def test_a_failed_call_leaves_no_figure_open_and_closes_none_of_others(pipeline):
    with pytest.raises(AttributeError, match="colour"):
        EarlyClassificationDisplay.from_estimator(pipeline, TEXTS, MOODS, colour="red")
    assert plt.get_fignums() == []
    figure, ax = plt.subplots()
    with pytest.raises(AttributeError, match="colour"):
        EarlyClassificationDisplay.from_estimator(
            pipeline, TEXTS, MOODS, ax=ax, colour="red"
        )
    assert plt.get_fignums() == [figure.number]
