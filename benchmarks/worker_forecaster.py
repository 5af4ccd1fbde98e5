"""Forecasts of another library on saved data, in whichever environment.

    python benchmarks/worker_forecaster.py ets task.npz

Prints a line of JSON: the forecast at each origin, and the seconds of the processor,
imports apart. It needs NumPy, pandas and what the peer needs.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

from worker import versions


def pasts(task):
    """Give what was known at each origin, gaps filled by straight lines."""
    for origin in task["origins"]:
        yield pd.Series(task["values"][:origin]).interpolate().to_numpy()


def ets(task):
    """Exponential smoothing, refitted; the best of four by the corrected AIC."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    def fit(past, seasonal, damped):
        model = ExponentialSmoothing(
            past,
            trend="add",
            damped_trend=damped,
            seasonal=seasonal,
            seasonal_periods=int(task["period"]),
        )
        return model.fit()

    kinds = [(s, d) for s in ("add", "mul") for d in (False, True)]
    for past in pasts(task):
        fits = [fit(past, *kind) for kind in kinds]
        best = min(fits, key=lambda one: one.aicc)
        yield best.forecast(int(task["horizon"]))


def skforecast(regressor, **more):
    """Forecast step by step from its own forecasts, refitted."""

    def forecasts(task):
        from skforecast.recursive import ForecasterRecursive

        lags = int(task["window"])
        for past in pasts(task):
            model = ForecasterRecursive(regressor(), lags=lags, **more)
            model.fit(pd.Series(past, name="y"))
            yield model.predict(int(task["horizon"])).to_numpy()

    return forecasts


def ridge():
    from sklearn.linear_model import RidgeCV

    return RidgeCV(np.logspace(-3, 5, 9))


def boosting():
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=0)


def neuralforecast(name, max_steps):
    """Train once, before the first origin; then forecast from what is known."""

    def forecasts(task):
        import neuralforecast.models
        from neuralforecast import NeuralForecast

        def table(past):
            return pd.DataFrame(
                {"unique_id": "one", "ds": np.arange(len(past)), "y": past}
            )

        model = getattr(neuralforecast.models, name)(
            h=int(task["horizon"]),
            input_size=int(task["window"]),
            max_steps=max_steps,
            scaler_type="standard",
            random_seed=0,
            accelerator="cpu",
            enable_progress_bar=False,
            logger=False,
        )
        known = list(pasts(task))
        net = NeuralForecast(models=[model], freq=1)
        net.fit(table(known[0]))
        for past in known:
            yield net.predict(df=table(past))[name].to_numpy()

    return forecasts


PEERS = {
    "ets": ets,
    "ridge": skforecast(ridge),
    "boosting": skforecast(boosting, differentiation=1),
    "dlinear": neuralforecast("DLinear", 5000),
    "nlinear": neuralforecast("NLinear", 5000),
    "gru": neuralforecast("GRU", 200),  # its 1,000 are worse on the passengers
}


def measure(peer, path):
    with np.load(path) as file:
        task = dict(file)
    start = time.process_time()
    forecasts = [np.asarray(one).tolist() for one in PEERS[peer](task)]
    return {"forecasts": forecasts, "seconds": time.process_time() - start}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    peer, path = sys.argv[1:]
    print(json.dumps(measure(peer, path) | {"versions": versions()}))
