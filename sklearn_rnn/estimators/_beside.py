"""What an estimator learns of the sequences that stand beside the first one."""

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import check_sequences


class BesideInputs:
    """The part of an estimator that reads further sequences of the same samples.

    ``beside_inputs_`` has for each of them, in a dict, the attributes that
    `SequenceInput` learns of the first one; `_besides` makes objects of them.
    """

    beside_inputs_ = ()

    def _besides(self):
        """Give for each further sequence what reads it."""
        return [self._make_beside(learnt) for learnt in self.beside_inputs_]

    def _make_beside(self, learnt):
        raise NotImplementedError

    def _check_beside(self, beside, *, reset):
        """Read the further sequences, as those of `fit` or for the first time."""
        if reset:
            self.beside_inputs_ = [{} for _ in beside]
        if len(beside) != len(self.beside_inputs_):
            raise SequenceError(
                f"X has {len(beside)} sequences beside the first, but "
                f"{type(self).__name__} was fitted with {len(self.beside_inputs_)}; "
                "pass SequencesWithStatic(X, static, beside=[...]) with those of fit, "
                "in the same order."
            )
        readers = self._besides()
        checked = tuple(
            reader.check(part, place, reset=reset)
            for place, (reader, part) in enumerate(zip(readers, beside, strict=True))
        )
        if reset:
            self.beside_inputs_ = [reader.learnt for reader in readers]
        return checked

    def _for_each_beside(self, part, work):
        """Let each reader learn from its own sequences, and keep what it learnt."""
        readers = self._besides()
        for reader, sequences in zip(readers, part.sequences.beside, strict=True):
            work(reader, part._replace(sequences=sequences))
        self.beside_inputs_ = [reader.learnt for reader in readers]


class OneOfSeveral:
    """What is known of one of the further sequences; acts for an estimator.

    Parameters
    ----------
    estimator : estimator instance
        Its parameters hold for all sequences, but for ``input`` and ``embedding``,
        which are of the first.
    learnt : dict
        The attributes learnt so far.
    """

    embedding = None

    def __init__(self, estimator, learnt):
        self._estimator = estimator
        vars(self).update(learnt)

    @property
    def learnt(self):
        """The attributes learnt so far, as a dict."""
        return {name: at for name, at in vars(self).items() if name != "_estimator"}

    @property
    def standardize(self):
        """The parameter of the estimator."""
        return self._estimator.standardize

    @property
    def patch_length(self):
        """The parameter of the estimator."""
        return self._estimator.patch_length

    @property
    def _target(self):
        return self._estimator._target

    def _setting(self, name):
        return self._estimator._setting(name)

    def check(self, X, place, *, reset):
        """Let X through the door; an error says which of the sequences it is."""
        try:
            sequences = check_sequences(
                self, X, reset=reset, allow_nan=self._estimator._takes_nan
            )
            self._check_characters(sequences, reset=reset)
        except (TypeError, ValueError) as error:
            said = str(error).replace(
                type(self).__name__, type(self._estimator).__name__
            )
            raise type(error)(f"In X.beside[{place}]: {said}") from error
        return sequences
