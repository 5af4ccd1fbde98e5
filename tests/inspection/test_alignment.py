"""The picture of an alignment shows the probabilities and the spans."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTranscriber, TextVectorizer
from sklearn_rnn.inspection import AlignmentDisplay

TEXTS, Y = ["aabb", "bba", "abab"], ["ab", "ba", "aba"]


@pytest.fixture
def pipeline():
    model = RNNTranscriber(4, max_epochs=8, random_state=0)
    return make_pipeline(TextVectorizer(analyzer="char"), model).fit(TEXTS, Y)


def test_a_given_answer_is_drawn_where_it_is_aligned(pipeline):
    _, ax = plt.subplots()
    display = AlignmentDisplay.from_estimator(pipeline, TEXTS, Y, row=-1, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    ids = pipeline[0].transform(TEXTS[-1:])
    (spans,), (log_proba,) = (
        pipeline[-1].align(ids, Y[-1:]),
        pipeline[-1].predict_log_proba(ids),
    )
    np.testing.assert_array_equal(display.spans, spans)
    assert [line.get_label() for line in display.lines_] == ["blank", "a", "b"]
    for column, line in enumerate(display.lines_):
        np.testing.assert_array_equal(line.get_ydata(), np.exp(log_proba[:, column]))
    assert [text.get_text() for text in ax.texts] == ["a", "b", "a"]
    middles = [text.get_position()[0] for text in ax.texts]
    np.testing.assert_array_equal(middles, spans.mean(axis=1) - 0.5)


def test_the_predicted_answer_is_drawn_by_default():
    display = AlignmentDisplay(
        probabilities=np.array([[0.1, 0.9, 0.0], [1.0, 0.0, 0.0]]),
        classes=np.array([7, 8]),
        labels=[7],
        spans=np.array([[0, 1]]),
    )
    assert display.plot() is display
    assert [line.get_label() for line in display.lines_] == ["blank", "7"]
    plt.close()


def test_what_has_no_alignment_is_refused(pipeline):
    with pytest.raises(NotFittedError):
        AlignmentDisplay.from_estimator(RNNTranscriber(), TEXTS)
    classifier = RNNClassifier(2, max_epochs=1).fit(np.zeros((4, 3)), [0, 1, 0, 1])
    with pytest.raises(TypeError, match="needs an RNNTranscriber"):
        AlignmentDisplay.from_estimator(classifier, np.zeros((4, 3)))
    display = AlignmentDisplay.from_estimator(pipeline, TEXTS)
    (predicted,) = pipeline.predict(TEXTS[:1])
    assert "".join(display.labels) == predicted
    plt.close()
