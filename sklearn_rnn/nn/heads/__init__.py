"""What is computed from the outputs of the encoder, and its loss: one file each."""

from sklearn_rnn.nn.heads._convolution import ConvolutionHead
from sklearn_rnn.nn.heads._crf import CRFHead
from sklearn_rnn.nn.heads._ctc import CTCHead
from sklearn_rnn.nn.heads._decoder import DecoderHead
from sklearn_rnn.nn.heads._head import Head
from sklearn_rnn.nn.heads._horizon import HorizonHead
from sklearn_rnn.nn.heads._linear_chain import LinearChainCRF
from sklearn_rnn.nn.heads._next_token import NextTokenHead
from sklearn_rnn.nn.heads._pooled import PooledHead
from sklearn_rnn.nn.heads._quantiles import QuantilesHead
from sklearn_rnn.nn.heads._steps import StepsHead
from sklearn_rnn.nn.heads._sum import HeadSum

__all__ = [
    "CRFHead",
    "CTCHead",
    "ConvolutionHead",
    "DecoderHead",
    "Head",
    "HeadSum",
    "HorizonHead",
    "LinearChainCRF",
    "NextTokenHead",
    "PooledHead",
    "QuantilesHead",
    "StepsHead",
]
