"""The table of the page "What goes in" is what every container gives today."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_table_of_containers_is_up_to_date():
    path = ROOT / "tools/write_inputs.py"
    spec = importlib.util.spec_from_file_location("write_inputs", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.table() in tool.PAGE.read_text(encoding="utf-8")
