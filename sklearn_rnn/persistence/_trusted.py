"""What `load` trusts by itself, beside the types that skops trusts."""

from typing import Any

from scipy import sparse
from sklearn import feature_selection, model_selection
from sklearn.metrics import get_scorer, get_scorer_names

from sklearn_rnn import estimators, text
from sklearn_rnn.callbacks import TimeBudget, WeightAverage
from sklearn_rnn.sequences import SequenceColumnTransformer

# Parts of fitted estimators of scikit-learn: numbers, strings, arrays and estimators.
PARTS = (
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.metrics._scorer._CurveScorer",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split._CVIterableWrapper",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
)

# A splitter is what a search keeps as `cv`.
SPLITTERS = (
    "GroupKFold",
    "GroupShuffleSplit",
    "KFold",
    "LeaveOneGroupOut",
    "LeaveOneOut",
    "LeavePGroupsOut",
    "LeavePOut",
    "PredefinedSplit",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "ShuffleSplit",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
)

SELECTIONS = ("chi2", "f_classif", "f_regression")

# skops trusts these, but reads positions in the state without looking at their range;
# a wrong one lets the next draw read foreign memory.
GENERATORS = {"RandomGeneratorNode", "RandomStateNode"}


def name_of(thing: Any) -> str:
    """Name a class or function as skops does."""
    return thing if isinstance(thing, str) else f"{thing.__module__}.{thing.__name__}"


def trusted_types() -> dict[str, str]:
    """Map each name to the kind of node of skops that it is trusted in.

    In another kind the same name could do more: a class of a `TypeNode` is called with
    the keys of a dict. `Checkpoint` is not among them: it writes to the path it names.
    """
    rooms = [vars(room)[name] for room in (estimators, text) for name in room.__all__]
    objects = [
        *(thing for thing in rooms if isinstance(thing, type)),
        *(getattr(model_selection, name) for name in SPLITTERS),
        SequenceColumnTransformer,
        TimeBudget,
        WeightAverage,
    ]
    functions = [
        *(get_scorer(name)._score_func for name in get_scorer_names()),
        *(getattr(feature_selection, name) for name in SELECTIONS),
    ]
    matrices = [sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix]
    return {
        **dict.fromkeys([*PARTS, *map(name_of, objects)], "ObjectNode"),
        **dict.fromkeys(map(name_of, functions), "FunctionNode"),
        **dict.fromkeys(map(name_of, matrices), "SparseMatrixNode"),
        "numpy.dtype": "DTypeNode",
        "sklearn.utils._bunch.Bunch": "DictNode",
    }
