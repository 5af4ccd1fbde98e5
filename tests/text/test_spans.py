"""Tokens found again in the text they come from."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sklearn_rnn.text import TextVectorizer
from sklearn_rnn.text._spans import find_in_order
from sklearn_rnn.text._unicode import compose, composed_parts

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


def test_each_token_is_where_its_span_says():
    assert spans_in("No,  no!") == [[0, 2], [2, 3], [5, 7], [7, 8]]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        # "İ".lower() is "i" and a dot above, which no letter follows.
        ("xİy", {"token_pattern": r"(?u)[\w\u0307]+"}, ["xİy"]),
        ("İx y", {}, ["İx", "y"]),
        ("a ﬁn b", {"strip_accents": "unicode"}, ["a", "ﬁn", "b"]),
        ("cafe\u0301 x", {"strip_accents": "unicode"}, ["cafe\u0301", "x"]),
        # There is no q with an accent in one character.
        ("q\u0301 x", {"strip_accents": "unicode"}, ["q\u0301", "x"]),
        ("cafe\u0301 x", {}, ["cafe\u0301", "x"]),
        ("e\u0301a", {"analyzer": "char"}, ["e\u0301", "a"]),
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


# -- functions of the user -----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("It is  it", ["it", "is", "it"], [[0, 2], [3, 5], [7, 9]]),
        ("don't, don", ["don", "'t", ",", "don"], [[0, 3], [3, 5], [5, 6], [7, 10]]),
        ("one <br> good <br> film", ["good", "film"], [[9, 13], [19, 23]]),
        ("\u0130T is", ["t", "is"], [[1, 2], [3, 5]]),
        ("", [], [[0, 0]]),
        # "a" may be the tag or the word.
        ("<a> good a", ["a"], None),
        ("a a a", ["a", "a"], None),
        ("a b", ["b", "a"], None),
        ("abc", ["ab", "bc"], None),
        ("a b", ["[cls]", "a", "b"], None),
        ("running", ["run", "##ning"], None),
    ],
)
def test_tokens_of_a_tokenizer_have_spans_if_they_are_found_in_one_way(
    text, tokens, expected
):
    given = {"tokenizer": lambda _: tokens}
    if expected is None:
        with pytest.raises(ValueError, match="row 0 are not parts of its text"):
            spans_in(text, **given)
    else:
        assert spans_in(text, **given) == expected


def test_stop_words_of_a_tokenizer_are_found_before_they_are_left_out():
    spans = spans_in("a b a", tokenizer=str.split, stop_words=["b"])
    assert spans == [[0, 1], [4, 5]]


def test_tokens_of_an_analyzer_are_found_in_the_document():
    assert spans_in("No,  no", analyzer=str.split) == [[0, 3], [5, 7]]
    for document, analyzer in [
        ("No,  no", lambda text: text.lower().split()),
        (["no"], list),
    ]:
        with pytest.raises(ValueError, match="let the tokenizer or analyzer give"):
            spans_in(document, analyzer=analyzer)


@pytest.mark.parametrize("name", ["preprocessor", "strip_accents"])
def test_where_a_function_rewrites_the_texts_there_are_no_spans(name):
    with pytest.raises(ValueError, match=f"^{name} rewrites .* apply it to the texts"):
        spans_in("a b", **{name: str.strip})


@given(st.lists(st.text("ab", min_size=1, max_size=3), max_size=6), st.data())
def test_tokens_are_found_wherever_they_are_put(words, data):
    gaps = data.draw(
        st.lists(
            st.sampled_from([" ", "", "a", " b"]),
            min_size=len(words) + 1,
            max_size=len(words) + 1,
        )
    )
    text, expected = gaps[0], []
    for word, gap in zip(words, gaps[1:], strict=True):
        expected.append((len(text), len(text) + len(word)))
        text += word + gap
    found = find_in_order(words, text)
    assert found is None or found == expected
    if not "".join(gaps).strip():
        assert found == expected


MARKED = st.lists(
    st.one_of(
        CHARACTERS,
        # Marks, some only when taken apart; long runs; vowels and jamo that compose.
        st.sampled_from("\u0f40\u0f71\u0f72\u0f73\u0f75\u0f81\u0344\u0958"),
        st.sampled_from("\u09c7\u09be\u1100\u1161\u11a8"),
        st.sampled_from(["\u0301\u0323" * 15, "\u0f73" * 31]),
    ),
    max_size=20,
).map("".join)


@given(MARKED)
@example("")
@example("\u0f40\u0f72\u0f73")
def test_parts_are_composed_as_the_whole_is(text):
    parts = composed_parts(text)
    assert "".join(composed for _, _, composed in parts) == compose(text)
    assert "".join(text[start:stop] for start, stop, _ in parts) == text
    assert all(start < stop for start, stop, _ in parts)


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
