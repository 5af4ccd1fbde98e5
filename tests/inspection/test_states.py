import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
)
from sklearn_rnn.inspection import StatesDisplay, hidden_states

SERIES = [np.random.default_rng(n).normal(size=(n, 2)) for n in (4, 7, 5, 7)]
TEXTS = ["a good film", "a bad film", "good good $", "so bad"]
LABELS = [1, 0, 1, 0]
FAST = {"max_epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def series_model():
    return RNNClassifier(3, num_layers=2, **FAST).fit(SERIES, LABELS)


@pytest.fixture(scope="module")
def text_model():
    rnn = RNNClassifier(3, cell="gru", bidirectional=False, **FAST)
    return make_pipeline(TextVectorizer(), rnn).fit(TEXTS, LABELS)


# -- the numbers ---------------------------------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_mean_of_the_last_hidden_states_is_the_representation(cell, bidirectional):
    model = RNNRegressor(
        3, cell=cell, bidirectional=bidirectional, pooling="mean", **FAST
    ).fit(SERIES, LABELS)
    means = [
        layers[-1]["hidden"].mean(axis=0) for layers in hidden_states(model, SERIES)
    ]
    np.testing.assert_allclose(means, model.transform(SERIES), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (RNNTagger(3, **FAST), [["a", "b"] * 2, ["b"] * 7, ["a"] * 5, ["b"] * 7]),
        (RNNStepRegressor(3, **FAST), [row[:, 0] for row in SERIES]),
    ],
)
def test_estimators_with_a_target_for_each_step_have_states_too(model, y):
    states = hidden_states(model.fit(SERIES, y), SERIES)
    assert [len(layers[0]["hidden"]) for layers in states] == [4, 7, 5, 7]


def test_a_pipeline_reads_text(text_model):
    vectorizer, rnn = text_model[0], text_model[1]
    found = hidden_states(text_model, TEXTS[:2])
    expected = hidden_states(rnn, vectorizer.transform(TEXTS[:2]))
    for row, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(row[0]["update"], other[0]["update"])


def test_words_with_characters_are_traced():
    pipe = make_pipeline(TextVectorizer(characters=True), RNNClassifier(3, **FAST)).fit(
        TEXTS, LABELS
    )
    words = pipe.set_params(rnnclassifier__pooling="mean").fit(TEXTS, LABELS)
    (layers,) = hidden_states(words, ["an unseen film"])
    pooled = words.transform(["an unseen film"])
    np.testing.assert_allclose(layers[0]["hidden"].mean(axis=0), pooled[0], atol=1e-6)


def test_what_is_not_ours_or_not_fitted_is_refused():
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        hidden_states(LogisticRegression(), SERIES)
    with pytest.raises(NotFittedError):
        hidden_states(RNNClassifier(), SERIES)


# -- the picture ---------------------------------------------------------------


def test_the_heat_maps_hold_the_states_of_the_row_and_layer_asked_for(series_model):
    display = StatesDisplay.from_estimator(series_model, SERIES, row=1, layer=0)
    expected = hidden_states(series_model, SERIES)[1][0]
    assert list(display.images_) == ["cell", "hidden", "input", "forget", "output"]
    for name, image in display.images_.items():
        values = expected[name][:, display.order_].T
        np.testing.assert_allclose(image.get_array(), values, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(display.values, SERIES[1])
    lines = display.axes_[-1].lines
    np.testing.assert_array_equal(lines[1].get_ydata(), SERIES[1][:, 1])
    assert display.axes_[-1].get_xlabel() == "time step"
    assert display.axes_[0].get_title() == "cell state $c$"


def test_units_are_in_the_order_of_their_largest_step():
    hidden = np.zeros((5, 4))
    # Unit 0 is farthest from zero at step 3, 1 at 0, 2 at 4 and 3 at 1.
    hidden[[3, 0, 4, 1], range(4)] = [1, -1, 1, -1]
    display = StatesDisplay(states={"hidden": hidden})
    assert display.plot().order_.tolist() == [1, 3, 0, 2]
    labels = [label.get_text() for label in display.axes_[0].get_yticklabels()]
    assert labels == ["1", "3", "0", "2"]
    assert display.plot(sort=False).order_.tolist() == [0, 1, 2, 3]
    two = StatesDisplay(states={"hidden": hidden}, n_directions=2)
    assert two.plot().order_.tolist() == [1, 0, 3, 2]


def test_gates_run_from_zero_to_one_and_states_lie_around_zero(text_model):
    display = StatesDisplay.from_estimator(text_model, TEXTS)
    assert list(display.images_) == ["hidden", "reset", "update"]
    assert display.images_["reset"].get_clim() == (0.0, 1.0)
    low, high = display.images_["hidden"].get_clim()
    assert low == -high == -np.abs(display.states["hidden"]).max()


def test_tokens_are_under_their_steps(text_model):
    display = StatesDisplay.from_estimator(text_model, TEXTS, row=1, what="candidate")
    (ax,) = display.axes_
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "bad", "film"]
    assert ax.get_xlabel() == "token"


def test_of_many_tokens_as_many_are_labelled_as_can_be_read():
    tokens = [f"a{i}$" for i in range(200)]
    display = StatesDisplay(states={"hidden": np.ones((200, 2))}, tokens=tokens).plot()
    labels = display.axes_[0].get_xticklabels()
    assert [label.get_text() for label in labels[:2]] == [r"a0\$", r"a5\$"]
    assert len(labels) == 40
    display.figure_.canvas.draw()  # a dollar sign is no formula


def test_ids_without_a_vectorizer_are_their_own_words(text_model):
    ids = text_model[0].transform(TEXTS)
    display = StatesDisplay.from_estimator(text_model[1], ids)
    assert display.tokens == [str(i) for i in ids[0].data]


def test_one_axes_is_divided_and_several_are_taken(series_model):
    _, (left, right) = plt.subplots(1, 2)
    what = ("hidden", "cell")
    display = StatesDisplay.from_estimator(series_model, SERIES, what=what, ax=left)
    assert len(display.axes_) == 3
    assert display.figure_ is left.figure
    assert not left.axison and right.axison
    _, axes = plt.subplots(3, 1)
    assert display.plot(axes, what=what) is display
    assert list(display.axes_) == list(axes)
    with pytest.raises(ValueError, match="an array of 3, one for each panel, got 2"):
        display.plot(axes[:2], what=what)
    free = plt.figure().add_axes((0, 0, 1, 1))
    with pytest.raises(ValueError, match=r"one axes of plt\.subplots"):
        display.plot(free, what=what)


@pytest.mark.parametrize("what", ["forget", ("hidden", "cell"), ()])
def test_a_state_that_the_cell_does_not_have_is_refused(text_model, what):
    with pytest.raises(ValueError, match=r"what must name .*'update'\], got"):
        StatesDisplay.from_estimator(text_model, TEXTS, what=what)


@pytest.mark.parametrize(
    ("place", "message"),
    [({"row": 4}, "row=4 .* X has 4"), ({"layer": -3}, "layer=-3 .* network has 2")],
)
def test_a_row_or_layer_that_is_not_there_is_refused(series_model, place, message):
    with pytest.raises(IndexError, match=message):
        StatesDisplay.from_estimator(series_model, SERIES, **place)
