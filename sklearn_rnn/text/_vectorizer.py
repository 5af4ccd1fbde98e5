"""The transformer from texts to token ids."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils import TransformerTags, check_array
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import (
    DocumentationLinkMixin,
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    fit_context,
)
from sklearn_rnn._messages import warn
from sklearn_rnn.exceptions import TruncationWarning
from sklearn_rnn.sequences import (
    PAD,
    UNK,
    Sequences,
    read_sparse_tokens,
    write_sparse_tokens,
)
from sklearn_rnn.text._analyzers import (
    build_analyzer,
    check_documents,
    warn_about_unused,
)
from sklearn_rnn.text._beside import warn_if_joined
from sklearn_rnn.text._characters import REPLACEMENT, CharacterWriter, read_words
from sklearn_rnn.text._spans import Tokens, make_follower, why_no_spans
from sklearn_rnn.text._vocabulary import (
    Ids,
    LookUp,
    Offsets,
    check_vocabulary,
    encode,
    fixed_look_up,
    growing_look_up,
    keep,
    select_words,
)

UNKNOWN_WORD = "<unk>"
NO_TEXT = {UNKNOWN_WORD, REPLACEMENT}
"""What an empty document reads as."""


# No TransformerMixin, as CountVectorizer has none: it would make frames of ids.
class TextVectorizer(DocumentationLinkMixin, BaseEstimator):
    r"""Turn each text into the sequence of its tokens' ids.

    `CountVectorizer` counts words and loses their order; this keeps the
    order, for networks that read one token after the other. Both split texts
    with the same code, so their common parameters mean the same.

    Id 0 is padding and id 1 the unknown word; words have the ids from 2 on, in the
    order of the alphabet (of code points), so that the same texts give the same ids in
    any order, and however often each comes.

    Parameters
    ----------
    strip_accents : {'ascii', 'unicode'} or callable, default=None
        Remove accents: 'ascii' also drops what has no ASCII form, 'unicode'
        works for any script. None keeps them.
    lowercase : bool, default=True
        Convert texts to lowercase first: fewer words, each seen more often. The
        Turkish İ becomes i.
    preprocessor : callable, default=None
        Function from text to text instead of ``strip_accents`` and
        ``lowercase``. Not used if ``analyzer`` is a callable.
    tokenizer : callable, default=None
        Function from text to list of str instead of ``token_pattern``, such as
        ``lambda text: tok.encode(text).tokens`` with a tokenizer of the
        library ``tokenizers``. Only used if ``analyzer='word'``.
    stop_words : {'english'} or list, default=None
        Tokens to remove. Only used if ``analyzer='word'``. Removing "not" can
        turn the meaning of a sequence around; the default None removes none.
    token_pattern : str, default=None
        Regular expression of a token. None takes words of all scripts, those of one
        letter too: letters and digits with the marks that belong to them, such as the
        vowels of Hindi; and each punctuation mark, sign or emoji as a token of its
        own. ``\\w`` of a pattern knows no marks. Only used if ``analyzer='word'`` and
        ``tokenizer`` is None.
    analyzer : {'word', 'char'} or callable, default='word'
        'char' makes each character a token, for languages written without
        spaces and for texts with typing errors; runs of white space count as
        one space. A callable takes the raw document and gives its tokens; with
        ``list`` the documents are lists of tokens already.
    max_df : float in [0.0, 1.0] or int, default=1.0
        Words in more documents than this (a proportion, or if int a number)
        become unknown. Lower values drop more of the commonest words. Documents are
        the rows of X: sample weights do not count, here and in the next two.
    min_df : float in [0.0, 1.0] or int, default=1
        Words in fewer documents than this become unknown. Higher values keep
        fewer words, with more examples of each and of the unknown word.
    max_features : int, default=None
        Keep this number of words, those most frequent over all rows of X; the
        others become unknown. None keeps all.
    vocabulary : mapping of str to int, or iterable of str, default=None
        Words with their ids (from 2 on, gaps allowed), such as `load_vectors`
        gives, or words to be numbered in their order. ``max_df``, ``min_df``
        and ``max_features`` are then not used. None learns it in ``fit``.
    max_length : int, default=None
        Number of tokens to keep of each document, and the width of the output.
        Smaller values train faster and read less. None takes the length of the
        longest document in ``fit``.
    truncate : {'end', 'start'} or None, default='end'
        Which end of a document longer than ``max_length`` is cut away: 'end'
        keeps its first tokens, 'start' its last. None cuts nothing: every token
        has an id, as taggers need. ``transform`` then gives a wider output where
        a document is longer than all in ``fit``. A document longer than a given
        ``max_length`` is an error.
    sparse_output : bool, default=True
        False gives a dense array padded with 0 on the right: it can be read, and
        takes the memory of the longest document for each one.
    characters : bool, default=False
        True writes the characters of each token behind its id, for a network
        that also reads words character by character: it learns more of unknown words,
        and takes more memory and time. Needs ``sparse_output=True``.
    joiner : str, default=None
        What `decode` writes between two tokens. None is nothing where
        ``analyzer='char'``, else a space.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Each word's id.
    max_length_ : int
        ``max_length``, or the number of tokens of the longest document in
        ``fit``: the width of the output, without characters.
    width_ : int
        The number of columns of the output of ``fit_transform``: with
        ``characters=True`` those of the longest row, characters included, else
        ``max_length_``.

    See Also
    --------
    load_vectors : Make ``vocabulary`` from pre-trained word vectors.
    sklearn.feature_extraction.text.CountVectorizer : Counts without order.

    Notes
    -----
    Row ``i`` of the output ``X`` holds document ``i``: ``X[i, t]`` is the id
    of its token number ``t``. The matrix is sparse not because ids are rare
    but because documents end: memory is that of the tokens, not of the padding.

    A letter and its accents are one character first (Unicode's NFC), so that a word
    gives the same token however its accents were typed; unless a ``preprocessor`` or a
    callable ``analyzer`` does all that. More than 30 accents in a row, which no
    language has, stay as they are.

    A document without any token becomes one unknown word, so that every
    sequence has at least one step. Words left out by ``max_df``, ``min_df`` or
    ``max_features`` become unknown and keep their step, whereas
    ``stop_words`` are removed together with their step.

    In ``fit`` documents are cut to ``max_length`` *before* words are counted.
    So every id of a learnt vocabulary is in some training row, and a network
    gets no word whose vector it could not learn; the price is that the
    vocabulary depends on ``max_length``. Fitting with ``max_length=n`` is
    fitting on documents of at most ``n`` tokens.

    With ``max_length`` given, longer documents are cut silently, as asked for; unless
    a callable ``analyzer`` reads them and ``fit`` cut none, for lists of tokens often
    have a label for each. Without it ``transform`` cuts those longer than all in
    ``fit``. Where it is not silent, one `TruncationWarning` says how many were cut.

    With both ``vocabulary`` and ``max_length`` given there is nothing to
    learn, and ``transform`` works without ``fit``.

    With ``characters=True`` a row holds, for one token after the other, the id
    and then the code points of its characters as negative numbers: "dog" with
    id 7 is 7, -100, -111, -103. The characters are those of the token as the
    analyzer gives it. One without characters, and the unknown word that stands
    for an empty document, gets the replacement character U+FFFD, and so
    does the null character, whose number is that of padding. The output grows
    in ``transform`` to the columns that its longest row needs; ``max_length``
    goes on counting tokens.

    Ids do not depend on how often a document comes, so that for an estimator behind
    this a row of weight 2 is the row twice, wherever the same words are kept; those
    that ``max_df``, ``min_df`` and ``max_features`` keep depend on it.

    Examples
    --------
    >>> from sklearn_rnn import TextVectorizer
    >>> vectorizer = TextVectorizer(sparse_output=False)
    >>> vectorizer.fit_transform(["No, no!", "Not a word.", ""])
    array([[6, 3, 6, 2],
           [7, 5, 8, 4],
           [1, 0, 0, 0]], dtype=int32)
    >>> vectorizer.vocabulary_
    {'!': 2, ',': 3, '.': 4, 'a': 5, 'no': 6, 'not': 7, 'word': 8}
    >>> vectorizer.inverse_transform(vectorizer.transform(["No comment."]))
    [array(['no', '<unk>', '.'], dtype=object)]
    >>> vectorizer.decode(vectorizer.transform(["No word."]))
    ['no word .']

    Chinese by character; the third text has one that was not there in ``fit``:

    >>> vectorizer = TextVectorizer(analyzer="char", sparse_output=False)
    >>> vectorizer.fit(["我喜欢", "我不喜欢"]).vocabulary_
    {'不': 2, '喜': 3, '我': 4, '欢': 5}
    >>> vectorizer.transform(["我喜欢", "我不喜欢", "我爱"])
    array([[4, 3, 5, 0],
           [4, 2, 3, 5],
           [4, 1, 0, 0]], dtype=int32)

    With the characters of each word behind its id:

    >>> vectorizer = TextVectorizer(characters=True).fit(["a dog"])
    >>> X = vectorizer.transform(["a cat"])
    >>> X.toarray()
    array([[  2, -97,   1, -99, -97, -116]], dtype=int32)
    >>> vectorizer.inverse_transform(X)
    [array(['a', 'cat'], dtype=object)]
    """

    _parameter_constraints: dict = {  # noqa: RUF012
        "strip_accents": [StrOptions({"ascii", "unicode"}), callable, None],
        "lowercase": ["boolean"],
        "preprocessor": [callable, None],
        "tokenizer": [callable, None],
        "stop_words": [StrOptions({"english"}), list, None],
        "token_pattern": [str, None],
        "analyzer": [StrOptions({"word", "char"}), callable],
        "max_df": [
            Interval(RealNotInt, 0, 1, closed="both"),
            Interval(Integral, 1, None, closed="left"),
        ],
        "min_df": [
            Interval(RealNotInt, 0, 1, closed="both"),
            Interval(Integral, 1, None, closed="left"),
        ],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "vocabulary": [Mapping, HasMethods("__iter__"), None],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "truncate": [StrOptions({"end", "start"}), None],
        "sparse_output": ["boolean"],
        "characters": ["boolean"],
        "joiner": [str, None],
    }

    def __init__(
        self,
        *,
        strip_accents: str | Callable[[str], str] | None = None,
        lowercase: bool = True,
        preprocessor: Callable[[Any], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        stop_words: str | list[str] | None = None,
        token_pattern: str | None = None,
        analyzer: str | Callable[[Any], Iterable[str]] = "word",
        max_df: float = 1.0,
        min_df: float = 1,
        max_features: int | None = None,
        vocabulary: Mapping[str, int] | Iterable[str] | None = None,
        max_length: int | None = None,
        truncate: str | None = "end",
        sparse_output: bool = True,
        characters: bool = False,
        joiner: str | None = None,
    ) -> None:
        self.strip_accents = strip_accents
        self.lowercase = lowercase
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.analyzer = analyzer
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.max_length = max_length
        self.truncate = truncate
        self.sparse_output = sparse_output
        self.characters = characters
        self.joiner = joiner

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Iterable[Any], y: None = None) -> "TextVectorizer":
        """Learn the vocabulary and the width.

        Parameters
        ----------
        X : iterable of str
            Documents: a list, a one-dimensional array, a Series, a generator, or a
            frame or array of one column.
        y : None
            Not used.

        Returns
        -------
        self : TextVectorizer

        Raises
        ------
        ValueError
            If X is a lone text, two-dimensional or without documents, if a
            document is not a str or, with ``analyzer=list``, not of the kind of the
            others, if no words are found or remain, if a document
            is longer than ``max_length`` and ``truncate`` is None, or if
            ``characters`` is asked for without ``sparse_output``.
        """
        self._learn(X)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Iterable[Any], y: None = None) -> Any:
        """Learn the vocabulary and the width, and give the documents' ids.

        The same as ``fit(X).transform(X)``, with each document read once.

        Parameters
        ----------
        X : iterable of str
            Documents, as in `fit`.
        y : None
            Not used.

        Returns
        -------
        X_ids : int32 CSR matrix or ndarray of shape (n_samples, `width_`)
            Token ids; row = document, column = position. Dense if
            ``sparse_output=False``, and then padded with 0 on the right. With
            ``characters=True`` the characters of each token behind its id.
        """
        warn_if_joined(TextVectorizer)
        return self._as_matrix(*self._learn(X), self.width_)

    def transform(self, X: Iterable[Any]) -> Any:
        """Give the ids of the documents' tokens.

        Parameters
        ----------
        X : iterable of str
            Documents, as in `fit`. Words that are not in ``vocabulary_`` become
            unknown.

        Returns
        -------
        X_ids : int32 CSR matrix or ndarray of shape (n_samples, n_columns)
            Token ids, as from `fit_transform`. ``n_columns`` is `width_`, and
            more where ``truncate=None`` or ``characters=True`` needs more.

        Raises
        ------
        ValueError
            If a document is longer than ``max_length`` and ``truncate`` is None.

        Warns
        -----
        TruncationWarning
            If documents are longer than all those in ``fit`` and were cut, or longer
            than ``max_length`` with a callable ``analyzer`` where ``fit`` cut none.
        """
        vocabulary, max_length, width = self._fitted()
        writer = self._new_writer()
        look_up = fixed_look_up(vocabulary)
        ids, offsets, n_cut = self._encode(X, look_up, max_length, writer)
        if n_cut:
            self._warn_of_truncation(n_cut, len(offsets) - 1, max_length)
        if writer is not None:
            ids, offsets = writer.write_behind(ids, offsets)
        return self._as_matrix(ids, offsets, width)

    def inverse_transform(self, X: Any) -> list[NDArray[np.object_]]:
        """Give the tokens of each document.

        Parameters
        ----------
        X : CSR matrix or array-like of shape (n_samples, n_positions)
            Token ids, with characters or without, as from `transform`.

        Returns
        -------
        documents : list of object ndarrays of shape (n_tokens,)
            Tokens in order, without padding; ids that no word has, among them
            that of the unknown word, read from their characters or, where there
            are none, ``'<unk>'``.
        """
        vocabulary = self._fitted()[0]
        ids, offsets, characters = _read_ids(X)
        # Objects, for a NumPy string would lose the null characters at its end.
        words = np.full(max(vocabulary.values()) + 2, None, dtype=object)
        words[list(vocabulary.values())] = list(vocabulary)
        tokens = words[np.minimum(ids, len(words) - 1)]
        unknown = np.flatnonzero(tokens == None)  # noqa: E711, one by one
        tokens[unknown] = UNKNOWN_WORD
        if characters is not None:
            tokens[unknown] = read_words(characters[unknown])
        return np.split(tokens, offsets[1:-1])

    def decode(self, X: Any) -> list[str]:
        """Give the text of each row of ids.

        Parameters
        ----------
        X : CSR matrix or array-like of shape (n_samples, n_positions)
            Token ids, with characters or without, as from `transform`.

        Returns
        -------
        texts : list of str
            The tokens of each row as `inverse_transform` gives them, with `joiner`
            between them. One unknown word alone, without characters, is what an empty
            text becomes, and is read as one.

        Notes
        -----
        A text is given back as it was where its tokens, joined, are the text, and all
        of them are known. ``TextVectorizer(analyzer=list, joiner="")`` makes each
        character a token, whatever it is; ``analyzer="char"`` puts one space for more
        and composes letters with their accents, and ``lowercase=False`` keeps capital
        letters.

        Examples
        --------
        >>> from sklearn_rnn import TextVectorizer
        >>> vectorizer = TextVectorizer(analyzer=list, joiner="")
        >>> vectorizer.decode(vectorizer.fit_transform(["Two  spaces", ""]))
        ['Two  spaces', '']
        """
        self._fitted()
        ids, offsets, _ = _read_ids(X)
        rows = zip(np.split(ids, offsets[1:-1]), self.inverse_transform(X), strict=True)
        return [
            "" if row.tolist() == [UNK] and words[0] in NO_TEXT else self._join(words)
            for row, words in rows
        ]

    def _join(self, words: Iterable[str]) -> str:
        """Make a text of tokens."""
        joiner = self.joiner
        if joiner is None:
            joiner = "" if self.analyzer == "char" else " "
        return joiner.join(words)

    def token_spans(self, X: Iterable[Any]) -> list[NDArray[np.int64]]:
        """Give the place of each token in its document.

        Row ``t`` belongs to what `transform` puts at step ``t``, so that whatever is
        known of a step, such as its label, can be shown in the text.

        Parameters
        ----------
        X : iterable of str
            Documents, as in `fit`.

        Returns
        -------
        spans : list of int64 ndarrays of shape (n_tokens, 2)
            Start and end of each token that `transform` keeps, counted in characters
            of the document as it was given: it is ``document[start:end]``. A document
            without tokens has one row, (0, 0).

        Raises
        ------
        ValueError
            As in `transform`, and if the places are not known: with a ``preprocessor``
            or a callable ``strip_accents``, and for the tokens of a ``tokenizer`` or a
            callable ``analyzer`` that are not parts of the text.

        Notes
        -----
        Lowercasing, `strip_accents`, `token_pattern`, `stop_words` and
        ``analyzer='char'`` are followed character by character; an accent belongs to
        the letter before it. Tokens made of one character (the two of "ﬁ", the three
        of "½", where accents are stripped) all have its span, and an empty match of
        `token_pattern` an empty one.

        The tokens of a ``tokenizer`` (in the text that it is given) or of a callable
        ``analyzer`` (in the document) are looked for one after the other. They have
        spans if they can be found in one way only, as words can between which nothing
        but white space was left out.

        Examples
        --------
        >>> from sklearn_rnn import TextVectorizer
        >>> texts = ["Très ﬁn!"]
        >>> vectorizer = TextVectorizer(strip_accents="unicode").fit(texts)
        >>> vectorizer.vocabulary_
        {'!': 2, 'fin': 3, 'tres': 4}
        >>> (spans,) = vectorizer.token_spans(texts)
        >>> spans.tolist()
        [[0, 4], [5, 7], [7, 8]]
        >>> [texts[0][start:end] for start, end in spans]
        ['Très', 'ﬁn', '!']
        """
        spans = []
        for row, tokens in enumerate(self._follow(X)):
            found = tokens.as_array()
            if found is None:
                raise ValueError(why_no_spans(self.get_params(deep=False), row))
            spans.append(found)
        return spans

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give the names of the output's columns, which are positions.

        The words are in ``vocabulary_``. A later output may have more columns,
        see ``truncate`` and ``characters``.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Not used.

        Returns
        -------
        names : object ndarray of shape (`width_`,)
            ``'token0'``, ``'token1'`` and so on; with characters, a column may
            hold a character.
        """
        width = self._fitted()[2]
        return np.array([f"token{t}" for t in range(width)], dtype=object)

    def build_analyzer(self) -> Callable[[Any], Iterable[str]]:
        """Give the function from a document to its tokens, before truncation.

        Returns
        -------
        analyzer : callable
            That of `CountVectorizer` with these parameters.
        """
        return build_analyzer(self.get_params(deep=False))

    def _follow(self, X: Iterable[Any]) -> list[Tokens]:
        """Give the tokens that `transform` keeps of each document, with their spans."""
        _, max_length, _ = self._fitted()
        follow = make_follower(self.get_params(deep=False), self.build_analyzer())
        documents = [follow(document) for document in self._check_documents(X)]
        if self.max_length is not None and self.truncate is None:
            lengths = np.array([len(tokens.words) for tokens in documents])
            _refuse_longer(lengths, self.max_length)
        kept = keep(max_length, self.truncate)
        return [tokens.take(kept) for tokens in documents]

    def _learn(self, X: Iterable[Any]) -> tuple[Ids, Offsets]:
        """Set the fitted attributes; return what the rows hold, and offsets."""
        warn_about_unused(self.get_params(deep=False))
        self._reads_texts: bool | None = None  # until the first document
        writer = self._new_writer()
        if self.vocabulary is None:
            numbers, look_up = growing_look_up()
            ids, offsets, n_cut = self._encode(X, look_up, self.max_length, writer)
            self.vocabulary_, final = select_words(
                numbers,
                ids,
                offsets,
                max_df=self.max_df,
                min_df=self.min_df,
                max_features=self.max_features,
            )
            ids = final[ids]
        else:
            vocabulary = check_vocabulary(self.vocabulary)
            self._warn_about_upper_case(vocabulary)
            look_up = fixed_look_up(vocabulary)
            ids, offsets, n_cut = self._encode(X, look_up, self.max_length, writer)
            self.vocabulary_ = vocabulary
        self._fit_cut = n_cut > 0
        self.max_length_ = self.width_ = self.max_length or _longest(offsets)
        if writer is not None:
            ids, offsets = writer.write_behind(ids, offsets)
            self.width_ = _longest(offsets)
        return ids, offsets

    def _new_writer(self) -> CharacterWriter | None:
        """Return what notes the characters of the tokens, if that is asked for."""
        if self.characters and not self.sparse_output:
            raise ValueError(
                "characters=True needs sparse_output=True, got False: characters and "
                "ids cannot be told from numbers in a dense array; leave one of the "
                "two parameters at its default."
            )
        return CharacterWriter() if self.characters else None

    def _encode(
        self,
        X: Iterable[Any],
        look_up: LookUp,
        max_length: int | None,
        writer: CharacterWriter | None,
    ) -> tuple[Ids, Offsets, int]:
        """Turn documents into flat ids and offsets, and count those cut."""
        ids, offsets, n_cut = encode(
            map(self.build_analyzer(), self._check_documents(X)),
            look_up,
            keep(max_length, self.truncate),
            writer,
        )
        if self.max_length is not None and self.truncate is None:
            _refuse_longer(np.diff(offsets), self.max_length)
        return ids, offsets, n_cut

    def _warn_of_truncation(
        self, n_cut: int, n_documents: int, max_length: int
    ) -> None:
        """Say that documents were cut, if nobody asked for it or it costs labels."""
        are, their = ("is", "its") if n_cut == 1 else ("are", "their")
        longer = f"{n_cut} of {n_documents} documents {are} longer than"
        lost = f"and lost {their} {self.truncate}"
        if self.max_length is None:
            warn(
                f"{longer} the longest in fit ({max_length} tokens) {lost}; set "
                "max_length to choose the number of tokens to keep.",
                TruncationWarning,
            )
        elif callable(self.analyzer) and not getattr(self, "_fit_cut", False):
            warn(
                f"{longer} max_length={max_length} tokens {lost}: a tagger labels "
                "fewer tokens than they have. Set max_length=None and truncate=None to "
                "have a label for every token.",
                TruncationWarning,
            )

    def _check_documents(self, X: Iterable[Any]) -> Iterable[Any]:
        """Yield the documents, each checked to be what the analysis can read."""
        any_kind = callable(self.analyzer) or self.preprocessor is not None
        documents = check_documents(X, any_kind=any_kind)
        takes_both = self.analyzer in (list, tuple)
        return self._of_one_kind(documents) if takes_both else documents

    def _of_one_kind(self, documents: Iterable[Any]) -> Iterator[Any]:
        """Yield documents that are all texts or all none, as the first one of fit.

        `list` makes letters of a text and tokens of a list: both silently. What a
        function of the user's own does with either is its own affair.
        """
        for row, document in enumerate(documents):
            is_text = isinstance(document, str)
            texts = getattr(self, "_reads_texts", is_text)
            if texts is None:
                texts = self._reads_texts = is_text
            if is_text != texts:
                kinds = "texts, got none" if texts else "no texts, got one"
                cure = "join its tokens" if texts else "split it into tokens as in fit"
                raise ValueError(
                    f"The documents of fit were {kinds} at row {row}: "
                    f"{document!r:.60}; {cure}."
                )
            yield document

    def _as_matrix(self, ids: Ids, offsets: Offsets, width: int) -> Any:
        """Lay flat ids out as one row per document, of this width at least."""
        X = write_sparse_tokens(ids, offsets, width)
        return X if self.sparse_output else X.toarray()

    def _fitted(self) -> tuple[dict[str, int], int, int]:
        """Return vocabulary, number of tokens kept, and width.

        They are what `fit` learnt or, if there is nothing to learn, what is given.
        """
        if hasattr(self, "max_length_") or self.vocabulary is None:
            check_is_fitted(self)
            return self.vocabulary_, self.max_length_, self.width_
        if self.max_length is None:
            raise NotFittedError(
                "This TextVectorizer has a vocabulary but no width; call fit, or give "
                "max_length as well to use it without fit."
            )
        self._validate_params()
        return check_vocabulary(self.vocabulary), self.max_length, self.max_length

    def _warn_about_upper_case(self, vocabulary: dict[str, int]) -> None:
        """Warn about words that no lowercased document can hold."""
        if not self.lowercase or self.preprocessor or callable(self.analyzer):
            return
        if self.tokenizer is not None:  # may add words of its own, such as [CLS]
            return
        lost = [word for word in vocabulary if word != word.lower()]
        if lost:
            warn(
                f"{len(lost)} of {len(vocabulary)} words of vocabulary hold upper case "
                f"letters, such as {lost[0]!r}, and will not be found in lowercased "
                "documents; set lowercase=False.",
            )

    def __sklearn_tags__(self) -> Any:
        """Say that this takes a one-dimensional collection of strings."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags = TransformerTags(preserves_dtype=[])
        return tags


def _longest(offsets: Offsets) -> int:
    """Give the length of the longest row."""
    return int(np.diff(offsets).max())


def _refuse_longer(lengths: NDArray[np.int64], max_length: int) -> None:
    """Raise for the first document that would have to be cut."""
    longer = lengths > max_length
    if longer.any():
        row = int(np.argmax(longer))
        raise ValueError(
            f"With truncate=None every document must have at most max_length="
            f"{max_length} tokens, got {lengths[row]} at row {row}; raise max_length "
            "or leave it out, or choose which end to cut: truncate='end'."
        )


def _read_ids(X: Any) -> tuple[Ids, Offsets, Sequences | None]:
    """Read flat ids, offsets and, where there are any, the characters."""
    is_sparse = sparse.issparse(X)
    X = sparse.csr_matrix(check_array(X, accept_sparse="csr", dtype=np.int64))
    if X.nnz and X.data.min() < PAD:
        if is_sparse:
            sequences = read_sparse_tokens(X)
            return sequences.values, sequences.offsets, sequences.characters
        raise ValueError(
            f"X must hold token ids, got the negative number {X.data.min()}; only in "
            "a sparse matrix such numbers are the characters of tokens."
        )
    X = X.sorted_indices()
    X.eliminate_zeros()
    return X.data, X.indptr, None
