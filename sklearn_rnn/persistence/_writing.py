"""Taking the state of an estimator, without what only code could say."""

import inspect

from sklearn_rnn._messages import warn
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.exceptions import LeftOutWarning
from sklearn_rnn.persistence._reading import NET_PARAMS

# Only training asks for these: where a file cannot hold them, the default stands there.
FOR_TRAINING = (
    "callbacks",
    "lr_schedule",
    "net_params",
    "optimizer",
    "random_state",
    "scoring",
    "validation_fraction",
)


def state_of(estimator, can_be_written):
    """Take the state of an estimator: parameters and what it learnt.

    Parameters
    ----------
    estimator : BaseEstimator
    can_be_written : callable (value) -> bool

    Returns
    -------
    state : dict
    """
    state = dict(estimator.__getstate__())
    state.pop("_skl_callbacks", None)
    if not isinstance(estimator, BaseRNN):
        return state
    versions = [state, state.get("_settings", state)]  # as it is, and as it was in fit
    left_out = [
        name
        for name in FOR_TRAINING
        if not all(
            _may_be_written(name, version[name]) and can_be_written(version[name])
            for version in versions
        )
    ]
    if left_out:
        warn(
            f"The file does not hold {' and '.join(left_out)} of "
            f"{type(estimator).__name__}, which cannot be written without code; only "
            "training asks for them. What is loaded has the defaults there.",
            LeftOutWarning,
        )
        state = _with_defaults(type(estimator), left_out, state)
    return state


def _may_be_written(name, value):
    """Whether `load` would take it."""
    if name == "callbacks":
        return not value
    if name == "net_params":
        return all(key.startswith(NET_PARAMS) for key in value or ())
    return True


def _with_defaults(kind, names, state):
    parameters = inspect.signature(kind).parameters
    defaults = {name: parameters[name].default for name in names}
    state = {**state, **defaults}
    if "_settings" in state:
        state["_settings"] = {**state["_settings"], **defaults}
    if state.get("_trains_on"):  # the optimiser's state is that of another optimiser
        state["_trains_on"] = False
        kept = ("module", "history")
        net_state = state["_net_state"]
        state["_net_state"] = {name: net_state[name] for name in kept}
    return state
