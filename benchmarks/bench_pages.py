"""What do the programs print that the guide quotes: its snippets, and some examples?

    python benchmarks/bench_pages.py --out benchmarks/results/pages.json
    python benchmarks/bench_pages.py pitfalls --out benchmarks/results/pages.json

A run replaces what it ran. All on one thread, from the seeds in the programs;
`plot_conformal` needs MAPIE.
"""

import argparse
import ast
import contextlib
import hashlib
import io
import json
import os
import re
import tempfile
import time
from pathlib import Path

import torch

from measuring import environment, write_json

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
PROGRAMS = (
    "README",
    "pitfalls",
    "pitfalls_of_settings",
    "plot_calibration",
    "plot_conformal",
    "plot_early_classification",
    "plot_rare_events",
)
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sources_of(name):
    """Give the program of an example, or the snippets of a page in their order."""
    if name == "README":
        return SNIPPET.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    if name.startswith("plot_"):
        (example,) = EXAMPLES.glob(f"*/{name}.py")
        return [example.read_text(encoding="utf-8")]
    (page,) = DOCS.glob(f"*/{name}.md")
    return SNIPPET.findall(page.read_text(encoding="utf-8"))


def digest(name):
    """Hash a program without what prints nothing: title, comments, empty lines."""
    code = []
    for source in sources_of(name):
        lines = source.splitlines()
        if ast.get_docstring(tree := ast.parse(source)):
            lines = lines[tree.body[0].end_lineno :]
        code += [line for line in lines if line and not line.lstrip().startswith("#")]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:16]


def printed_by(name):
    """Run a program in a folder of its own; return its lines."""
    names, printed, here = {"__name__": "__main__"}, io.StringIO(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
        os.chdir(folder)
        try:
            for source in sources_of(name):
                exec(compile(source, name, "exec"), names)
        finally:
            os.chdir(here)
    return printed.getvalue().splitlines()


def main():
    """Run the programs, and keep what they print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", default=PROGRAMS, metavar="program")
    parser.add_argument("--out", type=Path, required=True, help="JSON to add to")
    arguments = parser.parse_args()
    os.environ["MPLBACKEND"] = "agg"
    torch.set_num_threads(1)
    record = {"programs": {}, "printed": {}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for name in arguments.programs:
        start = time.process_time()
        record["programs"][name] = digest(name)
        record["printed"][name] = printed_by(name)
        print(f"{name}: {time.process_time() - start:.0f} s")
        write_json(arguments.out, {**record, "environment": environment()})


if __name__ == "__main__":
    main()
