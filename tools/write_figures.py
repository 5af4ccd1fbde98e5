"""Write the measured figures of the pages, from benchmarks/results/*.json.

    python tools/write_figures.py            # writes them; `make figures`
    python tools/write_figures.py --check    # only says what is out of date or unmarked

A figure comes before a comment with its name: 3.7<!-- compare: W1 keras-jax -->.
A table is between <!-- table: dask --> and <!-- end of table -->.
`benchmarks/figures.py` says how each is computed.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import figures  # noqa: E402

FIGURE = re.compile(
    r"(?P<shown>(?:\d+ of )?(?:(?<!\d)-)?[\d.,]*)"
    r"<!-- (?P<group>(?!table|alt)\w+): (?P<name>[^<>]+) -->"
)
TABLE = re.compile(
    r"(?P<begin><!-- table: (?P<name>[^<>]+) -->\n)"
    r"(?P<shown>.*?)(?P<end><!-- end of table -->)",
    re.DOTALL,
)

FOLDERS = ("appendix", "guide", "tasks")  # of docs/, whose pages hold figures

# -- numbers that nobody marked ----------------------------------------------------

# What no reader takes for a measurement, and what a marked figure or table is.
PASSED_OVER = [
    TABLE,
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^```(?:python|\{(?!plot)).*?^```$|^```.*?$", re.DOTALL | re.MULTILINE),
    re.compile(r"(?<=\n\n) {4}.*?(?=\n\n|\Z)", re.DOTALL),  # indented code
    re.compile(r"\$\$.*?\$\$|\$[^$]+\$|`[^`]+`", re.DOTALL),
    re.compile(r"\]\([^)]*\)|https?://\S+"),
]
MEASURED = re.compile(
    r"\d[\d,.]*(?:\s(?:of|to)\s\d[\d,.]*)?\s?"
    r"(?:(?:ms|s|seconds|min|minutes|kB|KB|MB|GB|times|x)\b|%)"  # with a unit
    r"|\d*\.\d{2,}"  # or with two decimals and more
    r"|\b\d[\d,]* of \d[\d,]*"  # or a share in counts
)
# Versions, defaults, limits, levels that were asked for, places in the literature.
LIBRARIES = (
    r"Python|scikit-learn|sktime|Keras|torch|MAPIE|accelerate|dask-ml|[Vv]ersion"
)
NOT_MEASURED = [
    "0.001 there",  # rates that are defaults
    "0.01 here",
    "0.1 and 0.9",  # quantiles and levels
    "10 % and the 90 % quantile",
    "95 % or more",
    "for 90 %",
    "Of 80 % promised",
    "decays by 0.01",  # as in torch
    "32 MB",  # from which on the C library maps a block
    "arXiv:1508.01991",
    "Section 7.10.2",
]
GIVEN = re.compile(
    "|".join(
        [
            rf"(?:{LIBRARIES})\s\d[\d.]*",
            *(r"\s".join(map(re.escape, words.split())) for words in NOT_MEASURED),
        ]
    )
)


def pages():
    """List the pages that hold figures."""
    docs = (page for name in FOLDERS for page in (ROOT / "docs" / name).rglob("*.md"))
    return [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted(docs)]


def written(text, figures, tables):
    """Return a page with each figure and table as it is now.

    Parameters
    ----------
    text : str
    figures : callable of (group, name) giving str
    tables : callable of name giving str
    """

    def figure(match):
        value = figures(match["group"], match["name"])
        return value + match[0].removeprefix(match["shown"])

    def table(match):
        return match["begin"] + tables(match["name"]) + match["end"]

    return TABLE.sub(table, FIGURE.sub(figure, text))


def unmarked(text):
    """List the numbers of a page that look measured and have no mark.

    Returns
    -------
    found : list of (int, str)
        Line, from 1, and the number there.
    """

    def blank(match):
        return "\n" * match[0].count("\n") + " "

    for pattern in (FIGURE, *PASSED_OVER, GIVEN):
        text = pattern.sub(blank, text)
    return [
        (text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()))
        for match in MEASURED.finditer(text)
    ]


def errors():
    """List the errors of the pages, a line for each; write nothing."""
    found = []
    for page in pages():
        name, text = page.relative_to(ROOT), page.read_text(encoding="utf-8")
        new = written(text, figures.figure, figures.table)
        pairs = zip(text.splitlines(), new.splitlines(), strict=False)
        changed = [n for n, (old, line) in enumerate(pairs, 1) if old != line]
        if text != new:
            line = next(iter(changed), 1)
            found.append(f"{name}:{line}: out of date; run `make figures`")
        if "benchmarks" not in name.parts:
            found += [
                f"{name}:{line}: {number!r} looks measured. Mark it and compute it in "
                "benchmarks/figures.py, say it in words, or, where it is a definition "
                "or was published elsewhere, add it to NOT_MEASURED in this tool"
                for line, number in unmarked(text)
            ]
    return found


def main():
    """Write all figures, or say what is out of date."""
    if "--check" in sys.argv[1:]:
        found = errors()
        sys.exit("\n".join(found) if found else None)
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = written(text, figures.figure, figures.table)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
