"""Single steps of a network, against whole sequences."""

import sys
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import POOLINGS, Batch, CRFHead, Head, StepsHead

sys.path.insert(0, str(Path(__file__).parent))

from networks import make_network

X = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(2))
ONE = torch.ones(3, dtype=torch.int64)
HEADS = {pooling: {"pooling": pooling} for pooling in POOLINGS}
HEADS["steps"] = {"head": StepsHead}


@pytest.mark.parametrize("head", HEADS)
def test_steps_of_a_network_without_the_estimator(head):
    network = make_network(tokens=False, **HEADS[head], num_layers=2, cell="gru").eval()
    state = None
    for t in range(5):
        outputs, state = network.step(Batch(X[:, [t]], ONE), state)
    with torch.inference_mode():
        expected = network.predict(Batch(X, 5 * ONE))
    if head == "steps":
        expected = expected.view(3, 5, 3)[:, -1]
    torch.testing.assert_close(outputs, expected)
    assert not outputs.requires_grad


class WholeSequences(Head):
    def __init__(self, n_units, n_outputs, *, dropout, generator):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(n_units))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"bidirectional": True}, "bidirectional=False"),
        ({"head": CRFHead}, "output='crf'"),
        ({"head": WholeSequences}, "head WholeSequences, which has no form"),
    ],
    ids=["two directions", "crf", "own head"],
)
def test_what_cannot_go_on_says_why(options, reason):
    network = make_network(tokens=False, **options).eval()
    with pytest.raises(ValueError, match=f"step does not work: .*{reason}"):
        network.step(Batch(X[:, :1], ONE))
