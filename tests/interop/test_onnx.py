"""ONNX Runtime computes from an exported model what the estimator computes.

The weights are drawn at random after a short fit, larger than training makes them, so
that each of them shows in the predictions.
"""

import json
import pickle

import numpy as np
import pytest
import torch
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    SequencesWithStatic,
    TextVectorizer,
    as_ragged,
    export_onnx,
)

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

pytestmark = pytest.mark.slow

SMALL = {"hidden_size": 3, "max_epochs": 1, "random_state": 0}
CELLS = {
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "tanh": {"cell": "rnn"},
    "relu": {"cell": "rnn", "net_params": {"module__nonlinearity": "relu"}},
    "sigmoid": {"cell": "rnn", "net_params": {"module__nonlinearity": "sigmoid"}},
    "softplus": {"cell": "rnn", "net_params": {"module__nonlinearity": "softplus"}},
}
POOLINGS = ["last", "final_state", "mean", "max", "final_max", "attention"]
FAR_BEYOND = 10**6

rng = np.random.default_rng(0)


def draw_numbers(n_samples, longest):
    """Draw series of two variables whose units have little to do with each other."""
    lengths = rng.integers(1, longest, size=n_samples, endpoint=True)
    lengths[0] = longest
    return [
        (rng.normal(size=(length, 2)) * [30, 1e-3] + [500, 0]).astype(np.float32)
        for length in lengths
    ]


def draw_tokens(n_samples, longest, ids):
    lengths = rng.integers(1, longest, size=n_samples, endpoint=True)
    lengths[0] = longest
    return [rng.choice(ids, size=length) for length in lengths]


# Fitted on 20 sequences of up to 6 steps, asked for 37 of up to 11.
NUMBERS, MORE_NUMBERS = draw_numbers(20, 6), draw_numbers(37, 11)
KNOWN_IDS = np.array([2, 3, 5, 6, 9])
TOKENS = draw_tokens(20, 6, KNOWN_IDS)
# 1 is unknown, 4 and 8 are in the table and 10 and more are not.
MORE_TOKENS = draw_tokens(37, 11, [*KNOWN_IDS, 1, 4, 8, 10, 11, FAR_BEYOND])
EASY_TOKENS = draw_tokens(37, 11, [*KNOWN_IDS, 1, 4, 8, 10])
CLASSES = np.arange(20) % 3
SUMS = np.array([series[:, 1].sum() for series in NUMBERS])
UP = as_ragged([np.where(series[:, 1] > 0, "up", "down") for series in NUMBERS])


def fit_loudly(model, X, y):
    """Fit, and then draw the weights."""
    model.fit(X, y)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.net_.module_.parameters():
            parameter.normal_(std=0.6, generator=generator)
    return model


def pad(X, *, n_more=0):
    """Pad on the right: numbers with NaN, tokens with 0."""
    lengths = np.array([len(row) for row in X], dtype=np.int64)
    is_tokens = X[0].ndim == 1
    shape = (len(X), lengths.max() + n_more, *X[0].shape[1:])
    x = np.zeros(shape, np.int64) if is_tokens else np.full(shape, np.nan, np.float32)
    for padded, row in zip(x, X, strict=True):
        padded[: len(row)] = row
    return {"x": x, "lengths": lengths}


def open_session(model, path):
    export_onnx(model, path)
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )


@pytest.fixture
def run(tmp_path):
    """Export a model and run it in ONNX Runtime."""

    def run(model, X, **padding):
        session = open_session(model, tmp_path / "model.onnx")
        (predictions,) = session.run(None, pad(X, **padding))
        return predictions

    return run


def assert_close(predictions, expected):
    assert predictions.shape == expected.shape
    assert expected.std() > 1e-3  # or all would be close to all
    np.testing.assert_allclose(predictions, expected, rtol=1e-5, atol=1e-5)


def assert_steps_close(predictions, members):
    steps = [
        predicted[: len(y)] for predicted, y in zip(predictions, members, strict=True)
    ]
    assert_close(np.concatenate(steps), np.concatenate(members))
    for predicted, member in zip(predictions, members, strict=True):
        assert not predicted[len(member) :].any()


# -- classifiers -----------------------------------------------------------------------


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_and_pooling_reads_numbers(cell, pooling, bidirectional, run):
    model = RNNClassifier(
        **SMALL, **CELLS[cell], pooling=pooling, bidirectional=bidirectional
    )
    fit_loudly(model, NUMBERS, CLASSES)
    assert_close(run(model, MORE_NUMBERS), model.predict_proba(MORE_NUMBERS))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_and_pooling_reads_tokens(cell, pooling, bidirectional, run):
    model = RNNClassifier(
        **SMALL,
        **CELLS[cell],
        pooling=pooling,
        bidirectional=bidirectional,
        input="tokens",
        embedding_dim=5,
    )
    fit_loudly(model, TOKENS, CLASSES)
    assert_close(run(model, MORE_TOKENS), model.predict_proba(MORE_TOKENS))


def test_ids_far_apart_are_read(run):
    far, more = (
        [row.astype(np.int64) ** 6 for row in X] for X in (TOKENS, EASY_TOKENS)
    )
    model = RNNClassifier(**SMALL, input="tokens")
    fit_loudly(model, far, CLASSES)
    assert model.token_ids_ is not None
    assert_close(run(model, more), model.predict_proba(more))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_layers_are_stacked(cell, bidirectional, run):
    model = RNNClassifier(
        **SMALL, **CELLS[cell], num_layers=3, bidirectional=bidirectional
    )
    fit_loudly(model, NUMBERS, CLASSES)
    assert_close(run(model, MORE_NUMBERS), model.predict_proba(MORE_NUMBERS))


@pytest.mark.parametrize(
    "y",
    [
        pytest.param(np.array(["no", "yes"])[CLASSES % 2], id="two classes"),
        pytest.param(np.array(["a", "b", "c"])[CLASSES], id="three classes"),
        pytest.param(rng.integers(0, 2, size=(20, 4)), id="four labels"),
    ],
)
def test_each_kind_of_class_has_its_probabilities(y, run):
    model = fit_loudly(RNNClassifier(**SMALL), NUMBERS, y)
    assert_close(run(model, MORE_NUMBERS), model.predict_proba(MORE_NUMBERS))


def test_classes_are_named_in_the_model(tmp_path):
    model = RNNClassifier(**SMALL).fit(NUMBERS, np.array(["a", "b", "c"])[CLASSES])
    session = open_session(model, tmp_path / "model.onnx")
    properties = session.get_modelmeta().custom_metadata_map
    assert json.loads(properties["classes"]) == ["a", "b", "c"]


# -- inputs ----------------------------------------------------------------------------


def test_one_model_takes_any_number_of_rows_and_steps(tmp_path):
    model = fit_loudly(RNNClassifier(**SMALL), NUMBERS, CLASSES)
    session = open_session(model, tmp_path / "model.onnx")
    for n_samples, longest in [(1, 1), (1, 30), (50, 1), (7, 4), (200, 90)]:
        X = draw_numbers(n_samples, longest)
        (predictions,) = session.run(["probabilities"], pad(X))
        np.testing.assert_allclose(
            predictions, model.predict_proba(X), rtol=0, atol=1e-5
        )


@pytest.mark.parametrize("pooling", POOLINGS)
def test_more_padding_changes_nothing(pooling, run):
    model = RNNClassifier(**SMALL, pooling=pooling, num_layers=2)
    fit_loudly(model, NUMBERS, CLASSES)
    expected = model.predict_proba(MORE_NUMBERS)
    assert_close(run(model, MORE_NUMBERS, n_more=15), expected)


def test_layers_read_zeros_in_the_padding_whatever_it_holds(tmp_path):
    model = RNNClassifier(**SMALL).fit(NUMBERS, CLASSES)
    export_onnx(model, tmp_path / "model.onnx")
    exported = onnx.load(tmp_path / "model.onnx")
    (layer,) = (node for node in exported.graph.node if node.op_type == "LSTM")
    read = onnx.helper.make_empty_tensor_value_info(layer.input[0])
    exported.graph.output.append(read)
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    inputs = pad(MORE_NUMBERS)
    (numbers,) = session.run([read.name], inputs)
    expected = (inputs["x"] - model.input_mean_) / model.input_scale_
    expected = np.nan_to_num(expected).swapaxes(0, 1)  # time comes first
    np.testing.assert_allclose(numbers, expected, rtol=1e-6, atol=1e-6)


def test_one_variable_has_an_axis_of_its_own(run):
    series = rng.normal(size=(20, 5)).astype(np.float32)
    model = fit_loudly(RNNClassifier(**SMALL), series, CLASSES)
    assert_close(run(model, series[:, :, np.newaxis]), model.predict_proba(series))


@pytest.mark.parametrize("standardize", [False, True])
def test_numbers_far_from_zero_keep_their_digits(standardize, run):
    # float32 holds these to 1/16; a float32 mean of them would be off by as much.
    X = [np.float32(1e6) + rng.integers(-16, 16, size=(5, 2)) / 16 for _ in range(20)]
    X = [series.astype(np.float32) for series in X]
    if not standardize:
        X = [series - np.float32(1e6) for series in X]
    model = RNNClassifier(**SMALL, standardize=standardize)
    fit_loudly(model, X, CLASSES)
    assert_close(run(model, X), model.predict_proba(X))


def test_given_vectors_are_all_known(run):
    model = RNNClassifier(**SMALL, input="tokens", embedding=rng.normal(size=(11, 4)))
    fit_loudly(model, TOKENS, CLASSES)
    assert_close(run(model, MORE_TOKENS), model.predict_proba(MORE_TOKENS))


def test_tokens_that_came_later_are_known(run):
    model = RNNClassifier(**SMALL, input="tokens")
    model.partial_fit(TOKENS, CLASSES, classes=[0, 1, 2])
    model.partial_fit(draw_tokens(20, 6, [4, 20, 21]), CLASSES)
    X = draw_tokens(30, 6, [2, 4, 7, 19, 20, 21, 22])
    assert_close(run(model, X), model.predict_proba(X))


def test_the_last_step_of_a_pipeline_reads_the_ids_of_the_first(tmp_path):
    texts = ["good film", "bad film", "a good one", "a bad one"]
    pipeline = make_pipeline(TextVectorizer(), RNNClassifier(8, random_state=0))
    pipeline.fit(texts, ["pos", "neg", "pos", "neg"])
    texts.append("unheard good film")
    session = open_session(pipeline[-1], tmp_path / "model.onnx")
    ids = pipeline[0].transform(texts).toarray().astype(np.int64)
    inputs = {"x": ids, "lengths": (ids > 0).sum(axis=1)}
    (predictions,) = session.run(None, inputs)
    assert_close(predictions, pipeline.predict_proba(texts))


# -- other targets ---------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "poisson"])
def test_predictions_are_in_the_units_of_the_target(loss, run):
    y = 300 + np.arange(20.0)
    model = fit_loudly(RNNRegressor(**SMALL, loss=loss), NUMBERS, y)
    expected = model.predict(MORE_NUMBERS)[:, np.newaxis]
    assert_close(run(model, MORE_NUMBERS), expected)


def test_targets_far_from_zero_keep_their_digits(run):
    y = 1e12 + SUMS  # float32 would not tell one of these from another
    model = fit_loudly(RNNRegressor(**SMALL), NUMBERS, y)
    predictions, expected = run(model, MORE_NUMBERS)[:, 0], model.predict(MORE_NUMBERS)
    assert predictions.dtype == np.float64
    atol = 1e-5 + np.spacing(1e12)
    np.testing.assert_allclose(predictions - 1e12, expected - 1e12, rtol=0, atol=atol)
    assert expected.std() > 100 * atol


def test_several_targets_have_a_column_each(run):
    y = np.column_stack([SUMS, 1e4 + 100 * SUMS])
    model = fit_loudly(RNNRegressor(**SMALL, standardize=True), NUMBERS, y)
    assert_close(run(model, MORE_NUMBERS), model.predict(MORE_NUMBERS))


@pytest.mark.parametrize("cell", CELLS)
def test_a_tagger_has_probabilities_at_every_step(cell, run):
    model = fit_loudly(RNNTagger(**SMALL, **CELLS[cell]), NUMBERS, UP)
    assert_steps_close(run(model, MORE_NUMBERS), model.predict_proba(MORE_NUMBERS))


def test_a_tagger_reads_tokens(run):
    tags = as_ragged([np.where(row > 4, "high", "low") for row in TOKENS])
    model = fit_loudly(RNNTagger(**SMALL, input="tokens"), TOKENS, tags)
    assert_steps_close(run(model, MORE_TOKENS), model.predict_proba(MORE_TOKENS))


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_a_step_regressor_has_predictions_at_every_step(loss, run):
    y = as_ragged([np.abs(series[:, 1]) * 1e3 + 7 for series in NUMBERS])
    model = fit_loudly(RNNStepRegressor(**SMALL, loss=loss), NUMBERS, y)
    expected = [member[:, np.newaxis] for member in model.predict(MORE_NUMBERS)]
    assert_steps_close(run(model, MORE_NUMBERS), expected)


def test_a_step_regressor_has_a_column_for_each_target(run):
    model = fit_loudly(RNNStepRegressor(**SMALL), NUMBERS, as_ragged(NUMBERS))
    assert_steps_close(run(model, MORE_NUMBERS), model.predict(MORE_NUMBERS))


# -- static columns --------------------------------------------------------------------

TABLE = rng.normal(size=(37, 3)) * [1e4, 1, 1e-3] + [5e4, 0, 0]


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (RNNClassifier(**SMALL, pooling="final_max"), CLASSES),
        (RNNRegressor(**SMALL, cell="gru"), SUMS),
        (RNNTagger(**SMALL, num_layers=2), UP),
    ],
)
def test_static_columns_are_a_third_input(model, y, tmp_path):
    fit_loudly(model, SequencesWithStatic(NUMBERS, TABLE[:20]), y)
    session = open_session(model, tmp_path / "model.onnx")
    inputs = {**pad(MORE_NUMBERS), "static": TABLE.astype(np.float32)}
    (found,) = session.run(None, inputs)
    X = SequencesWithStatic(MORE_NUMBERS, inputs["static"])
    if model._head.rows == "step":
        assert_steps_close(found, model.predict_proba(X))
    elif hasattr(model, "predict_proba"):
        assert_close(found, model.predict_proba(X))
    else:
        assert_close(found[:, 0], model.predict(X))


# -- one step at a time ----------------------------------------------------------------


def run_steps(session, rows, **more):
    """Read streams of equal length step by step; list what is said after each."""
    state_input = next(i for i in session.get_inputs() if i.name == "state")
    state = np.zeros((len(rows), state_input.shape[1]), np.float32)
    said = []
    for t in range(rows.shape[1]):
        inputs = {"x": rows[:, t], "state": state, **more}
        predicted, state = session.run(None, inputs)
        said.append(predicted)
    return said


def steps_of(model, rows, *static):
    """List what `step` says after each step."""
    state, said = None, []
    for t in range(rows.shape[1]):
        x_t = SequencesWithStatic(rows[:, t], *static) if static else rows[:, t]
        predicted, state = model.step(x_t, state)
        said.append(predicted)
    return said


STREAMS = np.stack([series[:3] for series in MORE_NUMBERS if len(series) >= 3])
ONE_WAY = {**SMALL, "bidirectional": False}


def assert_says_the_same(model, rows, path, *static):
    export_onnx(model, path, streaming=True)
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path))
    found = run_steps(session, rows, **({"static": static[0]} if static else {}))
    for predicted, expected in zip(found, steps_of(model, rows, *static), strict=True):
        assert_close(predicted, expected.reshape(predicted.shape))


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("cell", ["lstm", "gru", "softplus"])
def test_each_step_says_what_step_says(cell, pooling, num_layers, tmp_path):
    params = {**ONE_WAY, **CELLS[cell], "pooling": pooling, "num_layers": num_layers}
    model = fit_loudly(RNNClassifier(**params), NUMBERS, CLASSES)
    assert_says_the_same(model, STREAMS, tmp_path / "step.onnx")


def test_steps_of_other_estimators_tokens_and_static_columns(tmp_path):
    path = tmp_path / "step.onnx"
    for model, y in [
        (RNNRegressor(**ONE_WAY), 1e3 * SUMS),
        (RNNTagger(**ONE_WAY, output="softmax"), UP),
    ]:
        assert_says_the_same(fit_loudly(model, NUMBERS, y), STREAMS, path)
    tokens = np.stack([row[:3] for row in EASY_TOKENS if len(row) >= 3])
    model = fit_loudly(RNNClassifier(**ONE_WAY, input="tokens"), TOKENS, CLASSES)
    assert_says_the_same(model, tokens.astype(np.int64), path)
    static = TABLE[: len(STREAMS)].astype(np.float32)
    model = RNNClassifier(**ONE_WAY)
    fit_loudly(model, SequencesWithStatic(NUMBERS, TABLE[:20]), CLASSES)
    assert_says_the_same(model, STREAMS, path, static)


# -- the file --------------------------------------------------------------------------


def test_a_copy_is_exported_to_the_same_bytes(tmp_path):
    model = RNNClassifier(**SMALL).fit(NUMBERS, CLASSES)
    export_onnx(model, tmp_path / "one.onnx")
    export_onnx(pickle.loads(pickle.dumps(model)), str(tmp_path / "other.onnx"))
    one, other = (tmp_path / "one.onnx"), (tmp_path / "other.onnx")
    assert one.read_bytes() == other.read_bytes()


def test_an_export_leaves_the_estimator_as_it_was(tmp_path):
    model = RNNClassifier(**SMALL).fit(NUMBERS, CLASSES)
    before = pickle.dumps(model)
    export_onnx(model, tmp_path / "model.onnx")
    assert pickle.dumps(model) == before


def test_inputs_and_output_have_names_and_open_axes(tmp_path):
    model = RNNTagger(**SMALL).fit(NUMBERS, UP)
    session = open_session(model, tmp_path / "model.onnx")
    described = [
        (value.name, value.type, value.shape)
        for value in [*session.get_inputs(), *session.get_outputs()]
    ]
    steps = ["n_samples", "n_timesteps", 2]
    assert described == [
        ("x", "tensor(float)", steps),
        ("lengths", "tensor(int64)", ["n_samples"]),
        ("probabilities", "tensor(float)", steps),
    ]
