"""The search against all sequences, on models that only know the code before."""

from itertools import pairwise, product

import pytest
import torch

from sklearn_rnn.nn import beam_search

N_LABELS, END, NEVER = 3, 3, 4
LIMITS = torch.tensor([3, 1, 2, 3])


def make_tables(seed):
    """Draw for each sample the log-probability of each code after each other one."""
    generator = torch.Generator().manual_seed(seed)
    shape = (len(LIMITS), NEVER + 1, NEVER + 1)
    tables = 2 * torch.randn(shape, generator=generator, dtype=torch.float64)
    return tables.log_softmax(dim=2)


def advance(codes, context, state):
    (tables,), (n_read,) = context, state
    rows = torch.arange(len(tables)).repeat_interleave(len(codes) // len(tables))
    return tables[rows, codes].clone(), (n_read + 1,)


def search(tables, limits=LIMITS, **options):
    state = (torch.zeros(len(tables)),)
    return beam_search(
        advance, (tables,), state, limits, end=END, forbidden=[NEVER], **options
    )


def every_sequence(table, limit):
    """Give all sequences and their log-probabilities."""
    for n_codes in range(limit + 1):
        for codes in product(range(N_LABELS), repeat=n_codes):
            path = (END, *codes, END)
            pairs = pairwise(path)
            yield codes, float(sum(table[pair] for pair in pairs))


def read(written, sample, place):
    count = written.counts[sample, place]
    return tuple(written.codes[sample, place, :count].tolist())


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_wide_beam_finds_the_best_of_all_sequences(penalty):
    for seed in range(5):
        tables = make_tables(seed)
        written = search(tables, beam_size=64, length_penalty=penalty)
        for sample, limit in enumerate(LIMITS.tolist()):
            expected = sorted(
                every_sequence(tables[sample], limit),
                key=lambda found: -found[1] / (len(found[0]) + 1) ** penalty,
            )
            for place, (codes, log_proba) in enumerate(expected):
                assert read(written, sample, place) == codes
                found = written.log_proba[sample, place].item()
                assert found == pytest.approx(log_proba)
            # There are no others.
            assert written.log_proba[sample, len(expected) :].isneginf().all()


def test_a_beam_of_one_takes_the_likeliest_code_at_each_step():
    for seed in range(20):
        tables = make_tables(seed)
        written = search(tables, beam_size=1)
        for sample, limit in enumerate(LIMITS.tolist()):
            codes, code, cut = [], END, False
            while True:
                best = tables[sample, code, :NEVER].argmax().item()
                cut = best != END and len(codes) == limit
                if best == END or cut:
                    break
                codes.append(code := best)
            assert read(written, sample, 0) == tuple(codes)
            assert written.cut[sample, 0] == cut


def test_a_sequence_that_has_its_end_does_not_grow():
    # At each step the end comes with p = .6.
    table = torch.full((NEVER + 1, NEVER + 1), -torch.inf, dtype=torch.float64)
    table[[[0], [END]], [0, END]] = torch.tensor([0.4, 0.6], dtype=torch.float64).log()
    limits = torch.tensor([5])
    written = search(table[None], limits, beam_size=3, length_penalty=0.0)
    assert [read(written, 0, place) for place in range(3)] == [(), (0,), (0, 0)]
    found = written.log_proba[0].exp().tolist()
    assert found == pytest.approx([0.6, 0.24, 0.096])
    assert written.done.all()


def test_samples_do_not_depend_on_each_other():
    tables = make_tables(0)
    together = search(tables, beam_size=3)
    for sample in range(len(LIMITS)):
        rows = slice(sample, sample + 1)
        alone = search(tables[rows], LIMITS[rows], beam_size=3)
        assert torch.equal(alone.log_proba, together.log_proba[rows])
        for place in range(3):
            assert read(alone, 0, place) == read(together, sample, place)
