"""The data files of the package: plain text, gzipped, each with a description."""

__all__ = [
    "load_births",
    "load_co2",
    "load_languages",
    "load_pronunciations",
    "load_tweets",
]

import gzip
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, overload

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sklearn_rnn._compat import validate_params

if TYPE_CHECKING:  # in importlib.resources.abc from Python 3.11 on
    from importlib.abc import Traversable

_CONSTRAINTS = {"return_X_y": ["boolean"]}


class _Loader(Protocol):
    """What type checkers see of a loader: its parameter decides what it returns."""

    @overload
    def __call__(self, *, return_X_y: Literal[False] = False) -> Bunch: ...

    @overload
    def __call__(
        self, *, return_X_y: Literal[True]
    ) -> tuple[NDArray[Any], NDArray[Any]]: ...

    @overload
    def __call__(
        self, *, return_X_y: bool
    ) -> Bunch | tuple[NDArray[Any], NDArray[Any]]: ...


def _loader(load: Callable[..., Any]) -> _Loader:
    """Check the parameter of a loader."""
    checked = validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)(load)
    return cast(_Loader, checked)


@_loader
def load_languages(
    *, return_X_y: bool = False
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Load paragraphs of the Universal Declaration of Human Rights in 48 languages.

    A text classification task: which language is this? The texts are
    translations of one another, so that the topic does not help.

    ==============  ==========================
    Samples         2798 paragraphs
    Classes         48 languages
    Groups          31 (preamble, 30 articles)
    Length          20 to 722 characters
    ==============  ==========================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (2798,), dtype object
            The texts, each a `str`, language by language.
        target : ndarray of shape (2798,), dtype str
            The code of each text's language: ISO 639-3, in five cases with the
            variety behind it, such as ``"deu_1996"``.
        target_names : ndarray of shape (48,), dtype str
            The English names of the languages, in the order of
            ``np.unique(target)``, which is that of ``classes_`` of a fitted
            classifier.
        articles : ndarray of shape (2798,), dtype int64
            The article that each text comes from, 1 to 30, or 0 for the
            preamble. Articles share their matter, and their names, in every
            language: give them as ``groups`` to keep each on one side of a split.
        DESCR : str
            Source, licence, and what was done to the texts.
        filename : str
            Name of the bundled file.

    (data, target) : tuple if ``return_X_y`` is True
        The texts and the codes of their languages.

    See Also
    --------
    load_tweets : Texts with a number each.

    Examples
    --------
    >>> from sklearn_rnn.datasets import load_languages
    >>> bunch = load_languages()
    >>> texts, languages, articles = bunch.data, bunch.target, bunch.articles
    >>> texts[articles == 3][languages[articles == 3] == "eng"]
    array(['Everyone has the right to life, liberty and the security of person.'],
          dtype=object)
    """
    filename = "languages.tsv.gz"
    languages, articles, texts = _read_columns(filename, separator="\t")
    target = np.array(languages)
    # The codes are those of the source.
    names = dict(zip(*_read_columns("language_names.tsv", "\t"), strict=True))
    return _bundle(
        np.array(texts, dtype=object),
        target,
        filename,
        return_X_y,
        target_names=np.array([names[code] for code in np.unique(target)]),
        articles=np.array(articles, dtype=np.int64),
    )


@_loader
def load_tweets(
    *, return_X_y: bool = False
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Load tweets with the sentiment that people read in them.

    A text regression task: how negative or positive is this? With the sign of the
    target for a class it is a task of classification.

    ==============  ==========================
    Samples         4200 tweets
    Target          -3.75 to 3.55
    Length          3 to 162 characters
    ==============  ==========================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (4200,), dtype object
            The texts, each a `str`, in English; some are coarse. User names are
            ``@anonymous``, links ``http://url_removed``.
        target : ndarray of shape (4200,), dtype float64
            The mean rating of each text by at least 20 people, from -4, extremely
            negative, to 4, extremely positive.
        DESCR : str
            Source, licence, and what was done to the texts.
        filename : str
            Name of the bundled file.

    (data, target) : tuple if ``return_X_y`` is True
        The texts and their mean ratings.

    See Also
    --------
    load_languages : Texts in classes.

    References
    ----------
    .. [1] C. J. Hutto and E. E. Gilbert, "VADER: A Parsimonious Rule-based Model for
       Sentiment Analysis of Social Media Text", Eighth International Conference on
       Weblogs and Social Media (ICWSM-14), 2014.

    Examples
    --------
    >>> from sklearn_rnn.datasets import load_tweets
    >>> texts, sentiment = load_tweets(return_X_y=True)
    >>> texts[3], round(float(sentiment[3]), 2)
    ('LMAO, AMAZING!', 2.86)
    """
    filename = "tweets.tsv.gz"
    sentiment, texts = _read_columns(filename, separator="\t")
    data = np.array(texts, dtype=object)
    target = np.array(sentiment, dtype=np.float64)
    return _bundle(data, target, filename, return_X_y)


@_loader
def load_pronunciations(
    *, return_X_y: bool = False
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Load English words, many of them names, and how they are pronounced.

    A translation task: which phones does this spelling stand for? Spelling and sound
    have different lengths.

    ==============  ==========================
    Samples         12000 words
    Labels          39 phones
    Length          1 to 19 letters
    Answers         1 to 18 phones
    ==============  ==========================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (12000,), dtype object
            The words, each a `str` of small letters and apostrophes, by alphabet.
        target : ndarray of shape (12000,), dtype object
            The phones of each word, each a `str` with spaces between them, without
            stress. ``text.split()`` gives the list.
        DESCR : str
            Source, licence, and what was done to the words.
        filename : str
            Name of the bundled file.

    (data, target) : tuple if ``return_X_y`` is True
        The words and their phones.

    See Also
    --------
    sklearn_rnn.RNNTranslator : Learns to read them aloud.

    Examples
    --------
    >>> from sklearn_rnn.datasets import load_pronunciations
    >>> words, phones = load_pronunciations(return_X_y=True)
    >>> words[2], phones[2]
    ('aardvark', 'AA R D V AA R K')
    """
    filename = "pronunciations.tsv.gz"
    words, phones = _read_columns(filename, separator="\t")
    data, target = (np.array(column, dtype=object) for column in (words, phones))
    return _bundle(data, target, filename, return_X_y)


@_loader
def load_births(
    *, return_X_y: bool = False
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Load the number of births in the United States on each day of 1994 to 2003.

    A single series without gaps, with a strong week, a mild year and sharp
    holidays.

    ==============  ==================================
    Time steps      3652 days
    Values          6443 to 14540 births
    Gaps            none
    ==============  ==================================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (3652,), dtype datetime64[D]
            The days, one after the other.
        target : ndarray of shape (3652,), dtype float64
            The number of births on each day.
        DESCR : str
            Source, licence, and what was done to the series.
        filename : str
            Name of the bundled file.

    (data, target) : tuple if ``return_X_y`` is True
        The dates and the births.

    See Also
    --------
    load_co2 : A weekly series with gaps.

    Examples
    --------
    >>> from sklearn_rnn.datasets import load_births
    >>> dates, births = load_births(return_X_y=True)
    >>> str(dates[births.argmin()])  # Christmas
    '2001-12-25'
    """
    filename = "births.csv.gz"
    years, months, days, _, births = _read_columns(filename)
    dates = [
        f"{year}-{month:0>2}-{day:0>2}"
        for year, month, day in zip(years, months, days, strict=True)
    ]
    return _series(dates, births, filename, return_X_y)


@_loader
def load_co2(*, return_X_y: bool = False) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Load the weekly carbon dioxide of the air at Mauna Loa, 1958 to 2001.

    A single series with a rising trend, a year, and real gaps: weeks without a
    measurement are NaN.

    ==============  ==================================
    Time steps      2284 weeks
    Values          313.0 to 373.9 ppm by volume
    Gaps            59 weeks, at most 18 in a row
    ==============  ==================================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (2284,), dtype datetime64[D]
            The Saturday of each week, one after the other.
        target : ndarray of shape (2284,), dtype float64
            The mean concentration of each week in parts per million by volume,
            NaN where there is none.
        DESCR : str
            Source, licence, and what was done to the series.
        filename : str
            Name of the bundled file.

    (data, target) : tuple if ``return_X_y`` is True
        The dates and the concentrations.

    See Also
    --------
    load_births : A daily series without gaps.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.datasets import load_co2
    >>> dates, co2 = load_co2(return_X_y=True)
    >>> int(np.isnan(co2).sum())
    59
    """
    filename = "co2.csv.gz"
    days, co2 = _read_columns(filename)
    dates = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days]
    concentrations = [value or "nan" for value in co2]
    return _series(dates, concentrations, filename, return_X_y)


def _series(
    dates: list[str],
    values: Iterable[str],
    filename: str,
    return_X_y: bool,
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Return what both series loaders return, from columns of strings."""
    data = np.array(dates, dtype="datetime64[D]")
    return _bundle(data, np.array(values, dtype=np.float64), filename, return_X_y)


def _bundle(
    data: NDArray[Any],
    target: NDArray[Any],
    filename: str,
    return_X_y: bool,
    **more: NDArray[Any],
) -> Bunch | tuple[NDArray[Any], NDArray[Any]]:
    """Return what all loaders return; the description is that of the file's name."""
    if return_X_y:
        return data, target
    description = _files() / "descr" / f"{filename.partition('.')[0]}.rst"
    return Bunch(
        data=data,
        target=target,
        **more,
        DESCR=description.read_text(encoding="utf-8"),
        filename=filename,
    )


def _read_columns(filename: str, separator: str = ",") -> Iterator[tuple[str, ...]]:
    """Return the columns of a bundled table, without its header, as strings."""
    # By bytes, not by path, so that it also works from within a zip file.
    content = (_files() / "data" / filename).read_bytes()
    if filename.endswith(".gz"):
        content = gzip.decompress(content)
    # Not str.splitlines, which also splits at characters that texts may hold.
    _, *lines = content.decode("utf-8").rstrip("\n").split("\n")
    return zip(*(line.split(separator) for line in lines), strict=True)


def _files() -> "Traversable":
    return resources.files("sklearn_rnn.datasets")
