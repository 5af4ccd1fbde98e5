"""A document becomes a list of tokens, by `CountVectorizer` and by Unicode."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set, Sized
from functools import partial
from numbers import Number
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn._messages import warn
from sklearn_rnn.text._unicode import compose, lower, split_words, word_pattern

ANALYZER_PARAMETERS = (
    "strip_accents",
    "lowercase",
    "preprocessor",
    "tokenizer",
    "stop_words",
    "token_pattern",
    "analyzer",
)

CHUNK = 256
"""Characters whose accents are stripped at a time."""


def build_analyzer(parameters: dict[str, Any]) -> Callable[[str], list[str]]:
    """Return the function from a document to its tokens."""
    counter = make_counter(parameters)
    if parameters["token_pattern"] is None and counter.tokenizer is None:
        counter.tokenizer = split_words  # the same, and faster
    return counter.build_analyzer()


def make_counter(parameters: dict[str, Any]) -> CountVectorizer:
    """Make a `CountVectorizer` that analyses documents as these parameters say.

    It composes letters with their accents before anything else, where no function of
    the user's rewrites the text, and its default pattern knows the words of all
    scripts.
    """
    counter = CountVectorizer(
        **{name: parameters[name] for name in ANALYZER_PARAMETERS}
    )
    if counter.token_pattern is None:
        counter.token_pattern = word_pattern()
    if counter.preprocessor is None:
        strip_accents = CountVectorizer(
            lowercase=False, strip_accents=counter.strip_accents
        ).build_preprocessor()
        if counter.strip_accents in ("ascii", "unicode"):
            strip_accents = partial(_by_chunks, strip_accents)
        counter.preprocessor = partial(
            _preprocess, lowercase=counter.lowercase, strip_accents=strip_accents
        )
    return counter


def _by_chunks(strip_accents: Callable[[str], str], text: str) -> str:
    """Strip accents of a few characters at a time.

    Of a long run of accents Unicode would first find the order, in quadratic time. What
    is left when they are gone does not depend on it.
    """
    if text.isascii():
        return text
    chunks = (text[i : i + CHUNK] for i in range(0, len(text), CHUNK))
    return "".join(map(strip_accents, chunks))


def _preprocess(
    text: str, *, lowercase: bool, strip_accents: Callable[[str], str]
) -> str:
    text = compose(text)
    return strip_accents(lower(text) if lowercase else text)


def warn_about_unused(parameters: dict[str, Any]) -> None:
    """Warn once for parameters that the chosen analyzer does not look at."""
    analyzer = parameters["analyzer"]
    unused: tuple[str, ...] = ()
    if callable(analyzer):
        unused = ("strip_accents", "preprocessor", "tokenizer", "stop_words")
    elif analyzer == "char":
        unused = ("tokenizer", "stop_words")
    unused = tuple(name for name in unused if parameters[name] is not None)
    if unused:
        warn(
            f"{' and '.join(unused)} will not be used since analyzer={analyzer!r}; "
            "leave out what is not used, or choose another analyzer.",
        )


def check_documents(X: Iterable[Any], *, any_kind: bool) -> Iterator[Any]:
    """Yield the documents of X one by one, each checked to be a text.

    With ``any_kind`` the first function a document meets is the user's own:
    it may take whatever has a length, such as a ready list of tokens.
    """
    if isinstance(X, (str, bytes)):
        raise ValueError(
            "Iterable over raw text documents expected, "
            f"{type(X).__name__} object received; wrap a lone text in a list: [text]."
        )
    if isinstance(X, (Mapping, Set)):
        what = "which is first" if isinstance(X, Set) else "if keys or values are meant"
        raise TypeError(
            "X must be an iterable of texts in an order, such as a list; of a "
            f"{type(X).__name__} it is not known {what}; pass "
            f"{'sorted(X)' if isinstance(X, Set) else 'list(X.values())'}."
        )
    shape = getattr(X, "shape", (None,))
    if shape[1:] == (1,):  # as SimpleImputer, samplers and servers hand it over
        X, shape = np.asarray(X, dtype=object)[:, 0], shape[:1]
    if len(shape) != 1:
        raise ValueError(
            f"X must be one column of texts, got {type(X).__name__} of shape {shape}; "
            "pass the column itself, such as X['text'] or X[:, 0]. In a "
            "ColumnTransformer name it 'text', not ['text']."
        )
    if hasattr(X, "to_pylist"):  # a column of pyarrow
        X = X.to_pylist()
    if not isinstance(X, Iterable):
        raise TypeError(
            f"X must be an iterable of texts such as a list, got {type(X).__name__}."
        )
    accepted = Sized if any_kind else str
    for row, document in enumerate(X):
        if not isinstance(document, accepted) or isinstance(document, bytes):
            raise ValueError(
                f"Every document must be a str, got {_describe(document)} at row "
                f"{row}; {_remedy(document)}."
            )
        yield document


def _describe(document: Any) -> str:
    """Name a thing that is not a text: short values as they are, else the type."""
    text = repr(document)
    return text if len(text) <= 20 else f"{type(document).__name__} {text[:20]}..."


def _remedy(document: Any) -> str:
    """Say what to do about a thing that is not a text."""
    if isinstance(document, bytes):
        return "decode it first, such as document.decode('utf-8')"
    if isinstance(document, (list, tuple)):
        return "for documents that are lists of tokens already, set analyzer=list"
    if isinstance(document, Number) and document == document:
        return "write numbers as text, [str(document) for document in X]"
    return "drop missing texts or replace them by ''"
