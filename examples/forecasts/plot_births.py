"""
Forecast the next day from a window of days
===========================================

The births in the United States follow the week closely: fewer children are born
at weekends. So "as many as on the same day last week" is a strong forecast, and
one that any network has to beat first. Here an LSTM reads the last four weeks, and
a linear model is fitted to the same 28 numbers; both minimise the absolute error,
which holidays do not dominate as they dominate the squared one.
"""

# %%
# The data: ten years of days. Each row of ``X`` is four weeks, ``y`` the day after.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import QuantileRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_births

MAX_EPOCHS = 20
N_DAYS = 28

dates, births = load_births(return_X_y=True)
X, y = sliding_windows(births, window=N_DAYS)
dates = dates[N_DAYS:]  # of the targets
print(f"{X.shape[0]} rows of {X.shape[1]} days")

# %%
# Two models for the same 28 numbers. The median regression is the linear model of
# the absolute error; the network standardises its input and target by itself.

models = {
    "linear": make_pipeline(
        StandardScaler(), QuantileRegressor(quantile=0.5, alpha=0.0)
    ),
    "LSTM": RNNRegressor(
        32,
        cell="lstm",
        bidirectional=False,
        pooling="last",
        loss="absolute_error",
        lr=0.01,
        lr_schedule="cosine",
        batch_size=32,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
    ),
}

# %%
# Three times: learn from all years so far, forecast each day of the next one.

forecasts = {name: [] for name in ["last week", *models]}
split = TimeSeriesSplit(n_splits=3, test_size=365)
for train, test in split.split(X):
    forecasts["last week"].append(X[test, -7])
    for name, model in models.items():
        forecasts[name].append(model.fit(X[train], y[train]).predict(X[test]))
forecasts = {name: np.concatenate(parts) for name, parts in forecasts.items()}

n_tested = 3 * 365
truth, days = y[-n_tested:], dates[-n_tested:]
errors = {name: mean_absolute_error(truth, f) for name, f in forecasts.items()}
for name, error in errors.items():
    print(f"{name:>10}: wrong by {error:4.0f} births a day")

# %%
# The last seven weeks of the series hold Thanksgiving and Christmas.

shown = slice(-49, None)
fig, (series, bars) = plt.subplots(
    1, 2, figsize=(11, 4), width_ratios=[4, 1], layout="constrained"
)
series.plot(days[shown], truth[shown], color="black", lw=2, label="births")
for name, forecast in forecasts.items():
    series.plot(days[shown], forecast[shown], lw=1, label=name)
series.set(
    ylabel="births a day", ylim=(5000, None), title="The last seven weeks of 2003"
)
series.tick_params(axis="x", rotation=30)
series.legend(loc="lower center", ncols=4)
bars.bar(list(errors), list(errors.values()), color=["C0", "C1", "C2"])
bars.set(title="Mean absolute error")
plt.show()

# %%
# None of the three knows the calendar: Thanksgiving and Christmas surprise them all.
# Seven days later the copy is wrong once more, the linear model by about half as much,
# while the network has put the holiday aside.

print(
    f"The LSTM errs by {errors['LSTM']:.0f} births a day, the linear model by "
    f"{errors['linear']:.0f}, the same day of last week by {errors['last week']:.0f}."
)
