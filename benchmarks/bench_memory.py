"""Series larger than memory: what `partial_fit` and `fit` hold of a mapped file.

Series of 100 steps of 8 variables are written chunk by chunk into one .npy file. The
label is the sign of a leaky sum of the first variable, which an Elman RNN can learn.
Each run maps the file and has a process of its own; the first rows of the file serve
the shorter runs, the last ones are held out for the score.

What is shown is RssAnon of /proc/self/status, the largest of samples taken every few
milliseconds: memory that this process has asked for. Pages of the mapped file are not
in it, the system drops them whenever it needs the room; VmHWM, shown beside it, counts
them.

    python benchmarks/bench_memory.py --out bench_output/memory.json
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from measuring import environment, pin, write_json

N_TIMESTEPS, N_FEATURES = 100, 8
ROW_BYTES = 4 * N_TIMESTEPS * N_FEATURES
CHUNK_ROWS = 20_000  # 64 MB
HELD_OUT_ROWS = 10_000
LEAK = 0.9

# Which runs at which share of the whole.
RUNS = {"partial_fit": (0.2, 1.0), "fit": (0.2, 0.4, 1.0), "predict": (0.2, 1.0)}


def rows_of(gigabytes):
    """Say how many series take so many gigabytes (of 1e9 bytes)."""
    return int(gigabytes * 1e9 / ROW_BYTES)


def draw(rng, n_rows):
    """Draw series and their labels."""
    X = rng.standard_normal((n_rows, N_TIMESTEPS, N_FEATURES), dtype=np.float32)
    fading = LEAK ** np.arange(N_TIMESTEPS)[::-1]
    return X, (X[:, :, 0] @ fading > 0).astype(np.int8)


def write_data(folder, n_rows):
    """Write series and labels, never holding more than a chunk of them."""
    rng = np.random.default_rng(0)
    shape = n_rows, N_TIMESTEPS, N_FEATURES
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float32, shape)
    y = np.empty(n_rows, dtype=np.int8)
    for start in range(0, n_rows, CHUNK_ROWS):
        part = slice(start, min(start + CHUNK_ROWS, n_rows))
        X[part], y[part] = draw(rng, part.stop - part.start)
    X.flush()
    np.save(folder / "y.npy", y)


def status_megabytes(field):
    """Read a field of the kernel's table of this process."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field):
                return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"/proc/self/status has no {field}")


class Peak:
    """The largest RssAnon while the block runs, in MB."""

    def __init__(self, interval=0.003):
        self.interval = interval
        self.megabytes = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._done.wait(self.interval):
            self.megabytes = max(self.megabytes, status_megabytes("RssAnon"))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._done.set()
        self._thread.join()


def make_classifier():
    from sklearn_rnn import RNNClassifier

    return RNNClassifier(
        16,
        cell="rnn",
        bidirectional=False,
        pooling="last",
        batch_size=512,
        max_epochs=1,
        lr_schedule=None,
        early_stopping=False,
        random_state=0,
    )


def train_on_chunks(model, X, y):
    """Call `partial_fit` on one chunk after the other; return RssAnon behind each."""
    after = []
    for start in range(0, len(X), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        model.partial_fit(X[part], y[part], classes=[0, 1])
        after.append(round(status_megabytes("RssAnon")))
    return after


def run(kind, folder, n_rows):
    """Train or predict once; return what it took."""
    X, y = np.load(folder / "X.npy", mmap_mode="r"), np.load(folder / "y.npy")
    held_out, truth = X[-HELD_OUT_ROWS:], y[-HELD_OUT_ROWS:]
    X, y = X[:n_rows], y[:n_rows]
    model = make_classifier().fit(X[:1024], y[:1024])  # imports are no part of it
    before = status_megabytes("RssAnon")
    start, cpu_start = time.perf_counter(), time.process_time()
    found = {}
    with Peak() as peak:
        if kind == "partial_fit":
            model = make_classifier()
            found["megabytes_after_chunks"] = train_on_chunks(model, X, y)
        elif kind == "fit":
            model = make_classifier().fit(X, y)
        else:
            model.predict(X)
    found |= {
        "run": kind,
        "n_rows": len(X),
        "gigabytes": round(X.nbytes / 1e9, 3),
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - cpu_start, 2),
        "megabytes_before": round(before, 1),
        "peak_megabytes": round(peak.megabytes, 1),
        "peak_with_mapped_file_megabytes": round(status_megabytes("VmHWM"), 1),
    }
    if kind != "predict":
        found["train_loss"] = [float(f"{loss:.4g}") for loss in model.loss_curve_]
        found["held_out_accuracy"] = model.score(held_out, truth)
    return found


def run_apart(kind, folder, n_rows):
    """Run in a process of its own."""
    command = [sys.executable, __file__, "--run", kind, "--rows", str(n_rows)]
    done = subprocess.run(
        [*command, "--folder", folder], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def describe(found):
    """Write a run in one line."""
    line = (
        f"{found['run']:11} {found['gigabytes']:5.2f} GB {found['seconds']:7.1f} s   "
        f"RssAnon {found['megabytes_before']:4.0f} MB before, "
        f"{found['peak_megabytes']:5.0f} MB at most   "
        f"VmHWM {found['peak_with_mapped_file_megabytes']:5.0f} MB"
    )
    if "train_loss" in found:
        first, *_, last = [*found["train_loss"], found["train_loss"][-1]]
        line += f"   loss {first:.3f} to {last:.3f}"
        line += f", held-out accuracy {found['held_out_accuracy']:.3f}"
    return line


def main():
    """Write the data, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--folder", type=Path, help="where the data goes and stays")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    parser.add_argument("--run", choices=RUNS, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    if arguments.run:
        import torch

        torch.set_num_threads(1)
        print(json.dumps(run(arguments.run, arguments.folder, arguments.rows)))
        return
    pin({arguments.core})
    with contextlib.ExitStack() as stack:
        folder = arguments.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        start = time.perf_counter()
        write_data(folder, rows_of(arguments.gigabytes) + HELD_OUT_ROWS)
        writing = round(time.perf_counter() - start, 1)
        print(f"{arguments.gigabytes} GB written in {writing} s")
        found = []
        for kind in arguments.kinds:
            for share in RUNS[kind]:
                n_rows = rows_of(share * arguments.gigabytes)
                found.append(run_apart(kind, folder, n_rows))
                print(describe(found[-1]), flush=True)
    if arguments.out:
        results = {
            "environment": environment(),
            "shape_of_a_row": [N_TIMESTEPS, N_FEATURES],
            "rows_in_a_chunk": CHUNK_ROWS,
            "seconds_to_write": writing,
            "runs": found,
        }
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
