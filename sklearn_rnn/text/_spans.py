"""Where in a text its tokens stand, followed through lowercasing and accents."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn.text._alignment import align
from sklearn_rnn.text._analyzers import ANALYZER_PARAMETERS

Span = tuple[int, int]

NOT_FOUND: Span = (-1, -1)
"""The span of a token that is not in the text."""

EMPTY: Span = (0, 0)
"""The span of the unknown word that stands for a document without tokens."""

# As in CountVectorizer: a lone white space stays what it is.
WHITE_SPACES = re.compile(r"\s\s+")

# So many tokens ahead are looked at before one is taken that stands behind other text.
N_AHEAD = 3


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
    words = list(words)
    text = _lower_each(followed.text)
    lowered = list(map(_lower_each, words))
    places = _find_each(lowered, text, overlap=False)
    if None in places:
        closer = _find_each(lowered, text, overlap=True)
        if places.count(None) > closer.count(None) and _mostly_overlap(closer):
            places = closer
    return [
        Token(word, NOT_FOUND if place is None else _span_of_text(followed, *place))
        for word, place in zip(words, places, strict=True)
    ]


def _find_each(words: list[str], text: str, *, overlap: bool) -> list[Span | None]:
    """Find each word behind the one before or, if they overlap, behind its start."""
    places: list[Span | None] = []
    position = 0
    for t, word in enumerate(words):
        start = text.find(word, position) if word else -1
        stop = start + len(word)
        ahead = words[t + 1 : t + 1 + N_AHEAD]
        if start < 0 or _belongs_later(ahead, text, position, start, stop, overlap):
            places.append(None)
            continue
        places.append((start, stop))
        position = start + 1 if overlap else stop
    return places


def _belongs_later(
    ahead: list[str], text: str, position: int, start: int, stop: int, overlap: bool
) -> bool:
    """Say whether a word found at start is the same word met later, of other tokens.

    So it is if the next tokens all stand before its end, and as close together as they
    do behind it, if they do.
    """
    if not ahead or not text[position:start].strip():
        return False
    before = _reach(ahead, text[:stop], position, overlap)
    if before is None:
        return False
    from_here = start + 1 if overlap else stop
    behind = _reach(ahead, text, from_here, overlap)
    return behind is None or before - position <= behind - from_here


def _reach(words: list[str], text: str, position: int, overlap: bool) -> int | None:
    """Give the end of words that follow each other in a text, if all do."""
    stop = position
    for word in words:
        start = text.find(word, position)
        if start < 0:
            return None
        stop = start + len(word)
        position = start + 1 if overlap else stop
    return stop


def _mostly_overlap(places: list[Span | None]) -> bool:
    """Say whether at least every other word begins before the one before it ends."""
    found = [place for place in places if place is not None]
    n_overlaps = sum(right[0] < left[1] for left, right in pairwise(found))
    return 2 * n_overlaps >= len(found)


def _span_of_text(followed: Followed, start: int, stop: int) -> Span:
    """Give the place of a token; what only the preprocessor wrote has none."""
    if start == stop:
        return followed.span(start, stop)
    placed = [
        place
        for place in range(start, stop)
        if followed.starts[place] < followed.stops[place]
    ]
    return followed.span(placed[0], placed[-1] + 1) if placed else NOT_FOUND


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
    places = align(_lower_each(followed.text), _lower_each(text))
    starts: list[int] = []
    stops: list[int] = []
    end = 0
    for place in places:
        if place is None:  # what is new stands nowhere, between its neighbours
            starts.append(end)
        else:
            start, end = followed.span(*place)
            starts.append(start)
        stops.append(end)
    return Followed(text, starts, stops)


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
            tokens.append(Token(" ", _span_of_text(followed, start, stop)))
        position = stop
    return tokens
