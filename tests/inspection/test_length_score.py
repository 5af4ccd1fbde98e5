import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
)
from sklearn_rnn.inspection import LengthScoreDisplay, _length_score
from sklearn_rnn.inspection._length_score import bins_of_lengths
from sklearn_rnn.metrics import flat_accuracy_score

random = np.random.default_rng(0)
LENGTHS = random.integers(2, 12, size=40)
SERIES = [random.normal(size=(length, 1)) for length in LENGTHS]
y = np.arange(40) % 2
FAST = {"max_epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def classifier():
    return RNNClassifier(2, cell="rnn", **FAST).fit(SERIES, y)


@pytest.fixture
def few_resamples(monkeypatch):
    """Leave the intervals rough where other things are tested."""
    monkeypatch.setattr(_length_score, "N_RESAMPLES", 10)


def rows_of(display):
    """Find the rows of each bin again, by the lengths it tells."""
    return [
        np.flatnonzero((low <= LENGTHS) & (high >= LENGTHS))
        for low, high in zip(display.shortest, display.longest, strict=True)
    ]


# -- the bins ------------------------------------------------------------------


def test_bins_have_equal_numbers_of_rows_where_lengths_differ():
    bins = bins_of_lengths(np.array([30, 10, 20, 60, 50, 40]), 3)
    assert [rows.tolist() for rows in bins] == [[1, 2], [0, 5], [3, 4]]


def test_rows_of_one_length_stay_together():
    lengths = np.array([5, 5, 5, 5, 5, 5, 7, 9])
    bins = bins_of_lengths(lengths, 4)
    assert [lengths[rows].tolist() for rows in bins] == [[5] * 6, [7, 9]]
    (everything,) = bins_of_lengths(np.full(3, 7), 5)
    assert everything.tolist() == [0, 1, 2]


# -- the scores ----------------------------------------------------------------


def test_the_score_of_a_bin_is_that_of_its_rows(classifier):
    display = LengthScoreDisplay.from_estimator(classifier, SERIES, y, n_bins=3)
    bins = rows_of(display)
    assert [len(rows) for rows in bins] == display.n_rows.tolist()
    assert sum(display.n_rows) == 40
    for rows, score in zip(bins, display.scores, strict=True):
        members = [SERIES[row] for row in rows]
        assert score == pytest.approx(classifier.score(members, y[rows]))
    assert display.overall == classifier.score(SERIES, y)
    assert display.score_name == "accuracy"


@pytest.mark.usefixtures("few_resamples")
def test_a_metric_scores_what_a_method_gives_for_the_rows_of_each_bin(classifier):
    display = LengthScoreDisplay.from_estimator(
        classifier,
        SERIES,
        list(y),
        metric=roc_auc_score,
        response_method="decision_function",
        n_bins=3,
    )
    predictions = classifier.decision_function(SERIES)
    for rows, score in zip(rows_of(display), display.scores, strict=True):
        assert score == pytest.approx(roc_auc_score(y[rows], predictions[rows]))
    assert display.score_name == "roc_auc_score"
    low, high = display.intervals.T
    assert (low < high).all()
    assert (low <= display.scores).all() and (display.scores <= high).all()


@pytest.mark.usefixtures("few_resamples")
def test_the_estimator_is_asked_once_for_all_rows(classifier, monkeypatch):
    asked = []
    predict = RNNClassifier.predict

    def count(self, X):
        asked.append(len(X))
        return predict(self, X)

    monkeypatch.setattr(RNNClassifier, "predict", count)
    LengthScoreDisplay.from_estimator(classifier, SERIES, y, metric=f1_score)
    assert asked == [40]


@pytest.mark.usefixtures("few_resamples")
def test_numbers_are_scored_by_r2():
    target = LENGTHS + random.normal(size=40)
    model = RNNRegressor(2, cell="rnn", **FAST).fit(SERIES, target)
    display = LengthScoreDisplay.from_estimator(model, SERIES, target, n_bins=2)
    predicted = model.predict(SERIES)
    for rows, score in zip(rows_of(display), display.scores, strict=True):
        assert score == pytest.approx(r2_score(target[rows], predicted[rows]))
    assert display.score_name == "R²"


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize("metric", [None, flat_accuracy_score])
def test_a_tagger_is_scored_over_the_steps_of_each_bin(metric):
    tags = [["a", *random.choice(["b", "c"], size=n - 1)] for n in LENGTHS]
    model = RNNTagger(2, cell="rnn", **FAST).fit(SERIES, tags)
    display = LengthScoreDisplay.from_estimator(model, SERIES, tags, metric=metric)
    predicted = model.predict(SERIES)
    for rows, score in zip(rows_of(display), display.scores, strict=True):
        expected = flat_accuracy_score([tags[row] for row in rows], predicted[rows])
        assert score == pytest.approx(expected)
    if metric is None:
        assert display.score_name == "accuracy of the steps"


@pytest.mark.usefixtures("few_resamples")
def test_the_padding_of_a_table_of_labels_is_not_scored():
    table = np.array([[1, 0, 9], [1, 1, 1], [0, 9, 9]])
    y_pred = [np.array([1, 1]), np.array([1, 1, 0]), np.array([0])]
    display = LengthScoreDisplay.from_predictions(table, y_pred, [2, 3, 1], n_bins=3)
    np.testing.assert_allclose(display.scores, [1, 1 / 2, 2 / 3])
    assert display.overall == pytest.approx(4 / 6)


@pytest.mark.usefixtures("few_resamples")
def test_several_outputs_are_scored_as_they_are():
    y_true = [[0.0, 1.0], [1.0, 30.0], [2.0, 10.0], [3.0, 20.0]]
    y_pred = np.array([[0.5, 2.0], [1.0, 31.0], [2.5, 10.0], [3.0, 25.0]])
    display = LengthScoreDisplay.from_predictions(y_true, y_pred, [4] * 4)
    assert display.scores[0] == pytest.approx(r2_score(y_true, y_pred))


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [
        ([1.5, 2.5, 3.0], [1.0, 2.0, 3.0]),  # only the targets have fractions
        (np.array([[1, 2], [3, 5]]), np.array([[1, 2], [3, 4]])),  # two outputs
    ],
)
def test_whole_numbers_are_scored_by_r2_where_they_are_no_classes(y_true, y_pred):
    display = LengthScoreDisplay.from_predictions(y_true, y_pred, [4] * len(y_true))
    assert display.overall == pytest.approx(r2_score(y_true, y_pred))
    assert display.score_name == "R²"


def test_lengths_are_those_that_the_network_reads():
    texts = ["one", "one two", "one two three four five", "one two three"] * 2
    labels = [0, 1, 0, 1] * 2
    vectorizer = TextVectorizer(max_length=3, truncate="end")
    pipeline = make_pipeline(vectorizer, RNNClassifier(2, **FAST))
    pipeline.fit(texts[:1] + texts[3:4], [0, 1])
    display = LengthScoreDisplay.from_estimator(pipeline, texts, labels, n_bins=4)
    assert display.longest.tolist() == [1, 2, 3]


def test_a_generator_is_read_once():
    texts, labels = ["one", "one two", "two", "two one one"], [0, 1, 0, 1]
    pipeline = make_pipeline(TextVectorizer(), RNNClassifier(2, **FAST))
    pipeline.fit(texts, labels)
    display = LengthScoreDisplay.from_estimator(
        pipeline, (text for text in texts), labels, n_bins=2
    )
    assert display.overall == pipeline.score(texts, labels)


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [
        (RNNRegressor, LENGTHS, "R²"),
        (RNNStepRegressor, [np.arange(n) for n in LENGTHS], "R² of the steps"),
    ],
)
def test_whole_numbers_of_a_regressor_are_no_classes(kind, target, name, monkeypatch):
    model = kind(2, cell="rnn", **FAST).fit(SERIES, target)
    whole = np.array(
        [np.round(predicted) for predicted in model.predict(SERIES)], object
    )
    whole = whole.astype(float) if kind is RNNRegressor else whole
    monkeypatch.setattr(kind, "predict", lambda self, X: whole)
    display = LengthScoreDisplay.from_estimator(model, SERIES, target, n_bins=2)
    assert display.score_name == name


# -- bins without a score ------------------------------------------------------

# Of the rows up to length 5 all are of class 0; the others are of three classes.
THREE = np.where(LENGTHS <= 5, 0, np.arange(40) % 3)


@pytest.fixture(scope="module")
def of_three():
    return RNNClassifier(2, cell="rnn", **FAST).fit(SERIES, THREE)


@pytest.mark.usefixtures("few_resamples")
def test_a_bin_without_a_class_has_no_score_and_is_named(of_three):
    with pytest.warns(UndefinedMetricWarning) as caught:
        display = LengthScoreDisplay.from_estimator(
            of_three,
            SERIES,
            THREE,
            metric=log_loss,
            response_method="predict_proba",
            n_bins=3,
        )
    (warning,) = caught
    short = rows_of(display)[0]
    assert set(THREE[short]) == {0}
    text = f"rows of length 2 to {display.longest[0]} (n = {len(short)}): "
    assert text in str(warning.message)
    assert warning.filename == __file__
    assert np.isnan(display.scores).tolist() == [True, False, False]
    assert np.isnan(display.intervals).tolist() == [[True] * 2, *[[False] * 2] * 2]
    assert [text.get_text() for text in display.ax_.texts] == ["no score"]


def test_draws_that_cannot_be_scored_are_left_out():
    # Three rows, one of them of class 1, whose probability is always right: a draw of
    # them has a log loss unless it lacks a class. Those that have one are of 1 or 2
    # rows of class 1, and give -log(0.9) for each row of it, -log(0.6) for the others.
    proba = np.array([0.4, 0.4, 0.9])
    lengths = np.full(3, 5)
    display = LengthScoreDisplay.from_predictions(
        [0, 0, 1], proba, lengths, metric=log_loss, confidence_level=0.98
    )
    right, unsure = -np.log(0.9), -np.log(0.6)
    expected = [(2 * right + unsure) / 3, (right + 2 * unsure) / 3]
    np.testing.assert_allclose(display.intervals, [expected])


def test_hardly_any_draw_with_a_score_gives_no_interval():
    # Of 30 draws of 30 rows, the chance that both single ones are in it is 0.4; with
    # a metric that wants each row, hardly any draw has a score, but the bin has.
    def of_all_rows(y_true, y_pred):
        if len(set(y_true)) < len(y_true):
            raise ValueError("a row is missing")
        return 1.0

    rows = np.arange(30)
    display = LengthScoreDisplay.from_predictions(
        rows, rows, np.full(30, 5), metric=of_all_rows
    )
    assert display.scores.tolist() == [1.0]
    assert np.isnan(display.intervals).all()


def test_a_bin_of_one_row_has_no_r2():
    y_true = np.array([0.5, 1.5, 2.5, 3.5, 4.5])
    with pytest.warns(UndefinedMetricWarning, match=r"length 9 \(n = 1\): R\^2") as c:
        display = LengthScoreDisplay.from_predictions(
            y_true, y_true + 0.25, [3, 3, 3, 3, 9], n_bins=5
        )
    assert len(c) == 1
    assert np.isnan(display.scores).tolist() == [False, True]
    assert display.overall == pytest.approx(r2_score(y_true, y_true + 0.25))


def test_a_warning_of_the_metric_is_heard_once_and_not_for_each_draw():
    y_true = np.array([0, 0, 0, 1, 1, 1, 0, 1])
    y_pred = np.array([0, 1, 0, 1, 0, 2, 0, 1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        LengthScoreDisplay.from_predictions(
            y_true,
            y_pred,
            [2, 2, 2, 4, 4, 4, 7, 7],
            metric=balanced_accuracy_score,
            n_bins=3,
        )
    assert len({str(warning.message) for warning in caught}) == len(caught) == 1


def test_what_cannot_be_scored_at_all_is_the_error_of_the_metric():
    with pytest.raises(ValueError, match="only one label"):
        LengthScoreDisplay.from_predictions(
            [1, 1], np.array([0.5, 0.6]), [2, 3], metric=log_loss
        )


# -- the intervals -------------------------------------------------------------


def test_the_interval_of_an_accuracy_is_that_of_wilson():
    # 8 of 10 at 95 %: 0.490 to 0.943, as Wilson's formula gives by hand with
    # z = 1.96: middle (0.8 + 0.19208) / 1.38416 = 0.7167, reach 1.96 * sqrt(0.016 +
    # 0.009604) / 1.38416 = 0.2266.
    y_pred = np.repeat([1, 0], [8, 2])
    display = LengthScoreDisplay.from_predictions(
        np.ones(10, dtype=int), y_pred, np.full(10, 7), confidence_level=0.95
    )
    np.testing.assert_allclose(display.intervals, [[0.4901, 0.9433]], atol=1e-4)


def test_none_and_all_right_have_intervals_too():
    # No row of n is right: Wilson's interval is 0 to z² / (n + z²).
    display = LengthScoreDisplay.from_predictions(
        [1] * 8, [0] * 4 + [1] * 4, [2] * 4 + [3] * 4, n_bins=2
    )
    reach = 1.6448536**2 / (4 + 1.6448536**2)
    np.testing.assert_allclose(
        display.intervals, [[0, reach], [1 - reach, 1]], atol=1e-6
    )


def test_an_interval_by_resampling_is_about_that_of_the_mean():
    # The mean absolute error of 400 rows has the standard error of a mean.
    errors = np.random.default_rng(1).exponential(size=400)
    display = LengthScoreDisplay.from_predictions(
        errors, np.zeros(400), np.full(400, 3), metric=mean_absolute_error
    )
    reach = 1.645 * errors.std() / 20
    expected = [[errors.mean() - reach, errors.mean() + reach]]
    np.testing.assert_allclose(display.intervals, expected, rtol=0, atol=0.03)
    assert display.score_name == "mean_absolute_error"


def test_the_same_seed_gives_the_same_interval():
    def intervals(**params):
        return LengthScoreDisplay.from_predictions(
            LENGTHS / 7, random_draws, LENGTHS, n_bins=2, **params
        ).intervals

    random_draws = np.random.default_rng(2).normal(size=40)
    np.testing.assert_array_equal(intervals(), intervals(random_state=0))
    assert (intervals() != intervals(random_state=1)).any()


# -- the picture ---------------------------------------------------------------


def test_the_picture_shows_scores_lengths_and_numbers():
    _, ax = plt.subplots()
    display = LengthScoreDisplay.from_predictions(
        [0, 0, 0, 1],
        [0, 0, 1, 0],
        [2, 2, 5, 9],
        n_bins=2,
        score_name="share right",
        ax=ax,
    )
    assert display.ax_ is ax and display.figure_ is ax.figure
    texts = [label.get_text() for label in ax.get_xticklabels()]
    assert texts == ["2\nn = 2", "5 to 9\nn = 2"]
    points = display.errorbar_.lines[0]
    np.testing.assert_array_equal(points.get_ydata(), [1.0, 0.0])
    assert display.overall_line_.get_ydata()[0] == 0.5
    assert ax.get_ylabel() == "share right"
    assert display.plot() is display


# -- what is refused -----------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_bins": 0}, "n_bins == 0"),
        ({"n_bins": 2.5}, "n_bins must be an instance of int"),
        ({"confidence_level": 1.0}, "confidence_level == 1.0"),
    ],
)
def test_bad_parameters_are_refused(classifier, params, message):
    with pytest.raises((TypeError, ValueError), match=message):
        LengthScoreDisplay.from_estimator(classifier, SERIES, y, **params)


def test_an_unknown_keyword_is_refused_by_the_method_that_was_called(classifier):
    with pytest.raises(TypeError, match=r"from_estimator\(\) .* argument 'scoring'"):
        LengthScoreDisplay.from_estimator(classifier, SERIES, y, scoring="accuracy")


def test_other_numbers_of_rows_are_refused(classifier):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LengthScoreDisplay.from_estimator(classifier, SERIES, y[:-1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LengthScoreDisplay.from_predictions(y, y, LENGTHS[:-1])


def test_other_estimators_are_refused():
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        LengthScoreDisplay.from_estimator(LogisticRegression(), SERIES, y)


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="hold no row"):
        LengthScoreDisplay.from_predictions([], [], [])


def test_outputs_in_lists_are_not_taken_for_steps():
    y_true, y_pred = [[1, 0], [1, 1]], [[1, 0], [1, 0]]
    with pytest.raises(ValueError, match=r"got 2 for 3 steps at row 1; .*asarray"):
        LengthScoreDisplay.from_predictions(y_true, y_pred, [2, 3])
    display = LengthScoreDisplay.from_predictions(y_true, np.array(y_pred), [2, 3])
    assert display.overall == 1 / 2  # both labels of a row must be right
    display = LengthScoreDisplay.from_predictions(y_true, y_pred, [2, 2])
    assert display.overall == 3 / 4  # two sequences of two steps
