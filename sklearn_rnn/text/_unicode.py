"""Words and characters of all scripts, by the Unicode standard."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import accumulate, pairwise

# No mark is assigned beyond these two parts of Unicode.
ASSIGNED = (range(0x300, 0x20000), range(0xE0100, 0xE01F0))
# They join letters, as in Persian and Hindi, and pictures, as in a family.
JOINERS = "\u200c\u200d"
SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# The limit of the stream-safe text format (UAX #15): no language comes near.
MAX_RUN_OF_MARKS = 30
# The same as `word_pattern` where there are no marks.
_UNMARKED = re.compile(r"\w+|[^\w\s]")
_MAY_BE_MARKED = re.compile(r"[^\x00-\u02ff]")
_nfc = partial(unicodedata.normalize, "NFC")


def compose(text: str) -> str:
    """Write each letter and its accents as one character where there is one (NFC).

    A run of more than `MAX_RUN_OF_MARKS` marks stays as it is: the time to put it in
    order grows with the square of its length.
    """
    if text.isascii():
        return text
    if len(text) <= MAX_RUN_OF_MARKS:
        return _nfc(text)
    pieces = _cut_at_long_runs(text)
    pieces[::2] = map(_nfc, pieces[::2])
    return "".join(pieces)


def _cut_at_long_runs(text: str) -> list[str]:
    """Cut a text so that every second piece is a long run of marks."""
    # Three of these stand in any long run: most texts need not be read whole.
    sample = text[::10]
    if not _MAY_BE_MARKED.search(sample) or not _run_of_marks(3).search(sample):
        return [text]
    return _run_of_marks(MAX_RUN_OF_MARKS + 1).split(text)


@cache
def _run_of_marks(length: int) -> re.Pattern[str]:
    marks = f"[{_character_class(filter(_is_put_in_order, _assigned()))}]"
    # Searched for by its first mark, which is faster than the run as a whole.
    return re.compile(f"({marks}{marks}{{{length - 1},}})")


def _is_put_in_order(character: str) -> bool:
    """Tell whether a character is a mark that others may change places with.

    Three marks of Tibetan are so only when they are taken apart.
    """
    return unicodedata.combining(_first_apart(character)) != 0


def _first_apart(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]


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
    return _character_class(
        character
        for character in _assigned()
        if unicodedata.category(character).startswith("M")
    )


def _assigned() -> Iterator[str]:
    return (chr(code) for part in ASSIGNED for code in part)


def _character_class(characters: Iterable[str]) -> str:
    """Write ordered characters as ranges."""
    runs = _runs(list(map(ord, characters)))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)


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
    cut = [
        part
        for i, piece in enumerate(_cut_at_long_runs(text))
        for part in ([piece] if i % 2 else _parts(piece))
    ]
    stops = accumulate(map(len, cut))
    return [
        (stop - len(part), stop, compose(part))
        for part, stop in zip(cut, stops, strict=True)
    ]


def _parts(piece: str) -> list[str]:
    starts = [i for i, c in enumerate(piece) if i == 0 or _begins_a_part(c)]
    return [piece[start:stop] for start, stop in pairwise([*starts, len(piece)])]


def _begins_a_part(character: str) -> bool:
    if character < "\u0300":
        return True
    first = _first_apart(character)
    return unicodedata.combining(first) == 0 and first not in _joins_before()


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
