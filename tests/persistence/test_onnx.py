"""What cannot be exported is refused by name; the graph itself is run in tests/interop.

None of these tests needs onnx.
"""

import sys

import numpy as np
import pytest
import torch
from scipy.special import expit
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    RNNTranscriber,
    RNNTranslator,
    SequencesWithStatic,
    TextVectorizer,
    export_onnx,
)
from sklearn_rnn.estimators.targets import NumberTarget
from sklearn_rnn.nn import GRU, POOLINGS, PooledHead, make_pooling
from sklearn_rnn.persistence._graph import Graph, find_rows
from sklearn_rnn.persistence._one_step import STEP_POOLINGS, Now
from sklearn_rnn.persistence._onnx import _draw, _draw_step, _output_of

from .conftest import LABELS, MODELS, SMALL, STEPS, SUMS, TAGS, WORDS, X


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


@pytest.mark.parametrize(
    "kind", [RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor]
)
def test_an_estimator_must_be_fitted(kind, path):
    with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance"):
        export_onnx(kind(), path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("thing", "way_out"),
    [
        (make_pipeline(TextVectorizer(), RNNClassifier()), r"pipeline\[-1\].*the ids"),
        (LogisticRegression(), "got LogisticRegression"),
        (RNNClassifier, "got <class"),
        (None, "got None"),
    ],
)
def test_only_an_estimator_of_this_package_is_exported(thing, way_out, path):
    with pytest.raises(TypeError, match=f"fitted estimator of sklearn_rnn.*{way_out}"):
        export_onnx(thing, path)


def test_of_a_search_the_best_estimator_is_named(path):
    search = GridSearchCV(RNNClassifier(**SMALL), {"hidden_size": [2]}, cv=2)
    with pytest.raises(TypeError, match="GridSearchCV; export its best_estimator_"):
        export_onnx(search.fit(X, LABELS), path)


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.SklearnRNNWarning")
def test_answers_of_a_search_are_refused(path):
    signals, y = np.zeros((4, 5, 1)), ["ab", "b", "", "a"]
    for kind in (RNNTranslator, RNNTranscriber):
        model = kind(2, max_epochs=1, random_state=0).fit(signals, y)
        with pytest.raises(ValueError, match=f"{kind.__name__} cannot .* a search"):
            export_onnx(model, path)
    assert not path.exists()


def test_a_chain_of_labels_is_refused(path):
    tagger = RNNTagger(**SMALL, output="crf").fit(X, STEPS)
    tagger.set_params(output="softmax")  # what was fitted counts
    with pytest.raises(ValueError, match="output='crf' cannot be exported"):
        export_onnx(tagger, path)
    assert not path.exists()


class OwnCell(GRU):
    pass


class OwnPooling(POOLINGS["max"]):
    pass


class OwnHead(PooledHead):
    pass


class OwnTarget(NumberTarget):
    def make_head(self, n_units, **shared):
        return OwnHead(n_units, self.n_outputs_, loss=self.make_loss(), **shared)


class WithOwnHead(RNNRegressor):
    def _make_target(self):
        return OwnTarget("WithOwnHead", "squared_error", 0.5, True, "last")


@pytest.mark.parametrize(
    ("model", "part"),
    [
        (RNNRegressor(**SMALL, cell=OwnCell), "cell=OwnCell"),
        (RNNRegressor(**SMALL, pooling=OwnPooling), "pooling=OwnPooling"),
        (WithOwnHead(**SMALL), "head=OwnHead"),
    ],
)
def test_a_part_of_ones_own_is_refused(model, part, path):
    with pytest.raises(ValueError, match=f"{part} cannot be exported"):
        export_onnx(model.fit(X, SUMS), path)
    assert not path.exists()


def test_words_with_their_characters_are_refused(path):
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    pipeline = make_pipeline(vectorizer, RNNTagger(**SMALL)).fit(WORDS, TAGS)
    with pytest.raises(ValueError, match=r"TextVectorizer\(characters=False\)"):
        export_onnx(pipeline[-1], path)


def test_without_onnx_the_error_says_how_to_install_it(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    model = RNNClassifier(**SMALL).fit(X, LABELS)
    with pytest.raises(ImportError, match="pip install onnx"):
        export_onnx(model, path)
    assert not path.exists()


DRAWN = {
    **MODELS,
    "ids": (
        RNNClassifier(**SMALL, input="tokens"),
        np.arange(1, 61).reshape(12, 5),
        LABELS,
    ),
    "ids far apart": (
        RNNClassifier(**SMALL, input="tokens"),
        10**6 * np.arange(1, 61).reshape(12, 5),
        LABELS,
    ),
    "tagger": (RNNTagger(**SMALL), X, STEPS),
    "counts": (RNNRegressor(**SMALL, loss="poisson"), X[:, :, 0], np.arange(12)),
}


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("attention", "probabilities"),
        ("ids", "probabilities"),
        ("ids far apart", "probabilities"),
        ("tagger", "probabilities"),
        ("counts", "predictions"),
        ("two outputs", "predictions"),
        ("steps", "predictions"),
    ],
)
def test_each_value_of_a_graph_is_there_before_it_is_read(name, output):
    model, X, y = DRAWN[name]
    graph = _draw(model.fit(X, y))
    assert_in_order(graph, {"x", "lengths"})
    assert graph.nodes[-1][2] == [output]


def test_each_value_of_one_step_is_there_before_it_is_read():
    model = RNNTagger(**SMALL, bidirectional=False, output="softmax", num_layers=2)
    graph = _draw_step(model.fit(SequencesWithStatic(X, X[:, 0]), STEPS))
    assert_in_order(graph, {"x", "state", "static", ""})
    assert [node[2] for node in graph.nodes[-2:]] == [["probabilities"], ["next_state"]]


def assert_in_order(graph, known):
    known = known | set(graph.constants)
    for _, inputs, outputs, _ in graph.nodes:
        assert known.issuperset(inputs)
        assert known.isdisjoint(outputs)
        known.update(outputs)
    kinds = {array.dtype for array in graph.constants.values()}
    kinds -= {np.dtype(bool)}
    assert kinds <= {np.dtype(kind) for kind in ("float32", "float64", "int64")}


IN_NUMPY = {
    "Add": np.add,
    "Concat": lambda *parts: np.concatenate(parts, axis=1),
    "Div": np.divide,
    "Equal": np.equal,
    "Exp": np.exp,
    "Gather": np.take,
    "LessOrEqual": np.less_equal,
    "MatMul": np.matmul,
    "Max": np.maximum,
    "Mul": np.multiply,
    "Neg": np.negative,
    "Sigmoid": expit,
    "Sub": np.subtract,
    "Tanh": np.tanh,
    "Where": np.where,
}


def compute(graph, **values):
    """Give all values of a graph, computed by NumPy."""
    values |= graph.constants
    for operator, inputs, (output,), _ in graph.nodes:
        values[output] = IN_NUMPY[operator](*(values[name] for name in inputs))
    return values


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.CalibrationWarning")
def test_a_temperature_is_part_of_the_graph():
    classifier = RNNClassifier(calibration="temperature", **SMALL)
    y = np.random.default_rng(0).integers(2, size=len(X))
    classifier.fit(X, y, X_val=X, y_val=1 - y)
    assert classifier.temperature_ > 1
    logits = classifier.decision_function(X)
    graph = Graph()
    name = _output_of(classifier).draw(graph, "logits")
    values = compute(graph, logits=logits[:, np.newaxis].astype(np.float32))
    expected = classifier.predict_proba(X)
    np.testing.assert_allclose(values[name], expected, rtol=1e-6)


@pytest.mark.parametrize("n_ids", [1, 2, 3, 4, 7, 8, 9])
def test_ids_far_apart_are_found_in_a_graph(n_ids):
    ids = np.array([2, 7, 8, 70_000, 10**6, 10**6 + 1, 10**8, 10**9, 2**31 - 1])
    ids, graph = ids[:n_ids], Graph()
    rows = find_rows(graph, "x", ids[::-1])
    values = compute(graph, x=np.array([0, 1, 3, *ids, 10**7, 2**31]))
    expected = [0, 0, 0, *range(1, n_ids + 1), 0, 0]
    np.testing.assert_array_equal(values[rows], expected)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_pooling_goes_on_in_a_graph_as_in_the_network(name):
    n_units, n_streams = 3, 4
    pooling = make_pooling(name, n_units, generator=torch.Generator().manual_seed(0))
    weights = {
        f"head.pooling.{key}": weight.numpy()
        for key, weight in pooling.state_dict().items()
    }
    graph, sizes = Graph(), STEP_POOLINGS[name].sizes(n_units)
    names = [f"memory {i}" for i in range(len(sizes))]
    now = Now("output", "is_first", "n_steps")
    pooled, after = STEP_POOLINGS[name].draw(graph, now, names, weights)
    memory = [np.zeros((n_streams, size), np.float32) for size in sizes]
    rng = np.random.default_rng(0)  # the largest stays below zero
    outputs = torch.from_numpy(rng.normal(-2, 1, (5, n_streams, n_units))).float()
    before = ()
    for t, output in enumerate(outputs):
        with torch.no_grad():
            expected, before = pooling.step(before, output)
        found = compute(
            graph,
            output=output.numpy(),
            is_first=np.full((n_streams, 1), t == 0),
            n_steps=np.full((n_streams, 1), t + 1, np.float32),
            **dict(zip(names, memory, strict=True)),
        )
        np.testing.assert_allclose(found[pooled], expected, rtol=1e-5)
        memory = [found[part] for part in after]


def test_two_directions_have_no_single_step(path):
    model = RNNClassifier(**SMALL, bidirectional=True).fit(X, LABELS)
    with pytest.raises(ValueError, match="was fitted with bidirectional=True"):
        export_onnx(model, path, streaming=True)
    assert not path.exists()
