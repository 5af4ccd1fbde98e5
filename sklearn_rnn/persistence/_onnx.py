"""Export of an estimator to runtimes without Python."""

import json
from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._training import as_usual, export_state, replace_file
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.estimators.targets import (
    LabelTarget,
    NumberTarget,
    StepLabelTarget,
    StepNumberTarget,
)
from sklearn_rnn.nn import PooledHead, StepsHead
from sklearn_rnn.persistence._graph import (
    POOLINGS,
    Graph,
    Steps,
    affine,
    class_probabilities,
    find_rows,
    join_steps,
    look_up,
    mark_steps,
    predictions,
    rescale,
    run_layers,
    standardize,
)
from sklearn_rnn.persistence._one_step import draw_step, state_sizes
from sklearn_rnn.sequences import UNK

# The first versions that have all that is used here, for runtimes of any age.
OPSET = 15
IR_VERSION = 8

# Those whose outputs, and what becomes of them, are drawn here. A subclass may compute
# anything else.
KNOWN_PARTS = {
    PooledHead,
    StepsHead,
    LabelTarget,
    NumberTarget,
    StepLabelTarget,
    StepNumberTarget,
}


@as_usual
def export_onnx(
    estimator: Any, path: str | PathLike[str], *, streaming: bool = False
) -> None:
    """Write a fitted estimator as an ONNX model, which runs without Python.

    Choose it to predict in a program of another language, in a browser or on a phone.
    To have the estimator back in Python, `save` it: an ONNX model only predicts.

    Parameters
    ----------
    estimator : RNNClassifier, RNNRegressor, RNNTagger or RNNStepRegressor
        Fitted. Of a pipeline give the last step, ``pipeline[-1]``, and do outside of
        the model what the steps before it do.

    path : str or path-like
        The file; by habit its name ends in ``.onnx``. What is there already is
        replaced, at one stroke and only when all is written.

    streaming : bool, default=False
        Write one step of live data, as `step` reads it, with the state as input and
        output.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If it is another one, such as a pipeline or a search.
    ValueError
        If it predicts in a way that ONNX has no operators for: a tagger with
        ``output="crf"``, answers that a search finds, words that come with their
        characters, several sequences for each sample, ``missing`` other than "error",
        ``standardize="sequence"``, ``relative_to``, ``quantiles``, ``kernel_sizes``,
        or a cell, pooling, head or target of your own; with ``streaming=True`` also if
        it was fitted with ``bidirectional=True``.
    ImportError
        If onnx is missing.
    OSError
        If the file cannot be written; what was there before stays.

    See Also
    --------
    save : Writes all of an estimator, to be read by `load`.

    Notes
    -----
    The model has two inputs, for any number of rows and steps:

    - ``x``: numbers as float32 (n_samples, n_timesteps, n_features), in the units given
      to ``fit`` and with an axis for the features even if there is one; or token ids as
      int64 (n_samples, n_timesteps). Shorter sequences are padded on the right, and
      the padding of numbers may hold anything.
    - ``lengths``: int64 (n_samples,), the number of real steps of each sequence, from 1
      to ``n_timesteps``.

    After a fit on `SequencesWithStatic` there is a third one:

    - ``static``: float32 (n_samples, n_columns), the static columns in the units given
      to ``fit``.

    It has one output, with one column for each class, label or target:

    - ``probabilities``: float32, what ``predict_proba`` gives, in the order of
      ``classes_``. The names of the classes are in the metadata of the model under
      ``classes``, as JSON.
    - ``predictions``: float64, what ``predict`` of a regressor gives, in the units of
      the target.

    Of estimators with one target for each sequence its shape is (n_samples, n_columns),
    of the others (n_samples, n_timesteps, n_columns), with zeros in the padding.

    With ``streaming=True`` the model reads one step of each stream. ``x`` is of shape
    (n_samples, n_features), or (n_samples,) for token ids, there are no ``lengths``,
    and the output has a row for each stream. Beside it there is ``state``: float32
    (n_samples, n_numbers), all zeros before the first step, and the output
    ``next_state`` is the state for the next one. Rows of a state may be selected.

    Standardisation, its inverse and the reading of unknown ids are part of the model;
    the checks of ``X`` are not. It asks for operator set 15 and was run in ONNX
    Runtime. Numbers that need more digits than float32 has, such as seconds since
    1970, lose them on entry: subtract what they have in common before ``fit``.

    Examples
    --------
    Export the last step of a pipeline, and run it on what the first one gives::

        import numpy as np
        import onnxruntime
        from sklearn.pipeline import make_pipeline
        from sklearn_rnn import RNNClassifier, TextVectorizer, export_onnx

        texts = ["good film", "bad film", "a good one", "a bad one"]
        pipeline = make_pipeline(TextVectorizer(), RNNClassifier(8))
        pipeline.fit(texts, ["pos", "neg", "pos", "neg"])
        export_onnx(pipeline[-1], "opinions.onnx")

        ids = pipeline[0].transform(texts).toarray().astype(np.int64)
        session = onnxruntime.InferenceSession("opinions.onnx")
        inputs = {"x": ids, "lengths": (ids > 0).sum(axis=1)}
        (probabilities,) = session.run(None, inputs)
    """
    _check_exportable(estimator)
    if streaming:
        estimator._check_can_step()
    onnx = _onnx()
    model = _make_model(onnx, estimator, streaming)
    replace_file(Path(path), model.SerializeToString())


# -- what can be exported --------------------------------------------------------------


def _check_exportable(estimator: Any) -> None:
    if not isinstance(estimator, BaseRNN):
        raise TypeError(
            "estimator must be a fitted estimator of sklearn_rnn, got "
            f"{_describe(estimator)}."
        )
    check_is_fitted(estimator, "net_")
    if estimator._why_no_onnx is not None:
        raise ValueError(
            f"{type(estimator).__name__} cannot be exported: {estimator._why_no_onnx}. "
            "Save the estimator with sklearn_rnn.save."
        )
    _check_outputs(estimator)
    if estimator.beside_inputs_:
        raise ValueError(
            "An estimator fitted on several sequences for each sample cannot be "
            "exported: the model has the input x for one. Save the estimator with "
            "sklearn_rnn.save."
        )
    if estimator.token_counts_ is None:
        _check_numbers(estimator._settings)
    if (kernel_sizes := estimator._settings.get("kernel_sizes")) is not None:
        raise ValueError(
            f"kernel_sizes={kernel_sizes!r} cannot be exported: the model is that of "
            "the recurrent layers. Fit with kernel_sizes=None, or save the estimator "
            "with sklearn_rnn.save."
        )
    for name, value in _parts_of(estimator).items():
        if isinstance(value, type) and value not in KNOWN_PARTS:
            raise ValueError(
                f"{name}={value.__name__} cannot be exported, for only the package's "
                "own parts are known as ONNX operators; fit with one that has a name "
                "there, or save the estimator with sklearn_rnn.save."
            )
    if estimator.characters_ is not None:
        raise ValueError(
            "Words that come with their characters cannot be exported; fit on "
            "TextVectorizer(characters=False), or save the estimator with "
            "sklearn_rnn.save."
        )


def _check_outputs(estimator: Any) -> None:
    if estimator._settings.get("output") == "crf":
        raise ValueError(
            "output='crf' cannot be exported, for ONNX has no operator that finds the "
            "likeliest sequence of labels; fit with output='softmax', or save the "
            "estimator with sklearn_rnn.save."
        )
    if getattr(estimator._target, "levels", ()):
        raise ValueError(
            "quantiles cannot be exported: the model has one output for each target. "
            "Fit with loss='quantile' and quantile=..., or save the estimator with "
            "sklearn_rnn.save."
        )
    if hasattr(estimator, "predict_n_best"):
        raise ValueError(
            f"{type(estimator).__name__} cannot be exported: a search finds its "
            "answers, for which ONNX has no operator. Save the estimator with "
            "sklearn_rnn.save."
        )
    if not estimator._target.is_given:
        raise ValueError(
            f"{type(estimator).__name__} cannot be exported: the model would answer in "
            "targets, and it learns the sequences themselves. Save the estimator with "
            "sklearn_rnn.save."
        )


def _check_numbers(settings: dict[str, Any]) -> None:
    for name, exported, instead in (
        ("missing", {"error"}, "fill the gaps before, and fit with missing='error'"),
        ("standardize", {True, False}, "fit with standardize=True"),
        ("relative_to", {None}, "fit with relative_to=None"),
    ):
        if name in settings and settings[name] not in exported:
            raise ValueError(
                f"{name}={settings[name]!r} cannot be exported: the model reads "
                f"numbers as they are, in the units of fit. Either {instead}, or save "
                "the estimator with sklearn_rnn.save."
            )


def _parts_of(estimator: Any) -> dict[str, Any]:
    """Name what may be a class from outside."""
    return {
        "cell": estimator._settings["cell"],
        "pooling": estimator._settings.get("pooling"),
        "head": type(estimator._head),
        "target": type(estimator._target),
    }


def _describe(thing: Any) -> str:
    if hasattr(thing, "steps"):
        return (
            f"a {type(thing).__name__}; export its last step, pipeline[-1], and give "
            "the model what the steps before it make, such as the ids of a "
            "TextVectorizer"
        )
    if hasattr(thing, "best_estimator_"):
        return f"a {type(thing).__name__}; export its best_estimator_"
    return type(thing).__name__ if isinstance(thing, BaseEstimator) else repr(thing)


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            "Exporting needs onnx, which is not installed; run pip install onnx."
        ) from error
    return onnx


# -- from an estimator to a graph ------------------------------------------------------


class Output(NamedTuple):
    """What a model gives, and how it is drawn from the outputs of the head."""

    name: str
    dtype: type[np.floating[Any]]
    n_columns: int
    draw: Callable[[Graph, str], str]
    metadata: dict[str, str]


def _output_of(estimator: Any) -> Output:
    """Describe probabilities of what has classes, and predictions of what has not."""
    if hasattr(estimator, "classes_"):
        return Output(
            "probabilities",
            np.float32,
            len(estimator.classes_),
            partial(
                class_probabilities,
                task=estimator._target.task,
                temperature=getattr(estimator, "temperature_", 1.0),
            ),
            {"classes": json.dumps(estimator.classes_.tolist(), default=str)},
        )
    draw = partial(
        predictions,
        mean=estimator.target_mean_,
        scale=estimator.target_scale_,
        is_logarithm=estimator._target.is_logarithm,
    )
    return Output("predictions", np.float64, estimator.n_outputs_, draw, {})


def _draw(estimator: Any) -> Graph:
    """Draw the graph from ``x`` and ``lengths`` to the output, and name this."""
    graph = Graph()
    module_params, pooling = _structure_of(estimator)
    weights = export_state(estimator.net_, with_optimizer=False)["module"]
    mask, is_last = mark_steps(graph, "x", "lengths")
    inputs, lengths = _draw_inputs(graph, estimator, weights, mask), "lengths"
    patch_length = module_params.get("patch_length", 1)
    if patch_length > 1:
        inputs, lengths = join_steps(graph, inputs, lengths, patch_length)
        mask, is_last = mark_steps(graph, inputs, lengths, axis=0)
    states, final = run_layers(graph, inputs, lengths, weights, module_params)
    if pooling is not None:
        steps = Steps(states, final, mask, is_last)
        states = POOLINGS[pooling](graph, steps, weights)
    output = _output_of(estimator)
    static = _draw_static(graph, estimator)
    outputs = affine(graph, states, weights, "head.affine", *static)
    predicted = output.draw(graph, outputs)
    if pooling is None:
        zero = np.zeros((), output.dtype)
        predicted = graph.add("Where", mask, predicted, zero)
        predicted = graph.add("Transpose", predicted, perm=[1, 0, 2])
    graph.name(predicted, output.name)
    return graph


def _draw_step(estimator: Any) -> Graph:
    """Draw the graph from ``x`` and ``state`` to the output and ``next_state``."""
    graph = Graph()
    weights = export_state(estimator.net_, with_optimizer=False)["module"]
    every_step = graph.add("Identity", np.ones((1, 1, 1), dtype=bool))
    x = graph.add("Unsqueeze", "x", [1])
    inputs = _draw_inputs(graph, estimator, weights, every_step, x)
    module_params, pooling = _structure_of(estimator)
    pooled, state = draw_step(graph, inputs, weights, module_params, pooling)
    static = _draw_static(graph, estimator)
    output = _output_of(estimator)
    outputs = affine(graph, pooled, weights, "head.affine", *static)
    graph.name(output.draw(graph, outputs), output.name)
    graph.name(state, "next_state")
    return graph


def _structure_of(estimator: Any) -> tuple[dict[str, Any], str | None]:
    """Give the parameters of the network, and the pooling if there is one."""
    params = estimator._net_spec["module_params"]
    return params, estimator._settings.get("pooling")


def _draw_static(graph: Graph, estimator: Any) -> tuple[Any, ...]:
    """Draw the static columns as the head reads them, and say how many there are."""
    mean, scale = estimator.static_mean_, estimator.static_scale_
    return () if mean is None else (rescale(graph, "static", mean, scale), len(mean))


def _draw_inputs(
    graph: Graph, estimator: Any, weights: dict[str, Any], mask: str, x: str = "x"
) -> str:
    reader = estimator._reader()
    if estimator.token_counts_ is None:
        scaler = reader.scaler
        return standardize(graph, x, scaler.mean_, scaler.scale_, mask)
    vectors = weights["embedder.tokens.weight"]
    if reader.token_ids is not None:
        ids = np.append(UNK, np.sort(reader.token_ids))
        rows = find_rows(graph, x, reader.token_ids)
        return look_up(graph, rows, vectors[reader.transform(ids)])
    ids = np.arange(len(vectors) + 1)  # the last one stands for all ids beyond
    return look_up(graph, x, vectors[reader.transform(ids)])


# -- from a graph to a model -----------------------------------------------------------


def _make_model(onnx: Any, estimator: Any, streaming: bool) -> Any:
    helper, graph = onnx.helper, (_draw_step if streaming else _draw)(estimator)
    made = helper.make_graph(
        [_make_node(onnx, *node) for node in graph.nodes],
        type(estimator).__name__,
        _inputs_of(onnx, estimator, streaming),
        _outputs_of(onnx, estimator, streaming),
        [
            onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
            for name, array in graph.constants.items()
        ],
    )
    model = helper.make_model(
        made,
        producer_name="sklearn_rnn",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(model, _output_of(estimator).metadata)
    return model


def _make_node(
    onnx: Any,
    operator: str,
    inputs: list[str],
    outputs: list[str],
    attributes: dict[str, Any],
) -> Any:
    if "to" in attributes:
        attributes = {"to": getattr(onnx.TensorProto, attributes["to"])}
    return onnx.helper.make_node(operator, inputs, outputs, **attributes)


def _inputs_of(onnx: Any, estimator: Any, streaming: bool) -> list[Any]:
    describe, types = onnx.helper.make_tensor_value_info, onnx.TensorProto
    shape = ["n_samples"] if streaming else ["n_samples", "n_timesteps"]
    if estimator.token_counts_ is None:
        x = describe("x", types.FLOAT, [*shape, len(estimator.input_mean_)])
    else:
        x = describe("x", types.INT64, shape)
    inputs = [x]
    if streaming:
        inputs.append(_describe_state(onnx, estimator, "state"))
    else:
        inputs.append(describe("lengths", types.INT64, ["n_samples"]))
    if estimator.static_mean_ is not None:
        columns = ["n_samples", len(estimator.static_mean_)]
        inputs.append(describe("static", types.FLOAT, columns))
    return inputs


def _outputs_of(onnx: Any, estimator: Any, streaming: bool) -> list[Any]:
    output = _output_of(estimator)
    has_steps = estimator._head.rows == "step" and not streaming
    predicted = onnx.helper.make_tensor_value_info(
        output.name,
        onnx.helper.np_dtype_to_tensor_dtype(np.dtype(output.dtype)),
        ["n_samples", *(["n_timesteps"] if has_steps else []), output.n_columns],
    )
    if not streaming:
        return [predicted]
    return [predicted, _describe_state(onnx, estimator, "next_state")]


def _describe_state(onnx: Any, estimator: Any, name: str) -> Any:
    shape = ["n_samples", sum(state_sizes(*_structure_of(estimator)))]
    types = onnx.TensorProto
    return onnx.helper.make_tensor_value_info(name, types.FLOAT, shape)
