import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTagger, TextVectorizer
from sklearn_rnn.inspection import TransitionsDisplay

WORDS = [["in", "New", "York"], ["no", "place"]]
TAGS = [["O", "B-LOC", "I-LOC"], ["O", "O"]]


def fitted(**params):
    tagger = RNNTagger(3, max_epochs=1, random_state=0, **params)
    return make_pipeline(TextVectorizer(analyzer=list), tagger).fit(WORDS, TAGS)


def test_the_transitions_of_a_tagger_are_drawn_with_its_labels():
    pipeline = fitted(output="crf", scheme="bio")
    _, ax = plt.subplots()
    display = TransitionsDisplay.from_estimator(pipeline, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    transitions = pipeline[-1].transitions_
    np.testing.assert_array_equal(display.transitions, transitions)
    names = ["B-LOC", "I-LOC", "O"]
    assert [label.get_text() for label in ax.get_xticklabels()] == names
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("to", "from")
    allowed = np.isfinite(transitions)
    np.testing.assert_array_equal(display.image_.get_array().mask, ~allowed)
    drawn = display.image_.get_array().compressed()
    np.testing.assert_array_equal(drawn, transitions[allowed])


def test_a_forbidden_pair_is_hatched_and_the_legend_says_so():
    # "I-LOC" may not follow "O", and no other pair is forbidden.
    display = TransitionsDisplay.from_estimator(fitted(output="crf", scheme="bio"))
    (cell,) = display.ax_.patches
    assert (cell.get_x(), cell.get_y()) == (1 - 0.5, 2 - 0.5)  # to I-LOC, from O
    assert cell.get_hatch()
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == ["forbidden"]


def test_nothing_forbidden_needs_no_legend():
    display = TransitionsDisplay(transitions=np.zeros((2, 2)), labels=["a", "b"])
    assert display.plot() is display
    assert display.ax_.get_legend() is None
    assert display.image_.get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("scale", "texts"),
    [
        (0.01, ["0.012", "-0.003", "0.000", "0.004"]),
        (1.0, ["1.2", "-0.3", "0.0", "0.4"]),
        (100.0, ["120", "-26", "0", "40"]),
    ],
)
def test_few_labels_have_their_scores_written_down(scale, texts):
    scores = np.array([[1.2, -0.26], [-0.0001, 0.4]]) * scale
    display = TransitionsDisplay(transitions=scores, labels=[0, 1]).plot()
    found = [text.get_text() for text in display.texts_]
    assert [text.replace("\N{MINUS SIGN}", "-") for text in found] == texts


def test_many_labels_have_none():
    display = TransitionsDisplay(transitions=np.eye(11), labels=range(11)).plot()
    assert display.texts_ == []


def test_what_has_no_transitions_is_refused():
    with pytest.raises(ValueError, match="needs output='crf'"):
        TransitionsDisplay.from_estimator(fitted())
    classifier = RNNClassifier(2, max_epochs=1).fit([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    with pytest.raises(TypeError, match="needs an RNNTagger with output='crf'"):
        TransitionsDisplay.from_estimator(classifier)
    with pytest.raises(NotFittedError):
        TransitionsDisplay.from_estimator(RNNTagger(output="crf"))
