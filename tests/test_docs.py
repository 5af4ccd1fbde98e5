"""The programs of the README, the guide and its figures run from top to bottom.

Here their nets are trained for two epochs. The slow tests and `make docs` run them in
full.
"""

import re
import runpy
from pathlib import Path

import pytest

import sklearn_rnn.estimators  # torch draws a random number when loaded
from sklearn_rnn._training._net import SequenceNet

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FIGURES = sorted((ROOT / "docs/figures").glob("*.py"))
FIGURE = re.compile(r"^```\{plot\} (\S+)$(.*?)^```$", re.MULTILINE | re.DOTALL)
# Under its path, or under that of its page in the gallery.
EXAMPLE = re.compile(r"(?:\bexamples|/auto_examples)/((?:\w+/)*plot_\w+)")
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets(text):
    """Give the Python blocks of a page, moved down to their lines in the page."""
    for match in SNIPPET.finditer(text):
        yield "\n" * text[: match.start(1)].count("\n") + match[1]


def relative_links(text):
    """Give the targets of the links and pictures that stay within the project."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [target for target in targets if "://" not in target]


def name_of(page):
    return str(page.relative_to(ROOT))


PAGES_WITH_SNIPPETS = [
    page for page in PAGES if SNIPPET.search(page.read_text(encoding="utf-8"))
]


def test_the_first_page_of_the_site_is_that_of_the_readme():
    page = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (options,) = re.findall(
        r"^```\{include\} \.\./README\.md\n(.*?)^```$", page, re.M | re.S
    )
    marks = re.findall(r": (<!--.*-->)$", options, re.MULTILINE)
    assert [readme.count(mark) for mark in marks] == [1, 1]


# These need what is learnt in all epochs, or the many updates of `find_lr`.
IN_FULL = {
    "classification_waves.py",
    "imbalance.md",
    "language_models.md",
    "training.md",
}
of_a_page = pytest.mark.parametrize("page", PAGES_WITH_SNIPPETS, ids=name_of)
answers_may_be_empty, answers_may_be_cut = (
    pytest.mark.filterwarnings(f"ignore::sklearn_rnn.exceptions.{name}")
    for name in ("NothingLearntWarning", "TruncationWarning")
)
of_a_figure = pytest.mark.parametrize("script", FIGURES, ids=lambda script: script.stem)


def train_for_two_epochs(path, monkeypatch):
    in_full = SequenceNet.fit_loop

    def fit_loop(net, X, y=None, epochs=None, **params):
        epochs = net.max_epochs if epochs is None else epochs
        return in_full(net, X, y, min(epochs, 2), **params)

    if path.name not in IN_FULL:
        monkeypatch.setattr(SequenceNet, "fit_loop", fit_loop)


def run_snippets(page, folder, monkeypatch):
    monkeypatch.chdir(folder)
    names = {"__name__": "__main__"}
    for snippet in snippets(page.read_text(encoding="utf-8")):
        exec(compile(snippet, page, "exec"), names)


@of_a_page
@answers_may_be_empty
@answers_may_be_cut
def test_the_snippets_of_a_page_run_in_order(page, tmp_path, monkeypatch):
    train_for_two_epochs(page, monkeypatch)
    run_snippets(page, tmp_path, monkeypatch)


@pytest.mark.slow
@of_a_page
def test_the_snippets_of_a_page_run_in_full(page, tmp_path, monkeypatch):
    run_snippets(page, tmp_path, monkeypatch)


def test_the_links_of_the_pages_lead_somewhere():
    broken = [
        (name_of(page), target)
        for page in PAGES
        for target in relative_links(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_examples_that_pages_name_are_there():
    missing = [
        (name_of(page), example)
        for page in PAGES
        for example in EXAMPLE.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / "examples" / f"{example}.py").exists()
    ]
    assert missing == []


def draw(script, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    pytest.importorskip("skops")
    plt.close("all")
    monkeypatch.chdir(ROOT)
    try:
        runpy.run_path(str(script), run_name="__main__")
        figures = [plt.figure(number) for number in plt.get_fignums()]
        assert figures and all(figure.axes for figure in figures)
        for figure in figures:
            figure.canvas.draw()
    finally:
        plt.close("all")


@of_a_figure
@answers_may_be_empty
@answers_may_be_cut
def test_a_figure_is_drawn(script, monkeypatch):
    train_for_two_epochs(script, monkeypatch)
    draw(script, monkeypatch)


@pytest.mark.slow
@of_a_figure
def test_a_figure_is_drawn_in_full(script, monkeypatch):
    draw(script, monkeypatch)


def test_every_figure_is_in_a_page_with_words_for_it():
    drawn = []
    for page in PAGES:
        for script, options in FIGURE.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / script).exists(), script
            assert re.search(r"^:alt: \S", options, re.MULTILINE), script
            drawn.append((page.parent / script).resolve())
    assert set(drawn) == set(FIGURES)


# What a reader looks up rather than reads.
WITHOUT_A_PICTURE = {"index"}


def test_every_page_of_the_guide_opens_with_a_picture_and_a_program():
    for page in sorted((ROOT / "docs/guide").glob("*.md")):
        if page.stem in WITHOUT_A_PICTURE:
            continue
        lines = page.read_text(encoding="utf-8").split("\n")[:45]
        for start in (r"```\{plot\}|!\[", r"```(python|\{literalinclude\})"):
            assert any(re.match(start, line) for line in lines), (page.stem, start)


def test_the_guide_is_short():
    words = {
        page: len(page.read_text(encoding="utf-8").split())
        for folder in ("guide", "appendix")
        for page in (ROOT / "docs" / folder).rglob("*.md")
    }
    assert [name_of(page) for page, n in words.items() if n > 1_500] == []
    assert sum(n for page, n in words.items() if "guide" in page.parts) <= 20_000


def test_the_readme_shows_at_most_fifteen_lines():
    (first, *_) = SNIPPET.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len([line for line in first.splitlines() if line.strip()]) <= 15


def test_the_changelog_of_the_first_release_names_every_estimator():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = text.partition("## 0.1.0")[2]
    estimators = {name for name in sklearn_rnn.__all__ if name.startswith("RNN")}
    assert estimators and not {n for n in estimators if f"`{n}`" not in entry}


def test_the_style_page_is_there():
    text = (ROOT / "docs/contributing/style.md").read_text(encoding="utf-8")
    assert "The folders tell the design" in text
