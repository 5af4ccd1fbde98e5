"""Answers of their own length: what is predicted, how likely it is, what is refused."""

from itertools import product
from typing import Any

import numpy as np

from sklearn_rnn.testing._refusals import assert_refused
from sklearn_rnn.testing._samples import as_objects
from sklearn_rnn.testing._subject import N_NEW, Subject

# Log-probabilities are of float32 precision.
ROUNDING = 1e-5
SHORT = 3


def check_n_best_are_sorted_and_distinct(subject: Subject) -> None:
    """Answers come best first, no two are alike, and the first is predicted."""
    X, _ = subject.noise()
    X = subject.pack(X)
    answers, scores = subject.fitted.predict_n_best(X, n_best=5)
    predicted = subject.fitted.predict(X, beam_size=5)
    per_label = [
        [score / (len(answer) + 1) for answer, score in zip(*row, strict=True)]
        for row in zip(answers, scores, strict=True)
    ]
    for row, (found, first) in enumerate(zip(answers, predicted, strict=True)):
        n_found = np.count_nonzero(np.isfinite(scores[row]))
        ranks = [list(of) for of in (scores[row], per_label[row])]
        assert any(rank == sorted(rank, reverse=True) for rank in ranks), (
            f"predict_n_best gave row {row} {scores[row]}, which do not fall."
        )
        distinct = {tuple(answer) for answer in found[:n_found]}
        assert len(distinct) == n_found, f"Two of the best answers to row {row} agree."
        assert tuple(found[0]) == tuple(first), (
            f"The best answer to row {row} is {found[0]}, predicted was {first}."
        )


def check_short_answers_have_a_probability_of_at_most_one(subject: Subject) -> None:
    """Together all answers of few labels have a probability of at most 1."""
    X, _ = subject.noise()
    fitted = subject.fitted
    labels = [
        list(answer)
        for n_labels in range(SHORT + 1)
        for answer in product(fitted.classes_, repeat=n_labels)
    ]
    for row in (int(np.argmax(list(map(len, X)))), int(np.argmin(list(map(len, X))))):
        rows = subject.pack([X[row]] * len(labels))
        total = np.exp(fitted.log_likelihood(rows, labels)).sum()
        assert 0 < total <= 1 + ROUNDING, (
            f"Answers of at most {SHORT} labels to row {row} have a probability of "
            f"{total} together; it must be above 0 and at most 1."
        )


def check_answers_are_of_the_type_given(subject: Subject) -> None:
    """Texts are answered by texts, labels by arrays of such labels."""
    X, y = subject.noise()
    X = subject.pack(X)
    texts = ["".join("abc"[code] for code in codes) for codes in y]
    for answer in subject.fit(X, as_objects(texts)).predict(X):
        assert isinstance(answer, str), f"y were texts; predicted was {answer!r}."
    for labels in (np.array(["no", "yes", "so"]), np.array([-7, -2, 0])):
        given = [labels[codes] for codes in y]
        for answer in subject.fit(X, as_objects(given)).predict(X):
            assert isinstance(answer, np.ndarray) and answer.dtype.kind in "UOi", (
                f"y were arrays of {labels.dtype}; predicted was {answer!r}."
            )
            assert set(answer.tolist()) <= set(labels.tolist()), (
                f"y were made of {labels.tolist()}; predicted was {answer.tolist()}."
            )


def check_an_empty_answer_is_learnt(subject: Subject) -> None:
    """Where some right answers are empty, they are predicted so."""
    train, new = (
        subject.first_step_tells(n, seed) for n, seed in ((300, 0), (N_NEW, 1))
    )
    y, expected = (
        [row[row > 0] for row in samples.y] for samples in (train, new)
    )  # of class 0 nothing is left
    fitted = subject.fit(subject.pack(train.X), as_objects(y))
    predicted = fitted.predict(subject.pack(new.X))
    right = [
        np.array_equal(one, other)
        for one, other in zip(predicted, expected, strict=True)
    ]
    assert np.mean(right) >= 0.8, (
        f"Of answers that are empty or one label {np.mean(right):.2f} are right."
    )


def check_unknown_labels_are_errors(subject: Subject) -> None:
    """Labels that were not in `fit` are errors for `score`, and have no probability."""
    X, y = subject.noise()
    fitted, packed = subject.fitted, subject.pack(X)
    unknown = [np.full_like(labels, 10**6) for labels in y]
    predicted = fitted.predict(packed)
    edits = sum(
        max(len(one), len(other)) for one, other in zip(predicted, y, strict=True)
    )
    expected = 1 - edits / sum(map(len, y))
    score = fitted.score(packed, as_objects(unknown))
    assert abs(score - expected) < 1e-9, (
        f"No label of y was in fit; score gave {score} instead of {expected}."
    )
    of_unknown = fitted.log_likelihood(packed, as_objects(unknown))
    has_labels = np.array(list(map(len, y))) > 0
    assert np.all(np.isneginf(of_unknown) == has_labels), (
        "An answer with an unknown label must have the log-likelihood -inf."
    )


def check_another_kind_of_target_is_refused(subject: Subject) -> None:
    """Texts after labels, and labels mixed with texts, are refused."""
    X, y = subject.data()
    texts = as_objects(["ab"] * len(y))
    mixed = as_objects(["ab", *y[1:]])
    attempts: dict[str, Any] = {
        "y held texts and labels": lambda: subject.new().fit(X, mixed),
        "score was given texts": lambda: subject.fitted.score(X, texts),
        "y held one number for each row": lambda: subject.new().fit(
            X, np.arange(len(y))
        ),
    }
    if hasattr(subject.estimator, "partial_fit"):
        trained = subject.new().partial_fit(X, y)
        attempts["partial_fit was given texts"] = lambda: trained.partial_fit(X, texts)
        new = as_objects([np.full(1, 10**6) for _ in y])
        attempts["partial_fit met a new label"] = lambda: trained.partial_fit(X, new)
    for what, attempt in attempts.items():
        assert_refused(attempt, what)
