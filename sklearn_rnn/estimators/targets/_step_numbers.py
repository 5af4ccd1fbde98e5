"""A number for each step, or several."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.estimators.targets._scaled import ScaledTarget
from sklearn_rnn.estimators.targets._target import weight_of_steps, with_values
from sklearn_rnn.nn import Head, StepsHead
from sklearn_rnn.sequences import Sequences, check_step_reals


class StepNumberTarget(ScaledTarget):
    """A number for each step, or several.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    loss, quantile, standardize, relative_to : object
        As `RNNStepRegressor` has them.
    """

    by_step = True

    def check(
        self, y: Any, sequences: Sequences, *, reset: bool, **options: Any
    ) -> Sequences:
        """Give numbers (n_steps_total, n_outputs), cut like the sequences."""
        columns, ndim = check_step_reals(y, sequences.lengths)
        self.know_outputs(columns, ndim, reset=reset)
        return with_values(sequences, self.count_from(columns, sequences))

    def learn(self, y: Any, weight: NDArray[Any], *, continued: bool) -> None:
        """Learn the scale."""
        if not continued:
            self.learn_scale(y.values, weight_of_steps(y, weight))

    def strata(self, y: Any) -> NDArray[Any]:
        """Give nothing to stratify by."""
        return np.zeros(len(y))

    def weigh(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give each step the weight of its sequence."""
        return weight_of_steps(y, weight)

    def encode(self, y: Any) -> Sequences:
        """Standardise."""
        return with_values(y, self.to_scale(y.values))

    def make_head(self, n_units: int, **shared: Any) -> Head:
        """Make a head of numbers, or of their logarithms."""
        return StepsHead(n_units, self.n_outputs_, loss=self.make_loss(), **shared)
