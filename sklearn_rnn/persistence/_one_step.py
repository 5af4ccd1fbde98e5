"""One step of live data in the operators of ONNX, from one state to the next."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sklearn_rnn.persistence._graph import (
    PADDING_OF_MAXIMA,
    Graph,
    affine,
    run_cells,
)


class Now(NamedTuple):
    """What a pooling reads at a step."""

    output: str  # (n_samples, n_units)
    is_first: str  # bool (n_samples, 1)
    n_steps: str  # (n_samples, 1), this one included; or patches


Pooled = tuple[str, list[str]]
"""What is pooled of all steps so far, and the memory for the next step."""


def latest(graph: Graph, now: Now, memory: list[str], weights: Any) -> Pooled:
    """Take the output itself."""
    return now.output, []


def average(graph: Graph, now: Now, memory: list[str], weights: Any) -> Pooled:
    """Average all outputs so far; the memory is their sum."""
    total = graph.add("Add", memory[0], now.output)
    return graph.add("Div", total, now.n_steps), [total]


def largest(graph: Graph, now: Now, memory: list[str], weights: Any) -> Pooled:
    """Take the largest so far, which is also the memory."""
    before = graph.add("Where", now.is_first, PADDING_OF_MAXIMA, memory[0])
    maximum = graph.add("Max", before, now.output)
    return maximum, [maximum]


def latest_and_largest(
    graph: Graph, now: Now, memory: list[str], weights: Any
) -> Pooled:
    """Put the output and the largest so far side by side."""
    maximum, memory = largest(graph, now, memory, weights)
    return graph.add("Concat", now.output, maximum, axis=1), memory


def attend(graph: Graph, now: Now, memory: list[str], weights: Any) -> Pooled:
    """Go on with a softmax: its largest score, its sum, and the weighted sum."""
    hidden = affine(graph, now.output, weights, "head.pooling.hidden")
    hidden = graph.add("Tanh", hidden)
    score = graph.add("MatMul", hidden, weights["head.pooling.score.weight"].T)
    before = graph.add("Where", now.is_first, PADDING_OF_MAXIMA, memory[0])
    highest = graph.add("Max", before, score)
    old = graph.add("Exp", graph.add("Sub", before, highest))
    new = graph.add("Exp", graph.add("Sub", score, highest))
    total = graph.add("Add", graph.add("Mul", memory[1], old), new)
    weighted = graph.add("Mul", now.output, new)
    weighted = graph.add("Add", graph.add("Mul", memory[2], old), weighted)
    return graph.add("Div", weighted, total), [highest, total, weighted]


class StepPooling(NamedTuple):
    """How a pooling goes on, and how many numbers of each kind it remembers."""

    draw: Callable[[Graph, Now, list[str], Any], Pooled]
    sizes: Callable[[int], list[int]]


STEP_POOLINGS = {
    None: StepPooling(latest, lambda n_units: []),
    "last": StepPooling(latest, lambda n_units: []),
    "final_state": StepPooling(latest, lambda n_units: []),
    "mean": StepPooling(average, lambda n_units: [n_units]),
    "max": StepPooling(largest, lambda n_units: [n_units]),
    "final_max": StepPooling(latest_and_largest, lambda n_units: [n_units]),
    "attention": StepPooling(attend, lambda n_units: [1, 1, n_units]),
}


def state_sizes(module_params: dict[str, Any], pooling: str | None) -> list[int]:
    """List how many numbers a state has of each kind: steps, cells, memory, patch."""
    n_units = module_params["hidden_size"]
    per_layer = 2 if module_params["cell"] == "lstm" else 1
    cells = [n_units] * per_layer * module_params["num_layers"]
    patch_length = module_params.get("patch_length", 1)
    begun = [patch_length * module_params["n_features"]] if patch_length > 1 else []
    return [1, *cells, *STEP_POOLINGS[pooling].sizes(n_units), *begun]


def draw_step(
    graph: Graph,
    inputs: str,
    weights: dict[str, Any],
    module_params: dict[str, Any],
    pooling: str | None,
) -> tuple[str, str]:
    """Read one more step of each stream.

    Parameters
    ----------
    graph : Graph
        With an input ``state`` (n_samples, n_numbers), all zeros before the first step.
    inputs : str
        What the first layer reads, (1, n_samples, input_size).
    weights, module_params : dict
    pooling : str or None

    Returns
    -------
    pooled, state : str
        What the head reads, and the state after this step.
    """
    sizes = state_sizes(module_params, pooling)
    before = graph.add("Split", "state", sizes, n_outputs=len(sizes), axis=1)
    before = [before] if len(sizes) == 1 else before
    n_before, *parts = before
    n_steps = graph.add("Add", n_before, np.float32(1))
    is_first, n_read, patch = graph.add("Equal", n_before, np.float32(0)), n_steps, None
    if module_params.get("patch_length", 1) > 1:
        patch = _go_on_with_patch(graph, inputs, n_before, parts.pop(), module_params)
        inputs, is_first, n_read = patch.inputs, patch.is_first, patch.n_patches
    per_layer = 2 if module_params["cell"] == "lstm" else 1
    cells: list[str] = []
    for i in range(module_params["num_layers"]):
        start = parts[len(cells) : len(cells) + per_layer]
        start = [graph.add("Unsqueeze", part, [0]) for part in start]
        _, *ends = run_cells(
            graph, inputs, "", weights, f"encoder.layers.{i}", module_params, start
        )
        inputs = ends[0]  # (1, n_samples, hidden_size)
        cells += [graph.add("Squeeze", end, [0]) for end in ends]
    now = Now(graph.add("Squeeze", inputs, [0]), is_first, n_read)
    memory = parts[len(cells) :]
    pooled, memory = STEP_POOLINGS[pooling].draw(graph, now, memory, weights)
    after = [*cells, *memory]
    if patch is not None:
        after = [
            graph.add("Where", patch.is_full, new, old)
            for new, old in zip(after, parts, strict=True)
        ]
        after.append(graph.add("Where", patch.is_full, np.float32(0), patch.steps))
    return pooled, graph.add("Concat", n_steps, *after, axis=1)


class Patch(NamedTuple):
    """The steps of a patch so far, this one included."""

    inputs: str  # (1, n_samples, patch_length * n_features)
    steps: str  # the same without the first axis
    is_first: str  # bool (n_samples, 1)
    is_full: str  # bool (n_samples, 1)
    n_patches: str  # (n_samples, 1), this one included


def _go_on_with_patch(
    graph: Graph, x: str, n_before: str, begun: str, module_params: dict[str, Any]
) -> Patch:
    """Put one more step into its place in the patch."""
    patch_length, n_features = (
        module_params["patch_length"],
        module_params["n_features"],
    )
    size = np.float32(patch_length)
    place = graph.add("Mod", n_before, size, fmod=1)
    is_here = graph.add("Equal", place, np.arange(patch_length, dtype=np.float32))
    is_here = graph.add("Unsqueeze", is_here, [2])  # (n_samples, patch_length, 1)
    x = graph.add("Transpose", x, perm=[1, 0, 2])  # (n_samples, 1, n_features)
    begun = graph.add("Reshape", begun, [-1, patch_length, n_features])
    steps = graph.add("Where", is_here, x, begun)
    steps = graph.add("Reshape", steps, [-1, patch_length * n_features])
    n_full = graph.add("Floor", graph.add("Div", n_before, size))
    return Patch(
        graph.add("Unsqueeze", steps, [0]),
        steps,
        graph.add("Less", n_before, size),
        graph.add("Equal", place, size - 1),
        graph.add("Add", n_full, np.float32(1)),
    )
