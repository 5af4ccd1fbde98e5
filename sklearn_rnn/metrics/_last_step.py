"""The forecaster in what holds it, and the rows that it reads."""

__all__ = ["last_step", "parts_of", "without_columns"]

from typing import Any

import numpy as np


def last_step(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Find the forecaster in a Pipeline or a search, and what it reads of X.

    Parameters
    ----------
    estimator : fitted estimator
        Of a Pipeline the last step forecasts, of a search the best one.
    X : what its ``predict`` takes

    Returns
    -------
    forecaster : fitted estimator
    X : what the steps before it make of X
    """
    if hasattr(estimator, "best_estimator_"):
        return last_step(estimator.best_estimator_, X)
    if not hasattr(estimator, "steps"):
        return estimator, X
    if len(estimator.steps) > 1:
        X = estimator[:-1].transform(X)
    return last_step(estimator.steps[-1][1], X)


def parts_of(estimator: Any) -> list[Any]:
    """List an estimator and what is inside it, up to what predicts in the end.

    Parameters
    ----------
    estimator : estimator
        It need not be fitted. Of a Pipeline the last step counts, of a search the
        estimator, of a TransformedTargetRegressor the regressor.

    Returns
    -------
    parts : list of estimator
        From outside to inside.
    """
    if hasattr(estimator, "steps"):
        return [estimator, *parts_of(estimator.steps[-1][1])]
    for name in ("estimator", "regressor"):
        if hasattr(estimator, name):
            return [estimator, *parts_of(getattr(estimator, name))]
    return [estimator]


def without_columns(series: Any) -> Any:
    """Make the rows of a series an X that says nothing but where they are in time.

    Parameters
    ----------
    series : array-like of shape (n_timesteps,) or (n_timesteps, n_targets)

    Returns
    -------
    X : DataFrame or ndarray of shape (n_timesteps, 0)
        With the index of `series`, where it has one.
    """
    if hasattr(series, "to_frame"):
        series = series.to_frame()
    if hasattr(series, "iloc"):
        return series.iloc[:, :0]
    return np.empty((len(series), 0))
