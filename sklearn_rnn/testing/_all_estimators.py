"""The estimators of this package, found by themselves."""

from importlib import import_module
from inspect import Parameter, isclass, signature

from sklearn.base import BaseEstimator


def all_estimators() -> list[tuple[str, type[BaseEstimator]]]:
    """List the estimators of this package.

    Returns
    -------
    estimators : list of (str, type)
        Name and class of every estimator among the public names of ``sklearn_rnn``, by
        name. A new one is found without being added anywhere. One that is made of
        others, such as `SequenceColumnTransformer`, cannot be made without them and is
        not among these.

    See Also
    --------
    sklearn.utils.all_estimators : Those of scikit-learn.

    Examples
    --------
    >>> from sklearn_rnn.testing import all_estimators
    >>> [name for name, _ in all_estimators()][:2]
    ['RNNClassifier', 'RNNForecaster']
    """
    package = import_module("sklearn_rnn")
    public = [(name, getattr(package, name)) for name in sorted(package.__all__)]
    return [
        (name, value)
        for name, value in public
        if isclass(value) and issubclass(value, BaseEstimator)
        if not any(p.default is Parameter.empty for p in _parameters_of(value))
    ]


def _parameters_of(kind: type[BaseEstimator]) -> list[Parameter]:
    parameters = signature(kind).parameters.values()
    return [p for p in parameters if p.kind is not Parameter.VAR_KEYWORD]
