"""The loop of the torch tutorials: everything padded, a `DataLoader`, no skorch."""

import torch
from torch.utils.data import DataLoader, TensorDataset

from implementations.torch_model import (
    LOSSES,
    OPTIMIZERS,
    RecurrentNet,
    limit_threads,
    pad_inputs,
    shape_targets,
)

__all__ = ["Implementation", "limit_threads"]


class Implementation:
    def __init__(self, workload, data):
        self.workload = workload
        X = torch.from_numpy(pad_inputs(workload, data.X))
        y = torch.from_numpy(shape_targets(workload, data.y))
        self.dataset = TensorDataset(X, y)

    def fit(self, epochs):
        self.net = RecurrentNet(self.workload)
        loss_of = LOSSES[self.workload.task]()
        make_optimizer = OPTIMIZERS[self.workload.optimizer]
        optimizer = make_optimizer(self.net.parameters(), lr=self.workload.lr)
        batches = DataLoader(self.dataset, self.workload.batch_size, shuffle=True)
        self.net.train()
        for _ in range(epochs):
            total = 0.0
            for inputs, targets in batches:
                optimizer.zero_grad()
                loss = loss_of(self.net(inputs), targets)
                loss.backward()
                optimizer.step()
                total += loss.item()

    def predict(self):
        batches = DataLoader(self.dataset, self.workload.batch_size)
        self.net.eval()
        with torch.no_grad():
            return torch.cat([self.net(inputs) for inputs, _ in batches]).numpy()
