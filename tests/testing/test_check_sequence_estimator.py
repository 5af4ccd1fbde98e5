"""Honest estimators pass, and each check finds the broken estimator it is for."""

import sys
import warnings
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import RNNTranscriber
from sklearn_rnn.testing import check_sequence_estimator
from sklearn_rnn.testing._check_estimator import CHECKS
from sklearn_rnn.testing._samples import as_objects
from sklearn_rnn.testing._subject import Subject

sys.path.insert(0, str(Path(__file__).parent))

from honest_estimators import (
    Classifier,
    Forecaster,
    Regressor,
    StepRegressor,
    Tagger,
    TokenCounts,
    Vectorizer,
    check_weight,
)

HONEST = {
    "classifier": Classifier,
    "regressor": Regressor,
    "tagger": Tagger,
    "step_regressor": StepRegressor,
    "vectorizer": Vectorizer,
    "tokens": TokenCounts,
    "forecaster": Forecaster,
}


def statuses(results):
    return {result["check_name"]: result["status"] for result in results}


def run_all(estimator, **params):
    return check_sequence_estimator(
        estimator, **{"on_fail": None, "on_skip": None, **params}
    )


# -- those who keep their promises -------------------------------------------------


@pytest.mark.parametrize("kind", HONEST)
def test_an_honest_estimator_of_another_passes_every_check(kind):
    results = run_all(HONEST[kind](), rtol=0)
    assert statuses(results) == {c.__name__: "passed" for c in CHECKS[kind]}
    assert {type(result["estimator"]) for result in results} == {HONEST[kind]}


# -- broken estimators, and the check that finds each ------------------------------


class CentresOnTheBatch(Classifier):
    def multiply(self, table):
        return super().multiply(table - table.mean(axis=0))


class CentresSmallBatchesOnly(Classifier):
    def multiply(self, table):
        few = 1 < len(table) < 6
        return super().multiply(table - few * table.mean(axis=0))


class ReadsItsBatchSizeWrongly(Classifier):
    def __init__(self, decay=0.5, alpha=1e-3, batch_size=8):
        super().__init__(decay, alpha)
        self.batch_size = batch_size

    def multiply(self, table):
        return super().multiply(table) / self.batch_size


class LeavesTheOrderOfLengthInSteps(Tagger):
    def outputs(self, X):
        return super().outputs(sorted(self.read(X), key=len))

    def split(self, values, X):
        return super().split(values, sorted(self.read(X), key=len))


class WritesIntoX(Classifier):
    def outputs(self, X):
        outputs = super().outputs(X)
        X[0][0, 0] = 0
        return outputs


class ReadsThePaddingOfTheBatch(Classifier):
    def summaries(self, rows):
        longest = max(map(len, rows))
        return np.stack([self.summary(x) * len(x) / longest for x in rows])


class ReadsNaNAsZero(Classifier):
    def cut(self, x):
        return np.nan_to_num(np.asarray(x, dtype=float))


class ReadsThePaddingOfTokens(Classifier):
    def read_tokens(self, row):
        return row[:, np.newaxis]


class ReadsListsCoarsely(Classifier):
    def read_list(self, X):
        return [np.round(row) for row in X]


class LearnsFromPaddingToo(Classifier):
    def fit(self, X, y, sample_weight=None):
        if isinstance(X, np.ndarray) and X.ndim == 3:
            X = np.nan_to_num(X)
        return super().fit(X, y, sample_weight)


class LearnsFromFloat32Otherwise(Classifier):
    def fit(self, X, y, sample_weight=None):
        if getattr(X, "dtype", None) == np.float32:
            X = 2 * X
        return super().fit(X, y, sample_weight)


class SortsTheColumnsOfFrames(Classifier):
    def read_array(self, X):
        if isinstance(X, pd.DataFrame):
            X = X[sorted(X.columns, reverse=True)]
        return super().read_array(X)


class NeedsASecondStep(Classifier):
    def summary(self, x):
        return super().summary(x) + x[min(1, len(x) - 1), 0] + 0 * x[len(x) > 1][0, 0]


class ReadsEachStepAlone(Tagger):
    def summary(self, x):
        return super().summary(x[:1])  # turned around: the step itself


class PutsStepsInABag(Classifier):
    def summary(self, x):
        return np.append(x.mean(axis=0), 1.0)


class PredictsTwoTargetsInOneLine(Regressor):
    def predict(self, X):
        return super().predict(X).reshape(len(X), -1).mean(axis=1)


class ForgetsTheWeights(Classifier):
    def fit(self, X, y, sample_weight=None):
        check_weight(sample_weight, self.read(X))
        return super().fit(X, y)


class MixesUpLabels(Classifier):
    def predict(self, X):
        return self.classes_[::-1][self.outputs(X).argmax(axis=1)]


class TurnsTheColumnsAround(Classifier):
    def predict_proba(self, X):
        return super().predict_proba(X)[:, ::-1]


class CrashesOnOneClass(Classifier):
    def fit(self, X, y, sample_weight=None):
        np.unique(y)[1]
        return super().fit(X, y, sample_weight)


class LosesParametersThatAreSet(Classifier):
    def set_params(self, **params):
        return super().set_params(**{**params, "alpha": 2.5})


class StandardisesInPlace(Classifier):
    def fit(self, X, y, sample_weight=None):
        for x in X:
            x -= x.mean()
        return super().fit(X, y, sample_weight)


class SeedsNumPy(Classifier):
    def fit(self, X, y, sample_weight=None):
        np.random.seed(0)
        return super().fit(X, y, sample_weight)


class SetsThreads(Regressor):
    def fit(self, X, y, sample_weight=None):
        torch.set_num_threads(torch.get_num_threads() + 1)
        return super().fit(X, y, sample_weight)


class PicklesFewDigits(Classifier):
    def __getstate__(self):
        state = super().__getstate__()
        return {
            name: np.float32(value) if name == "weights_" else value
            for name, value in state.items()
        }


class DrawsAnew(Classifier):
    def solve(self, table, targets, weight):
        super().solve(table, targets, weight)
        noise = np.random.default_rng().normal(size=self.weights_.shape)
        self.weights_ += 1e-12 * noise


class GoesOnFromTheLastFit(Classifier):
    def solve(self, table, targets, weight):
        before = getattr(self, "weights_", 0)
        super().solve(table, targets, weight)
        self.weights_ += 0.1 * before


class ReadsItsParametersLater(Classifier):
    def summary(self, x):
        self.decay_ = self.decay
        return super().summary(x)


class NeedsManyRows(Classifier):
    def fit(self, X, y, sample_weight=None):
        if len(X) < 15:
            raise ValueError("Too few rows.")
        return super().fit(X, y, sample_weight)


class TakesEmptySequences(Classifier):
    def read(self, X):
        return super().read([x if len(x) else np.zeros((1, 2)) for x in X])


class RefusesInfinityWhenItIsTooLate(Classifier):
    def fit(self, X, y, sample_weight=None):
        finite = [np.nan_to_num(x, posinf=9) for x in X]
        super().fit(finite, y, sample_weight)
        self.read(X)
        return self


class TakesTheWeightsThereAre(Classifier):
    def fit(self, X, y, sample_weight=None):
        if sample_weight is not None:
            sample_weight = np.resize(sample_weight, len(X))
        return super().fit(X, y, sample_weight)


class IgnoresFurtherVariables(Classifier):
    def check_width(self, rows):
        return [row[:, : self.n_features_in_] for row in rows]


class SortsWords(Vectorizer):
    def ids(self, document):
        return sorted(super().ids(document))


class GivesUnknownWordsIdsOfTheirOwn(Vectorizer):
    def ids(self, document):
        ids = super().ids(document)
        words = zip(ids, document.split() or [""], strict=True)
        return [100 + ord(word[0]) if word and i == 1 else i for i, word in words]


class GivesEmptyDocumentsNoStep(Vectorizer):
    def ids(self, document):
        return super().ids(document) if document.split() else []


class TransformsOtherwiseAtOnce(Vectorizer):
    def fit_transform(self, X, y=None):
        return super().fit_transform(X) + 1


class NumbersWordsAsTheyCome(Vectorizer):
    def fit(self, X, y=None):
        words = dict.fromkeys(word for document in X for word in document.split())
        self.vocabulary_ = {word: i for i, word in enumerate(words, start=2)}
        return self


class ForecastsOneStepOnly(Forecaster):
    def predict(self, X):
        return super().predict(X)[:1]


class ReadsTheFutureOfEveryColumn(Forecaster):
    def predict(self, X):
        return super().predict(X) + 1e-3 * np.nan_to_num(self.read(X)[2][:, 1])


class ShrinksTheLevel(Forecaster):
    def predict(self, X):
        return 0.99 * super().predict(X)


class KnowsTheLatestStepsOnly(Forecaster):
    def update(self, X, y):
        for name in np.unique(self.read(X)[0]):
            self.past_.pop(name)
        return super().update(X, y)


class LearnsOfOthersInUpdate(Forecaster):
    def update(self, X, y):
        self.coef_ += np.mean(y)
        return super().update(X, y)


class CentresOnThePanel(Forecaster):
    def predict(self, X):
        forecasts = super().predict(X)
        return forecasts + 1e-3 * forecasts.mean()


class TakesRowsAsTheyCome(Forecaster):
    def in_order(self, names, times):
        return np.arange(len(names))


# Those of answers are broken kinds of ours: of no other library is there an honest one.
class Answerer(RNNTranscriber):
    def __init__(self, hidden_size=4, max_epochs=2, random_state=0):
        super().__init__(hidden_size, max_epochs=max_epochs, random_state=random_state)


class NamesTheWorstFirst(Answerer):
    def predict_n_best(self, X, n_best=5, **how):
        answers, scores = super().predict_n_best(X, n_best, **how)
        return answers[:, ::-1], scores[:, ::-1]


class CountsEachAnswerOften(Answerer):
    def log_likelihood(self, X, y):
        return super().log_likelihood(X, y) + 5


class AnswersTextsByLists(Answerer):
    def predict(self, X, **how):
        return as_objects([list(answer) for answer in super().predict(X, **how)])


class AlwaysSaysSomething(Answerer):
    def predict(self, X, **how):
        answers = super().predict(X, **how)
        return as_objects([a if len(a) else self.classes_[:1] for a in answers])


class ForgivesUnknownLabels(Answerer):
    def score(self, X, y, sample_weight=None):
        unknown = ~np.isin(np.concatenate(y), self.classes_)
        return 1.0 if unknown.any() else super().score(X, y, sample_weight)


class ScoresTextsAgainstLabels(Answerer):
    def score(self, X, y, sample_weight=None):
        try:
            return super().score(X, y, sample_weight)
        except ValueError:
            return 0.0


class ReadsEmptyColumns(TokenCounts):
    def score_samples(self, X):
        width = X.shape[1] if sparse.issparse(X) else 0
        return super().score_samples(X) + width


class CountsNewTokens(TokenCounts):
    def count(self, token):
        return self.counts_.get(token, token)


class StartsFromItsFirstRow(TokenCounts):
    def fit(self, X, y=None):
        super().fit(X)
        self.counts_[2] += len(self.rows_of(X)[0])
        return self


BROKEN = {
    "sparse_rows_and_lists_of_ids_are_the_same": [ReadsEmptyColumns],
    "new_tokens_are_unknown": [CountsNewTokens],
    "the_order_of_rows_in_fit_does_not_matter": [StartsFromItsFirstRow],
    "alone_as_in_a_batch": [CentresOnTheBatch],
    "batch_size_does_not_matter": [CentresSmallBatchesOnly, ReadsItsBatchSizeWrongly],
    "permuted_rows_permute_the_predictions": [LeavesTheOrderOfLengthInSteps],
    "predicting_changes_nothing": [WritesIntoX],
    "a_longer_neighbour_changes_nothing": [ReadsThePaddingOfTheBatch],
    "longer_padding_changes_nothing": [ReadsNaNAsZero],
    "padding_is_not_read": [LearnsFromPaddingToo],
    "empty_columns_behind_tokens_change_nothing": [ReadsThePaddingOfTokens],
    "lists_and_object_arrays_are_the_same": [ReadsListsCoarsely],
    "memory_layout_does_not_matter": [LearnsFromFloat32Otherwise],
    "frames_are_the_same": [SortsTheColumnsOfFrames],
    "sequences_of_one_step": [NeedsASecondStep],
    "an_early_step_matters": [ReadsEachStepAlone],
    "the_order_of_steps_matters": [PutsStepsInABag, ReadsEachStepAlone],
    "shapes_of_predictions": [PredictsTwoTargetsInOneLine],
    "weight_zero_is_absence": [ForgetsTheWeights],
    "labels_of_any_type": [MixesUpLabels],
    "probabilities": [TurnsTheColumnsAround],
    "one_class_is_refused_or_predicted": [CrashesOnOneClass],
    "clone_keeps_parameters": [LosesParametersThatAreSet],
    "fit_changes_nothing_given": [StandardisesInPlace],
    "global_state_is_left_alone": [SeedsNumPy, SetsThreads],
    "pickles_keep_every_bit": [PicklesFewDigits],
    "same_seed_same_bits": [DrawsAnew],
    "refit_forgets": [GoesOnFromTheLastFit],
    "set_params_after_fit_moves_no_prediction": [ReadsItsParametersLater],
    "searches_take_it": [NeedsManyRows],
    "empty_sequences_are_refused": [TakesEmptySequences],
    "nan_and_infinity_are_refused": [RefusesInfinityWhenItIsTooLate],
    "wrong_lengths_are_refused": [TakesTheWeightsThereAre],
    "other_features_are_refused": [IgnoresFurtherVariables],
    "word_order_is_kept": [SortsWords],
    "unknown_words_keep_their_step": [GivesUnknownWordsIdsOfTheirOwn],
    "an_empty_document_has_one_step": [GivesEmptyDocumentsNoStep],
    "fit_transform_is_fit_and_transform": [TransformsOtherwiseAtOnce],
    "any_order_gives_the_same_vocabulary": [NumbersWordsAsTheyCome],
    "n_best_are_sorted_and_distinct": [NamesTheWorstFirst],
    "short_answers_have_a_probability_of_at_most_one": [CountsEachAnswerOften],
    "answers_are_of_the_type_given": [AnswersTextsByLists],
    "an_empty_answer_is_learnt": [AlwaysSaysSomething],
    "unknown_labels_are_errors": [ForgivesUnknownLabels],
    "another_kind_of_target_is_refused": [ScoresTextsAgainstLabels],
    "a_forecast_for_each_row": [ForecastsOneStepOnly],
    "nothing_of_the_future_is_read": [ReadsTheFutureOfEveryColumn],
    "what_is_added_to_the_series_is_added_to_the_forecast": [ShrinksTheLevel],
    "update_makes_the_past_longer": [KnowsTheLatestStepsOnly],
    "update_leaves_other_series_alone": [LearnsOfOthersInUpdate],
    "a_series_alone_is_as_in_a_panel": [CentresOnThePanel],
    "the_order_of_series_and_rows_does_not_matter": [TakesRowsAsTheyCome],
}


# These need no assertion of a check: the estimator raises by itself.
CRASHES = {NeedsASecondStep, NeedsManyRows, CrashesOnOneClass}


def kind_of(estimator):
    bases = {**HONEST, "transcriber": Answerer}
    (kind,) = [kind for kind, base in bases.items() if issubclass(estimator, base)]
    return kind


def test_every_check_finds_a_broken_estimator():
    checks = {check.__name__ for checks in CHECKS.values() for check in checks}
    assert checks == {f"check_{name}" for name in BROKEN}


@pytest.fixture
def same_threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.changes_global_state  # some of the broken estimators do
# After so short a training answers may be empty.
@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NothingLearntWarning")
@pytest.mark.usefixtures("same_threads")
@pytest.mark.parametrize(
    ("name", "broken"),
    [(name, broken) for name, kinds in BROKEN.items() for broken in kinds],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_broken_estimator_is_found_by_its_check(name, broken):
    (check,) = [c for c in CHECKS[kind_of(broken)] if c.__name__ == f"check_{name}"]
    try:
        check(Subject(broken(), kind_of(broken), rtol=0))
    except SkipTest as reason:
        pytest.fail(f"skipped: {reason}")
    except AssertionError:
        assert broken not in CRASHES
        return
    except Exception:
        assert broken in CRASHES
        return
    pytest.fail(f"{check.__name__} found nothing")


# -- estimators that accept less ---------------------------------------------------


def lay_flat(X):
    return np.reshape(X, (len(X), -1))


def neighbours(**params):
    """Make a classifier that takes 3-D arrays only."""
    return make_pipeline(FunctionTransformer(lay_flat), KNeighborsClassifier(**params))


def test_what_is_not_accepted_is_skipped_with_the_reason():
    results = run_all(neighbours())
    reasons = {
        result["check_name"]: str(result["exception"])
        for result in results
        if result["status"] == "skipped"
    }
    unequal = "sequences of unequal length are not taken: ValueError: setting an array"
    assert reasons["check_a_longer_neighbour_changes_nothing"].startswith(unequal)
    for name in ("longer_padding_changes_nothing", "padding_is_not_read"):
        no_padding = reasons[f"check_{name}"]
        assert no_padding.startswith("padding by nan is not taken: ValueError: Input X")
    assert reasons["check_weight_zero_is_absence"] == "fit takes no sample_weight"


def test_padding_may_be_another_number_than_nan():
    found = statuses(run_all(neighbours(), padding=0.0))
    # Flattened, longer sequences are further columns, which are refused.
    assert found["check_longer_padding_changes_nothing"] == "failed"


def test_a_neighbour_that_reads_its_parameters_in_predict_is_found():
    found = statuses(run_all(neighbours()))
    failed = {name for name, status in found.items() if status == "failed"}
    assert failed == {"check_set_params_after_fit_moves_no_prediction"}


def test_counts_of_words_are_no_sequences():
    found = statuses(run_all(CountVectorizer()))
    failed = {name for name, status in found.items() if status == "failed"}
    assert failed == {
        "check_word_order_is_kept",
        "check_unknown_words_keep_their_step",
        "check_an_empty_document_has_one_step",
    }


@pytest.mark.parametrize("kind", HONEST)
def test_the_kind_is_found_and_may_be_said(kind):
    assert Subject(HONEST[kind]()).kind == kind
    assert Subject(HONEST[kind](), kind).kind == kind


def test_an_estimator_that_takes_nothing_fails_with_its_own_error():
    class Stubborn(Classifier):
        def read(self, X):
            raise ValueError("I will not read that.")

    with pytest.raises(ValueError, match="I will not read that"):
        check_sequence_estimator(Stubborn())


def test_predictions_may_differ_by_the_tolerance():
    class Trembles(Regressor):
        def multiply(self, table):
            return super().multiply(table) * (1 + 1e-9 * len(table))

    assert statuses(run_all(Trembles()))["check_alone_as_in_a_batch"] == "passed"
    found = statuses(run_all(Trembles(), rtol=1e-9))
    assert found["check_alone_as_in_a_batch"] == "failed"


# -- the report --------------------------------------------------------------------

FORGETS = "check_weight_zero_is_absence"


def test_the_first_failure_is_raised_unless_it_is_expected():
    with pytest.raises(AssertionError, match="Rows of weight 0 were there"):
        check_sequence_estimator(ForgetsTheWeights())
    excused = {FORGETS: "it takes no weights seriously"}
    results = check_sequence_estimator(
        ForgetsTheWeights(), expected_failed_checks=excused
    )
    (found,) = [result for result in results if result["status"] != "passed"]
    assert found["status"] == "xfail"
    assert found["expected_to_fail"]
    assert found["expected_to_fail_reason"] == "it takes no weights seriously"
    assert isinstance(found["exception"], AssertionError)


def test_a_failure_may_be_a_warning():
    with pytest.warns(EstimatorCheckFailedWarning, match=FORGETS):
        results = check_sequence_estimator(ForgetsTheWeights(), on_fail="warn")
    assert statuses(results)[FORGETS] == "failed"


def test_a_skip_is_a_warning_unless_declined():
    excused = {"check_set_params_after_fit_moves_no_prediction": "it reads them late"}
    params = {"estimator": neighbours(), "expected_failed_checks": excused}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SkipTestWarning)
        check_sequence_estimator(**params)
    assert {one.category for one in caught} == {SkipTestWarning}
    assert any("Pipeline: fit takes no sample" in str(one.message) for one in caught)
    check_sequence_estimator(**params, on_skip=None)  # warnings are errors here


def test_the_results_have_the_keys_of_those_of_scikit_learn():
    result = run_all(Vectorizer())[0]
    assert [*result] == [
        "estimator",
        "check_name",
        "exception",
        "status",
        "expected_to_fail",
        "expected_to_fail_reason",
    ]


def test_an_estimator_is_neither_fitted_nor_changed():
    estimator = Classifier(decay=0.25)
    run_all(estimator)
    assert vars(estimator) == {"decay": 0.25, "alpha": 1e-3}


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"estimator": Classifier}, "must be an instance, got the class Classifier"),
        ({"estimator": "lstm"}, "must have fit and get_params"),
        ({"kind": "clusterer"}, "kind must be one of"),
        ({"on_skip": "raise"}, "on_skip must be one of"),
        ({"on_fail": "skip"}, "on_fail must be one of"),
        ({"expected_failed_checks": {"check_luck": "none"}}, "names .'check_luck'"),
    ],
)
def test_a_bad_argument_is_refused(argument, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_sequence_estimator(**{"estimator": Vectorizer(), **argument})


def test_each_check_says_in_one_sentence_what_is_promised():
    for check in {check for checks in CHECKS.values() for check in checks}:
        assert check.__doc__.endswith(".")
        assert "\n" not in check.__doc__
