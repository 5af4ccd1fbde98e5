"""One model on one thread, on two threads, and shared by two processes.

Each way has a process, or two, of its own; the time is that of an epoch as `history_`
tells it, the first left out, and beside it the processor time of the process, of the
first one where there are two. The latter leaves out what the process waited for, other
work on the machine included. The ways take turns.

    python benchmarks/bench_accelerate.py --out bench_output/accelerate.json
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from measuring import environment, pin, spread, thread_environment, write_json

N_EPOCHS = 5  # that count
NETWORKS = {
    "small": {
        "title": "LSTM 32, 2,048 rows of 32 steps of 8 values, batches of 32",
        "rows": (2048, 32, 8),
        "params": {"hidden_size": 32, "batch_size": 32, "bidirectional": False},
    },
    "larger": {
        "title": "two directions of LSTM 256, 256 rows of 100 steps of 32 values, "
        "batches of 64",
        "rows": (256, 100, 32),
        "params": {"hidden_size": 256, "batch_size": 64, "bidirectional": True},
    },
}
# Processes and the threads of each.
WAYS = {
    "one process, one thread": (1, 1),
    "one process, two threads": (1, 2),
    "two processes, one thread each": (2, 1),
}


def train(name):
    """Fit a network and print the times of each epoch and the last loss."""
    from functools import partial

    import numpy as np
    from accelerate import Accelerator
    from skorch.callbacks import Callback

    from sklearn_rnn import RNNClassifier

    class ProcessorTimer(Callback):
        """Note the processor time of each epoch."""

        def on_epoch_begin(self, net, **kwargs):
            self.begin_ = time.process_time()

        def on_epoch_end(self, net, **kwargs):
            times.append(time.process_time() - self.begin_)

    times = []

    random = np.random.default_rng(0)
    X = random.normal(size=NETWORKS[name]["rows"])
    y = X[:, : X.shape[1] // 2].mean(axis=(1, 2)) > 0
    net_params = {}
    if "RANK" in os.environ:
        net_params["accelerator"] = partial(Accelerator, cpu=True)
    model = RNNClassifier(
        **NETWORKS[name]["params"],
        max_epochs=N_EPOCHS + 1,
        early_stopping=False,
        net_params=net_params,
        callbacks=[ProcessorTimer()],
        n_jobs=-1,  # as many as the environment allows
        random_state=0,
    ).fit(X, y)
    if os.environ.get("RANK", "0") == "0":
        seconds = model.history_["seconds"][1:].tolist()
        answer = {"seconds": seconds, "processor": times[1:]}
        print(json.dumps({**answer, "loss": model.loss_curve_[-1]}))


def launch(name, n_processes, n_threads):
    """Train in processes of their own and read what they print."""
    command = [sys.executable]
    if n_processes > 1:
        command += ["-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc_per_node", str(n_processes)]
    done = subprocess.run(
        [*command, __file__, "--train", name],
        env={**os.environ, **thread_environment(n_threads)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(repetitions):
    """Return the epochs of each way on each network, and the last losses."""
    rows = [
        {"network": name, "way": way, "seconds": [], "processor_seconds": []}
        for name in NETWORKS
        for way in WAYS
    ]
    for _ in range(repetitions):
        for row in rows:
            answer = launch(row["network"], *WAYS[row["way"]])
            row["seconds"] += answer["seconds"]
            row["processor_seconds"] += answer["processor"]
            row["last_loss"] = answer["loss"]
    return rows


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", choices=NETWORKS, help="what a process does")
    parser.add_argument("--cores", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.train:
        train(arguments.train)
        return

    pin(set(arguments.cores))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    rows = measure(arguments.repetitions)
    print("Seconds per epoch, and of the processor: median (lowest-highest).\n")
    for name, network in NETWORKS.items():
        print(network["title"])
        for row in rows:
            if row["network"] == name:
                times = [row["seconds"], row["processor_seconds"]]
                times = [spread(values, 3) for values in times]
                print(f"  {row['way']:32} {times[0]:22} {times[1]}")
    if arguments.out:
        titles = {name: network["title"] for name, network in NETWORKS.items()}
        write_json(
            arguments.out,
            {
                "environment": environment(),
                "load_before": load,
                "networks": titles,
                "epochs": rows,
            },
        )


if __name__ == "__main__":
    main()
