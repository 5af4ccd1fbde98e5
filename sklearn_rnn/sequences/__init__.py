"""What is a sequence? Values, offsets, and the one door for X; y as numbers."""

__all__ = [
    "PAD",
    "UNK",
    "Calendar",
    "Filled",
    "FrameSequences",
    "SequenceColumnTransformer",
    "Sequences",
    "SequencesWithStatic",
    "SeriesSteps",
    "Standardizer",
    "TableOfSteps",
    "UnseenLabelsError",
    "Windows",
    "as_ragged",
    "canonical_rows",
    "check_labels",
    "check_one_step",
    "check_reals",
    "check_sequences",
    "check_step_labels",
    "check_step_reals",
    "check_target_sequences",
    "encode_labels",
    "fill_forward",
    "find_classes",
    "find_origins",
    "from_channels_first",
    "iterate_prefixes",
    "lay_out_steps",
    "offsets_of",
    "own_scales",
    "read_sparse_tokens",
    "read_table_of_steps",
    "refuse_missing",
    "refuse_numbers_as_text",
    "rows_from_sequences",
    "sequences_from_frame",
    "sliding_windows",
    "split_beside",
    "step_positions",
    "to_values",
    "warn_if_one_hot",
    "write_sparse_tokens",
]

from sklearn_rnn.sequences._calendar import Calendar
from sklearn_rnn.sequences._canonical import canonical_rows
from sklearn_rnn.sequences._column_transformer import SequenceColumnTransformer
from sklearn_rnn.sequences._containers import from_channels_first
from sklearn_rnn.sequences._frame_sequences import FrameSequences
from sklearn_rnn.sequences._from_frame import rows_from_sequences, sequences_from_frame
from sklearn_rnn.sequences._gaps import Filled, fill_forward
from sklearn_rnn.sequences._one_step import check_one_step
from sklearn_rnn.sequences._origins import find_origins
from sklearn_rnn.sequences._own_scales import own_scales
from sklearn_rnn.sequences._prefixes import iterate_prefixes
from sklearn_rnn.sequences._ragged_targets import (
    as_ragged,
    check_step_labels,
    check_step_reals,
)
from sklearn_rnn.sequences._sequences import (
    PAD,
    UNK,
    Sequences,
    Windows,
    offsets_of,
    step_positions,
)
from sklearn_rnn.sequences._series import (
    SeriesSteps,
    TableOfSteps,
    lay_out_steps,
    read_table_of_steps,
)
from sklearn_rnn.sequences._standardize import Standardizer
from sklearn_rnn.sequences._target_sequences import check_target_sequences
from sklearn_rnn.sequences._targets import (
    UnseenLabelsError,
    check_labels,
    check_reals,
    encode_labels,
    find_classes,
    refuse_missing,
    refuse_numbers_as_text,
    warn_if_one_hot,
)
from sklearn_rnn.sequences._tokens import read_sparse_tokens, write_sparse_tokens
from sklearn_rnn.sequences._validation import check_sequences
from sklearn_rnn.sequences._values import to_values
from sklearn_rnn.sequences._windows import sliding_windows
from sklearn_rnn.sequences._with_static import SequencesWithStatic, split_beside
