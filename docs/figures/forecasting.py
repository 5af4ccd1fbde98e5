"""Draw a forecast of passengers with its bands, and what a backtest says of it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklearn_rnn import RNNForecaster, backtest
from sklearn_rnn.datasets import make_passengers
from sklearn_rnn.inspection import BacktestDisplay, ForecastDisplay

months, passengers = make_passengers(144, random_state=0)
y = pd.Series(np.log(passengers), pd.DatetimeIndex(months, freq="MS"))
forecaster = RNNForecaster(
    12, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95), max_epochs=2, random_state=0
)
result = backtest(forecaster, y=y[:-12], step=6, n_origins=5)

_, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
forecaster.fit(y[:-12])
ForecastDisplay.from_estimator(
    forecaster, y_past=y[:-12], y_true=y[-12:], name="log of the passengers", ax=left
)
BacktestDisplay.from_result(result, name="RNNForecaster", ax=right)
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
