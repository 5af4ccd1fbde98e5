"""`RNNClassifier` and `RNNRegressor` with compiled training steps, by numba."""

from implementations import ours
from implementations.torch_model import limit_threads

__all__ = ["Implementation", "limit_threads"]


class Implementation(ours.Implementation):
    def fit(self, epochs):
        model = ours.make_estimator(self.workload, epochs).set_params(compiled=True)
        self.model = model.fit(self.X, self.y)
        if self.model.training_path_ != "compiled":
            raise RuntimeError(self.model.training_path_)
