"""Real kills; see `benchmarks/bench_resume.py`."""

import pytest


@pytest.fixture
def bench_resume(program):
    return program("bench_resume")


@pytest.mark.slow
def test_a_fit_killed_at_random_moments_ends_at_the_same_bits(bench_resume):
    results = bench_resume.run(n_kills=20, seed=0)
    assert sum(len(result["kills"]) for result in results) == 20
    assert all(all(result["same_bits"]) for result in results)
    kept = [kill["epochs_kept"] for result in results for kill in result["kills"]]
    assert max(kept) > 0
