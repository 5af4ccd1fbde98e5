"""Equations as MathML, which browsers draw without a script and without a network.

docutils translates the LaTeX; what it does not know ends the build.
"""

import html
import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

# What docutils does not read, and what it reads in its place.
OTHER_WORDS = [
    (r"\\dots\b", r"\\ldots"),
    (r"\\textstyle\s*\\sum", r"{\\textstyle\\sum}"),
    (r"\\([bB]igg?)(?=[(\[]|\\\{)", r"\\\1l"),
    (r"\\([bB]igg?)(?=[)\]]|\\\})", r"\\\1r"),
]


def translate(node, block):
    """Give the MathML of a node, or its LaTeX after a warning."""
    latex = node.astext().strip()
    for pattern, other in OTHER_WORDS:
        latex = re.sub(pattern, other, latex)
    if block and r"\\" in latex and not latex.startswith(r"\begin"):
        latex = r"\begin{aligned}" + latex + r"\end{aligned}"
    try:
        return tex2mathml(latex, as_block=block)
    except MathError as error:
        logger.warning("no MathML for %s: %s", latex, error, location=node)
        return f"<code>{html.escape(latex)}</code>"


def visit_math(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    self.body.append(translate(node, block=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append(translate(node, block=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True}
