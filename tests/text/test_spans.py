"""Tokens found again in the text they come from."""

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
