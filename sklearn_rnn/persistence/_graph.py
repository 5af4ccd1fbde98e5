"""What a fitted network computes, in the operators of ONNX.

Written operator by operator, not traced: ONNX has recurrent operators that take the
lengths of the sequences and read them backwards within these, so that the graph is as
small as the equations and takes any number of rows and steps. Time comes first in all
arrays between the input and the output, as these operators want it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PADDING_OF_SUMS = np.float32(0)
PADDING_OF_MAXIMA = np.float32(-np.inf)


class Graph:
    """Operators in the order in which they run, and the constants they read.

    Attributes
    ----------
    nodes : list of (operator, inputs, outputs, attributes)
        Inputs and outputs are names of values.
    constants : dict of str to ndarray
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[str, list[str], list[str], dict[str, Any]]] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def add(
        self, operator: str, *inputs: Any, n_outputs: int = 1, **attributes: Any
    ) -> Any:
        """Add an operator.

        Parameters
        ----------
        operator : str
            ONNX's name.
        *inputs : str or array-like
            Values by name, or constants; integers of any kind become int64.
        n_outputs : int, default=1
        **attributes : object
            As ONNX names them.

        Returns
        -------
        names : str or list of str
            The value, or the values, that it computes.
        """
        names = [self._name_of(value) for value in inputs]
        place = len(self.nodes)
        outputs = [f"{operator}_{place}_{i}" for i in range(n_outputs)]
        self.nodes.append((operator, names, outputs, attributes))
        return outputs[0] if n_outputs == 1 else outputs

    def name(self, value: str, name: str) -> None:
        """Give a value a name for the users of the graph."""
        self.nodes.append(("Identity", [value], [name], {}))

    def _name_of(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        name = f"constant_{len(self.constants)}"
        constant = np.asarray(value)
        if constant.dtype.kind == "i":
            constant = constant.astype(np.int64)
        self.constants[name] = constant
        return name


class Steps(NamedTuple):
    """The outputs of the last layer and what a pooling needs of them."""

    states: str  # (n_timesteps, n_samples, n_units)
    final: str  # (n_samples, n_units), each direction having read everything
    mask: str  # (n_timesteps, n_samples, 1), True where a step is real
    is_last: str  # the same, True at the last real step


class Layer(NamedTuple):
    """How ONNX names a cell, and in which order it has the gates of torch."""

    operator: str
    gates: tuple
    attributes: dict


LAYERS = {
    "lstm": Layer("LSTM", (0, 3, 1, 2), {}),  # torch: i f g o; ONNX: i o f g
    # torch multiplies by r after the product with the recurrent weights.
    "gru": Layer("GRU", (1, 0, 2), {"linear_before_reset": 1}),  # r z n; z r n
    "rnn": Layer("RNN", (0,), {}),
}


# -- from the inputs to the steps of the last layer ------------------------------------


def mark_steps(graph: Graph, x: str, lengths: str, axis: int = 1) -> list[str]:
    """Say which steps are real, and which the last real one of its sequence.

    The steps are along an axis of `x`.

    Returns
    -------
    mask, is_last : str
        Of shape (n_timesteps, n_samples, 1).
    """
    n_timesteps = graph.add("Shape", x, start=axis, end=axis + 1)
    n_timesteps = graph.add("Squeeze", n_timesteps, [0])
    step = graph.add("Range", 0, n_timesteps, 1)
    step = graph.add("Unsqueeze", step, [1])  # (n_timesteps, 1)
    last = graph.add("Sub", lengths, 1)  # (n_samples,)
    marks = [graph.add("Less", step, lengths), graph.add("Equal", step, last)]
    return [graph.add("Unsqueeze", mark, [2]) for mark in marks]


def look_up(graph: Graph, x: str, vectors: NDArray[Any]) -> str:
    """Turn token ids into vectors; the last one is for all ids beyond the table."""
    ids = graph.add("Transpose", x, perm=[1, 0])
    inside = graph.add("Min", ids, len(vectors) - 1)
    return graph.add("Gather", vectors, inside)


def find_rows(graph: Graph, x: str, token_ids: NDArray[Any]) -> str:
    """Turn ids that lie far apart into rows of a table, by a binary search.

    Row 0 is for ids that are not there, and the others are in the order of the ids.
    """
    n_halvings = max(1, len(token_ids).bit_length())
    size = 2**n_halvings  # with one place in front and some behind
    ends = [-1], np.sort(token_ids), np.full(size, np.iinfo(np.int64).max)
    ids = np.concatenate(ends).astype(np.int64)[:size]
    place = graph.add("Mul", x, 0)
    for half in (2**n for n in reversed(range(n_halvings))):
        further = graph.add("Add", place, half)
        reached = graph.add("LessOrEqual", graph.add("Gather", ids, further), x)
        place = graph.add("Where", reached, further, place)
    found = graph.add("Equal", graph.add("Gather", ids, place), x)
    return graph.add("Where", found, place, 0)


def standardize(graph: Graph, x: str, mean: Any, scale: Any, mask: str) -> str:
    """Put numbers on the scale that the network reads, and zeros in the padding."""
    numbers = rescale(graph, graph.add("Transpose", x, perm=[1, 0, 2]), mean, scale)
    # ONNX does not say whether a recurrent operator keeps NaN in the padding apart.
    return graph.add("Where", mask, numbers, PADDING_OF_SUMS)


def rescale(graph: Graph, x: str, mean: Any, scale: Any) -> str:
    """Put numbers on the scale that the network reads, computed in float64."""
    exact = graph.add("Cast", x, to="DOUBLE")
    exact = graph.add("Div", graph.add("Sub", exact, mean), scale)
    return graph.add("Cast", exact, to="FLOAT")


def join_steps(
    graph: Graph, inputs: str, lengths: str, patch_length: int
) -> tuple[str, str]:
    """Put consecutive steps side by side, with zeros behind the end.

    Returns
    -------
    patches : str
        Of shape (n_patches, n_samples, patch_length * n_features).
    counts : str
        How many of them are real, (n_samples,).
    """
    n_timesteps = graph.add("Shape", inputs, start=0, end=1)
    of_step = graph.add("Shape", inputs, start=1)  # n_samples, n_features
    n_patches, counts = (
        graph.add("Div", graph.add("Add", number, patch_length - 1), [patch_length])
        for number in (n_timesteps, lengths)
    )
    filling = graph.add("Concat", [patch_length - 1], of_step, axis=0)
    filling = graph.add("Expand", PADDING_OF_SUMS, filling)
    filled = graph.add("Concat", inputs, filling, axis=0)
    end = graph.add("Mul", n_patches, patch_length)
    filled = graph.add("Slice", filled, [0], end, [0])
    shape = graph.add("Concat", n_patches, [patch_length], of_step, axis=0)
    parts = graph.add("Reshape", filled, shape)
    parts = graph.add("Transpose", parts, perm=[0, 2, 1, 3])
    return graph.add("Reshape", parts, [0, 0, -1]), counts


def run_layers(
    graph: Graph,
    inputs: str,
    lengths: str,
    weights: dict[str, Any],
    module_params: dict[str, Any],
) -> tuple[str, str]:
    """Run the recurrent layers one after the other.

    Returns
    -------
    states, final : str
        As `Steps` has them.
    """
    lengths = graph.add("Cast", lengths, to="INT32")
    states = inputs
    for i in range(module_params["num_layers"]):
        prefix = f"encoder.layers.{i}"
        states, final = _run_layer(
            graph, states, lengths, weights, prefix, module_params
        )
    return states, final


def _run_layer(
    graph: Graph,
    inputs: str,
    lengths: str,
    weights: dict[str, Any],
    prefix: str,
    module_params: dict[str, Any],
) -> tuple[str, str]:
    states, final, *_ = run_cells(
        graph, inputs, lengths, weights, prefix, module_params
    )
    n_units = (1 + module_params["bidirectional"]) * module_params["hidden_size"]
    # (n_timesteps, n_directions, n_samples, hidden_size)
    states = graph.add("Transpose", states, perm=[0, 2, 1, 3])
    states = graph.add("Reshape", states, [0, 0, n_units])
    # (n_directions, n_samples, hidden_size)
    final = graph.add("Transpose", final, perm=[1, 0, 2])
    return states, graph.add("Reshape", final, [-1, n_units])


def run_cells(
    graph: Graph,
    inputs: str,
    lengths: str,
    weights: dict[str, Any],
    prefix: str,
    module_params: dict[str, Any],
    start: Sequence[str] = (),
) -> list[str]:
    """Run the cells of one layer.

    Parameters
    ----------
    graph : Graph
    inputs : str
        (n_timesteps, n_samples, input_size)
    lengths : str
        "" where all steps are real.
    weights, module_params : dict
    prefix : str
        Where the layer has its weights.
    start : sequence of str, default=()
        The state to start from, (n_directions, n_samples, hidden_size); of an LSTM
        that of the cell as well. Zeros by default.

    Returns
    -------
    outputs : list of str
        The states at all steps, the final ones and, of an LSTM, those of the cell.
    """
    layer = LAYERS[module_params["cell"]]
    cells = ["forward_cell", "backward_cell"][: 1 + module_params["bidirectional"]]
    attributes = {
        **layer.attributes,
        "hidden_size": module_params["hidden_size"],
        "direction": "bidirectional" if len(cells) == 2 else "forward",
    }
    if layer.operator == "RNN":
        activation = module_params["nonlinearity"].capitalize()
        attributes["activations"] = [activation] * len(cells)

    def stack(name: str) -> NDArray[Any]:
        return np.stack(
            [
                _reorder(weights[f"{prefix}.{cell}.{name}_l0"], layer.gates)
                for cell in cells
            ]
        )

    outputs: list[str] = graph.add(
        layer.operator,
        inputs,
        stack("weight_ih"),
        stack("weight_hh"),
        np.concatenate([stack("bias_ih"), stack("bias_hh")], axis=1),
        lengths,
        *start,
        n_outputs=max(2, 1 + len(start)),
        **attributes,
    )
    return outputs


def _reorder(weight: NDArray[Any], gates: tuple[int, ...]) -> NDArray[Any]:
    blocks = np.split(weight, len(gates))
    return np.concatenate([blocks[gate] for gate in gates])


# -- poolings --------------------------------------------------------------------------


def last_step(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Select the states at the last real step."""
    return _sum_where(graph, steps.is_last, steps.states)


def final_state(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Take the states in which each direction has read the whole sequence."""
    return steps.final


def masked_mean(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Average the states over the real steps."""
    counted = graph.add("Cast", steps.mask, to="FLOAT")
    n_steps = graph.add("ReduceSum", counted, [0], keepdims=0)
    return graph.add("Div", _sum_where(graph, steps.mask, steps.states), n_steps)


def masked_max(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Take the maximum of each unit over the real steps."""
    states = graph.add("Where", steps.mask, steps.states, PADDING_OF_MAXIMA)
    return graph.add("ReduceMax", states, axes=[0], keepdims=0)


def final_and_max(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Put the final state and the maximum of each unit side by side."""
    maximum = masked_max(graph, steps, weights)
    return graph.add("Concat", steps.final, maximum, axis=1)


def attention(graph: Graph, steps: Steps, weights: dict[str, Any]) -> str:
    """Average the states with weights that were learnt."""
    hidden = graph.add(
        "Tanh", affine(graph, steps.states, weights, "head.pooling.hidden")
    )
    scores = graph.add("MatMul", hidden, weights["head.pooling.score.weight"].T)
    scores = graph.add("Where", steps.mask, scores, PADDING_OF_MAXIMA)
    shares = graph.add("Softmax", scores, axis=0)  # (n_timesteps, n_samples, 1)
    return _sum_where(graph, steps.mask, graph.add("Mul", shares, steps.states))


POOLINGS = {
    "last": last_step,
    "final_state": final_state,
    "mean": masked_mean,
    "max": masked_max,
    "final_max": final_and_max,
    "attention": attention,
}


def _sum_where(graph: Graph, mask: str, states: str) -> str:
    kept = graph.add("Where", mask, states, PADDING_OF_SUMS)
    return graph.add("ReduceSum", kept, [0], keepdims=0)


# -- outputs ---------------------------------------------------------------------------


def affine(
    graph: Graph,
    x: str,
    weights: dict[str, Any],
    name: str,
    static: str | None = None,
    n_static: int = 0,
) -> str:
    """Apply a linear map with a bias to the last axis, static columns behind it.

    They are multiplied apart: their product is added to each step.
    """
    weight = weights[f"{name}.weight"]
    n_units = weight.shape[1] - n_static
    product = graph.add("MatMul", x, weight[:, :n_units].T)
    if static is not None:
        beside = graph.add("MatMul", static, weight[:, n_units:].T)
        product = graph.add("Add", product, beside)
    return graph.add("Add", product, weights[f"{name}.bias"])


def class_probabilities(
    graph: Graph, logits: str, task: str, temperature: float
) -> str:
    """Turn logits into one probability for each class or label."""
    if temperature != 1.0:
        logits = graph.add("Div", logits, np.float32(temperature))
    if task == "multiclass":
        return graph.add("Softmax", logits, axis=-1)
    if task == "binary":
        logits = graph.add("Concat", graph.add("Neg", logits), logits, axis=-1)
    return graph.add("Sigmoid", logits)


def predictions(
    graph: Graph, outputs: str, mean: Any, scale: Any, *, is_logarithm: bool
) -> str:
    """Bring outputs back to the units of the target, in float64."""
    exact = graph.add("Cast", outputs, to="DOUBLE")
    if is_logarithm:
        exact = graph.add("Exp", exact)
    return graph.add("Add", graph.add("Mul", exact, scale), mean)
