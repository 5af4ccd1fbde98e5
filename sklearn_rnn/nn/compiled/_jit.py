"""Compiling functions with numba, and keeping what was compiled."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from sklearn_rnn.nn._numba import has_numba

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile a function when it is first called, and keep the result on disk.

    A change in one file does not reach what another file has kept of it: then empty
    the ``__pycache__`` of this folder. Where no folder can be written to, the result is
    kept for the process only. Without numba the function stays as it is, and is slow.

    Parameters
    ----------
    function : callable
        Of arrays and numbers.

    Returns
    -------
    compiled : callable
    """
    if not has_numba():
        return function
    from numba import njit

    # Divides as NumPy does; a check of each divisor would keep loops from being
    # vectorized. "contract" lets a product and the sum after it be rounded once. It
    # moves no sum, so that the bits are the same in each run.
    compile_: Any = partial(njit, error_model="numpy", fastmath={"contract"})
    try:
        compiled: Any = compile_(cache=True)(function)
    except RuntimeError:  # numba found no folder for it
        compiled = compile_()(function)
    return cast(Function, compiled)
