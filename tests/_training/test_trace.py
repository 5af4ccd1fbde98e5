import numpy as np
import pytest

from sklearn_rnn import RNNClassifier
from sklearn_rnn._training import SequenceDataset, trace

LENGTHS = [5, 9, 1, 7]
ROWS = [
    np.random.default_rng(length).normal(size=(length, 2)).tolist()
    for length in LENGTHS
]


@pytest.fixture(scope="module")
def model():
    return RNNClassifier(3, num_layers=2, max_epochs=1, random_state=0).fit(
        ROWS, [0, 1, 0, 1]
    )


def traced(model, rows):
    return trace(model.net_, SequenceDataset(model._read(rows), model._reader()))


def test_each_row_has_its_own_length_in_its_own_place(model):
    rows = traced(model, ROWS)
    shapes = [[layer["cell"].shape for layer in layers] for layers in rows]
    assert shapes == [[(length, 6)] * 2 for length in LENGTHS]


def test_a_row_alone_has_the_states_it_has_among_others(model):
    together = traced(model, ROWS)
    for row, layers in zip(ROWS, together, strict=True):
        (alone,) = traced(model, [row])
        for one, other in zip(alone, layers, strict=True):
            for name, values in one.items():
                np.testing.assert_allclose(values, other[name], rtol=0, atol=1e-6)


def test_the_arrays_are_small_copies_and_no_views_of_the_batch(model):
    for layers in traced(model, ROWS):
        assert all(v.base is None for layer in layers for v in layer.values())
