"""Unusable data raise a ValueError, before any training."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from sklearn_rnn.testing._samples import N_FEATURES
from sklearn_rnn.testing._subject import Subject, why_not


def assert_refused(attempt: Callable[..., Any], what: str) -> None:
    """Assert that an attempt raises a ValueError with a message."""
    try:
        attempt()
    except ValueError as error:
        assert str(error).strip(), f"{what}: the ValueError has no message."
    except Exception as error:
        raise AssertionError(
            f"{what}: {type(error).__name__} was raised, not a ValueError: {error}"
        ) from error
    else:
        raise AssertionError(f"{what}: no ValueError was raised.")


def _assert_fit_refuses(
    subject: Subject, X: Any, y: Any, what: str, **params: Any
) -> None:
    """Assert that `fit` raises a ValueError and leaves nothing that predicts."""
    estimator = subject.new()
    assert_refused(lambda: estimator.fit(X, subject.pack_target(y), **params), what)
    X, _ = subject.data()
    assert why_not(lambda: estimator.predict(X)), (
        f"{what}: fit refused it, but the estimator predicts."
    )


def check_empty_sequences_are_refused(subject: Subject) -> None:
    """Sequences without steps are refused, or the docstring says what they get."""
    X, y = subject.noise()
    empty = np.zeros((0, N_FEATURES))
    if subject.is_ragged:
        what, X_empty = "A sequence was empty", subject.pack([*X[:-1], empty])
        y_empty = [*y[:-1], y[-1][:0]] if subject.is_stepwise else y
    else:
        what, X_empty = "All sequences were empty", subject.pack([empty] * len(X))
        y_empty = [member[:0] for member in y] if subject.is_stepwise else y
    if _documents_empty(subject.estimator):
        fitted = subject.fit(X_empty, subject.pack_target(y_empty))
        subject.said(fitted, X_empty)
        return
    _assert_fit_refuses(subject, X_empty, y_empty, what)
    assert_refused(lambda: subject.fitted.predict(X_empty), f"{what} in predict")


def _documents_empty(estimator: Any) -> bool:
    return "empty sequence" in (type(estimator).__doc__ or "").lower()


def check_nan_and_infinity_are_refused(subject: Subject) -> None:
    """NaN and infinity inside a sequence, or in a target of numbers, are refused."""
    X, y = subject.noise()
    values = [np.inf] if subject.tags.input_tags.allow_nan else [np.inf, np.nan]
    row = int(np.argmax([len(x) for x in X]))
    for value in values:
        broken = [x.copy() for x in X]
        broken[row][1, 0] = value
        broken = subject.pack(broken)
        what = f"X held {value} inside a sequence"
        _assert_fit_refuses(subject, broken, y, what)
        assert_refused(lambda X=broken: subject.fitted.predict(X), f"{what} in predict")
    if not subject.of_classes:
        y = [m.copy() for m in y] if subject.is_stepwise else y.copy()
        y[row] = np.full_like(y[row], np.nan)
        _assert_fit_refuses(subject, subject.pack(X), y, "y held NaN")


def check_one_class_is_refused_or_predicted(subject: Subject) -> None:
    """Where y holds one class, a ValueError is raised or that class is predicted."""
    X, y = subject.data()
    if subject.is_stepwise:
        first = y[0][0]
        y = [np.full_like(member, first) for member in y]
    else:
        first = y[0]
        y = np.full_like(y, first)
    estimator = subject.new()
    try:
        estimator.fit(X, subject.pack_target(y))
    except ValueError as error:
        assert "class" in str(error), (
            f"y held one class, and the error does not say so: {error}"
        )
        return
    predicted = [np.unique(row).tolist() for row in estimator.predict(X)]
    assert all(row == [first] for row in predicted), (
        "y held one class, and another one was predicted."
    )


def check_wrong_lengths_are_refused(subject: Subject) -> None:
    """Targets and weights of another number than the sequences are refused."""
    X, y = subject.noise()
    packed = subject.pack(X)
    _assert_fit_refuses(subject, packed, y[:-1], "A target was missing")
    if subject.is_stepwise:
        row = int(np.argmax([len(x) for x in X]))
        short = [m[:-1] if i == row else m for i, m in enumerate(y)]
        _assert_fit_refuses(subject, packed, short, "The target of a step was missing")
    if has_fit_parameter(subject.estimator, "sample_weight"):
        weight = np.ones(len(X) - 1)
        what = "A weight was missing"
        _assert_fit_refuses(subject, packed, y, what, sample_weight=weight)


def check_other_features_are_refused(subject: Subject) -> None:
    """Sequences with more variables than in `fit` are refused."""
    X, _ = subject.noise()
    wider = subject.pack([np.column_stack([x, x[:, 0]]) for x in X])
    assert_refused(lambda: subject.fitted.predict(wider), "X had a further variable")
