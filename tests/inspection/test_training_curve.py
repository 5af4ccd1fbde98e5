import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import RNNClassifier
from sklearn_rnn.inspection import TrainingCurveDisplay

X = np.random.default_rng(0).normal(size=(24, 3))
y = np.arange(24) % 2


def make_classifier(**params):
    params = {"max_epochs": 3, "random_state": 0, **params}
    return RNNClassifier(2, cell="rnn", **params)


@pytest.fixture(scope="module")
def watched():
    model = make_classifier(early_stopping=True, max_epochs=4, scoring="accuracy")
    return model.fit(X, y)


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_each_panel_draws_a_column_of_the_history_over_the_epochs(watched):
    display = TrainingCurveDisplay.from_estimator(watched)
    panels = {ax.get_ylabel(): ax.lines for ax in display.axes_}
    names = ["loss", "validation score", "learning rate", "gradient norm"]
    assert list(panels) == names
    history = watched.history_
    expected = {
        "loss": [history["train_loss"], history["valid_loss"]],
        "validation score": [history["valid_score"]],
        "learning rate": [history["lr"]],
        "gradient norm": [history["gradient_norm"]],
    }
    for name, columns in expected.items():
        for line, column in zip(panels[name], columns, strict=False):
            np.testing.assert_array_equal(line.get_ydata(), column)
            np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
    assert labels_of(display.axes_[0]) == ["training", "validation", "epoch kept"]
    assert display.axes_[-1].get_xlabel() == "epoch"
    assert display.figure_ is display.axes_[0].figure


def test_the_epoch_kept_is_marked_on_what_is_watched(watched):
    display = TrainingCurveDisplay.from_estimator(watched)
    best = watched.best_epoch_
    for ax, column in zip(display.axes_, ["valid_loss", "valid_score"], strict=False):
        (dot,) = [line for line in ax.lines if line.get_label() == "epoch kept"]
        value = watched.history_[column][best - 1]
        np.testing.assert_array_equal(dot.get_xydata(), [[best, value]])
    assert all(ax.lines[-1].get_xdata()[0] == best for ax in display.axes_)


def test_without_a_validation_part_there_is_neither_score_nor_mark():
    display = TrainingCurveDisplay.from_estimator(make_classifier().fit(X, y))
    assert len(display.axes_) == 3
    assert [len(ax.lines) for ax in display.axes_] == [1, 1, 1]


def test_folds_are_thin_lines_with_their_mean_as_far_as_the_shortest():
    folds = [make_classifier(max_epochs=n).fit(X, y) for n in (2, 5, 3)]
    display = TrainingCurveDisplay.from_estimator(folds, curves=["gradient_norm"])
    (ax,) = display.axes_
    *thin, thick = ax.lines
    assert [len(line.get_xdata()) for line in thin] == [2, 5, 3]
    assert all(line.get_linewidth() < thick.get_linewidth() for line in thin)
    norms = [fold.history_["gradient_norm"][:2] for fold in folds]
    np.testing.assert_allclose(thick.get_ydata(), np.mean(norms, axis=0))
    assert labels_of(ax) == ["mean of 3"]


def test_the_estimators_of_a_cross_validation_are_taken_as_they_come():
    pipeline = make_pipeline(FunctionTransformer(), make_classifier())
    found = cross_validate(pipeline, X, y, cv=2, return_estimator=True)["estimator"]
    display = TrainingCurveDisplay.from_estimator(found, curves="loss")
    assert len(display.histories[""]) == 2
    assert labels_of(display.axes_[0]) == ["training, mean of 2"]


def test_named_estimators_have_colours_of_their_own(watched):
    plain = make_classifier().fit(X, y)
    display = TrainingCurveDisplay.from_estimator({"plain": plain, "held": [watched]})
    loss, score, *_ = display.axes_
    assert labels_of(loss) == [
        "plain, training",
        "held, training",
        "held, validation",
        "epoch kept",
    ]
    first, second, third, _ = loss.lines
    assert first.get_color() != second.get_color() == third.get_color()
    assert second.get_linestyle() != third.get_linestyle()
    assert score.lines[0].get_color() == second.get_color()


def test_of_a_search_the_best_estimator_is_taken():
    search = GridSearchCV(make_classifier(), {"max_epochs": [2, 4]}, cv=2).fit(X, y)
    display = TrainingCurveDisplay.from_estimator(search)
    n_epochs = search.best_params_["max_epochs"]
    assert len(display.histories[""][0]["lr"]) == n_epochs


def test_a_scale_is_logarithmic_where_it_pays():
    def scale(values):
        values = np.array(values, dtype=float)
        display = TrainingCurveDisplay(histories={"": [{"lr": values}]}).plot()
        return display.axes_[0].get_yscale()

    assert scale([0.1, 0.001, 0.001, 0.001]) == "log"
    assert scale([0.1, 0.05, 0.02, 0.001]) == "linear"  # it fills its axis
    assert scale([1.0, 0.5, 0.5, 0.5]) == "linear"  # it is not even a decade
    assert scale([1.0, 0.0, 0.0, 0.0]) == "linear"
    assert scale([1.0, -0.1, -0.1, -0.1]) == "linear"
    assert scale([0.01]) == "linear"
    assert scale([0.1, np.nan, 0.001, 0.001, 0.001]) == "log"


def test_axes_are_divided_or_taken_as_given(watched):
    _, ax = plt.subplots()
    display = TrainingCurveDisplay.from_estimator(watched, ax=ax)
    assert len(display.axes_) == 4
    assert display.figure_ is ax.figure
    _, axes = plt.subplots(2, 2)
    assert display.plot(axes) is display
    assert list(display.axes_) == list(axes.ravel())
    _, ax = plt.subplots()
    assert display.plot(ax, curves=["lr"]).axes_[0] is ax


def test_an_epoch_alone_is_seen():
    display = TrainingCurveDisplay.from_estimator(
        make_classifier(max_epochs=1).fit(X, y)
    )
    assert display.axes_[0].lines[0].get_marker() == "."


@pytest.mark.parametrize("curves", ["accuracy", ["loss", "score"], []])
def test_a_curve_that_was_not_kept_is_refused(curves):
    model = make_classifier().fit(X, y)
    with pytest.raises(ValueError, match=r"curves must name some of \['gradient_norm'"):
        TrainingCurveDisplay.from_estimator(model, curves=curves)


@pytest.mark.parametrize("nothing", [[], {}, {"a": []}])
def test_nothing_cannot_be_drawn(nothing):
    with pytest.raises(ValueError, match="at least one fitted estimator"):
        TrainingCurveDisplay.from_estimator(nothing)


def test_what_is_not_ours_or_not_fitted_is_refused():
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        TrainingCurveDisplay.from_estimator(LogisticRegression())
    for unfitted in (make_classifier(), GridSearchCV(make_classifier(), {"lr": [0.1]})):
        with pytest.raises(NotFittedError):
            TrainingCurveDisplay.from_estimator([unfitted])


def test_without_matplotlib_the_error_says_how_to_install_it(watched, monkeypatch):
    display = TrainingCurveDisplay(histories={"": [watched.history_]})
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        display.plot()
