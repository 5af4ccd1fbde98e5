import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.sequences import Sequences, iterate_prefixes


@given(
    lengths=st.lists(st.integers(1, 7), min_size=1, max_size=6),
    n_steps=st.integers(1, 40),
)
def test_parts_hold_every_prefix_in_order_and_keep_to_their_size(lengths, n_steps):
    rows = [np.arange(length) + 10 * i + 2 for i, length in enumerate(lengths)]
    parts = list(iterate_prefixes(Sequences.from_list(rows), n_steps))
    found = [part[i].tolist() for part in parts for i in range(len(part))]
    assert found == [row[: t + 1].tolist() for row in rows for t in range(len(row))]
    for part in parts:
        assert len(part.values) <= n_steps or len(part) == 1


def test_characters_go_along():
    letters = Sequences.from_list([[97], [98, 99], [100]])
    words = Sequences(np.array([4, 5, 6]), np.array([0, 2, 3]), characters=letters)
    (part,) = iterate_prefixes(words, 10)
    assert part.values.tolist() == [4, 4, 5, 6]
    assert [part.characters[i].tolist() for i in range(4)] == [
        [97],
        [97],
        [98, 99],
        [100],
    ]


def test_numbers_keep_their_columns():
    rows = [np.array([[1.0, 2.0], [3.0, 4.0]])]
    (part,) = iterate_prefixes(Sequences.from_list(rows), 10)
    assert part.values.tolist() == [[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]]
