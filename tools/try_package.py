"""Build the package, check it, and try it where nothing else is installed.

Wheel and sdist alone, the wheel with each extra for users, and a program of a user as
mypy and pyright see it. `make package` runs it. Nothing is uploaded.
"""

import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
# What a stranger would try first; -I keeps the folder and PYTHONPATH out of it.
PROGRAM = """
import numpy as np, sklearn_rnn
from sklearn_rnn.datasets import load_births
X, y = sklearn_rnn.sliding_windows(load_births().target[:200], window=7)
model = sklearn_rnn.RNNRegressor(8, max_epochs=2, random_state=0).fit(X, y)
print(sklearn_rnn.__version__, sklearn_rnn.__file__, model.predict(X[:1]))
"""
# A program for each kind of user, written from one page of docs/tasks.
FIRST_HOUR = sorted((ROOT / "tests/first_hour").glob("*.py"))

# What each extra for users is for; they run behind the program above.
EXTRAS = {
    "plot": """
import matplotlib
matplotlib.use("agg")
from sklearn_rnn.inspection import TrainingCurveDisplay
TrainingCurveDisplay.from_estimator(model).figure_.savefig("curves.png")
""",
    "save": """
sklearn_rnn.save(model, "model.skops")
loaded = sklearn_rnn.load("model.skops")
assert np.array_equal(loaded.predict(X), model.predict(X))
""",
    "onnx": """
import onnx
sklearn_rnn.export_onnx(model, "model.onnx")
onnx.checker.check_model(onnx.load("model.onnx"))
""",
    "translation": """
from sklearn_rnn.metrics import bleu_score, chrf_score
texts = ["one two three four five"]
assert bleu_score(texts, texts) > 99 and chrf_score(texts, texts) > 99
""",
    "dask": """
from distributed import Client
from joblib import parallel_config
from sklearn.model_selection import cross_val_score
alone = cross_val_score(model, X, y, cv=2)
with Client(processes=False, n_workers=1, dashboard_address=None):
    with parallel_config("dask"):
        assert np.array_equal(cross_val_score(model, X, y, cv=2), alone)
""",
    "accelerate": """
from functools import partial
from accelerate import Accelerator
model.set_params(net_params={"accelerator": partial(Accelerator, cpu=True)})
print(model.fit(X, y).score(X, y))
""",
}
TYPED = ROOT / "tools" / "typed_script.py"


def run(*command, **options):
    """Run a command, or end with its error."""
    print("$", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **options)


def build():
    """Build sdist and, from it, the wheel; give both."""
    for old in DIST.glob("sklearn_rnn-*"):
        old.unlink()
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    (wheel,) = DIST.glob("*.whl")
    (sdist,) = DIST.glob("*.tar.gz")
    return wheel, sdist


def check(wheel, sdist):
    """Let twine read both; see that the types are told, and nothing else came in."""
    run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist)
    names = zipfile.ZipFile(wheel).namelist()
    assert "sklearn_rnn/py.typed" in names
    folders = {name.split("/")[0] for name in names}
    assert all(folder.startswith("sklearn_rnn") for folder in folders), folders


@contextmanager
def clean_place(*packages):
    """Install packages into an environment of its own; give its Python."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        python = Path(folder) / scripts / "python"
        constraints = ["--constraint", ROOT / "constraints.txt"]
        run(python, "-m", "pip", "install", "--quiet", *constraints, *packages)
        yield python


def try_alone(package):
    """Install one file and nothing else; a warning is an error."""
    with clean_place(package) as python:
        run(python, "-I", "-W", "error", "-c", PROGRAM, cwd=python.parent)


def try_extra(wheel, extra):
    """Install the wheel with an extra, and do what the extra is for."""
    with clean_place(f"{wheel}[{extra}]") as python:
        run(python, "-I", "-c", PROGRAM + EXTRAS[extra], cwd=python.parent)


def try_types(wheel):
    """Run a user's program, and let mypy and pyright read it."""
    with clean_place(f"{wheel}[save]", "mypy>=1.15", "pyright>=1.1.400") as python:
        folder = python.parent
        script = shutil.copy(TYPED, folder)
        run(python, script, folder, cwd=folder)
        run(python, "-m", "mypy", "--strict", script, cwd=folder)
        run(python, "-m", "pyright", "--pythonpath", python, script, cwd=folder)


def try_first_hour(wheel):
    """Run the programs of the first hour, where only the wheel and pandas are."""
    with clean_place(wheel, "pandas") as python:
        for program in FIRST_HOUR:
            run(python, "-I", "-W", "error", program, cwd=python.parent)


def main():
    """Build, check and try."""
    wheel, sdist = build()
    check(wheel, sdist)
    for package in (wheel, sdist):
        try_alone(package)
    try_first_hour(wheel)
    for extra in EXTRAS:
        try_extra(wheel, extra)
    try_types(wheel)
    print(f"{wheel.name} and {sdist.name}: built, checked, installed and run")


if __name__ == "__main__":
    main()
