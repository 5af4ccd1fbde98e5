"""The bar of `verbose=1` in a notebook; a kernel of its own runs it."""

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("ipywidgets")

FIT = """
from sklearn_rnn import RNNRegressor
from sklearn_rnn.datasets import make_adding_problem

X, y = make_adding_problem(20, 4, random_state=0)
model = RNNRegressor(2, max_epochs=3, verbose={verbose}).fit(X, y)
"""


def run(verbose):
    """Run a fit in a notebook; return what its cell shows, and its widgets."""
    cell = nbformat.v4.new_code_cell(FIT.format(verbose=verbose))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    widgets = notebook.metadata.get("widgets", {})
    states = widgets.get("application/vnd.jupyter.widget-state+json", {})
    return cell.outputs, [w["state"] for w in states.get("state", {}).values()]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_shows_the_bar():
    outputs, widgets = run(verbose=1)
    assert any(
        "application/vnd.jupyter.widget-view+json" in output.get("data", {})
        for output in outputs
    )
    (bar,) = [s for s in widgets if s["_model_name"] == "FloatProgressModel"]
    assert (bar["value"], bar["max"]) == (3, 3)
    said = " ".join(str(state.get("value", "")) for state in widgets)
    assert "3/3" in said
    assert "train_loss=" in said


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_stays_empty_without_verbose():
    outputs, widgets = run(verbose=0)
    assert outputs == []
    assert widgets == []
