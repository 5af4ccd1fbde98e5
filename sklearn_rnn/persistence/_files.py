"""Writing an estimator to a file, and reading it back: a thin face of skops."""

import sys
from collections.abc import Iterable
from functools import partial
from os import PathLike
from pathlib import Path
from types import MethodType
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_rnn._training import replace_file
from sklearn_rnn.exceptions import SavedFileError
from sklearn_rnn.persistence._archive import check_archive
from sklearn_rnn.persistence._trusted import GENERATORS, name_of, trusted_types


def save(estimator: BaseEstimator, path: str | PathLike[str]) -> None:
    """Write an estimator to a file that runs no code when `load` reads it.

    A pickle runs what it is told when it is read. This file, in the format of skops,
    holds numbers, strings, arrays and names of types; `load` asks before it uses a type
    that is neither scikit-learn's nor ours.

    Parameters
    ----------
    estimator : BaseEstimator
        Fitted or not: an estimator of this package, of scikit-learn, or your own; also
        a pipeline or a search.

    path : str or path-like
        The file; by habit its name ends in ``.skops``. A file that is already there is
        replaced, at one stroke and only when all is written.

    Raises
    ------
    TypeError
        If something in the estimator could not be read back, such as a lambda, or a
        function or class of ``__main__``. The message names the parameter. Nothing is
        written then.
    ImportError
        If skops is missing.
    OSError
        If the file cannot be written; what was there before stays.

    See Also
    --------
    load : Reads it.

    Notes
    -----
    The file is a ZIP archive of skops: ``schema.json`` and arrays in NumPy's format,
    uncompressed. ``skops.io.load`` reads it as well, and ``skops.io.visualize`` shows
    what is in it. Predictions keep every bit, and `partial_fit` goes on as if nothing
    had been.

    A function or class goes into the file by its name only. It is saved if a program
    can import it by that name, and is then asked about by `load`.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_rnn import RNNRegressor, load, save
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(50, 5, random_state=0)
    >>> model = RNNRegressor(8, max_epochs=2, random_state=0).fit(X, y)
    >>> path = os.path.join(tempfile.mkdtemp(), "adding.skops")
    >>> save(model, path)
    >>> bool((load(path).predict(X) == model.predict(X)).all())
    True
    """
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(f"estimator must be an estimator, got {estimator!r}.")
    skops_io = _skops_io()
    parameters = estimator.get_params()
    _check_importable("estimator", estimator, estimator)
    for name, value in parameters.items():
        _check_importable(name, value, estimator)
    try:
        content = _write(skops_io, estimator)
    except Exception as error:
        name = _first_unreadable(skops_io, parameters)
        raise TypeError(
            f"{type(estimator).__name__} cannot be saved: {name} would not be read "
            f"back ({type(error).__name__}: {error}). Give another value in its place, "
            "or pickle the estimator for those who trust you."
        ) from error
    replace_file(Path(path), content)


def load(
    path: str | PathLike[str], *, trusted: str | type | Iterable[str | type] = ()
) -> Any:
    """Read an estimator that `save` wrote, without running code of the file.

    Parameters
    ----------
    path : str or path-like

    trusted : sequence of str or type, default=()
        Types that the file may use beyond those of scikit-learn and of this package,
        such as your own subclass, a function, a callback, an optimizer. The error of a
        file that needs some lists them. **Reading imports these types and may call
        them: trust only what you know, from a file whose origin you know.**

    Returns
    -------
    estimator : BaseEstimator
        On a device that exists here, and with the same predictions.

    Raises
    ------
    SavedFileError
        If the file is damaged, holds something else, or names types that are not
        trusted. To find that out takes time and memory in proportion to the size of the
        file.
    ImportError
        If skops is missing.
    OSError
        If the file cannot be read.

    See Also
    --------
    save : Writes it.

    Notes
    -----
    The types that need no word from you are the estimators of this package,
    `TextVectorizer`, `TimeBudget`, `WeightAverage`, and what skops trusts: the
    estimators of scikit-learn, NumPy's arrays and functions. To these come
    scikit-learn's splitters, scorers and metrics, and SciPy's sparse matrices.

    Trees of scikit-learn and random generators are asked about, since their content can
    crash a program.

    Examples
    --------
    See `save`.
    """
    skops_io = _skops_io()
    if isinstance(trusted, bool):  # type: ignore[unreachable]
        raise TypeError(f"trusted must list types, or their names, got {trusted!r}.")
    things = [trusted] if isinstance(trusted, str | type) else trusted
    given = [name_of(thing) for thing in things]
    content = Path(path).read_bytes()
    try:
        estimator = _read(skops_io, content, given)
        if not isinstance(estimator, BaseEstimator):
            raise TypeError(f"it holds {type(estimator).__name__}, not an estimator")
    except _UntrustedError as error:
        raise SavedFileError(
            f"{path} uses types that load does not trust by itself. Reading it would "
            "import them and may call them. If you know each of them and who wrote the "
            f"file, pass\n    trusted={sorted({*error.args[0], *given})!r}"
        ) from None
    except Exception as error:  # whatever skops, zipfile, json or a state ran into
        raise SavedFileError(
            f"{path} is no file of sklearn_rnn.save, or is damaged: "
            f"{type(error).__name__}: {error}."
        ) from error
    return estimator


class _UntrustedError(Exception):
    """A file has these types to ask about."""


def _read(skops_io: Any, content: bytes, given: list[str]) -> Any:
    """Read what a file holds, with the types we trust and those given."""
    kinds = check_archive(content)
    known = [*_known(kinds), *given]
    asked = {name for name in kinds if kinds[name] & GENERATORS}.difference(known)
    if not asked:
        try:
            return skops_io.loads(content, trusted=known)
        except skops_io.exceptions.UntrustedTypesFoundException:
            pass
    asked |= set(skops_io.get_untrusted_types(data=content)).difference(known)
    raise _UntrustedError(asked)


def _known(kinds: dict[str, set[str]]) -> list[str]:
    """List the types of a file that we trust in every kind of node they are in."""
    table = trusted_types()
    return [name for name in kinds if kinds[name] == {table.get(name)}]


def _write(skops_io: Any, thing: Any) -> bytes:
    """Write something, and read it back if it has types of others."""
    content = skops_io.dumps(thing)
    known = _known(check_archive(content))
    types = skops_io.get_untrusted_types(data=content)
    if set(types).difference(known):
        skops_io.loads(content, trusted=types)
    return content


def _first_unreadable(skops_io: Any, parameters: dict[str, Any]) -> str:
    """Name the innermost parameter that cannot be written and read back."""
    for name in sorted(parameters, key=lambda name: (-name.count("__"), name)):
        try:
            _write(skops_io, parameters[name])
        except Exception:
            return name
    return "what it learnt"


def _check_importable(name: str, value: Any, estimator: Any) -> None:
    """Refuse a function or class that another program would not find by its name."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for part in value:
            _check_importable(name, part, estimator)
        return
    if isinstance(value, partial):
        _check_importable(name, [value.func, value.args, value.keywords], estimator)
        return
    if isinstance(value, MethodType):
        value = value.__self__
    if not isinstance(value, type) and getattr(value, "state_dict", dict)():
        raise TypeError(
            f"{type(estimator).__name__} cannot be saved: the module {name} holds the "
            f"tensors {', '.join(value.state_dict())}, which skops does not write. "
            "Give numbers to its __init__ and make tensors of them in forward, or "
            "pickle the estimator for those who trust you."
        )
    thing = value if hasattr(value, "__name__") else type(value)
    module = getattr(thing, "__module__", None)
    if module in (None, "builtins"):
        return
    found = getattr(sys.modules.get(module), thing.__name__, None)
    if module == "__main__" or found is not thing:
        raise TypeError(
            f"{type(estimator).__name__} cannot be saved: {name} has {thing!r}, which "
            "another program cannot import. Define it at the top level of a module "
            "that can be imported, neither in the script that runs nor in a function."
        )


def _skops_io() -> Any:
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            "Saving and loading need skops, which is not installed; run pip install "
            "skops, or install this package with its extra [save]."
        ) from error
    return skops.io
