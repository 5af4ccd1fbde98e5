import pytest


@pytest.fixture(autouse=True)
def no_figure_left():
    """Close what a test drew."""
    plt = pytest.importorskip("matplotlib.pyplot")
    yield
    plt.close("all")
