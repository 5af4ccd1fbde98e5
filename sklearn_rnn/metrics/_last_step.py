"""The forecaster in what holds it, and the rows that it reads."""

__all__ = ["last_step", "parts_of", "split_series"]

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


def split_series(table: Any, estimator: Any) -> tuple[Any, Any]:
    """Part a table that is a series itself into what is known of its rows, and y.

    Parameters
    ----------
    table : array-like or DataFrame of shape (n_rows,) or (n_rows, n_columns)
    estimator : estimator
        Whose innermost part may name columns of series and time.

    Returns
    -------
    X : DataFrame or ndarray of shape (n_rows, 0 to 2)
        Nothing but those columns, and the index of `table`, where it has one.
    y : array-like of shape (n_rows,) or (n_rows, n_targets)

    Raises
    ------
    ValueError
        If the columns of an array cannot keep their numbers.
    """
    inner = parts_of(estimator)[-1]
    named = (getattr(inner, name, None) for name in ("series", "time"))
    keep = [column for column in named if column is not None]
    if not keep:
        return _without_columns(table), table
    if hasattr(table, "columns"):
        return table[keep], table[[c for c in table.columns if c not in keep]]
    table = np.asarray(table)
    if sorted(keep) != list(range(len(keep))):
        raise ValueError(
            f"The columns {keep} name the series and the time of an array; pass X and "
            "y apart, or a frame, or an array with these columns first."
        )
    return table[:, : len(keep)], table[:, len(keep) :]


def _without_columns(series: Any) -> Any:
    """Make the rows of a series an X that says nothing but where they are in time.

    A frame, as far as there is pandas: arrays without columns are refused in ``fit``.
    """
    if hasattr(series, "to_frame"):
        series = series.to_frame()
    if hasattr(series, "iloc"):
        return series.iloc[:, :0]
    try:
        import pandas as pd
    except ImportError:
        return np.empty((len(series), 0))
    return pd.DataFrame(index=range(len(series)))
