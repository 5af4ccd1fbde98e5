"""How is it fitted?  skorch nets with few hooks; arrays in, arrays out."""

from sklearn_rnn._training._averaging import WeightAverage
from sklearn_rnn._training._data import SequenceDataset, TokenReader
from sklearn_rnn._training._net import (
    evaluate,
    make_net,
    resolve_device,
    train,
    transition_scores,
)
from sklearn_rnn._training._optimizers import OPTIMIZERS, SCHEDULES
from sklearn_rnn._training._state import export_state, grow_embedding, load_state

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SequenceDataset",
    "TokenReader",
    "WeightAverage",
    "evaluate",
    "export_state",
    "grow_embedding",
    "load_state",
    "make_net",
    "resolve_device",
    "train",
    "transition_scores",
]
