"""The generators against the answers they promise."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_rnn.datasets import (
    make_adding_problem,
    make_first_symbol,
    make_sine_waves,
)

GENERATORS = [make_adding_problem, make_first_symbol, make_sine_waves]

each_generator = pytest.mark.parametrize(
    "make", GENERATORS, ids=lambda make: make.__name__
)
few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def dense(X):
    return X.toarray() if hasattr(X, "toarray") else X


def test_always_answering_one_has_the_variance_of_two_uniform_numbers():
    _, y = make_adding_problem(n_samples=100_000, n_timesteps=2, random_state=0)
    # Var(U + V) = 1/12 + 1/12 = 1/6. The mean of 100 000 squares of standard
    # deviation sqrt(E(y - 1)^4 - 1/36) = sqrt(1/15 - 1/36) = 0.197 has a standard
    # error of 0.0006; five of them are allowed.
    assert np.mean((y - 1.0) ** 2) == pytest.approx(1 / 6, abs=0.003)


def test_the_target_is_exactly_the_sum_of_the_marked_numbers():
    X, y = make_adding_problem(n_samples=200, n_timesteps=30, random_state=0)
    assert X.shape == (200, 30, 2) and X.dtype == y.dtype == np.float64
    np.testing.assert_array_equal((X[..., 0] * X[..., 1]).sum(axis=1), y)


@few
@given(
    n_samples=st.integers(1, 30),
    n_timesteps=st.integers(2, 40),
    shorter=st.integers(0, 38),
    seed=seeds,
)
def test_each_half_of_a_sequence_has_one_marked_step(
    n_samples, n_timesteps, shorter, seed
):
    min_timesteps = max(2, n_timesteps - shorter)
    X, y = make_adding_problem(
        n_samples, n_timesteps, min_timesteps=min_timesteps, random_state=seed
    )
    assert len(X) == len(y) == n_samples
    for x, total in zip(X, y, strict=True):
        assert min_timesteps <= len(x) <= n_timesteps and x.shape[1] == 2
        half = len(x) // 2
        assert x[:half, 1].sum() == x[half:, 1].sum() == 1.0
        assert ((0.0 <= x[:, 0]) & (x[:, 0] < 1.0)).all()
        assert x[x[:, 1] == 1.0, 0].sum() == total


def test_all_lengths_between_the_shortest_and_the_longest_occur():
    X, _ = make_adding_problem(200, 6, min_timesteps=4, random_state=0)
    assert {len(x) for x in X} == {4, 5, 6}


def test_every_step_can_be_marked():
    X, _ = make_adding_problem(n_samples=500, n_timesteps=7, random_state=0)
    assert (X[..., 1].sum(axis=0) > 0).all()


def test_the_shortest_length_cannot_exceed_the_longest():
    with pytest.raises(ValueError, match="min_timesteps=9 and n_timesteps=8"):
        make_adding_problem(n_timesteps=8, min_timesteps=9)


@few
@given(
    n_samples=st.integers(1, 30),
    n_timesteps=st.integers(1, 20),
    n_symbols=st.integers(2, 9),
    seed=seeds,
)
def test_the_class_is_the_first_symbol(n_samples, n_timesteps, n_symbols, seed):
    X, y = make_first_symbol(
        n_samples, n_timesteps, n_symbols=n_symbols, random_state=seed
    )
    assert X.format == "csr" and X.dtype == np.int32 and y.dtype == np.int64
    assert X.shape == (n_samples, n_timesteps)
    # Ids 0 and 1 are padding and unknown: symbol k is id k + 2.
    symbols = X.toarray() - 2
    np.testing.assert_array_equal(symbols[:, 0], y)
    assert symbols.min() >= 0 and symbols.max() < n_symbols
    assert X.nnz == n_samples * n_timesteps and X.has_canonical_format


def test_all_symbols_occur_among_the_noise_alike():
    X, _ = make_first_symbol(2000, 11, n_symbols=4, random_state=0)
    # 20 000 draws with p = 1/4: standard deviation sqrt(20000 * 3/16) = 61.
    counts = np.bincount(X.toarray()[:, 1:].ravel() - 2)
    assert (abs(counts - 5000) < 5 * 61).all()


def test_the_spectrum_of_a_clean_wave_peaks_at_its_class():
    X, y = make_sine_waves(60, 40, n_classes=6, noise=0.0, random_state=0)
    assert X.shape == (60, 40, 1) and X.dtype == np.float64 and y.dtype == np.int64
    spectrum = np.abs(np.fft.rfft(X[..., 0]))
    np.testing.assert_array_equal(spectrum.argmax(axis=1), y + 1)
    # A pure tone of amplitude 1 has n / 2 at its frequency and nothing elsewhere.
    np.testing.assert_allclose(spectrum.max(axis=1), 20.0)
    assert np.sort(spectrum, axis=1)[:, -2].max() < 1e-10


def test_the_noise_has_its_standard_deviation():
    clean, _ = make_sine_waves(500, noise=0.0, random_state=0)
    noisy, _ = make_sine_waves(500, noise=0.3, random_state=0)
    # 25 000 draws: the relative standard error is 1 / sqrt(50000) = 0.45 %.
    assert (noisy - clean).std() == pytest.approx(0.3, rel=0.025)


def test_a_frequency_must_be_visible():
    with pytest.raises(ValueError, match="n_timesteps=6 and n_classes=3"):
        make_sine_waves(n_timesteps=6, n_classes=3)
    make_sine_waves(n_timesteps=7, n_classes=3)


@pytest.mark.parametrize("make", [make_first_symbol, make_sine_waves])
def test_classes_are_of_the_same_size(make):
    _, y = make(n_samples=100, n_timesteps=9, random_state=0)
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1
    assert (np.diff(y) != 0).any() and (np.diff(y) == 0).any()  # in random order


@each_generator
def test_a_seed_gives_the_same_data_and_another_seed_others(make):
    X, y = make(n_samples=20, random_state=3)
    same_X, same_y = make(n_samples=20, random_state=np.random.RandomState(3))
    other_X, _ = make(n_samples=20, random_state=4)
    np.testing.assert_array_equal(dense(X), dense(same_X))
    np.testing.assert_array_equal(y, same_y)
    assert (dense(X) != dense(other_X)).any()


@each_generator
def test_the_global_random_state_is_neither_drawn_from_nor_changed(make):
    before = np.random.get_state()
    first, _ = make(n_samples=20)
    second, _ = make(n_samples=20)
    after = np.random.get_state()
    assert before[2:] == after[2:] and (before[1] == after[1]).all()
    assert (dense(first) != dense(second)).any()


@each_generator
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("n_samples", 0), ("n_samples", 2.5), ("n_timesteps", 0), ("random_state", "a")],
)
def test_a_bad_value_is_named_with_what_is_accepted(make, parameter, value):
    with pytest.raises(
        ValueError, match=f"'{parameter}' parameter of .* Got {value!r}"
    ):
        make(**{parameter: value})


@pytest.mark.parametrize(
    ("make", "parameter", "value"),
    [
        (make_adding_problem, "n_timesteps", 1),
        (make_adding_problem, "min_timesteps", 1),
        (make_first_symbol, "n_symbols", 1),
        (make_sine_waves, "n_classes", 1),
        (make_sine_waves, "noise", -0.1),
        (make_sine_waves, "noise", float("nan")),
    ],
)
def test_a_value_out_of_range_is_named(make, parameter, value):
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of {make.__name__}"):
        make(**{parameter: value})


@each_generator
def test_options_are_keyword_only(make):
    parameters = list(inspect.signature(make).parameters.values())
    assert [p.name for p in parameters[:2]] == ["n_samples", "n_timesteps"]
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters[2:])
