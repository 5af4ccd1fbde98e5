"""The characters of tokens, written behind their ids as negative numbers."""

from array import array
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.sequences import Sequences

REPLACEMENT = "\ufffd"
"""Stands for no characters, and for the null character, whose number is padding."""

ENCODING = "utf-32-le"
"""One number of four bytes per character, lone surrogates passed on."""


class CharacterWriter:
    """Take note of the characters of tokens, document by document.

    Documents are joined to one text, whose characters become numbers at once:
    nothing in Python runs per character.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._n_letters = array("q")

    def add(self, tokens: list[str]) -> None:
        """Take note of one document; without tokens it is one unknown word."""
        if "" in tokens or not tokens:
            tokens = [token or REPLACEMENT for token in tokens or [""]]
        self._texts.append("".join(tokens))
        self._n_letters.extend(map(len, tokens))

    def write_behind(
        self, ids: NDArray[np.int32], offsets: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Write the characters of each token behind its id.

        Parameters
        ----------
        ids : int32 ndarray of shape (n_steps_total,)
            The ids of the tokens that were added.
        offsets : int64 ndarray of shape (n_samples + 1,)
            Where each document starts among the ids.

        Returns
        -------
        values : int32 ndarray of shape (n_steps_total + n_characters_total,)
            Ids, and behind each the negative code points of its token.
        offsets : int64 ndarray of shape (n_samples + 1,)
            Where each document starts among the values.
        """
        text = "".join(self._texts).replace("\0", REPLACEMENT)
        code_points = np.frombuffer(text.encode(ENCODING, "surrogatepass"), "<i4")
        starts = np.zeros(len(ids) + 1, dtype=np.int64)
        np.cumsum(np.frombuffer(self._n_letters, dtype=np.int64) + 1, out=starts[1:])
        values = np.empty(starts[-1], dtype=np.int32)
        is_letter = np.ones(len(values), dtype=bool)
        is_letter[starts[:-1]] = False
        values[starts[:-1]] = ids
        values[is_letter] = -code_points
        return values, starts[offsets]


def read_words(characters: Sequences) -> list[str]:
    """Give the words of these characters, one for each member."""
    text = characters.values.astype("<i4").tobytes().decode(ENCODING, "surrogatepass")
    return [text[start:stop] for start, stop in pairwise(characters.offsets.tolist())]
