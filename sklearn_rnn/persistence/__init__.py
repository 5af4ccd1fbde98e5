"""A fitted estimator in a file that runs no code when it is read."""

__all__ = ["export_onnx", "load", "save"]

from sklearn_rnn.persistence._files import load, save
from sklearn_rnn.persistence._onnx import export_onnx
