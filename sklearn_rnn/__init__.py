"""Recurrent neural networks as scikit-learn estimators.

Every name is loaded when it is first asked for, so that importing the
package costs nothing and torch waits until an estimator is wanted.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn_rnn import (
        callbacks,
        datasets,
        exceptions,
        inspection,
        metrics,
        nn,
        testing,
    )
    from sklearn_rnn.estimators import (
        RNNClassifier,
        RNNForecaster,
        RNNLanguageModel,
        RNNRegressor,
        RNNStepRegressor,
        RNNTagger,
        RNNTranscriber,
        RNNTranslator,
    )
    from sklearn_rnn.forecasting import BacktestResult, TimeBlockSplit, backtest
    from sklearn_rnn.persistence import export_onnx, load, save
    from sklearn_rnn.sequences import (
        FrameSequences,
        SequenceColumnTransformer,
        SequencesWithStatic,
        as_ragged,
        from_channels_first,
        rows_from_sequences,
        sequences_from_frame,
        sliding_windows,
    )
    from sklearn_rnn.text import TextVectorizer, TokenVectors, load_vectors

__version__ = "0.1.0"

__all__ = [
    "BacktestResult",
    "FrameSequences",
    "RNNClassifier",
    "RNNForecaster",
    "RNNLanguageModel",
    "RNNRegressor",
    "RNNStepRegressor",
    "RNNTagger",
    "RNNTranscriber",
    "RNNTranslator",
    "SequenceColumnTransformer",
    "SequencesWithStatic",
    "TextVectorizer",
    "TimeBlockSplit",
    "TokenVectors",
    "__version__",
    "as_ragged",
    "backtest",
    "callbacks",
    "datasets",
    "exceptions",
    "export_onnx",
    "from_channels_first",
    "inspection",
    "load",
    "load_vectors",
    "metrics",
    "nn",
    "rows_from_sequences",
    "save",
    "sequences_from_frame",
    "sliding_windows",
    "testing",
]

_ROOM_OF = {
    "BacktestResult": "forecasting",
    "FrameSequences": "sequences",
    "RNNClassifier": "estimators",
    "RNNForecaster": "estimators",
    "RNNLanguageModel": "estimators",
    "RNNRegressor": "estimators",
    "RNNStepRegressor": "estimators",
    "RNNTagger": "estimators",
    "RNNTranscriber": "estimators",
    "RNNTranslator": "estimators",
    "SequenceColumnTransformer": "sequences",
    "SequencesWithStatic": "sequences",
    "TextVectorizer": "text",
    "TimeBlockSplit": "forecasting",
    "TokenVectors": "text",
    "as_ragged": "sequences",
    "backtest": "forecasting",
    "export_onnx": "persistence",
    "from_channels_first": "sequences",
    "load": "persistence",
    "load_vectors": "text",
    "rows_from_sequences": "sequences",
    "save": "persistence",
    "sequences_from_frame": "sequences",
    "sliding_windows": "sequences",
}
_PUBLIC_ROOMS = {
    "callbacks",
    "datasets",
    "exceptions",
    "inspection",
    "metrics",
    "nn",
    "testing",
}


def __getattr__(name: str) -> object:
    if name in _ROOM_OF:
        value = getattr(import_module(f"sklearn_rnn.{_ROOM_OF[name]}"), name)
    elif name in _PUBLIC_ROOMS:
        value = import_module(f"sklearn_rnn.{name}")
    else:
        raise AttributeError(f"module 'sklearn_rnn' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
