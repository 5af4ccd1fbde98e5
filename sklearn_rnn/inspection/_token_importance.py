"""Contributions of tokens, drawn as a text in colours."""

import re

from sklearn_rnn.inspection._axes import axes_or_new
from sklearn_rnn.inspection._coloured_text import NOT_READ, html_of, ink_on, pieces_of
from sklearn_rnn.inspection._importance import ImportanceDisplay

# In points: what is tried from the left to the right until all of the text fits.
FONT_SIZES = (12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0)
# Of a figure of its own the height follows the text, within these inches.
LEAST_INCHES, MOST_INCHES = 1.4, 12.0
LINE_HEIGHT = 1.75
# Text that is cut into lines stays the same where the way to white space is.
BREAKS = re.compile(r"(\n|\s)")
LEFT_OUT = " […]"


class TokenImportanceDisplay(ImportanceDisplay):
    """The contributions of the tokens of one text, as colours behind its words.

    Words in grey were not read: stop words, and what was cut off at ``max_length``.

    Made by `from_estimator` or `from_explanation`, which draw it too.

    Parameters
    ----------
    explanation : Explanation
        That of a text, or of a list of tokens.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    colorbar_ : matplotlib Colorbar
        What the colours mean.
    texts_ : list of matplotlib Text
        The words, in their order.

    See Also
    --------
    explain : Computes what is drawn.
    StepImportanceDisplay : Draws the contributions of the steps of a series.

    Notes
    -----
    matplotlib writes from left to right and only what its font has letters for: set
    ``font.family`` for Chinese, Japanese or Korean. `to_html` leaves both to the
    browser, and needs no matplotlib.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNClassifier, TextVectorizer
    >>> from sklearn_rnn.inspection import TokenImportanceDisplay
    >>> texts = ["good film", "bad film", "a good one", "a bad one"]
    >>> vectorizer = TextVectorizer(max_length=20)
    >>> pipe = make_pipeline(vectorizer, RNNClassifier(8, random_state=0))
    >>> pipe = pipe.fit(texts, [1, 0, 1, 0])
    >>> display = TokenImportanceDisplay.from_estimator(pipe, ["Good, good!"])
    >>> [text.get_text() for text in display.texts_]
    ['Good', ',', 'good', '!']
    >>> "Good</span>" in display.to_html()
    True
    >>> plt.close(display.figure_)
    """

    kind = "texts or tokens"
    other = "StepImportanceDisplay"

    def to_html(self):
        """Write the text as HTML in colours.

        Returns
        -------
        html : str
            A ``div`` with every character of the text, white space kept; its tokens
            have a background colour and, where the mouse rests, their contributions.
            Tokens that are not in the text stand behind it.
        """
        self._check_kind(is_of_tokens=True)
        return html_of(pieces_of(self.explanation), self.explanation)

    def plot(self, ax=None):
        """Draw the text, its lines as wide as the axes.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure, as high as the text asks for, if None. In
            axes that are given letters become smaller until the text fits, and what
            does not fit with the smallest is left out.

        Returns
        -------
        display : TokenImportanceDisplay
            Itself.
        """
        self._check_kind(is_of_tokens=True)
        is_own = ax is None
        self.ax_ = ax = axes_or_new(ax)
        self.figure_ = ax.figure
        ax.set_axis_off()
        mapping = self._mapping()
        where = {"location": "bottom", "pad": 0.02, "aspect": 40, "fraction": 0.15}
        self._finish(mapping, **where)
        pieces = pieces_of(self.explanation)
        if is_own:
            page = self._page_of_own(pieces)
        else:
            page = self._page_that_fits(pieces)
        self._draw(page, mapping)
        return self

    def _page_of_own(self, pieces):
        """Lay the text out in the first size, and make the figure fit it."""
        figure = self.figure_
        for size in FONT_SIZES:
            for _ in range(2):  # the height of the figure changes that of the axes
                page = _Page(self.ax_, pieces, size)
                width, height = figure.get_size_inches()
                wanted = height + (page.height - page.room) / 72.0
                figure.set_size_inches(
                    width, min(max(wanted, LEAST_INCHES), MOST_INCHES)
                )
            if wanted <= MOST_INCHES:
                break
        return _Page(self.ax_, pieces, size)

    def _page_that_fits(self, pieces):
        for size in FONT_SIZES:
            page = _Page(self.ax_, pieces, size)
            if page.height <= page.room:
                break
        return page

    def _draw(self, page, mapping):
        from matplotlib.colors import to_hex
        from matplotlib.patches import Rectangle

        ax, self.texts_ = self.ax_, []
        points = _points_from_top_left(ax)
        for box in page.boxes:
            ink = NOT_READ
            if box.value is not None:
                colour = mapping.to_rgba(box.value)
                ink = {"#000": "black", "#fff": "white"}[ink_on(to_hex(colour)[1:])]
                corner = box.left, box.top + 0.12 * page.line
                shape = box.width, 0.76 * page.line
                style = {"facecolor": colour, "lw": 0, "transform": points}
                ax.add_patch(Rectangle(corner, *shape, **style))
            if box.text.strip():
                middle = box.top + 0.5 * page.line
                style = {"size": page.size, "color": ink, "parse_math": False}
                style |= {"va": "center_baseline", "transform": points}
                self.texts_.append(ax.text(box.left, middle, box.text, **style))


def _points_from_top_left(ax):
    """Count in points, to the right and down, wherever the axes will be."""
    from matplotlib.transforms import Affine2D, ScaledTranslation

    inches = Affine2D().scale(1 / 72.0, -1 / 72.0) + ax.figure.dpi_scale_trans
    return inches + ScaledTranslation(0.0, 1.0, ax.transAxes)


class _Box:
    """Some characters with one colour, and their place in points."""

    def __init__(self, text, value, left, top, width):
        self.text, self.value = text, value
        self.left, self.top, self.width = left, top, width


class _Page:
    """A text laid out in the lines of some axes, in points."""

    def __init__(self, ax, pieces, size):
        self.ax, self.size = ax, size
        self.line = LINE_HEIGHT * size
        self.widths = {}
        # Which gives the axes their place.
        ax.figure.canvas.figure.draw_without_rendering()
        box = ax.get_window_extent()
        self.width, self.room = (
            s * 72.0 / ax.figure.dpi for s in (box.width, box.height)
        )
        self.space = self._measure("x x") - self._measure("xx")
        self.boxes, self.left, self.top = [], 0.0, 0.0
        for group in _groups_of(pieces):
            self._place(group)
        self.height = self.top + self.line
        self._cut()

    def _measure(self, text):
        """Measure some characters in points."""
        if text not in self.widths:
            style = {"size": self.size, "parse_math": False}
            drawn = self.ax.figure.text(0, 0, text, **style)
            width = drawn.get_window_extent().width * 72.0 / self.ax.figure.dpi
            drawn.remove()
            self.widths[text] = width
        return self.widths[text]

    def _place(self, group):
        """Place what must not be torn apart, or tear it apart where it is too wide."""
        width = sum(self._width(text) for text, _ in group)
        if group[0][0] == "\n":
            self._break()
        elif self.left + width <= self.width:
            for text, value in group:
                self._add(text, value)
        elif self.left > 0.0 and width <= self.width:
            self._break()
            if group[0][0].strip():  # no line begins with the space between two words
                self._place(group)
        elif len(group) > 1:
            for piece in group:
                self._place([piece])
        else:
            self._tear(*group[0])

    def _tear(self, text, value):
        """Cut a piece that is wider than a line."""
        half = len(text) // 2
        if half == 0:  # one letter, in very narrow axes
            self._add(text, value)
            return
        self._place([(text[:half], value)])
        self._place([(text[half:], value)])

    def _add(self, text, value):
        width = self._width(text)
        self.boxes.append(_Box(text, value, self.left, self.top, width))
        self.left += width

    def _width(self, text):
        return self._measure(text) if text.strip() else self.space * len(text)

    def _break(self):
        self.left, self.top = 0.0, self.top + self.line

    def _cut(self):
        """Leave out the lines for which there is no room."""
        if self.size > FONT_SIZES[-1] or self.height <= self.room:
            return
        last = max(0.0, (self.room // self.line - 1) * self.line)
        end = self.width - self._measure(LEFT_OUT)
        self.boxes = [
            box
            for box in self.boxes
            if box.top < last or (box.top == last and box.left + box.width <= end)
        ]
        left = max((b.left + b.width for b in self.boxes if b.top == last), default=0.0)
        self.boxes.append(_Box(LEFT_OUT, None, left, last, 0.0))


def _groups_of(pieces):
    """Cut pieces where a line may end: at white space, each of which is a group."""
    groups, group = [], []
    for piece in pieces:
        for part in filter(None, BREAKS.split(piece.text)):
            if part.strip():
                group.append((part, piece.value))
                continue
            groups += [group] if group else []
            groups.append([(part, piece.value)])
            group = []
    return groups + ([group] if group else [])
