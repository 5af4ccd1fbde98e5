"""Missing values inside sequences: refused, filled, or shown to the network."""

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.utils import get_tags

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNStepRegressor, export_onnx
from sklearn_rnn._training import NumberReader
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.inspection import explain
from sklearn_rnn.sequences import Standardizer
from sklearn_rnn.testing._samples import with_gaps

rng = np.random.default_rng(0)
X = [with_gaps(rng.normal(5.0, 2.0, size=(n, 2))) for n in rng.integers(2, 9, size=40)]
X[3][0] = np.nan
Y = rng.normal(size=40)
SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}


def by_hand(x, mean, scale):
    """What "mask" gives the network, step by step."""
    last, ago, steps = np.full(2, np.nan), np.zeros(2), []
    for values in x:
        missing = np.isnan(values)
        last = np.where(missing, last, values)
        ago = np.where(missing, ago + 1, 0)
        value = np.where(np.isnan(last), 0.0, (last - mean) / scale)
        steps.append([*value, *missing, *np.log(1 + ago)])
    return np.array(steps)


def test_the_network_reads_value_mask_and_steps_since():
    scaler = Standardizer(np.array([5.0, 4.0]), np.array([2.0, 0.5]))
    expected = [by_hand(x, scaler.mean_, scaler.scale_) for x in X]
    steps, lengths = np.concatenate(X), np.array(list(map(len, X)))
    read = NumberReader(scaler, "mask").read(steps, lengths)
    np.testing.assert_allclose(read, np.concatenate(expected), rtol=1e-6)
    filled = NumberReader(scaler, "forward").read(steps, lengths)
    np.testing.assert_array_equal(filled, read[:, :2])


def test_scales_are_those_of_the_values_that_are_there():
    model = RNNRegressor(**SMALL, missing="forward").fit(X, Y)
    seen = np.concatenate(X)
    np.testing.assert_allclose(model.input_mean_, np.nanmean(seen, axis=0))
    np.testing.assert_allclose(model.input_scale_, np.nanstd(seen, axis=0))
    nothing = [np.column_stack([x[:, 0], np.full(len(x), np.nan)]) for x in X]
    model = RNNRegressor(**SMALL, missing="mask").fit(nothing, Y)
    assert (model.input_mean_[1], model.input_scale_[1]) == (0.0, 1.0)
    assert np.isfinite(model.predict(nothing)).all()


def test_forward_is_the_same_as_filled_by_hand():
    filled = [by_hand(x, 0.0, 1.0)[:, :2] for x in X]
    how = {**SMALL, "standardize": False, "batch_size": 64}  # in whatever order
    one = RNNRegressor(**how, missing="forward").fit(X, Y).predict(X)
    other = RNNRegressor(**how).fit(filled, Y).predict(filled)
    np.testing.assert_allclose(one, other, rtol=1e-4)


@pytest.mark.parametrize("missing", ["forward", "mask"])
def test_single_steps_read_the_same_as_whole_sequences(missing):
    model = RNNStepRegressor(**SMALL, missing=missing, bidirectional=False)
    model.fit(X, [np.arange(len(x)) for x in X])
    # The last step is real, or the ones before it were padding.
    streams = [[*x[:2], [np.nan, np.nan], [5.0, np.nan], [1.0, 2.0]] for x in X]
    whole, state = model.predict(streams), None
    for t in range(3):
        said, state = model.step([x[t] for x in streams], state)
        np.testing.assert_array_equal(said, [row[t] for row in whole])
    said, _ = model.step([streams[i][3] for i in (7, 3)], state.take([7, 3]))
    np.testing.assert_array_equal(said, [whole[i][3] for i in (7, 3)])


def test_a_gap_that_tells_is_seen_by_the_mask():
    gaps, y = np.ones((60, 6)), np.arange(60) % 2
    gaps[y == 1, 2] = np.nan  # "forward" makes it 1, like the others
    how = {"hidden_size": 8, "random_state": 0, "max_epochs": 20}
    assert RNNClassifier(**how, missing="mask").fit(gaps, y).score(gaps, y) == 1.0
    assert RNNClassifier(**how, missing="forward").fit(gaps, y).score(gaps, y) == 0.5


def test_steps_of_nan_are_padding_at_the_end_and_missing_inside():
    cube = np.full((40, 9, 2), np.nan)
    for row, x in zip(cube, X, strict=True):
        row[: len(x)] = x
    model = RNNRegressor(**SMALL, missing="mask").fit(cube, Y)
    np.testing.assert_array_equal(model.predict(cube), model.predict(X))
    assert model.n_timesteps_seen_ == (min(map(len, X)), max(map(len, X)))


def test_what_is_not_taken_says_what_to_do(tmp_path):
    with pytest.raises(SequenceError, match=r"or set missing='forward' or 'mask'"):
        RNNRegressor(**SMALL).fit(X, Y)
    broken = [*X[:-1], np.full((2, 2), np.inf)]
    model = RNNRegressor(**SMALL, missing="mask")
    with pytest.raises(SequenceError, match=r"contains inf inside.*sample 39, step 0"):
        model.fit(broken, Y)
    assert get_tags(model).input_tags.allow_nan
    assert not get_tags(RNNRegressor()).input_tags.allow_nan
    with pytest.raises(ValueError, match="missing='mask' cannot be exported"):
        export_onnx(model.fit(X, Y), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="'missing' parameter"):
        RNNRegressor(**SMALL, missing="mean").fit(X, Y)


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_contributions_are_those_of_the_variables(method):
    model = RNNRegressor(**SMALL, missing="mask").fit(X, Y)
    found = explain(model, X[:4], method=method)
    for one, x in zip(found, X, strict=False):
        assert one.values.shape == x.shape
        if method == "integrated_gradients":
            total = one.output - one.base_output
            assert one.values.sum() == pytest.approx(total, abs=1e-3)


def test_importance_by_permutation_takes_missing_values():
    table = rng.normal(size=(60, 5))
    y = table[:, 1].copy()
    table[rng.random(table.shape) < 0.1] = np.nan
    model = RNNRegressor(8, missing="mask", random_state=0).fit(table, y)
    found = permutation_importance(model, table, y, n_repeats=2, random_state=0)
    assert found.importances_mean.argmax() == 1
