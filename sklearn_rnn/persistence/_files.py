"""Writing an estimator to a file, and reading it back."""

import hashlib
import json
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_rnn._training import decode, encode, replace_file
from sklearn_rnn.exceptions import SavedFileError
from sklearn_rnn.persistence._words import decode_other, encode_other

KIND = "sklearn_rnn estimator"
FORMAT = 1


def save(estimator, path):
    """Write an estimator or a pipeline to a file that holds no code.

    Unlike a pickle, which runs what it is told when it is read, the file holds numbers,
    strings, arrays, and the names of classes that `load` looks up in a table of its
    own. It may come from anywhere.

    Parameters
    ----------
    estimator : estimator of sklearn_rnn, or Pipeline
        Fitted or not. A pipeline, union or column transformer may hold `TextVectorizer`
        and scikit-learn's transformers for numbers, see Notes.

    path : str or path-like
        The file; by habit its name ends in ``.safetensors``. What is there already is
        replaced, at one stroke and only when all is written.

    Raises
    ------
    TypeError
        If something in the estimator cannot be written without code, such as a function
        of your own; nothing is written then.
    ImportError
        If safetensors is missing.
    OSError
        If the file cannot be written; what was there before stays.

    Warns
    -----
    LeftOutWarning
        If parameters that only training asks for cannot be written: callbacks, a
        schedule or an optimiser given as a class or function, a splitter, a scorer, a
        random generator. The loaded estimator has the defaults in their place.

    See Also
    --------
    load : Reads it.

    Notes
    -----
    The format is safetensors: arrays, and beside them one text, JSON, that says how the
    estimator is made of them, with a version and a checksum of everything. It can be
    read without this package. What predicts is kept to the bit, and what `partial_fit`
    goes on with as well.

    The classes a file may name are the estimators of this package and those of
    scikit-learn whose state is made of the same things: ``Pipeline``, ``FeatureUnion``,
    ``ColumnTransformer``, ``TransformedTargetRegressor``,
    ``FixedThresholdClassifier``, ``SimpleImputer``, ``MissingIndicator``, ``PCA``,
    ``TruncatedSVD``, ``VarianceThreshold``, ``LinearRegression``,
    ``LogisticRegression``, ``Ridge`` and the scalers and encoders of
    ``sklearn.preprocessing``. A search is none of them: save its ``best_estimator_``.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_rnn import RNNRegressor, load, save
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(50, 5, random_state=0)
    >>> model = RNNRegressor(8, max_epochs=2, random_state=0).fit(X, y)
    >>> path = os.path.join(tempfile.mkdtemp(), "adding.safetensors")
    >>> save(model, path)
    >>> bool((load(path).predict(X) == model.predict(X)).all())
    True
    """
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(
            "estimator must be an estimator of sklearn_rnn or a Pipeline, got "
            f"{estimator!r}."
        )
    arrays = []
    try:
        tree = json.dumps(encode(estimator, arrays, encode_other))
    except TypeError as error:
        raise TypeError(
            f"{type(estimator).__name__} cannot be saved, for it holds {error}; a file "
            "holds no code. Leave it out, give a name in its place, or pickle it for "
            "those who trust you."
        ) from error
    named = {f"array_{i}": np.ascontiguousarray(a) for i, a in enumerate(arrays)}
    about = {"kind": KIND, "format": str(FORMAT), "tree": tree}
    about["checksum"] = _checksum(about, named)
    replace_file(Path(path), _safetensors().save(named, metadata=about))


def load(path):
    """Read an estimator that `save` wrote; no code of the file is run.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    estimator : estimator
        On a device that exists here, and with the same answers.

    Raises
    ------
    SavedFileError
        If the file is damaged, of a later version, or anything else than a file of
        `save`: also if somebody made it look like one. It takes no more memory than a
        few times the size of the file to find that out.
    ImportError
        If safetensors is missing.
    OSError
        If the file cannot be read.

    See Also
    --------
    save : Writes it.

    Examples
    --------
    See `save`.
    """
    safetensors = _safetensors()
    content = Path(path).read_bytes()
    try:
        named = safetensors.load(content)
        about = _about(content)
    except Exception as error:
        raise SavedFileError(
            f"{path} is no file of sklearn_rnn.save, or is damaged: {error}."
        ) from error
    _check_header(path, about, named)
    arrays = [named[f"array_{i}"] for i in range(len(named))]
    try:
        estimator = decode(json.loads(about["tree"]), arrays, decode_other)
        if not isinstance(estimator, BaseEstimator):
            raise TypeError(f"it holds {type(estimator).__name__}")
    except Exception as error:  # whatever a tree made by hand may run into
        raise SavedFileError(
            f"{path} does not hold an estimator: {type(error).__name__}: {error}."
        ) from error
    return estimator


def _check_header(path, about, named):
    complete = set(named) == {f"array_{i}" for i in range(len(named))}
    if about.get("kind") != KIND or "format" not in about or not complete:
        raise SavedFileError(
            f"{path} is no file of sklearn_rnn.save, which holds an estimator."
        )
    version = about.get("format", "")[:9]
    if version.isdecimal() and int(version) > FORMAT:
        raise SavedFileError(
            f"{path} was written by a later sklearn_rnn, in format {version}, and this "
            f"one reads up to {FORMAT}; update sklearn_rnn."
        )
    if about["format"] != str(FORMAT):
        raise SavedFileError(f"{path} has no format that there ever was: {version!r}.")
    if about.get("checksum") != _checksum(about, named):
        raise SavedFileError(f"{path} is damaged: its checksum is wrong.")


def _checksum(about, named):
    checksum = hashlib.sha256()
    for name in ("kind", "format", "tree"):
        checksum.update(about.get(name, "").encode() + b"\0")
    for name in sorted(named):
        array = named[name]
        checksum.update(f"{name} {array.dtype.str} {array.shape}\0".encode())
        checksum.update(array.tobytes())
    return checksum.hexdigest()


def _about(content):
    """Read what a file says of itself; safetensors has looked at the header before."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]).get("__metadata__", {})


def _safetensors():
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "Saving and loading need safetensors, which is not installed; run pip "
            "install safetensors."
        ) from error
    return safetensors.numpy
