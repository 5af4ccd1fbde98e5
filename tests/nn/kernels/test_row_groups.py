"""The size of the groups of rows, where the machine is one of our own."""

import torch

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


def test_each_row_is_tried():
    rows = [torch.zeros(1, 2), torch.ones(1, 2)]  # of zeros no bits differ
    assert _smallest_group(machine(few=5), rows, (2, 4, 8)) == 8
