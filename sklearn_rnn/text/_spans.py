"""Where in a text its tokens are, followed through lowercasing and accents."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn.text._analyzers import make_counter
from sklearn_rnn.text._unicode import composed_parts, lower

Span = tuple[int, int]
Found = list[tuple[str, Span]]  # tokens, each with its span

# As in CountVectorizer: a lone white space stays what it is, a run is one space.
CHARACTERS = re.compile(r"(?s)\s\s+|.")


class Followed(NamedTuple):
    """A text on its way to tokens, each character with its place in the original."""

    text: str
    starts: list[int]
    stops: list[int]

    def span(self, start: int, stop: int) -> Span:
        """Give the place in the original of a part of the text."""
        if start < stop:
            return self.starts[start], self.stops[stop - 1]
        # Nothing has a place too: where what comes next begins or, amid what was made
        # of one character, that character.
        if start == len(self.text):
            end = self.stops[-1] if self.stops else 0
            return end, end
        place = self.starts[start]
        if start > 0 and place < self.stops[start - 1]:
            return place, self.stops[start]
        return place, place


class Tokens(NamedTuple):
    """The tokens of a document, and their spans where these are known."""

    words: list[str]
    spans: list[Span] | None

    def take(self, kept: slice) -> "Tokens":
        """Keep some of them."""
        return Tokens(self.words[kept], self.spans and self.spans[kept])

    def as_array(self) -> NDArray[np.int64] | None:
        """Lay the spans out as rows; one, (0, 0), for a document without tokens."""
        if self.spans is None:
            return None
        return np.array(self.spans or [(0, 0)], dtype=np.int64)


def make_follower(
    parameters: dict[str, Any], analyzer: Callable[[Any], Iterable[str]]
) -> Callable[[Any], Tokens]:
    """Return the function from a document to its tokens and their spans.

    Parameters
    ----------
    parameters : dict
        Those of `TextVectorizer`.
    analyzer : callable
        What they make of a document.

    Returns
    -------
    follow : callable
    """
    find = None
    if _rewriter(parameters) is None:
        find = _finder(make_counter(parameters))

    def follow(document: Any) -> Tokens:
        found = find(document) if find and isinstance(document, str) else None
        if found is None:
            return Tokens(list(analyzer(document)), None)
        return Tokens([word for word, _ in found], [span for _, span in found])

    return follow


def why_no_spans(parameters: dict[str, Any], row: int) -> str:
    """Say why the tokens of a document have no spans, and what to do."""
    rewriter = _rewriter(parameters)
    if rewriter is not None:
        return (
            f"{rewriter} rewrites the texts, so that the places of their tokens are "
            "not known; apply it to the texts before the TextVectorizer instead, whose "
            "spans are then those in the texts it wrote."
        )
    return (
        f"The tokens of the document at row {row} are not parts of its text that can "
        "be found in one way; let the tokenizer or analyzer give parts of the text, as "
        "they are and in order."
    )


def _rewriter(parameters: dict[str, Any]) -> str | None:
    """Name the parameter whose function rewrites texts before they are split."""
    if callable(parameters["analyzer"]):
        return None
    if parameters["preprocessor"] is not None:
        return "preprocessor"
    return "strip_accents" if callable(parameters["strip_accents"]) else None


def find_in_order(words: list[str], text: str) -> list[Span] | None:
    """Find words in a text, one after the other, if that can be done in one way.

    Each word is found as early as the words before it leave room for, and as late as
    those behind it do: in between there is no other place if both are the same.
    """
    early, place = [], 0
    for word in words:
        start = text.find(word, place)
        if start < 0:
            return None
        place = start + len(word)
        early.append((start, place))
    place = len(text)
    for word, span in zip(reversed(words), reversed(early), strict=True):
        place = text.rfind(word, 0, place)
        if place != span[0]:
            return None
    return early


# -- from the document to what is split into tokens ----------------------------


def _preprocess(document: str, counter: CountVectorizer) -> Followed:
    """Do what `CountVectorizer` does before it splits a text."""
    followed = _compose(_unchanged(document))
    if counter.lowercase:
        followed = _lower(followed)
    if counter.strip_accents is None:
        return followed
    return _strip_accents(followed, only_ascii=counter.strip_accents == "ascii")


def _unchanged(document: str) -> Followed:
    places = range(len(document))
    return Followed(document, list(places), [place + 1 for place in places])


def _compose(followed: Followed) -> Followed:
    """Write letters and their accents as one character, which has all their places."""
    if followed.text.isascii():
        return followed
    text: list[str] = []
    places: list[Span] = []
    for start, stop, composed in composed_parts(followed.text):
        if composed == followed.text[start:stop]:
            spans = [(place, place + 1) for place in range(start, stop)]
        else:
            spans = [(start, stop)] * len(composed)
        text.append(composed)
        places += spans
    return Followed("".join(text), [p[0] for p in places], [p[1] for p in places])


def _lower(followed: Followed) -> Followed:
    """Lowercase a text: one character may become two."""
    # As a whole, for a sigma at the end of a word has a form of its own.
    lowered = lower(followed.text)
    counts = [len(lower(character)) for character in followed.text]
    return _repeat(followed, lowered, counts)


def _strip_accents(followed: Followed, *, only_ascii: bool) -> Followed:
    """Take characters apart and leave out accents, or all that is not ASCII.

    What is kept never changes its order, although marks would.
    """
    parts = [unicodedata.normalize("NFKD", character) for character in followed.text]
    apart = _repeat(followed, "".join(parts), list(map(len, parts)))
    letters: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    for letter, start, stop in zip(*apart, strict=True):
        is_mark = unicodedata.combining(letter) != 0
        if not (is_mark or (only_ascii and not letter.isascii())):
            letters.append(letter)
            starts.append(start)
            stops.append(stop)
        elif is_mark and stops and stops[-1] >= start:
            stops[-1] = stop  # an accent belongs to the letter before it
    return Followed("".join(letters), starts, stops)


def _repeat(followed: Followed, text: str, counts: list[int]) -> Followed:
    """Replace each character by so many, which have its place."""
    places = zip(followed.starts, followed.stops, counts, strict=True)
    repeated = [(start, stop) for start, stop, n in places for _ in range(n)]
    return Followed(text, [p[0] for p in repeated], [p[1] for p in repeated])


# -- from there to the tokens --------------------------------------------------


def _finder(counter: CountVectorizer) -> Callable[[str], Found | None]:
    """Return the function that finds a document's tokens as `CountVectorizer` does."""
    if callable(counter.analyzer):
        return lambda document: _find_parts(
            counter.analyzer(document), _unchanged(document)
        )
    if counter.analyzer == "char":
        return lambda document: _split_characters(_preprocess(document, counter))
    stop_words = counter.get_stop_words() or ()
    pattern = re.compile(counter.token_pattern) if counter.tokenizer is None else None

    def find(document: str) -> Found | None:
        followed = _preprocess(document, counter)
        if pattern is None:
            found = _find_parts(counter.tokenizer(followed.text), followed)
        else:
            found = _split_words(followed, pattern)
        return found and [token for token in found if token[0] not in stop_words]

    return find


def _find_parts(words: Iterable[str], followed: Followed) -> Found | None:
    """Find what a user's function gave, if it gave parts of the text."""
    words = list(words)
    spans = find_in_order(words, followed.text)
    if spans is None:
        return None
    return [(w, followed.span(*span)) for w, span in zip(words, spans, strict=True)]


def _split_words(followed: Followed, pattern: re.Pattern[str]) -> Found:
    """Find what matches the pattern, or its only group."""
    tokens = []
    for match in pattern.finditer(followed.text):
        start, stop = match.span(pattern.groups)
        if start < 0:  # the group took no part in the match, and gives ""
            start = stop = match.start()
        tokens.append((followed.text[start:stop], followed.span(start, stop)))
    return tokens


def _split_characters(followed: Followed) -> Found:
    """Make each character a token, and runs of white space one."""
    tokens: Found = []
    for match in CHARACTERS.finditer(followed.text):
        word = match[0] if len(match[0]) == 1 else " "
        tokens.append((word, followed.span(*match.span())))
    return tokens
