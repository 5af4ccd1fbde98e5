"""Batch invariance: a prediction depends on its own sequence alone.

The other samples in the batch, the padding and the container do not change it.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any
from unittest import SkipTest

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sklearn_rnn.testing._predictions import assert_same, join, take
from sklearn_rnn.testing._samples import N_FEATURES, as_objects, pad
from sklearn_rnn.testing._subject import Subject, why_not


def _said_in_pieces(
    subject: Subject, fitted: Any, X: Any, bounds: Iterable[int]
) -> dict[str, list[NDArray[Any]]]:
    """Predict the rows between each two bounds by themselves."""
    return join(
        [subject.said(fitted, subject.pack(X[a:b])) for a, b in pairwise(bounds)]
    )


def check_alone_as_in_a_batch(subject: Subject) -> None:
    """One sequence alone gets the prediction that it gets in a batch."""
    X, _ = subject.noise()
    alone = _said_in_pieces(subject, subject.fitted, X, range(len(X) + 1))
    together = subject.said(subject.fitted, subject.pack(X))
    assert_same(alone, together, "Each row was predicted alone", subject.rtol)


def check_batch_size_does_not_matter(subject: Subject) -> None:
    """Batches of any size, also through `batch_size`, give the same predictions."""
    X, _ = subject.noise()
    expected = subject.said(subject.fitted, subject.pack(X))
    for size in (2, 3, 5):
        bounds = [*range(0, len(X), size), len(X)]
        pieces = _said_in_pieces(subject, subject.fitted, X, bounds)
        what = f"The rows were predicted {size} at a time"
        assert_same(pieces, expected, what, subject.rtol)
    names = [n for n in subject.new().get_params() if n.split("__")[-1] == "batch_size"]
    if names:
        # A separate fit, since its batch size is changed.
        fitted = subject.fit(*subject.data())
        fitted.set_params(**dict.fromkeys(names, 2))
        said = subject.said(fitted, subject.pack(X))
        assert_same(said, expected, f"{names[0]} became 2 after fit", subject.rtol)


def check_permuted_rows_permute_the_predictions(subject: Subject) -> None:
    """Rows in another order get the same predictions, in that order."""
    X, _ = subject.noise()
    expected = subject.said(subject.fitted, subject.pack(X))
    order = np.random.default_rng(3).permutation(len(X))
    said = subject.said(subject.fitted, subject.pack([X[i] for i in order]))
    assert_same(said, take(expected, order), "Rows were permuted", subject.rtol)


def check_a_longer_neighbour_changes_nothing(subject: Subject) -> None:
    """One much longer sequence in the batch changes no prediction of the others."""
    subject.require_ragged()
    X, _ = subject.noise()
    long = np.random.default_rng(4).integers(1, 9, size=(40, N_FEATURES)) / 4
    rows = range(len(X))
    expected = subject.said(subject.fitted, subject.pack(X))
    said = take(subject.said(subject.fitted, subject.pack([*X, long])), rows)
    assert_same(said, expected, "A longer sequence was in the batch", subject.rtol)


def check_longer_padding_changes_nothing(subject: Subject) -> None:
    """More padding behind the end of all sequences changes no prediction."""
    subject.require_padding()
    X, y = subject.noise(ragged=True)
    short, long = (pad(X, subject.padding, n_more) for n_more in (0, 9))
    fitted = subject.fit(pad(X, subject.padding, 2), subject.pack_target(y))
    expected = _of_real_steps(subject.said(fitted, short), X, subject)
    said = _of_real_steps(subject.said(fitted, long), X, subject)
    assert_same(said, expected, "Padding became longer", subject.rtol)


def check_padding_is_not_read(subject: Subject) -> None:
    """Sequences with padding get the predictions of the same ones without it."""
    subject.require_padding()
    X, y = subject.noise(ragged=True)
    padded = pad(X, subject.padding, 2)
    fitted = subject.fit(padded, subject.pack_target(y))
    expected = _of_real_steps(subject.said(fitted, padded), X, subject)
    alone = _said_in_pieces(subject, fitted, X, range(len(X) + 1))
    assert_same(alone, expected, "Each row was predicted unpadded", subject.rtol)
    if subject.is_ragged and subject.is_repeatable:
        unpadded = subject.fit(subject.pack(X), subject.pack_target(y))
        said = _of_real_steps(subject.said(unpadded, padded), X, subject)
        assert_same(said, expected, "Sequences were not padded in fit", subject.rtol)


def _of_real_steps(
    predictions: dict[str, list[NDArray[Any]]], X: Any, subject: Subject
) -> dict[str, list[NDArray[Any]]]:
    """Cut the predictions for padding."""
    if not subject.is_stepwise:
        return predictions
    return {
        name: [row[: len(x)] for row, x in zip(rows, X, strict=True)]
        for name, rows in predictions.items()
    }


def check_empty_columns_behind_tokens_change_nothing(subject: Subject) -> None:
    """Token ids in a wider sparse matrix get the same predictions."""
    X, y = subject.noise()
    rng = np.random.default_rng(5)
    ids = pad([rng.integers(2, 9, size=(len(x), 1)) for x in X], 0)[:, :, 0]
    narrow = sparse.csr_matrix(ids, dtype=np.int32)
    wide = sparse.csr_matrix(np.pad(ids, [(0, 0), (0, 5)]), dtype=np.int32)
    fitted = subject.new()
    reason = why_not(lambda: fitted.fit(narrow, subject.pack_target(y)).predict(narrow))
    if reason:
        raise SkipTest(f"a sparse matrix of token ids is not taken: {reason}")
    expected = subject.said(fitted, narrow)
    assert_same(subject.said(fitted, wide), expected, "X became wider", subject.rtol)


def check_lists_and_object_arrays_are_the_same(subject: Subject) -> None:
    """Any list, tuple or object array of arrays gets the same predictions."""
    X, y = subject.noise()
    containers = {"a list": list, "a tuple": tuple, "an object array": as_objects}
    taken = {
        name: container
        for name, container in containers.items()
        if not why_not(lambda c=container: subject.fitted.predict(c(X)))
    }
    if not taken:
        raise SkipTest(f"none of {', '.join(containers)} is taken")
    _assert_containers_agree(subject, X, y, subject.pack, taken)


def check_memory_layout_does_not_matter(subject: Subject) -> None:
    """float32, Fortran, read-only and strided arrays get the same predictions."""
    X, y = subject.noise(ragged=False)
    if subject.is_ragged:
        reason = why_not(lambda: subject.fit(np.stack(X), subject.pack_target(y)))
        if reason:
            raise SkipTest(f"a 3-D array is not taken: {reason}")
    _assert_containers_agree(subject, X, y, np.stack, LAYOUTS)


def check_frames_are_the_same(subject: Subject) -> None:
    """Frames with a row of numbers for each sequence are read as arrays."""
    try:
        import pandas
    except ImportError:
        raise SkipTest("pandas is not installed") from None
    X, y = subject.noise(ragged=False)
    table = np.stack(X)[:, :, 0]
    fitted = subject.new()
    reason = why_not(lambda: fitted.fit(table, subject.pack_target(y)).predict(table))
    if reason:
        raise SkipTest(f"a table of numbers is not taken: {reason}")
    names = [f"step {i}" for i in range(table.shape[1])]
    frame = pandas.DataFrame(table, columns=names)
    subject.require_repeatable()
    expected = subject.said(fitted, table)
    said = subject.said(subject.fit(frame, subject.pack_target(y)), frame)
    assert_same(said, expected, "X came as a data frame", subject.rtol)


def _assert_containers_agree(
    subject: Subject,
    X: Any,
    y: Any,
    usual: Callable[[Any], Any],
    containers: dict[str, Any],
) -> None:
    """Compare predictions of containers, after the usual fit and after one on each."""
    y = subject.pack_target(y)
    fitted = subject.fit(usual(X), y)
    expected = subject.said(fitted, usual(X))
    repeatable = subject.is_repeatable
    for name, container in containers.items():
        said = subject.said(fitted, container(X))
        assert_same(said, expected, f"X came as {name}", subject.rtol)
        if repeatable:
            other = subject.fit(container(X), y)
            said = subject.said(other, usual(X))
            assert_same(said, expected, f"X came as {name} to fit", subject.rtol)


def _read_only(X: Any) -> NDArray[Any]:
    X = np.stack(X)
    X.flags.writeable = False
    return X


LAYOUTS = {
    "float32": lambda X: np.stack(X).astype(np.float32),
    "columns first": lambda X: np.asfortranarray(np.stack(X)),
    "read-only": _read_only,
    "a strided view": lambda X: np.repeat(np.stack(X), 2, axis=1)[:, ::2],
    "a reversed view": lambda X: np.stack(X)[::-1].copy()[::-1],
}


def check_sequences_of_one_step(subject: Subject) -> None:
    """Sequences of a single step can be learnt from and predicted."""
    X, y = subject.noise()
    X = [x[:1] for x in X]
    y = [member[:1] for member in y] if isinstance(y, list) else y
    fitted = subject.fit(subject.pack(X), subject.pack_target(y))
    for rows in subject.said(fitted, subject.pack(X)).values():
        assert not subject.is_stepwise or all(len(row) == 1 for row in rows)


def check_predicting_changes_nothing(subject: Subject) -> None:
    """Predicting twice gives the same bits, and X stays as it was."""
    X, _ = subject.data()
    before = joblib.hash(X)
    first, second = (subject.said(subject.fitted, X) for _ in range(2))
    assert_same(second, first, "The same rows were predicted twice")
    assert joblib.hash(X) == before, "A prediction changed X."
