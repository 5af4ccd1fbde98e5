"""
Forecast one series with bands
==============================

An airline knows the passengers of eleven years, month by month. They grow, and the
season grows with them. It wants to know the next twelve months, and how sure that is.
The series is simulated, so that the best possible forecast is known.
"""

# %%
# Ten lines. Rows are months: ``fit`` takes the past, ``forecast`` gives the months that
# follow, with their dates. The three quantiles are a band of 80 % and its middle. A
# logarithm makes of a season that grows one that stays as it is.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklearn_rnn import RNNForecaster
from sklearn_rnn.datasets import make_passengers
from sklearn_rnn.inspection import ForecastDisplay
from sklearn_rnn.metrics import coverage, mase

MAX_EPOCHS = 10

months, passengers = make_passengers(144, random_state=0)
y = pd.Series(passengers, pd.DatetimeIndex(months, freq="MS"), name="passengers")
past, future = y[:-12], y[-12:]

forecaster = RNNForecaster(
    12, quantiles=(0.1, 0.5, 0.9), max_epochs=MAX_EPOCHS, random_state=0
)
forecaster.fit(np.log(past))
print(np.exp(forecaster.forecast()).round(0))

# %%
# What came is drawn beside it, here in logarithms.

ForecastDisplay.from_estimator(
    forecaster, y_past=np.log(past), y_true=np.log(future), n_past=48
)
plt.show()

# %%
# The forecaster says what it was made of: which of repeating the last value, a linear
# map and the mixture with a network was good enough on the months held out, and what
# each would have cost there.

print(f"chosen: {forecaster.chosen_}, share of the linear part {forecaster.share_:.2f}")
print({name: round(error, 3) for name, error in forecaster.held_out_error_.items()})

# %%
# The error is scaled by that of the seasonal naive forecast, "as many as a year ago",
# on the past. The best forecast is the series without its noise.

_, best = make_passengers(144, noise=0.0)
naive = past[-12:].to_numpy()
forecast = np.exp(forecaster.predict())
scores = {
    name: mase(future, guess, y_train=past, period=12)
    for name, guess in [("naive", naive), ("ours", forecast), ("best", best[-12:])]
}
inside = coverage(np.log(future), forecaster.predict_quantiles())

# %%
# What was learnt:

print(
    f"The error is {scores['ours']:.2f} times that of the naive forecast on the past; "
    f"the best possible forecast has {scores['best']:.2f}, and the last year repeated "
    f"{scores['naive']:.2f}. {inside:.0%} of the months were in the band of 80 %."
)
