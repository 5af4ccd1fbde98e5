"""Compiling functions with numba, and keeping what was compiled."""

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from sklearn_rnn.nn._numba import has_numba

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile a function for training; see `compile_for`.

    "contract" lets a product and the sum after it be rounded once. It moves no sum, so
    that the bits are the same in each run.
    """
    return compile_for({"contract"}, function)


def exact(function: Function) -> Function:
    """Compile a function whose numbers are those of its operations, one by one.

    No compiler may then round another way where it takes several rows or units at
    once, so that a row has the same bits alone and beside others. It leaves Python's
    lock to other threads.
    """
    return compile_for(False, function, nogil=True)


def inlined(function: Function) -> Function:
    """Make a function a part of each compiled one that calls it, on its terms."""
    if not has_numba():
        return function
    from numba import njit

    return cast(Function, njit(inline="always")(function))


def compile_for(fastmath: Any, function: Function, **options: Any) -> Function:
    """Compile a function when it is first called, and keep the result on disk.

    A change in one file does not reach what another file has kept of it: then empty
    the ``__pycache__`` of this folder. Where no folder can be written to, the result is
    kept for the process only. Without numba the function stays as it is, and is slow.

    Parameters
    ----------
    fastmath : set of str or False
        What the compiler may do to operations beyond what each one says.
    function : callable
        Of arrays and numbers.
    **options : object
        Further ones of numba's ``njit``.

    Returns
    -------
    compiled : callable
    """
    if not has_numba():
        return function
    from numba import njit

    # Divides as NumPy does; a check of each divisor would keep loops from being
    # vectorized.
    compile_: Any = partial(njit, error_model="numpy", fastmath=fastmath, **options)
    try:
        compiled: Any = compile_(cache=True)(function)
    except RuntimeError:  # numba found no folder for it
        compiled = compile_()(function)
    return cast(Function, compiled)


def _floats_at(place: int, size: int) -> Any:
    """Show numbers in memory as an array: float32 (size,).

    Parameters
    ----------
    place : int
        The address of the first one.
    size : int
    """
    return np.ctypeslib.as_array((ctypes.c_float * size).from_address(place))


def _make_floats_at() -> Any:
    """Make what functions that are compiled call for it."""
    if not has_numba():
        return _floats_at
    from numba import carray, types
    from numba.extending import intrinsic, register_jitable

    def turn(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(signature.return_type)
        return builder.inttoptr(arguments[0], kind)

    def pointer_to(typing_context: Any, place: Any) -> Any:
        return types.CPointer(types.float32)(types.int64), turn

    pointer: Any = intrinsic(pointer_to)

    def floats_at(place: int, size: int) -> Any:
        return carray(pointer(place), (size,))

    return register_jitable(floats_at)


floats_at = _make_floats_at()
"""Show numbers in memory, from an address on, as a float32 array (size,)."""
