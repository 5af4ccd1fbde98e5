"""The page of the API reference: the names of each public room, by their use."""

from fnmatch import fnmatchcase
from importlib import import_module

# Of a room its groups in order: a title, and the names or patterns of names. A name is
# in the first group that matches; what none matches comes last.
GROUPS = {
    "sklearn_rnn": {
        "One prediction for a sequence": "RNNClassifier RNNRegressor",
        "A prediction for each step": "RNNTagger RNNStepRegressor",
        "Forecasts": "RNNForecaster backtest BacktestResult TimeBlockSplit "
        "sliding_windows",
        "Answers of their own length": "RNNTranscriber RNNTranslator",
        "Language models": "RNNLanguageModel",
        "More estimators": "RNN*",
        "Texts": "TextVectorizer TokenVectors load_vectors",
        "Sequences, and columns beside them": "as_ragged from_channels_first "
        "sequences_from_frame rows_from_sequences FrameSequences "
        "SequenceColumnTransformer SequencesWithStatic",
        "Saving and other runtimes": "save load export_onnx",
    },
    "sklearn_rnn.callbacks": {},
    "sklearn_rnn.inspection": {
        "Training": "TrainingCurveDisplay find_lr LearningRateDisplay ScheduleDisplay",
        "What the network does": "StatesDisplay hidden_states TransitionsDisplay "
        "AttentionDisplay AlignmentDisplay",
        "Explanations": "explain Explanation *ImportanceDisplay",
        "Errors and forecasts": "LengthScoreDisplay EarlyClassificationDisplay "
        "ForecastDisplay BacktestDisplay",
    },
    "sklearn_rnn.metrics": {
        "Labels of steps, and spans": "flat_* span*",
        "Answers": "error_rate exact_match* neg_error_rate bleu* chrf*",
        "Forecasts and bands": "mase neg_mase seasonal_naive_error quantile_loss "
        "neg_quantile_loss band_coverage coverage",
        "Predictions over time": "early_*",
    },
    "sklearn_rnn.datasets": {"Real data": "load_*", "Generators": "make_*"},
    "sklearn_rnn.nn": {
        "Cells and encoders": "Cell GRU LSTM ElmanRNN Recurrent* make_cell trace_cell "
        "reverse_within_length helpers helping",
        "What is read": "Embedder TokenEmbedding Character* Affine Branch Batch "
        "join_static join_steps split_steps count_patches pad_steps length_mask",
        "Poolings": "*Pooling Attention LastStep Final* Max Mean Encoded pool* "
        "make_pooling has_weights",
        "Heads": "*Head HeadSum Convolutions Linear* every_step beam_search Written",
        "Losses": "*Loss *Entropy *Error Huber Pinball Poisson Several* Targets "
        "make_loss link_of",
        "Live data": "StreamingState map_state trace_network",
        "Parts of your own": "check_* OwnLoss Seeded*",
    },
    "sklearn_rnn.exceptions": {
        "Errors": "*Error",
        "Warnings": "*Warning",
    },
    "sklearn_rnn.testing": {},
}
OTHERS = "Other names"


def grouped(names, groups):
    """Part names by the first group whose patterns match.

    Parameters
    ----------
    names : list of str
    groups : dict of str to str
        Patterns by title, between spaces.

    Returns
    -------
    parts : dict of str to list of str
        Without empty groups; within one in the order of the patterns, then of `names`.
    """
    parts, left = {}, list(names)
    for title, patterns in {**groups, OTHERS: "*"}.items():
        chosen = [n for p in patterns.split() for n in left if fnmatchcase(n, p)]
        parts[title] = list(dict.fromkeys(chosen))
        left = [name for name in left if name not in chosen]
    return {title: chosen for title, chosen in parts.items() if chosen}


def room_lines(room, groups):
    """Give the lines of a room: its title, and a table for each of its groups."""
    module = import_module(room)
    names = [name for name in module.__all__ if callable(getattr(module, name))]
    yield from (f".. py:module:: {room}", "", f".. currentmodule:: {room}", "")
    yield from (room, "-" * len(room), "", module.__doc__.splitlines()[0], "")
    for title, chosen in grouped(names, groups).items():
        if groups:
            yield from (title, "~" * len(title), "")
        yield from (".. autosummary::", "   :toctree: generated", "   :nosignatures:")
        yield from ("", *(f"   {name}" for name in chosen), "")


def write(path):
    """Write the page; autosummary writes that of each name.

    Parameters
    ----------
    path : Path
    """
    lines = ["API reference", "=============", ""]
    for room, groups in GROUPS.items():
        lines += room_lines(room, groups)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
