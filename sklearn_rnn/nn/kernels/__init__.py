"""How a recurrent cell runs over time: one file per cell.

`Cell` is the interface. `run_cell` runs any cell, `run_padded` any cell over padded
sequences with its state after the last real step, and `step_cell` reads one step.
"""

from sklearn_rnn.nn.kernels._cell import Cell, State
from sklearn_rnn.nn.kernels._elman import NONLINEARITIES, ElmanRNN
from sklearn_rnn.nn.kernels._exact import (
    predict_affine,
    raise_precision,
    run_cell,
    step_cell,
    whole_size,
)
from sklearn_rnn.nn.kernels._gru import GRU
from sklearn_rnn.nn.kernels._lstm import LSTM
from sklearn_rnn.nn.kernels._make import CELLS, CellName, check_cell, make_cell
from sklearn_rnn.nn.kernels._padded import run_padded

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "NONLINEARITIES",
    "Cell",
    "CellName",
    "ElmanRNN",
    "State",
    "check_cell",
    "make_cell",
    "predict_affine",
    "raise_precision",
    "run_cell",
    "run_padded",
    "step_cell",
    "whole_size",
]
