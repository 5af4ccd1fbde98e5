"""A number for each sequence, or several."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.estimators.targets._scaled import ScaledTarget
from sklearn_rnn.nn import Head, PooledHead, QuantilesHead
from sklearn_rnn.sequences import Sequences, check_reals


class NumberTarget(ScaledTarget):
    """A number for each sequence, or several.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    loss, quantile, standardize, pooling, relative_to : object
        As `RNNRegressor` has them.
    levels : tuple of float, default=()
        The quantiles that the network gives of each number, the median in their middle;
        none where it gives the number.
    """

    def __init__(
        self,
        owner: str,
        loss: Any,
        quantile: float,
        standardize: bool | str,
        pooling: Any,
        relative_to: str | None = None,
        levels: tuple[float, ...] = (),
    ) -> None:
        super().__init__(owner, loss, quantile, standardize, relative_to)
        self.pooling = pooling
        self.levels = levels
        if levels and loss not in ("squared_error", "quantile"):
            raise ValueError(
                f"quantiles are learnt with the pinball loss, got loss={loss!r}; pass "
                "loss='quantile', or quantiles=None."
            )

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
        """Make a head of numbers, of their logarithms or of quantiles."""
        shared = {"pooling": self.pooling, **shared}
        if self.levels:
            n_targets = self.n_outputs_
            return QuantilesHead(n_units, self.levels, n_targets=n_targets, **shared)
        return PooledHead(n_units, self.n_outputs_, loss=self.make_loss(), **shared)

    def structure(self) -> dict[str, Any]:
        """Name the outputs, the loss and the pooling."""
        own = {"pooling": self.pooling, "quantiles": self.levels}
        return {**super().structure(), **own}

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the linear map, as far as they are known."""
        n_pooled = n_units if isinstance(self.pooling, str) else 1
        return super().n_weights(n_pooled) * max(1, len(self.levels))

    def place_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Say where among those of the network an output is, or its median."""
        n_levels = max(1, len(self.levels))
        return outputs * n_levels + n_levels // 2

    def _mean_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Give the number itself, or its median."""
        if self.levels:
            return outputs[:, self.place_of(np.arange(self.n_outputs_))]
        return super()._mean_of(outputs)

    def quantiles(
        self, outputs: NDArray[Any], sequences: Sequences, places: list[int]
    ) -> NDArray[Any]:
        """Turn outputs into some of the quantiles, on a last axis, in units of y."""
        each = outputs.reshape(len(outputs), self.n_outputs_, -1)[..., places]
        scaled = each * self.target_scale_[:, None] + self.target_mean_[:, None]
        if self.relative_to is not None:
            origin, unit = self.origins(sequences)
            scaled = scaled * unit[..., None] + origin[..., None]
        return scaled[:, 0] if self.ndim == 1 else scaled
