"""The one file that looks at a version or imports a private scikit-learn name.

Everything else imports these names from here, so that a change in
scikit-learn is met in one place.
"""

__all__ = [
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "check_feature_names",
    "check_sample_weight",
    "fit_context",
    "safe_indexing",
    "validate_params",
]

from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    validate_params,
)
from sklearn.utils.validation import (
    _check_feature_names as check_feature_names,
)
from sklearn.utils.validation import (
    _check_sample_weight as check_sample_weight,
)

try:  # experimental in scikit-learn 1.9
    from sklearn.callback import CallbackSupportMixin
except ImportError:

    class CallbackSupportMixin:
        """Nothing: this scikit-learn has no callbacks to support."""
