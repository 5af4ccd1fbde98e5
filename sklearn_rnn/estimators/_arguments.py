"""Arguments of `fit` elsewhere that are parameters here."""

__all__ = ["names_arguments"]

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])

PARAMETERS = {
    "epochs": "max_epochs",
    "n_epochs": "max_epochs",
    "nb_epoch": "max_epochs",
    "learning_rate": "lr",
    "validation_split": "validation_fraction",
}
"""Other names of parameters of the estimators."""

ARGUMENTS = {
    "validation_data": "X_val and y_val",
    "eval_set": "X_val and y_val",
    "sample_weights": "sample_weight",
}
"""Other names of arguments of `fit`."""


def names_arguments(method: Method) -> Method:
    """Let a method that is given an unknown argument say what to write instead.

    Parameters
    ----------
    method : callable
        `fit` of an estimator.
    """
    known = set(inspect.signature(method).parameters)

    @functools.wraps(method)
    def checked(self: Any, *args: Any, **arguments: Any) -> Any:
        for name in arguments:
            if name not in known:
                raise TypeError(_what_to_write(self, method.__name__, name, arguments))
        return method(self, *args, **arguments)

    return cast("Method", checked)


def _what_to_write(
    estimator: Any, method: str, name: str, arguments: dict[str, Any]
) -> str:
    complaint = f"{method}() got an unexpected keyword argument {name!r}"
    parameter = PARAMETERS.get(name, name)
    if parameter in estimator.get_params(deep=False):
        return (
            f"{complaint}; it is a parameter of the estimator: "
            f"{type(estimator).__name__}({parameter}={arguments[name]!r})."
        )
    if name in ARGUMENTS:
        return f"{complaint}; pass {ARGUMENTS[name]}."
    return f"{complaint}; see help({type(estimator).__name__}.{method})."
