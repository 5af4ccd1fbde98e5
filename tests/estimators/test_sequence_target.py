"""Targets that are sequences of their own length: what is read, and what is refused."""

import numpy as np
import pytest

from sklearn_rnn import TextVectorizer, as_ragged
from sklearn_rnn.estimators.targets import SequenceTarget
from sklearn_rnn.sequences import Sequences

X = Sequences.from_list([[1.0], [2.0], [3.0]])
TEXTS = ["K AE", "", "Ärger\0 K"]
LABELS = [["K", "AE"], [], ["T", "K"]]


def checked(y, vectorizer=None, **options):
    target = SequenceTarget("RNNTranslator", vectorizer)
    return target, target.check(y, X, reset=True, **options)


def of_objects(rows):
    return np.fromiter(map(np.array, rows), dtype=object, count=len(rows))


def test_codes_are_those_of_sorted_labels_and_an_end_of_each_row():
    target, codes = checked(LABELS)
    assert target.classes_.tolist() == ["AE", "K", "T"]
    assert [row.tolist() for row in codes] == [[1, 0, 3], [3], [2, 1, 3]]
    assert target.n_outputs == 4
    decoded = target.decode([row[:-1] for row in codes])
    assert [labels.tolist() for labels in decoded] == LABELS


def test_characters_come_back_exactly():
    target, codes = checked(TEXTS)
    assert target.target_vectorizer_ is None
    assert target.decode([row[:-1] for row in codes]).tolist() == TEXTS


@pytest.mark.parametrize("name", ["array", "object", "series", "frame", "column"])
def test_texts_may_come_in_any_container(name):
    pd = pytest.importorskip("pandas")
    y = {
        "array": np.array(["ab", "", "c"]),
        "object": np.array(["ab", "", "c"], dtype=object),
        "series": pd.Series(["ab", "", "c"], index=[7, 8, 9], dtype="string"),
        "frame": pd.DataFrame({"answer": ["ab", "", "c"]}),
        "column": np.array([["ab"], [""], ["c"]]),
    }[name]
    _, codes = checked(y)
    assert [row.tolist() for row in codes] == [[0, 1, 3], [3], [2, 3]]


def test_labels_may_come_in_any_container():
    rows = [[5, 3], [3, 3], [4, 5]]
    expected = [[2, 0, 3], [0, 0, 3], [1, 2, 3]]
    for y in (rows, np.array(rows), as_ragged(rows), of_objects(rows), tuple(rows)):
        target, codes = checked(y)
        assert [row.tolist() for row in codes] == expected
    decoded = target.decode([np.array([2, 0])])
    assert decoded[0].dtype.kind == "i"
    assert decoded[0].tolist() == [5, 3]


def test_a_vectorizer_is_cloned_and_what_it_leaves_out_has_one_code():
    vectorizer = TextVectorizer(min_df=2, lowercase=False)
    target, codes = checked(["the cat", "the dog sat", "the cat"], vectorizer)
    assert not hasattr(vectorizer, "vocabulary_")
    assert target.classes_.tolist() == ["cat", "the"]
    assert [row.tolist() for row in codes] == [[1, 0, 2], [1, 3, 3, 2], [1, 0, 2]]
    assert target.n_outputs == 4
    assert target.decode([np.array([1, 0])]).tolist() == ["the cat"]
    later = target.check(["the bird", "the", ""], X, reset=False)
    assert [row.tolist() for row in later] == [[1, 3, 2], [1, 2], [2]]


def test_tokens_are_joined_as_the_vectorizer_says():
    vectorizer = TextVectorizer(token_pattern=r"\d", joiner="-")
    target, codes = checked(["1-2", "", "3"], vectorizer)
    decoded = target.decode([row[:-1] for row in codes])
    assert decoded.tolist() == ["1-2", "", "3"]


def test_labels_named_in_advance_may_be_missing_in_the_first_part():
    target, codes = checked(["ab", "", "a"], classes="abcd")
    assert target.n_outputs == 5
    assert codes[0].tolist() == [0, 1, 4]
    again = target.check(["dc", "", ""], X, reset=False, classes=list("dcba"))
    assert again[0].tolist() == [3, 2, 4]
    with pytest.raises(ValueError, match=r"'z'.*not those of the first call"):
        target.check(["z", "", ""], X, reset=False, classes="abz")


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["ab", ["a"], "c"], "texts only.*text at row 0 and list at row 1"),
        (["ab", None, "c"], r"text at row 0 and nothing \(a missing value\) at row 1"),
        ([1, 2, 3], "a sequence for each row, got 1 at row 0.*RNNClassifier"),
        ([[0.5], [1.0], [2.0]], "labels, got float64 at row 0"),
        ([["a"], [1], ["b"]], "str at row 0 and numbers at row 1"),
        ([["a", None], ["b"], ["c"]], "missing label at row 0"),
        ([[["a"]], ["b"], ["c"]], r"one label after the other, got shape \(1, 1\)"),
        ([b"ab", b"c", b"d"], "a sequence for each row, got b'ab' at row 0"),
        (["", "", ""], "Every row of y is empty.*at least one row with labels"),
        ([[], [], []], "Every row of y is empty"),
    ],
)
def test_what_cannot_be_an_answer_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        checked(y)


def test_another_kind_and_new_labels_are_refused_later():
    target, _ = checked(TEXTS)
    with pytest.raises(ValueError, match=r"y holds rows of labels.*fitted on texts"):
        target.check(LABELS, X, reset=False)
    with pytest.raises(ValueError, match=r"not among the classes.*'q'.*row 1, step 1"):
        target.check(["K", "Kq", ""], X, reset=False)
    target, _ = checked(LABELS)
    with pytest.raises(ValueError, match=r"y holds texts.*fitted on rows of labels"):
        target.check(TEXTS, X, reset=False)


def test_a_vectorizer_is_for_texts_and_names_its_own_words():
    with pytest.raises(ValueError, match="target_vectorizer is for texts"):
        checked(LABELS, TextVectorizer())
    with pytest.raises(ValueError, match=r"TextVectorizer\(vocabulary="):
        checked(TEXTS, TextVectorizer(), classes=["K"])


def test_rows_of_answers_weigh_by_their_labels_and_ends():
    target, codes = checked(LABELS)
    assert target.weigh(codes, np.array([1.0, 2.0, 3.0])).tolist() == [
        *[1.0] * 3,
        *[2.0] * 1,
        *[3.0] * 3,
    ]
