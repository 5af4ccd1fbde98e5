"""ONNX Runtime on the tutorials' module: prediction only, its weights are random."""

import io

import numpy as np
import onnxruntime
import torch

from implementations import n_threads
from implementations.torch_model import RecurrentNet, limit_threads

__all__ = ["Implementation", "limit_threads"]


def export(net, x):
    """Export a module for batches of any size; return the bytes of the model."""
    file = io.BytesIO()
    torch.onnx.export(
        net.eval(),
        (x,),
        file,
        input_names=["x"],
        output_names=["outputs"],
        dynamic_axes={"x": {0: "n_samples"}, "outputs": {0: "n_samples"}},
        dynamo=False,  # the other exporter needs one package more
    )
    return file.getvalue()


class Implementation:
    def __init__(self, workload, data):
        self.X, self.batch_size = data.X, workload.batch_size
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads()
        options.inter_op_num_threads = 1
        model = export(
            RecurrentNet(workload), torch.from_numpy(data.X[: self.batch_size])
        )
        self.session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def predict(self):
        starts = range(0, len(self.X), self.batch_size)
        return np.concatenate(
            [
                self.session.run(None, {"x": self.X[i : i + self.batch_size]})[0]
                for i in starts
            ]
        )
