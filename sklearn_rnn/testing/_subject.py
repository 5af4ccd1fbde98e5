"""The estimator under test: what it is, what it takes, and fits that checks share."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from unittest import SkipTest

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import Tags, TargetTags, get_tags

from sklearn_rnn.testing._predictions import (
    assert_same,
    is_finite,
    rows_of,
    without_padding,
)
from sklearn_rnn.testing._samples import (
    DOCUMENTS,
    IDS,
    KINDS,
    Samples,
    as_objects,
    make_first_step_tells,
    make_noise,
    make_series,
    pad,
    with_gaps,
)


def as_cube(X: Any) -> NDArray[Any]:
    """Make a 3-D array of sequences of equal length."""
    return np.stack(X)


CONTAINERS: dict[str, Callable[[Any], Any]] = {
    "an object array of arrays": as_objects,
    "a list of arrays": list,
    "a 3-D array": as_cube,
}
"""How sequences are passed, the most general container first."""

N_TRAIN, N_NEW = 300, 100


class Subject:
    """An estimator under test.

    What it accepts is found by trying it once. A skipped check then gives the
    estimator's own error as the reason.

    Parameters
    ----------
    estimator : estimator instance
        Is only cloned. A ``random_state`` of None becomes 0.
    kind : str, default="auto"
        One of `KINDS`, or "auto".
    rtol : float, default=1e-6
        By how much predictions may differ, relative to the largest one.
    padding : float, default=nan
        The value that the estimator reads as padding behind the end of a sequence.
    """

    def __init__(
        self,
        estimator: Any,
        kind: str = "auto",
        rtol: float = 1e-6,
        padding: float = np.nan,
    ) -> None:
        self.estimator = estimator
        self.rtol = rtol
        self.padding = padding
        self.tags = _tags_of(estimator)
        self._make_container: Callable[[Any], Any] = list
        self.refusals: dict[str, str] = {}
        if kind == "auto" and _reads_texts(estimator, self.tags):
            kind = "vectorizer"
        if kind == "auto" and _reads_ids_alone(self.tags):
            kind = "tokens"
        if kind == "auto" and _takes_steps(estimator):
            kind = "forecaster"
        self.kind = kind
        if kind == "forecaster":
            self._make_container = as_cube
        elif kind == "auto" or KINDS[kind].has_targets:
            self._recognise()

    def _recognise(self) -> None:
        """Find by trying what the targets are and which container is accepted."""
        kinds = _likely_kinds(self.tags) if self.kind == "auto" else (self.kind,)
        for self.kind in kinds:
            self.refusals = {}
            for name, self._make_container in CONTAINERS.items():
                reason = why_not(self._predict)
                if reason is None:
                    return
                self.refusals[name] = reason
        # Nothing works: each check will report why.
        self.kind = kinds[0]

    def _predict(self) -> None:
        """Fit and predict; the checks will see whether the predictions are correct."""
        X, y = self.data()
        rows = rows_of(self.fit(X, y).predict(X), len(X), "predict")
        if self.is_stepwise:
            n_predicted, n_steps = sum(map(np.size, rows)), sum(map(len, X))
            assert n_predicted == n_steps, (
                f"{n_predicted} predictions for {n_steps} steps"
            )

    # -- what it accepts -------------------------------------------------------

    @property
    def is_ragged(self) -> bool:
        """Whether sequences may differ in length."""
        return self._make_container is not as_cube

    @property
    def of_classes(self) -> bool:
        """Whether it predicts classes, of sequences or of steps."""
        return KINDS[self.kind].of_classes

    @property
    def is_stepwise(self) -> bool:
        """Whether it predicts something for each step."""
        return KINDS[self.kind].is_stepwise

    @property
    def is_paired(self) -> bool:
        """Whether it predicts a sequence of its own length for each row."""
        return KINDS[self.kind].is_paired

    @property
    def n_classes(self) -> int:
        """How many classes the data may have."""
        tags = self.tags.classifier_tags
        return 3 if tags is None or tags.multi_class else 2

    def require_ragged(self) -> None:
        """Skip a check that needs sequences of unequal length."""
        if not self.is_ragged:
            reason = self.refusals.get("a list of arrays", "it was not tried")
            raise SkipTest(f"sequences of unequal length are not taken: {reason}")

    @cached_property
    def _refuses_padding(self) -> str | None:
        X, y = self.noise(ragged=True)
        cube = pad(X, self.padding, n_more=2)
        return why_not(lambda: self.said(self.fit(cube, self.pack_target(y)), cube))

    def require_padding(self) -> None:
        """Skip a check that needs a 3-D array with padding."""
        if self._refuses_padding:
            raise SkipTest(
                f"padding by {self.padding} is not taken: {self._refuses_padding}"
            )

    @cached_property
    def _differs_by_itself(self) -> str | None:
        """Why two fits of the same data may not be compared, or None."""
        X, y = self.data()
        first, second = (self.said(self.fit(X, y), X) for _ in range(2))
        return why_not(lambda: assert_same(first, second, "two fits differ"))

    @property
    def is_repeatable(self) -> bool:
        """Whether two fits of the same data can be compared."""
        return self._differs_by_itself is None

    def require_repeatable(self) -> None:
        """Skip a check that compares two fits, where any two differ."""
        if not self.is_repeatable:
            raise SkipTest("two fits of the same data differ, so none can be compared")

    # -- fits and predictions --------------------------------------------------

    def new(self) -> Any:
        """Make a clone of the estimator, with a seed where it would draw one."""
        estimator = clone(self.estimator)
        unseeded = {
            name: 0
            for name, value in estimator.get_params().items()
            if is_seed(name) and value is None
        }
        return estimator.set_params(**unseeded) if unseeded else estimator

    def fit(self, X: Any, y: Any, **params: Any) -> Any:
        """Fit a clone; vectorizers and readers of tokens need no targets."""
        return self.new().fit(X, y, **params)

    def said(self, fitted: Any, X: Any) -> dict[str, list[NDArray[Any]]]:
        """Collect the predictions for each row, by every method that there is.

        Returns
        -------
        predictions : dict of str to list of ndarray
            By the name of the method.
        """
        n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
        said = {}
        for name in [name for name in self._methods if hasattr(fitted, name)]:
            predicted = getattr(fitted, name)(X)
            if isinstance(predicted, tuple):  # answers and their log-probabilities
                scores = predicted[-1]  # -inf where there is no answer more
                predicted = np.where(np.isneginf(scores), 1.0, scores)
            rows = rows_of(predicted, n_rows, name)
            if self.kind == "vectorizer":
                rows = list(map(without_padding, rows))
            assert is_finite(rows), f"{name} gave NaN or infinity."
            said[name] = rows
        return said

    @cached_property
    def _methods(self) -> tuple[str, ...]:
        """The methods whose predictions are compared; quantiles are to be asked for."""
        params = self.estimator.get_params(deep=False)
        methods = KINDS[self.kind].methods
        if params.get("quantiles") is None:
            methods = tuple(name for name in methods if name != "predict_quantiles")
        return methods

    # -- data ------------------------------------------------------------------

    def pack(self, X: Any) -> Any:
        """Put sequences into the container that the estimator accepts."""
        return self._make_container(X)

    def pack_target(self, y: Any) -> Any:
        """Make targets an array, or an object array of one array per row."""
        return as_objects(y) if isinstance(y, list) else y

    def noise(self, *, ragged: bool | None = None) -> Samples:
        """Draw independent sequences and targets, unpacked.

        Of unequal length if that is accepted, or as `ragged` says; with missing values
        if these are.
        """
        if self.kind == "vectorizer":
            return Samples(list(DOCUMENTS), None)
        if self.kind == "tokens":
            return Samples([np.array(row) for row in IDS], None)
        if self.kind == "forecaster":
            return make_series()
        ragged = self.is_ragged if ragged is None else ragged
        X, y = make_noise(self.kind, ragged=ragged, n_classes=self.n_classes)
        gaps = self.tags.input_tags.allow_nan
        return Samples(list(map(with_gaps, X)) if gaps else X, y)

    def data(self) -> tuple[Any, Any]:
        """Draw the same in the container that `fit` accepts."""
        X, y = self.noise()
        return self.pack(X), self.pack_target(y)

    @cached_property
    def fitted(self) -> Any:
        """One fit of `data`, for the checks that only predict with it."""
        return self.fit(*self.data())

    def first_step_tells(
        self, n_rows: int = N_TRAIN, seed: int = 0, n_classes: int | None = None
    ) -> Samples:
        """Draw data whose first step alone tells the target, unpacked."""
        return make_first_step_tells(
            self.kind,
            n_rows,
            seed,
            ragged=self.is_ragged,
            n_classes=n_classes or self.n_classes,
        )

    @cached_property
    def learnt(self) -> Any:
        """A fit of data whose first step tells the target."""
        X, y = self.first_step_tells()
        return self.fit(self.pack(X), self.pack_target(y))


def why_not(attempt: Callable[..., Any]) -> str | None:
    """Try something; return in one line why it failed, or None."""
    try:
        attempt()
    except Exception as error:  # other libraries raise any error for refused input
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return None


def is_seed(name: str) -> bool:
    """Tell whether a parameter is a random state, of the estimator or of a part."""
    return name.rpartition("__")[2] == "random_state"


def _tags_of(estimator: Any) -> Tags:
    if hasattr(estimator, "__sklearn_tags__"):
        return get_tags(estimator)
    return Tags(estimator_type=None, target_tags=TargetTags(required=True))


def _reads_texts(estimator: Any, tags: Tags) -> bool:
    is_predictor = hasattr(estimator, "predict")
    return (
        hasattr(estimator, "transform") and not is_predictor and tags.input_tags.string
    )


def _reads_ids_alone(tags: Tags) -> bool:
    return tags.input_tags.categorical and not tags.target_tags.required


def _takes_steps(estimator: Any) -> bool:
    """Tell whether rows are steps: a forecaster takes note of those that come later."""
    return hasattr(estimator, "update") and hasattr(estimator, "predict")


def _likely_kinds(tags: Tags) -> tuple[str, ...]:
    """Give the kinds to try; no tag says that there is a target for each step."""
    if tags.estimator_type == "classifier":
        return ("classifier", "tagger")
    if tags.estimator_type == "regressor":
        return ("regressor", "step_regressor")
    # A tagger refuses numbers for each step, others refuse labels for each. What
    # answers by a sequence predicts another number of labels than a tagger has to.
    return (
        "tagger",
        "step_regressor",
        "classifier",
        "regressor",
        "translator",
        "transcriber",
    )
