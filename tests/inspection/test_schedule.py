from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from torch.optim import lr_scheduler

from sklearn_rnn import RNNRegressor
from sklearn_rnn.inspection import ScheduleDisplay

X = np.random.default_rng(0).normal(size=(10, 4))
y = X[:, 0]

STEPS = partial(lr_scheduler.StepLR, step_size=4, gamma=0.5)


def slower(update):
    return 1 / (1 + update)


def make_regressor(**params):
    params = {"batch_size": 4, "max_epochs": 5, "lr": 0.02, **params}
    return RNNRegressor(2, cell="rnn", random_state=0, **params)


@pytest.mark.parametrize(
    "params",
    [
        {"lr_schedule": None},
        {"lr_schedule": "cosine"},
        {"lr_schedule": "one_cycle"},
        {"lr_schedule": lr_scheduler.ConstantLR},
        {"lr_schedule": STEPS},
        {"lr_schedule": slower},
        {"net_params": {"batch_size": 3, "max_epochs": 4, "lr": 0.5}},
        {"net_params": {"optimizer__lr": 0.25}},
    ],
)
def test_the_plan_is_what_a_fit_does(params):
    model = make_regressor(**params)
    display = ScheduleDisplay.from_estimator(model, len(X))
    first_of_each_epoch = display.lrs[:: display.updates_per_epoch]
    # To the bit, but for the order of a few products in torch.
    lrs = model.fit(X, y).history_["lr"]
    np.testing.assert_allclose(first_of_each_epoch, lrs, rtol=1e-12)


def test_nothing_is_trained_and_of_a_pipeline_the_last_step_counts():
    model = make_regressor()
    pipeline = make_pipeline(FunctionTransformer(), model)
    display = ScheduleDisplay.from_estimator(pipeline, 101)
    assert not hasattr(model, "net_")
    assert display.updates_per_epoch == 26  # 25 batches of four, and one row
    assert display.lrs.shape == (130,)


def test_the_picture_shows_the_rate_over_the_epochs():
    display = ScheduleDisplay.from_estimator(make_regressor(), 8)
    np.testing.assert_array_equal(display.line_.get_xdata(), np.arange(10) / 2)
    np.testing.assert_array_equal(display.line_.get_ydata(), display.lrs)
    assert display.ax_.get_xlabel() == "epoch"
    assert display.ax_.get_ylabel() == "learning rate"
    assert display.ax_.get_ylim()[0] == 0.0
    assert display.figure_ is display.ax_.figure


def test_several_on_one_axes_can_be_told_apart():
    _, ax = plt.subplots()
    for schedule in (None, "cosine", STEPS, slower, lr_scheduler.ConstantLR):
        model = make_regressor(lr_schedule=schedule)
        display = ScheduleDisplay.from_estimator(model, 10, ax=ax)
        assert display.ax_ is ax
    ScheduleDisplay.from_estimator(model, 10, ax=ax, name="mine", c="black", lw=1)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["constant", "cosine", "StepLR", "slower", "ConstantLR", "mine"]
    styles = {(line.get_color(), line.get_linestyle()) for line in ax.lines}
    assert len(styles) == 6
    assert ax.lines[-1].get_color() == "black"


def test_arrays_can_be_drawn_without_an_estimator():
    display = ScheduleDisplay(lrs=np.array([0.1, 0.2]), updates_per_epoch=1)
    assert display.plot() is display
    assert display.ax_.get_legend() is None
    display.plot(display.ax_, name="again")
    assert len(display.ax_.get_legend().get_texts()) == 1


@pytest.mark.parametrize(
    "lr_schedule", ["plateau", partial(lr_scheduler.ReduceLROnPlateau, patience=2)]
)
def test_a_plateau_cannot_be_planned(lr_schedule):
    model = make_regressor(lr_schedule=lr_schedule)
    with pytest.raises(ValueError, match=r"lr_schedule=.*cannot be planned; draw"):
        ScheduleDisplay.from_estimator(model, 10)


@pytest.mark.parametrize(("n_samples", "error"), [(0, ValueError), (2.5, TypeError)])
def test_a_bad_number_of_rows_is_refused(n_samples, error):
    with pytest.raises(error, match="n_samples"):
        ScheduleDisplay.from_estimator(make_regressor(), n_samples)


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match="'lr_schedule' parameter of RNNRegressor"):
        ScheduleDisplay.from_estimator(make_regressor(lr_schedule="cosinus"), 10)


def test_other_estimators_are_refused():
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        ScheduleDisplay.from_estimator(LinearRegression(), 10)
