"""A text in colours, as HTML."""

import html
from typing import Any, NamedTuple

import numpy as np

# The ends of the maps in `_axes`, in red, green and blue of 255.
ABOVE_ZERO = (33, 102, 172)
BELOW_ZERO = (178, 24, 43)

# The most of a colour over white on which black letters still have the contrast of
# 4.5 to 1 that level AA of the Web Content Accessibility Guidelines 2.1 asks for.
MOST_COLOUR = 0.75

# The ink of what no token covers, such as the end of a text that was cut.
NOT_READ = "#767676"

STYLE = (
    "white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;"
    "line-height:1.7;padding:0.5em;color:#000;background-color:#fff"
)


class Piece(NamedTuple):
    """Some characters, and the contribution of the tokens in them, if there are any."""

    text: str
    value: float | None = None
    name: str = ""


def pieces_of(explanation: Any) -> list[Piece]:
    """Cut the text of an explanation where its tokens begin and end.

    Parameters
    ----------
    explanation : Explanation
        Of a text or of tokens.

    Returns
    -------
    pieces : list of Piece
        Joined they are the text. Behind it come, after a space each, the tokens that
        have no place in it, so that no contribution is lost; where the places are not
        known, these are all. Tokens that share a character share a piece.
    """
    text, spans = explanation.text, explanation.spans
    if text is None or spans is None:
        text, spans = "", np.zeros((len(explanation.tokens), 2), dtype=int)
    pieces: list[Piece]
    pieces, behind, position = [], [], 0
    rows = explanation.tokens, explanation.values.tolist(), spans.tolist()
    for token, value, (start, stop) in zip(*rows, strict=True):
        name = str(token)
        if start == stop:
            behind += [Piece(" "), Piece(name, value, name)]
            continue
        if start < position:  # such as the second letter of a ligature
            before = pieces.pop()
            start, value = position - len(before.text), before.value + value
            name = f"{before.name} {name}"
        pieces.append(Piece(text[position:start]))
        position = max(position, stop)
        pieces.append(Piece(text[start:position], value, name))
    pieces.append(Piece(text[position:]))
    pieces = [piece for piece in pieces if piece.text] + behind
    return pieces if text else pieces[1:]


def html_of(explanation: Any) -> str:
    """Write the text of an explanation, or its tokens, as HTML.

    Parameters
    ----------
    explanation : Explanation

    Returns
    -------
    html : str
        One ``div`` with every character, escaped, and those of tokens in colours; the
        direction of the writing follows from its first letter.
    """
    largest = np.abs(explanation.values).max(initial=0.0) or 1.0
    pieces = pieces_of(explanation)
    inside = "".join(_html_of_piece(piece, largest) for piece in pieces)
    about = html.escape(f"{heading(explanation)}; {label(explanation)}")
    return f'<div dir="auto" title="{about}" style="{STYLE}">{inside}</div>'


def _html_of_piece(piece: Piece, largest: float) -> str:
    text = html.escape(piece.text)
    if piece.value is None:
        if not piece.text.strip():
            return text
        return f'<span title="not read" style="color:{NOT_READ}">{text}</span>'
    about = html.escape(f"{piece.name}: {piece.value:+.3g}")
    colour = colour_of(piece.value / largest)
    return f'<span title="{about}" style="background-color:{colour}">{text}</span>'


def colour_of(share: float) -> str:
    """Give the colour of a contribution from -1 to 1, to be laid over white."""
    red, green, blue = ABOVE_ZERO if share >= 0 else BELOW_ZERO
    strength = MOST_COLOUR * min(1.0, abs(share))
    return f"rgba({red},{green},{blue},{strength:.2f})"


# -- what both displays say of an explanation ----------------------------------


def heading(explanation: Any) -> str:
    """Say what is explained, and how."""
    if explanation.method == "attention":
        return "Weights of attention"
    what = "Output"
    if explanation.target is not None:
        is_class = explanation.unit in ("logit", "score")
        what = f"{'Class' if is_class else 'Output'} {explanation.target}"
    if explanation.step is not None:
        what += f" at step {explanation.step}"
    return f"{what}, by {explanation.method.replace('_', ' ')}"


def label(explanation: Any) -> str:
    """Say what the values are."""
    if explanation.method == "attention":
        return "weight of attention"
    return f"contribution to {explanation.unit}"
