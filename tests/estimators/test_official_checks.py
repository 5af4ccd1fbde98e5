"""scikit-learn's own suite: all of it, none skipped, none excused, and counted."""

import numpy as np
import pytest
import sklearn
from sklearn.base import ClassifierMixin
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTranscriber, RNNTranslator
from sklearn_rnn.estimators import _base
from sklearn_rnn.sequences import check_labels
from sklearn_rnn.testing import all_estimators

# How many checks scikit-learn yields for estimators with our methods and tags.  A
# lost mixin or tag would shrink the suite, and nobody would see it.
N_CHECKS = {
    "1.9": {RNNClassifier: 74, RNNRegressor: 66},
}

every_estimator = pytest.mark.parametrize("estimator_class", N_CHECKS["1.9"])
# Enough for what the checks ask, with any seed; the slow tests take the defaults.
SMALL = {
    RNNClassifier: {"lr": 0.1, "max_epochs": 10, "batch_size": 100},
    RNNRegressor: {"lr": 0.05, "max_epochs": 30, "batch_size": 50},
}

# The suite feeds what warns by design (one column of y, one-hot rows, ...).
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.changes_global_state,  # one of the checks draws from NumPy's
]


def assert_passes_the_suite(estimator, capsys):
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    if sklearn.__version__.startswith("1.6."):
        # It runs this one for estimators whose tags refuse sparse input, too:
        # https://github.com/scikit-learn/scikit-learn/issues/30139, fixed in 1.7.
        wrongly_yielded = "check_sample_weight_equivalence_on_sparse_data"
        results = [r for r in results if r["check_name"] != wrongly_yielded]
    troubles = [
        f"{result['check_name']} {result['status']}: {result['exception']!r}"
        for result in results
        if result["status"] != "passed"
    ]
    assert not troubles, "\n".join(troubles)
    with capsys.disabled():
        print(f"\n{estimator!r}: {len(results)} official checks passed", end=" ")
    return results


@every_estimator
def test_every_official_check_passes(estimator_class, capsys):
    small = {"hidden_size": 16, "bidirectional": False, **SMALL[estimator_class]}
    results = assert_passes_the_suite(estimator_class(**small), capsys)
    version = ".".join(sklearn.__version__.split(".")[:2])
    if version in N_CHECKS:
        assert len(results) == N_CHECKS[version][estimator_class]


@every_estimator
def test_nothing_is_excused(estimator_class):
    tags = estimator_class().__sklearn_tags__()
    assert not tags.non_deterministic
    assert not tags.no_validation
    assert not getattr(tags, "_skip_test", False)
    for kind in (tags.classifier_tags, tags.regressor_tags):
        assert kind is None or not kind.poor_score


@every_estimator
@pytest.mark.parametrize(
    "name",
    [
        "check_dataframe_column_names_consistency",
        "check_param_validation",
        "check_set_output_transform",
        "check_set_output_transform_pandas",
        "check_global_output_transform_pandas",
        "check_transformer_get_feature_names_out",
        "check_transformer_get_feature_names_out_pandas",
    ],
)
def test_checks_that_the_suite_does_not_yield_pass_too(estimator_class, name):
    estimator = estimator_class(max_epochs=2)  # none of them asks for a good score
    getattr(estimator_checks, name)(estimator_class.__name__, estimator)


# Of those that fit on a y with a target for each step; as far as no y is needed.
WITHOUT_FIT = [
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_param_validation",
    "check_valid_tag_types",
    "check_estimator_tags_renamed",
    "check_mixin_order",
    "check_estimators_unfitted",
    "check_requires_y_none",
]


@pytest.mark.parametrize(
    "estimator_class",
    [
        kind
        for _, kind in all_estimators()
        if hasattr(kind, "predict") and kind not in N_CHECKS["1.9"]
    ],
)
def test_checks_that_need_no_fit_pass_for_every_other_estimator(estimator_class):
    for name in WITHOUT_FIT:
        check = getattr(estimator_checks, name)
        check(estimator_class.__name__, estimator_class(max_epochs=1))


class OneLabel(ClassifierMixin):
    """Each label of y becomes an answer of one label, and back: a classifier."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y if y is None else as_answers(y), sample_weight)

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        return super().partial_fit(X, as_answers(y), classes, sample_weight)

    def predict(self, X):
        answers = super().predict(X)
        return np.array([a[0] if len(a) else self.classes_[0] for a in answers])

    def score(self, X, y, sample_weight=None):
        return ClassifierMixin.score(self, X, y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags


def as_answers(y):
    labels, is_multilabel = check_labels(y)
    if is_multilabel or len(np.unique(labels)) < 2:
        raise ValueError("A classifier needs more than one class, one for each row.")
    if labels.dtype.kind == "f":
        labels = labels.astype(int)
    return np.fromiter((labels[[i]] for i in range(len(labels))), object, len(labels))


class OneLabelTranslator(OneLabel, RNNTranslator):
    """A translator whose answers have one label."""


class OneLabelTranscriber(OneLabel, RNNTranscriber):
    """A transcriber whose answers have one label."""


ANSWERING = {OneLabelTranslator: 62, OneLabelTranscriber: 62}
# Enough to learn three classes from thirty rows.
TRAINED = {"max_epochs": 10, "lr": 0.05, "batch_size": 16, "random_state": 0}


@pytest.mark.slow
@pytest.mark.parametrize("estimator_class", ANSWERING)
def test_every_official_check_passes_where_an_answer_is_one_label(
    estimator_class, capsys
):
    estimator = estimator_class(8, embedding_dim=4, beam_size=1, **TRAINED)
    results = assert_passes_the_suite(estimator, capsys)
    if sklearn.__version__.startswith("1.9."):
        assert len(results) == ANSWERING[estimator_class]


@pytest.mark.slow
@every_estimator
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_the_suite_passes_with_other_seeds(
    estimator_class, cell, offset, monkeypatch, capsys
):
    draw_seed = _base._draw_seed
    monkeypatch.setattr(
        _base, "_draw_seed", lambda random_state: draw_seed(random_state) + offset
    )
    assert_passes_the_suite(estimator_class(cell=cell), capsys)
