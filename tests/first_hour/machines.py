"""Somebody with a log of pumps, who has read the page on machine and sensor data."""

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, cross_val_score

from sklearn_rnn import RNNClassifier, sequences_from_frame

random = np.random.default_rng(0)
parts = []
for pump in range(90):
    hours = int(random.integers(15, 25))  # not all were measured for equally long
    fails = pump % 3 == 0
    heat = 50 + 10 * (pump % 5) + random.normal(size=hours)
    if fails:  # it gets warmer towards the end
        heat = heat + np.linspace(0, 6, hours)
    parts.append(
        pd.DataFrame(
            {"pump": f"P{pump}", "hour": range(hours), "heat": heat, "fails": fails}
        )
    )
log = pd.concat(parts, ignore_index=True)
log.loc[random.random(len(log)) < 0.05, "heat"] = np.nan  # sensors drop out

X, y = sequences_from_frame(
    log, series="pump", time="hour", columns=["heat"], target="fails"
)
print(X)
model = RNNClassifier(
    16, standardize="sequence", missing="forward", max_epochs=20, random_state=0
)
sites = np.arange(90) // 9
scores = cross_val_score(model, X, y, cv=GroupKFold(2), groups=sites, scoring="roc_auc")
print("AUC, whole sites held out:", scores)
assert scores.min() > 0.8
