"""Learning: from early steps, from their order, with labels of any type."""

from typing import Any
from unittest import SkipTest

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import has_fit_parameter

from sklearn_rnn.testing._predictions import assert_same, share_moved
from sklearn_rnn.testing._samples import make_order_tells
from sklearn_rnn.testing._subject import N_NEW, N_TRAIN, Subject

# By chance R² is 0. For classes the accuracy must be half of the way from chance to 1;
# of a hundred predictions chance gets so many right less than once in a million.
MIN_R2 = 0.3
# A sum in another order moves predictions by less, another order of steps by more.
ROUNDING = 1e-4
MIN_SHARE_MOVED = 0.25


def check_an_early_step_matters(subject: Subject) -> None:
    """Where only the first step tells the target, it is learnt, far above chance."""
    X, y = subject.first_step_tells(N_NEW, seed=1)
    predicted = subject.learnt.predict(subject.pack(X))
    if subject.is_stepwise:  # the last step is the farthest from the one that tells
        y, predicted = ([member[-1] for member in rows] for rows in (y, predicted))
    elif subject.is_paired:
        y, predicted = (list(map(_only_label, rows)) for rows in (y, predicted))
    y, predicted = np.asarray(y), np.asarray(predicted)
    what = "Only the first step tells; should it learn for longer?"
    if subject.of_classes:
        _assert_above_chance(y, predicted, subject.n_classes, what)
        return
    errors = (predicted.reshape(len(y)) - y) ** 2
    r2 = 1 - errors.sum() / ((y - y.mean()) ** 2).sum()
    assert r2 >= MIN_R2, f"{what} R² is {r2:.2f}, by chance 0."


def _only_label(answer: Any) -> Any:
    """Give the label of an answer that has one; of any other answer none."""
    return answer[0] if len(answer) == 1 else -1


def _assert_above_chance(
    y: NDArray[Any], predicted: NDArray[Any], n_classes: int, what: str
) -> None:
    accuracy, chance = np.mean(predicted == y), 1 / n_classes
    assert accuracy >= (1 + chance) / 2, (
        f"{what} The accuracy is {accuracy:.2f}, by chance {chance:.2f}."
    )


def check_the_order_of_steps_matters(subject: Subject) -> None:
    """Sequences read from their end get other predictions."""
    X, y = make_order_tells(subject.kind)
    fitted = subject.fit(subject.pack(X), subject.pack_target(y))
    forwards = subject.said(fitted, subject.pack(X))
    backwards = subject.said(fitted, subject.pack([x[::-1].copy() for x in X]))
    if subject.is_stepwise:  # a step that is read alone is predicted alike anywhere
        backwards = {
            name: [row[::-1] for row in rows] for name, rows in backwards.items()
        }
    share = share_moved(backwards, forwards, ROUNDING)
    assert share >= MIN_SHARE_MOVED, (
        f"Read from the end, {share:.2f} of the sequences get another prediction; so "
        "the order of steps does not matter, or nothing was learnt from it."
    )


LABELS = {
    "strings": np.array(["no", "yes"]),
    "negative integers": np.array([-7, -2]),
    "booleans": np.array([False, True]),
}


def check_labels_of_any_type(subject: Subject) -> None:
    """Strings, negative integers and booleans are predicted as they were given."""
    train, new = (
        subject.first_step_tells(n_rows, seed, n_classes=2)
        for seed, n_rows in enumerate([N_TRAIN, N_NEW])
    )
    for name, labels in LABELS.items():
        y, expected = (_with_labels(samples.y, labels) for samples in (train, new))
        fitted = subject.fit(subject.pack(train.X), subject.pack_target(y))
        predicted = fitted.predict(subject.pack(new.X))
        predicted, expected = _in_one_line(predicted), _in_one_line(expected)
        assert set(predicted.tolist()) <= set(labels.tolist()), (
            f"Labels are {name}, {labels.tolist()}; predicted were "
            f"{np.unique(predicted).tolist()}."
        )
        _assert_above_chance(expected, predicted, 2, f"Labels are {name}.")
        classes = getattr(fitted, "classes_", labels)
        assert np.array_equal(classes, labels), (
            f"Labels are {name}; classes_ is {classes} instead of {labels}, in order."
        )


def _with_labels(y: Any, labels: NDArray[Any]) -> Any:
    return [labels[codes] for codes in y] if isinstance(y, list) else labels[y]


def _in_one_line(y: Any) -> NDArray[Any]:
    return np.concatenate([np.atleast_1d(member) for member in y])


def check_probabilities(subject: Subject) -> None:
    """Probabilities lie in [0, 1], sum to 1 and are in the order of `classes_`."""
    fitted = subject.learnt
    if not hasattr(fitted, "predict_proba"):
        raise SkipTest("there is no predict_proba")
    X, y = subject.first_step_tells(N_NEW, seed=1)
    members = [np.atleast_2d(row) for row in fitted.predict_proba(subject.pack(X))]
    probabilities, y = np.concatenate(members), _in_one_line(y)
    n_classes = subject.n_classes
    assert probabilities.shape == (len(y), n_classes), (
        f"For {len(y)} targets and {n_classes} classes predict_proba gave shape "
        f"{probabilities.shape}."
    )
    low, high = probabilities.min(), probabilities.max()
    assert low >= 0 and high <= 1, f"Probabilities lie between {low} and {high}."
    sums = probabilities.sum(axis=1)
    farthest = sums[np.argmax(np.abs(sums - 1))]
    assert abs(farthest - 1) <= 1e-5, f"Probabilities sum to {farthest}, not 1."
    for code in range(n_classes):
        right, wrong = (
            probabilities[rows, code].mean() for rows in (y == code, y != code)
        )
        assert right > wrong, (
            f"The mean of column {code} is {right:.2f} for rows of that class and "
            f"{wrong:.2f} for others: columns are not in the order of classes_, or "
            "nothing was learnt."
        )


def check_shapes_of_predictions(subject: Subject) -> None:
    """Predictions have the shape of the target, (n,) or (n, k)."""
    X, y = subject.noise()
    _assert_shape_stays(subject, X, y)
    if subject.of_classes and not subject.is_stepwise:
        several = (
            subject.tags.classifier_tags and subject.tags.classifier_tags.multi_label
        )
    else:
        several = subject.tags.target_tags.multi_output and not subject.of_classes
    if several:
        _assert_shape_stays(subject, X, _two_columns(y, subject))


def _two_columns(y: Any, subject: Subject) -> Any:
    if subject.is_stepwise:
        return [np.column_stack([member, -member]) for member in y]
    if subject.of_classes:
        return np.column_stack([y > 0, y > 1]).astype(int)
    return np.column_stack([y, -y])


def _assert_shape_stays(subject: Subject, X: Any, y: Any) -> None:
    fitted = subject.fit(subject.pack(X), subject.pack_target(y))
    predicted = fitted.predict(subject.pack(X))
    if subject.is_stepwise:
        asked, got = ([np.shape(member) for member in rows] for rows in (y, predicted))
    else:
        asked, got = np.shape(y), np.shape(predicted)
    assert got == asked, f"The target had shape {asked}, predict gave {got}."


def check_weight_zero_is_absence(subject: Subject) -> None:
    """Rows of weight 0, whatever they hold, have no effect on the fit."""
    if not has_fit_parameter(subject.estimator, "sample_weight"):
        raise SkipTest("fit takes no sample_weight")
    subject.require_repeatable()
    X, y = subject.noise()
    wild = [1000 * x for x in X[:3]]
    X_more, y_more = [*wild, *X], _in_front(y, rows=3)
    weight = np.repeat([0.0, 1.0], [3, len(X)])
    weighted = subject.fit(
        subject.pack(X_more), subject.pack_target(y_more), sample_weight=weight
    )
    without = subject.fit(
        subject.pack(X), subject.pack_target(y), sample_weight=weight[3:]
    )
    said, expected = (subject.said(f, subject.pack(X)) for f in (weighted, without))
    assert_same(said, expected, "Rows of weight 0 were there", subject.rtol)


def _in_front(y: Any, rows: int) -> Any:
    """Repeat the first targets in front of all."""
    return [*y[:rows], *y] if isinstance(y, list) else np.concatenate([y[:rows], y])
