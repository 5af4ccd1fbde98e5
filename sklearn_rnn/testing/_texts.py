"""The checks of a vectorizer: texts become token ids, in the order of the words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.testing._predictions import PAD, assert_same, rows_of
from sklearn_rnn.testing._samples import DOCUMENTS
from sklearn_rnn.testing._subject import Subject


def _ids(subject: Subject, fitted: Any, documents: list[str]) -> list[NDArray[Any]]:
    """Transform documents; leave out characters, which are below padding."""
    rows = subject.said(fitted, documents)["transform"]
    return [row[row > PAD] for row in rows]


def check_word_order_is_kept(subject: Subject) -> None:
    """Each word has its own id, at the place of the word in the text."""
    forwards, backwards = _ids(
        subject, subject.fitted, ["rain and wind", "wind and rain"]
    )
    assert len(forwards) == 3, f"Three words became {len(forwards)} steps."
    assert len(set(forwards.tolist())) == 3, f"Three words became the ids {forwards}."
    assert np.array_equal(forwards, backwards[::-1]), (
        f"'rain and wind' became {forwards}, 'wind and rain' {backwards}."
    )


def check_unknown_words_keep_their_step(subject: Subject) -> None:
    """Words that were not in `fit` have a step, with an id that no known word has."""
    known, unknown, other = _ids(
        subject,
        subject.fitted,
        ["rain and wind", "rain zebra wind", "rain quartz wind"],
    )
    assert len(unknown) == 3, f"An unknown word became {len(unknown) - 2} steps."
    assert np.array_equal(unknown, other), "Two unknown words have two ids."
    ids = np.concatenate(_ids(subject, subject.fitted, list(DOCUMENTS)))
    assert unknown[1] != PAD and unknown[1] not in ids, (
        f"An unknown word has the id {unknown[1]}, which is padding or a known word."
    )
    assert np.array_equal(unknown[[0, 2]], known[[0, 2]]), (
        "The words beside an unknown one have other ids than without it."
    )


def check_an_empty_document_has_one_step(subject: Subject) -> None:
    """Documents without words still have a step, so that a network can read them."""
    for documents in (["", "rain"], ["   ", "rain"]):
        empty, _ = _ids(subject, subject.fitted, documents)
        assert len(empty) == 1, f"An empty document has {len(empty)} steps."
    fitted = subject.fit(["", *DOCUMENTS], None)
    assert len(_ids(subject, fitted, [""])[0]) == 1


def check_fit_transform_is_fit_and_transform(subject: Subject) -> None:
    """`fit_transform` gives the bits of `fit` and then `transform`."""
    documents = list(DOCUMENTS)
    at_once = subject.new().fit_transform(documents)
    in_turn = subject.fit(documents, None).transform(documents)
    assert type(at_once) is type(in_turn), (
        f"fit_transform gave {type(at_once)}, transform {type(in_turn)}."
    )
    said, expected = (
        {"fit_transform": rows_of(ids, len(documents), "fit_transform")}
        for ids in (at_once, in_turn)
    )
    assert_same(said, expected, "It was fitted and applied at once")


def check_any_order_gives_the_same_vocabulary(subject: Subject) -> None:
    """Documents in another order give every word the same id."""
    documents = list(DOCUMENTS)
    expected = subject.said(subject.fitted, documents)
    for order in (documents[::-1], documents[3:] + documents[:3]):
        said = subject.said(subject.fit(order, None), documents)
        assert_same(said, expected, "The documents of fit were in another order")
