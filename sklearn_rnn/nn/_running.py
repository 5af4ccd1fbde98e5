"""Where sequences are that are read step by step."""

from typing import NamedTuple

from sklearn_rnn.nn._batch import State


class RunningState(NamedTuple):
    """Where some sequences are: all of it tensors with a row for each sequence."""

    cells: State
    memory: State
