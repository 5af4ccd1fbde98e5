"""Convolutions beside the recurrent layers."""

import pickle
from functools import partial

import numpy as np
import pytest

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    SequencesWithStatic,
    TextVectorizer,
    export_onnx,
)
from sklearn_rnn.estimators._kernels import choose_reach
from sklearn_rnn.inspection import explain
from sklearn_rnn.nn import RecurrentNetwork

SMALL = {
    "hidden_size": 3,
    "max_epochs": 1,
    "random_state": 0,
    "kernel_sizes": (8, 5, 3),
}
LENGTHS = [10, 3, 7, 1, 12, 4]

rng = np.random.default_rng(0)
X = [rng.normal(3.0, 2.0, size=(n, 2)) for n in LENGTHS]
X[4][:] = 5.0  # constant
Y = np.array(["b", "a", "c", "a", "b", "c"])


@pytest.fixture(scope="module")
def model():
    return RNNClassifier(**SMALL, patch_length=3, bidirectional=False).fit(X, Y)


def test_the_prediction_is_the_mean_of_two(model):
    head = model.net_.module_.head
    both = np.stack([model._outputs(X, part.predict) for part in head.heads])
    shares = np.exp(both) / np.exp(both).sum(axis=2, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), shares.mean(axis=0), rtol=1e-5)
    assert model.transform(X).shape == (6, 3 + 32)


def test_a_row_has_the_same_bits_alone_and_in_a_batch(model):
    expected = model.predict_proba(X)
    assert np.isfinite(expected).all()
    alone = np.concatenate([model.predict_proba([x]) for x in X])
    np.testing.assert_array_equal(alone, expected)
    padded = np.full((6, 40, 2), np.nan)
    for row, x in zip(padded, X, strict=True):
        row[: len(x)] = x
    np.testing.assert_array_equal(model.predict_proba(padded), expected)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), expected)
    for x, found in zip(X, model.predict_proba_over_time(X), strict=True):
        prefixes = [x[: t + 1] for t in range(len(x))]
        np.testing.assert_array_equal(found, model.predict_proba(prefixes))


def test_what_looks_ahead_is_refused(model, tmp_path):
    with pytest.raises(ValueError, match=r"\(8, 5, 3\).*look ahead; set kernel_sizes="):
        model.step(X[0][:1])
    with pytest.raises(
        ValueError, match=r"kernel_sizes=\(8, 5, 3\) cannot be exported"
    ):
        export_onnx(model, tmp_path / "model.onnx")


def test_explanations_and_weights_work(model):
    (found,) = explain(model, X[:1], method="occlusion")
    assert found.values.shape == (10, 2)
    params = {**SMALL, "pooling": "attention"}
    weights = RNNClassifier(**params).fit(X, Y).attention_weights(X)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)


def test_numbers_texts_and_static_columns_are_read():
    real = RNNRegressor(**SMALL).fit(SequencesWithStatic(X, np.eye(6)), range(6))
    both = SequencesWithStatic(X, np.eye(6))
    represented = real.transform(both)
    assert represented.shape == (6, 6 + 32 + 6)  # static columns once
    assert len(real.get_feature_names_out()) == 6 + 32 + 6
    read = [real._outputs(both, part.represent) for part in real._head.heads]
    np.testing.assert_array_equal(represented, np.hstack([read[0][:, :6], read[1]]))
    ids = TextVectorizer().fit_transform(["a b", "a", "b", "a a", "b b", "b a"])
    texts = RNNClassifier(**SMALL).fit(ids, Y)
    np.testing.assert_array_equal(
        texts.predict_proba(ids)[1:2], texts.predict_proba(ids[[1]])
    )


def test_kernels_see_a_quarter_of_long_series():
    assert choose_reach(10, 3) == {"stride": 1, "dilations": [1, 1, 1]}
    assert choose_reach(252, 3) == {"stride": 1, "dilations": [1, 3, 9]}  # 252 / 28 = 9
    assert choose_reach(512, 3) == {"stride": 2, "dilations": [1, 3, 9]}
    assert choose_reach(512, 1) == {"stride": 2, "dilations": [1]}


def test_patches_that_are_mapped_have_no_steps_to_convolve():
    mapped = {"module": partial(RecurrentNetwork, numbers_dim=4)}
    model = RNNClassifier(**SMALL, net_params=mapped, patch_length=2)
    with pytest.raises(ValueError, match=r"numbers_dim=4 .* patch_length=2"):
        model.fit(X, Y)
    model.set_params(patch_length=1).fit(X, Y)


def test_wrong_sizes_are_refused(assert_refused):
    said = r"kernel_sizes must hold at least one int of at least 1.*\(8, 5, 3\)"
    table = [(sizes, said) for sizes in ((), (0,), (3, 2.5), ("a",), (True,), [[3, 2]])]
    assert_refused(lambda k: RNNClassifier(kernel_sizes=k).fit(X, Y), table)
    model = RNNClassifier(**{**SMALL, "kernel_sizes": None}, warm_start=True).fit(X, Y)
    with pytest.raises(
        ValueError, match=r"kernel_sizes was None then and is \(3,\) now"
    ):
        model.set_params(kernel_sizes=(3,)).fit(X, Y)
