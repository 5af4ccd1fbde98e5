"""All checks of an estimator, one after the other, as scikit-learn runs its own."""

from collections.abc import Callable, Iterable
from typing import Any
from unittest import SkipTest

import numpy as np
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning

from sklearn_rnn._messages import warn
from sklearn_rnn.testing import (
    _answers,
    _batch_invariance,
    _forecasts,
    _learning,
    _manners,
    _refusals,
    _texts,
    _tokens,
)
from sklearn_rnn.testing._samples import KINDS
from sklearn_rnn.testing._subject import Subject

BATCH_INVARIANCE = (
    _batch_invariance.check_alone_as_in_a_batch,
    _batch_invariance.check_batch_size_does_not_matter,
    _batch_invariance.check_permuted_rows_permute_the_predictions,
    _batch_invariance.check_predicting_changes_nothing,
)
SEQUENCES = (
    _batch_invariance.check_a_longer_neighbour_changes_nothing,
    _batch_invariance.check_longer_padding_changes_nothing,
    _batch_invariance.check_padding_is_not_read,
    _batch_invariance.check_empty_columns_behind_tokens_change_nothing,
    _batch_invariance.check_lists_and_object_arrays_are_the_same,
    _batch_invariance.check_memory_layout_does_not_matter,
    _batch_invariance.check_frames_are_the_same,
    _batch_invariance.check_sequences_of_one_step,
    _learning.check_an_early_step_matters,
    _learning.check_the_order_of_steps_matters,
    _learning.check_shapes_of_predictions,
    _learning.check_weight_zero_is_absence,
)
CLASSES = (
    _learning.check_labels_of_any_type,
    _learning.check_probabilities,
    _refusals.check_one_class_is_refused_or_predicted,
)
ANSWERS = (
    _answers.check_n_best_are_sorted_and_distinct,
    _answers.check_short_answers_have_a_probability_of_at_most_one,
    _answers.check_answers_are_of_the_type_given,
    _answers.check_an_empty_answer_is_learnt,
    _answers.check_unknown_labels_are_errors,
    _answers.check_another_kind_of_target_is_refused,
)
MANNERS = (
    _manners.check_clone_keeps_parameters,
    _manners.check_fit_changes_nothing_given,
    _manners.check_global_state_is_left_alone,
    _manners.check_pickles_keep_every_bit,
    _manners.check_same_seed_same_bits,
    _manners.check_refit_forgets,
)
PREDICTIONS = (
    _manners.check_set_params_after_fit_moves_no_prediction,
    _manners.check_searches_take_it,
)
REFUSALS = (
    _refusals.check_empty_sequences_are_refused,
    _refusals.check_nan_and_infinity_are_refused,
    _refusals.check_wrong_lengths_are_refused,
    _refusals.check_other_features_are_refused,
)
TEXTS = (
    _texts.check_word_order_is_kept,
    _texts.check_unknown_words_keep_their_step,
    _texts.check_an_empty_document_has_one_step,
    _texts.check_fit_transform_is_fit_and_transform,
    _texts.check_any_order_gives_the_same_vocabulary,
)
TOKENS = (
    _tokens.check_sparse_rows_and_lists_of_ids_are_the_same,
    _tokens.check_new_tokens_are_unknown,
    _tokens.check_the_order_of_rows_in_fit_does_not_matter,
)

FORECASTS = (
    _forecasts.check_a_forecast_for_each_row,
    _forecasts.check_nothing_of_the_future_is_read,
    _forecasts.check_what_is_added_to_the_series_is_added_to_the_forecast,
    _forecasts.check_update_makes_the_past_longer,
    _forecasts.check_update_leaves_other_series_alone,
    _forecasts.check_a_series_alone_is_as_in_a_panel,
    _forecasts.check_the_order_of_series_and_rows_does_not_matter,
)

_OF_NUMBERS = BATCH_INVARIANCE + SEQUENCES + MANNERS + PREDICTIONS + REFUSALS
_ANY_SHAPE = tuple(
    check for check in _OF_NUMBERS if check is not _learning.check_shapes_of_predictions
)
CHECKS = {
    "classifier": _OF_NUMBERS + CLASSES,
    "regressor": _OF_NUMBERS,
    "tagger": _OF_NUMBERS + CLASSES,
    "step_regressor": _OF_NUMBERS,
    "translator": _ANY_SHAPE + ANSWERS,
    "transcriber": _ANY_SHAPE + ANSWERS,
    "vectorizer": BATCH_INVARIANCE + MANNERS + TEXTS,
    "tokens": BATCH_INVARIANCE + MANNERS + TOKENS,
    "forecaster": FORECASTS + MANNERS + PREDICTIONS,
}
"""The checks of each kind of estimator."""


def check_sequence_estimator(
    estimator: Any,
    *,
    kind: str = "auto",
    rtol: float = 1e-6,
    padding: float = np.nan,
    expected_failed_checks: dict[str, str] | None = None,
    on_skip: str | None = "warn",
    on_fail: str | None = "raise",
) -> list[dict[str, Any]]:
    """Check that an estimator of sequences behaves as users expect.

    It works for estimators of this package and for others, your own included.
    scikit-learn's ``check_estimator`` checks estimators of tables; this function checks
    sequences. A prediction must not depend on the other samples in the batch or on
    padding. Early steps and their order must matter. The data that are passed must stay
    unchanged. Run both functions.

    Parameters
    ----------
    estimator : estimator instance
        Is cloned with its parameters, but a ``random_state`` of None becomes 0. Choose
        few units, and enough epochs to learn the direction of the first step from 300
        sequences of at most 5 steps.

    kind : str, default="auto"
        "classifier", "regressor", "tagger" (a label for each step), "step_regressor"
        (a number for each step), "translator" (a sequence of labels of any length),
        "transcriber" (the same, where the labels follow the steps), "vectorizer"
        (texts to token ids), "tokens" (reads token ids and needs no targets) or
        "forecaster" (rows are steps of time; it has a method ``update``, and for panels
        parameters ``series`` and ``time``). "auto" finds the kind by the tags, and by
        trying which targets the estimator accepts.

    rtol : float, default=1e-6
        By how much predictions may differ in another batch, container or fit, relative
        to the largest of them. 0 requires the same bits, as the estimators of this
        package give. Two fits with the same seed, two predictions of the same rows and
        a pickle are always compared to the bit.

    padding : float, default=nan
        The value behind the end of a sequence in a 3-D array. Some estimators use 0.

    expected_failed_checks : dict of str to str, default=None
        Names of checks that may fail, each with the reason. They do not raise.

    on_skip : {"warn"} or None, default="warn"
        Whether a skipped check gives a ``SkipTestWarning`` with its reason.

    on_fail : {"raise", "warn"} or None, default="raise"
        Whether the first check that fails raises its error, gives an
        ``EstimatorCheckFailedWarning``, or is only reported in the results.

    Returns
    -------
    results : list of dict
        For each check ``estimator``, ``check_name``, ``exception`` (of a check that
        failed or was skipped, else None), ``status`` ("passed", "failed", "xfail" or
        "skipped"), ``expected_to_fail`` and ``expected_to_fail_reason``: as
        ``sklearn.utils.estimator_checks.check_estimator`` gives them.

    Raises
    ------
    AssertionError
        If a check fails and ``on_fail="raise"``. Errors of the estimator itself are
        raised unchanged.
    TypeError, ValueError
        If a parameter cannot be used.

    See Also
    --------
    sklearn.utils.estimator_checks.check_estimator : The checks of every estimator.
    all_estimators : The estimators of this package.

    Notes
    -----
    Sequences are passed in the most general container that the estimator accepts: an
    object array of arrays of shape (n_timesteps, 2), a list of them, or a 3-D array. A
    check that needs more than that (unequal lengths, padding, ``predict_proba``,
    weights) is skipped. The reason quotes the error that the estimator raised.

    Examples
    --------
    >>> from sklearn_rnn import TextVectorizer
    >>> from sklearn_rnn.testing import check_sequence_estimator
    >>> results = check_sequence_estimator(TextVectorizer())
    >>> {result["status"] for result in results}
    {'passed'}
    """
    _check_arguments(estimator, kind, on_skip, on_fail)
    subject = Subject(estimator, kind, rtol, padding)
    checks = CHECKS[subject.kind]
    excused = expected_failed_checks or {}
    _refuse_unknown(excused, checks)
    results = []
    for check in checks:
        result = _run(check, subject, excused.get(check.__name__), on_fail)
        if result["status"] == "skipped" and on_skip == "warn":
            warn(
                f"Skipping {result['check_name']} for {type(estimator).__name__}: "
                f"{result['exception']}",
                SkipTestWarning,
            )
        if result["status"] in ("failed", "xfail") and on_fail == "warn":
            warn(EstimatorCheckFailedWarning(**result))
        results.append(result)
    return results


def _run(
    check: Callable[[Subject], None],
    subject: Subject,
    excuse: str | None,
    on_fail: str | None,
) -> dict[str, Any]:
    """Run one check and report it."""
    exception: Exception | None
    exception, status = None, "passed"
    try:
        check(subject)
    except SkipTest as reason:
        exception, status = reason, "skipped"
    except Exception as error:
        if on_fail == "raise" and excuse is None:
            raise
        exception, status = error, "failed" if excuse is None else "xfail"
    return {
        "estimator": subject.estimator,
        "check_name": check.__name__,
        "exception": exception,
        "status": status,
        "expected_to_fail": excuse is not None,
        "expected_to_fail_reason": excuse or "Check is not expected to fail",
    }


def _check_arguments(
    estimator: Any, kind: str, on_skip: str | None, on_fail: str | None
) -> None:
    if isinstance(estimator, type):
        raise TypeError(
            f"estimator must be an instance, got the class {estimator.__name__}; pass "
            f"{estimator.__name__}()."
        )
    if not (hasattr(estimator, "fit") and hasattr(estimator, "get_params")):
        raise TypeError(
            "estimator must have fit and get_params, as scikit-learn's have, got "
            f"{estimator!r}."
        )
    accepted = {
        "kind": (kind, ("auto", *KINDS)),
        "on_skip": (on_skip, ("warn", None)),
        "on_fail": (on_fail, ("raise", "warn", None)),
    }
    for name, (value, values) in accepted.items():
        if value not in values:
            raise ValueError(f"{name} must be one of {values}, got {value!r}.")


def _refuse_unknown(
    excused: dict[str, str], checks: Iterable[Callable[[Subject], None]]
) -> None:
    """Refuse the names of checks that are not run: they would excuse nothing."""
    unknown = set(excused) - {check.__name__ for check in checks}
    if unknown:
        raise ValueError(
            f"expected_failed_checks names {sorted(unknown)}, which are not among the "
            "checks of this estimator; the results list their names."
        )
