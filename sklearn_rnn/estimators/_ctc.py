"""What connectionist temporal classification says of given log-probabilities.

Columns stand for the blank, in column 0, and for labels. A path has a column for each
step; equal neighbours in it become one, and then blanks are left out, and what is left
are the labels of the path.
"""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLANK = 0
NEVER = -np.inf

# Numbers of prefixes: those of no labels, of none that can be gone on from, and the
# factors that mix the number of a prefix with a label.
ROOT = np.uint64(2**40)
NO_PREFIX = np.uint64(0)
SPREAD = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xBF58476D1CE4E5B9)
FOLD = np.uint64(29)


class Found(NamedTuple):
    """Labels of some sequences, each with some of its paths.

    Parameters
    ----------
    columns : int64 ndarray of shape (n_samples, n_found, n_timesteps)
        The labels, with blanks anywhere between them, which are to be left out.
    log_proba : float64 ndarray of shape (n_samples, n_found)
        Of the paths that were looked at, best first; -inf where there are none.
    """

    columns: Integers
    log_proba: Floats

    def labels(self, sample: int, place: int) -> Integers:
        """Give the labels, as columns, without blanks."""
        columns = self.columns[sample, place]
        return columns[columns > BLANK]


def pad_with_blanks(rows: list[Floats]) -> Floats:
    """Lay log-probabilities out as a table, in which the blank is certain behind ends.

    What follows then is what it would be without padding, to the bit: a blank at the
    end changes no labels, and adds zero to a log-probability.

    Parameters
    ----------
    rows : list of float64 ndarrays of shape (n_timesteps_i, n_columns)

    Returns
    -------
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)
    """
    n_steps = max(map(len, rows))
    padded = np.full((len(rows), n_steps, rows[0].shape[1]), NEVER)
    padded[:, :, BLANK] = 0.0
    for table, row in zip(padded, rows, strict=True):
        table[: len(row)] = row
    return padded


def best_labels(
    log_proba: Floats, beam_size: int, n_best: int, *, exact: bool = False
) -> list[tuple[list[Integers], Floats]]:
    """Find the likeliest labels of each sequence.

    A search looks at some of the paths. Where the others could change the order, it is
    made by `log_likelihood`.

    Parameters
    ----------
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)
        Padded as by `pad_with_blanks`.
    beam_size : int
        As `prefix_search` has it; 1 takes the labels of the likeliest path.
    n_best : int
        Number of labels wanted, at most ``beam_size``.
    exact : bool, default=False
        Whether log-probabilities of all paths are wanted, or lower bounds will do.

    Returns
    -------
    found : list of (list of int64 ndarray, float64 ndarray of shape (n_found,))
        For each sequence at most ``n_best`` labels, as columns, best first, and their
        log-probabilities.
    """
    search = best_path if beam_size == 1 else partial(prefix_search, beam_size)
    found = search(log_proba)
    shares = np.exp(found.log_proba)
    missing = np.maximum(0.0, 1.0 - shares.sum(axis=1, keepdims=True))
    may_win = shares + missing >= shares[:, n_best - 1, np.newaxis]
    may_win &= np.isfinite(found.log_proba)
    scores = np.where(may_win, found.log_proba, NEVER)
    is_open = may_win & (exact | (may_win.sum(axis=1, keepdims=True) > n_best))
    sample, place = np.nonzero(is_open)
    if len(sample):
        pairs = zip(sample.tolist(), place.tolist(), strict=True)
        labels = [found.labels(*pair) for pair in pairs]
        scores[sample, place] = log_likelihood(log_proba, labels, sample)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n_best]
    scores = np.take_along_axis(scores, order, axis=1)
    counts = np.isfinite(scores).sum(axis=1)
    return [
        ([found.labels(i, k) for k in order[i, :n]], scores[i, :n])
        for i, n in enumerate(counts.tolist())
    ]


def best_path(log_proba: Floats) -> Found:
    """Take the likeliest column at each step.

    Parameters
    ----------
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)

    Returns
    -------
    found : Found
        Of one path each.
    """
    columns = log_proba.argmax(axis=2)
    repeated = columns[:, 1:] == columns[:, :-1]
    columns[:, 1:][repeated] = BLANK
    total = log_proba.max(axis=2).sum(axis=1)
    return Found(columns[:, np.newaxis], total[:, np.newaxis])


def prefix_search(beam_size: int, log_proba: Floats) -> Found:
    r"""Search for the likeliest labels, step by step, all sequences at once.

    Parameters
    ----------
    beam_size : int
        Number of prefixes that are followed at a time.
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)
        Padded as by `pad_with_blanks`.

    Returns
    -------
    found : Found
        Of ``beam_size`` distinct prefixes.

    Notes
    -----
    A prefix :math:`\ell` has the probability :math:`p_b` of its paths that end in a
    blank, and :math:`p_n` of those that end in its last label. One step on, with the
    probabilities :math:`q` of the columns,

    .. math::
        p_b'(\ell) &= q_0 \, (p_b(\ell) + p_n(\ell)) \\
        p_n'(\ell k) &= q_k \, (p_n(\ell k) + p_b(\ell)
        + [k \ne \operatorname{last}(\ell)] \, p_n(\ell)),

    for between two equal labels there must be a blank [1]_. The likeliest prefixes are
    kept.

    References
    ----------
    .. [1] A. Graves, "Supervised Sequence Labelling with Recurrent Neural Networks",
       Springer 2012, section 7.5.
    """
    n_samples, n_steps, n_columns = log_proba.shape
    sample = np.arange(n_samples)[:, np.newaxis]
    shape = n_samples, beam_size
    in_blank, in_label = np.full(shape, NEVER), np.full(shape, NEVER)
    in_blank[:, 0] = 0.0
    last = np.full(shape, BLANK)
    dead = np.arange(1, beam_size + 1, dtype=np.uint64)
    number = np.tile(dead, (n_samples, 1))  # the same for the same labels
    number[:, 0] = ROOT
    parent = np.full(shape, NO_PREFIX)
    history = []
    for t in range(n_steps):
        now = log_proba[:, t]
        total = np.logaddexp(in_blank, in_label)
        repeated = np.take_along_axis(now, last, axis=1)
        longer = total[:, :, np.newaxis] + now[:, np.newaxis]
        again = in_blank + repeated  # its last label once more, behind a blank
        np.put_along_axis(longer, last[:, :, np.newaxis], again[:, :, np.newaxis], 2)
        longer[:, :, BLANK] = NEVER
        in_blank, in_label = total + now[:, :1], in_label + repeated
        # A prefix in the beam is also what a shorter one in the beam becomes.
        i, shorter, same = np.nonzero(number[:, :, np.newaxis] == parent[:, np.newaxis])
        way = i, shorter, last[i, same]
        in_label[i, same] = np.logaddexp(in_label[i, same], longer[way])
        longer[way] = NEVER

        candidates = np.concatenate(
            [np.logaddexp(in_blank, in_label), longer.reshape(n_samples, -1)], axis=1
        )
        best = np.argpartition(-candidates, beam_size - 1, axis=1)[:, :beam_size]
        scores = np.take_along_axis(candidates, best, axis=1)
        stays = best < beam_size
        source, label = np.divmod(best - beam_size, n_columns)
        source, label = np.where(stays, best, source), np.where(stays, BLANK, label)
        in_blank = np.where(stays, in_blank[sample, source], NEVER)
        in_label = np.where(stays, in_label[sample, source], scores)
        before = number[sample, source]
        last = np.where(stays, last[sample, source], label)
        parent = np.where(stays, parent[sample, source], before)
        number = np.where(stays, before, _extend(before, label))
        # What is impossible could be a prefix that is there already.
        impossible = np.isneginf(scores)
        number = np.where(impossible, dead, number)
        parent[impossible] = NO_PREFIX
        history.append((source, label))
    return _trace_back(np.logaddexp(in_blank, in_label), history)


def _extend(number: Any, label: Integers) -> Any:
    """Give the number of a prefix with one label more; distinct ones have others."""
    mixed = (number ^ ((label.astype(np.uint64) + np.uint64(1)) * SPREAD)) * MIX
    return mixed ^ (mixed >> FOLD)


def _trace_back(log_proba: Floats, history: list[tuple[Integers, Integers]]) -> Found:
    """Follow the best prefixes back to their first labels."""
    order = np.argsort(-log_proba, axis=1, kind="stable")
    columns = np.empty((*order.shape, len(history)), dtype=np.int64)
    place = order
    for t, (source, label) in reversed(list(enumerate(history))):
        columns[:, :, t] = np.take_along_axis(label, place, axis=1)
        place = np.take_along_axis(source, place, axis=1)
    return Found(columns, np.take_along_axis(log_proba, order, axis=1))


class Lattice(NamedTuple):
    """The states that the paths of some labels go through: blank, label, blank, ...

    Parameters
    ----------
    sample : int64 ndarray of shape (n_rows,)
        The sequence that each row is about.
    columns : int64 ndarray of shape (n_rows, n_states)
        The column of each state.
    may_skip : bool ndarray of shape (n_rows, n_states)
        Whether a path may come from two states before, without the blank between.
    last : int64 ndarray of shape (n_rows,)
        The state behind the last label.
    """

    sample: Integers
    columns: Integers
    may_skip: NDArray[np.bool_]
    last: Integers

    def first(self, log_proba: Floats) -> Floats:
        """Start in the first blank, or in the first label."""
        reached = np.full(self.columns.shape, NEVER)
        reached[:, :2] = self.at(0, log_proba)[:, :2]
        return reached

    def at(self, t: int, log_proba: Floats) -> Floats:
        """Give the log-probability of each state at a step, (n_rows, n_states)."""
        found: Floats = log_proba[self.sample[:, np.newaxis], t, self.columns]
        return found

    def ways(self, reached: Floats) -> Floats:
        """Give the log-probability of the ways into each state, from 0, 1, 2 before."""
        ways = np.full((3, *reached.shape), NEVER)
        ways[0] = reached
        ways[1, :, 1:] = reached[:, :-1]
        ways[2, :, 2:] = reached[:, :-2]
        ways[2][~self.may_skip] = NEVER
        return ways

    def ends(self, reached: Floats) -> tuple[Floats, Floats]:
        """Give the log-probability of ending behind the last label, and in it."""
        row = np.arange(len(reached))
        in_label = reached[row, np.maximum(self.last - 1, 0)]
        return reached[row, self.last], np.where(self.last > 0, in_label, NEVER)


def make_lattice(labels: list[Integers], sample: Integers | None) -> Lattice:
    """Lay out the states of labels; row i is about sequence i if no sample is said."""
    n_labels = np.array(list(map(len, labels)))
    columns = np.full((len(labels), 2 * n_labels.max() + 1), BLANK)
    for states, row in zip(columns, labels, strict=True):
        states[1 : 2 * len(row) : 2] = row
    may_skip = np.zeros(columns.shape, dtype=bool)
    may_skip[:, 3::2] = columns[:, 3::2] != columns[:, 1:-2:2]
    sample = np.arange(len(labels)) if sample is None else sample
    return Lattice(sample, columns, may_skip, 2 * n_labels)


def log_likelihood(
    log_proba: Floats, labels: list[Integers], sample: Integers | None = None
) -> Floats:
    """Sum the probabilities of all paths that have these labels.

    Parameters
    ----------
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)
        Padded as by `pad_with_blanks`.
    labels : list of int64 ndarrays of shape (n_labels_i,)
        Columns.
    sample : int64 ndarray of shape (n_rows,), default=None
        The sequence that each of the labels are for; one after the other if None.

    Returns
    -------
    log_likelihood : float64 ndarray of shape (n_rows,)
        -inf where there are too few steps.
    """
    lattice = make_lattice(labels, sample)
    reached = lattice.first(log_proba)
    for t in range(1, log_proba.shape[1]):
        stay, step, skip = lattice.ways(reached)
        reached = np.logaddexp(np.logaddexp(stay, step), skip)
        reached += lattice.at(t, log_proba)
    return np.logaddexp(*lattice.ends(reached))


def align(log_proba: Floats, labels: list[Integers]) -> list[Integers]:
    """Find the likeliest path of these labels, and where in it each label is.

    Parameters
    ----------
    log_proba : float64 ndarray of shape (n_samples, n_timesteps, n_columns)
        Padded as by `pad_with_blanks`.
    labels : list of int64 ndarrays of shape (n_labels_i,)
        Columns, for which there are steps enough.

    Returns
    -------
    spans : list of int64 ndarrays of shape (n_labels_i, 2)
        The first step of each label, and the one behind its last.
    """
    lattice = make_lattice(labels, None)
    reached = lattice.first(log_proba)
    history = []
    for t in range(1, log_proba.shape[1]):
        ways = lattice.ways(reached)
        history.append(ways.argmax(axis=0))
        reached = ways.max(axis=0) + lattice.at(t, log_proba)
    behind, in_label = lattice.ends(reached)
    states = [lattice.last - (in_label > behind)]
    for taken in reversed(history):
        states.append(states[-1] - taken[lattice.sample, states[-1]])
    paths = np.stack(states[::-1], axis=1)  # (n_samples, n_timesteps), rising
    places = [2 * np.arange(len(row)) + 1 for row in labels]
    return [
        np.stack([np.searchsorted(path, at, side) for side in ("left", "right")], 1)
        for path, at in zip(paths, places, strict=True)
    ]
