"""One file per way to train the workloads, each as its users write it.

A module holds a class `Implementation`, made from a workload and its data, which it
puts into the form that its users have them in, and a function `limit_threads`. An
implementation has two methods:

- ``fit(epochs)`` builds a fresh model and trains it;
- ``predict()`` gives the last model's outputs for all rows.

The worker times both from outside.
"""

import os
from typing import NamedTuple


class Entry(NamedTuple):
    """Where an implementation is, and what it needs."""

    module: str
    python: str = "own"  # whose environment: own, tensorflow, jax or onnx
    trains: bool = True
    workloads: tuple[str, ...] = ()  # all of them if empty
    environment: tuple[tuple[str, str], ...] = ()


IMPLEMENTATIONS = {
    "ours": Entry("ours"),
    "ours-compiled": Entry("ours_compiled"),
    "raw": Entry("raw_loop"),
    "skorch": Entry("skorch_net"),
    "bucketed": Entry("bucketed_loop"),
    "keras-tensorflow": Entry(
        "keras_model",
        python="tensorflow",
        environment=(("KERAS_BACKEND", "tensorflow"), ("TF_CPP_MIN_LOG_LEVEL", "3")),
    ),
    "keras-jax": Entry(
        "keras_model", python="jax", environment=(("KERAS_BACKEND", "jax"),)
    ),
    "onnx": Entry("onnx_session", python="onnx", trains=False, workloads=("W2", "W7")),
}


def n_threads():
    """Return the number of threads that the environment allows; 1 if it is silent."""
    return int(os.environ.get("OMP_NUM_THREADS", "1"))
