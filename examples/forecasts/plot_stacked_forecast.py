"""
Forecast a series that rises
============================

The carbon dioxide in the air of Mauna Loa follows the seasons, and has risen year
after year. "As much as now" is off by what a season brings in four weeks. Here three
stacked LSTMs read a year and forecast the next four weeks, beside a linear model of
the same numbers. What they are given to read, the concentrations themselves or their
changes, turns out to matter more than which of the two models reads it.
"""

# %%
# The data: from 1970 on there are measurements of all weeks but a few, and at most
# four weeks in a row are missing. They are filled on a straight line between their
# neighbours; then a mean is taken of every four weeks, thirteen of them a year.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_co2
from sklearn_rnn.exceptions import ExtrapolationWarning

MAX_EPOCHS = 100
YEAR = 13  # of four weeks each

dates, co2 = load_co2(return_X_y=True)
recent = dates >= np.datetime64("1970")
dates, co2 = dates[recent], co2[recent]
missing, weeks = np.isnan(co2), np.arange(len(co2))
co2[missing] = np.interp(weeks[missing], weeks[~missing], co2[~missing])

n_weeks = len(co2) // 4 * 4
co2 = co2[-n_weeks:].reshape(-1, 4).mean(axis=1)
dates = dates[-n_weeks:][3::4]  # the last week of each mean
print(f"{missing.sum()} weeks filled; {len(co2)} means of four weeks")

# %%
# Row i of ``X`` holds a year and a mean more, ``y`` what came next. Fourteen
# concentrations have thirteen changes, which do not know how high they are. From
# those the next change is to be told, and added to the last concentration.

X, y = sliding_windows(co2, window=YEAR + 1)
dates = dates[YEAR + 1 :]  # of the targets
now = X[:, -1]
changes, next_change = np.diff(X), y - now

# %%
# Three layers of 50 units, a fifth of each layer's output dropped in training, the
# squared error, a learning rate that falls a little with each update. The network
# standardises what it reads and what it predicts by itself.

network = RNNRegressor(
    50,
    cell="lstm",
    num_layers=3,
    bidirectional=False,
    pooling="last",
    dropout=0.2,
    loss="squared_error",
    optimizer="adam",
    lr=1e-3,
    lr_schedule=lambda u: 1 / (1 + 1e-6 * u),
    batch_size=32,
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    random_state=0,
)
linear = make_pipeline(StandardScaler(), Ridge())

# %%
# Two times: learn from all years so far, forecast the five years after, each mean
# from the true ones before it. Of the levels an `ExtrapolationWarning` says what the
# figure below shows; it is left out here.

warnings.simplefilter("ignore", ExtrapolationWarning)
names = ["as now", "LSTMs on levels", "linear on changes", "LSTMs on changes"]
forecasts = {name: [] for name in names}
split = TimeSeriesSplit(n_splits=2, test_size=5 * YEAR)
for train, test in split.split(X):
    levels = clone(network).fit(X[train], y[train])
    linear.fit(changes[train], next_change[train])
    network.fit(changes[train], next_change[train])
    predictions = [
        now[test],
        levels.predict(X[test]),
        now[test] + linear.predict(changes[test]),
        now[test] + network.predict(changes[test]),
    ]
    for name, predicted in zip(names, predictions, strict=True):
        forecasts[name].append(predicted)
forecasts = {name: np.concatenate(parts) for name, parts in forecasts.items()}

n_tested = split.n_splits * split.test_size
truth, days = y[-n_tested:], dates[-n_tested:]
losses = {name: mean_squared_error(truth, f) for name, f in forecasts.items()}
for name, loss in losses.items():
    print(f"{name:>17}: test loss {loss:5.3f} ppm², off by {loss**0.5:.2f} ppm")

# %%
# The last five years, and how far off the forecasts of all ten are.

shown = slice(-5 * YEAR, None)
fig, (series, bars) = plt.subplots(
    2, 1, figsize=(7.5, 6.5), height_ratios=[3, 1], layout="constrained"
)
series.plot(days[shown], truth[shown], color="black", lw=2.5, label="measured")
colours = ["C7", "C1", "C0", "C6"]
for name, colour, style in zip(names, colours, [":", "-.", "-", "--"], strict=True):
    series.plot(days[shown], forecasts[name][shown], style, color=colour, label=name)
series.set(
    title="Carbon dioxide at Mauna Loa", xlabel="year", ylabel="parts per million (ppm)"
)
series.legend(fontsize="small")
drawn = bars.barh(names, np.sqrt(list(losses.values())), color=colours)
bars.bar_label(drawn, fmt="%.2f", padding=3)
bars.invert_yaxis()
bars.set(title="Error of ten years of forecasts", xlabel="root mean square (ppm)")
bars.margins(x=0.1)
plt.show()

# %%
# On the levels, which rise beyond all that was learnt, the LSTMs flatten the seasons
# and do worse than repeating the last mean. On the changes they gain a little on the
# linear model, for far more computing.

off = {name: loss**0.5 for name, loss in losses.items()}
print(
    f"From the changes the LSTMs are off by {off['LSTMs on changes']:.2f} ppm, the "
    "linear "
    f"model by {off['linear on changes']:.2f}; from the levels the LSTMs by "
    f"{off['LSTMs on levels']:.2f}."
)
