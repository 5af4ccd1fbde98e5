"""Where in a text the characters of a rewritten one come from."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]
Pair = tuple[int, int]

PIECES = re.compile(r"\w+|[^\w\s]")

# What it costs to turn the pieces of one text into those of the other. To replace a
# piece by an unlike one costs less than to leave it out and put in the other, so that
# what is rewritten stays in its order; but two found elsewhere outweigh that.
LEFT_OUT = PUT_IN = 2
UNLIKE = 3
ALIKE = 1
EQUAL = 0

# Words with the same first letters are alike: a stem or a cut keeps them.
ALIKE_LETTERS = 2

# The most pairs of pieces that are weighed at once, at a byte each.
MOST_PAIRS = 2**23

# The same for the letters of what has no words in common.
MOST_LETTER_PAIRS = 2**18

# The part of the letters that must be equal to go by letters across words. Two English
# texts that have nothing to do with each other already share about half of theirs.
EQUAL_LETTERS = 0.75

# So many words, as white space parts them, may be the place of what replaces them.
MOST_SHARED_WORDS = 5


class Piece(NamedTuple):
    """A word, a sign or a letter and where it stands."""

    text: str
    start: int
    stop: int


Pieces = list[Piece]


def align(before: str, after: str) -> list[Place | None]:
    """Guess where in a text the characters of a rewritten one come from.

    Parameters
    ----------
    before, after : str

    Returns
    -------
    places : list of (start, stop) or None
        The part of `before` that each character of `after` comes from, never an empty
        one; None for what is new, and where the two differ too much to tell.

    Notes
    -----
    Words and signs are aligned at the least cost, as in the edit distance. Between
    those found again, as many words are replaced one by one; where their numbers
    differ, all that is new has the whole of the old as its place, if that is short.
    """
    old, new = _cut(before), _cut(after)
    places: list[Place | None] = [None] * len(after)
    anchors = _anchors(_texts(old), _texts(new))
    for olds, news in _between(anchors, old, new):
        _place_run(olds, news, places)
    _place_spaces(old, new, len(before), places)
    return places


def _cut(text: str) -> Pieces:
    return [Piece(match[0], *match.span()) for match in PIECES.finditer(text)]


def _texts(pieces: Pieces) -> list[str]:
    return [piece.text for piece in pieces]


def _between(
    anchors: list[Pair], old: Pieces, new: Pieces
) -> Iterator[tuple[Pieces, Pieces]]:
    """Give each anchor as a pair of one piece each, and what stands between them."""
    i = k = 0
    for next_i, next_k in [*anchors, (len(old), len(new))]:
        yield old[i:next_i], new[k:next_k]
        yield old[next_i : next_i + 1], new[next_k : next_k + 1]
        i, k = next_i + 1, next_k + 1


# -- what becomes of a run of pieces -------------------------------------------


def _place_run(olds: Pieces, news: Pieces, places: list[Place | None]) -> None:
    """Place pieces without an anchor among them, or a pair of two."""
    if not olds or not news:
        return
    if len(olds) == len(news) == 1:
        _place_word(olds[0], news[0], places)
        return
    old_words, new_words = _split_at_spaces(olds), _split_at_spaces(news)
    if len(old_words) != len(new_words):
        _place_mixed(olds, news, places)
    elif len(old_words) > 1:
        for old_word, new_word in zip(old_words, new_words, strict=True):
            _place_run(old_word, new_word, places)
    elif len(olds) == len(news):
        for old, new in zip(olds, news, strict=True):
            _place_word(old, new, places)
    else:
        _place_mixed(olds, news, places)


def _place_word(old: Piece, new: Piece, places: list[Place | None]) -> None:
    """Place the letters of a word in the one it replaces, of which it has the whole."""
    if len(old.text) == len(new.text):
        _place_in_order(old.start, new, places)
        return
    olds, news = _letters([old]), _letters([new])
    _place_letters(olds, news, _letter_anchors(olds, news), places)
    # Letters left out at an end belong to those beside them, as with "running", "run".
    first, last = places[new.start], places[new.stop - 1]
    places[new.start] = old.start, first[1] if first else old.start + 1
    first, last = places[new.start], places[new.stop - 1]
    places[new.stop - 1] = last[0] if last else old.stop - 1, old.stop


def _place_mixed(olds: Pieces, news: Pieces, places: list[Place | None]) -> None:
    """Place pieces that stand for others, nobody knows which for which."""
    old_letters, new_letters = _letters(olds), _letters(news)
    anchors = _letter_anchors(old_letters, new_letters)
    if len(anchors) >= EQUAL_LETTERS * max(len(old_letters), len(new_letters)):
        # The same words, parted or joined.
        _place_letters(old_letters, new_letters, anchors, places)
    elif len(_split_at_spaces(olds)) <= MOST_SHARED_WORDS:
        _share(olds, news, places)


def _place_letters(
    olds: Pieces, news: Pieces, anchors: list[Pair], places: list[Place | None]
) -> None:
    for some_olds, some_news in _between(anchors, olds, news):
        if len(some_olds) == len(some_news):
            for old, new in zip(some_olds, some_news, strict=True):
                _place_in_order(old.start, new, places)
        elif some_olds:
            _share(some_olds, some_news, places)


def _place_in_order(start: int, new: Piece, places: list[Place | None]) -> None:
    n = new.stop - new.start
    places[new.start : new.stop] = [(start + t, start + t + 1) for t in range(n)]


def _share(olds: Pieces, news: Pieces, places: list[Place | None]) -> None:
    """Give all the new the whole of the old."""
    for new in news:
        n = new.stop - new.start
        places[new.start : new.stop] = [(olds[0].start, olds[-1].stop)] * n


def _place_spaces(
    old: Pieces, new: Pieces, n_before: int, places: list[Place | None]
) -> None:
    """Place white space in what stands between the places of its neighbours."""
    edges = [Piece("", 0, 0), *new, Piece("", len(places), len(places))]
    for left, right in pairwise(edges):
        n = right.start - left.stop
        before: Place | None = places[left.stop - 1] if left.stop else (0, 0)
        behind = places[right.start] if right.text else (n_before, n_before)
        if not n or before is None or behind is None or before[1] >= behind[0]:
            continue
        start, stop = before[1], behind[0]
        whole = [(start, stop)] * n
        one_by_one = [(start + t, start + t + 1) for t in range(n)]
        places[left.stop : right.start] = one_by_one if n == stop - start else whole


def _split_at_spaces(pieces: Pieces) -> list[Pieces]:
    """Part pieces where white space stands between them."""
    words = [[pieces[0]]]
    for left, right in pairwise(pieces):
        if left.stop < right.start:
            words.append([])
        words[-1].append(right)
    return words


def _letters(pieces: Pieces) -> Pieces:
    return [
        Piece(letter, place, place + 1)
        for piece in pieces
        for place, letter in enumerate(piece.text, piece.start)
    ]


# -- what is found again -------------------------------------------------------


def _letter_anchors(olds: Pieces, news: Pieces) -> list[Pair]:
    if len(olds) * len(news) > MOST_LETTER_PAIRS:
        return []
    return _anchors(_texts(olds), _texts(news))


def _anchors(old: list[str], new: list[str]) -> list[Pair]:
    """Find the places, in order, at which the two have equal or alike pieces."""
    n_first = _count_equal(old, new)
    n_last = _count_equal(old[n_first:][::-1], new[n_first:][::-1])
    middle = _middle_anchors(
        old[n_first : len(old) - n_last], new[n_first : len(new) - n_last]
    )
    return [
        *((t, t) for t in range(n_first)),
        *((n_first + i, n_first + k) for i, k in middle),
        *((len(old) - t, len(new) - t) for t in range(n_last, 0, -1)),
    ]


def _count_equal(old: list[str], new: list[str]) -> int:
    """Count the first pieces that are equal."""
    shorter = min(len(old), len(new))
    pairs = enumerate(zip(old, new, strict=False))
    return next((t for t, (one, other) in pairs if one != other), shorter)


def _middle_anchors(old: list[str], new: list[str]) -> list[Pair]:
    """Weigh all pairs or, if these are too many, those that may be anchors."""
    if len(old) * len(new) <= MOST_PAIRS:
        return _cheapest_anchors(old, new)
    shared = {_begin(piece) for piece in old} & {_begin(piece) for piece in new}
    olds = [i for i, piece in enumerate(old) if _begin(piece) in shared]
    news = [k for k, piece in enumerate(new) if _begin(piece) in shared]
    anchors = _anchors_by_parts([old[i] for i in olds], [new[k] for k in news])
    return [(olds[i], news[k]) for i, k in anchors]


def _anchors_by_parts(old: list[str], new: list[str]) -> list[Pair]:
    """Weigh all pairs, if these are too many between words met once."""
    cuts = []
    if len(old) * len(new) > MOST_PAIRS:
        cuts = _pairs_met_once(old, new)
    anchors = []
    i = k = 0
    for next_i, next_k in [*cuts, (len(old), len(new))]:
        if (next_i - i) * (next_k - k) <= MOST_PAIRS:
            inner = _cheapest_anchors(old[i:next_i], new[k:next_k])
            anchors += [(i + one, k + other) for one, other in inner]
        anchors.append((next_i, next_k))
        i, k = next_i + 1, next_k + 1
    return anchors[:-1]


def _cheapest_anchors(old: list[str], new: list[str]) -> list[Pair]:
    """Align two sequences at the least cost, and give the pairs that are alike."""
    if not old or not new:
        return []
    whole_old, whole_new = _codes(old, new)
    begin_old, begin_new = _codes(list(map(_begin, old)), list(map(_begin, new)))
    steps = np.empty((len(old), len(new)), dtype=np.int8)
    put_in = PUT_IN * np.arange(len(new) + 1, dtype=np.int32)
    costs = put_in
    for i in range(len(old)):
        pair = np.where(begin_new == begin_old[i], ALIKE, UNLIKE)
        pair[whole_new == whole_old[i]] = EQUAL
        paired = costs[:-1] + pair
        left_out = costs + LEFT_OUT
        costs = left_out.copy()
        np.minimum(costs[1:], paired, out=costs[1:])
        # To put in one piece after the other: the least over all that come before.
        costs = np.minimum.accumulate(costs - put_in) + put_in
        steps[i] = costs[1:] == left_out[1:]
        steps[i][costs[1:] == paired] = 2
    return _walk_back(steps, begin_old, begin_new)


def _begin(piece: str) -> str:
    """Give what alike words share; a script without case may write many as one."""
    has_case = piece.lower() != piece.upper()
    return piece[:ALIKE_LETTERS] if has_case else piece


def _walk_back(
    steps: NDArray[np.int8], old: NDArray[np.int32], new: NDArray[np.int32]
) -> list[Pair]:
    """Follow the cheapest way from its end; 2 is a pair, 1 left out, 0 put in."""
    anchors = []
    i, k = len(old) - 1, len(new) - 1
    while i >= 0 and k >= 0:
        step = steps[i, k]
        if step == 2 and old[i] == new[k]:
            anchors.append((i, k))
        i -= step > 0
        k -= step != 1
    return anchors[::-1]


def _codes(
    old: list[str], new: list[str]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give each piece a number, equal ones the same: these compare faster."""
    numbers = {piece: number for number, piece in enumerate([*old, *new])}
    codes = np.array([numbers[piece] for piece in [*old, *new]], dtype=np.int32)
    return codes[: len(old)], codes[len(old) :]


def _pairs_met_once(old: list[str], new: list[str]) -> list[Pair]:
    """Pair words that each text has once, as many as have the same order in both."""
    n_old, n_new = Counter(old), Counter(new)
    places = {word: i for i, word in enumerate(old) if n_old[word] == 1}
    pairs = [
        (places[word], k)
        for k, word in enumerate(new)
        if n_new[word] == 1 and word in places
    ]
    return _longest_rise(pairs)


def _longest_rise(pairs: list[Pair]) -> list[Pair]:
    """Choose the most pairs whose first numbers rise; the second ones do."""
    ends: list[int] = []  # the least end of a rise of each length
    last: list[int] = []  # and which pair that is
    earlier: list[int | None] = []
    for t, (i, _) in enumerate(pairs):
        length = bisect_left(ends, i)
        ends[length : length + 1] = [i]
        last[length : length + 1] = [t]
        earlier.append(last[length - 1] if length else None)
    rise = []
    at = last[-1] if last else None
    while at is not None:
        rise.append(pairs[at])
        at = earlier[at]
    return rise[::-1]
