"""Contributions drawn over texts and series, and written as HTML."""

import html
import re
import sys
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import same_color
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger, TextVectorizer
from sklearn_rnn.inspection import (
    Explanation,
    StepImportanceDisplay,
    TokenImportanceDisplay,
    explain,
)
from sklearn_rnn.inspection._axes import COLORS
from sklearn_rnn.inspection._html import NOT_READ, colour_of, pieces_of

rng = np.random.default_rng(0)
SMALL = {"hidden_size": 4, "max_epochs": 2, "cell": "rnn", "random_state": 0}
TEXTS = ["good film", "bad film", "a good one", "a bad one"]
X = rng.normal(size=(12, 8, 3))


def of_text(text, values=None, *, spans=None, tokens=None, **params):
    """Explain a text of words with values made up."""
    if spans is None:
        spans = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
    if tokens is None:
        tokens = [text[max(start, 0) : max(stop, 0)] for start, stop in spans]
    values = np.linspace(-1, 1, len(spans)) if values is None else values
    return Explanation(
        **{
            "values": np.array(values, dtype=float),
            "method": "occlusion",
            "unit": "logit",
            "target": "pos",
            "tokens": np.array(tokens, dtype=object),
            "spans": np.array(spans, dtype=np.int64).reshape(-1, 2),
            "text": text,
            **params,
        }
    )


def of_series(series, values=None, **params):
    series = np.asarray(series, dtype=float)
    values = np.linspace(-1, 1, series.size).reshape(series.shape)
    params = {"method": "occlusion", "unit": "y", "series": series, **params}
    return Explanation(**{"values": values, **params})


def html_of(explanation):
    return TokenImportanceDisplay(explanation=explanation).to_html()


def drawn_words(display):
    return [text.get_text() for text in display.ax_.get_xticklabels()]


@pytest.fixture(scope="module")
def pipeline():
    model = make_pipeline(TextVectorizer(max_length=50), RNNClassifier(**SMALL))
    return model.fit(TEXTS, ["pos", "neg", "pos", "neg"])


# -- HTML ----------------------------------------------------------------------


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.data())
def test_html_holds_every_character_of_the_text(text, data):
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    found = html_of(of_text(text, spans=spans))
    inside = re.sub(r"<[^<>]*>", "", found)
    assert html.unescape(inside).startswith(html.unescape(html.escape(text)))
    assert (
        "".join(piece.text for piece in pieces_of(of_text(text, spans=spans)))[
            : len(text)
        ]
        == text
    )


def test_html_is_escaped_and_well_formed():
    text = 'so <b>"good"</b> & bad\n\t不'
    root = ElementTree.fromstring(html_of(of_text(text, target="<i>")))
    assert "".join(root.itertext()) == text
    assert root.attrib["dir"] == "auto"
    assert "white-space:pre-wrap" in root.attrib["style"]
    assert root.attrib["title"] == "Class <i>, by occlusion; contribution to logit"


def test_each_token_has_its_colour_and_says_its_value():
    root = ElementTree.fromstring(html_of(of_text("bad so good", [-0.5, 0.0, 2.0])))
    bad, so, good = root
    assert (bad.text, so.text, good.text) == ("bad", "so", "good")
    assert [span.attrib["title"] for span in root] == [
        "bad: -0.5",
        "so: +0",
        "good: +2",
    ]
    assert good.attrib["style"] == "background-color:rgba(33,102,172,0.75)"
    assert so.attrib["style"] == "background-color:rgba(33,102,172,0.00)"
    # A quarter of the strongest red.
    assert bad.attrib["style"] == "background-color:rgba(178,24,43,0.19)"


def test_tokens_that_share_a_character_share_a_colour():
    explanation = of_text("½ x", [1.0, 2.0, 4.0, -1.0], spans=[(0, 1)] * 3 + [(2, 3)])
    first, _, last = pieces_of(explanation)
    assert (first.text, first.value, last.value) == ("½", 7.0, -1.0)


def test_tokens_that_have_no_place_in_the_text_come_behind_it():
    explanation = of_text("a b", [1, 2, 4], spans=[(0, 0), (0, 1), (2, 3)])
    explanation.tokens[0] = "[CLS]"
    pieces = pieces_of(explanation)
    assert "".join(piece.text for piece in pieces) == "a b [CLS]"
    values = [piece.value for piece in pieces if piece.value is not None]
    assert sum(values) == pytest.approx(explanation.values.sum())


def test_without_a_text_tokens_are_in_line():
    for text in ("", None):
        explanation = of_text(text, [1, 2], spans=[(0, 0)] * 2, tokens=["x", "y"])
        assert "".join(piece.text for piece in pieces_of(explanation)) == "x y"


@pytest.mark.parametrize("share", [-1.0, 1.0])
def test_black_letters_stand_out_from_the_strongest_colours(share):
    *colour, strength = map(float, re.findall(r"[\d.]+", colour_of(share)))
    c = 1 - strength + strength * np.array(colour) / 255  # over white
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert (luminance + 0.05) / 0.05 >= 4.5  # level AA of WCAG 2.1


def test_html_needs_no_matplotlib(monkeypatch, pipeline):
    (explanation,) = explain(pipeline, ["good film"])
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "good</span>" in html_of(explanation)
    with pytest.raises(ImportError, match="Drawing needs matplotlib"):
        TokenImportanceDisplay.from_explanation(explanation)


# -- texts drawn ---------------------------------------------------------------


def test_a_text_is_explained_and_drawn(pipeline):
    text = "So GOOD, a film!"
    display = TokenImportanceDisplay.from_estimator(
        pipeline, [text], method="occlusion", target="neg"
    )
    assert drawn_words(display) == ["so", "good", ",", "a", "film", "!"]
    assert display.ax_.get_title() == "Class neg, by occlusion"
    assert display.ax_.get_ylabel() == "contribution to logit"
    (explanation,) = explain(pipeline, [text], method="occlusion", target="neg")
    values = display.explanation.values
    np.testing.assert_array_equal(values, explanation.values)
    assert [bar.get_height() for bar in display.bars_] == values.tolist()
    assert display.plot() is display
    assert display._repr_html_() == display.to_html()


def test_bars_are_blue_above_zero_and_red_below():
    display = TokenImportanceDisplay.from_explanation(of_text("bad so good"))
    red, *blue = [bar.get_facecolor() for bar in display.bars_]
    assert same_color(red, COLORS[1])
    assert all(same_color(color, COLORS[0]) for color in blue)


def test_of_a_long_text_the_heaviest_tokens_are_named_and_leave_each_other_room():
    values = np.full(400, 0.001)
    values[[100, 101, 300]] = 0.3, 0.25, -0.2
    text = " ".join(f"word{i}" for i in range(400))
    _, ax = plt.subplots()
    display = TokenImportanceDisplay.from_explanation(of_text(text, values), ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    labels = drawn_words(display)
    assert {"word100", "word300"} <= set(labels)
    assert "word101" not in labels  # it would overlap the next label
    assert len(labels) == 20
    assert min(np.diff(ax.get_xticks())) >= 10
    assert ax.get_xlabel() == "heaviest tokens"


def test_weights_of_attention_are_bars_beside_those_that_are_all_alike():
    model = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL, pooling="attention"))
    model.fit(TEXTS, [1, 0, 1, 0])
    display = TokenImportanceDisplay.from_estimator(model, TEXTS, method="attention")
    heights = [bar.get_height() for bar in display.bars_]
    weights = model[1].attention_weights(model[0].transform(TEXTS))[0, :2]
    np.testing.assert_allclose(heights, weights, rtol=0, atol=1e-12)
    assert display.ax_.lines[0].get_ydata()[0] == 1 / 2


def test_dollar_signs_are_not_mathematics():
    display = TokenImportanceDisplay.from_explanation(of_text("$x$ costs 5 $"))
    display.figure_.draw_without_rendering()
    assert drawn_words(display)[:2] == [r"\$", "x"]


@pytest.mark.parametrize("text", ["", "\n", "word"])
def test_the_shortest_texts_are_drawn(pipeline, text):
    display = TokenImportanceDisplay.from_estimator(pipeline, [text])
    display.figure_.draw_without_rendering()
    assert drawn_words(display) == [text.strip() or "<unk>"]


def test_ids_and_lists_of_tokens_are_drawn():
    vectorizer = TextVectorizer(analyzer=list)
    model = make_pipeline(vectorizer, RNNClassifier(**SMALL))
    model.fit([["a", "b"], ["c"]] * 4, [0, 1] * 4)
    display = TokenImportanceDisplay.from_estimator(model, [["c", "a"]])
    assert drawn_words(display) == ["c", "a"]
    ids = model[0].transform([["c", "a"]])
    display = TokenImportanceDisplay.from_estimator(model[1], ids)
    assert drawn_words(display) == [str(id_) for id_ in ids.data]


# -- series drawn --------------------------------------------------------------


def test_one_variable_is_a_line_over_its_contributions():
    explanation = of_series([3.0, 5.0, 4.0])
    display = StepImportanceDisplay.from_explanation(explanation)
    (line,) = display.lines_
    np.testing.assert_array_equal(line.get_ydata(), [3.0, 5.0, 4.0])
    np.testing.assert_array_equal(display.image_.get_array().ravel(), [-1, 0, 1])
    assert display.image_.get_clim() == (-1.0, 1.0)
    ax = display.ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time step", "value")
    assert display.colorbar_.ax.get_ylabel() == "contribution to y"
    assert display.plot() is display
    display.figure_.draw_without_rendering()


def test_of_several_variables_each_has_a_row():
    model = RNNRegressor(**SMALL).fit(X, X[:, :, 0].sum(axis=1))
    display = StepImportanceDisplay.from_estimator(model, X)
    np.testing.assert_array_equal(
        display.image_.get_array().reshape(3, 8), display.explanation.values.T
    )
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["variable 0", "variable 1", "variable 2"]
    for row, line in enumerate(display.lines_):
        heights = line.get_ydata()
        # Up is up: the axis runs downwards.
        assert heights.argmin() == X[0, :, row].argmax()
        assert np.abs(heights - row).max() == pytest.approx(0.4)


def test_names_of_variables_are_used():
    explanation = of_series(X[0], variables=["heart", "breath", "noise"])
    display = StepImportanceDisplay.from_explanation(explanation)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["heart", "breath", "noise"]


@pytest.mark.parametrize("n_variables", [13, 40])
def test_of_many_variables_only_the_colours_are_drawn(n_variables):
    explanation = of_series(rng.normal(size=(6, n_variables)))
    display = StepImportanceDisplay.from_explanation(explanation)
    display.figure_.draw_without_rendering()
    assert display.lines_ == []


def test_weights_of_attention_run_from_zero_and_are_those_of_all_variables():
    model = RNNClassifier(**SMALL, pooling="attention").fit(X, [0, 1] * 6)
    display = StepImportanceDisplay.from_estimator(model, X, method="attention")
    weights = display.image_.get_array().reshape(3, 8)
    assert (weights == display.explanation.values).all()
    assert display.image_.get_clim() == (0.0, display.explanation.values.max())
    assert display.ax_.get_title() == "Weights of attention"
    assert display.colorbar_.ax.get_ylabel() == "weight of attention"


@pytest.mark.parametrize("series", [[1.0], [2.0, 2.0], [[0.0, 0.0]]])
def test_constant_and_very_short_series_are_drawn(series):
    StepImportanceDisplay.from_explanation(
        of_series(series)
    ).figure_.draw_without_rendering()


def test_contributions_of_nothing_are_drawn():
    explanation = of_series([1.0, 2.0], method="occlusion")
    explanation.values[:] = 0.0
    display = StepImportanceDisplay.from_explanation(explanation)
    display.figure_.draw_without_rendering()
    assert display.image_.get_clim() == (-1.0, 1.0)


def test_a_step_of_a_tagger_is_named_in_the_title():
    model = RNNTagger(**SMALL).fit(X, [list("abababab")] * 12)
    display = StepImportanceDisplay.from_estimator(model, X, step=-1, target="b")
    assert display.ax_.get_title() == "Class b at step 7, by integrated gradients"


def test_a_table_of_one_variable_is_explained_row_by_row():
    model = RNNRegressor(**SMALL).fit(X[:, :, 0], X[:, 0, 0])
    table = X[:, :, 0]
    for rows, row in [(table, 3), (table.tolist(), 3), (table, -9)]:
        display = StepImportanceDisplay.from_estimator(model, rows, row=row)
        np.testing.assert_array_equal(display.explanation.series, table[3])


def test_a_row_that_is_not_there_is_an_error(pipeline):
    with pytest.raises(IndexError, match="row=2 was asked for, but X has 2"):
        TokenImportanceDisplay.from_estimator(pipeline, ["one", "two"], row=2)


def test_a_lone_text_is_not_taken_for_rows_of_letters(pipeline):
    with pytest.raises(ValueError, match="wrap a lone text in a list"):
        TokenImportanceDisplay.from_estimator(pipeline, "a film", row=3)


def test_each_display_refuses_what_the_other_draws():
    with pytest.raises(ValueError, match=r"of texts or tokens.*StepImportanceDisplay"):
        TokenImportanceDisplay.from_explanation(of_series([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"of numbers.*TokenImportanceDisplay"):
        StepImportanceDisplay.from_explanation(of_text("a b"))


@pytest.mark.parametrize("name", ["$5_and_$10", r"$\\bad$"])
def test_a_class_may_be_called_like_a_formula(name):
    model = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL))
    model.fit(["good", "bad"] * 3, [name, "other"] * 3)
    display = TokenImportanceDisplay.from_estimator(model, ["good"], target=name)
    display.figure_.canvas.draw()
    assert name in display.ax_.get_title()


def test_a_list_of_explanations_is_refused_with_the_way_out(pipeline):
    found = explain(pipeline, ["good", "bad"])
    with pytest.raises(TypeError, match=r"pass one of them, such as explain"):
        TokenImportanceDisplay.from_explanation(found)


def test_what_was_not_read_is_grey_and_says_so():
    model = make_pipeline(TextVectorizer(max_length=2), RNNClassifier(**SMALL))
    model.fit(["a good film", "a bad film"] * 3, [1, 0] * 3)
    display = TokenImportanceDisplay.from_estimator(model, ["A good film!"])
    assert (
        f'<span title="not read" style="color:{NOT_READ}"> film!' in display.to_html()
    )
