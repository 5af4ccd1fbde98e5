"""The CRF against sums over all paths, written out."""

import copy
import itertools
import math
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.nn import LinearChainCRF

FORBIDDEN = [(0, 1), (None, 2), (1, None)]


def make_crf(n_labels, forbidden=(), seed=0, dtype=torch.float64):
    crf = LinearChainCRF(n_labels, forbidden).to(dtype)
    crf.pairs = list(forbidden)  # for `score`, which shall not read the mask
    generator = torch.Generator().manual_seed(seed)
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter, generator=generator)
    return crf


def make_steps(n_labels, lengths, seed=1, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    n_steps = sum(lengths)
    emissions = torch.randn(n_steps, n_labels, generator=generator, dtype=dtype)
    labels = torch.randint(n_labels, (n_steps,), generator=generator)
    return 2 * emissions, labels, torch.tensor(lengths)


def score(crf, emissions, path):
    """Add up the scores of one path of one sequence, term by term."""
    pairs = itertools.pairwise((None, *path, None))
    if any(pair in crf.pairs for pair in pairs):
        return -math.inf
    total = crf.start[path[0]] + crf.end[path[-1]]
    total = total + sum(emissions[t, label] for t, label in enumerate(path))
    pairs = itertools.pairwise(path)
    return float(total + sum(crf.transitions[i, j] for i, j in pairs))


class AllPaths:
    """The distribution over the paths of one sequence, as a table."""

    def __init__(self, crf, emissions):
        n_steps, n_labels = emissions.shape
        paths = list(itertools.product(range(n_labels), repeat=n_steps))
        self.paths = torch.tensor(paths)  # (n_paths, n_steps)
        scores = [score(crf, emissions, path) for path in paths]
        self.scores = torch.tensor(scores, dtype=torch.float64)
        self.log_p = self.scores.log_softmax(dim=0)

    def log_sum_from(self, labels):
        """Give the log-probability that a path begins with these labels."""
        where = (self.paths[:, : len(labels)] == labels).all(dim=1)
        return self.log_p[where].logsumexp(dim=0)

    def marginal(self, t, k):
        return self.log_p[self.paths[:, t] == k].exp().sum()

    def best(self):
        return self.paths[self.scores.argmax()].tolist()


def by_sequence(lengths, *flat):
    """Cut flat values into those of each sequence, side by side."""
    return zip(*(values.split(lengths.tolist()) for values in flat), strict=True)


@pytest.fixture(params=[(), FORBIDDEN], ids=["free", "forbidden"])
def case(request):
    """Give a field of three labels and four sequences of 1 to 4 steps."""
    return make_crf(3, request.param), *make_steps(3, [3, 1, 4, 2])


# Outside truth


@torch.no_grad()
def test_two_labels_and_two_steps_agree_with_work_by_hand():
    crf = LinearChainCRF(2).double()
    crf.transitions[0, 1] = math.log(3)
    crf.end[1] = math.log(2)
    emissions = torch.tensor([[0.0, math.log(5)], [0.0, 0.0]], dtype=torch.float64)
    lengths = torch.tensor([2])
    # The paths 00, 01, 10, 11 have weights 1, 3 * 2 = 6, 5 and 5 * 2 = 10; Z = 22.
    assert crf.decode(emissions, lengths).tolist() == [1, 1]
    marginals = crf.log_marginals(emissions, lengths).exp()
    expected = torch.tensor([[7, 15], [6, 16]], dtype=torch.float64) / 22
    torch.testing.assert_close(marginals, expected)
    # p(y_1 = 0) = 7 / 22, and then p(y_2 = 1 | y_1 = 0) = 6 / 7.
    loss = crf.loss(emissions, torch.tensor([0, 1]), lengths)
    expected = -torch.tensor([7 / 22, 6 / 7], dtype=torch.float64).log()
    torch.testing.assert_close(loss, expected)


@torch.no_grad()
def test_losses_are_those_of_the_chain_rule_over_all_paths(case):
    crf, emissions, labels, lengths = case
    losses = crf.loss(emissions, labels, lengths)
    n_checked = 0
    for loss, e, y in by_sequence(lengths, losses, emissions, labels):
        paths = AllPaths(crf, e)
        for t in range(len(y)):
            expected = paths.log_sum_from(y[:t]) - paths.log_sum_from(y[: t + 1])
            if expected == math.inf:
                assert loss[t] > 1000
                break  # of what comes after what cannot be, nothing is asked
            torch.testing.assert_close(loss[t], expected)
            n_checked += 1
    assert n_checked >= 4


@torch.no_grad()
def test_losses_of_a_sequence_sum_to_the_loss_of_its_path(case):
    crf, emissions, _, lengths = case
    labels = crf.decode(emissions, lengths)  # which are allowed
    losses = crf.loss(emissions, labels, lengths)
    for loss, e, y in by_sequence(lengths, losses, emissions, labels):
        expected = -AllPaths(crf, e).log_sum_from(y)
        torch.testing.assert_close(loss.sum(), expected)


@torch.no_grad()
def test_marginals_are_sums_over_all_paths(case):
    crf, emissions, _, lengths = case
    marginals = crf.log_marginals(emissions, lengths).exp()
    for found, e in by_sequence(lengths, marginals, emissions):
        paths = AllPaths(crf, e)
        for t, k in itertools.product(*map(range, e.shape)):
            torch.testing.assert_close(found[t, k], paths.marginal(t, k))


@torch.no_grad()
def test_the_decoded_path_is_the_best_of_all(case):
    crf, emissions, _, lengths = case
    labels = crf.decode(emissions, lengths)
    assert labels.dtype == torch.int64
    for found, e in by_sequence(lengths, labels, emissions):
        assert found.tolist() == AllPaths(crf, e).best()


def has_label(pair):
    return pair != (None, None)


@given(
    n_labels=st.integers(1, 4),
    lengths=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
    data=st.data(),
)
@torch.no_grad()
def test_any_shape_agrees_with_all_paths(n_labels, lengths, seed, data):
    label = st.none() | st.integers(0, n_labels - 1)
    pairs = data.draw(st.sets(st.tuples(label, label).filter(has_label), max_size=3))
    crf = make_crf(n_labels, pairs, seed)
    emissions, _, lengths = make_steps(n_labels, lengths, seed + 1)
    labels = crf.decode(emissions, lengths)
    losses = crf.loss(emissions, labels, lengths)
    marginals = crf.log_marginals(emissions, lengths).exp()
    assert losses.isfinite().all()
    assert marginals.isfinite().all()
    cut = by_sequence(lengths, losses, marginals, emissions, labels)
    for loss, p, e, y in cut:
        paths = AllPaths(crf, e)
        if paths.scores.max() > -math.inf:
            assert y.tolist() == paths.best()
            torch.testing.assert_close(loss.sum(), -paths.log_p.max())
            torch.testing.assert_close(p[0, y[0]], paths.marginal(0, y[0]))


# Gradients


@pytest.mark.parametrize("forbidden", [(), FORBIDDEN], ids=["free", "forbidden"])
@pytest.mark.parametrize("method", ["loss", "log_marginals"])
def test_gradients_agree_with_differences(forbidden, method):
    crf = make_crf(3, forbidden)
    emissions, labels, lengths = make_steps(3, [3, 1, 4])
    labels[:] = torch.tensor([0, 2, 0, 1, 1, 2, 0, 2])
    names, parameters = zip(*crf.named_parameters(), strict=True)
    options = {"labels": labels} if method == "loss" else {}

    def values(emissions, *given):
        fields = dict(zip(names, given, strict=True))
        bound = Bound(crf, method)
        named = {f"crf.{name}": value for name, value in fields.items()}
        arguments = {"emissions": emissions, "lengths": lengths, **options}
        found = torch.func.functional_call(bound, named, (), arguments)
        # What is forbidden has no numerical gradient beyond rounding.
        return torch.where(found.abs() < 1000, found, 0.0)

    inputs = (emissions.requires_grad_(), *parameters)
    assert torch.autograd.gradcheck(values, inputs)
    # Without directions of ours it would draw them from the global generator.
    direction = torch.linspace(-1.0, 1.0, 8 if method == "loss" else 24).double()
    direction = direction.view_as(values(*inputs)).requires_grad_()
    assert torch.autograd.gradgradcheck(values, inputs, direction)


class Bound(torch.nn.Module):
    """A method of a module, as a module of its own."""

    def __init__(self, crf, method):
        super().__init__()
        self.crf, self.method = crf, method

    def forward(self, **arguments):
        return getattr(self.crf, self.method)(**arguments)


def test_the_gradient_is_marginals_less_what_was_seen(case):
    # d log Z / d e_t(k) = p(y_t = k), and the score of the path has gradient one.
    crf, emissions, labels, lengths = case
    emissions.requires_grad_()
    (found,) = torch.autograd.grad(
        crf.loss(emissions, labels, lengths).sum(), emissions
    )
    seen = torch.nn.functional.one_hot(labels, 3)
    torch.testing.assert_close(
        found + seen, crf.log_marginals(emissions, lengths).exp(), atol=1e-9, rtol=0
    )


def test_forbidden_scores_are_never_trained():
    crf = make_crf(3, FORBIDDEN)
    emissions, labels, lengths = make_steps(3, [3, 1, 4, 2])
    crf.loss(emissions, labels, lengths).sum().backward()
    assert crf.transitions.grad[0, 1] == crf.start.grad[2] == crf.end.grad[1] == 0
    # In 10 steps and 6 transitions all else is met in some sum.
    assert (crf.transitions.grad != 0).sum() == 8
    before = crf.loss(emissions, labels, lengths)
    with torch.no_grad():
        crf.transitions[0, 1] = crf.start[2] = crf.end[1] = 50.0
    assert torch.equal(crf.loss(emissions, labels, lengths), before)


# Company, padding and precision


@given(
    n_labels=st.integers(1, 6),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    seed=st.integers(0, 1000),
)
@torch.no_grad()
def test_alone_and_in_company_a_sequence_gets_the_same(n_labels, lengths, seed):
    crf = make_crf(n_labels, seed=seed)
    emissions, labels, lengths = make_steps(n_labels, lengths, seed)

    def answers(emissions, labels, lengths):
        yield crf.loss(emissions, labels, lengths)
        yield crf.log_marginals(emissions, lengths)
        yield crf.decode(emissions, lengths)

    together = answers(emissions, labels, lengths)
    alone = [
        answers(e, y, torch.tensor([len(y)]))
        for e, y in by_sequence(lengths, emissions, labels)
    ]
    for found, *parts in zip(together, *alone, strict=True):
        torch.testing.assert_close(found, torch.cat(parts), rtol=0, atol=1e-12)


@torch.no_grad()
def test_long_sequences_lose_no_digits():
    crf = make_crf(5)
    emissions, labels, lengths = make_steps(5, [5000, 3])
    half = copy.deepcopy(crf).float()
    loss = half.loss(emissions.float(), labels, lengths)
    assert loss.dtype == torch.float32
    expected = crf.loss(emissions, labels, lengths)
    torch.testing.assert_close(loss.double(), expected, rtol=1e-5, atol=1e-5)
    marginals = half.log_marginals(emissions.float(), lengths)
    expected = crf.log_marginals(emissions, lengths)
    torch.testing.assert_close(marginals.double(), expected, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_float32_parameters_are_raised_for_float64_emissions():
    crf = make_crf(3, FORBIDDEN, dtype=torch.float32)
    emissions, labels, lengths = make_steps(3, [3, 1, 4])
    exact = copy.deepcopy(crf).double()
    for method, arguments in (
        ("loss", (emissions, labels, lengths)),
        ("log_marginals", (emissions, lengths)),
        ("decode", (emissions, lengths)),
    ):
        found, wanted = getattr(crf, method)(*arguments), getattr(exact, method)
        assert torch.equal(found, wanted(*arguments))
    assert crf.log_marginals(emissions, lengths).dtype == torch.float64


@torch.no_grad()
def test_huge_emissions_stay_finite():
    crf = make_crf(3, FORBIDDEN, dtype=torch.float32)
    emissions, labels, lengths = make_steps(3, [4, 2], dtype=torch.float32)
    emissions *= 500
    assert crf.loss(emissions, labels, lengths).isfinite().all()
    assert crf.log_marginals(emissions, lengths).isfinite().all()
    for path in crf.decode(emissions, lengths).split(lengths.tolist()):
        assert not set(FORBIDDEN) & set(
            itertools.pairwise([None, *path.tolist(), None])
        )


@torch.no_grad()
def test_a_new_field_labels_each_step_by_itself():
    crf = LinearChainCRF(4)
    emissions, labels, lengths = make_steps(4, [3, 1, 6])
    entropy = torch.nn.functional.cross_entropy(emissions, labels, reduction="none")
    torch.testing.assert_close(crf.loss(emissions, labels, lengths), entropy)
    found = crf.log_marginals(emissions, lengths)
    torch.testing.assert_close(found, emissions.log_softmax(dim=1))
    assert torch.equal(crf.decode(emissions, lengths), emissions.argmax(dim=1))


# Forbidden transitions


@torch.no_grad()
def test_a_forbidden_path_is_not_decoded_however_well_its_labels_score():
    crf = LinearChainCRF(2, [(0, 1), (1, 0)])
    emissions = torch.tensor([[99.0, 0.0], [0.0, 98.0], [0.0, 0.5]])
    # 0, 0, 0 scores 99 and 1, 1, 1 scores 98.5; 0, 1, 1 would score 197.5
    assert crf.decode(emissions, torch.tensor([3])).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ((0, 3), r"labels from 0 to 2, or None .*\(0, 3\)"),
        ((-1, 0), r"labels from 0 to 2, or None .*\(-1, 0\)"),
        ((None, None), r"\(None, None\).*at least one label"),
    ],
)
def test_a_pair_of_no_labels_is_refused(pair, message):
    with pytest.raises(ValueError, match=message):
        LinearChainCRF(3, [(0, 1), pair])


def test_a_copy_keeps_what_is_forbidden_and_draws_nothing():
    crf = LinearChainCRF(3, FORBIDDEN)
    assert all((parameter == 0).all() for parameter in crf.parameters())
    assert list(crf.state_dict()) == ["transitions", "start", "end"]
    for twin in (copy.deepcopy(crf), pickle.loads(pickle.dumps(crf))):
        assert torch.equal(twin.forbidden, crf.forbidden)
    assert "n_labels=3, n_forbidden=3" in repr(crf)


def test_a_forbidden_way_to_the_favoured_label_is_not_paid():
    # The messages differ by 900, more than the logarithm of any float64 can.
    crf = LinearChainCRF(3, [(0, 1), (None, 1)])
    emissions = torch.tensor([[900.0, 0, 0], [0, 900, 0]], requires_grad=True)
    loss = crf.loss(emissions, torch.tensor([2, 1]), torch.tensor([2])).sum()
    # Of the paths that are allowed three share the largest score, 900.
    assert loss.item() == pytest.approx(math.log(3))
    loss.backward()
    thirds = torch.tensor([[2, 0, -2], [1, -2, 1]]) / 3
    torch.testing.assert_close(emissions.grad, thirds)


def test_many_labels_are_decoded_a_few_samples_at_a_time(monkeypatch):
    crf = LinearChainCRF(4)
    torch.nn.init.normal_(crf.transitions, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([3, 1, 2, 4, 1])
    emissions = torch.randn(11, 4, generator=torch.Generator().manual_seed(1))
    at_once = crf.decode(emissions, lengths)
    monkeypatch.setattr("sklearn_rnn.nn.heads._linear_chain.MAX_ENTRIES", 2 * 4**2)
    assert torch.equal(crf.decode(emissions, lengths), at_once)
