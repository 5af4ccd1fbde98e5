"""
Forecast many series with known promotions
==========================================

Twenty shops sell every day, and each plans its promotions a week ahead. How much will
each sell next week? One forecaster learns from all of them: a promotion works alike in
every shop, though one sells ten times as much as another. A search chooses how far
back it reads. The sales are simulated, so that the best possible forecast is known.
"""

# %%
# A long table with a row for each day of each shop. ``series`` and ``time`` say which
# columns these are; what else is in ``X`` is known of the days to come.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV

from sklearn_rnn import RNNForecaster, TimeBlockSplit
from sklearn_rnn.datasets import make_shop_sales
from sklearn_rnn.inspection import ForecastDisplay
from sklearn_rnn.metrics import neg_mase

MAX_EPOCHS = 5
N_SHOPS, N_DAYS = 20, 300

X, y = make_shop_sales(N_SHOPS, N_DAYS, random_state=0)
X, y = pd.DataFrame(X), pd.Series(np.log(y), name="log of the sales")
is_past = X["date"] < X["date"].max() - pd.Timedelta(days=6)
past, coming = X[is_past], X[~is_past]
print(X.head(3))

# %%
# Every fold forecasts a week of all shops from what was known before it.

forecaster = RNNForecaster(
    7, series="shop", time="date", max_epochs=MAX_EPOCHS, random_state=0
)
search = GridSearchCV(
    forecaster,
    {"window": [14, 28]},
    cv=TimeBlockSplit(2, horizon=7, time="date", series="shop"),
    scoring=neg_mase,
)
search.fit(past, y[is_past])
columns = ["param_window", "mean_test_score", "mean_fit_time"]
print(pd.DataFrame(search.cv_results_)[columns].round(3))

# %%
# What are the promotions worth? The same forecaster without their column, on the week
# that none has seen.

best = search.best_estimator_
without = forecaster.set_params(**search.best_params_)
without.fit(past[["shop", "date"]], y[is_past])

_, clean = make_shop_sales(N_SHOPS, N_DAYS, noise=0.0, random_state=0)
truth = y[~is_past]
guesses = {
    "with promotions": best.predict(coming),
    "without": without.predict(coming[["shop", "date"]]),
    "a week ago": y[is_past].groupby(past["shop"]).tail(7).to_numpy(),
    "best possible": np.log(clean)[~is_past],
}
errors = {name: np.mean(np.abs(truth - guess)) for name, guess in guesses.items()}
for name, error in errors.items():
    print(f"{name:>16}: mean absolute error of the logarithm {error:.3f}")

# %%
# One shop: the days of a promotion stand out, and are expected.

one = X["shop"] == "S03"
ForecastDisplay.from_estimator(
    best,
    coming,
    y_past=pd.Series(y[is_past & one].to_numpy(), X["date"][is_past & one].array),
    y_true=truth[one],
    series="S03",
    name="log of the sales of S03",
)
plt.show()

# %%
# What was learnt:

print(
    f"The error of next week's sales is {errors['with promotions']:.1%} with the "
    f"promotions known, {errors['without']:.1%} without them, and at best "
    f"{errors['best possible']:.1%}."
)
