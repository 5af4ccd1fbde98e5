"""Edit distances: worked by hand, and by the definition for all short pairs."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from sklearn_rnn.metrics._edits import PAIRS_AT_ONCE, count_edits, divide_edits


@cache
def by_definition(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        by_definition(a[1:], b) + 1,
        by_definition(a, b[1:]) + 1,
        by_definition(a[1:], b[1:]) + (a[0] != b[0]),
    )


def test_edits_worked_by_hand():
    # k -> s, e -> i, and g; all out; all in; none; a character behind the plane of 16
    # bits is one.
    true = ["kitten", "abc", "", "", "same", "a\N{GRINNING FACE}b"]
    pred = ["sitting", "", "ab", "", "same", "ab"]
    assert count_edits(true, pred).tolist() == [3, 3, 2, 0, 0, 1]
    assert count_edits([["on", "top"]], [["on", "the", "top"]]).tolist() == [1]


def test_edits_of_all_short_pairs_are_those_of_the_definition():
    rows = [row for n in range(5) for row in product("ab", repeat=n)]
    pairs = list(product(rows, rows))
    assert len(pairs) > PAIRS_AT_ONCE
    found = count_edits(*zip(*pairs, strict=True))
    np.testing.assert_array_equal(found, [by_definition(a, b) for a, b in pairs])


def test_a_rate_without_labels_is_zero_or_infinite():
    assert divide_edits(np.array([0, 0]), [0, 0]) == 0
    with pytest.warns(UndefinedMetricWarning, match="no true labels.*infinite"):
        assert divide_edits(np.array([0, 2]), [0, 0]) == np.inf
