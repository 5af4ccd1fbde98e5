"""
Backtest a forecaster from many origins
=======================================

A forecast is worth something if it beats the cheapest one. Carbon dioxide at Mauna Loa
has been measured every week since 1958: it rises, and swings with the year. "As much as
a year ago" is easily said; how much better is a forecaster, and how far ahead? A
backtest asks this at many origins in the past, each time with what was known then.
"""

# %%
# The series has gaps, which stay NaN: nothing is filled in.

import matplotlib.pyplot as plt
import pandas as pd

from sklearn_rnn import RNNForecaster, backtest
from sklearn_rnn.datasets import load_co2
from sklearn_rnn.inspection import BacktestDisplay, ForecastDisplay

MAX_EPOCHS = 6

weeks, co2 = load_co2(return_X_y=True)
y = pd.Series(co2, pd.DatetimeIndex(weeks), name="CO2 (ppm)")
print(f"{len(y)} weeks, {y.isna().sum()} of them without a measurement")

# %%
# The forecaster is trained once, before the first of twelve origins, and then only told
# what came since. Each origin forecasts the next year.

forecaster = RNNForecaster(
    52, quantiles=(0.1, 0.5, 0.9), max_epochs=MAX_EPOCHS, random_state=0
)
result = backtest(forecaster, y=y, step=26, n_origins=12)
print(result)
print(result.to_frame().groupby("step").first().loc[[1, 52]])

# %%
# The error grows with the steps ahead, and faster without the trend.

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
BacktestDisplay.from_result(result, ax=left)
ForecastDisplay(
    times=result.times[-1],
    y_pred=result.forecasts[-1],
    quantile_forecasts=result.quantile_forecasts[-1],
    quantiles=result.quantiles,
    past_times=y.index[-260:-52],
    y_past=y[-260:-52].to_numpy(),
    y_true=result.targets[-1],
    name="CO2 (ppm)",
).plot(right)
plt.show()

# %%
# What was learnt:

print(
    f"Over {len(result.origins)} origins the mean absolute error is {result.mae:.2f} "
    f"ppm, where repeating the last year costs {result.naive_mae:.2f}; "
    f"{result.coverage:.0%} of the weeks lie in the band of 80 %."
)
