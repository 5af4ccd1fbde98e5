"""A skorch net around the tutorials' module, as users of skorch write it."""

import numpy as np
from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier, NeuralNetRegressor

from implementations.torch_model import (
    LOSSES,
    OPTIMIZERS,
    RecurrentNet,
    limit_threads,
    pad_inputs,
    shape_targets,
)

__all__ = ["Implementation", "limit_threads"]

NETS = {
    "binary": NeuralNetBinaryClassifier,
    "multiclass": NeuralNetClassifier,
    "regression": NeuralNetRegressor,
}


class Implementation:
    def __init__(self, workload, data):
        self.workload = workload
        self.X = pad_inputs(workload, data.X)
        self.y = shape_targets(workload, data.y)
        if workload.task == "binary":
            self.y = np.ravel(self.y)

    def fit(self, epochs):
        workload = self.workload
        self.net = NETS[workload.task](
            RecurrentNet,
            module__workload=workload,
            criterion=LOSSES[workload.task],
            optimizer=OPTIMIZERS[workload.optimizer],
            lr=workload.lr,
            batch_size=workload.batch_size,
            max_epochs=epochs,
            iterator_train__shuffle=True,
            train_split=None,
            verbose=0,
        ).fit(self.X, self.y)

    def predict(self):
        if self.workload.task == "regression":
            return self.net.predict(self.X)
        return self.net.predict_proba(self.X)
