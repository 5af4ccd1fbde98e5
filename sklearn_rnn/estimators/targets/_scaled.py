"""What the targets share that are numbers: scale and loss."""

import inspect
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from sklearn_rnn.estimators.targets._target import Target, kind_of
from sklearn_rnn.nn import link_of, make_loss
from sklearn_rnn.sequences import Sequences, Standardizer, find_origins


class ScaledTarget(Target):
    """Base of the targets that are numbers: their scale and their loss.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    loss, quantile, standardize, relative_to : object
        As `RNNRegressor` has them.

    Attributes
    ----------
    ndim : int
        Number of axes of the user's y, or of a member of it.
    """

    learnt: ClassVar[tuple[str, ...]] = (
        "n_outputs_",
        "ndim",
        "target_mean_",
        "target_scale_",
    )
    by_step: ClassVar[bool] = False
    """Whether each step has targets."""
    public: ClassVar[tuple[str, ...]] = ("n_outputs_", "target_mean_", "target_scale_")

    def __init__(
        self,
        owner: str,
        loss: Any,
        quantile: float,
        standardize: bool | str,
        relative_to: str | None = None,
    ) -> None:
        super().__init__(owner)
        self.loss = loss
        self.link = link_of(loss)  # what is predicted, whatever becomes of the loss
        self.quantile = quantile
        self.standardize = standardize
        self.relative_to = relative_to
        self.n_outputs_ = self.ndim = 1
        self.target_mean_, self.target_scale_ = np.zeros(1), np.ones(1)

    @property
    def is_logarithm(self) -> bool:
        """Whether the outputs are logarithms of what is predicted."""
        return self.link == "log"

    def make_loss(self) -> Any:
        """Make the loss by its name, or of what the user gave."""
        options = {"quantile": self.quantile} if self.loss == "quantile" else {}
        return make_loss(self.loss, **options)

    def know_outputs(self, columns: NDArray[Any], ndim: int, *, reset: bool) -> None:
        """Take note of the number of outputs; refuse another one, or no counts."""
        if self.link not in ("identity", "log") and not inspect.isclass(self.loss):
            raise ValueError(
                f"loss={self.loss!r} has the link {self.link!r}, but {self.owner} "
                "predicts its outputs, the link 'identity', or their exponentials, the "
                "link 'log'; take another loss, such as loss='squared_error'. For "
                "classes there are RNNClassifier and RNNTagger."
            )
        if self.is_logarithm and self.relative_to is not None:
            raise ValueError(
                f"loss={self.loss!r} is for counts, which do not fall below 0, but "
                f"relative_to={self.relative_to!r} makes differences of them; pass "
                "relative_to=None, or another loss."
            )
        if self.is_logarithm and (
            columns.min(initial=0) < 0 or (reset and not columns.sum() > 0)
        ):
            raise ValueError(
                f"loss={self.loss!r} is for counts: y must be at least 0 and not all "
                f"0, got values from {columns.min():g} to {columns.max():g}; take "
                "another loss."
            )
        if reset:
            self.n_outputs_, self.ndim = columns.shape[1], ndim
        elif columns.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {columns.shape[1]} outputs, but this {self.owner} was "
                f"fitted with {self.n_outputs_}; pass y of the same width."
            )

    def learn_scale(self, columns: NDArray[Any], weight: NDArray[Any]) -> None:
        """Learn by what the targets (n_targets, n_outputs) are standardised."""
        scaler = Standardizer.identity(self.n_outputs_)
        if self.standardize:
            scaler = Standardizer.fit(columns, weight)
        self.target_mean_, self.target_scale_ = scaler.mean_, scaler.scale_
        if self.standardize and self.is_logarithm:
            # With the log link a factor on y only shifts the output: the loss keeps
            # its form, and training starts from the mean of y.
            self.target_scale_ = np.where(scaler.mean_ > 0, scaler.mean_, 1.0)
            self.target_mean_ = np.zeros(self.n_outputs_)

    def to_scale(self, columns: NDArray[Any]) -> NDArray[Any]:
        """Standardise (n_targets, n_outputs)."""
        return Standardizer(self.target_mean_, self.target_scale_).transform(columns)

    def from_scale(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn outputs of the network into predictions (n_targets, n_outputs)."""
        return self._mean_of(outputs) * self.target_scale_ + self.target_mean_

    def _mean_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        return np.exp(outputs) if self.is_logarithm else outputs

    def decide(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn outputs into numbers on the scale of the standardised target."""
        return self._mean_of(outputs)

    def place_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Say where among those of the network an output of the estimator is."""
        return outputs

    def why_no_step(self) -> str | None:
        """Say that a step does not know its sequence."""
        if self.relative_to is None:
            return None
        return (
            f"relative_to={self.relative_to!r}, and a step does not know the sequence "
            "that its target is counted from; fit with relative_to=None"
        )

    def origins(self, sequences: Sequences) -> Any:
        """Find from where the targets of sequences are counted; 0 and 1 if nowhere."""
        if self.relative_to is None:
            return 0.0, 1.0
        return find_origins(
            sequences,
            self.relative_to,
            self.n_outputs_,
            by_step=self.by_step,
            by_scale=self.standardize == "sequence",
        )

    def count_from(self, columns: NDArray[Any], sequences: Sequences) -> NDArray[Any]:
        """Count targets (n_targets, n_outputs) from where `origins` says."""
        if self.relative_to is None:
            return columns
        origin, unit = self.origins(sequences)
        return (columns - origin) / unit

    def response(
        self, outputs: NDArray[Any], sequences: Sequences | None = None
    ) -> NDArray[Any]:
        """Turn outputs into predictions of the shape of y.

        Those of targets that are counted from somewhere need their sequences.
        """
        predicted = self.from_scale(outputs)
        if self.relative_to is not None and sequences is not None:
            origin, unit = self.origins(sequences)
            predicted = predicted * unit + origin
        return predicted[:, 0] if self.ndim == 1 else predicted

    def structure(self) -> dict[str, Any]:
        """Name the outputs and the loss."""
        return {
            "n_outputs": self.n_outputs_,
            "loss": kind_of(self.loss),
            "loss.link": self.link,
            "relative_to": self.relative_to,
        }

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the linear map."""
        return n_units * self.n_outputs_

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Compute R², of the standardised target."""
        if len(y) < 2:
            return float("nan")
        r2: float = r2_score(y, self._mean_of(outputs), sample_weight=weight)
        return r2
