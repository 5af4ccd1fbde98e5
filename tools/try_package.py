"""Build the package, check it, and try it where nothing else is installed.

`make package` runs it. Nothing is uploaded.
"""

import subprocess
import sys
import tempfile
import venv
import zipfile
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


def try_in_a_clean_place(package):
    """Install one file into an environment of its own and run a program there."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        python = Path(folder) / scripts / "python"
        constraints = ["--constraint", ROOT / "constraints.txt"]
        run(python, "-m", "pip", "install", "--quiet", *constraints, package)
        run(python, "-I", "-W", "error", "-c", PROGRAM, cwd=folder)


def main():
    """Build, check and try."""
    wheel, sdist = build()
    check(wheel, sdist)
    for package in (wheel, sdist):
        try_in_a_clean_place(package)
    print(f"{wheel.name} and {sdist.name}: built, checked, installed and run")


if __name__ == "__main__":
    main()
