"""The size of the groups of rows, where the machine is one of our own."""

import pytest
import torch

from sklearn_rnn.nn.kernels import _row_groups
from sklearn_rnn.nn.kernels._row_groups import _smallest_group


def machine(*, few=1, uneven=False):
    """Give other bits to fewer rows than `few`, and to the last of an odd number."""

    def run(x):
        outputs = x * (1.0 + (len(x) < few))
        if uneven and len(x) % 3 == 0:
            outputs[-1] += 1
        return outputs

    return run


def smallest(**how):
    return _smallest_group(machine(**how), [torch.ones(1, 2)], (2, 4, 8))


def test_a_group_is_large_enough_for_the_usual_kernel():
    assert smallest() == smallest(few=2) == 2
    assert smallest(few=3) == 4
    assert smallest(few=5) == 8


def test_there_may_be_no_group():
    assert smallest(few=9) is None
    assert smallest(uneven=True) is None


def test_turned_weights_count_where_they_have_the_bits_of_the_others():
    rows = [torch.ones(1, 2)]
    for usual, size in ((torch.ones(2), 4), (torch.zeros(2), None)):
        assert _smallest_group(machine(few=3), rows, (2, 4), expected=usual) == size


def test_each_row_is_tried():
    rows = [torch.zeros(1, 2), torch.ones(1, 2)]  # of zeros no bits differ
    assert _smallest_group(machine(few=5), rows, (2, 4, 8)) == 8


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_numbers_of_the_type_asked_for_are_tried(dtype, monkeypatch):
    tried = set()

    def look(run, rows, *how, **more):
        tried.update(run(row).dtype for row in rows)

    monkeypatch.setattr(_row_groups, "_smallest_group", look)
    before = torch.get_default_dtype()
    for default in (torch.float32, torch.float64):  # another one leaves no other group
        torch.set_default_dtype(default)
        try:
            for rows_of in (_row_groups.rows_of_product, _row_groups.rows_of_lstm):
                rows_of.__wrapped__(3, 16, dtype)
        finally:
            torch.set_default_dtype(before)
    assert tried == {dtype}


def test_of_a_large_vocabulary_some_columns_are_tried(monkeypatch):
    tried = []

    def look(run, rows, *how, **more):
        tried.extend(run(row).shape[1] for row in rows)

    monkeypatch.setattr(_row_groups, "_smallest_group", look)
    for n_columns in (16, 4000, 50_000):
        _row_groups.rows_of_product.__wrapped__(4, n_columns, torch.float32)
    assert tried == [16, 4000, 2896]
