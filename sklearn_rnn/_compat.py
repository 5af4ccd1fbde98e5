"""The one file that looks at a version or imports a private scikit-learn name.

Everything else imports these names from here, so that a change in
scikit-learn is met in one place.
"""

__all__ = [
    "CUT_FIT_PARAMS",
    "BaseComposition",
    "CallbackSupportMixin",
    "ClassOption",
    "DocumentationLinkMixin",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "VisualBlock",
    "check_feature_names",
    "check_sample_weight",
    "clone_parametrized",
    "fit_context",
    "name_estimators",
    "safe_indexing",
    "validate_parameter_constraints",
    "validate_params",
]

import os
from typing import TYPE_CHECKING

from sklearn.base import _clone_parametrized as clone_parametrized
from sklearn.pipeline import _name_estimators as name_estimators
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    validate_parameter_constraints,
    validate_params,
)
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.validation import (
    _check_feature_names as check_feature_names,
)
from sklearn.utils.validation import (
    _check_sample_weight as check_sample_weight,
)

if TYPE_CHECKING:  # scikit-learn has no types, and `fit` shall keep its own
    from collections.abc import Callable
    from typing import TypeVar

    Method = TypeVar("Method", bound=Callable)

    def fit_context(
        *, prefer_skip_nested_validation: bool
    ) -> Callable[[Method], Method]:
        """Check the parameters before a fit."""
else:
    from sklearn.base import _fit_context as fit_context

try:  # experimental in scikit-learn 1.9
    from sklearn.callback import CallbackSupportMixin
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing: this scikit-learn has no callbacks to support."""


try:  # what the HTML view of an estimator is made of, at its place since 1.7
    from sklearn.utils._repr_html.estimator import _VisualBlock as VisualBlock
except ImportError:
    from sklearn.utils._estimator_html_repr import _VisualBlock as VisualBlock


class ClassOption(HasMethods):
    """Accepts a class, and says so where an instance of one comes."""

    def __init__(self) -> None:
        super().__init__("mro")  # which only classes have

    def __str__(self) -> str:
        """Say what is accepted."""
        return "a class of your own (the class itself, not an instance of it)"


# The functions that cut what is passed to `fit` to the rows of a fold, for searches,
# cross-validation, stacking, calibration, thresholds and the elimination of features.
CUT_FIT_PARAMS = {
    "_fit_and_predict",
    "_fit_and_score",
    "_fit_and_score_over_thresholds",
    "_fit_classifier_calibrator_pair",
    "_permutation_test_score",
    "_rfe_single_fit",
}


# The address of the published pages, once there is one. Until then SKLEARN_RNN_DOCS may
# name one, such as that of a built `docs/_build/html`; without it nothing is linked.
DOCUMENTATION = ""


class DocumentationLinkMixin:
    """Leads from the HTML of an estimator to its page, where there is one.

    With a link, scikit-learn from 1.8 on shows what the docstring says of a parameter
    beside its name.
    """

    def _get_doc_link(self) -> str:
        address = os.environ.get("SKLEARN_RNN_DOCS", DOCUMENTATION).rstrip("/")
        kind = type(self)
        if not address or not kind.__module__.startswith("sklearn_rnn."):
            return ""
        return f"{address}/api/generated/sklearn_rnn.{kind.__name__}.html"
