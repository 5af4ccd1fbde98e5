"""The generators against the solutions they promise."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_rnn.datasets import (
    make_activities,
    make_adding_problem,
    make_first_symbol,
    make_sine_waves,
)

GENERATORS = [
    make_activities,
    make_adding_problem,
    make_first_symbol,
    make_sine_waves,
]

each_generator = pytest.mark.parametrize(
    "make", GENERATORS, ids=lambda make: make.__name__
)
few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def dense(X):
    if X.dtype == object:
        return np.concatenate(list(X))
    return X.toarray() if hasattr(X, "toarray") else X


# What the docstring of make_activities promises, as a hidden Markov model: each
# activity with its amplitude and period, the states in order of activity and phase.
ACTIVITIES = {"walk": (1.0, 12), "stairs": (1.0, 16), "run": (1.5, 6), "rest": (0.0, 1)}
STATES = [(name, j) for name, (_, period) in ACTIVITIES.items() for j in range(period)]


def probability_of_change(before, after, mean_duration):
    (name, phase), (next_name, next_phase) = before, after
    period = ACTIVITIES[next_name][1]
    if name == next_name:
        return (next_phase == (phase + 1) % period) * (1 - 1 / mean_duration)
    if "walk" not in (name, next_name):
        return 0.0
    n_choices = 3 if name == "walk" else 1
    return 1 / mean_duration / n_choices / period


def posterior_of_activities(x, noise, mean_duration):
    """Compute p(activity at step t | x) by forward and backward messages."""
    amplitude, period = np.array([ACTIVITIES[name] for name, _ in STATES]).T
    angle = 2 * np.pi * np.array([phase for _, phase in STATES]) / period
    means = np.column_stack([amplitude * np.sin(angle), amplitude * np.cos(angle)])
    squares = ((x[:, np.newaxis] - means) ** 2).sum(axis=2) / noise**2
    fits = np.exp((squares.min(axis=1, keepdims=True) - squares) / 2)
    change = np.array(
        [[probability_of_change(a, b, mean_duration) for b in STATES] for a in STATES]
    )
    shares = {name: 1 / 2 if name == "walk" else 1 / 6 for name in ACTIVITIES}
    forward, backward = np.empty_like(fits), np.ones_like(fits)
    forward[0] = fits[0] * [shares[name] / ACTIVITIES[name][1] for name, _ in STATES]
    for t in range(1, len(x)):
        forward[t] = forward[t - 1] / forward[t - 1].sum() @ change * fits[t]
    for t in reversed(range(len(x) - 1)):
        backward[t] = change @ (fits[t + 1] * backward[t + 1])
        backward[t] /= backward[t].sum()
    belongs = np.array([[s == name for name in ACTIVITIES] for s, _ in STATES])
    posterior = (forward * backward) @ belongs
    return posterior / posterior.sum(axis=1, keepdims=True)


def test_the_best_prediction_of_activities_is_as_often_right_as_promised():
    X, y = make_activities(80, random_state=0)
    posteriors = [posterior_of_activities(x, 0.5, 40) for x in X]
    best = [np.array(list(ACTIVITIES))[p.argmax(axis=1)] for p in posteriors]
    right = np.array([np.mean(a == b) for a, b in zip(best, y, strict=True)])
    # Series differ with a standard deviation of 0.021, so that the mean of 80 has a
    # standard error of 0.0023; over 3 000 series it was 0.9801.
    assert right.mean() == pytest.approx(0.980, abs=0.01)
    # The model's own probability of its prediction agrees only if the series are drawn
    # as it says; their difference has a standard error of 0.0018.
    belief = np.array([p.max(axis=1).mean() for p in posteriors])
    assert belief.mean() == pytest.approx(right.mean(), abs=0.007)


def test_from_one_activity_to_another_the_way_leads_by_walking():
    _, y = make_activities(200, mean_duration=10, random_state=0)
    before = np.concatenate([labels[:-1] for labels in y])
    after = np.concatenate([labels[1:] for labels in y])
    changes = before != after
    assert ((before[changes] == "walk") ^ (after[changes] == "walk")).all()
    # 39 800 chances with p = 1/10: standard deviation sqrt(39800 * 0.09) = 60.
    assert abs(changes.sum() - 3980) < 5 * 60
    # About 1 990 ways out of walking, p = 1/3: sqrt(1990 * 2/9) = 21.
    _, counts = np.unique(after[changes & (before == "walk")], return_counts=True)
    assert len(counts) == 3 and abs(counts - counts.mean()).max() < 5 * 21


def test_half_of_all_series_begin_with_walking():
    _, y = make_activities(6000, 1, random_state=0)
    # sqrt(6000 / 4) = 39 and sqrt(6000 * 5/36) = 29.
    names, counts = np.unique(np.concatenate(list(y)), return_counts=True)
    assert names.tolist() == ["rest", "run", "stairs", "walk"]
    assert abs(counts[3] - 3000) < 5 * 39 and (abs(counts[:3] - 1000) < 5 * 29).all()


@pytest.mark.parametrize(("name", "share"), [("walk", 3), ("stairs", 1), ("run", 1)])
def test_an_activity_begins_in_any_of_its_phases(name, share):
    X, y = make_activities(6000, 1, noise=0.0, random_state=0)
    chosen = np.concatenate(list(y)) == name
    period = ACTIVITIES[name][1]
    turns = np.arctan2(*np.concatenate(list(X))[chosen].T) / (2 * np.pi)
    counts = np.bincount(np.rint(turns * period).astype(int) % period)
    # About 6000 p of each phase, with p its share and standard deviation sqrt(6000 p).
    expected = 6000 * share / 6 / period
    assert len(counts) == period
    assert abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_an_activity_without_noise_goes_round_its_circle():
    X, y = make_activities(20, mean_duration=1e9, noise=0.0, random_state=0)
    assert X[0].dtype == np.float64
    for x, labels in zip(X, y, strict=True):
        amplitude, period = ACTIVITIES[labels[0]]
        assert (labels == labels[0]).all()
        np.testing.assert_allclose(np.hypot(*x.T), amplitude, atol=1e-12)
        np.testing.assert_allclose(x[period:], x[:-period], atol=1e-12)
        # One step on is a turn by 2 pi / period: with s and c the two numbers,
        # sin(a + b) = s cos b + c sin b.
        turn = 2 * np.pi / period
        turned = x[:-1, 0] * np.cos(turn) + x[:-1, 1] * np.sin(turn)
        np.testing.assert_allclose(x[1:, 0], turned, atol=1e-12)
    assert {labels[0] for labels in y} == set(ACTIVITIES)


def test_activities_of_unequal_length_are_arrays_of_arrays():
    X, y = make_activities(100, 6, min_timesteps=4, random_state=0)
    assert X.shape == y.shape == (100,) and X.dtype == y.dtype == object
    assert {x.shape for x in X} == {(4, 2), (5, 2), (6, 2)}
    assert [len(x) for x in X] == [len(labels) for labels in y]


def test_always_predicting_one_has_the_variance_of_two_uniform_numbers():
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


@pytest.mark.parametrize("make", [make_activities, make_adding_problem])
def test_the_shortest_length_cannot_exceed_the_longest(make):
    with pytest.raises(ValueError, match="min_timesteps=9 and n_timesteps=8"):
        make(n_timesteps=8, min_timesteps=9)


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
    np.testing.assert_array_equal(dense(y), dense(same_y))
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
def test_a_bad_value_is_named_with_what_is_accepted(make, assert_refused):
    bad = [{"n_samples": 0}, {"n_samples": 2.5}, {"n_timesteps": 0}]
    cases = [
        (options, f"'{name}' parameter of .* Got {value!r}")
        for options in [*bad, {"random_state": "a"}]
        for name, value in options.items()
    ]
    assert_refused(lambda options: make(**options), cases)


def test_a_value_out_of_range_is_named(assert_refused):
    bad = [
        (make_activities, "mean_duration", 0.5),
        (make_activities, "noise", float("inf")),
        (make_adding_problem, "n_timesteps", 1),
        (make_adding_problem, "min_timesteps", 1),
        (make_first_symbol, "n_symbols", 1),
        (make_sine_waves, "n_classes", 1),
        (make_sine_waves, "noise", -0.1),
        (make_sine_waves, "noise", float("nan")),
    ]
    cases = [
        (make, {name: value}, f"'{name}' parameter of {make.__name__}")
        for make, name, value in bad
    ]
    assert_refused(lambda make, options: make(**options), cases)


@each_generator
def test_options_are_keyword_only(make):
    parameters = list(inspect.signature(make).parameters.values())
    assert [p.name for p in parameters[:2]] == ["n_samples", "n_timesteps"]
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters[2:])
