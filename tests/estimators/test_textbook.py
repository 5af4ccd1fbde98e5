"""The settings of textbooks as a constructor of its own."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from torch import nn

from sklearn_rnn import RNNClassifier, RNNForecaster, RNNRegressor, RNNStepRegressor
from sklearn_rnn.testing import all_estimators

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 5, 2))
Y = X.sum(axis=(1, 2))


@pytest.mark.parametrize(
    "kind", [kind for _, kind in all_estimators() if hasattr(kind, "textbook")]
)
def test_every_estimator_has_it_with_the_parameters_it_has(kind):
    plain = kind.textbook(7, random_state=0)
    assert type(plain) is kind
    changed = {
        name
        for name, value in plain.get_params().items()
        if value != kind(7, random_state=0).get_params()[name]
    }
    assert {"lr", "lr_schedule", "early_stopping"} <= changed
    assert changed <= {
        *("bidirectional", "pooling", "patch_length", "lr", "lr_schedule"),
        "early_stopping",
    }
    assert clone(plain).get_params() == plain.get_params()


def test_it_computes_what_a_textbook_writes_in_torch():
    model = RNNRegressor.textbook(3, max_epochs=2, random_state=0).fit(X, Y)
    with torch.random.fork_rng(devices=[]):
        lstm, linear = nn.LSTM(2, 3, batch_first=True), nn.Linear(3, 1)
    cell = model.net_.module_.encoder.layers[0].forward_cell
    for name, weight in cell.named_parameters():
        getattr(lstm, name).data.copy_(weight)
    head = model.net_.module_.head.affine
    linear.weight.data.copy_(head.weight)
    linear.bias.data.copy_(head.bias)
    scaled = (X - model.input_mean_) / model.input_scale_
    with torch.no_grad():
        last = lstm(torch.tensor(scaled, dtype=torch.float32))[0][:, -1]
        outputs = linear(last)[:, 0].numpy()
    expected = model.target_mean_ + model.target_scale_ * outputs
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
    assert model.history_["lr"].tolist() == [0.001, 0.001]


def test_parameters_given_come_first_and_a_search_works():
    model = RNNClassifier.textbook(3, lr=0.1, max_epochs=1)
    assert (model.lr, model.pooling) == (0.1, "last")
    labels = (Y > 0).astype(int)
    search = GridSearchCV(model, {"lr": [0.01, 0.1]}, cv=2).fit(X, labels)
    assert search.best_estimator_.lr_schedule is None


def test_there_are_classes_without_a_pooling():
    assert "pooling" not in RNNStepRegressor.textbook().get_params()
    assert "bidirectional" not in RNNForecaster.textbook().get_params()
