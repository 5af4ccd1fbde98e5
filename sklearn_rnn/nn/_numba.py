"""Whether numba is there, asked without loading it."""

import importlib.util


def has_numba() -> bool:
    """Say whether numba is installed; it is not imported."""
    return importlib.util.find_spec("numba") is not None
