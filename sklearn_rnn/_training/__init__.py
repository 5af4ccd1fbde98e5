"""How is it fitted?  skorch nets with few hooks; arrays in, arrays out."""

from sklearn_rnn._training._attributions import (
    Attributions,
    Picked,
    baseline,
    integrated_gradients,
    occlusion,
)
from sklearn_rnn._training._averaging import WeightAverage
from sklearn_rnn._training._callbacks import unnamed
from sklearn_rnn._training._checkpoint import Checkpoint, open_checkpoint
from sklearn_rnn._training._compiled import check_numba, prediction_path
from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._given_callbacks import (
    check_copies,
    count_epochs_anew,
    why_not_copied,
)
from sklearn_rnn._training._lr_range import LearningRateRange, planned_rates
from sklearn_rnn._training._make_net import (
    make_net,
    rare_module_params,
    resolve_device,
)
from sklearn_rnn._training._net import (
    best_epoch,
    evaluate,
    evaluate_each,
    is_complete,
    train,
)
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn._training._optimizers import OPTIMIZERS, SCHEDULES
from sklearn_rnn._training._segments import SegmentDataset, cut_into_segments
from sklearn_rnn._training._state import (
    TOKENS,
    check_sizes,
    contents_of,
    export_state,
    grow_embedding,
    load_encoder,
    load_state,
    undone_on_error,
)
from sklearn_rnn._training._streams import StreamState, take_step
from sklearn_rnn._training._threads import working_threads
from sklearn_rnn._training._time_budget import TimeBudget
from sklearn_rnn._training._token_reader import (
    TokenReader,
    count_ids,
    rows_of,
    widen_ids,
)
from sklearn_rnn._training._trace import trace
from sklearn_rnn._training._tree_file import replace_file
from sklearn_rnn._training._usual_state import as_usual
from sklearn_rnn._training._windows import (
    SharedSteps,
    WindowDataset,
    WindowRows,
    WindowShape,
    last_observed,
)

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "TOKENS",
    "Attributions",
    "Checkpoint",
    "LearningRateRange",
    "NumberReader",
    "Picked",
    "SegmentDataset",
    "SequenceDataset",
    "SharedSteps",
    "StreamState",
    "TimeBudget",
    "TokenReader",
    "WeightAverage",
    "WindowDataset",
    "WindowRows",
    "WindowShape",
    "as_usual",
    "baseline",
    "best_epoch",
    "check_copies",
    "check_numba",
    "check_sizes",
    "contents_of",
    "count_epochs_anew",
    "count_ids",
    "cut_into_segments",
    "evaluate",
    "evaluate_each",
    "export_state",
    "grow_embedding",
    "integrated_gradients",
    "is_complete",
    "last_observed",
    "load_encoder",
    "load_state",
    "make_net",
    "occlusion",
    "open_checkpoint",
    "planned_rates",
    "prediction_path",
    "rare_module_params",
    "replace_file",
    "resolve_device",
    "rows_of",
    "take_step",
    "trace",
    "train",
    "undone_on_error",
    "unnamed",
    "why_not_copied",
    "widen_ids",
    "working_threads",
]
