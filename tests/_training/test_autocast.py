"""Products in bfloat16; weights, losses and predictions in float32."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    RNNTranscriber,
    as_ragged,
)
from sklearn_rnn._training._net import SequenceNet

rng = np.random.default_rng(0)
X = rng.normal(size=(32, 6, 2))
IS_HIGH = (X[:, 0, 0] > 0).astype(int)
WORDS = as_ragged([["high"] if high else ["low"] for high in IS_HIGH])
SMALL = {"hidden_size": 8, "lr": 0.05, "max_epochs": 4, "random_state": 0}
MODELS = {
    "rnn": (RNNClassifier(**SMALL, cell="rnn"), IS_HIGH),
    "gru": (RNNClassifier(**SMALL, cell="gru", pooling="attention"), IS_HIGH),
    "lstm": (RNNClassifier(**SMALL), IS_HIGH),
    "regressor": (RNNRegressor(**SMALL, cell="gru"), X.mean(axis=(1, 2))),
    "tagger": (RNNTagger(**SMALL, cell="gru", dropout=0.2), (X[:, :, 0] > 0)),
    "transcriber": (RNNTranscriber(**SMALL, cell="gru", batch_size=8), WORDS),
}


@pytest.fixture
def losses(monkeypatch):
    """The losses of all batches, and the outputs that they are computed from."""
    seen, get_loss = [], SequenceNet.get_loss

    def kept(self, y_pred, *args, **kwargs):
        loss = get_loss(self, y_pred, *args, **kwargs)
        seen.append((loss, y_pred))
        return loss

    monkeypatch.setattr(SequenceNet, "get_loss", kept)
    return seen


def fitted(model, X, y):
    try:
        return model.fit(X, y)
    except ValueError as error:
        if isinstance(error.__cause__, RuntimeError):
            pytest.skip(f"torch fails on this processor: {error.__cause__}")
        raise


def asked(model, X):
    method = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    said = getattr(model, method)(X)
    return np.concatenate(list(said)) if said.dtype == object else said


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NothingLearntWarning")
def test_training_in_bfloat16_comes_close_to_that_in_float32(name, losses):
    model, y = MODELS[name]
    half = clone(model).set_params(net_params={"autocast": "bfloat16"})
    fitted(half, X, y)
    assert losses
    for loss, outputs in losses:
        assert loss.dtype == outputs.dtype == torch.float32
        assert torch.isfinite(loss)
    weights = list(half.net_.module_.parameters())
    assert {weight.dtype for weight in weights} == {torch.float32}
    full = clone(model).fit(X, y)
    others = full.net_.module_.parameters()
    assert any(not torch.equal(*pair) for pair in zip(weights, others, strict=True))
    if name != "transcriber":
        np.testing.assert_allclose(asked(half, X), asked(full, X), atol=0.1)
        alone = np.concatenate([asked(half, X[i : i + 1]) for i in range(4)])
        np.testing.assert_array_equal(alone, asked(half, X[:4]))


def test_an_accelerator_of_mixed_precision_does_the_same():
    def accelerator():
        return SimpleNamespace(
            distributed_type=SimpleNamespace(value="NO"),
            gradient_accumulation_steps=1,
            mixed_precision="bf16",
            device=torch.device("cpu"),
            num_processes=1,
            process_index=0,
            is_main_process=True,
        )

    model, y = MODELS["gru"]
    one, other = (
        fitted(clone(model).set_params(net_params=net_params), X, y)
        for net_params in ({"autocast": "bfloat16"}, {"accelerator": accelerator})
    )
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


class FailsInHalf(nn.Module):
    """A cell that a processor computes in float32 only."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, batch_first=True)

    def forward(self, x, state=None):
        if torch.is_autocast_enabled("cpu"):
            raise RuntimeError("no such primitive")
        outputs, end = self.gru(x, state and state[0].unsqueeze(0))
        return outputs, (end[0],)


def test_what_a_processor_cannot_do_is_told_before_training(losses):
    half = {"autocast": "bfloat16"}
    model = RNNClassifier(**SMALL, cell=FailsInHalf, net_params=half)
    with pytest.raises(ValueError, match=r"no such primitive\. Pass .*cell='gru'"):
        model.fit(X, IS_HIGH)
    assert losses == []
    model.set_params(net_params={}).fit(X, IS_HIGH)
    model.set_params(net_params={"autocast": "float16"})
    with pytest.raises(ValueError, match=r"must be None or 'bfloat16', got 'float16'"):
        model.fit(X, IS_HIGH)
