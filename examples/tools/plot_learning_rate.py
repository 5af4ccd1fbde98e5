"""
Find a learning rate and its schedule
=====================================

Of all settings the learning rate spoils most: too low, and training does not arrive;
too high, and it never settles. Smith [1]_ found a way to see the right range in a
single short training, in which the rate grows from update to update. Then there is the
course: a rate may stay, fall, or rise and fall. Here both are looked at for a forecast
that is learnt by plain gradient descent, for which the default rate was not made.

.. [1] L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.
"""

# %%
# The data: births in the United States, day by day; tomorrow's from those of the last
# four weeks. The last year is kept for testing.

import matplotlib.pyplot as plt

from sklearn_rnn import RNNRegressor, sliding_windows
from sklearn_rnn.datasets import load_births
from sklearn_rnn.inspection import LearningRateDisplay, ScheduleDisplay

MAX_EPOCHS = 15
N_TRAIN, N_TEST = 1000, 365

_, births = load_births(return_X_y=True)
X, y = sliding_windows(births, 28)
X_train, y_train = X[-N_TRAIN - N_TEST : -N_TEST], y[-N_TRAIN - N_TEST : -N_TEST]
X_test, y_test = X[-N_TEST:], y[-N_TEST:]

network = RNNRegressor(
    32,
    cell="gru",
    pooling="final_max",
    optimizer="sgd",
    max_epochs=MAX_EPOCHS,
    random_state=0,
)

# %%
# The range test: 100 updates, from a rate that does nothing to one that destroys what
# was learnt. The suggestion lies well before that, where most of the fall is done.

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
test = LearningRateDisplay.from_estimator(network, X_train, y_train, ax=left)
print(f"default rate {network.lr}, suggested {test.suggestion:.2g}")

# %%
# The courses: each is planned over all updates of a fit, and can be drawn before it.

COURSES = {"constant": None, "cosine": "cosine", "one cycle": "one_cycle"}

for name, lr_schedule in COURSES.items():
    network.set_params(lr=test.suggestion, lr_schedule=lr_schedule)
    ScheduleDisplay.from_estimator(network, N_TRAIN, ax=right, name=name)
plt.show()

# %%
# What they are worth: R² on the last year, with both rates on each course.

print(f"{'':10}{'lr=0.01':>9}{'suggested':>11}")
for name, lr_schedule in COURSES.items():
    scores = []
    for lr in (0.01, test.suggestion):
        network.set_params(lr=lr, lr_schedule=lr_schedule).fit(X_train, y_train)
        scores.append(network.score(X_test, y_test))
    print(f"{name:10}{scores[0]:9.2f}{scores[1]:11.2f}")

# %%
# Each was trained once, and a search over ``lr`` would tell more, at the cost of a
# whole fit for each rate.

print(
    f"The suggested rate is {test.suggestion / 0.01:.0f} times the default; on the "
    "course "
    f"of the last line it takes R² from {scores[0]:.2f} to {scores[1]:.2f}."
)
