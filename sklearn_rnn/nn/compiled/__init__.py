"""Training steps without autograd, their loops compiled by numba.

Numbers differ from those of the network by rounding. `CompiledNetwork` has the step;
`why_not_compiled` says which networks have none. Each file has one part of a network,
which computes forwards, keeps what its way back needs, and computes backwards.
"""

from sklearn_rnn.nn.compiled._adam import CompiledAdam
from sklearn_rnn.nn.compiled._network import CompiledNetwork, why_not_compiled

__all__ = [
    "CompiledAdam",
    "CompiledNetwork",
    "why_not_compiled",
]
