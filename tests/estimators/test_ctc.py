"""Searches, likelihoods and alignments by CTC, beside all paths there are."""

from itertools import groupby, product

import numpy as np
import pytest

from sklearn_rnn.estimators._ctc import (
    align,
    best_labels,
    best_path,
    log_likelihood,
    pad_with_blanks,
    prefix_search,
)


def labels_of(path):
    return tuple(column for column, _ in groupby(path) if column > 0)


def draw(rng, n_steps, n_columns, scale=2.0):
    scores = rng.normal(size=(n_steps, n_columns)) * scale
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def all_paths(log_proba):
    """Give the log-probability of each path, and the labels of each."""
    n_steps, n_columns = log_proba.shape
    paths = np.array(list(product(range(n_columns), repeat=n_steps)))
    return paths, log_proba[np.arange(n_steps), paths].sum(axis=1)


def all_labels(log_proba):
    """Give the log-probability of all labels that have a path."""
    found = {}
    for path, value in zip(*all_paths(log_proba), strict=True):
        labels = labels_of(path.tolist())
        found[labels] = np.logaddexp(found.get(labels, -np.inf), value)
    return found


def prefixes(found, i):
    """Give what was found for a row, as far as there is something."""
    log_proba = found.log_proba[i]
    n_found = np.count_nonzero(np.isfinite(log_proba))
    return {tuple(found.labels(i, k).tolist()): log_proba[k] for k in range(n_found)}


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_finds_all_labels_and_their_probabilities(seed):
    rng = np.random.default_rng(seed)
    rows = [draw(rng, n_steps, 2 + seed % 3) for n_steps in (5, 1, 3, 4)]
    n_labels = len(all_labels(rows[0]))  # of the longest row the most
    found = prefix_search(n_labels + seed, pad_with_blanks(rows))
    for i, row in enumerate(rows):
        expected, got = all_labels(row), prefixes(found, i)
        assert got.keys() == expected.keys()
        np.testing.assert_allclose(
            list(got.values()), sorted(expected.values(), reverse=True)
        )
        codes = [np.array(labels, dtype=np.int64) for labels in expected]
        likelihoods = log_likelihood(pad_with_blanks([row] * len(codes)), codes)
        np.testing.assert_allclose(likelihoods, list(expected.values()))


def test_a_beam_is_what_the_textbook_keeps():
    # One prefix after the other in a dict, as Graves has it.
    def textbook(log_proba, beam_size):
        beam = {(): (0.0, -np.inf)}
        for now in log_proba:
            longer = {}
            for prefix, (in_blank, in_label) in beam.items():
                total = np.logaddexp(in_blank, in_label)
                ways = [(prefix, total + now[0], -np.inf)]
                for label in range(1, len(now)):
                    repeats = prefix[-1:] == (label,)
                    if repeats:
                        ways.append((prefix, -np.inf, in_label + now[label]))
                    before = in_blank if repeats else total
                    ways.append(((*prefix, label), -np.inf, before + now[label]))
                for key, *values in ways:
                    known = longer.get(key, (-np.inf, -np.inf))
                    longer[key] = tuple(np.logaddexp(known, values))
            by_rank = sorted(longer, key=lambda key: -np.logaddexp(*longer[key]))
            beam = {key: longer[key] for key in by_rank[:beam_size]}
        return {key: np.logaddexp(*values) for key, values in beam.items()}

    rng = np.random.default_rng(0)
    rows = [draw(rng, n_steps, 5) for n_steps in (30, 12, 20, 25)]
    found = prefix_search(6, pad_with_blanks(rows))
    for i, row in enumerate(rows):
        expected, got = textbook(row, 6), prefixes(found, i)
        assert got.keys() == expected.keys()
        np.testing.assert_allclose([got[key] for key in expected], [*expected.values()])


def test_a_row_is_searched_alone_as_beside_longer_ones():
    rng = np.random.default_rng(1)
    rows = [draw(rng, n_steps, 6) for n_steps in (3, 20, 40)]
    labels = [np.array(row) for row in ([1], [2, 2, 5], [])]
    together = pad_with_blanks(rows)
    found, likelihoods = prefix_search(8, together), log_likelihood(together, labels)
    for i, row in enumerate(rows):
        alone = pad_with_blanks([row])
        assert prefixes(prefix_search(8, alone), 0) == prefixes(found, i)
        assert log_likelihood(alone, labels[i : i + 1])[0] == likelihoods[i]


def test_likelihoods_and_the_best_path_worked_by_hand():
    half = np.log([[0.5, 0.5], [0.5, 0.5]])
    # a: "a_", "_a" and "aa"; nothing: "__"; a a would need a blank between.
    labels = [np.array([1]), np.array([], dtype=np.int64), np.array([1, 1])]
    likelihoods = log_likelihood(pad_with_blanks([half] * 3), labels)
    np.testing.assert_allclose(np.exp(likelihoods), [3 / 4, 1 / 4, 0])
    three = np.log(np.eye(3)[[1, 1, 0, 1, 2]] * 0.7 + 0.1)
    assert prefixes(best_path(three[np.newaxis]), 0) == {
        (1, 1, 2): pytest.approx(5 * np.log(0.8))
    }


@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_the_best_labels_are_ordered_by_all_their_paths(beam_size):
    rng = np.random.default_rng(beam_size)
    rows = [draw(rng, n_steps, 4, scale=0.5) for n_steps in (6, 5, 4, 3, 6, 5, 1)]
    table, n_best = pad_with_blanks(rows), min(beam_size, 3)
    found = best_labels(table, beam_size, n_best, exact=True)
    quickly = best_labels(table, beam_size, n_best)
    for i, (row, (labels, scores)) in enumerate(zip(rows, found, strict=True)):
        every = all_labels(row)
        expected = [every[tuple(codes.tolist())] for codes in labels]
        np.testing.assert_allclose(scores, expected)
        assert len(labels) == n_best and (np.diff(scores) <= 0).all()
        assert [*map(tuple, quickly[i][0])] == [*map(tuple, labels)]
        assert (quickly[i][1] <= scores + 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_alignment_is_the_likeliest_path_of_the_labels(seed):
    rng = np.random.default_rng(seed)
    rows = [draw(rng, n_steps, 3) for n_steps in (6, 4, 2, 1)]
    labels = [np.array(row, dtype=np.int64) for row in ([1, 1, 2], [2, 1], [], [2])]
    spans = align(pad_with_blanks(rows), labels)
    for row, codes, found in zip(rows, labels, spans, strict=True):
        paths, values = all_paths(row)
        right = [labels_of(path) == tuple(codes.tolist()) for path in paths.tolist()]
        best = paths[np.argmax(np.where(right, values, -np.inf))]
        steps = np.arange(len(best))
        shown = np.zeros(len(best), dtype=np.int64)
        for code, (start, stop) in zip(codes, found, strict=True):
            assert 0 <= start < stop <= len(row)
            shown[(steps >= start) & (steps < stop)] = code
        np.testing.assert_array_equal(shown, best)
