"""How good is `RNNForecaster` on small series, beside naive forecasts and peers?

It is trained once, before the first origin, and then only told what came. The peers of
statsmodels and skforecast are fitted again at each origin, the nets of neuralforecast
once. Births and carbon dioxide travel with the package; the monthly passengers and the
seven channels of ETTh1 are read from the data folder.

    python benchmarks/bench_forecaster_small.py ../shared/data \\
        --out benchmarks/results/forecaster_small.json \\
        --python-peers .venv-forecast/bin/python

`--parts`, `--tasks` and `--seeds` name some of them; what else is in the file stays.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from measuring import environment, spread, thread_environment, write_json
from report import markdown
from sklearn_rnn import RNNForecaster, backtest
from sklearn_rnn.datasets import load_births, load_co2
from sklearn_rnn.metrics import seasonal_naive_error

PEERS = {
    "ets": "statsmodels, exponential smoothing",
    "ridge": "skforecast, ridge",
    "boosting": "skforecast, histogram gradient boosting",
    "dlinear": "neuralforecast, DLinear",
    "nlinear": "neuralforecast, NLinear",
    "gru": "neuralforecast, GRU",
}


class Task(NamedTuple):
    """A series, and the origins that are counted from its end."""

    series: pd.Series
    horizon: int
    step: int
    n_origins: int

    def run(self, **parameters):
        """Backtest a forecaster that is trained once."""
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = backtest(
                RNNForecaster(self.horizon, **parameters),
                y=self.series,
                step=self.step,
                n_origins=self.n_origins,
            )
        return result, time.process_time() - start

    @property
    def origins(self):
        last = len(self.series) - self.horizon
        return [last - self.step * i for i in range(self.n_origins)][::-1]


def births(n_past, step, n_origins):
    dates, values = load_births(return_X_y=True)
    series = pd.Series(values, pd.DatetimeIndex(dates, freq="D"))
    first = len(series) - 28 - step * (n_origins - 1)
    return Task(series.iloc[max(0, first - n_past) :], 28, step, n_origins)


def co2(step, n_origins):
    dates, values = load_co2(return_X_y=True)
    return Task(pd.Series(values, pd.DatetimeIndex(dates)), 52, step, n_origins)


def airline(folder):
    table = pd.read_csv(folder / "airline_passengers.csv.gz")
    months = pd.date_range("1949-01", periods=len(table), freq="MS")
    series = pd.Series(table.iloc[:, -1].to_numpy(float), months)
    return Task(series, 12, 12, 5)


def small(folder):
    """Five, six and four origins, as far apart as they can be."""
    return {
        "airline": airline(folder),
        "births": births(1461, 61, 6),
        "CO2": co2(60, 4),
    }


def etth1(folder):
    """Make a task of each channel: 20 months, the last four of them to forecast."""
    table = pd.read_csv(folder / "ETTh1.csv.gz", index_col=0, parse_dates=True)
    table = table.iloc[: 20 * 30 * 24]
    return {
        f"ETTh1 {name}": Task(column, 24, 29, 99)
        for name, column in table.asfreq("h").items()
    }


def mase(task, forecasts, period):
    """Score forecasts of each origin, scaled by what was known then."""
    values = task.series.to_numpy()
    scores = []
    for origin, forecast in zip(task.origins, forecasts, strict=True):
        error = np.nanmean(np.abs(values[origin : origin + task.horizon] - forecast))
        scores.append(error / seasonal_naive_error(values[:origin], period))
    return float(np.mean(scores))


def measure_small(arguments, found):
    """Score ours for each seed and each peer once."""
    for name, task in chosen(small(arguments.data), arguments.tasks):
        record = found.setdefault(name, {"ours": {}})
        for seed in arguments.seeds:
            result, seconds = task.run(random_state=seed)
            fitted = result.forecaster
            record["ours"][str(seed)] = {
                "mase": mase(task, result.forecasts, result.period),
                "seconds": seconds,
                "chosen": fitted.chosen_,
                "share": fitted.share_,
            }
            record["naive"] = mase(task, result.naive_forecasts, result.period)
            record["window"], record["period"] = fitted.window_, fitted.period_
            yield name, record
        for peer in arguments.peers if arguments.python_peers else ():
            record[peer] = ask_peer(arguments.python_peers, peer, task, record)
            yield name, record[peer]


def ask_peer(python, peer, task, record):
    """Let another environment forecast, and score what it says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.npz"
        np.savez(
            path,
            values=task.series.to_numpy(),
            origins=task.origins,
            horizon=task.horizon,
            period=record["period"],
            window=record["window"],
        )
        worker = Path(__file__).with_name("worker_forecaster.py")
        command = [python, str(worker), peer, str(path)]
        run = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=os.environ | thread_environment(1),
        )
    if run.returncode:
        return {"error": run.stderr.strip().splitlines()[-1]}
    answer = json.loads(run.stdout.splitlines()[-1])
    score = mase(task, answer["forecasts"], record["period"])
    return {
        "mase": score,
        "seconds": answer["seconds"],
        "versions": answer["versions"],
    }


def measure_bands(arguments, found):
    """Cover births with a band of 80 %, from 100 origins."""
    task = births(1826, 7, 100)
    for conformal in (True, False):
        record = found.setdefault(f"conformal={conformal}", {})
        for seed in arguments.seeds:
            result, seconds = task.run(
                quantiles=(0.1, 0.5, 0.9), conformal=conformal, random_state=seed
            )
            bands = result.quantile_forecasts
            record[str(seed)] = {
                "coverage": result.coverage,
                "first week": float(result.coverage_by_step[:7].mean()),
                "last week": float(result.coverage_by_step[-7:].mean()),
                "width": float(np.mean(bands[..., -1] - bands[..., 0])),
                "crossings": int((np.diff(bands, axis=-1) < 0).sum()),
                "mase": result.mase,
                "seconds": seconds,
            }
            yield conformal, record[str(seed)]


def measure_modes(arguments, found):
    """Compare the two ways to use the ridge regression on ten sets."""
    tasks = small(arguments.data) | etth1(arguments.data)
    for name, task in chosen(tasks, arguments.tasks):
        record = found.setdefault(name, {"mix": {}, "start": {}})
        for linear in record:
            for seed in arguments.seeds:
                result, seconds = task.run(linear=linear, random_state=seed)
                record[linear][str(seed)] = {
                    "mase": mase(task, result.forecasts, result.period),
                    "seconds": seconds,
                    "chosen": result.forecaster.chosen_,
                }
                yield f"{name} {linear}", record[linear][str(seed)]


def chosen(tasks, names):
    return [(name, task) for name, task in tasks.items() if not names or name in names]


PARTS = {"small": measure_small, "bands": measure_bands, "modes": measure_modes}


# -- tables ------------------------------------------------------------------------


def peers_table(record):
    """Write accuracy and seconds of ours and of the peers side by side."""
    heads = ["", *(f"{name}, MASE" for name in record), "seconds"]
    naive = [f"{found['naive']:.2f}" for found in record.values()]
    rows = [["last season repeated", *naive, ""]]
    ours = ["`RNNForecaster`"]
    ours += [spread(_of(r["ours"], "mase")) for r in record.values()]
    seconds = [statistics.median(_of(r["ours"], "seconds")) for r in record.values()]
    rows.append([*ours, _seconds(seconds)])
    for peer, title in PEERS.items():
        found = [r.get(peer, {}) for r in record.values()]
        if any("mase" in one for one in found):
            scores = [f"{one['mase']:.2f}" if "mase" in one else "" for one in found]
            rows.append(
                [title, *scores, _seconds([one.get("seconds") for one in found])]
            )
    return markdown(heads, rows)


def modes_table(record):
    """Write the medians of both ways on each set, and the ratio of the two."""
    heads = ["series", '`linear="mix"`, MASE', '`linear="start"`', "ratio"]
    rows, ratios = [], []
    for name, found in record.items():
        scores = [statistics.median(_of(found[m], "mase")) for m in ("mix", "start")]
        ratios.append(scores[1] / scores[0])
        rows.append([name, *(f"{one:.3f}" for one in (*scores, ratios[-1]))])
    better = [sum(ratio > 1 for ratio in ratios), sum(ratio < 1 for ratio in ratios)]
    mean = statistics.geometric_mean(ratios)
    rows.append(["better on, and mean ratio", *map(str, better), f"{mean:.3f}"])
    return markdown(heads, rows)


def figures(record):
    """Name the figures that the guide quotes."""
    bands = record["bands"]
    for name, mode in (("coverage", "True"), ("coverage raw", "False")):
        shares = _of(bands[f"conformal={mode}"], "coverage")
        yield f"{name} %", f"{100 * statistics.median(shares):.0f}"


def _of(runs, what):
    """List one figure of the runs of all seeds."""
    return [run[what] for run in runs.values()]


def _seconds(values):
    return ", ".join("-" if v is None else _short(v) for v in values)


def _short(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--tasks", nargs="+")
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--python-peers", help="the interpreter that has the peers")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    record = {}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for part in arguments.parts:
        found = record.setdefault(part, {})
        for name, figures in PARTS[part](arguments, found):
            print(part, name, figures, flush=True)
            record["environment"] = environment()
            write_json(arguments.out, record)
    if "small" in record:
        print(*peers_table(record["small"]), sep="\n")
    if "modes" in record:
        print(*modes_table(record["modes"]), sep="\n")


if __name__ == "__main__":
    main()
