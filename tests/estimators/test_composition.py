"""What the estimators compose with, and the table of it in the appendix.

Every cell of the table in ``docs/appendix/composition_table.md`` is run here: a row is
a tool of scikit-learn, a column a kind of X. Where a tool refuses, its message is held
and the way round it is run. The cells of a tool that takes every kind are alike; some
of them are left to ``make test-slow``. The table is made of what these tests declare;

    SKLEARN_RNN_WRITE_TABLES=1 python -m pytest tests/estimators/test_composition.py

writes it into the page anew.
"""

import inspect
import os
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
)
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    TextVectorizer,
)
from sklearn_rnn.exceptions import (
    AmbiguousInputWarning,
    SequenceError,
    SlicedValidationWarning,
)

PAGE = Path(__file__).parents[2] / "docs/appendix/composition_table.md"

SMALL = {
    "hidden_size": 4,
    "cell": "rnn",
    "bidirectional": False,
    "pooling": "last",
    "dropout": 0.0,
    "lr": 0.2,
    "lr_schedule": None,
    "batch_size": 24,
    "max_epochs": 2,
    "random_state": 0,
}

# -- the data: 24 sequences, with the same targets for every kind ----------------------

N = 24
LABELS = np.arange(N) % 2
THREE_LABELS = np.arange(N) % 3
MANY_LABELS = np.stack([LABELS, THREE_LABELS > 0], axis=1).astype(int)
PARTLY_LABELLED = np.where(THREE_LABELS > 0, LABELS, -1)
GROUPS = np.arange(N) // 3

rng = np.random.default_rng(0)
LENGTHS = rng.integers(3, 7, size=N)
CUBE = rng.normal(size=(N, 6, 2)) + LABELS[:, np.newaxis, np.newaxis]
REALS = CUBE[:, 0].sum(axis=1)
WORDS = [["a", "film", "bad", "dull"], ["a", "film", "good", "fine"]]
TEXTS = [
    " ".join(rng.choice(WORDS[label], size=length))
    for label, length in zip(LABELS, LENGTHS, strict=True)
]
# The last is the first with the other label: no model is perfect, which ends boosting.
LENGTHS[-1], CUBE[-1], TEXTS[-1] = LENGTHS[0], CUBE[0], TEXTS[0]
RAGGED = [series[:length] for series, length in zip(CUBE, LENGTHS, strict=True)]


def behind_vectorizer(network):
    return Pipeline([("ids", TextVectorizer(max_length=6)), ("rnn", network)])


@dataclass(frozen=True, eq=False)
class Kind:
    """A column of the table: what X is, and what is put round a network to read it."""

    title: str
    X: Any
    around: Callable = lambda network: network
    prefix: str = ""

    def classifier(self, **params):
        return self.around(RNNClassifier(**{**SMALL, **params}))

    def regressor(self):
        return self.around(RNNRegressor(**SMALL))

    def named(self, **params):
        """Give parameters of the network the names they have in the model."""
        return {self.prefix + name: value for name, value in params.items()}

    def take(self, rows):
        if isinstance(self.X, list):
            return [self.X[i] for i in rows]
        return self.X[rows]


KINDS = {
    "texts": Kind("texts", TEXTS, behind_vectorizer, prefix="rnn__"),
    "ids": Kind("token ids", TextVectorizer().fit_transform(TEXTS)),
    "table": Kind("2-D numbers", CUBE[:, :, 0]),
    "cube": Kind("3-D numbers", CUBE),
    "ragged": Kind("list of arrays", RAGGED),
}

# -- what the estimator does alone, and must do inside a tool --------------------------

FOLDS = StratifiedKFold(2)


@cache
def fitted(kind, **params):
    return kind.classifier(**params).fit(kind.X, LABELS)


def probabilities(kind, **params):
    return fitted(kind, **params).predict_proba(kind.X)


def fit_folds(model, kind, y, splits):
    """Fit a model on each fold; give each fit with the rows left for a test."""
    return [
        (clone(model).fit(kind.take(train), y[train]), test) for train, test in splits
    ]


def scores_of(fits, kind, y):
    return [model.score(kind.take(test), y[test]) for model, test in fits]


@cache
def fitted_on_folds(kind, **params):
    splits = FOLDS.split(LABELS, LABELS)
    return fit_folds(kind.classifier(**params), kind, LABELS, splits)


def scores_on_folds(kind, **params):
    return scores_of(fitted_on_folds(kind, **params), kind, LABELS)


def assert_equal(actual, expected):
    """Hold numbers to the expected ones, but for the last digits of a sum."""
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(actual, expected, rtol=1e-12)


# -- the ways round a refusal; the page shows their docstrings -------------------------


def side_by_side(X):
    """Lay the steps of each sequence side by side in one row, padded with NaN."""
    padded = np.full((len(X), max(map(len, X)), X[0].shape[1]), np.nan)
    for row, series in zip(padded, X, strict=True):
        row[: len(series)] = series
    return padded.reshape(len(X), -1)


def to_sequences(table):
    """Make sequences with two variables of such rows."""
    return table.reshape(len(table), -1, 2)


def vectorized_before(run, kind):
    """Put `TextVectorizer` before the tool instead of into it:
    `make_pipeline(TextVectorizer(), BaggingClassifier(RNNClassifier()))`.
    """
    run(KINDS["ids"])


def laid_flat(run, kind):
    """The tool accepts tables only. Pass a table with the steps side by side, and turn
    its rows back into sequences inside the tool, with the two functions below:
    `make_pipeline(FunctionTransformer(to_sequences), RNNClassifier())`.
    """

    def around(network):
        return make_pipeline(FunctionTransformer(to_sequences), network)

    run(replace(kind, X=side_by_side(kind.X), around=around))


def padded_in_front(run, kind):
    """The tool weights samples, which cannot be done through a pipeline, and takes no
    NaN. Fill the series up with zeros in front, and read them with
    `bidirectional=False, pooling="last"`.
    """
    padded = np.zeros((N, LENGTHS.max(), 2))
    for row, series in zip(padded, kind.X, strict=True):
        row[-len(series) :] = series
    run(replace(kind, X=padded))


def said_to_be_ids(run, kind):
    """`ColumnTransformer` makes a sparse result dense when it is full enough
    (`sparse_threshold`), and dense integers look like numbers. With
    `RNNClassifier(input="tokens")` they are ids, sparse or dense.
    """
    run(replace(kind, around=lambda network: network.set_params(input="tokens")))


def framed(kind):
    """Make the sequences one column of a data frame, beside another column."""

    def around(network):
        by_column = ColumnTransformer(
            [
                ("rnn", kind.around(network), "sequence"),
                ("other", "passthrough", ["other"]),
            ]
        )
        return make_pipeline(by_column, LogisticRegression())

    frame = pd.DataFrame({"sequence": list(kind.X), "other": THREE_LABELS})
    return replace(kind, X=frame, around=around)


def inside_column_transformer(run, kind):
    """Keep the sequences in one column of a data frame and put the estimator behind the
    plain name of the column: `ColumnTransformer([("rnn", RNNClassifier(), "sequence"),
    ("other", StandardScaler(), ["age"])])` gives its states beside other columns.
    """
    frame = framed(kind)
    states = fitted(frame)[0].transform(frame.X)
    alone = fitted(kind).transform(kind.X)
    assert_equal(states, np.column_stack([alone, THREE_LABELS]))


def shuffled_whole(run, kind):
    """Columns are shuffled one by one, which ids and padding do not survive. With the
    sequences in one column of a data frame, as for `ColumnTransformer`, they are
    shuffled whole, and what they are worth is measured against the other columns.
    """
    run(framed(KINDS["texts"] if sparse.issparse(kind.X) else kind))


def many_labels_at_once(run, kind):
    """A chain writes labels behind the columns of X, where a network reads them as
    further steps. `RNNClassifier` learns many labels at once by itself, and
    `MultiOutputClassifier` fits one for each label; both take every X.
    """
    at_once = kind.classifier().fit(kind.X, MANY_LABELS).predict_proba(kind.X)
    assert at_once.shape == (N, 2)
    assert np.isfinite(at_once).all()
    one_each = MultiOutputClassifier(kind.classifier()).fit(kind.X, MANY_LABELS)
    assert_equal(one_each.predict_proba(kind.X)[0], probabilities(kind))


class Detour(NamedTuple):
    """What a tool says at first, and the way round it."""

    way: Callable
    message: str  # its beginning
    error: type = ValueError


ONE_AXIS = "Expected 2D array, got 1D array instead"
THREE_AXES = "Found array with dim 3"
UNEQUAL = "setting an array element with a sequence."

TABLES_ONLY = {
    "texts": Detour(vectorized_before, ONE_AXIS),
    "cube": Detour(laid_flat, THREE_AXES),
    "ragged": Detour(laid_flat, UNEQUAL),
}

# -- the rows --------------------------------------------------------------------------


class Row(NamedTuple):
    run: Callable
    detours: dict


ROWS = {}


def row(title, **detours):
    """Enter a function into the table, with the kinds that need a detour."""

    def enter(run):
        ROWS[title] = Row(run, detours)
        return run

    return enter


@row("`Pipeline`")
def pipeline(kind):
    pipe = Pipeline([("rnn", kind.classifier()), ("last", LogisticRegression())])
    states = fitted(kind).transform(kind.X)
    expected = LogisticRegression().fit(states, LABELS).predict_proba(states)
    assert_equal(pipe.fit(kind.X, LABELS).predict_proba(kind.X), expected)


@row("`make_pipeline(memory=...)`")
def pipeline_with_memory(kind):
    with TemporaryDirectory() as folder:
        for C in (1.0, 2.0):
            last = LogisticRegression(C=C)
            pipe = make_pipeline(kind.classifier(), last, memory=folder)
            pipe.fit(kind.X, LABELS)
            states = fitted(kind).transform(kind.X)
            assert_equal(pipe[0].transform(kind.X), states)
            # The second time the network came from the cache, and none was added.
            assert len(list(Path(folder).rglob("output.pkl"))) == 1


@row(
    "`ColumnTransformer`",
    texts=Detour(inside_column_transformer, ONE_AXIS),
    ids=Detour(
        said_to_be_ids,
        "X is read as numbers, but looks like token ids",
        AmbiguousInputWarning,
    ),
    cube=Detour(inside_column_transformer, "'X' should be a 2D NumPy array"),
    ragged=Detour(inside_column_transformer, ONE_AXIS),
)
def column_transformer(kind):
    columns = ColumnTransformer([("all", "passthrough", slice(0, None))])
    model = make_pipeline(columns, kind.classifier()).fit(kind.X, LABELS)
    assert_equal(model.predict_proba(kind.X), probabilities(kind))


def two_classifiers(kind):
    return [("last", kind.classifier()), ("mean", kind.classifier(pooling="mean"))]


@row("`FeatureUnion`")
def feature_union(kind):
    union = FeatureUnion(two_classifiers(kind)).fit(kind.X, LABELS)
    alone = [fitted(kind), fitted(kind, pooling="mean")]
    states = np.hstack([model.transform(kind.X) for model in alone])
    assert_equal(union.transform(kind.X), states)


def assert_finds_the_best(search, kind):
    search.fit(kind.X, LABELS)
    best = {name[len(kind.prefix) :]: v for name, v in search.best_params_.items()}
    assert_equal(search.predict_proba(kind.X), probabilities(kind, **best))


def assert_scores_every_fold(search, kind):
    assert_finds_the_best(search, kind)
    for i, size in enumerate(search.cv_results_[f"param_{kind.prefix}hidden_size"]):
        scores = [search.cv_results_[f"split{k}_test_score"][i] for k in range(2)]
        assert_equal(scores, scores_on_folds(kind, hidden_size=int(size)))


@row("`GridSearchCV`")
def grid_search(kind):
    sizes = kind.named(hidden_size=[3, 4])
    search = GridSearchCV(kind.classifier(), sizes, cv=FOLDS)
    assert_scores_every_fold(search, kind)


@row("`RandomizedSearchCV`")
def randomized_search(kind):
    sizes = kind.named(hidden_size=[3, 4])
    search = RandomizedSearchCV(
        kind.classifier(), sizes, n_iter=1, cv=FOLDS, random_state=0
    )
    assert_scores_every_fold(search, kind)


@row("`HalvingGridSearchCV`")
def halving_over_rows(kind):
    search = HalvingGridSearchCV(
        kind.classifier(),
        kind.named(hidden_size=[3, 4]),
        factor=2,
        min_resources=N // 2,
        cv=FOLDS,
        random_state=0,
    )
    assert_finds_the_best(search, kind)
    assert search.n_resources_ == [N // 2, N]


@row("`HalvingRandomSearchCV`")
def halving_over_epochs(kind):
    search = HalvingRandomSearchCV(
        kind.classifier(),
        kind.named(hidden_size=[3, 4]),
        n_candidates=2,
        factor=2,
        resource=kind.prefix + "max_epochs",
        min_resources=1,
        max_resources=2,
        cv=FOLDS,
        random_state=0,
    )
    assert_finds_the_best(search, kind)
    assert search.n_resources_ == [1, 2]


@row("`cross_val_score`")
def scores(kind):
    found = cross_val_score(kind.classifier(), kind.X, LABELS, cv=FOLDS)
    assert_equal(found, scores_on_folds(kind))


@row("`cross_val_predict`")
def predictions(kind):
    found = cross_val_predict(
        kind.classifier(), kind.X, LABELS, cv=FOLDS, method="predict_proba"
    )
    for model, test in fitted_on_folds(kind):
        assert_equal(found[test], model.predict_proba(kind.take(test)))


@row("`cross_validate`")
def several_scores(kind):
    found = cross_validate(
        kind.classifier(),
        kind.X,
        LABELS,
        cv=FOLDS,
        scoring=["accuracy", "neg_log_loss"],
        return_train_score=True,
    )
    assert_equal(found["test_accuracy"], scores_on_folds(kind))
    assert np.isfinite(found["train_neg_log_loss"]).all()


@row("`learning_curve`")
def by_number_of_rows(kind):
    sizes, _, found = learning_curve(
        kind.classifier(), kind.X, LABELS, cv=FOLDS, train_sizes=[0.5, 1.0]
    )
    assert sizes.tolist() == [N // 4, N // 2]
    assert_equal(found[-1], scores_on_folds(kind))


@row("`validation_curve`")
def by_parameter(kind):
    _, found = validation_curve(
        kind.classifier(),
        kind.X,
        LABELS,
        cv=FOLDS,
        param_name=kind.prefix + "hidden_size",
        param_range=[3, 4],
    )
    assert_equal(found[0], scores_on_folds(kind, hidden_size=3))
    assert_equal(found[1], scores_on_folds(kind, hidden_size=4))


@row("`StackingClassifier`")
def stacking(kind):
    stack = StackingClassifier(two_classifiers(kind), cv=FOLDS).fit(kind.X, LABELS)
    alone = [probabilities(kind), probabilities(kind, pooling="mean")]
    columns = np.column_stack([table[:, 1] for table in alone])
    assert_equal(stack.transform(kind.X), columns)
    expected = stack.final_estimator_.predict_proba(columns)
    assert_equal(stack.predict_proba(kind.X), expected)


@row("`VotingClassifier`")
def voting(kind):
    vote = VotingClassifier(two_classifiers(kind), voting="soft").fit(kind.X, LABELS)
    alone = [probabilities(kind), probabilities(kind, pooling="mean")]
    assert_equal(vote.predict_proba(kind.X), np.mean(alone, axis=0))


@row("`BaggingClassifier`", **TABLES_ONLY)
def bagging(kind):
    bag = BaggingClassifier(kind.classifier(), n_estimators=2, random_state=0)
    bag.fit(kind.X, LABELS)
    members = [member.predict_proba(kind.X) for member in bag.estimators_]
    assert not np.array_equal(*members)
    assert_equal(bag.predict_proba(kind.X), np.mean(members, axis=0))


@row(
    "`AdaBoostClassifier`",
    texts=TABLES_ONLY["texts"],
    ragged=Detour(padded_in_front, UNEQUAL),
)
def boosting(kind):
    boost = AdaBoostClassifier(kind.classifier(), n_estimators=2, random_state=0)
    boost.fit(kind.X, LABELS)
    first, second = boost.estimators_
    expected = probabilities(kind, random_state=first.random_state)
    assert_equal(first.predict_proba(kind.X), expected)
    assert not np.array_equal(second.predict_proba(kind.X), expected)
    assert_equal(boost.predict_proba(kind.X).sum(axis=1), np.ones(N))


@row("`CalibratedClassifierCV`")
def calibration(kind):
    calibrated = CalibratedClassifierCV(kind.classifier(), cv=FOLDS)
    members = calibrated.fit(kind.X, LABELS).calibrated_classifiers_
    for member, (model, _) in zip(members, fitted_on_folds(kind), strict=True):
        inner = member.estimator.predict_proba(kind.X)
        assert_equal(inner, model.predict_proba(kind.X))
    expected = np.mean([member.predict_proba(kind.X) for member in members], axis=0)
    assert_equal(calibrated.predict_proba(kind.X), expected)


@row("`TunedThresholdClassifierCV`")
def tuned_threshold(kind):
    tuned = TunedThresholdClassifierCV(kind.classifier(), thresholds=5, cv=FOLDS)
    tuned.fit(kind.X, LABELS)
    assert_equal(tuned.predict_proba(kind.X), probabilities(kind))
    expected = probabilities(kind)[:, 1] >= tuned.best_threshold_
    assert tuned.predict(kind.X).tolist() == expected.astype(int).tolist()


@row("`OneVsRestClassifier`")
def one_vs_rest(kind):
    model = OneVsRestClassifier(kind.classifier()).fit(kind.X, THREE_LABELS)
    columns = []
    for label in range(3):
        alone = kind.classifier().fit(kind.X, (label == THREE_LABELS).astype(int))
        columns.append(alone.decision_function(kind.X))
    assert_equal(model.decision_function(kind.X), np.column_stack(columns))


@row(
    "`ClassifierChain`",
    texts=Detour(many_labels_at_once, ONE_AXIS),
    ids=Detour(
        many_labels_at_once,
        "Each row of a sparse X must hold its token ids at the positions 0, 1, 2, ...",
        SequenceError,
    ),
    cube=Detour(many_labels_at_once, THREE_AXES),
    ragged=Detour(many_labels_at_once, UNEQUAL),
)
def chain(kind):
    model = ClassifierChain(kind.classifier()).fit(kind.X, MANY_LABELS)
    first, second = model.predict_proba(kind.X).T
    assert_equal(first, probabilities(kind)[:, 1])
    assert np.isfinite(second).all()
    assert model.estimators_[1].n_features_in_ == kind.X.shape[1] + 1


@row("`SelfTrainingClassifier`", **TABLES_ONLY)
def self_training(kind):
    model = SelfTrainingClassifier(kind.classifier(), threshold=0.6, max_iter=1)
    model.fit(kind.X, PARTLY_LABELLED)
    known = np.flatnonzero(model.transduction_ != -1)
    assert len(known) > (PARTLY_LABELLED != -1).sum()
    alone = kind.classifier().fit(kind.X[known], model.transduction_[known])
    assert_equal(model.predict_proba(kind.X), alone.predict_proba(kind.X))


@row("`MultiOutputRegressor`")
def one_regressor_each(kind):
    both = np.stack([REALS, -REALS], axis=1)
    model = MultiOutputRegressor(kind.regressor()).fit(kind.X, both)
    alone = [kind.regressor().fit(kind.X, y).predict(kind.X) for y in both.T]
    assert_equal(model.predict(kind.X), np.column_stack(alone))


@row("`TransformedTargetRegressor`")
def transformed_target(kind):
    model = TransformedTargetRegressor(
        kind.regressor(), func=np.log, inverse_func=np.exp
    )
    model.fit(kind.X, np.exp(REALS))
    alone = kind.regressor().fit(kind.X, np.log(np.exp(REALS)))
    assert_equal(model.predict(kind.X), np.exp(alone.predict(kind.X)))


@row("`StratifiedGroupKFold`")
def by_group(kind):
    cv, model = StratifiedGroupKFold(2), kind.classifier()
    found = cross_val_score(model, kind.X, LABELS, groups=GROUPS, cv=cv)
    fits = fit_folds(model, kind, LABELS, cv.split(LABELS, LABELS, GROUPS))
    assert_equal(found, scores_of(fits, kind, LABELS))


@row("`TimeSeriesSplit`")
def by_time(kind):
    cv, model = TimeSeriesSplit(2), kind.regressor()
    found = cross_val_score(model, kind.X, REALS, cv=cv)
    fits = fit_folds(model, kind, REALS, cv.split(REALS))
    assert_equal(found, scores_of(fits, kind, REALS))


@row(
    "`permutation_importance`",
    texts=Detour(shuffled_whole, ONE_AXIS),
    ids=Detour(shuffled_whole, "The 'X' parameter of permutation_importance must be"),
    cube=TABLES_ONLY["cube"],
    ragged=Detour(shuffled_whole, UNEQUAL),
)
def importance(kind):
    found = permutation_importance(
        fitted(kind), kind.X, LABELS, n_repeats=2, random_state=0
    )
    assert found.importances.shape == (kind.X.shape[1], 2)
    assert np.isfinite(found.importances).all()
    assert found.importances.max() > 0


def assert_scores_at_once(kind, backend):
    with joblib.parallel_config(backend):
        found = cross_val_score(kind.classifier(), kind.X, LABELS, cv=FOLDS, n_jobs=2)
    assert_equal(found, scores_on_folds(kind))


@row("`n_jobs=2`, processes (loky)")
def in_processes(kind):
    assert_scores_at_once(kind, "loky")


@row("`n_jobs=2`, threads")
def in_threads(kind):
    assert_scores_at_once(kind, "threading")


# -- the cells and the table -----------------------------------------------------------


def cells():
    """Name tools and kinds; leave to the slow tests what scikit-learn takes itself."""
    for title, tool in ROWS.items():
        often = KINDS if tool.detours else ["cube", "ragged"]
        for kind in KINDS:
            marks = () if kind in often else pytest.mark.slow
            name = f"{tool.run.__name__}-{kind}"
            yield pytest.param(title, kind, id=name, marks=marks)


@pytest.mark.parametrize(("title", "kind"), list(cells()))
def test_a_cell_is_as_the_table_says(title, kind):
    tool = ROWS[title]
    detour = tool.detours.get(kind)
    if detour is None:
        tool.run(KINDS[kind])
        return
    with pytest.raises(detour.error, match="^" + re.escape(detour.message)):
        tool.run(KINDS[kind])
    detour.way(tool.run, KINDS[kind])


def messages_by_way():
    """Give the ways in the order of the table, each with what is said before it."""
    messages = {}
    for tool in ROWS.values():
        for kind in KINDS:
            if detour := tool.detours.get(kind):
                messages.setdefault(detour.way, []).append(detour.message)
    return messages


def write_table():
    """Write the table, the ways below it and the functions that they speak of."""
    messages = messages_by_way()
    number = {way: i for i, way in enumerate(messages, start=1)}

    def cell(tool, kind):
        detour = tool.detours.get(kind)
        return f"see {number[detour.way]}" if detour else "yes"

    table = [["tool", *(kind.title for kind in KINDS.values())]]
    table += [["---"] * len(table[0])]
    for title, tool in ROWS.items():
        table += [[title, *(cell(tool, kind) for kind in KINDS)]]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    for way, said in messages.items():
        said = " or ".join(f"`{message}`" for message in dict.fromkeys(said))
        advice = " ".join(inspect.getdoc(way).split())
        lines += ["", *wrap(f"{number[way]}. {said}: {advice}")]
    functions = "\n\n".join(map(inspect.getsource, (side_by_side, to_sequences)))
    lines += ["", "```python", "import numpy as np\n\n", functions + "```", ""]
    return "\n".join(lines)


def wrap(item):
    return textwrap.wrap(
        item,
        width=88,
        subsequent_indent="   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


@pytest.mark.skipif(not PAGE.exists(), reason="docs/ is not in the sdist")
def test_the_page_shows_the_table():
    text = PAGE.read_text(encoding="utf-8")
    before, begin, rest = text.partition("Below this comment comes the table. -->\n")
    shown, end, after = rest.partition("<!-- Here the table ends. -->\n")
    assert end, f"a marker of the table is missing in {PAGE.name}"
    table = write_table()
    if os.environ.get("SKLEARN_RNN_WRITE_TABLES") == "1":
        PAGE.write_text(before + begin + table + end + after, encoding="utf-8")
        return
    assert shown == table, (
        f"The table in {PAGE.name} is not that of these tests. Write it anew with "
        "SKLEARN_RNN_WRITE_TABLES=1 python -m pytest "
        "tests/estimators/test_composition.py, and read the difference."
    )


@pytest.mark.parametrize("density", [0.2, 0.5, 1.0])
def test_ids_stay_ids_at_any_density_behind_a_column_transformer(density):
    X = KINDS["ids"].X[LENGTHS >= 5, :5].tocsr()
    y = LABELS[LENGTHS >= 5]
    X.resize(len(y), round(5 / density))
    columns = ColumnTransformer([("all", "passthrough", slice(0, None))])
    assert sparse.issparse(columns.fit_transform(X)) == (density < 0.3)
    model = RNNClassifier(**SMALL, input="tokens")
    inside = make_pipeline(columns, clone(model)).fit(X, y)
    assert_equal(inside.predict_proba(X), model.fit(X, y).predict_proba(X))


# -- X_val as long as X is cut to every fold -------------------------------------------

X, X_VAL = CUBE, CUBE[::-1] + 0.5
Y_VAL = LABELS[::-1]


def watched_loss(model, X=None, y=None):
    network = model[-1] if isinstance(model, Pipeline) else model
    return network.history_["valid_loss"][-1]


def by_cross_val_score(model, fit_params, prefix):
    return cross_val_score(
        model, X, LABELS, cv=FOLDS, scoring=watched_loss, params=fit_params
    )


def by_grid_search(model, fit_params, prefix):
    grid = {prefix + "hidden_size": [SMALL["hidden_size"]]}
    search = GridSearchCV(model, grid, cv=FOLDS, scoring=watched_loss)
    results = search.fit(X, LABELS, **fit_params).cv_results_
    return [results[f"split{k}_test_score"][0] for k in range(2)]


@cache
def losses_by_hand(*, cut):
    """Give the last loss of each fold, X_val cut like X or short of one row."""
    losses = []
    for train, _ in FOLDS.split(X, LABELS):
        rows = train if cut else slice(N - 1)
        model = RNNClassifier(**SMALL)
        model.fit(X[train], LABELS[train], X_val=X_VAL[rows], y_val=Y_VAL[rows])
        losses.append(watched_loss(model))
    return losses


every_search = pytest.mark.parametrize(
    ("search", "in_pipeline", "routing"),
    [
        (by_cross_val_score, False, False),
        (by_cross_val_score, True, True),
        (by_grid_search, True, False),
    ],
)


def run_search(search, n_watched, *, in_pipeline, routing):
    """Search with so many rows of X_val, given as scikit-learn wants it."""
    with config_context(enable_metadata_routing=routing):
        model, prefix, request = RNNClassifier(**SMALL), "", ""
        if routing:
            model.set_fit_request(X_val=True, y_val=True)
        if in_pipeline:
            model = Pipeline([("first", "passthrough"), ("rnn", model)])
            prefix = "rnn__"
            request = "" if routing else prefix
        watched = {"X_val": X_VAL[:n_watched], "y_val": Y_VAL[:n_watched]}
        fit_params = {request + name: value for name, value in watched.items()}
        return search(model, fit_params, prefix)


@every_search
def test_validation_data_with_as_many_rows_is_cut_to_every_fold(
    search, in_pipeline, routing
):
    with pytest.warns(SlicedValidationWarning) as caught:
        losses = run_search(search, N, in_pipeline=in_pipeline, routing=routing)
    # The whole of it is watched where a search fits again, without a warning.
    assert len(caught) == 2
    assert all(f"this fold of X, {N // 2}." in str(one.message) for one in caught)
    assert_equal(losses, losses_by_hand(cut=True))


class OfAnotherLibrary(BaseEstimator):
    """A wrapper between cross-validation and the network."""

    def fit(self, X, y, **fit_params):
        self.network_ = RNNClassifier(**SMALL).fit(X, y, **fit_params)
        return self


def test_validation_data_that_may_be_cut_is_named_behind_another_library():
    given = {"X_val": X_VAL, "y_val": Y_VAL}
    with pytest.warns(SlicedValidationWarning, match="If X_val was as long as the who"):
        cross_val_score(
            OfAnotherLibrary(), X, LABELS, cv=FOLDS, scoring=lambda *_: 0, params=given
        )


@every_search
def test_validation_data_with_one_row_less_is_watched_whole(
    search, in_pipeline, routing
):
    losses = run_search(search, N - 1, in_pipeline=in_pipeline, routing=routing)
    assert_equal(losses, losses_by_hand(cut=False))


def test_validation_rows_of_each_fold_are_left_out_of_its_training():
    model = RNNClassifier(**SMALL, early_stopping=True, validation_fraction=0.25)
    losses = cross_val_score(model, X, LABELS, cv=FOLDS, scoring=watched_loss)
    for loss, (rows, _) in zip(losses, FOLDS.split(X, LABELS), strict=True):
        assert_equal(loss, watched_loss(model.fit(X[rows], LABELS[rows])))
