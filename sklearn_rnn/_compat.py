"""The one file that looks at a version or imports a private scikit-learn name.

Everything else imports these names from here, so that a change in
scikit-learn is met in one place.
"""

__all__ = [
    "HasMethods",
    "Interval",
    "Options",
    "RealNotInt",
    "StrOptions",
    "check_feature_names",
    "check_n_features",
    "check_partial_fit_first_call",
    "check_sample_weight",
    "fit_context",
    "validate_data",
    "validate_parameter_constraints",
    "validate_params",
]

from sklearn.base import _fit_context as fit_context
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
    validate_parameter_constraints,
    validate_params,
)
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call as check_partial_fit_first_call,
)
from sklearn.utils.validation import (
    _check_feature_names as check_feature_names,
)
from sklearn.utils.validation import _check_n_features as check_n_features
from sklearn.utils.validation import (
    _check_sample_weight as check_sample_weight,
)
from sklearn.utils.validation import validate_data
