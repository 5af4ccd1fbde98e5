"""Where in a text its tokens stand, followed through lowercasing and accents."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn.text._analyzers import ANALYZER_PARAMETERS

Span = tuple[int, int]

NOT_FOUND: Span = (-1, -1)
"""The span of a token that is not in the text."""

EMPTY: Span = (0, 0)
"""The span of the unknown word that stands for a document without tokens."""

# As in CountVectorizer: a lone white space stays what it is.
WHITE_SPACES = re.compile(r"\s\s+")

# What a text is cut into before it is aligned: letter by letter would take the square
# of its length.
PIECES = re.compile(r"\w+|\s+|[^\w\s]")


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


class Token(NamedTuple):
    """A token and its place in the original text."""

    word: str
    span: Span


def make_follower(
    parameters: dict[str, Any], analyzer: Callable[[Any], Iterable[str]]
) -> Callable[[Any], list[Token]]:
    """Return the function from a document to its tokens and their places.

    Parameters
    ----------
    parameters : dict
        Those of `TextVectorizer`.
    analyzer : callable
        What they make of a document: its tokens are the ones that count.

    Returns
    -------
    follow : callable
        Where the steps of the analysis can be followed, they are; else the tokens are
        looked for in the text, one after the other.
    """
    counter = CountVectorizer(
        **{name: parameters[name] for name in ANALYZER_PARAMETERS}
    )
    find_tokens = None if callable(parameters["analyzer"]) else _token_finder(counter)

    def follow(document: Any) -> list[Token]:
        words = list(analyzer(document))
        if not isinstance(document, str):
            return [Token(word, NOT_FOUND) for word in words]
        if find_tokens is not None:
            found = find_tokens(_preprocess(document, counter))
            if [token.word for token in found] == words:
                return found
        return look_for(words, _unchanged(document))

    return follow


def spans_of(tokens: list[Token]) -> NDArray[np.int64]:
    """Lay the places of a document's tokens out as rows, at least one."""
    spans = [token.span for token in tokens] or [EMPTY]
    return np.array(spans, dtype=np.int64)


def look_for(words: Iterable[str], followed: Followed) -> list[Token]:
    """Look for words in a text, one after the other, in whatever case they are.

    Parameters
    ----------
    words : iterable of str
    followed : Followed
        The text.

    Returns
    -------
    tokens : list of Token
        Those not found behind the one before have no place.
    """
    text = _lower_each(followed.text)
    tokens, position = [], 0
    for word in words:
        start = text.find(_lower_each(word), position) if word else -1
        span = NOT_FOUND
        if start >= 0:
            position = start + len(word)
            span = _span_of_text(followed, start, position)
        tokens.append(Token(word, span))
    return tokens


def _span_of_text(followed: Followed, start: int, stop: int) -> Span:
    """Give the place of a token; what only the preprocessor wrote has none."""
    span = followed.span(start, stop)
    return NOT_FOUND if start < stop and span[0] >= span[1] else span


# -- from the document to what is split into tokens ----------------------------


def _preprocess(document: str, counter: CountVectorizer) -> Followed:
    """Do what `CountVectorizer` does before it splits a text."""
    followed = _unchanged(document)
    if counter.preprocessor is not None:
        return _align(followed, counter.preprocessor(document))
    if counter.lowercase:
        followed = _lower(followed)
    if callable(counter.strip_accents):
        return _align(followed, counter.strip_accents(followed.text))
    if counter.strip_accents is None:
        return followed
    return _strip_accents(followed, only_ascii=counter.strip_accents == "ascii")


def _unchanged(document: str) -> Followed:
    places = range(len(document))
    return Followed(document, list(places), [place + 1 for place in places])


def _lower(followed: Followed) -> Followed:
    """Lowercase a text: one character may become two."""
    # As a whole, for a sigma at the end of a word has a form of its own.
    lowered = followed.text.lower()
    counts = [len(character.lower()) for character in followed.text]
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


def _align(followed: Followed, text: str) -> Followed:
    """Guess the places of the characters of a text that a function has changed."""
    places = _align_pieces(
        PIECES.findall(_lower_each(followed.text)), PIECES.findall(_lower_each(text))
    )
    ends = [*followed.stops[-1:], 0][0]
    starts = [*followed.starts, ends]
    spans = [
        (starts[start], followed.stops[stop - 1] if start < stop else starts[start])
        for start, stop in places
    ]
    return Followed(text, [span[0] for span in spans], [span[1] for span in spans])


def _align_pieces(before: list[str], after: list[str]) -> list[Span]:
    """Give for each character of `after` the part of `before` it comes from.

    Parameters
    ----------
    before, after : list of str
        Words or, where these differ, characters.

    Returns
    -------
    places : list of (start, stop)
        In characters of `before`; an empty part for what is new.
    """
    offsets = [0]
    for piece in before:
        offsets.append(offsets[-1] + len(piece))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    places: list[Span] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        first, n_after = offsets[i], sum(map(len, after[k:m]))
        n_before = offsets[j] - first
        olds, news = before[i:j], after[k:m]
        if kind == "replace" and max(map(len, chain(olds, news))) > 1:
            inner = _align_pieces(list("".join(olds)), list("".join(news)))
            places += [(first + start, first + stop) for start, stop in inner]
        elif n_before == n_after:
            places += [(first + n, first + n + 1) for n in range(n_after)]
        else:
            places += [(first, first + n_before)] * n_after
    return places


def _lower_each(text: str) -> str:
    """Lowercase character by character, but for those that would become two."""
    lowered = map(str.lower, text)
    return "".join(
        small if len(small) == 1 else character
        for small, character in zip(lowered, text, strict=True)
    )


# -- from there to the tokens --------------------------------------------------


def _token_finder(counter: CountVectorizer) -> Callable[[Followed], list[Token]]:
    """Return what splits a preprocessed text, as `CountVectorizer` does."""
    if counter.analyzer == "char":
        return _split_characters
    stop_words = counter.get_stop_words() or ()
    split: Callable[[Followed], list[Token]]
    if counter.tokenizer is not None:
        tokenizer = counter.tokenizer

        def split(followed: Followed) -> list[Token]:
            return look_for(tokenizer(followed.text), followed)

    else:
        pattern = re.compile(counter.token_pattern)

        def split(followed: Followed) -> list[Token]:
            return _split_words(followed, pattern)

    return lambda followed: [
        token for token in split(followed) if token.word not in stop_words
    ]


def _split_words(followed: Followed, pattern: re.Pattern[str]) -> list[Token]:
    """Find what matches the pattern, or its only group."""
    tokens = []
    for match in pattern.finditer(followed.text):
        start, stop = match.span(pattern.groups)
        if start < 0:  # the group took no part in the match, and gives ""
            start = stop = match.start()
        span = _span_of_text(followed, start, stop)
        tokens.append(Token(followed.text[start:stop], span))
    return tokens


def _split_characters(followed: Followed) -> list[Token]:
    """Make each character a token, and runs of white space one."""
    tokens, position = [], 0
    runs = [match.span() for match in WHITE_SPACES.finditer(followed.text)]
    for start, stop in [*runs, (len(followed.text), len(followed.text))]:
        tokens += [
            Token(followed.text[place], _span_of_text(followed, place, place + 1))
            for place in range(position, start)
        ]
        if start < stop:
            tokens.append(Token(" ", followed.span(start, stop)))
        position = stop
    return tokens
