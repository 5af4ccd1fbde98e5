"""Patches: what an estimator says of steps is said of real steps."""

import pickle

import numpy as np
import pytest

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    SequencesWithStatic,
    TextVectorizer,
    export_onnx,
)
from sklearn_rnn.inspection import explain, hidden_states
from sklearn_rnn.nn import POOLINGS
from sklearn_rnn.persistence._onnx import _draw, _draw_step

SMALL = {"hidden_size": 5, "max_epochs": 1, "random_state": 0}
LENGTHS = [10, 3, 7, 1, 12, 4]

rng = np.random.default_rng(0)
X = [rng.normal(3.0, 2.0, size=(n, 2)) for n in LENGTHS]
Y = np.array(["b", "a", "c", "a", "b", "c"])


def patched(y=Y, series=X, **params):
    params = {"patch_length": 4, **SMALL, **params}
    return RNNClassifier(**params).fit(series, y)


def joined_by_hand(x, n=4):
    """Put each four steps of a row side by side."""
    x = np.concatenate([x, np.zeros((-len(x) % n, x.shape[1]))])
    return x.reshape(-1, n * x.shape[1])


def test_a_patch_is_a_step_of_more_variables():
    plain = {"standardize": False, "batch_size": 6}
    by_hand = [joined_by_hand(x) for x in X]
    one, other = patched(**plain), patched(series=by_hand, patch_length=1, **plain)
    expected = other.predict_proba(by_hand)
    np.testing.assert_allclose(one.predict_proba(X), expected, rtol=1e-4)


def test_the_length_follows_the_median_of_the_training_rows():
    for median, expected in ((37, 1), (38, 2), (100, 4), (137, 5)):
        rows = [np.zeros((n, 1)) + n for n in (2, median, 400)]
        model = RNNClassifier(**SMALL).fit(rows, [0, 1, 1])
        assert model.patch_length_ == expected
        assert model.predict_proba([np.ones((1, 1))]).shape == (1, 2)
    assert RNNRegressor(**SMALL).fit(rows, [0, 1, 1]).patch_length_ == 1
    ids = TextVectorizer().fit_transform(["a b " * 50, "a " * 90])
    assert RNNClassifier(**SMALL).fit(ids, [0, 1]).patch_length_ == 1
    assert "patch_length" not in RNNTagger().get_params()


def test_each_sequence_has_patches_of_its_own():
    long = [np.arange(100.0).reshape(-1, 1) + i for i in range(4)]
    both = SequencesWithStatic(long, beside=[[x[:50] for x in long]])
    model = RNNClassifier(**SMALL).fit(both, [0, 1, 0, 1])
    module = model.net_.module_
    assert module.embedder.patch_length == model.patch_length_ == 4
    assert module.beside[0].embedder.patch_length == 2
    alone = SequencesWithStatic(long[2:3], beside=[[long[2][:50]]])
    found, expected = model.predict_proba(alone), model.predict_proba(both)[2:3]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"missing": "mask", "pooling": "mean", "cell": "gru"},
        {"standardize": "sequence", "pooling": "attention", "cell": "rnn"},
    ],
)
def test_a_row_has_the_same_bits_alone_and_in_a_batch(params):
    series = [x.copy() for x in X]
    series[4][:, 1] = 5.0  # constant
    if "missing" in params:
        series[0][3, 1] = np.nan
    model = patched(series=series, **params)
    expected = model.predict_proba(series)
    assert np.isfinite(expected).all()
    alone = np.concatenate([model.predict_proba([x]) for x in series])
    np.testing.assert_array_equal(alone, expected)
    if "missing" not in params:
        padded = np.full((6, 30, 2), np.nan)
        for row, x in zip(padded, series, strict=True):
            row[: len(x)] = x
        np.testing.assert_array_equal(model.predict_proba(padded), expected)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_each_real_step_has_the_prediction_of_its_prefix(bidirectional):
    model = patched(bidirectional=bidirectional)
    for x, found in zip(X, model.predict_proba_over_time(X), strict=True):
        prefixes = [x[: t + 1] for t in range(len(x))]
        np.testing.assert_array_equal(found, model.predict_proba(prefixes))


@pytest.mark.parametrize("pooling", POOLINGS)
def test_real_steps_are_read_one_by_one(pooling):
    model = patched(pooling=pooling, bidirectional=False, missing="forward")
    streams, state = np.stack([X[0], X[4][:10]]), None
    streams[1, 5, 0] = np.nan
    for t in range(10):
        before = pickle.loads(pickle.dumps(state))
        found, state = model.step(streams[:, t], before)
        prefixes = list(streams[:, : t + 1])
        np.testing.assert_array_equal(found, model.predict_proba(prefixes))
    _, state = model.step(streams[:, 0])  # inside a patch
    found, _ = model.step(streams[1:, 1], state.take([1]))
    expected = model.predict_proba([streams[1, :2]])
    np.testing.assert_array_equal(found, expected)


def test_weights_states_and_contributions_belong_to_real_steps():
    model = patched(pooling="attention")
    weights = model.attention_weights(X)
    assert weights.shape == (6, 12)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)
    for row, n in zip(weights, LENGTHS, strict=True):
        assert (row[:n] > 0).all()
        assert not row[n:].any()
    assert weights[0, 0] == weights[0, 3] != weights[0, 4]
    for layers, n in zip(hidden_states(model, X), LENGTHS, strict=True):
        assert layers[0]["hidden"].shape == (n, 10)
    for method in ("integrated_gradients", "occlusion"):
        found = explain(model, X, method=method)
        assert [one.values.shape for one in found] == [x.shape for x in X]
    one = explain(model, X[:1])[0]
    assert one.values.sum() == pytest.approx(one.output - one.base_output, abs=0.01)
    assert len(np.unique(one.values)) == one.values.size  # each step has its own


def test_training_goes_on_with_the_patches_of_the_first_rows():
    model = RNNClassifier(**SMALL, patch_length="auto", warm_start=True)
    long = [np.tile(x, (10, 1)) for x in X]
    model.fit(long, Y).fit(X, Y)
    assert model.patch_length_ == 2
    model.set_params(patch_length=3)
    with pytest.raises(ValueError, match="patch_length was 2 then and is 3 now"):
        model.fit(long, Y)
    online = RNNClassifier(**SMALL).partial_fit(X, Y, classes=Y)
    assert online.partial_fit(long, Y).patch_length_ == 1
    again = pickle.loads(pickle.dumps(patched()))
    np.testing.assert_array_equal(again.predict_proba(X), patched().predict_proba(X))


def test_a_pretrained_encoder_brings_its_patches():
    source = RNNRegressor(**SMALL, patch_length=2).fit(X, range(6))
    assert RNNClassifier(**SMALL, pretrained=source).fit(X, Y).patch_length_ == 2
    with pytest.raises(ValueError, match=r"patch_length is 3, but pretrained .* 2"):
        patched(patch_length=3, pretrained=source)
    left = RNNRegressor(**SMALL, pretrained=source).partial_fit(X, np.arange(6.0))
    assert left.set_params(pretrained=None).partial_fit(X, range(6)).patch_length_ == 2


def test_a_tagger_says_which_encoder_it_can_take():
    tags = [np.arange(n) % 2 for n in LENGTHS]
    source = RNNRegressor(**SMALL, patch_length=2).fit(X, range(6))
    tagger = RNNTagger(**SMALL, pretrained=source)
    said = "reads 2 steps as one, but RNNTagger .* fitted with patch_length=1"
    with pytest.raises(ValueError, match=said):
        tagger.fit(X, tags)
    source = RNNRegressor(**SMALL, patch_length=1).fit(X, range(6))
    tagger.set_params(pretrained=source).fit(X, tags)
    both = SequencesWithStatic(X, beside=[X])
    source = RNNClassifier(**SMALL, patch_length=2).fit(both, Y)
    with pytest.raises(ValueError, match=said):
        tagger.set_params(pretrained=source).fit(both, tags)


def test_a_short_sequence_beside_is_one_patch():
    short = [x[:3] for x in X]
    for first, beside in ((X, short), (short, X)):
        both = SequencesWithStatic(first, beside=[beside])
        model = patched(series=both)
        module = model.net_.module_
        assert module.embedder.patch_length == 4
        assert module.beside[0].embedder.patch_length == 4
        assert np.isfinite(model.predict_proba(both)).all()
    said = "13 is longer than every sequence of X, of which the longest has 12"
    with pytest.raises(ValueError, match=said):
        patched(series=SequencesWithStatic(short, beside=[X]), patch_length=13)


def test_patches_that_no_row_can_fill_are_refused(assert_refused):
    ids = TextVectorizer().fit_transform(["a b", "a", "b", "a a", "b b", "b a"])
    table = {
        "too long": (X, 13, "longest has 12 steps; pass at most that"),
        "tokens": (ids, 2, "X holds token ids.*pass 'auto' or 1"),
        "bool": (X, True, "patch_length must be an int.*pass 1"),
        "zero": (X, 0, "patch_length.*must be an int in the range"),
    }
    fit = lambda series, n: patched(series=series, patch_length=n)  # noqa: E731
    assert_refused(fit, table)
    for series, n in ((X, 12), (ids, "auto"), (ids, 1)):
        patched(series=series, patch_length=n)


@pytest.mark.parametrize("draw", [_draw, _draw_step])
def test_each_value_of_a_graph_is_there_before_it_is_read(draw):
    model = patched(bidirectional=False)
    graph = draw(model)
    known = {"x", "lengths", "state", "", *graph.constants}
    for _, inputs, outputs, _ in graph.nodes:
        assert known.issuperset(inputs)
        known.update(outputs)


def test_a_step_of_an_exported_model_is_a_real_step(tmp_path):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = patched(bidirectional=False, pooling="final_max")
    path = tmp_path / "model.onnx"
    export_onnx(model, path, streaming=True)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    n_numbers = session.get_inputs()[1].shape[1]
    state = np.zeros((2, n_numbers), np.float32)
    streams = np.stack([X[0], X[4][:10]]).astype(np.float32)
    for t in range(10):
        said, state = session.run(None, {"x": streams[:, t], "state": state})
        expected = model.predict_proba(list(streams[:, : t + 1]))
        np.testing.assert_allclose(said, expected, atol=1e-6)
    export_onnx(model, path)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    padded = np.full((6, 13, 2), np.nan, np.float32)
    for row, x in zip(padded, X, strict=True):
        row[: len(x)] = x
    (said,) = session.run(None, {"x": padded, "lengths": np.array(LENGTHS)})
    np.testing.assert_allclose(said, model.predict_proba(X), atol=1e-6)


def test_compiled_steps_of_training_read_patches():
    pytest.importorskip("numba")
    plain, compiled = patched(), patched(compiled=True)
    assert compiled.training_path_ == "compiled"
    expected = plain.predict_proba(X)
    np.testing.assert_allclose(compiled.predict_proba(X), expected, atol=1e-4)
