"""What every target has."""

import inspect
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.nn import Head
from sklearn_rnn.sequences import Sequences


class Target:
    """y as the user gave it, and as a loss reads it.

    An estimator makes one for each fit, with its parameters as they are then. It is
    plain Python and NumPy, and is saved with the estimator.

    Between `check` and `encode` y is an array with a row for each sequence or, where a
    sequence has several targets, `Sequences` of them.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.

    Attributes
    ----------
    learnt : tuple of str
        Names of what is learnt once, and kept where training goes on.
    public : tuple of str
        Names of what the estimator shows as fitted attributes.
    is_given : bool
        Whether the user gives y; else it follows from the sequences.
    """

    is_given: ClassVar[bool] = True

    learnt: ClassVar[tuple[str, ...]] = ()
    public: ClassVar[tuple[str, ...]] = ()

    def __init__(self, owner: str) -> None:
        self.owner = owner

    @property
    def touches_few_rows(self) -> bool:
        """Whether a batch has a gradient for few rows of the vectors of tokens."""
        return False

    def go_on_from(self, other: "Target") -> None:
        """Keep what an earlier fit learnt, whose weights training goes on from."""
        for name in self.learnt:
            setattr(self, name, getattr(other, name))

    def shown(self) -> dict[str, Any]:
        """Give the fitted attributes that the estimator shows."""
        return {name: getattr(self, name) for name in self.public}

    def check(
        self, y: Any, sequences: Sequences, *, reset: bool, **options: Any
    ) -> NDArray[Any] | Sequences:
        """Check the user's y and give it in the form described above.

        Parameters
        ----------
        y : object
            As the user gave it.
        sequences : Sequences
            What it belongs to.
        reset : bool
            Whether a fit begins: what y is made of is then taken note of.
        **options : dict
            What else a method of the estimator says of y.

        Raises
        ------
        ValueError, TypeError
            If y cannot be used; the message names row and step, and what to do.
        """
        raise NotImplementedError

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Learn scales or class weights from the training part.

        Parameters
        ----------
        y : ndarray or Sequences
            Of `check`.
        weight : ndarray of shape (n_samples,)
            Those of the samples.
        continued : bool
            Whether training goes on from weights that were learnt with the scales
            there are.
        """

    def strata(self, y: Any) -> NDArray[Any]:
        """Give what a splitter of the samples may look at; integers are classes."""
        return y

    def weigh_samples(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give the weight of each sample, 0 for those that teach nothing."""
        return weight

    def weigh(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give the weight of each target, (n_targets,), from those of the samples."""
        return self.weigh_samples(y, weight)

    def encode(self, y: Any) -> NDArray[Any] | Sequences:
        """Give what the loss reads."""
        return y

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make the head and the loss for this target, as `RecurrentNetwork` asks."""
        raise NotImplementedError

    def structure(self) -> dict[str, Any]:
        """Name what gives the weights of the head their shape and meaning."""
        return {}

    def n_weights(self, n_units: int) -> int:
        """Count the weights that the head has at least."""
        return n_units

    def decide(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn outputs into what a metric compares with what `encode` gave."""
        return outputs

    def why_no_step(self) -> str | None:
        """Say why outputs of single steps are no predictions, None if they are."""
        return None

    def response(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Turn outputs into predictions or, of labels, probabilities."""
        return outputs

    def score(
        self, outputs: NDArray[Any], y: NDArray[Any], weight: NDArray[Any]
    ) -> float:
        """Score outputs, read out by the head, against what `encode` gave."""
        raise NotImplementedError


def kind_of(loss: Any) -> Any:
    """Give what two losses of the same meaning have in common: a name or a class."""
    while isinstance(loss, partial):
        loss = loss.func
    return loss if isinstance(loss, str) or inspect.isroutine(loss) else type(loss)


def weight_of_steps(y: Sequences, weight: NDArray[Any]) -> NDArray[Any]:
    """Repeat the weight of each sequence for its steps."""
    return np.repeat(weight, y.lengths)


def with_values(y: Sequences, values: NDArray[Any]) -> Sequences:
    """Give the steps of `y` other targets."""
    return Sequences(values, y.offsets)
