"""A text cut into pieces that have a value each, and as HTML in colours."""

import html
from typing import NamedTuple

import numpy as np

# The ends of the maps in `_axes`, in red, green and blue of 255, and white between.
ABOVE_ZERO = (33, 102, 172)
BELOW_ZERO = (178, 24, 43)
WHITE = (255, 255, 255)

# Whether black or white reads better on a colour is decided by its relative luminance,
# as the Web Content Accessibility Guidelines 2.1 define it; here both read alike.
LUMINANCE_OF_EQUAL_CONTRAST = 0.179

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


def pieces_of(explanation):
    """Cut the text of an explanation where its tokens begin and end.

    Parameters
    ----------
    explanation : Explanation
        Of a text or of tokens.

    Returns
    -------
    pieces : list of Piece
        Joined they are the text. Behind it come, after a space each, the tokens that
        are not in it, so that no contribution is lost; where there is no text, these
        are all. Tokens that share a character share a piece.
    """
    tokens = [str(token) for token in explanation.tokens]
    values = explanation.values.tolist()
    text = explanation.text
    if text is None or explanation.spans is None:
        return _in_line(zip(tokens, values, strict=True))[1:]
    spans = explanation.spans.tolist()
    found = sorted(
        (*spans[i], i) for i in range(len(spans)) if spans[i][0] < spans[i][1]
    )
    pieces, position = [], 0
    for start, stop, members in _merge(found):
        pieces.append(Piece(text[position:start]))
        name = " ".join(tokens[i] for i in members)
        pieces.append(Piece(text[start:stop], sum(values[i] for i in members), name))
        position = stop
    pieces.append(Piece(text[position:]))
    elsewhere = [
        (token, value)
        for token, value, (start, stop) in zip(tokens, values, spans, strict=True)
        if start >= stop
    ]
    return [piece for piece in pieces if piece.text] + _in_line(elsewhere)


def _merge(spans):
    """Join spans that overlap; give each with the numbers of its tokens."""
    merged = []
    for start, stop, i in spans:
        if merged and start < merged[-1][1]:
            before, end, members = merged[-1]
            merged[-1] = before, max(end, stop), [*members, i]
        else:
            merged.append((start, stop, [i]))
    return merged


def _in_line(tokens):
    """Put a space before each token."""
    return [
        piece
        for token, value in tokens
        for piece in (Piece(" "), Piece(token, value, token))
    ]


def html_of(pieces, explanation):
    """Write pieces as HTML: every character, escaped, and those of tokens in colours.

    Parameters
    ----------
    pieces : list of Piece
    explanation : Explanation

    Returns
    -------
    html : str
        One ``div``; the direction of the writing follows from its first letter.
    """
    largest = np.abs(explanation.values).max(initial=0.0) or 1.0
    inside = "".join(_html_of_piece(piece, largest) for piece in pieces)
    about = html.escape(f"{heading(explanation)}; {label(explanation)}")
    return f'<div dir="auto" title="{about}" style="{STYLE}">{inside}</div>'


def _html_of_piece(piece, largest):
    text = html.escape(piece.text)
    if piece.value is None:
        if not piece.text.strip():
            return text
        return f'<span title="not read" style="color:{NOT_READ}">{text}</span>'
    colour = colour_of(piece.value / largest)
    about = html.escape(f"{piece.name}: {piece.value:+.3g}")
    style = f"background-color:#{colour};color:{ink_on(colour)}"
    return f'<span title="{about}" style="{style}">{text}</span>'


def colour_of(share):
    """Give the colour of a contribution from -1 to 1 as six hexadecimal digits."""
    end = ABOVE_ZERO if share >= 0 else BELOW_ZERO
    strength = min(1.0, abs(share))
    mixed = (round(w + strength * (e - w)) for w, e in zip(WHITE, end, strict=True))
    return "".join(f"{channel:02x}" for channel in mixed)


def ink_on(colour):
    """Choose black or white, whichever reads better on a colour."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    return "#000" if luminance > LUMINANCE_OF_EQUAL_CONTRAST else "#fff"


# -- what both displays say of an explanation ----------------------------------


def heading(explanation):
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


def label(explanation):
    """Say what the colours mean."""
    if explanation.method == "attention":
        return "weight of attention"
    return f"contribution to {explanation.unit}"
