import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTranslator, TextVectorizer
from sklearn_rnn.inspection import AttentionDisplay

TEXTS, ANSWERS = ["one two", "three", "$4"], ["ab", "c", ""]


@pytest.fixture(scope="module")
def pipe():
    model = RNNTranslator(8, max_epochs=15, random_state=0, max_length=3)
    return make_pipeline(TextVectorizer(), model).fit(TEXTS * 4, ANSWERS * 4)


def names(labels):
    return [label.get_text() for label in labels]


def test_the_weights_are_drawn_with_the_tokens_and_the_answer(pipe):
    _, ax = plt.subplots()
    display = AttentionDisplay.from_estimator(pipe, TEXTS, ANSWERS, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    expected = pipe[-1].attention_weights(pipe[0].transform(TEXTS), ANSWERS)[0]
    np.testing.assert_array_equal(display.weights, expected)
    np.testing.assert_array_equal(display.image_.get_array(), expected)
    assert names(ax.get_xticklabels()) == ["one", "two"]
    assert names(ax.get_yticklabels()) == ["a", "b", "end"]
    assert display.image_.get_clim() == (0.0, 1.0)


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.TruncationWarning")
def test_the_answer_is_the_predicted_one_unless_given(pipe):
    display = AttentionDisplay.from_estimator(pipe, TEXTS, row=-1)
    assert "".join(display.labels) == pipe.predict(TEXTS)[-1]
    assert names(display.ax_.get_xticklabels()) == [r"\$", "4"]


def test_long_sequences_of_numbers_keep_plain_ticks():
    X = np.zeros((2, 70, 1))
    model = RNNTranslator(4, max_epochs=9, random_state=0).fit(X, [list("aaaa")] * 2)
    display = AttentionDisplay.from_estimator(model, X, [["a"]] * 2)
    assert display.weights.shape == (2, 70)
    assert "69" not in names(display.ax_.get_xticklabels())
    assert names(display.ax_.get_yticklabels()) == ["a", "end"]


def test_what_does_not_translate_is_refused():
    classifier = RNNClassifier(2, pooling="attention", max_epochs=1)
    classifier.fit([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    with pytest.raises(TypeError, match=r"needs an RNNTranslator.*StepImportance"):
        AttentionDisplay.from_estimator(classifier, [[1.0, 2.0]])
