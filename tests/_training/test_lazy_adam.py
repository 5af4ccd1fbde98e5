"""Adam of touched rows, beside torch's own optimisers."""

import pickle

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional

from sklearn_rnn import RNNLanguageModel
from sklearn_rnn._training._lazy_adam import LazyAdam

# Which rows of a table of six each of four updates looks up; one of them twice.
LOOKED_UP = [[0, 2, 2], [1, 2, 5], [5, 0, 1], [2, 2, 2]]
WEIGHT = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))


def trained(make_optimizer, lookups, *, as_sparse=True, with_dense=False):
    table = WEIGHT.clone().requires_grad_()
    dense = torch.ones(3, requires_grad=True)
    optimizer = make_optimizer([table, dense] if with_dense else [table])
    for rows in lookups:
        optimizer.zero_grad()
        looked_up = functional.embedding(torch.tensor(rows), table, sparse=as_sparse)
        ((looked_up * dense) ** 2).sum().backward()
        optimizer.step()
    return table.detach(), dense.detach(), optimizer


def lazy(parameters):
    return LazyAdam(parameters, lr=0.1, betas=(0.8, 0.9), fused=True)


def test_rows_move_as_by_torchs_sparse_adam():
    def sparse_adam(parameters):
        return torch.optim.SparseAdam(parameters, lr=0.1, betas=(0.8, 0.9))

    got, _, _ = trained(lazy, LOOKED_UP)
    expected, _, _ = trained(sparse_adam, LOOKED_UP)
    torch.testing.assert_close(got, expected)
    assert (got[[3, 4]] == WEIGHT[[3, 4]]).all()


def test_where_every_row_is_touched_it_is_adam_and_dense_ones_are_adams():
    def adam(parameters):
        return torch.optim.Adam(parameters, lr=0.1, betas=(0.8, 0.9))

    everything = [[0, 1, 2, 3, 4, 5]] * 5
    got = trained(lazy, everything, with_dense=True)
    expected = trained(adam, everything, as_sparse=False, with_dense=True)
    for one, other in zip(got[:2], expected[:2], strict=True):
        torch.testing.assert_close(one, other)
    states = (fit[2].state_dict()["state"] for fit in (got, expected))
    for one, other in zip(*(state.values() for state in states), strict=True):
        assert one.keys() == other.keys()


def language_model(**params):
    rng = np.random.default_rng(0)
    X = sparse.csr_matrix(rng.integers(2, 60, size=(8, 5)))
    common = {"embedding_dim": 4, "batch_size": 2, "max_epochs": 1, "random_state": 0}
    params = {"softmax": "sampled", "n_negatives": 3, **common, **params}
    return RNNLanguageModel(4, **params), X


def test_it_stands_for_adam_where_a_batch_touches_few_rows():
    for params, kind in (
        ({}, LazyAdam),
        ({"net_params": {"optimizer__betas": (0.5, 0.9)}}, LazyAdam),
        ({"net_params": {"optimizer__weight_decay": 0.1}}, torch.optim.Adam),
        ({"softmax": "full"}, torch.optim.Adam),
        ({"optimizer": "sgd"}, torch.optim.SGD),
    ):
        model, X = language_model(**params)
        assert type(model.fit(X).net_.optimizer_) is kind
        assert model.net_.module_.embedder.tokens.sparse == (kind is LazyAdam)


def test_the_gradient_is_clipped_as_a_dense_one_is():
    norms = []
    for params in ({}, {"net_params": {"optimizer__weight_decay": 0.0}}):
        model, X = language_model(max_grad_norm=0.01, lr=1e-12, **params)
        norms.append(model.fit(X).history_["gradient_norm"])
    np.testing.assert_allclose(*norms, rtol=1e-5)


def test_training_goes_on_with_its_moments():
    once, X = language_model(tie_weights=False)
    for _ in range(2):
        once.partial_fit(X)
    again, _ = language_model(tie_weights=False)
    again.partial_fit(X)
    again = pickle.loads(pickle.dumps(again))
    again.partial_fit(X)
    assert (again.score_samples(X) == once.score_samples(X)).all()
