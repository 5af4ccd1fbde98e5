"""From the characters of words to vectors of the words."""

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import Characters
from sklearn_rnn.nn._embedding import TokenEmbedding
from sklearn_rnn.nn._layer import RecurrentLayer
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._poolings import FinalState

# Words are run together with those of at most twice their letters, so that only few are
# padded to a very long one; the short ones, of up to this many letters, all together.
SHORT = 4


class CharacterEncoder(nn.Module):
    r"""Read each word letter by letter, from both ends.

    A vector of its own tells nothing of a word that training has not seen. Its
    endings, capitals and digits do, and are read here.

    Parameters
    ----------
    n_characters : int
        Number of character ids, padding (0) and unknown (1) included.
    characters_dim : int
        Length of the vector of each character, and number of hidden units of each
        direction. More of them can tell more endings apart, and are slower.
    generator : torch.Generator
        Source of the initial weights.

    Attributes
    ----------
    embedding : TokenEmbedding
        Vectors of the characters.
    layer : RecurrentLayer
        The bidirectional LSTM over the letters of a word.
    pooling : FinalState
        What selects the last output of each direction.
    n_units : int
        Length of a word's vector, ``2 * characters_dim``.

    Notes
    -----
    For a word of the characters :math:`c_1, \dots, c_m` with vectors :math:`E(c)`
    and the two directions :math:`F` and :math:`B` of an LSTM, the word's vector is
    what each has left after its last letter [1]_ [2]_,

    .. math::
        v = [F(E(c_1), \dots, E(c_m))_m, \; B(E(c_m), \dots, E(c_1))_m].

    References
    ----------
    .. [1] G. Lample, M. Ballesteros, S. Subramanian, K. Kawakami and C. Dyer,
       "Neural Architectures for Named Entity Recognition", NAACL 2016.
    .. [2] W. Ling et al., "Finding Function in Form: Compositional Character
       Models for Open Vocabulary Word Representation", EMNLP 2015.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import CharacterEncoder, Characters
    >>> encoder = CharacterEncoder(50, 4, generator=torch.Generator())
    >>> words = Characters(torch.tensor([7, 8, 9, 5]), torch.tensor([3, 1]))
    >>> encoder(words).shape
    torch.Size([2, 8])
    """

    def __init__(
        self, n_characters: int, characters_dim: int, *, generator: torch.Generator
    ) -> None:
        super().__init__()
        if characters_dim < 1:
            raise ValueError(
                f"characters_dim must be at least 1, got {characters_dim!r}."
            )
        self.embedding = TokenEmbedding(
            n_characters, characters_dim, generator=generator
        )
        self.layer = RecurrentLayer(
            characters_dim, characters_dim, generator=generator, bidirectional=True
        )
        self.n_units = self.layer.n_units
        self.pooling = FinalState(self.n_units, generator=generator)

    def forward(self, characters: Characters) -> Tensor:
        """Compute a vector of each word, those of similar length together.

        Parameters
        ----------
        characters : Characters

        Returns
        -------
        vectors : Tensor of shape (n_words, n_units)
        """
        n_letters, order = characters.counts.sort(stable=True)
        starts = (characters.counts.cumsum(0) - characters.counts)[order]
        sizes = _cut(n_letters)
        groups = zip(starts.split(sizes), n_letters.split(sizes), strict=True)
        vectors = torch.cat(
            [self._read_group(characters.ids, *group) for group in groups]
        )
        return torch.empty_like(vectors).index_copy(0, order, vectors)

    def _read_group(self, ids: Tensor, starts: Tensor, n_letters: Tensor) -> Tensor:
        n_columns = int(n_letters[-1])  # the longest is the last
        places = starts.unsqueeze(1) + torch.arange(n_columns, device=ids.device)
        words = ids[places.clamp(max=len(ids) - 1)]  # (n_words, n_columns)
        words = words.masked_fill(~length_mask(n_letters, n_columns), 0)
        letters = self.embedding(words.t()).transpose(0, 1)
        vectors: Tensor = self.pooling(self.layer(letters, n_letters))
        return vectors  # (n_words, n_units)


def _cut(n_letters: Tensor) -> list[int]:
    """Cut words, the shortest first, into groups of similar length."""
    doublings = (n_letters / SHORT).log2().ceil().clamp(min=0)
    return [size for size in torch.bincount(doublings.long()).tolist() if size > 0]
