"""What early stopping watches, and who is told of a fit while it runs."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupShuffleSplit,
    TimeSeriesSplit,
    cross_validate,
)
from sklearn.pipeline import Pipeline, make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn.callbacks import WeightAverage
from sklearn_rnn.metrics import flat_f1

SMALL = {"cell": "rnn", "random_state": 0, "lr": 0.05}
STOPS = {"early_stopping": True, "validation_fraction": 0.25}

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 5, 2))
y = X[:, :, 0].sum(axis=1) + rng.normal(size=60)
labels = (y > 0.7).astype(int)
NAMES = np.array(["no", "yes"])[labels]
X_val = rng.normal(size=(25, 5, 2))
y_val = X_val[:, :, 0].sum(axis=1)
STEPS = as_ragged([(row[:, 0] > 0).astype(int) for row in X])


# -- a score to watch ----------------------------------------------------------------


@pytest.mark.parametrize("scoring", ["roc_auc"])
def test_the_history_has_the_score_of_each_epoch(scoring):
    model = RNNClassifier(4, scoring=scoring, max_epochs=3, **SMALL)
    model.fit(X, labels, X_val=X_val, y_val=(y_val > 0).astype(int))
    score = make_scorer_of(scoring)(model, X_val, (y_val > 0).astype(int))
    assert model.history_["valid_score"].shape == (3,)
    assert model.history_["valid_score"][-1] == pytest.approx(score, rel=1e-6)


def make_scorer_of(name):
    from sklearn.metrics import get_scorer

    return get_scorer(name)


@pytest.mark.parametrize(
    ("model", "X", "y", "scoring"),
    [
        (RNNClassifier(4, **SMALL), X, NAMES, "balanced_accuracy"),
        (RNNRegressor(4, **SMALL), X, y, "neg_mean_absolute_error"),
        (RNNTagger(4, **SMALL), X, STEPS, flat_f1),
        (RNNTagger(4, **SMALL), list(X), STEPS, flat_f1),
        (
            RNNStepRegressor(4, **SMALL),
            X,
            as_ragged([row[:, 0] for row in X]),
            lambda model, X, y: model.score(X, y),
        ),
    ],
    ids=["classifier", "regressor", "tagger", "tagger of lists", "step regressor"],
)
def test_the_epoch_of_the_best_score_is_gone_back_to(model, X, y, scoring):
    model = clone(model).set_params(scoring=scoring, max_epochs=25, **STOPS)
    model.set_params(n_iter_no_change=4, tol=0).fit(X, y)
    score = model.history_["valid_score"]
    assert len(score) == model.n_iter_
    assert model.best_epoch_ == np.argmax(score) + 1
    short = clone(model).set_params(max_epochs=model.best_epoch_, lr_schedule=None)
    long = clone(model).set_params(lr_schedule=None).fit(X, y)
    short.set_params(max_epochs=long.best_epoch_).fit(X, y)
    for one, other in zip(long.predict(X), short.predict(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_score_is_watched_upwards_and_tol_is_the_least_rise():
    heights = [1, 2, 3, 3.05, 3.09, 5, 5, 5.1, 4, 9]
    calls = iter([0, *heights])  # the first before training: can it be scored at all?
    model = RNNClassifier(
        4,
        scoring=lambda model, X, y: next(calls),
        n_iter_no_change=3,
        tol=0.1,
        max_epochs=20,
        **SMALL,
        **STOPS,
    ).fit(X, labels)
    # 3.05 and 3.09 do not rise enough, nor do the three after the first 5.
    assert model.history_["valid_score"].tolist() == heights[:9]
    assert model.best_epoch_ == 8


def test_the_scorer_sees_the_rows_held_out_as_they_were_given():
    seen = []

    def look(model, X, y):
        seen.append((X, y, model.predict(X), model))
        return 0.0

    rows = np.arange(0, 60, 5)
    rest = np.setdiff1d(np.arange(60), rows)
    model = RNNClassifier(
        4,
        scoring=look,
        early_stopping=True,
        validation_fraction=[(rest, rows)],
        max_epochs=2,
        **SMALL,
    ).fit(X, NAMES)
    assert len(seen) == 3  # before training, and after each epoch
    for X_seen, y_seen, predicted, watched in seen:
        np.testing.assert_array_equal(X_seen, X[rows])
        np.testing.assert_array_equal(y_seen, NAMES[rows])
        assert set(predicted) <= {"no", "yes"}
        assert watched is not model
    assert not hasattr(seen[0][3], "history_")


def test_the_scorer_receives_the_weights_of_the_rows_held_out():
    weight = rng.uniform(1, 5, size=60)
    rows = np.arange(0, 60, 5)
    model = RNNClassifier(
        4,
        scoring=make_scorer(accuracy_score),
        early_stopping=True,
        validation_fraction=[(np.setdiff1d(np.arange(60), rows), rows)],
        max_epochs=1,
        **SMALL,
    ).fit(X, labels, sample_weight=weight)
    score = accuracy_score(
        labels[rows], model.predict(X[rows]), sample_weight=weight[rows]
    )
    assert model.history_["valid_score"][-1] == pytest.approx(score)
    assert score != accuracy_score(labels[rows], model.predict(X[rows]))


def test_a_scorer_that_takes_no_weights_is_called_without():
    model = RNNClassifier(
        4, scoring=lambda model, X, y: 1.0, max_epochs=1, **SMALL, **STOPS
    ).fit(X, labels, sample_weight=np.ones(60))
    assert model.history_["valid_score"].tolist() == [1.0]


@pytest.mark.parametrize("form", ["csr", "dia"])
def test_sparse_ids_of_any_form_are_scored(form):
    ids = sparse.csr_matrix(rng.integers(1, 9, size=(60, 4))).asformat(form)
    model = RNNClassifier(4, scoring="accuracy", max_epochs=1, **SMALL, **STOPS)
    assert model.fit(ids, labels).history_["valid_score"].shape == (1,)


def test_a_scorer_for_another_kind_of_target_is_named():
    model = RNNTagger(4, scoring="accuracy", **SMALL, **STOPS)
    with pytest.raises(ValueError, match=r"scoring='accuracy' cannot score .*metrics"):
        model.fit(X, STEPS)


def test_the_scorer_sees_the_average_of_the_weights():
    model = RNNClassifier(
        4, scoring="roc_auc", callbacks=[WeightAverage(0.9)], max_epochs=3, **SMALL
    ).fit(X, labels, X_val=X_val, y_val=(y_val > 0).astype(int))
    score = make_scorer_of("roc_auc")(model, X_val, (y_val > 0).astype(int))
    assert model.history_["valid_score"][-1] == pytest.approx(score, rel=1e-6)


def test_a_score_that_only_looks_changes_nothing():
    plain = RNNClassifier(4, max_epochs=3, dropout=0.3, **SMALL)
    watched = clone(plain).set_params(scoring="roc_auc")
    data = {"X_val": X_val, "y_val": (y_val > 0).astype(int)}
    np.testing.assert_array_equal(
        watched.fit(X, labels, **data).predict_proba(X),
        plain.fit(X, labels, **data).predict_proba(X),
    )


def test_texts_are_scored_behind_their_vectorizer():
    texts = ["good film", "bad film", "a good one", "a bad one"] * 8
    tones = ["pos", "neg"] * 16
    pipe = make_pipeline(
        TextVectorizer(),
        RNNClassifier(4, scoring="f1_macro", max_epochs=4, **SMALL, **STOPS),
    ).fit(texts, tones)
    assert pipe[-1].history_["valid_score"].shape == (4,)


def test_a_search_stops_each_fit_by_its_own_held_out_rows():
    model = RNNClassifier(
        4, scoring="roc_auc", n_iter_no_change=2, max_epochs=30, **SMALL, **STOPS
    )
    search = GridSearchCV(model, {"hidden_size": [2, 4]}, cv=2, error_score="raise")
    search.fit(X, labels)
    assert search.best_estimator_.n_iter_ < 30


@pytest.mark.parametrize(
    ("scoring", "problem"),
    [
        ("accuracies", "accuracies"),
        (None, "scoring"),
        (lambda model, X, y: "good", "must give one number, got 'good'"),
        (lambda model, X, y: {"a": 1.0}, "must give one number"),
    ],
)
def test_what_is_no_score_is_refused_before_training(scoring, problem, monkeypatch):
    def train(*args, **kwargs):
        pytest.fail("training began")

    monkeypatch.setattr("skorch.NeuralNet.train_step", train)
    with pytest.raises((ValueError, TypeError), match=problem):
        RNNClassifier(4, scoring=scoring, **STOPS).fit(X, labels)


def test_a_score_that_fails_fails_before_training(monkeypatch):
    monkeypatch.setattr(
        "skorch.NeuralNet.train_step", lambda *a, **k: pytest.fail("training began")
    )
    model = RNNClassifier(4, scoring="neg_mean_poisson_deviance", **STOPS)
    with pytest.raises(ValueError):
        model.fit(X, NAMES)


def test_an_unknown_score_is_refused_even_if_nothing_is_watched():
    with pytest.raises(ValueError, match="accuracies"):
        RNNClassifier(4, scoring="accuracies", max_epochs=1).fit(X, labels)


# -- the best epoch --------------------------------------------------------------------


def test_without_early_stopping_the_last_epoch_is_the_one_kept():
    model = RNNRegressor(4, max_epochs=3, **SMALL)
    assert model.fit(X, y, X_val=X_val, y_val=y_val).best_epoch_ == 3
    assert model.partial_fit(X, y).best_epoch_ == 4


def test_the_best_epoch_is_that_of_the_least_loss_whatever_tol_says():
    params = {"lr_schedule": None, **SMALL, "lr": 0.03}
    model = RNNRegressor(8, early_stopping=True, n_iter_no_change=3, **params)
    model.set_params(max_epochs=40, tol=0.03).fit(X, y, X_val=X_val, y_val=y_val)
    losses = model.history_["valid_loss"]
    last_improvement = model.n_iter_ - 3
    assert 0 < losses[last_improvement - 1] - losses.min() < 0.03
    assert model.best_epoch_ == np.argmin(losses) + 1
    short = RNNRegressor(8, max_epochs=model.best_epoch_, **params).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), short.predict(X))


# -- groups ----------------------------------------------------------------------------


def test_groups_are_held_out_whole():
    groups = np.repeat(np.arange(12), 5)
    seen = []

    def look(model, X_seen, y_seen):
        seen.append([np.flatnonzero((X == row).all(axis=(1, 2)))[0] for row in X_seen])
        return 0.0

    RNNRegressor(4, scoring=look, max_epochs=1, **SMALL, **STOPS).fit(
        X, y, groups=groups
    )
    held_out = set(groups[seen[0]])
    assert sorted(seen[0]) == np.flatnonzero(np.isin(groups, list(held_out))).tolist()
    assert len(held_out) == 3


def test_a_splitter_of_groups_works_in_a_cross_validation():
    groups = np.repeat(np.arange(12), 5)
    model = RNNRegressor(
        4,
        early_stopping=True,
        validation_fraction=GroupShuffleSplit(1, test_size=0.3, random_state=0),
        max_epochs=2,
        **SMALL,
    )
    results = cross_validate(
        model, X, y, cv=3, params={"groups": groups}, error_score="raise"
    )
    assert np.isfinite(results["test_score"]).all()


def test_the_most_recent_rows_can_be_held_out():
    model = RNNRegressor(
        4,
        early_stopping=True,
        validation_fraction=TimeSeriesSplit(5),
        scoring=lambda model, X_seen, y_seen: float(np.array_equal(X_seen, X[50:])),
        max_epochs=2,
        **SMALL,
    ).fit(X, y)
    assert model.history_["valid_score"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("early_stopping", [False, True])
def test_groups_of_another_length_are_refused(early_stopping):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        RNNRegressor(4, early_stopping=early_stopping).fit(X, y, groups=np.arange(59))


# -- scikit-learn's callbacks --------------------------------------------------------


class Recorder:
    """Follows scikit-learn's protocol, and notes what it is told."""

    stop_after = None

    def __init__(self):
        self.told = []

    def setup(self, estimator, context):
        self.told.append(("setup", context.task_name, context.max_subtasks))

    def teardown(self, estimator, context):
        self.told.append(("teardown", context.task_name, context.max_subtasks))

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self.told.append(("begin", context.task_name, context.task_id, metadata))

    def on_fit_task_end(
        self, estimator, context, *, X=None, y=None, fitted_estimator=None
    ):
        self.told.append(("end", context.task_name, context.task_id))
        self.last = (X, y, fitted_estimator)
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_after

    def epochs(self):
        return [event[0] for event in self.told if event[1] == "epoch"]


def needs_callbacks():
    return pytest.importorskip("sklearn.callback")


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (RNNClassifier(4, max_epochs=3), labels),
        (RNNRegressor(4, max_epochs=3), y),
        (RNNTagger(4, max_epochs=3), STEPS),
        (RNNStepRegressor(4, max_epochs=3), as_ragged([row[:, 0] for row in X])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_callback_is_told_of_the_fit_and_of_each_epoch(model, y):
    needs_callbacks()
    recorder = Recorder()
    clone(model).set_callbacks(recorder).fit(X, y)
    assert recorder.told == [
        ("setup", "fit", 3),
        ("begin", "fit", 0, None),
        *[
            event
            for epoch in range(3)
            for event in (
                ("begin", "epoch", epoch, None),
                ("end", "epoch", epoch),
            )
        ],
        ("end", "fit", 0),
        ("teardown", "fit", 3),
    ]


def test_the_data_and_the_weights_are_those_of_fit():
    needs_callbacks()
    recorder, weight = Recorder(), np.ones(60)
    RNNRegressor(4, max_epochs=1).set_callbacks(recorder).fit(X, y, weight)
    assert recorder.last[0] is X
    assert recorder.last[1] is y
    assert recorder.told[1][3]["sample_weight"] is weight


def test_one_weight_for_all_is_no_weight_to_tell():
    callback = needs_callbacks()
    monitor = callback.ScoringMonitor(scoring="r2")
    RNNRegressor(4, max_epochs=1).set_callbacks(monitor).fit(X, y, sample_weight=2.0)
    assert len(monitor.get_logs().data) == 2


def test_the_estimator_shown_is_the_one_training_would_leave():
    needs_callbacks()
    shown = []

    class Keeps(Recorder):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            if context.task_name == "epoch":
                shown.append(fitted_estimator)

    model = RNNClassifier(4, max_epochs=3, dropout=0.2, lr_schedule=None, **SMALL)
    expected = [
        clone(model).set_params(max_epochs=n).fit(X, NAMES).predict_proba(X)
        for n in (1, 2, 3)
    ]
    model.set_callbacks(Keeps()).fit(X, NAMES)
    np.testing.assert_array_equal(model.predict_proba(X), expected[-1])
    # They were kept, and training has gone on since.
    for fitted, proba in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(fitted.predict_proba(X), proba)
    assert [fitted.n_iter_ for fitted in shown] == [1, 2, 3]


def test_a_callback_may_stop_the_fit():
    needs_callbacks()
    recorder = Recorder()
    recorder.stop_after = 2
    params = {"lr_schedule": None, **SMALL}
    model = RNNRegressor(4, max_epochs=30, **params).set_callbacks(recorder).fit(X, y)
    assert model.n_iter_ == 2
    assert recorder.told[-1][0] == "teardown"
    expected = RNNRegressor(4, max_epochs=2, **params).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))


def test_the_last_epoch_of_early_stopping_is_told_too():
    needs_callbacks()
    recorder = Recorder()
    model = RNNRegressor(4, max_epochs=40, n_iter_no_change=2, **SMALL, **STOPS)
    model.set_params(lr=0.1).set_callbacks(recorder).fit(X, y)
    assert model.n_iter_ < 40
    assert recorder.epochs() == ["begin", "end"] * model.n_iter_


def test_a_failing_fit_is_torn_down():
    needs_callbacks()
    recorder = Recorder()
    with pytest.raises(ValueError, match="NaN"):
        RNNRegressor(4).set_callbacks(recorder).fit(X, np.full(60, np.nan))
    assert [event[0] for event in recorder.told] == ["setup", "begin", "teardown"]


def test_the_score_of_each_epoch_is_monitored_in_a_pipeline():
    callback = needs_callbacks()
    monitor = callback.ScoringMonitor(scoring="accuracy")
    net = RNNClassifier(4, max_epochs=3, lr_schedule=None, **SMALL)
    pipe = Pipeline([("net", clone(net).set_callbacks(monitor))]).fit(X, NAMES)
    log = monitor.get_logs().data
    scores = [row["accuracy"] for row in log if row["task_name"] == "epoch"]
    expected = [
        clone(net).set_params(max_epochs=n).fit(X, NAMES).score(X, NAMES)
        for n in (1, 2, 3)
    ]
    assert scores == expected
    assert pipe.score(X, NAMES) == scores[-1]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_epoch_of_every_fit_of_a_search_is_monitored(n_jobs):
    callback = needs_callbacks()
    texts = ["good film", "bad film", "a good one", "a bad one"] * 4
    tones = ["pos", "neg"] * 8
    monitor = callback.ScoringMonitor(scoring="accuracy")
    net = RNNClassifier(3, max_epochs=2, **SMALL).set_callbacks(monitor)
    pipe = make_pipeline(TextVectorizer(), net)
    search = GridSearchCV(pipe, {"rnnclassifier__lr": [0.01, 0.1]}, cv=2, n_jobs=n_jobs)
    search.fit(texts, tones)
    log = monitor.get_logs().data
    # Two candidates, two folds, and the best on everything: two epochs each.
    assert sum(row["task_name"] == "epoch" for row in log) == (2 * 2 + 1) * 2
    assert all(0 <= row["accuracy"] <= 1 for row in log)


def test_a_progress_bar_of_scikit_learn_counts_the_epochs(capsys):
    callback = needs_callbacks()
    pytest.importorskip("rich")
    model = RNNRegressor(4, max_epochs=3).set_callbacks(callback.ProgressBar())
    model.fit(X, y)
    assert "RNNRegressor - fit" in capsys.readouterr().out


def test_the_bar_of_a_search_reaches_the_epochs(capsys):
    callback = needs_callbacks()
    pytest.importorskip("rich")
    search = GridSearchCV(RNNRegressor(2, max_epochs=2), {"lr": [0.1]}, cv=2)
    search.set_callbacks(callback.ProgressBar(max_propagation_depth=None)).fit(X, y)
    out = capsys.readouterr().out
    assert "GridSearchCV" in out
    assert "RNNRegressor" in out


def test_a_fit_that_nobody_follows_costs_no_copies(monkeypatch):
    monkeypatch.setattr(RNNRegressor, "_copy_net", lambda *args: pytest.fail("copied"))
    RNNRegressor(4, max_epochs=2).fit(X, y)
    callback = needs_callbacks()
    pytest.importorskip("rich")  # a bar wants no estimator
    RNNRegressor(4, max_epochs=2).set_callbacks(callback.ProgressBar()).fit(X, y)


def test_routed_validation_data_is_what_a_scorer_sees():
    texts = ["good film", "bad film", "a good one", "a bad one"] * 4
    tones = ["pos", "neg"] * 8
    net = RNNClassifier(3, max_epochs=3, scoring="accuracy", **SMALL)
    with config_context(enable_metadata_routing=True):
        pipe = Pipeline(
            [
                ("tokens", TextVectorizer()),
                ("net", net.set_fit_request(X_val=True, y_val=True)),
            ],
            transform_input=["X_val"],
        )
        pipe.fit(texts, tones, X_val=texts[:6], y_val=tones[:6])
    last = pipe[-1].history_["valid_score"][-1]
    assert last == f1_score(tones[:6], pipe.predict(texts[:6]), average="micro")
