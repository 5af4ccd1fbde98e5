"""Whether an estimator is fitted, asked often."""

from typing import Any

from sklearn.utils.validation import check_is_fitted


def check_has(estimator: Any, attribute: str) -> None:
    """Refuse an estimator without an attribute that `fit` makes.

    scikit-learn's check reads the tags of an estimator first: a prediction of one row
    asks several times, and would spend a tenth of its time on that.
    """
    if attribute not in vars(estimator):
        check_is_fitted(estimator, attribute)
