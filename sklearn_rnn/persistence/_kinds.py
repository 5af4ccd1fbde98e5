"""What a file may name: estimators, functions and types, each looked up in a table.

Nothing else is ever imported or called because a file says so.
"""

from importlib import import_module

import numpy as np

# Public classes whose fitted state is numbers, strings, arrays and others of these.
MODULES = {
    "sklearn.compose": ("ColumnTransformer", "TransformedTargetRegressor"),
    "sklearn.decomposition": ("PCA", "TruncatedSVD"),
    "sklearn.feature_selection": ("VarianceThreshold",),
    "sklearn.impute": ("MissingIndicator", "SimpleImputer"),
    "sklearn.model_selection": ("FixedThresholdClassifier",),
    "sklearn.pipeline": ("FeatureUnion", "Pipeline"),
    "sklearn.preprocessing": (
        "FunctionTransformer",
        "KBinsDiscretizer",
        "LabelBinarizer",
        "LabelEncoder",
        "MaxAbsScaler",
        "MinMaxScaler",
        "MultiLabelBinarizer",
        "Normalizer",
        "OneHotEncoder",
        "OrdinalEncoder",
        "PolynomialFeatures",
        "PowerTransformer",
        "QuantileTransformer",
        "RobustScaler",
        "StandardScaler",
    ),
    "sklearn.linear_model": ("LinearRegression", "LogisticRegression", "Ridge"),
    "sklearn_rnn": (
        "RNNClassifier",
        "RNNRegressor",
        "RNNStepRegressor",
        "RNNTagger",
        "TextVectorizer",
    ),
}
MODULE_OF = {name: module for module, names in MODULES.items() for name in names}

# What needs no importing: functions given as an analyzer, types of elements.
NAMED = {
    "bool": bool,
    "float": float,
    "int": int,
    "list": list,
    "object": object,
    "str": str,
    **{
        f"str.{name}": getattr(str, name)
        for name in ("casefold", "lower", "split", "splitlines", "strip", "upper")
    },
    **{
        f"numpy.{name}": getattr(np, name)
        for name in ("bool_", "float32", "float64", "int32", "int64", "object_")
    },
}


def class_named(name):
    """Look a class up; a ValueError where it is not in the table."""
    if name not in MODULE_OF:
        raise ValueError(f"{name!r} is no estimator that a file may hold")
    return getattr(import_module(MODULE_OF[name]), name)


def name_of_class(kind):
    """Name a class of the table; None for any other."""
    name = kind.__name__
    return name if name in MODULE_OF and class_named(name) is kind else None


def name_of(thing):
    """Name a function or type of the table; None for any other."""
    return next((name for name, known in NAMED.items() if known is thing), None)
