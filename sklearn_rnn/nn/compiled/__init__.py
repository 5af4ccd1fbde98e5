"""Training steps without autograd and encoders, their loops compiled by numba.

Numbers differ from those of the network by rounding. `CompiledNetwork` has the step;
`why_not_compiled` says which networks have none. Each file has one part of a network,
which computes forwards, keeps what its way back needs, and computes backwards.
`CompiledEncoder` is for predictions, where a row has the same bits in any batch;
`why_no_compiled_encoder` says which networks have none.
"""

from sklearn_rnn.nn.compiled._adam import CompiledAdam
from sklearn_rnn.nn.compiled._encoder import CompiledEncoder, why_no_compiled_encoder
from sklearn_rnn.nn.compiled._network import CompiledNetwork, why_not_compiled

__all__ = [
    "CompiledAdam",
    "CompiledEncoder",
    "CompiledNetwork",
    "why_no_compiled_encoder",
    "why_not_compiled",
]
