"""Two cells at once: the numbers of one after the other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from sklearn_rnn.nn import RecurrentLayer, helpers, helping
from sklearn_rnn.nn._threads import can_run_apart


@pytest.fixture
def pool():
    with ThreadPoolExecutor(1) as pool, helping(pool):
        yield pool
    assert helpers() is None


def make_layer(cell="lstm"):
    return RecurrentLayer(
        3, 5, generator=torch.Generator().manual_seed(0), cell=cell, bidirectional=True
    )


def threads_of(layer):
    """Note in which threads the cells of a layer compute."""
    found = []
    for cell in (layer.forward_cell, layer.backward_cell):
        cell.register_forward_hook(lambda *args: found.append(threading.get_ident()))
    return found


def learn(layer, x):
    """Give the outputs for ragged sequences, and the gradients of all that has one."""
    given = [x, *layer.parameters()]
    for tensor in given:
        tensor.grad = None
    outputs = layer(x, torch.tensor([7, 4, 1])).outputs
    outputs.square().sum().backward()
    return [outputs, *(tensor.grad for tensor in given)]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert (one is None and other is None) or torch.equal(one, other)


@pytest.mark.parametrize("reads_leaf", [True, False])
@pytest.mark.parametrize("frozen", ["", "backward_cell", "forward_cell"])
def test_two_threads_give_outputs_and_gradients_of_one(pool, reads_leaf, frozen):
    layer = make_layer()
    if frozen:
        getattr(layer, frozen).requires_grad_(False)
    x = torch.randn(3, 7, 3, generator=torch.Generator().manual_seed(1))
    x.requires_grad_(reads_leaf)
    threads = threads_of(layer)
    found = learn(layer, x)
    assert len(set(threads)) == 2
    with helping(None):
        assert_same(found, learn(layer, x))


def test_one_thread_computes_where_two_gain_nothing(pool):
    lstm, x = make_layer().forward_cell, torch.zeros(3, 7, 3)
    assert can_run_apart(lstm, x)
    assert not can_run_apart(make_layer("gru").forward_cell, x)  # Python runs its loop
    with torch.no_grad():
        assert not can_run_apart(lstm, x)
    with torch.autocast("cpu", torch.bfloat16):  # a setting of this thread
        assert not can_run_apart(lstm, x)
    with helping(None):
        assert not can_run_apart(lstm, x)
    assert not can_run_apart(lstm.eval(), x)
