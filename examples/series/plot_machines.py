"""
Predict failures of machines at different loads
===============================================

Four hundred machines at ten sites report their current and heat every hour, in one
long table with a row for each hour of each machine. Some values are missing, for
sensors drop out. A machine that will fail swings slowly, by about its usual noise; but
each machine runs at a load of its own, from a few amperes to thousands. Which machines
will fail?
"""

# %%
# The table is simulated here. A real one would come from a database, by
# ``pandas.read_parquet`` or polars.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from sklearn_rnn import RNNClassifier, rows_from_sequences, sequences_from_frame
from sklearn_rnn.exceptions import SequenceError

MAX_EPOCHS = 15
N_MACHINES, N_SITES, N_HOURS = 400, 10, 48

random = np.random.default_rng(0)
fails = random.random(N_MACHINES) < 0.1
hours = np.arange(N_HOURS)
phase = random.random((N_MACHINES, 1))
swing = fails[:, None] * 1.2 * np.sin(2 * np.pi * (hours / 16 + phase))
load = 10 ** random.uniform(0, 3.5, size=(N_MACHINES, 1))
frame = pd.DataFrame(
    {
        "site": np.repeat(random.integers(N_SITES, size=N_MACHINES), N_HOURS),
        "machine": np.repeat([f"M{i:03}" for i in range(N_MACHINES)], N_HOURS),
        "hour": np.tile(pd.date_range("2024", periods=N_HOURS, freq="h"), N_MACHINES),
        "current": (
            load + load / 20 * (swing + random.normal(size=swing.shape))
        ).ravel(),
        "heat": (40 + random.normal(size=swing.shape)).ravel(),
        "fails": np.repeat(fails, N_HOURS),
    }
)
frame.loc[random.random(len(frame)) < 0.1, "current"] = np.nan
print(frame.head(3))

# %%
# The reader makes one sequence of each machine. It looks at the times: an hour that is
# not there at all would shift all later ones, and is refused by name.

reader = {"series": "machine", "time": "hour", "target": "fails"}
reader["columns"] = ["current", "heat"]
try:
    sequences_from_frame(frame.drop(index=100), **reader)
except SequenceError as error:
    print(error)

X, y = sequences_from_frame(frame, **reader)
print(X)

# %%
# Machines of one site share their weather and their staff, so that whole sites are held
# out. ``X.series_names`` says which machine each sequence is.

site_of = frame.groupby("machine")["site"].first()
sites = site_of[X.series_names].to_numpy()

# %%
# Missing values are filled, or shown to the network. By default each variable is
# standardised over all machines, which flattens those that run at a low load to a line;
# ``standardize="sequence"`` brings each one to its own level and scale, which join the
# network as static columns.

settings = {
    "all machines alike": {"standardize": True, "missing": "forward"},
    "each by its own scale": {"standardize": "sequence", "missing": "forward"},
    "and shown what is missing": {"standardize": "sequence", "missing": "mask"},
}
precision = {}
for name, params in settings.items():
    model = RNNClassifier(16, max_epochs=MAX_EPOCHS, random_state=0, **params)
    probability = cross_val_predict(
        model, X, y, groups=sites, cv=GroupKFold(5), method="predict_proba"
    )[:, 1]
    precision[name] = average_precision_score(y, probability)
    print(f"{name:<26} average precision {precision[name]:.2f}")

# %%
# The probabilities go back into the table, beside the hours they were computed from.

frame["probability"] = rows_from_sequences(probability, frame, series="machine")
suspects = frame.groupby("machine")["probability"].first().nlargest(3)
print(suspects.round(2))

# %%
# Above, four machines as they are; below, the average precision. That of a random
# order is the share of failures, the dotted line.

figure, (above, below) = plt.subplots(2, figsize=(7, 6), layout="constrained")
for name in [*suspects.index[:2], *frame["machine"][~frame["fails"]].unique()[:2]]:
    machine = frame[frame["machine"] == name]
    word = "fails" if machine["fails"].iloc[0] else "runs on"
    above.plot(machine["hour"], machine["current"], label=f"{name} {word}")
above.set(yscale="log", ylabel="current", title="Each machine runs at its own load")
above.legend(ncols=2, fontsize="small")
below.barh(list(precision), list(precision.values()))
below.axvline(fails.mean(), color="black", linestyle=":")
below.set(xlim=(0, 1), xlabel="average precision, whole sites held out")
below.invert_yaxis()
plt.show()

# %%
# By their own scale the machines that fail are found, whatever load they run at. Where
# the level of a single step says what is asked for, such as a limit that must not be
# passed, the default is the better choice.

alike, own, shown = precision.values()
print(
    f"With all machines standardised alike the average precision is {alike:.2f}, with "
    "each "
    f"by its own scale {own:.2f}, and with its gaps shown {shown:.2f}."
)
