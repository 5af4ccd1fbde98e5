from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_rnn._training import _data
from sklearn_rnn._training._data import (
    PredictionBatches,
    SequenceDataset,
    TrainBatches,
)
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn._training._token_reader import TokenReader
from sklearn_rnn.sequences import PAD, UNK, Sequences, Standardizer

PLAIN = NumberReader(Standardizer.identity(1))
# Ids:                         PAD UNK  2  3  4  5
READER = TokenReader(np.array([9, 0, 1, 0, 5, 1]))


def numbered_rows(lengths):
    """Make rows whose every step holds the number of the row, from 1."""
    arrays = [np.full((length, 1), i + 1.0) for i, length in enumerate(lengths)]
    return SequenceDataset(
        Sequences.from_list(arrays),
        PLAIN,
        y=np.arange(len(lengths)),
        weight=np.ones(len(lengths)),
    )


def rows_with_steps(lengths, weight):
    """Make rows with a target for each step: its place in the line of all steps."""
    sequences = Sequences.from_list([np.zeros((length, 1)) for length in lengths])
    y = Sequences(np.arange(len(sequences.values)), sequences.offsets)
    return SequenceDataset(sequences, PLAIN, y=y, weight=weight)


def test_rows_of_equal_length_are_grouped_by_the_number_of_their_targets():
    rng = np.random.default_rng(0)
    sequences = Sequences.from_list([np.zeros((n, 1)) for n in rng.integers(1, 3, 400)])
    counts = rng.integers(1, 21, 400)
    y = Sequences(np.zeros(counts.sum()), np.concatenate([[0], np.cumsum(counts)]))
    dataset = SequenceDataset(sequences, PLAIN, y=y, weight=np.ones(counts.sum()))
    spans = [np.ptp(targets.counts.numpy()) for _, targets in TrainBatches(dataset, 10)]
    assert np.median(spans) <= 2


def rows_of(batches):
    return [targets.values.tolist() for _, targets in batches]


# -- NumberReader --------------------------------------------------------------


def test_training_adds_noise_to_standardised_values_and_nothing_beside_them():
    values = np.full((4000, 2), 7.0)
    values[::2, 1] = np.nan
    scaler = Standardizer(np.array([5.0, 7.0]), np.array([4.0, 100.0]))
    reader = NumberReader(scaler, "mask", noise=0.3)
    dataset = SequenceDataset(Sequences.from_list([values, values[:9]]), reader)
    rows = np.arange(2)
    quiet = dataset.batch(rows)[0].values
    noise = dataset.batch(rows, np.random.default_rng(0))[0].values - quiet
    assert_array_equal(quiet, dataset.batch(rows)[0].values)  # predictions have none
    assert not noise[..., 2:].any()  # what is said of missing values
    assert not noise[1, 9:].any()  # padding
    assert noise[0, :, :2].std(dim=0).numpy() == pytest.approx([0.3, 0.3], rel=0.05)
    again = dataset.batch(rows, np.random.default_rng(0))[0].values - quiet
    assert_array_equal(noise, again)


# -- TokenReader ---------------------------------------------------------------


def test_known_are_the_ids_that_training_held():
    assert READER.known.tolist() == [True, False, True, False, True, True]


def test_given_vectors_make_every_id_known():
    assert TokenReader(READER.counts, np.ones(6, dtype=bool)).known.all()


def test_words_of_frequency_one_are_forgotten_half_of_the_time():
    assert READER.dropped.tolist() == [0, 0, 0.5, 0, 0, 0.5]


@pytest.mark.parametrize(("dropout", "once"), [(0.2, 0.5), (0.75, 0.75)])
def test_word_dropout_forgets_all_words_and_no_word_less_often(dropout, once):
    reader = replace(READER, word_dropout=dropout)
    assert reader.dropped.tolist() == [0, 0, once, dropout, dropout, once]


def test_padding_and_unknown_are_never_forgotten():
    assert not TokenReader(np.array([1, 1, 3])).dropped.any()


def test_the_unknown_word_is_learnt_where_training_shows_it():
    often = np.array([9, 0, 3, 5])
    assert not TokenReader(often).trains_unknown
    assert TokenReader(np.array([9, 2, 3, 5])).trains_unknown
    assert TokenReader(np.array([9, 0, 3, 1])).trains_unknown
    assert TokenReader(often, word_dropout=0.1).trains_unknown


def test_an_id_without_a_vector_reads_as_unknown_and_padding_stays():
    # 3 was never seen, 6 and 100 are beyond the table.
    tokens = np.array([[2, 3, 4, 6], [5, 100, PAD, PAD]], dtype=np.int32)
    read = READER.transform(tokens)
    assert read.tolist() == [[2, UNK, 4, UNK], [5, UNK, PAD, PAD]]
    assert read.dtype == np.int32


def test_padding_stays_where_training_held_none():
    sequences = Sequences(np.array([2, 5, 2], dtype=np.int32), np.array([0, 1, 3]))
    dataset = SequenceDataset(sequences, TokenReader(np.array([0, 0, 2])))
    batch, _ = dataset.batch(np.array([0, 1]))
    assert batch.values.tolist() == [[2, PAD], [UNK, 2]]


def test_with_given_vectors_only_ids_beyond_the_table_are_unknown():
    reader = TokenReader(READER.counts, np.ones(6, dtype=bool))
    assert reader.transform(np.array([1, 2, 3, 6])).tolist() == [1, 2, 3, UNK]


def test_a_rare_word_is_forgotten_half_of_the_time():
    tokens = np.full((100, 100), 2)
    dropped = READER.drop_words(tokens, np.random.default_rng(0)) == UNK
    # 10 000 draws: the standard deviation of the share is 0.5 / 100 = 0.005.
    assert abs(dropped.mean() - 0.5) < 0.02


def test_dropped_words_come_anew_in_each_epoch():
    sequences = Sequences.from_list([np.full(200, 4)])
    dataset = SequenceDataset(sequences, replace(READER, word_dropout=0.3))
    first, again, second = [], [], []
    for epoch, read in [(0, first), (0, again), (1, second)]:
        dataset.epoch = epoch
        x = dataset.batch(np.array([0]), dataset.generator())[0].values
        read.extend(x.flatten().tolist())
    assert first == again != second
    # 200 draws: 60 expected, standard deviation 6.5.
    assert 30 < first.count(UNK) < 90


def test_only_rare_words_are_ever_forgotten():
    tokens = np.tile([PAD, UNK, 2, 4, 5], (200, 1))
    read = READER.drop_words(tokens, np.random.default_rng(0))
    changed = (read != tokens).any(axis=0)
    assert changed.tolist() == [False, False, True, False, True]
    assert set(read[read != tokens]) == {UNK}


def test_words_are_forgotten_in_training_only():
    sequences = Sequences.from_list([np.full(200, 2)])
    dataset = SequenceDataset(sequences, READER)
    assert (dataset.batch(np.array([0]))[0].values == 2).all()
    x = dataset.batch(np.array([0]), np.random.default_rng(0))[0].values
    assert set(x.unique().tolist()) == {UNK, 2}


# -- the characters of words -----------------------------------------------------

# Characters:            2    3    4
LETTERED = TokenReader(READER.counts, characters=np.array([97, 98, 120], np.int32))


def test_characters_have_ids_from_2_on_and_others_are_unknown():
    # Below, between and beyond the known ones: 96, 99 and 121.
    letters = LETTERED.encode_characters(np.array([97, 98, 120, 96, 99, 121, 0x10FFFF]))
    assert letters.tolist() == [2, 3, 4, UNK, UNK, UNK, UNK]
    assert letters.dtype == np.int32


def test_a_batch_holds_the_characters_of_its_words():
    # "ab x", "b": the word with id 3 has no vector and is known by its letters only.
    words = Sequences.from_list([np.array(word) for word in ([97, 98], [120], [98])])
    tokens = Sequences(np.array([3, 4, 2]), np.array([0, 2, 3]), characters=words)
    batch, _ = SequenceDataset(tokens, LETTERED).batch(np.array([1, 0]))
    assert batch.values.tolist() == [[2, PAD], [UNK, 4]]
    assert batch.characters.ids.tolist() == [3, 2, 3, 4]
    assert batch.characters.counts.tolist() == [1, 2, 1]


def test_a_forgotten_word_keeps_its_characters():
    words = Sequences.from_list([np.array([97])] * 200)
    tokens = Sequences(np.full(200, 2), np.array([0, 200]), characters=words)
    dataset = SequenceDataset(tokens, LETTERED)
    batch, _ = dataset.batch(np.array([0]), np.random.default_rng(0))
    assert set(batch.values.unique().tolist()) == {UNK, 2}
    assert (batch.characters.ids == 2).all()


# -- SequenceDataset -----------------------------------------------------------

lengths_of_rows = st.lists(st.integers(1, 6), min_size=1, max_size=8)


@given(lengths_of_rows, st.data())
def test_a_batch_of_numbers_is_padded_as_by_hand(lengths, data):
    rng = np.random.default_rng(len(lengths))
    arrays = [rng.normal(size=(length, 2)) for length in lengths]
    picks = st.lists(st.integers(0, len(lengths) - 1), min_size=1, max_size=8)
    rows, chosen = np.array(data.draw(picks)), data.draw(picks)
    indices = np.array([i % len(rows) for i in chosen])
    scaler = NumberReader(Standardizer(np.array([1.0, -2.0]), np.array([2.0, 0.5])))
    y, weight = np.arange(len(rows)), rng.random(len(rows))
    dataset = SequenceDataset(
        Sequences.from_list(arrays), scaler, rows=rows, y=y, weight=weight
    )

    batch, targets = dataset.batch(indices)

    wanted = [arrays[rows[i]] for i in indices]
    longest = max(len(row) for row in wanted)
    assert batch.lengths.tolist() == [len(row) for row in wanted]
    assert batch.values.shape == (len(indices), longest, 2)
    assert batch.values.dtype == torch.float32
    for found, row in zip(batch.values.numpy(), wanted, strict=True):
        standardized = (row - [1.0, -2.0]) / [2.0, 0.5]
        np.testing.assert_allclose(found[: len(row)], standardized, rtol=1e-5)
        assert (found[len(row) :] == 0.0).all()  # and not (0 - mean) / scale
    assert targets.values.tolist() == y[indices].tolist()
    weights = weight[indices] / weight.mean()
    np.testing.assert_allclose(targets.weight, weights, rtol=1e-6)
    assert targets.counts.tolist() == [1] * len(indices)
    assert len(dataset) == len(rows)
    assert dataset.lengths.tolist() == [lengths[row] for row in rows]


@given(st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=6), min_size=1))
def test_a_batch_of_tokens_is_padded_as_by_hand(documents):
    sequences = Sequences.from_list([np.array(d) for d in documents])
    indices = np.arange(len(documents))[::-1]
    batch, targets = SequenceDataset(sequences, READER).batch(indices)
    longest = max(map(len, documents))
    known = {2, 4, 5}
    assert batch.values.tolist() == [
        [i if i in known else UNK for i in d] + [PAD] * (longest - len(d))
        for d in documents[::-1]
    ]
    assert targets is None
    assert batch.characters is batch.static is None


def test_static_columns_come_with_their_rows():
    sequences = Sequences.from_list([np.zeros((n, 1)) for n in (2, 1, 3)])
    static = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    dataset = SequenceDataset(sequences, PLAIN, rows=np.array([2, 0, 2]), static=static)
    batch, _ = dataset.batch(np.array([1, 0]))
    assert batch.static.tolist() == [[0.0, 1.0], [4.0, 5.0]]
    assert batch.lengths.tolist() == [2, 3]


# -- a target for each step ----------------------------------------------------


def test_the_targets_of_steps_and_their_weights_are_flat():
    # Three rows with the targets 0 1 | 2 | 3 4 5. The weights sum to 21 and are kept
    # with a sum of 3, the number of rows: each is divided by 7.
    weight = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    dataset = rows_with_steps([2, 1, 3], weight)
    batch, targets = dataset.batch(np.array([2, 0]))
    assert batch.lengths.tolist() == [3, 2]
    assert targets.values.tolist() == [3, 4, 5, 0, 1]
    assert targets.counts.tolist() == [3, 2]
    np.testing.assert_allclose(targets.weight, np.array([4, 5, 6, 1, 2]) / 7, rtol=1e-6)


def test_a_row_may_have_as_many_targets_as_it_likes():
    sequences = Sequences.from_list([np.zeros((2, 1))] * 3)
    y = Sequences(np.arange(6), np.array([0, 3, 4, 6]))
    dataset = SequenceDataset(sequences, PLAIN, y=y, weight=np.ones(6))
    _, targets = dataset.batch(np.array([2, 0, 1]))
    assert targets.values.tolist() == [4, 5, 0, 1, 2, 3]
    assert targets.counts.tolist() == [2, 3, 1]


@given(lengths_of_rows, st.data())
def test_a_batch_of_step_targets_is_cut_as_by_hand(lengths, data):
    picks = st.lists(st.integers(0, len(lengths) - 1), min_size=1, max_size=8)
    rows = np.array(data.draw(picks))
    indices = np.array([i % len(rows) for i in data.draw(picks)])
    all_sequences = [np.full((length, 1), i + 1.0) for i, length in enumerate(lengths)]
    # Targets and weights belong to the rows chosen, in their order.
    y = [np.column_stack([all_sequences[row]] * 2) * [1, 10] for row in rows]
    weight = np.concatenate([np.full(len(part), i + 1.0) for i, part in enumerate(y)])
    dataset = SequenceDataset(
        Sequences.from_list(all_sequences),
        PLAIN,
        rows=rows,
        y=Sequences.from_list(y),
        weight=weight,
    )

    batch, targets = dataset.batch(indices)

    wanted = np.concatenate([y[i] for i in indices])
    np.testing.assert_array_equal(targets.values, wanted)
    lengths_of_batch = batch.lengths.numpy()
    real = np.arange(batch.values.shape[1]) < lengths_of_batch[:, np.newaxis]
    np.testing.assert_array_equal(batch.values.numpy()[real][:, 0], wanted[:, 0])
    by_row = np.repeat(indices + 1.0, lengths_of_batch) * len(rows) / weight.sum()
    np.testing.assert_allclose(targets.weight, by_row, rtol=1e-5)
    assert targets.counts.tolist() == lengths_of_batch.tolist()


@given(lengths_of_rows, st.integers(1, 5))
def test_batches_of_any_size_sum_to_the_weighted_mean_over_all_steps(lengths, size):
    n_steps = sum(lengths)
    weight = np.random.default_rng(n_steps).random(n_steps) + 0.1
    dataset = rows_with_steps(lengths, weight)
    # The loss of a step be its target: what a batch adds is divided by its rows, and
    # skorch averages over the rows of all batches.
    sums = [
        float((targets.weight * targets.values).sum())
        for _, targets in TrainBatches(dataset, size)
    ]
    expected = np.average(np.arange(n_steps), weights=weight)
    assert sum(sums) / len(lengths) == pytest.approx(expected, rel=1e-5, abs=1e-6)


# -- TrainBatches --------------------------------------------------------------


@pytest.mark.parametrize("counts", [[9, 2, 2, 2, 2, 2], [9, 2, 1, 1, 5, 1]])
def test_batches_read_ahead_are_those_made_one_by_one(counts, monkeypatch):
    monkeypatch.setattr(_data, "STEPS_READ_AHEAD", 60)
    rng = np.random.default_rng(0)
    tokens = [rng.integers(1, 6, n) for n in rng.integers(1, 9, 70)]
    dataset = SequenceDataset(
        Sequences.from_list(tokens),
        TokenReader(np.array(counts)),
        rows=rng.permutation(70)[:50],
        y=rng.normal(size=(50, 2)),
        weight=rng.uniform(1, 2, 50),
    )
    assert dataset.reads_ahead
    rng = dataset.generator()
    plan = dataset.training_plan(8, rng)
    batches = TrainBatches(dataset, 8)
    for indices, (batch, targets) in zip(plan, batches, strict=True):
        one, its = dataset.batch(indices, rng)
        pairs = [(batch.values, one.values), (batch.lengths, one.lengths)]
        for got, expected in [*pairs, *zip(targets, its, strict=True)]:
            assert got.dtype == expected.dtype
            assert_array_equal(got, expected)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=60),
    st.integers(1, 25),
    st.integers(0, 3),
)
def test_each_row_comes_once_per_epoch(lengths, batch_size, epoch):
    dataset = numbered_rows(lengths)
    dataset.epoch = epoch
    batches = TrainBatches(dataset, batch_size)
    rows = rows_of(batches)
    assert sorted(chain(*rows)) == list(range(len(lengths)))
    assert len(rows) == len(batches)
    assert sum(len(batch) < batch_size for batch in rows) <= 1


def test_each_row_comes_once_when_there_are_several_pools(monkeypatch):
    monkeypatch.setattr(_data, "BATCHES_PER_POOL", 2)
    dataset = numbered_rows(np.random.default_rng(0).integers(1, 9, 53))
    rows = rows_of(TrainBatches(dataset, 5))
    assert sorted(chain(*rows)) == list(range(53))
    assert len(rows) == 11


@pytest.mark.parametrize("lengths", [[3] * 40, [*range(1, 41)]])
def test_the_batches_follow_from_the_seed_and_the_epoch(lengths):
    def batches(seed, epoch):
        dataset = numbered_rows(lengths)
        dataset.seed, dataset.epoch = seed, epoch
        return rows_of(TrainBatches(dataset, 4))

    assert batches(0, 1) == batches(0, 1)
    assert batches(0, 1) != batches(0, 2)
    assert batches(0, 1) != batches(1, 1)


def test_short_and_long_batches_come_in_random_order():
    dataset = numbered_rows(np.arange(1, 201))
    means = [np.mean(batch) for batch in rows_of(TrainBatches(dataset, 10))]
    assert means != sorted(means)
    assert means != sorted(means, reverse=True)


def test_hardly_any_work_is_done_on_padding():
    lengths = np.random.default_rng(0).integers(10, 501, 2000)
    padded = sum(
        batch.values.shape[0] * batch.values.shape[1]
        for batch, _ in TrainBatches(numbered_rows(lengths), 32)
    )
    assert 1.0 <= padded / lengths.sum() <= 1.15


# -- PredictionBatches ---------------------------------------------------------


@given(lengths_of_rows, st.integers(1, 5))
def test_order_brings_predictions_back(lengths, batch_size):
    batches = PredictionBatches(numbered_rows(lengths), batch_size)
    came = [*chain(*rows_of(batches))]
    restored = np.empty(len(lengths), dtype=int)
    restored[batches.order] = came
    assert restored.tolist() == list(range(len(lengths)))


def test_prediction_batches_keep_within_their_budget(monkeypatch):
    monkeypatch.setattr(_data, "PREDICTION_STEPS", 60)
    monkeypatch.setattr(_data, "PREDICTION_ROWS", 1)
    lengths = np.random.default_rng(0).integers(1, 31, 100)
    batches = list(PredictionBatches(numbered_rows(lengths), 8))
    shapes = [batch.values.shape for batch, _ in batches]
    assert max(n * width for n, width, _ in shapes) <= 60
    assert max(n for n, _, _ in shapes) == 8
    assert sum(n for n, _, _ in shapes) == 100
    assert any(n > 1 for n, width, _ in shapes if width > 8)


@pytest.mark.parametrize(
    ("least", "expected"), [(1, [[1], [2, 0]]), (2, [[1, 2], [0]])]
)
def test_a_row_longer_than_the_budget_comes_with_few_others(
    monkeypatch, least, expected
):
    monkeypatch.setattr(_data, "PREDICTION_STEPS", 20)
    monkeypatch.setattr(_data, "PREDICTION_ROWS", least)
    assert rows_of(PredictionBatches(numbered_rows([2, 50, 3]))) == expected


def test_very_long_rows_are_few_in_a_prediction_batch(monkeypatch):
    monkeypatch.setattr(_data, "PREDICTION_STEPS", 20)  # and 160 at the most
    monkeypatch.setattr(_data, "PREDICTION_NUMBERS", 2000)
    sizes = [len(rows) for rows in rows_of(PredictionBatches(numbered_rows([50] * 7)))]
    assert sizes == [3, 3, 1]
    assert rows_of(PredictionBatches(numbered_rows([500, 500]))) == [[0], [1]]
    small = PredictionBatches(numbered_rows([50] * 7), n_units=8)  # 250 at the most
    assert [len(rows) for rows in rows_of(small)] == [5, 2]
