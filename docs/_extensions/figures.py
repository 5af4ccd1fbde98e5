"""The directive ``plot``: a script draws, and its figures are shown in the page.

matplotlib has a directive of this name, which does not work in MyST pages.
"""

import os
import runpy
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
MADE = "_build/figures"
# On the page a figure has 100 pixels to the inch; the picture has more, for screens
# that have more and for readers who zoom.
SHOWN, DRAWN = 100, 200


def draw(script):
    """Run a script, as if from the root of the project, and give its figures."""
    plt.close("all")
    here = os.getcwd()
    os.chdir(ROOT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            runpy.run_path(os.fspath(script), run_name="__main__")
    finally:
        os.chdir(here)
    return [plt.figure(number) for number in plt.get_fignums()]


def save(figure, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DRAWN, facecolor="white")


class Plot(SphinxDirective):
    """Draw what the script does, named relative to the page."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012 - docutils' way

    def run(self):
        if "alt" not in self.options:
            raise self.error("a picture needs its words: give the option alt")
        relative, script = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        with matplotlib.rc_context(matplotlib.rcParamsDefault | {"backend": "Agg"}):
            figures = draw(script)
        if not figures:
            raise self.error(f"{relative} leaves no figure open")
        pictures = [
            self.picture(figure, f"{MADE}/{Path(script).stem}_{number}.png")
            for number, figure in enumerate(figures)
        ]
        plt.close("all")
        return pictures

    def picture(self, figure, path):
        """Save the figure; give its node, with the words of the directive below."""
        save(figure, Path(self.env.srcdir) / path)
        width = round(figure.get_figwidth() * SHOWN)
        image = nodes.image(uri=f"/{path}", alt=self.options["alt"], width=f"{width}px")
        node = nodes.figure("", image, classes=["drawn"])
        if self.content:
            words, _ = self.parse_inline("\n".join(self.content))
            node += nodes.caption("", "", *words)
        return node


def setup(app):
    app.add_directive("plot", Plot)
    return {"parallel_read_safe": True}
