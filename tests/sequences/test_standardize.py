import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from sklearn_rnn.sequences import Sequences, Standardizer
from sklearn_rnn.sequences import _standardize as standardize


def make_sequences(n_samples=20, n_features=3, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, n_samples)
    values = rng.normal(5, 3, (lengths.sum(), n_features)) * [1, 1e6, 1e-6]
    return Sequences(values, np.concatenate([[0], np.cumsum(lengths)]))


def test_mean_and_scale_of_a_hand_worked_example():
    # Steps 1, 3 of weight 1 and 8 of weight 2: the weights sum to 4,
    # mean = (1 + 3 + 2 * 8) / 4 = 5,
    # variance = ((1 - 5)^2 + (3 - 5)^2 + 2 * (8 - 5)^2) / 4 = 38 / 4 = 9.5.
    sequences = Sequences.from_list([np.array([1.0, 3.0]), np.array([8.0])])
    standardizer = Standardizer.fit(sequences, [1, 2])
    np.testing.assert_allclose(standardizer.mean_, [5], rtol=1e-15)
    np.testing.assert_allclose(standardizer.scale_, [9.5**0.5], rtol=1e-15)
    transformed = standardizer.transform(sequences.values)
    assert transformed.dtype == np.float32
    np.testing.assert_allclose(
        transformed.ravel(), np.array([-4, -2, 3]) / 9.5**0.5, rtol=1e-7
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_real_step_counts_as_in_scikit_learn(weighted, dtype):
    sequences = make_sequences()
    sequences = Sequences(sequences.values.astype(dtype), sequences.offsets)
    weights = np.random.default_rng(1).uniform(0, 3, len(sequences))
    weights = weights if weighted else np.ones(len(sequences))
    scaler = StandardScaler().fit(
        sequences.values.astype(np.float64),
        sample_weight=np.repeat(weights, sequences.lengths),
    )
    standardizer = Standardizer.fit(sequences, weights if weighted else None)
    np.testing.assert_allclose(standardizer.mean_, scaler.mean_, rtol=1e-12)
    np.testing.assert_allclose(standardizer.scale_, scaler.scale_, rtol=1e-12)


@given(chunk=st.integers(1, 30))
def test_the_size_of_the_chunks_changes_rounding_only(chunk):
    sequences = make_sequences()
    whole = Standardizer.fit(sequences)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standardize, "CHUNK", chunk)
        parts = Standardizer.fit(sequences)
    np.testing.assert_allclose(parts.mean_, whole.mean_, rtol=1e-13)
    np.testing.assert_allclose(parts.scale_, whole.scale_, rtol=1e-13)


@given(
    chunk=st.integers(1, 30),
    rows=st.lists(st.integers(0, 19), min_size=1, max_size=30),
    seed=st.integers(0, 99),
)
def test_some_rows_in_some_order_teach_what_a_copy_of_them_teaches(chunk, rows, seed):
    sequences, rows = make_sequences(), np.array(rows)
    weights = np.random.default_rng(seed).integers(0, 3, len(rows))
    weights[0] = 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standardize, "CHUNK", chunk)
        chosen = Standardizer.fit(sequences, weights, rows)
        copied = Standardizer.fit(sequences[rows], weights)
    np.testing.assert_array_equal(chosen.mean_, copied.mean_)
    np.testing.assert_array_equal(chosen.scale_, copied.scale_)


def test_the_order_of_a_hand_worked_example_is_that_of_the_rows():
    # Steps 1 and 3 of weight 1, and 8 of weight 2, as above; 100 is not chosen.
    rows = [np.array([8.0]), np.array([100.0]), np.array([1.0, 3.0])]
    standardizer = Standardizer.fit(Sequences.from_list(rows), [1, 2], np.array([2, 0]))
    np.testing.assert_allclose(standardizer.mean_, [5], rtol=1e-15)
    np.testing.assert_allclose(standardizer.scale_, [9.5**0.5], rtol=1e-15)


def test_rows_in_another_order_are_never_copied_as_a_whole():
    values = np.random.default_rng(0).random((1_000_000, 8), dtype=np.float32)
    sequences = Sequences(values, np.arange(10_001) * 100)
    rows = np.random.default_rng(1).permutation(10_000)
    tracemalloc.start()
    try:
        Standardizer.fit(sequences, None, rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # A chunk in float32 and, a few times, in float64: 18 MB of 32 were seen.
    assert peak < 0.75 * values.nbytes


@pytest.mark.parametrize("outlier", [5.0, 1e300])
def test_a_sequence_of_weight_0_is_as_good_as_absent(outlier):
    rows = [np.array([1.0, 3.0]), np.array([outlier]), np.array([2.0])]
    without = Standardizer.fit(Sequences.from_list([rows[0], rows[2]]))
    with_zero = Standardizer.fit(Sequences.from_list(rows), [1, 0, 1])
    np.testing.assert_array_equal(with_zero.mean_, without.mean_)
    np.testing.assert_array_equal(with_zero.scale_, without.scale_)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-300, -7.3e8, 1e300])
def test_a_constant_feature_has_scale_1_and_becomes_0(value):
    sequences = Sequences(np.full((1000, 1), value), np.arange(1001))
    weights = np.random.default_rng(0).uniform(0.1, 1, 1000)
    standardizer = Standardizer.fit(sequences, weights)
    np.testing.assert_array_equal(standardizer.scale_, [1])
    np.testing.assert_allclose(standardizer.mean_, [value], rtol=1e-15)
    if abs(value) < 1e9:
        np.testing.assert_allclose(
            standardizer.transform(sequences.values), 0, atol=1e-15 * abs(value)
        )


def test_rounding_noise_does_not_pass_for_variance():
    # 0.1 + 0.2 and 0.3 are neighbours among the floats.
    y = np.array([[0.1 + 0.2], [0.3]] * 50)
    np.testing.assert_array_equal(Standardizer.fit(y).scale_, [1])


@pytest.mark.parametrize("mean", [1e9, 1e13])
def test_small_deviations_from_a_large_mean_are_kept(mean):
    # The textbook's E[x^2] - E[x]^2 loses all digits here. The deviations -1, 0
    # and 1 have the weights 3, 2 and 2: their mean is -1/7, their variance
    # (3 + 2) / 7 - 1 / 49 = 34 / 49.
    y = np.array([[mean - 1], [mean], [mean + 1]])
    scale = Standardizer.fit(y, [3, 2, 2]).scale_
    np.testing.assert_allclose(scale, [34**0.5 / 7], rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1e-5, 1.0, 1e150, 1e300])
def test_tiny_and_huge_values_neither_vanish_nor_overflow(unit):
    # Of 1, 2 and 3 the mean is 2 and the variance 2/3.
    y = np.array([[1.0], [2.0], [3.0]]) * unit
    standardizer = Standardizer.fit(y)
    np.testing.assert_allclose(standardizer.mean_, [2 * unit], rtol=1e-15)
    np.testing.assert_allclose(standardizer.scale_, [(2 / 3) ** 0.5 * unit], rtol=1e-14)
    transformed = standardizer.transform(y)
    np.testing.assert_allclose(transformed.ravel(), [-(1.5**0.5), 0, 1.5**0.5], 1e-6)
    np.testing.assert_allclose(standardizer.inverse_transform(transformed), y, 1e-6)


def test_a_range_beyond_float64_is_refused():
    with pytest.raises(ValueError, match="feature 1; divide them"):
        Standardizer.fit(np.array([[0, 1.7e308], [1, -1.7e308], [2, -1.7e308]]))


def test_a_result_beyond_float32_is_refused():
    with pytest.raises(ValueError, match=r"float32 .* 1e\+300 of feature 1,"):
        Standardizer.identity(3).transform(np.array([[1, 1, 1], [1, 1e300, 1]]))


def test_the_inverse_is_in_double_precision():
    y = np.random.default_rng(0).normal(3, 2, (50, 2))
    standardizer = Standardizer.fit(y)
    again = standardizer.inverse_transform((y - y.mean(0)) / y.std(0))
    assert again.dtype == np.float64
    np.testing.assert_allclose(again, y, rtol=1e-12)
    single = standardizer.inverse_transform(standardizer.transform(y))
    assert single.dtype == np.float64


def test_the_identity_changes_the_dtype_only():
    values = np.array([[1.5, -2.0]])
    same = Standardizer.identity(2).transform(values)
    np.testing.assert_array_equal(same, values)
    assert same.dtype == np.float32


def test_tokens_pass_unchanged():
    tokens = np.array([4, 2], dtype=np.int32)
    assert Standardizer.identity().transform(tokens) is tokens


@pytest.mark.parametrize("weights", [[0, 0], [-1, 0], [np.nan, 1]])
def test_weights_without_a_positive_sum_are_refused(weights):
    with pytest.raises(ValueError, match="positive sum"):
        Standardizer.fit(np.array([[1.0], [2.0]]), weights)
