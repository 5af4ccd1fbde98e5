"""Words and characters of all scripts, by the Unicode standard."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

# No mark is assigned beyond these two parts of Unicode.
ASSIGNED = (range(0x300, 0x20000), range(0xE0100, 0xE01F0))
# They join letters, as in Persian and Hindi, and pictures, as in a family.
JOINERS = "\u200c\u200d"
SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# The same as `word_pattern` where there are no marks.
_UNMARKED = re.compile(r"\w+|[^\w\s]")
_MAY_BE_MARKED = re.compile(r"[^\x00-\u02ff]")


def compose(text: str) -> str:
    """Write each letter and its accents as one character where there is one (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def lower(text: str) -> str:
    """Convert to lowercase, the Turkish İ to i.

    Unicode makes two characters of it, an i and a dot above, that no one types.
    """
    return text.lower() if text.isascii() else text.replace("İ", "i").lower()


@cache
def word_pattern() -> str:
    r"""Write the regular expression of a word or of another visible character.

    A word is a run of letters, digits and underscores with the marks that belong to
    them: the vowels of Hindi, Arabic and Hebrew, the accents that no composed letter
    has. ``\w`` of `re` knows no marks. A sign takes its variant, its skin tone and
    what is joined to it; two regional letters are a flag.
    """
    marks = _marks()
    sign = rf"[^\w\s][{marks}{SKIN_TONES}]*"
    # Most words end before the long class of marks is asked.
    word = rf"\w+(?:[{marks}{JOINERS}][\w{marks}{JOINERS}]*)?"
    return rf"(?u){word}|[\U0001F1E6-\U0001F1FF]{{2}}|{sign}(?:\u200d{sign})*"


def split_words(text: str) -> list[str]:
    """Split a text by `word_pattern`."""
    marked = not text.isascii() and _MAY_BE_MARKED.search(text)
    pattern = re.compile(word_pattern()) if marked else _UNMARKED
    return pattern.findall(text)


@cache
def _marks() -> str:
    """List the marks of Unicode (Mn, Mc, Me) for a character class."""
    found = [
        code
        for part in ASSIGNED
        for code in part
        if unicodedata.category(chr(code)).startswith("M")
    ]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in _runs(found))


def _runs(codes: list[int]) -> Iterator[tuple[int, int]]:
    """Join consecutive numbers."""
    first = last = codes[0]
    for code in codes[1:]:
        if code != last + 1:
            yield first, last
            first = code
        last = code
    yield first, last


def composed_parts(text: str) -> list[tuple[int, int, str]]:
    """Cut a text into parts that `compose` changes one by one.

    Returns
    -------
    parts : list of (start, stop, composed)
        In order, without gaps.
    """
    starts = [i for i, c in enumerate(text) if i == 0 or _begins_a_part(c)]
    stops = [*starts[1:], len(text)]
    return [
        (start, stop, compose(text[start:stop]))
        for start, stop in zip(starts, stops, strict=True)
    ]


def _begins_a_part(character: str) -> bool:
    if character.isascii():
        return True
    return unicodedata.combining(character) == 0 and character not in _joins_before()


@cache
def _joins_before() -> frozenset[str]:
    """Find the characters that can compose with the one before them."""
    pairs = (
        unicodedata.decomposition(chr(code)).split() for code in range(0xA0, 0x20000)
    )
    found = {
        chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and "<" not in pair[0]
    }
    jamo = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))  # Hangul composes by rule
    return frozenset(found | set(map(chr, jamo)))
