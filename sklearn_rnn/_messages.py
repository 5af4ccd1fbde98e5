"""What messages share: warnings that name the user's line, and lists cut short."""

__all__ = [
    "callers_of",
    "is_called_by",
    "name_some",
    "repeat_warnings",
    "warn",
    "write_line",
]

import sys
import warnings
from collections.abc import Callable, Collection, Iterable
from types import FrameType
from typing import Any

import numpy as np

PACKAGE = __name__.partition(".")[0]

# Whoever calls this package from one of these was called by it, or calls it for a user
# further out. The last ones start threads and worker processes.
LIBRARIES = {PACKAGE, "sklearn", "skorch", "torch", "joblib"}
LIBRARIES |= {"concurrent", "multiprocessing", "runpy", "threading"}

AT_MOST = 5
"""How many members of a list a message names."""


def write_line(text: str) -> None:
    """Print a line where there is something to print to; a window has no console."""
    if sys.stdout is not None and not getattr(sys.stdout, "closed", False):
        sys.stdout.write(f"{text}\n")


def warn(message: str | Warning, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the user that led here.

    That is the first frame outside this package and the libraries between it and a
    user. A worker process has none: there the first call of this package is named.

    Parameters
    ----------
    message : str or Warning
    category : type of Warning, default=UserWarning
        Not looked at if `message` is a Warning.
    """
    libraries = [_library_of(frame) for frame in _callers()]
    ours = [level for level, name in enumerate(libraries) if name == PACKAGE]
    users = (level for level, name in enumerate(libraries) if name not in LIBRARIES)
    warnings.warn(message, category, stacklevel=next(users, max(ours, default=0)) + 1)


def repeat_warnings(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of a library, and let its warnings name the line of the user.

    Parameters
    ----------
    function : callable
    *args : object
        Its arguments.

    Returns
    -------
    result : object
        What it returns. Each distinct warning is given once, after the call.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function(*args)
    for message in {str(given.message): given.message for given in caught}.values():
        warn(message)
    return result


def is_called_by(library: str, functions: Collection[str]) -> bool:
    """Say whether a function of a library led here, through whatever lies between.

    Parameters
    ----------
    library : str
    functions : collection of str
        Their names.
    """
    return any(callers_of(library, *functions))


def callers_of(library: str, *functions: str) -> list[FrameType]:
    """List the frames of functions of a library that led here, from here outwards.

    Parameters
    ----------
    library : str
    *functions : str
        Their names.
    """
    return [
        frame
        for frame in _callers()
        if frame.f_code.co_name in functions and _library_of(frame) == library
    ]


def name_some(members: Iterable[Any], write: Callable[[Any], str] = repr) -> str:
    """Name the first five members of a list, and count the others.

    Parameters
    ----------
    members : iterable
        NumPy's scalars are written as Python's.
    write : callable, default=repr
        Turns a member into text.

    Returns
    -------
    text : str

    Examples
    --------
    >>> from sklearn_rnn._messages import name_some
    >>> name_some(["a", "b"])
    "'a', 'b'"
    >>> name_some(range(10_000))
    '0, 1, 2, 3, 4 and 9,995 more'
    """
    members = list(members)
    named = ", ".join(
        write(member.item() if isinstance(member, np.generic) else member)
        for member in members[:AT_MOST]
    )
    n_more = len(members) - AT_MOST
    return f"{named} and {n_more:,} more" if n_more > 0 else named


def _callers() -> list[FrameType]:
    """List the frames from the function that asks outwards.

    Those of the import system are left out, as ``warnings.warn`` does not count them.
    """
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        if not ("importlib" in filename and "_bootstrap" in filename):
            frames.append(frame)
        frame = frame.f_back
    return frames


def _library_of(frame: FrameType) -> str:
    """Name the package whose code a frame runs; nothing for that of a doctest.

    A module that runs as ``__main__`` is known by its spec, if it is one of a package.
    The globals of a doctest are a copy of those of its module.
    """
    if frame.f_code.co_filename.startswith("<doctest"):
        return ""
    spec = frame.f_globals.get("__spec__")
    name = getattr(spec, "name", None) or frame.f_globals.get("__name__")
    return str(name).partition(".")[0]
