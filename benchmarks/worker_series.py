"""MiniRocket and a ridge classifier on saved series, in whichever environment.

    python benchmarks/worker_series.py series.npz --seeds 5

Prints a line of JSON: for each seed the share of right answers, and the seconds of the
processor, imports apart. It needs NumPy, scikit-learn and aeon.
"""

import argparse
import json
import time
from importlib.metadata import version

import numpy as np

LEAST_STEPS = 9  # which MiniRocket asks for


def filled(X, n_steps):
    """Bring rows to a length: (n, n_variables, n_timesteps), zeros behind the end."""
    X = np.nan_to_num(X)[:, :n_steps]
    X = np.pad(X, [(0, 0), (0, n_steps - X.shape[1]), (0, 0)])
    return X.transpose(0, 2, 1).astype(np.float32)


def main():
    """Fit and score from each seed."""
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    with np.load(arguments.data, allow_pickle=False) as data:
        n_steps = max(LEAST_STEPS, data["X"].shape[1])  # longer rows are cut
        X, X_test = (filled(data[name], n_steps) for name in ("X", "X_test"))
        y, y_test = data["y"], data["y_test"]
    MiniRocket(random_state=0).fit_transform(X)  # compiles, once
    found = {"scores": [], "seconds": []}
    for seed in range(arguments.seeds):
        start = time.process_time()
        model = make_pipeline(
            MiniRocket(random_state=seed),
            StandardScaler(with_mean=False),
            RidgeClassifierCV(np.logspace(-3, 3, 10)),
        )
        model.fit(X, y)
        found["seconds"].append(round(time.process_time() - start, 2))
        found["scores"].append(float(model.score(X_test, y_test)))
    print(json.dumps({**found, "aeon": version("aeon")}))


if __name__ == "__main__":
    main()
