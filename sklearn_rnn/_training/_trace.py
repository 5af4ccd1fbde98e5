"""The gates and states of a trained net, row by row."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn._training._data import PredictionBatches, SequenceDataset
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn._training._out_of_memory import naming_the_batch
from sklearn_rnn.nn import trace_network


def trace(
    net: SequenceNet, dataset: SequenceDataset
) -> list[list[dict[str, NDArray[np.float32]]]]:
    """Compute what the layers of a net do at each step of each row.

    Parameters
    ----------
    net : SequenceNet
        Initialized.
    dataset : SequenceDataset
        Without targets.

    Returns
    -------
    rows : list of list of dict of str to float32 ndarray of shape \
            (n_timesteps, n_units)
        For each row, in its own order, and for each layer, the lowest first, what
        `sklearn_rnn.nn.trace_network` gives, without padding.
    """
    batches = PredictionBatches(dataset)
    places = iter(batches.order)
    rows = {}
    for batch, _ in batches:
        with torch.inference_mode(), naming_the_batch(batch, "Ask for fewer rows."):
            layers: Any = trace_network(net.module_, batch.to(net.device))
        layers = [
            {name: values.cpu().numpy() for name, values in layer.items()}
            for layer in layers
        ]
        for i, length in enumerate(batch.lengths.tolist()):
            rows[next(places)] = [
                {name: values[i, :length].copy() for name, values in layer.items()}
                for layer in layers
            ]
    return [rows[row] for row in range(len(dataset))]
