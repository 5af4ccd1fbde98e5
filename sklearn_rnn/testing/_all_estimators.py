"""The estimators of this package, found by themselves."""

from importlib import import_module
from inspect import isclass

from sklearn.base import BaseEstimator


def all_estimators() -> list[tuple[str, type[BaseEstimator]]]:
    """List the estimators of this package.

    Returns
    -------
    estimators : list of (str, type)
        Name and class of every estimator among the public names of ``sklearn_rnn``, by
        name. A new one is found without being added anywhere.

    See Also
    --------
    sklearn.utils.all_estimators : Those of scikit-learn.

    Examples
    --------
    >>> from sklearn_rnn.testing import all_estimators
    >>> [name for name, _ in all_estimators()][:2]
    ['RNNClassifier', 'RNNRegressor']
    """
    package = import_module("sklearn_rnn")
    public = [(name, getattr(package, name)) for name in sorted(package.__all__)]
    return [
        (name, value)
        for name, value in public
        if isclass(value) and issubclass(value, BaseEstimator)
    ]
