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
    n_steps: str  # (n_samples, 1), this one included


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
    """List how many numbers a state has of each kind: steps, cells, memory."""
    n_units = module_params["hidden_size"]
    per_layer = 2 if module_params["cell"] == "lstm" else 1
    cells = [n_units] * per_layer * module_params["num_layers"]
    return [1, *cells, *STEP_POOLINGS[pooling].sizes(n_units)]


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
    n_steps = graph.add("Add", n_before, np.float32(1))
    is_first = graph.add("Equal", n_before, np.float32(0))
    now = Now(graph.add("Squeeze", inputs, [0]), is_first, n_steps)
    memory = parts[len(cells) :]
    pooled, memory = STEP_POOLINGS[pooling].draw(graph, now, memory, weights)
    return pooled, graph.add("Concat", n_steps, *cells, *memory, axis=1)
