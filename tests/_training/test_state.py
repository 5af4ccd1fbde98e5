import pickle

import numpy as np
import pytest
import torch

from sklearn_rnn import RNNClassifier
from sklearn_rnn._training import (
    check_sizes,
    export_state,
    grow_embedding,
    load_state,
)
from sklearn_rnn._training._state import TOKENS
from sklearn_rnn.nn import Batch, Targets
from sklearn_rnn.sequences import UNK

rng = np.random.default_rng(0)
X = rng.integers(2, 7, (24, 4))
y = X[:, 0] > 4
BATCH = Batch(torch.from_numpy(X), torch.full((24,), 4))
PLAIN = (np.ndarray, np.generic, int, float, bool, str, type(None))


def make_trained(**params):
    classifier = RNNClassifier(
        3,
        cell="rnn",
        input="tokens",
        embedding_dim=5,
        batch_size=8,
        random_state=0,
        **params,
    )
    for _ in range(2):
        classifier.partial_fit(X, y, classes=[False, True])
    return classifier


def leaves(tree):
    if isinstance(tree, dict):
        assert all(isinstance(key, (str, int)) for key in tree)
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in leaves(value)]
    return [tree]


def assert_equal_trees(one, other):
    assert len(leaves(one)) == len(leaves(other))
    for a, b in zip(leaves(one), leaves(other), strict=True):
        np.testing.assert_array_equal(a, b)


optimizers = pytest.mark.parametrize(
    ("optimizer", "lr_schedule"),
    [
        ("adam", "cosine"),
        ("adamw", None),
        ("nadam", "one_cycle"),
        ("rmsprop", "plateau"),
        ("sgd", lambda u: 1 / (1 + u)),
    ],
)


@optimizers
def test_a_state_holds_nothing_of_torch(optimizer, lr_schedule):
    net = make_trained(optimizer=optimizer, lr_schedule=lr_schedule).net_
    state = export_state(net, with_optimizer=True)
    strangers = {type(leaf) for leaf in leaves(state) if not isinstance(leaf, PLAIN)}
    assert not strangers


@optimizers
def test_a_state_comes_back_as_it_went(optimizer, lr_schedule):
    classifier = make_trained(optimizer=optimizer, lr_schedule=lr_schedule)
    state = export_state(classifier.net_, with_optimizer=True)
    loaded = load_state(classifier._build_net(), state)
    assert_equal_trees(export_state(loaded, with_optimizer=True), state)
    assert not loaded.module_.training
    assert len(loaded.history) == 2
    rates = [net.optimizer_.param_groups[0]["lr"] for net in (loaded, classifier.net_)]
    assert rates[0] == rates[1]


def test_a_state_is_a_copy():
    net = make_trained().net_
    state = export_state(net, with_optimizer=True)
    before = state["module"][TOKENS + "weight"].copy()
    with torch.no_grad():
        net.module_.embedder.tokens.weight.fill_(9.0)
    np.testing.assert_array_equal(state["module"][TOKENS + "weight"], before)


def test_without_the_optimizer_a_state_is_weights_and_history():
    state = export_state(make_trained().net_, with_optimizer=False)
    assert set(state) == {"module", "history"}
    assert "batches" not in state["history"][0]


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "sgd"])
def test_grown_rows_start_as_the_unknown_word(optimizer):
    state = export_state(make_trained(optimizer=optimizer).net_, with_optimizer=True)
    grown = grow_embedding(state, 10)
    old, new = (tree["module"][TOKENS + "weight"] for tree in (state, grown))
    assert (old.shape, new.shape) == ((7, 5), (10, 5))
    np.testing.assert_array_equal(new[:7], old)
    np.testing.assert_array_equal(new[7:], np.tile(old[UNK], (3, 1)))
    flags = grown["module"][TOKENS + "known"]
    assert flags.tolist() == [False, False] + [True] * 5 + [False] * 3
    assert flags.dtype == bool


def test_the_optimizer_knows_nothing_of_grown_rows():
    state = export_state(make_trained().net_, with_optimizer=True)
    grown = grow_embedding(state, 10)
    before, after = (tree["optimizer"]["state"] for tree in (state, grown))
    for name in ("exp_avg", "exp_avg_sq"):
        assert before[0][name][2:].any()
        np.testing.assert_array_equal(after[0][name][:7], before[0][name])
        np.testing.assert_array_equal(after[0][name][7:], np.zeros((3, 5)))
        assert after[0][name].dtype == np.float32
    assert after[0]["step"] == before[0]["step"]
    for number in set(before) - {0}:
        assert_equal_trees(after[number], before[number])


def test_growing_leaves_the_given_state_alone():
    state = export_state(make_trained().net_, with_optimizer=True)
    grow_embedding(state, 10)
    assert state["module"][TOKENS + "weight"].shape == (7, 5)
    assert state["module"][TOKENS + "known"].shape == (7,)
    assert state["optimizer"]["state"][0]["exp_avg"].shape == (7, 5)


def test_growing_by_nothing_changes_nothing():
    state = export_state(make_trained().net_, with_optimizer=True)
    assert_equal_trees(grow_embedding(state, 7), state)


@pytest.mark.parametrize("freeze_embedding", [False, True])
def test_a_grown_state_can_be_loaded_and_trained(freeze_embedding):
    table = rng.normal(size=(7, 5)) if freeze_embedding else None
    net_params = {"module__freeze_embedding": freeze_embedding}
    classifier = make_trained(embedding=table, net_params=net_params)
    state = grow_embedding(export_state(classifier.net_, with_optimizer=True), 10)
    classifier._net_spec["module_params"]["n_tokens"] = 10
    loaded = load_state(classifier._build_net(), state)
    assert loaded.module_.embedder.tokens.num_embeddings == 10
    names = [name for name, _ in loaded.module_.named_parameters()]
    assert names[0] == TOKENS + "weight"  # `grow_embedding` counts on it
    before = evaluate_logits(classifier.net_)
    np.testing.assert_array_equal(evaluate_logits(loaded), before)
    dict(loaded.callbacks_)["gradient_norm"].on_epoch_begin(loaded)
    targets = Targets(torch.zeros(24, 1), torch.ones(24), torch.ones(24, dtype=int))
    loaded.train_step((BATCH, targets))


def evaluate_logits(net):
    with torch.inference_mode():
        return net.module_(BATCH).numpy()


@pytest.mark.parametrize("saved", [None, False, "absent"])
def test_how_to_update_is_not_taken_from_a_state(saved):
    # As from a GPU, or from a version that did not know fused updates.
    classifier = make_trained(optimizer="adam")
    state = export_state(classifier.net_, with_optimizer=True)
    for group in state["optimizer"]["param_groups"]:
        group["fused"] = saved
        if saved == "absent":
            del group["fused"]
    net = load_state(classifier._build_net(), state)
    assert net.optimizer_.param_groups[0]["fused"] is True


class OwnSGD(torch.optim.SGD):
    """Divide by the norm of all gradients of a weight: one number for each weight."""

    @torch.no_grad()
    def step(self, closure=None):
        with torch.enable_grad():
            loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                kept = self.state[weight].setdefault("sum", torch.zeros(1))
                kept += weight.grad.square().sum()
                weight -= group["lr"] * weight.grad / (kept.sqrt() + 1e-8)
        return loss


def test_an_optimizer_of_ones_own_keeps_what_it_likes():
    trained = make_trained(optimizer=OwnSGD)
    copy = pickle.loads(pickle.dumps(trained))
    for model in (trained, copy):
        model.partial_fit(X, y)
    weights = [model.net_.module_.state_dict() for model in (trained, copy)]
    assert_equal_trees(*weights)


def test_sequences_beside_may_not_be_larger_than_their_weights():
    weights = {"w": np.zeros(400)}
    sizes = {"hidden_size": 4, "num_layers": 1, "n_features": 2, "embedding_dim": 5}
    check_sizes({**sizes, "beside": [{"n_tokens": 80}]}, weights, lambda n_units: 1)
    for beside in ({"n_tokens": 81}, {"n_features": 101}, {"n_static": 401}):
        with pytest.raises(ValueError, match=r"than (all )?weights"):
            check_sizes({**sizes, "beside": [beside]}, weights, lambda n_units: 1)
