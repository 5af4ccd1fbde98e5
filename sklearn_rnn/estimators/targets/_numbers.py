"""A number for each sequence, or several."""

from typing import Any

from numpy.typing import NDArray

from sklearn_rnn.estimators.targets._scaled import ScaledTarget
from sklearn_rnn.nn import Head, PooledHead
from sklearn_rnn.sequences import Sequences, check_reals


class NumberTarget(ScaledTarget):
    """A number for each sequence, or several.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    loss, quantile, standardize, pooling, relative_to : object
        As `RNNRegressor` has them.
    """

    def __init__(
        self,
        owner: str,
        loss: Any,
        quantile: float,
        standardize: bool | str,
        pooling: Any,
        relative_to: str | None = None,
    ) -> None:
        super().__init__(owner, loss, quantile, standardize, relative_to)
        self.pooling = pooling

    def check(
        self, y: Any, sequences: Sequences, *, reset: bool, **options: Any
    ) -> NDArray[Any]:
        """Give numbers (n_samples, n_outputs)."""
        y = check_reals(y)
        columns = y.reshape(len(y), -1)
        self.know_outputs(columns, y.ndim, reset=reset)
        return self.count_from(columns, sequences)

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Learn the scale."""
        if not continued:
            self.learn_scale(y, weight)

    def encode(self, y: Any) -> NDArray[Any]:
        """Standardise."""
        return self.to_scale(y)

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a head of numbers, or of their logarithms."""
        return PooledHead(
            n_units,
            self.n_outputs_,
            loss=self.make_loss(),
            pooling=self.pooling,
            **shared,
        )

    def structure(self) -> dict[str, Any]:
        """Name the outputs, the loss and the pooling."""
        return {**super().structure(), "pooling": self.pooling}

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the linear map, as far as they are known."""
        return super().n_weights(n_units if isinstance(self.pooling, str) else 1)
