"""Each sequence by its own level and scale, which join it as static columns."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    SequencesWithStatic,
    export_onnx,
)
from sklearn_rnn.inspection import explain
from sklearn_rnn.sequences import Sequences, own_scales

rng = np.random.default_rng(0)
X = [
    rng.normal(5.0, 10.0, size=2) + 10.0 ** rng.normal(size=2) * rng.normal(size=(n, 2))
    for n in rng.integers(1, 9, size=50)
]
Y = rng.normal(size=50)
SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}


def test_levels_and_scales_are_those_of_numpy():
    broken = [*X, np.array([[np.nan, 3.0], [np.nan, 5.0]]), np.full((4, 2), 0.1)]
    found = own_scales(Sequences.from_list(broken))
    for x, level, scale in zip(broken[:-2], *found, strict=False):
        np.testing.assert_allclose(level, x.mean(axis=0))
        np.testing.assert_allclose(scale, x.std(axis=0), atol=1e-12)
    gap = own_scales(Sequences.from_list([[[1.0], [np.nan], [3.0], [np.nan]]]))
    assert (gap.level.item(), gap.scale.item()) == (2.0, 1.0)
    np.testing.assert_array_equal(found.level[-2], [np.nan, 4.0])
    np.testing.assert_array_equal(found.scale[-2:], [[0.0, 1.0], [0.0, 0.0]])
    huge = own_scales(Sequences.from_list([1e308 * np.array([1.0, 1.5, 0.5])]))
    np.testing.assert_allclose(
        [huge.level, huge.scale], [[[1e308]], [[4.0825e307]]], 1e-4
    )


def test_it_is_the_same_as_bringing_each_sequence_to_its_scale_by_hand():
    shapes = [
        (x - x.mean(axis=0)) / np.where(len(x) > 1, x.std(axis=0), 1.0) for x in X
    ]
    with np.errstate(divide="ignore"):
        columns = np.array([[*x.mean(axis=0), *np.log(x.std(axis=0))] for x in X])
    several = np.isfinite(columns).all(axis=1)
    columns[~several, 2:] = columns[several, 2:].mean(axis=0)
    how = {**SMALL, "batch_size": 64}  # in whatever order
    model = RNNRegressor(**how, standardize="sequence").fit(X, Y)
    np.testing.assert_allclose(model.static_mean_, columns.mean(axis=0))
    scaled = (columns - columns.mean(axis=0)) / model.static_scale_
    target = (Y - Y.mean()) / Y.std()
    by_hand = RNNRegressor(**how, standardize=False)
    by_hand.fit(SequencesWithStatic(shapes, scaled), target)
    predicted = by_hand.predict(SequencesWithStatic(shapes, scaled))
    np.testing.assert_allclose(
        model.predict(X), predicted * Y.std() + Y.mean(), rtol=1e-4, atol=1e-4
    )


def test_another_level_and_scale_leave_the_shape():
    model = RNNClassifier(**SMALL, standardize="sequence").fit(X, np.arange(50) % 2)
    moved = [1000 * x - 77 for x in X]
    read, as_moved = (model._dataset(model._read(rows)) for rows in (X, moved))
    rows = np.arange(50)
    np.testing.assert_allclose(
        read.batch(rows)[0].values, as_moved.batch(rows)[0].values, atol=1e-5
    )


def test_constant_series_and_missing_ones_give_no_nan():
    constant = [np.full((len(x), 2), float(i)) for i, x in enumerate(X)]
    gaps = [x.copy() for x in X]
    gaps[0][:, 1] = np.nan
    for rows in (constant, gaps):
        model = RNNRegressor(**SMALL, standardize="sequence", missing="mask")
        assert np.isfinite(model.fit(rows, Y).predict(rows)).all()
    assert np.isfinite(model.predict([np.full((3, 2), 1e-9)])).all()


def test_static_columns_and_those_it_finds_stand_side_by_side():
    ages = rng.normal(40.0, 9.0, size=(50, 1))
    with_ages = SequencesWithStatic(X, ages)
    model = RNNStepRegressor(**SMALL, standardize="sequence")
    model.fit(with_ages, [x[:, 0] for x in X])
    assert model.static_mean_.shape == (5,)
    assert model.static_mean_[0] == pytest.approx(ages.mean())
    assert len(model.predict(with_ages)) == 50


def test_predictions_over_time_know_the_steps_so_far_only():
    model = RNNRegressor(**SMALL, standardize="sequence", bidirectional=False)
    model.fit(X, Y)
    for x, over_time in zip(X[:5], model.predict_over_time(X[:5]), strict=True):
        prefixes = [x[: t + 1] for t in range(len(x))]
        np.testing.assert_array_equal(over_time, model.predict(prefixes))
    with pytest.raises(ValueError, match=r"known at its end only; fit with"):
        model.step(X[0][:1])


def test_it_is_not_exported(tmp_path):
    model = RNNRegressor(**SMALL, standardize="sequence").fit(X, Y)
    with pytest.raises(ValueError, match="standardize='sequence' cannot be exported"):
        export_onnx(model, tmp_path / "model.onnx")
    words = RNNClassifier(**SMALL, standardize="sequence", input="tokens")
    words.fit([[2, 3], [4]], [0, 1]).predict([[2]])  # nothing to bring to a scale


# -- targets counted from their sequence --------------------------------------------


def test_a_target_comes_back_from_where_it_is_counted():
    last, level = (np.array([f(x) for x in X]) for f in (lambda x: x[-1, 0], own_level))
    scale = np.array([x[:, 0].std() or 1.0 for x in X])
    for relative_to, standardize, origin, unit in [
        ("last", True, last, 1.0),
        ("level", True, level, 1.0),
        ("level", "sequence", level, scale),
    ]:
        how = {**SMALL, "standardize": standardize}
        y = origin + unit * Y
        model = RNNRegressor(**how, relative_to=relative_to).fit(X, y)
        by_hand = RNNRegressor(**how).fit(X, (y - origin) / unit)
        np.testing.assert_allclose(
            model.predict(X), origin + unit * by_hand.predict(X), rtol=1e-4, atol=1e-6
        )
        found = explain(model, X[:3])
        expected = model.predict(X[:3])
        np.testing.assert_allclose([one.output for one in found], expected, rtol=1e-5)


def own_level(x):
    return x[:, 0].mean()


def test_targets_of_steps_are_counted_from_the_value_at_the_step():
    y = [x[:, :1] + 1 for x in X]
    model = RNNStepRegressor(**SMALL, relative_to="last").fit(X, y)
    for predicted, x in zip(model.predict(X), X, strict=True):
        np.testing.assert_allclose(predicted, x[:, :1] + 1, atol=1.0)
    assert model.score(X, y) == pytest.approx(
        r2_score(np.concatenate(y), np.concatenate(list(model.predict(X))))
    )


def test_over_time_each_prefix_has_an_origin_of_its_own():
    for standardize, relative_to in [(True, "last"), ("sequence", "level")]:
        how = {"standardize": standardize, "relative_to": relative_to}
        model = RNNRegressor(**SMALL, **how, bidirectional=False).fit(X, Y)
        for x, over_time in zip(X[:5], model.predict_over_time(X[:5]), strict=True):
            prefixes = [x[: t + 1] for t in range(len(x))]
            np.testing.assert_array_equal(over_time, model.predict(prefixes))
        with pytest.raises(ValueError, match="a step does not know the sequence"):
            RNNRegressor(**SMALL, relative_to="last").fit(X, Y).step(X[0][:1])


def test_what_has_no_origin_is_refused():
    def fit(X, y=Y, **how):
        return RNNRegressor(**SMALL, **how).fit(X, y)

    with pytest.raises(ValueError, match="3 outputs and 2 variables"):
        fit(X, np.ones((50, 3)), relative_to="last")
    with pytest.raises(ValueError, match="X holds token ids, which have no level"):
        fit([[2, 3]] * 50, relative_to="last", input="tokens")
    with pytest.raises(ValueError, match="is for counts, which do not fall below 0"):
        fit(X, np.ones(50), relative_to="level", loss="poisson")
    gap = [np.full((2, 2), [np.nan, 1.0]), *X[1:]]
    with pytest.raises(ValueError, match="row 0 of X has none before its target"):
        fit(gap, relative_to="last", missing="mask")


@pytest.mark.parametrize("ways", [(True, "sequence"), ("sequence", True)])
def test_a_warm_start_keeps_to_the_scales_of_the_last_fit(ways):
    X, y = np.arange(40.0).reshape(8, 5), np.arange(8) % 2
    first, then = ways
    model = RNNClassifier(4, max_epochs=1, warm_start=True, random_state=0)
    model.set_params(standardize=first).fit(X, y)
    error = f"standardize was {first!r} then and is {then!r} now; set it back"
    with pytest.raises(ValueError, match=error):
        model.set_params(standardize=then).fit(X, y)
    model.set_params(standardize=first).fit(X, y)
