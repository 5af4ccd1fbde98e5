"""The Python blocks of a page as the cells of a notebook, which MyST-NB runs.

The pages stay plain Markdown: ``python`` blocks run in order, in one namespace, as the
tests run them. What they print and draw is shown below them. A block that draws has the
words for its picture in a comment above it: ``<!-- alt: A falling curve. -->``.
"""

import hashlib
import re
from importlib.metadata import distributions
from pathlib import Path

import nbformat.v4 as notebooks
import yaml
from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[2] / "sklearn_rnn"
BLOCK = re.compile(
    r"(?:^<!-- alt: (?P<alt>[^<>]+) -->\n+)?^```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
# Run before the blocks of a page. Warnings end the build, as they end a test, and only
# what is printed or drawn is shown.
FIRST = """\
# {version}
__import__("warnings").simplefilter("error")
__import__("warnings").filterwarnings("ignore", module="ipykernel")
%matplotlib inline
%config InlineBackend.figure_formats = ["retina"]
%config InteractiveShell.ast_node_interactivity = "none"
"""


def version():
    """Give a name to the package as it is, in the environment that it runs in."""
    state = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        state.update(path.read_bytes())
    for name in sorted(f"{d.name} {d.version}" for d in distributions()):
        state.update(name.encode())
    return state.hexdigest()


VERSION = version()


def code_cell(match):
    """Make the cell of a block."""
    words = " ".join((match["alt"] or "").split())
    metadata = {"mystnb": {"image": {"alt": words}}} if words else {}
    return notebooks.new_code_cell(match["code"].rstrip("\n"), metadata=metadata)


def parts(text, start):
    """Give the position and the cell of each stretch of words and of each block."""
    end = start
    for match in BLOCK.finditer(text, start):
        yield end, notebooks.new_markdown_cell(text[end : match.start()])
        yield match.start("code"), code_cell(match)
        end = match.end()
    yield end, notebooks.new_markdown_cell(text[end:])


def read(text):
    """Make the notebook of a page; one without blocks is not run.

    Parameters
    ----------
    text : str
        MyST Markdown.

    Returns
    -------
    notebook : NotebookNode
    """
    first = notebooks.new_code_cell(
        FIRST.format(version=VERSION), metadata={"tags": ["remove-cell"]}
    )
    front = FRONT_MATTER.match(text)
    positions, cells = zip(
        (0, first), *parts(text, front.end() if front else 0), strict=True
    )
    metadata = {
        **(yaml.safe_load(front[1]) if front else {}),
        "kernelspec": {"name": "python3", "display_name": "Python"},
        "language_info": {"name": "python", "pygments_lexer": "python"},
        "source_map": [text.count("\n", 0, position) for position in positions],
    }
    if not BLOCK.search(text):
        metadata["mystnb"] = {"execution_mode": "off"}
    return notebooks.new_notebook(cells=list(cells), metadata=metadata)


def check_pictures(app, doctree):
    """Ask for the words of each picture; without any, its file name is read aloud.

    A picture beside its words, as those of the gallery's pages, has none on purpose.
    """
    for image in doctree.findall(nodes.image):
        if "alt" not in image:
            logger.warning(
                "a picture needs its words: write <!-- alt: ... --> above its block",
                location=image,
            )


def setup(app):
    """Check the pictures; read all pages again after a change of the package."""
    app.connect("doctree-read", check_pictures)
    app.add_config_value("snippets_version", VERSION, "env")
    return {"parallel_read_safe": True}
