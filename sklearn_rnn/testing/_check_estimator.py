"""All checks of an estimator, one after the other, as scikit-learn runs its own."""

from collections.abc import Callable, Iterable
from typing import Any
from unittest import SkipTest

import numpy as np
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning

from sklearn_rnn._messages import warn
from sklearn_rnn.testing import _company, _learning, _manners, _refusals, _texts
from sklearn_rnn.testing._samples import KINDS
from sklearn_rnn.testing._subject import Subject

COMPANY = (
    _company.check_alone_as_in_a_batch,
    _company.check_batch_size_does_not_matter,
    _company.check_permuted_rows_permute_the_answers,
    _company.check_asking_changes_nothing,
)
SEQUENCES = (
    _company.check_a_longer_neighbour_changes_nothing,
    _company.check_longer_padding_changes_nothing,
    _company.check_padding_is_not_read,
    _company.check_empty_columns_behind_tokens_change_nothing,
    _company.check_lists_and_object_arrays_are_the_same,
    _company.check_memory_layout_does_not_matter,
    _company.check_frames_are_the_same,
    _company.check_sequences_of_one_step,
    _learning.check_an_early_step_matters,
    _learning.check_the_order_of_steps_matters,
    _learning.check_shapes_of_answers,
    _learning.check_weight_zero_is_absence,
)
CLASSES = (
    _learning.check_labels_of_any_type,
    _learning.check_probabilities,
    _refusals.check_one_class_is_refused_or_predicted,
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

_OF_NUMBERS = COMPANY + SEQUENCES + MANNERS + PREDICTIONS + REFUSALS
CHECKS = {
    "classifier": _OF_NUMBERS + CLASSES,
    "regressor": _OF_NUMBERS,
    "tagger": _OF_NUMBERS + CLASSES,
    "step_regressor": _OF_NUMBERS,
    "vectorizer": COMPANY + MANNERS + TEXTS,
}
"""What each kind of estimator is asked."""


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
    """Check whether an estimator of sequences keeps what one may expect of it.

    For estimators of this package and of others, your own included. What scikit-learn's
    ``check_estimator`` asks of tables this asks of sequences: that an answer does
    not depend on the company it is asked in, nor on padding; that early steps and their
    order count; that nothing is changed which was only given. Run both.

    Parameters
    ----------
    estimator : estimator instance
        Is cloned, with its parameters as they are, but a ``random_state`` of None
        becomes 0. Give it few units, and as many epochs as it needs to learn from 300
        sequences of at most 5 steps which sign the first step has.

    kind : str, default="auto"
        "classifier", "regressor", "tagger" (a label for each step), "step_regressor"
        (a number for each step) or "vectorizer" (texts to token ids). With "auto" it is
        found by the tags, and by trying which targets are taken.

    rtol : float, default=1e-6
        By how much answers may differ, relative to the largest of them, in another
        batch, container or fit. 0 asks for the same bits, which the estimators of this
        package give. Two fits with the same seed, two questions and a pickle are
        always compared to the bit.

    padding : float, default=nan
        What stands behind the end of a sequence in a 3-D array. Some read 0 so.

    expected_failed_checks : dict of str to str, default=None
        Names of checks that may fail, each with the reason. They do not raise.

    on_skip : {"warn"} or None, default="warn"
        Whether a skipped check gives a ``SkipTestWarning`` with its reason.

    on_fail : {"raise", "warn"} or None, default="raise"
        Whether the first check that fails raises its error, gives an
        ``EstimatorCheckFailedWarning``, or only stands in the results.

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
        If a promise is not kept and ``on_fail="raise"``. Errors of the estimator itself
        are raised as they are.
    TypeError, ValueError
        If a parameter cannot be used.

    See Also
    --------
    sklearn.utils.estimator_checks.check_estimator : What holds for every estimator.
    all_estimators : The estimators of this package.

    Notes
    -----
    Sequences are handed over in the most general way that the estimator takes: an
    object array of arrays of shape (n_timesteps, 2), a list of them, or a 3-D array. A
    check
    that needs more than that (unequal lengths, padding, ``predict_proba``, weights) is
    skipped, and the reason says what the estimator answered when it was tried.

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
            "checks of this estimator; its results have their names."
        )
