"""What is computed: plain torch modules, with the equations in their docstrings.

They need nothing but torch and can be used with bare torch or skorch.
`RecurrentNetwork` is what the estimators train, and the place to start reading.
"""

from sklearn_rnn.nn._affine import (
    Affine,
)
from sklearn_rnn.nn._batch import (
    Batch,
    Characters,
    Encoded,
    StreamingState,
    Targets,
    map_state,
)
from sklearn_rnn.nn._beam_search import Written, beam_search
from sklearn_rnn.nn._branch import Branch
from sklearn_rnn.nn._characters import (
    CharacterEncoder,
)
from sklearn_rnn.nn._convolutions import Convolutions
from sklearn_rnn.nn._dropout import (
    SeededDropout,
)
from sklearn_rnn.nn._embedder import (
    Embedder,
)
from sklearn_rnn.nn._embedding import (
    TokenEmbedding,
)
from sklearn_rnn.nn._encoder import (
    RecurrentEncoder,
)
from sklearn_rnn.nn._layer import (
    RecurrentLayer,
)
from sklearn_rnn.nn._lengths import (
    length_mask,
    reverse_within_length,
)
from sklearn_rnn.nn._losses import (
    AVERAGES,
    LOSSES,
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    OwnLoss,
    Pinball,
    Poisson,
    SeveralQuantiles,
    SquaredError,
    check_loss,
    link_of,
    make_loss,
)
from sklearn_rnn.nn._network import RecurrentNetwork
from sklearn_rnn.nn._numba import has_numba
from sklearn_rnn.nn._patches import (
    count_patches,
    join_steps,
    split_steps,
)
from sklearn_rnn.nn._poolings import (
    POOLINGS,
    Attention,
    FinalAndMax,
    FinalState,
    LastStep,
    Max,
    Mean,
    Pooling,
    check_pooling,
    has_weights,
    make_pooling,
    pool,
    pool_prefixes,
    pool_step,
)
from sklearn_rnn.nn._seeded_stream import (
    SeededStream,
)
from sklearn_rnn.nn._static import join_static
from sklearn_rnn.nn._steps import (
    every_step,
    pad_steps,
)
from sklearn_rnn.nn._threads import helpers, helping
from sklearn_rnn.nn._trace import (
    trace_cell,
    trace_network,
)
from sklearn_rnn.nn.heads import (
    ConvolutionHead,
    CRFHead,
    CTCHead,
    DecoderHead,
    Head,
    HeadSum,
    HorizonHead,
    LinearChainCRF,
    NextTokenHead,
    PooledHead,
    QuantilesHead,
    StepsHead,
)
from sklearn_rnn.nn.kernels import (
    CELLS,
    GRU,
    LSTM,
    NONLINEARITIES,
    Cell,
    ElmanRNN,
    check_cell,
    make_cell,
)

__all__ = [
    "AVERAGES",
    "CELLS",
    "GRU",
    "LOSSES",
    "LSTM",
    "NONLINEARITIES",
    "POOLINGS",
    "AbsoluteError",
    "Affine",
    "Attention",
    "Batch",
    "BinaryCrossEntropy",
    "Branch",
    "CRFHead",
    "CTCHead",
    "Cell",
    "CharacterEncoder",
    "Characters",
    "ConvolutionHead",
    "Convolutions",
    "CrossEntropy",
    "DecoderHead",
    "ElmanRNN",
    "Embedder",
    "Encoded",
    "FinalAndMax",
    "FinalState",
    "Head",
    "HeadSum",
    "HorizonHead",
    "Huber",
    "LastStep",
    "LinearChainCRF",
    "Loss",
    "Max",
    "Mean",
    "NextTokenHead",
    "OwnLoss",
    "Pinball",
    "Poisson",
    "PooledHead",
    "Pooling",
    "QuantilesHead",
    "RecurrentEncoder",
    "RecurrentLayer",
    "RecurrentNetwork",
    "SeededDropout",
    "SeededStream",
    "SeveralQuantiles",
    "SquaredError",
    "StepsHead",
    "StreamingState",
    "Targets",
    "TokenEmbedding",
    "Written",
    "beam_search",
    "check_cell",
    "check_loss",
    "check_pooling",
    "count_patches",
    "every_step",
    "has_numba",
    "has_weights",
    "helpers",
    "helping",
    "join_static",
    "join_steps",
    "length_mask",
    "link_of",
    "make_cell",
    "make_loss",
    "make_pooling",
    "map_state",
    "pad_steps",
    "pool",
    "pool_prefixes",
    "pool_step",
    "reverse_within_length",
    "split_steps",
    "trace_cell",
    "trace_network",
]
