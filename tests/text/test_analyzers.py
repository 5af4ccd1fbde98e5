"""The analyzer is that of `CountVectorizer`, document by document."""

import sys
import unicodedata
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn.text import TextVectorizer
from sklearn_rnn.text._unicode import compose, word_pattern

# Categories () leaves out nothing: lone surrogates and null characters included.
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("aAéÉ\u0301ßİ不 \t\n\x00.!😀👍🏽\u200d\ud800"),
    ),
    max_size=30,
)

VARIANTS = {
    "default": {},
    "case kept": {"lowercase": False},
    "ascii": {"strip_accents": "ascii"},
    "unicode": {"strip_accents": "unicode"},
    "own accents": {"strip_accents": lambda text: text.replace("é", "e")},
    "stop words": {"stop_words": ["a", "."]},
    "preprocessor": {"preprocessor": str.upper},
    "tokenizer": {"tokenizer": str.split, "token_pattern": None},
    "pattern": {"token_pattern": r"(\w)\w*"},
    "char": {"analyzer": "char"},
    "char with case": {"analyzer": "char", "lowercase": False},
    "callable": {"analyzer": str.split},
}


@pytest.mark.parametrize("name", VARIANTS)
@given(text=ANY_TEXT)
def test_tokens_are_those_of_count_vectorizer(name, text):
    ours = TextVectorizer(**VARIANTS[name]).build_analyzer()
    theirs = CountVectorizer(**{"token_pattern": word_pattern(), **VARIANTS[name]})
    given = text
    if not {"preprocessor", "callable"} & {name}:  # then nothing is done before
        given = compose(text)
        given = given.replace("İ", "i") if theirs.lowercase else given
    assert list(ours(text)) == list(theirs.build_analyzer()(given))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("हिन्दी में", ["हिन्दी", "में"]),  # vowels and the virama are marks
        ("മലയാളം ক‍ষ", ["മലയാളം", "ক‍ষ"]),  # letters joined
        ("كَتَبَ، می‌خواهم", ["كَتَبَ", "،", "می‌خواهم"]),  # vowelled; a joiner
        ("שָׁלוֹם ไม่ใช่", ["שָׁלוֹם", "ไม่ใช่"]),
        ("café CAFÉ q́", ["café", "café", "q́"]),
        ("İstanbul'da", ["istanbul", "'", "da"]),
        ("👨‍👩‍👧 👍🏽! ❤️🇩🇪🇫🇷", ["👨‍👩‍👧", "👍🏽", "!", "❤️", "🇩🇪", "🇫🇷"]),
        ("a ́b", ["a", "́", "b"]),  # a mark without a letter
    ],
)
def test_words_of_all_scripts_are_not_cut_inside(text, tokens):
    text, tokens = compose(text), list(map(compose, tokens))
    assert TextVectorizer().build_analyzer()(text) == tokens


@pytest.mark.parametrize("analyzer", ["word", "char"])
@given(text=ANY_TEXT)
def test_composed_and_decomposed_texts_give_the_same_tokens(analyzer, text):
    analyze = TextVectorizer(analyzer=analyzer).build_analyzer()
    composed, decomposed = (unicodedata.normalize(f, text) for f in ("NFC", "NFD"))
    assert analyze(composed) == analyze(decomposed)


@pytest.mark.parametrize("kind", ["ascii", "unicode"])
def test_accents_are_stripped_in_linear_time(kind):
    options = {"strip_accents": kind, "lowercase": False, "token_pattern": "(?s).+"}
    theirs, ours = (
        make(**options).build_analyzer() for make in (CountVectorizer, TextVectorizer)
    )
    text = "Éa\u0301\u0323 ﬁ½\u0f73ệ 한글 ñ\u0303x" * 40
    assert ours(text) == theirs(text)
    # A hundred thousand accents in order would take minutes.
    assert ours("e" + "\u0301\u0323" * 50_000 + "x") == ["ex"]


def test_a_long_run_of_marks_stays_as_it_is():
    marks = "\u0301\u0323\u0f73" * 10  # the last one is two marks when taken apart
    text = f"e\u0301a{marks}"
    assert compose(text) == unicodedata.normalize("NFC", text) != text
    for n in range(10):  # wherever it stands
        before = "x" * n
        assert compose(f"{before}{text}\u0301e\u0301") == f"{before}éa{marks}\u0301é"
    # A million marks in order would take minutes.
    assert compose(f"{text}{marks * 30_000}") == f"éa{marks * 30_001}"


def test_every_mark_of_unicode_is_part_of_its_word():
    analyze = TextVectorizer(lowercase=False).build_analyzer()
    points = map(chr, range(sys.maxunicode + 1))
    marks = [c for c in points if unicodedata.category(c).startswith("M")]
    assert len(marks) > 2000
    assert all(len(analyze(f"x{mark}x")) == 1 for mark in marks)


def test_default_keeps_short_words_and_punctuation():
    analyze = TextVectorizer().build_analyzer()
    assert analyze("I'm A+ (2.5)!") == list("i'm a+(2.5)!".replace(" ", ""))


def test_english_stop_words_are_removed_with_their_step():
    X = TextVectorizer(stop_words="english").fit_transform(["the cat and the dog"])
    assert X.shape == (1, 2)


def test_tokenizer_of_another_library_needs_only_to_give_words():
    class Encoding:
        tokens = ("un", "##believ", "##able")

    class Tokenizer:
        def encode(self, text):
            return Encoding()

    vectorizer = TextVectorizer(tokenizer=lambda text: Tokenizer().encode(text).tokens)
    vectorizer.fit(["unbelievable"])
    assert set(vectorizer.vocabulary_) == {"un", "##believ", "##able"}


def test_tokenizer_may_give_a_generator():
    X = TextVectorizer(tokenizer=lambda text: iter(text.split())).fit_transform(["a b"])
    assert X.toarray().tolist() == [[2, 3]]


@pytest.mark.parametrize(
    ("tokens", "found"),
    [([7], "got 7 among them"), ({"input_ids": [7]}, "got dict"), (7, "got int")],
)
def test_anything_but_words_from_a_tokenizer_is_refused(tokens, found):
    vectorizer = TextVectorizer(tokenizer=lambda text: tokens if text else [])
    with pytest.raises(TypeError, match=f"{found} at row 1.*tok.encode"):
        vectorizer.fit(["", "a"])


def test_documents_that_are_token_lists_pass_with_analyzer_list():
    X = TextVectorizer(analyzer=list).fit_transform([["b", "a"], ["b", "b", "c"]])
    assert X.toarray().tolist() == [[3, 2, 0], [3, 3, 4]]


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"analyzer": "char", "stop_words": ["a"]}, "stop_words will not be used"),
        ({"analyzer": "char", "tokenizer": str.split}, "tokenizer will not be used"),
        ({"analyzer": list, "preprocessor": str.upper}, "preprocessor will not be"),
    ],
)
def test_what_the_analyzer_does_not_use_is_warned_about(params, named):
    with pytest.warns(UserWarning, match=named):
        TextVectorizer(**params).fit(["a"])


def test_a_tokenizer_alone_is_no_reason_to_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TextVectorizer(tokenizer=str.split).fit(["a"])


def test_a_lone_text_is_refused(assert_refused):
    vectorizer = TextVectorizer().fit(["a text"])
    message = r"Iterable over raw text.*\[text\]"
    cases = [(lone, message) for lone in ("a text", b"a text", np.str_("a text"))]
    for method in (vectorizer.fit, vectorizer.fit_transform, vectorizer.transform):
        assert_refused(method, cases)


def test_anything_but_one_column_is_refused(assert_refused):
    message = r"one column of texts.*shape.*X\['text'\]"
    columns = pd.DataFrame({"text": ["a", "b"], "n": 1}), np.array([["a", "b"]])
    cases = [(X, message) for X in (*columns, np.array("a"))]
    assert_refused(TextVectorizer().fit, cases)


@pytest.mark.parametrize(
    ("X", "remedy"), [({"a", "b"}, r"sorted\(X\)"), ({"x": "a"}, r"list\(X\.values")]
)
def test_a_set_and_a_dict_of_documents_are_refused(X, remedy):
    with pytest.raises(TypeError, match=remedy):
        TextVectorizer().fit(X)


@pytest.mark.parametrize("X", [None, 3])
def test_what_cannot_be_iterated_is_refused(X):
    with pytest.raises(TypeError, match=r"iterable of texts such as a list"):
        TextVectorizer().fit(X)


def test_a_document_that_is_no_text_is_refused_by_its_row(assert_refused):
    vectorizer = TextVectorizer().fit(["a"])
    bad = [
        (None, r"got None at row 1; drop missing"),
        (np.nan, r"got nan at row 1; drop missing"),
        (pd.NA, r"got <NA> at row 1; drop missing"),
        (3, r"got 3 at row 1"),
        (b"bytes", r"got b'bytes' at row 1; decode it first"),
        (["a", "b"], r"row 1; .* set analyzer=list"),
    ]
    cases = [(["a", document], message) for document, message in bad]
    assert_refused(vectorizer.transform, cases)
    assert_refused(vectorizer.fit, cases)


def test_missing_documents_are_refused_before_a_callable_analyzer(assert_refused):
    cases = [(["a", bad], "at row 1") for bad in (None, np.nan, b"bytes", 3)]
    assert_refused(TextVectorizer(analyzer=list).fit, cases)


def test_a_preprocessor_may_take_records():
    vectorizer = TextVectorizer(preprocessor=lambda record: record["text"])
    assert vectorizer.fit([{"text": "b a"}]).vocabulary_ == {"a": 2, "b": 3}


def test_any_container_of_texts_gives_the_same_ids():
    for X in [
        ("a b", "b"),
        np.array(["a b", "b"]),
        np.array([["a b"], ["b"]]),
        pd.DataFrame({"text": ["a b", "b"]}),
        np.array(["a b", "b"], dtype=object),
        pd.Series(["a b", "b"], index=[7, 5]),
        pd.Series(["a b", "b"], dtype="string"),
        iter(["a b", "b"]),
    ]:
        ids = TextVectorizer().fit_transform(X).toarray()
        assert ids.tolist() == [[2, 3], [3, 0]], type(X)
