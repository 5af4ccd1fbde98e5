"""A forecast with an interval: three quantiles of the births of tomorrow."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_births
from sklearn_rnn.inspection._axes import COLORS

N_TEST, N_SHOWN = 200, 42

dates, births = load_births(return_X_y=True)
births = births[-800:] / 1000
X, y = sliding_windows(births, window=14)
days = dates[-len(y) :]

model = RNNRegressor(
    32,
    cell="gru",
    bidirectional=False,
    pooling="last",
    quantiles=(0.1, 0.5, 0.9),
    max_epochs=15,
    random_state=0,
)
model.fit(X[:-N_TEST], y[:-N_TEST])
low, middle, high = model.predict_quantiles(X[-N_TEST:]).T
truth = y[-N_TEST:]
inside = (low <= truth) & (truth <= high)
print(f"inside the interval: {inside.mean():.0%} of {N_TEST} days")
print(f"median off by {np.abs(middle - truth).mean():.3f} thousand")

shown = slice(40, 40 + N_SHOWN)
days, truth, inside = days[-N_TEST:][shown], truth[shown], inside[shown]
fig, ax = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
ax.fill_between(
    days,
    low[shown],
    high[shown],
    color=COLORS[5],
    alpha=0.4,
    lw=0,
    label="from the 10 % to the 90 % quantile",
)
ax.plot(days, middle[shown], color=COLORS[0], lw=2, label="median")
ax.plot(days[inside], truth[inside], "o", color="black", ms=4.5, label="births")
ax.plot(
    days[~inside], truth[~inside], "X", color=COLORS[1], ms=9, label="births, outside"
)
ax.xaxis.set_major_locator(mdates.WeekdayLocator(mdates.MO))
ax.xaxis.set_major_formatter(mdates.DateFormatter("%d %b"))
low_end, high_end = ax.get_ylim()
ax.set(
    title="Births in the United States in 2003, each day from the two weeks before",
    xlabel="Mondays",
    ylabel="thousands per day",
    ylim=(low_end, high_end + 0.35 * (high_end - low_end)),
)
ax.legend(loc="upper center", ncols=2, fontsize=10)
plt.show()
