"""Tokens found again in the text they come from."""

import codecs
import re
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.text import TextVectorizer

PATTERNS = [
    r"(?u)\w+|[^\w\s]",
    r"(?u)\b\w\w+\b",
    r"(?u)\b(\w)\w*",
    r"(?u)(\d)|\w",
    r"\w*",
]
CHARACTERS = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from(
        "aAbé\u0301\u0323不가 \n\t\u3000İ\u0131ßﬁ½…ΣΑ'ὈǅﷺÅK\x00.😀\u200d\ud800"
    ),
)
TEXTS = st.text(CHARACTERS, max_size=20)


def spans_in(text, vocabulary=("a",), **options):
    vectorizer = TextVectorizer(vocabulary=vocabulary, max_length=10**6, **options)
    (spans,) = vectorizer.token_spans([text])
    assert spans.dtype == np.int64
    return spans.tolist()


def pieces(text, **options):
    return [text[start:stop] for start, stop in spans_in(text, **options)]


def test_each_token_stands_where_its_span_says():
    assert spans_in("No,  no!") == [[0, 2], [2, 3], [5, 7], [7, 8]]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        # "İ".lower() is "i" and a dot above, which no letter follows.
        ("xİy", {"token_pattern": r"(?u)[\w\u0307]+"}, ["xİy"]),
        ("İx y", {}, ["İ", "İ", "x", "y"]),
        ("a ﬁn b", {"strip_accents": "unicode"}, ["a", "ﬁn", "b"]),
        ("cafe\u0301 x", {"strip_accents": "unicode"}, ["cafe\u0301", "x"]),
        ("cafe\u0301 x", {"strip_accents": "ascii"}, ["cafe\u0301", "x"]),
        ("straße 不 x", {"strip_accents": "ascii"}, ["straße", "x"]),
        ("½", {"strip_accents": "unicode"}, ["½", "½", "½"]),
        ("the dog, the cat", {"stop_words": ["the", ","]}, ["dog", "cat"]),
        ("#a b #c", {"token_pattern": r"#(\w)"}, ["a", "c"]),
        ("a  \n b\nc", {"analyzer": "char"}, ["a", "  \n ", "b", "\n", "c"]),
        ("ab", {"token_pattern": "b*"}, ["", "b", ""]),
        (
            "½",
            {"token_pattern": r"\w*", "strip_accents": "unicode"},
            ["½", "½", "½", ""],
        ),
    ],
)
def test_what_is_changed_on_the_way_is_followed(text, options, expected):
    assert pieces(text, **options) == expected


def test_an_empty_document_has_one_row():
    assert spans_in("") == spans_in("  ") == [[0, 0]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"max_length": 2}, [[0, 1], [2, 3]]),
        ({"max_length": 2, "truncate": "start"}, [[4, 5], [6, 7]]),
        ({"truncate": None}, [[0, 1], [2, 3], [4, 5], [6, 7]]),
    ],
)
def test_what_transform_cuts_away_has_no_span(options, expected):
    vectorizer = TextVectorizer(**options).fit(["a b"])
    (spans,) = vectorizer.token_spans(["a b c d"])
    assert spans.tolist() == expected


def test_what_transform_refuses_is_refused():
    vectorizer = TextVectorizer(max_length=2, truncate=None).fit(["a b"])
    with pytest.raises(ValueError, match="at most max_length=2 tokens, got 3 at row 1"):
        vectorizer.token_spans(["a", "a b c"])
    with pytest.raises(ValueError, match="Every document must be a str"):
        vectorizer.token_spans([1])


def test_a_preprocessor_is_aligned():
    def without_tags(text):
        return text.replace("<b>", "").replace("</b>", "").upper()

    text = "So <b>good</b> a film"
    assert pieces(text, preprocessor=without_tags) == ["So", "good", "a", "film"]


def test_what_a_preprocessor_adds_has_no_place():
    spans = spans_in("a b", preprocessor=lambda text: f"{text} end")
    assert spans == [[0, 1], [2, 3], [-1, -1]]


def test_a_callable_that_strips_accents_is_aligned():
    def strip(text):
        return text.replace("é", "e").replace("œ", "oe")

    text = "Le cœur est né"
    assert pieces(text, strip_accents=strip) == ["Le", "cœur", "est", "né"]


def test_the_tokens_of_a_tokenizer_are_looked_for_in_order():
    def tokenizer(text):
        return ["[CLS]", *text.split()]

    text = "İT is it"
    spans = spans_in(text, tokenizer=tokenizer, stop_words=["is"])
    assert spans == [[-1, -1], [0, 2], [6, 8]]


def test_the_tokens_of_an_analyzer_are_looked_for_in_any_case():
    spans = spans_in("Good, GOOD film", analyzer=lambda t: t.lower().split(" "))
    assert spans == [[0, 5], [6, 10], [11, 15]]


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("abcd", ["ab", "bc", "cd"], [[0, 2], [1, 3], [2, 4]]),
        # The second "bc" is not taken for the first.
        ("abcabc", ["ab", "bc", "ca", "ab"], [[0, 2], [1, 3], [2, 4], [3, 5]]),
        ("aa a", ["aa", "a"], [[0, 2], [3, 4]]),
        # An invented token does not take the place of a later one.
        (
            "a good one",
            ["one", "a", "good", "one"],
            [[-1, -1], [0, 1], [2, 6], [7, 10]],
        ),
        # What is left out may hold the next token: "a" is in the tag.
        ("good <a> film a", ["good", "film", "a"], [[0, 4], [9, 13], [14, 15]]),
        ("a b", ["b", "a"], [[-1, -1], [0, 1]]),
    ],
)
def test_tokens_of_an_analyzer_may_overlap_or_be_invented(text, tokens, expected):
    assert spans_in(text, analyzer=lambda _: tokens) == expected


def test_a_document_that_is_no_text_has_no_places():
    assert spans_in(["a", "b"], analyzer=list) == [[-1, -1]] * 2
    assert spans_in([], analyzer=list) == [[0, 0]]


def test_a_tokenizer_of_moods_is_looked_for_in_the_text():
    calls = []

    def tokenizer(text):  # other tokens at every call
        calls.append(text)
        return text.split()[: len(calls)]

    assert spans_in("a b c", tokenizer=tokenizer) == [[0, 1]]


@given(
    TEXTS,
    st.booleans(),
    st.sampled_from([None, "ascii", "unicode"]),
    st.sampled_from(["char", *PATTERNS]),
    st.sampled_from([None, ["a", ".", "i"]]),
)
def test_any_text_is_followed(text, lowercase, strip_accents, pattern, stop_words):
    options = {"lowercase": lowercase, "strip_accents": strip_accents}
    if pattern == "char":
        options |= {"analyzer": "char"}
    else:
        options |= {"token_pattern": pattern, "stop_words": stop_words}
    vectorizer = TextVectorizer(vocabulary=["a"], max_length=10**6, **options)
    analyze = vectorizer.build_analyzer()
    tokens = analyze(text)
    spans = vectorizer.token_spans([text])[0].tolist()
    assert len(spans) == max(1, len(tokens))
    assert all(0 <= start <= stop <= len(text) for start, stop in spans)
    assert spans == sorted(spans)
    # Each part of the text is read again by itself. Left out are tokens that share a
    # character, which give each other too, and patterns that look at what is around
    # them. A sigma has another form at the end of a part.
    if pattern not in PATTERNS[:2]:
        return
    for token, (start, stop), others in zip(
        tokens, spans, neighbours(spans), strict=False
    ):
        if all(stop <= other[0] or other[1] <= start for other in others):
            again = analyze(text[start:stop])
            assert list(map(str.upper, again)) == [token.upper()]


def neighbours(spans):
    """Give the spans before and after each one."""
    return [spans[max(0, i - 1) : i] + spans[i + 1 : i + 2] for i in range(len(spans))]


# -- a preprocessor that changes many words ------------------------------------

SENTENCE = (
    "The children were playing happily in the gardens while their parents watched the "
    "dogs running around. "
)
BREAK = "<br /><br />"


def cut_words(text):
    return re.sub(r"(\w{3})\w*", r"\1", text)


def to_latin(text):
    return text.translate({0x430 + n: chr(97 + n) * (1 + n % 2) for n in range(26)})


def to_cyrillic(text):
    return text.translate({97 + n: 0x430 + n for n in range(26)})


def words_in(text):
    """Give the places of the words, without the tags."""
    return [list(m.span()) for m in re.finditer(r"\w+", text) if m[0] != "br"]


def rewritten(n_words):
    """Give texts and what changes them: no word is left out, none put in."""
    words = (SENTENCE * (n_words // 16 + 1)).split()[:n_words]
    text = " ".join(words).lower()
    lines = [" ".join(words[t : t + 25]) for t in range(0, n_words, 25)]
    return {
        "cut": (text, cut_words),
        "tags": (BREAK.join(lines), lambda t: t.replace(BREAK, " ")),
        "tags all over": (BREAK.join(words), lambda t: t.replace(BREAK, " ")),
        "cut and tags": (
            BREAK.join(lines),
            lambda t: cut_words(t.replace(BREAK, " ")),
        ),
        "other letters": (to_cyrillic(text), to_latin),
        "cipher": (text, lambda t: codecs.encode(t, "rot13")),
    }


@pytest.mark.parametrize("name", rewritten(1))
def test_each_rewritten_word_stands_on_its_own(name):
    text, preprocessor = rewritten(102)[name]
    spans = spans_in(text, preprocessor=preprocessor, token_pattern=r"\w+")
    assert spans == words_in(text)


@pytest.mark.parametrize("name", rewritten(1))
def test_a_long_text_is_aligned_in_a_moment(name):
    text, preprocessor = rewritten(1200)[name]
    start = process_time()
    spans = spans_in(text, preprocessor=preprocessor, token_pattern=r"\w+")
    assert process_time() - start < 2  # below 0.2 s where this was written
    assert spans == words_in(text)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b c", "b c end", ["b", "c", None]),
        ("b a", "a b", [None, "b"]),
        ("the better dogs were here", "the good dog be here", None),
        (
            "see http://x.org/a?b=c now",
            "see URL now",
            ["see", "http://x.org/a?b=c", "now"],
        ),
        ("big red dogs", "hound pet", ["big red dogs"] * 2),
        ("one two three four five six", "uno due", [None, None]),
        (
            "我喜欢猫。你好吗",
            "我 喜欢 猫 。 你好 吗",
            ["我", "喜欢", "猫", "。", "你好", "吗"],
        ),
        ("", "abc", [None]),
    ],
)
def test_what_a_rewritten_word_comes_from_worked_by_hand(before, after, expected):
    spans = spans_in(before, preprocessor=lambda _: after, token_pattern=r"\w+|[^\w\s]")
    found = [None if start < 0 else before[start:stop] for start, stop in spans]
    assert found == (before.split() if expected is None else expected)


def test_white_space_stands_where_what_was_left_out_stood():
    text = "Le <b>chœur</b>"
    found = pieces(text, preprocessor=lambda _: "Le choeur", analyzer="char")
    assert found == ["L", "e", " <b>", "c", "h", "œ", "œ", "u", "r"]


def test_a_text_too_long_to_weigh_all_pairs_is_cut_at_words_met_once():
    text = BREAK.join(f"a{n}b" for n in range(3500)) + BREAK
    spans = spans_in(text, preprocessor=lambda t: t.replace(BREAK, " "))
    assert spans == words_in(text)


def test_a_text_too_long_to_weigh_and_without_words_met_once_gets_no_places():
    text = f"x {'a b ' * 2000}y"
    spans = spans_in(text, preprocessor=lambda t: "1 2 " + t[2:-1].replace("b", "b b"))
    assert set(map(tuple, spans)) == {(-1, -1)}
