"""The figures of README and guide are those of the results."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("benchmarks/ is not in the sdist", allow_module_level=True)
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "benchmarks")]

import bench_pages  # noqa: E402
import figures  # noqa: E402
import write_figures  # noqa: E402


def test_every_figure_of_the_pages_is_computed_from_the_results():
    errors = write_figures.errors()
    assert not errors, "\n".join(errors)


def test_every_page_with_a_table_is_looked_at():
    whole = set((ROOT / "docs").rglob("*.md")) - set((ROOT / "docs/_build").rglob("*"))
    marked = {page for page in whole if "\n<!-- table: " in page.read_text("utf-8")}
    assert marked
    assert marked <= set(write_figures.pages())


def test_what_the_guide_quotes_was_printed_by_the_programs_as_they_are():
    measured = figures.results("pages")["programs"]
    changed = [n for n in bench_pages.PROGRAMS if measured[n] != bench_pages.digest(n)]
    assert not changed, (
        f"{' '.join(changed)}: measure again with benchmarks/bench_pages.py, "
        "then run `make figures`"
    )


def test_figures_and_tables_are_written_where_their_names_are():
    page = """-1.5<!-- a: x -->, 3 of 4<!-- a: y --> and <!-- a: x -->.
1-2<!-- a: x -->
<!-- table: t -->
old
<!-- end of table -->
"""
    figures = {("a", "x"): "7", ("a", "y"): "5 of 6"}
    written = write_figures.written(
        page, lambda *name: figures[name], {"t": "new\n"}.get
    )
    expected = """7<!-- a: x -->, 5 of 6<!-- a: y --> and 7<!-- a: x -->.
1-7<!-- a: x -->
<!-- table: t -->
new
<!-- end of table -->
"""
    assert written == expected


def test_a_number_that_looks_measured_wants_a_mark():
    page = """# With scikit-learn 1.10

It took 3 s, 0.25 of all,
4.1 times as long, right in 9 of 10 and in 71 %; 2.50<!-- a: x --> is marked.

```{plot} a.py
:alt: Up to 17 MB.
```

```python
print("0.125")
```

    took 5 s

`0.33 s`, $0.25^2$, [here](page-1.25.md), 40 units, lr of 0.1
<!-- table: t -->
| 0.44 |
<!-- end of table -->
"""
    found = ["3 s", "0.25", "4.1 times", "9 of 10", "71 %", "17 MB"]
    assert [number for _, number in write_figures.unmarked(page)] == found
    assert [line for line, _ in write_figures.unmarked(page)] == [3, 3, 4, 4, 4, 7]
