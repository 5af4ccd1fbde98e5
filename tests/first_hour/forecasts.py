"""Somebody with daily sales, who has read the page on forecasting one series."""

import numpy as np
import pandas as pd

from sklearn_rnn import RNNForecaster, backtest

random = np.random.default_rng(0)
days = pd.date_range("2022-01-01", periods=200, freq="D")
week = np.array([1.0, 1.1, 1.2, 1.2, 1.5, 2.0, 0.6])
sales = 100 * week[days.day_of_week] * np.exp(random.normal(0, 0.05, size=200))
y = pd.Series(np.log(sales), days, name="log of the sales")
y.iloc[[20, 21, 150]] = np.nan  # the shop was closed

model = RNNForecaster(
    7, quantiles=(0.1, 0.5, 0.9), window=28, max_epochs=2, random_state=0
)
print(np.exp(model.fit(y).forecast()).round())
result = backtest(model, y=y, step=7, n_origins=5)
print(f"off by {result.mae:.3f}, last week again {result.naive_mae:.3f}")
assert result.mae < result.naive_mae
assert 0.5 < result.coverage <= 1
