"""What travels through a network: selected, moved, and mapped over."""

from dataclasses import fields

import torch

from sklearn_rnn.nn import Batch, Characters, Targets, map_state

ROWS = torch.arange(3)


def whole_batch():
    """Make a batch with every part; the first number of a row is its place."""
    part = ROWS.unsqueeze(1)
    return Batch(
        values=part.expand(3, 4).unsqueeze(2).double(),
        lengths=ROWS + 1,
        # 1, 2 and 3 tokens, of 1, 1, 2, 1, 1 and 1 characters.
        characters=Characters(
            torch.tensor([0, 1, 2, 2, 3, 4, 5]), torch.tensor([1, 1, 2, 1, 1, 1])
        ),
        static=part.double(),
        observed=part.expand(3, 4).unsqueeze(2) > 0,
        future=part.expand(3, 2).unsqueeze(2),
        group=ROWS,
        state=((part, part + 10), (part,)),
        follows=ROWS,
    )


def test_rows_of_a_batch_are_taken_from_all_its_parts():
    batch = whole_batch()
    taken = batch.take(torch.tensor([2, 0]))
    assert len(batch) == 3
    assert len(taken) == 2
    assert taken.lengths.tolist() == [3, 1]
    assert taken.observed[:, 0, 0].tolist() == [True, False]
    for name in ("values", "future"):
        assert getattr(taken, name)[:, 0, 0].tolist() == [2, 0], name
    assert taken.characters.ids.tolist() == [3, 4, 5, 0]
    assert taken.characters.counts.tolist() == [1, 1, 1, 1]
    assert taken.static[:, 0].tolist() == [2, 0]
    ((hidden, cell), (other,)) = taken.state
    assert [part[:, 0].tolist() for part in (hidden, cell, other)] == [
        [2, 0],
        [12, 10],
        [2, 0],
    ]
    assert batch.take(slice(1, None)).lengths.tolist() == [2, 3]


def test_steps_that_are_padding_in_all_rows_are_left_out():
    taken = whole_batch().take(ROWS[:2])  # of one step and two
    cut = taken.without_padding()
    assert cut.values.shape == cut.observed.shape == (2, 2, 1)
    assert torch.equal(cut.values, taken.values[:, :2])
    assert cut.future is taken.future


def test_what_a_batch_does_not_have_stays_none():
    taken = Batch(torch.zeros(3, 4, 1), ROWS + 1).take(ROWS[:1])
    given = [f.name for f in fields(taken) if getattr(taken, f.name) not in (None, ())]
    assert given == ["values", "lengths"]


def test_a_batch_and_its_targets_move_with_all_their_parts():
    moved = whole_batch().to("meta")  # the device that every torch has
    parts = [getattr(moved, field.name) for field in fields(moved)]
    tensors = [part for part in parts if not isinstance(part, tuple)]
    tensors += [*moved.characters, *moved.state[0], *moved.state[1]]
    assert len(tensors) == 7 + 2 + 3
    targets = Targets(torch.zeros(4), torch.ones(4), torch.tensor([1, 3])).to("meta")
    assert all(tensor.is_meta for tensor in [*tensors, *targets])


def test_the_targets_of_some_samples_come_in_their_order():
    # 0 1 | 2 | 3 4 5 | none
    counts = torch.tensor([2, 1, 3, 0])
    targets = Targets(torch.arange(6), torch.arange(6) / 10, counts)
    taken = targets.take(torch.tensor([2, 3, 0, 2]))
    assert taken.values.tolist() == [3, 4, 5, 0, 1, 3, 4, 5]
    torch.testing.assert_close(taken.weight, taken.values / 10)
    assert taken.counts.tolist() == [3, 0, 2, 3]


def test_a_state_keeps_its_nesting():
    assert map_state(lambda n: n + 1, ((1, (2,)), (), None)) == ((2, (3,)), (), None)
