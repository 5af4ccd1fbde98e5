"""Beam search: the likeliest sequences of codes, of all samples at once."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sklearn_rnn.nn._batch import State, map_state
from sklearn_rnn.nn.kernels import raise_precision


class Written(NamedTuple):
    """What a beam search has written; each tensor has a row for each sample.

    Parameters
    ----------
    codes : int64 Tensor of shape (n_samples, n_best, n_steps)
        Filled up with the end.
    counts : int64 Tensor of shape (n_samples, n_best)
        Number of codes, the end not counted.
    log_proba : float64 Tensor of shape (n_samples, n_best)
        Of the codes and the end; -inf where there are fewer sequences than asked for.
    cut : bool Tensor of shape (n_samples, n_best)
        Whether the sequence ended at its limit, where another code was likelier.
    done : bool Tensor of shape (n_samples, n_best)
        Whether it has its end.
    """

    codes: Tensor
    counts: Tensor
    log_proba: Tensor
    cut: Tensor
    done: Tensor


def beam_search(
    advance: Callable[[Tensor, State, State], tuple[Tensor, State]],
    context: State,
    state: State,
    limits: Tensor,
    *,
    end: int,
    beam_size: int,
    length_penalty: float = 1.0,
    forbidden: Iterable[int] = (),
) -> Written:
    r"""Find the likeliest sequences that a model writes code by code.

    Parameters
    ----------
    advance : callable (codes, context, state) -> (log_proba, state)
        Reads the code before, int64 (n_rows,), and gives the log-probability of each
        next code, float64 (n_rows, n_codes). ``n_rows`` is the number of samples times
        ``beam_size``. At the first step the code before is ``end``.
    context : tuple of Tensor
        What stays the same; each tensor has a row for each sample.
    state : tuple of Tensor
        What the model starts from, likewise.
    limits : int64 Tensor of shape (n_samples,)
        The most codes of a sequence, the end not counted.
    end : int
        The code that ends a sequence.
    beam_size : int
        How many sequences of a sample are followed at a time.
    length_penalty : float, default=1.0
        How much longer sequences gain, see below. 0 compares probabilities.
    forbidden : iterable of int, default=()
        Codes that are never written.

    Returns
    -------
    written : Written
        ``beam_size`` sequences for each sample, best first.

    Notes
    -----
    Sequences are compared by :math:`\log p(y \mid x) / |y|^\alpha` [1]_, with the
    number of codes :math:`|y|`, the end included, and the ``length_penalty``
    :math:`\alpha`. One that has its end goes on as it is, until none of the sample is
    open. Samples that are done are not computed any more.

    References
    ----------
    .. [1] Y. Wu et al., "Google's Neural Machine Translation System: Bridging the Gap
       between Human and Machine Translation", arXiv:1609.08144, 2016, section 7.
    """
    n_samples, n_steps = len(limits), int(limits.max()) + 1
    beams = _begin(n_samples, beam_size, n_steps, end, limits.device)
    state = map_state(lambda part: part.repeat_interleave(beam_size, dim=0), state)
    codes = beams.codes[:, :, 0].flatten()
    rows = torch.arange(n_samples, device=limits.device)
    found = beams
    for step in range(n_steps):
        log_proba, state = advance(codes, context, state)
        log_proba = log_proba.unflatten(0, (-1, beam_size))
        log_proba[:, :, list(forbidden)] = -torch.inf
        at_limit = limits[rows] == step
        beams, parents = _choose(beams, log_proba, step, at_limit, end, length_penalty)
        is_open = ~(beams.done | beams.log_proba.isinf()).all(dim=1)
        found = _put(found, rows, beams)
        if not is_open.any():
            break
        state = _take_parents(state, parents[is_open], is_open)
        if not is_open.all():
            rows = rows[is_open]
            context, beams = (
                map_state(lambda p, o=is_open: p[o], tree) for tree in (context, beams)
            )
        codes = beams.codes[:, :, step].flatten()
    return found


def _begin(
    n_samples: int, beam_size: int, n_steps: int, end: int, device: Any
) -> Written:
    """Begin with one sequence for each sample; the others are impossible."""
    shape = (n_samples, beam_size)
    log_proba = raise_precision(torch.full(shape, -torch.inf, device=device))
    log_proba[:, 0] = 0.0
    no = torch.zeros(shape, dtype=torch.bool, device=device)
    codes = torch.full((*shape, n_steps), end, device=device)
    return Written(codes, no.long(), log_proba, no, no)


def _choose(
    beams: Written,
    log_proba: Tensor,
    step: int,
    at_limit: Tensor,
    end: int,
    length_penalty: float,
) -> tuple[Written, Tensor]:
    """Choose the best of all that the sequences can become by one more code."""
    beam_size, n_codes = log_proba.shape[1:]
    done = beams.done.unsqueeze(2)
    is_end = torch.arange(n_codes, device=log_proba.device) == end
    cut = at_limit.unsqueeze(1) & (log_proba.argmax(dim=2) != end)
    ends_only = done | at_limit.view(-1, 1, 1)
    log_proba = log_proba.masked_fill(ends_only & ~is_end, -torch.inf)
    log_proba = log_proba.masked_fill(done & is_end, 0.0)
    total = beams.log_proba.unsqueeze(2) + log_proba
    n_written = beams.counts.where(beams.done, torch.full_like(beams.counts, step))
    ranks = total / (n_written + 1).to(total.dtype).pow(length_penalty).unsqueeze(2)
    chosen = ranks.flatten(1).topk(beam_size, dim=1).indices
    parents, codes = chosen // n_codes, chosen % n_codes
    history = parents.unsqueeze(2).expand_as(beams.codes)
    written = beams.codes.gather(1, history)
    written[:, :, step] = codes
    was_done = beams.done.gather(1, parents)
    goes_on = ~was_done & (codes != end)
    now_cut = torch.where(
        was_done, beams.cut.gather(1, parents), cut.gather(1, parents)
    )
    counts = n_written.gather(1, parents) + goes_on
    best = total.flatten(1).gather(1, chosen)
    return Written(written, counts, best, now_cut, ~goes_on), parents


def _put(found: Written, rows: Tensor, beams: Written) -> Written:
    """Put the beams of some samples in their places."""
    if len(rows) == len(found.done):
        return beams
    pairs = zip(found, beams, strict=True)
    return Written(*(whole.index_copy(0, rows, part) for whole, part in pairs))


def _take_parents(state: State, parents: Tensor, is_open: Tensor) -> State:
    """Give each sequence of the open samples the state of the one it came from."""
    first = torch.arange(len(is_open), device=parents.device)[is_open]
    places = (first.unsqueeze(1) * parents.shape[1] + parents).flatten()
    taken: State = map_state(lambda part: part[places], state)
    return taken
