"""What an estimator learns from its sequences: tokens, characters, or scales."""

from itertools import repeat
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_rnn._compat import VisualBlock
from sklearn_rnn._training import (
    NumberReader,
    SequenceDataset,
    TokenReader,
    count_ids,
    widen_ids,
)
from sklearn_rnn.estimators._beside import BesideInputs, OneOfSeveral
from sklearn_rnn.estimators._pretrained import check_kind, source_of, take_input
from sklearn_rnn.sequences import (
    UNK,
    Standardizer,
    own_scales,
    write_sparse_tokens,
)

# A patch is so long that of a series of the median length about so many are left: on
# nine sets of series 50 was no better, and took 1.7 times as long.
STEPS_LEFT = 25


class SequenceInput(BesideInputs):
    """The part of an estimator that learns what its sequences are made of."""

    # Of an estimator that has no such parameter, and of tokens.
    patch_length: Any = None
    patch_length_ = 1

    def _learn_input(self, part, seed):
        """Learn the scale of the variables, or which tokens there are."""
        source = None if self.pretrained is None else source_of(self.pretrained)
        if source is None:
            self._check_longest(part)
        self._learn_or_take(part, seed, source)

    def _learn_or_take(self, part, seed, source):
        """Learn, or take over what `source` has learnt of the same sequences."""
        sources = repeat(None)
        if source is not None:
            check_kind(source, part.sequences)
            sources = iter(source._besides())
        self._for_each_beside(
            part, lambda one, its: one._learn_or_take(its, seed, next(sources))
        )
        self._learn_static(part)
        if source is not None:
            take_input(self, source, part)
            return
        self._learn_patch_length(part)
        self.token_counts_ = self.input_mean_ = self.input_scale_ = None
        self.characters_ = self.token_ids_ = self._has_vector = None
        if part.sequences.is_tokens:
            self._learn_characters(part)
            self._learn_embedding(part, seed)
            n_tokens = UNK + 1 if self._has_vector is None else len(self._has_vector)
            self.token_counts_ = np.zeros(n_tokens, dtype=np.int64)
            self._count_tokens(part)
            return
        scaler = self._learn_scale(part, part.sequences, part.sequences.n_features)
        self.input_mean_, self.input_scale_ = scaler.mean_, scaler.scale_

    def _check_patches(self, sequences):
        """Refuse patches where no sequence holds numbers."""
        asked = self._setting("patch_length")
        several = isinstance(asked, Integral) and asked > 1
        if several and all(s.is_tokens for s in (sequences, *sequences.beside)):
            raise ValueError(
                f"patch_length={asked!r} is for sequences of numbers, but X holds "
                "token ids, which are read one by one; pass 'auto' or 1."
            )

    def _check_longest(self, part):
        """Refuse patches that no sequence of numbers fills, be it beside or not."""
        asked, whole = self._setting("patch_length"), part.sequences
        if not isinstance(asked, Integral):
            return
        lengths = [
            one.lengths[part.rows].max(initial=1)
            for one in (whole, *whole.beside)
            if not one.is_tokens
        ]
        if lengths and asked > max(lengths):
            raise ValueError(
                f"patch_length={asked!r} is longer than every sequence of X, of which "
                f"the longest has {max(lengths)} steps; pass at most that, or 'auto'."
            )

    def _learn_patch_length(self, part):
        """Fix how many steps the network reads as one."""
        asked = self._setting("patch_length")
        if asked is None:
            return
        self.patch_length_ = 1
        if part.sequences.is_tokens:
            return
        lengths = part.sequences.lengths[part.rows]
        if asked == "auto":
            self.patch_length_ = max(1, round(np.median(lengths) / STEPS_LEFT))
            return
        self.patch_length_ = int(asked)

    def _learn_static(self, part):
        """Learn the scale of the static columns, if there are any."""
        self.static_mean_ = self.static_scale_ = None
        columns = self._static_columns(part.sequences)
        if columns is not None:
            scaler = self._learn_scale(part, columns, columns.shape[1])
            self.static_mean_, self.static_scale_ = scaler.mean_, scaler.scale_

    def _learn_scale(self, part, data, n_columns):
        if not self.standardize:
            return Standardizer.identity(n_columns)
        weight = self._target.weigh_samples(part.y, part.weight)
        return Standardizer.fit(data, weight, part.rows)

    def _static_columns(self, sequences):
        """Give what is known of each sequence as a whole, in the units it came in.

        Whatever an estimator finds by itself of a sequence belongs here, as further
        columns of the table (n_samples, n_columns); None if there is nothing.
        """
        if not self._reads_by_sequence(sequences):
            return sequences.static
        own = own_scales(sequences).columns
        given = sequences.static
        return own if given is None else np.hstack([given, own])

    def _reads_by_sequence(self, sequences):
        """Whether each sequence loses its own level and scale."""
        by_sequence = self._setting("standardize") == "sequence"
        return by_sequence and not sequences.is_tokens

    def _learn_characters(self, part):
        """Learn which characters there are; one seen once stands for the unknown."""
        self._trains_unknown_character = False
        if part.sequences.characters is None:
            return
        letters = part.sequences[part.rows].characters.values
        characters, counts = np.unique(letters, return_counts=True)
        often = counts > 1
        self.characters_ = characters[often if often.any() else counts > 0]

    def _learn_embedding(self, part, seed):
        """Fit the estimator that makes the vectors, and learn which tokens have one."""
        if self.embedding is None:
            return
        if makes_vectors(self.embedding):
            self.embedding_ = fit_embedding(self.embedding, part, seed)
            self._has_vector = self.embedding_.vectors_.any(axis=1)
        else:
            self._has_vector = np.ones(len(self.embedding), dtype=bool)

    def _vectors_to_start_from(self):
        """Give the matrix that the vectors of tokens start from; None if random."""
        fitted = makes_vectors(self.embedding)
        return self.embedding_.vectors_ if fitted else self.embedding

    def _check_characters(self, sequences, *, reset):
        """Refuse words without characters where `fit` saw them, and the reverse."""
        has_characters = sequences.characters is not None
        if reset:
            self._has_characters = has_characters
        elif has_characters != self._has_characters:
            here, in_fit = ("with", "without")[:: 1 if has_characters else -1]
            raise ValueError(
                f"X holds words {here} their characters, but this "
                f"{type(self).__name__} was fitted {in_fit} them; use the same "
                "TextVectorizer(characters=...) as in fit."
            )

    def _count_tokens(self, part):
        """Take note of the tokens of `part`, in a longer table if need be.

        The larger of two counts is kept, not their sum: the same data may come
        again, and a word seen once in it is still rare.
        """
        self._for_each_beside(part, lambda one, its: one._count_tokens(its))
        if self.token_counts_ is None:
            return
        if self.characters_ is not None:
            letters = part.sequences[part.rows].characters.values
            unknown = np.setdiff1d(letters, self.characters_)
            self._trains_unknown_character |= len(unknown) > 0
        n_rows = len(self.token_counts_)
        data = part.sequences, part.rows
        grows = self._has_vector is None
        if grows:
            self.token_ids_ = widen_ids(self.token_ids_, n_rows, *data)
        counts = count_ids(n_rows, *data, token_ids=self.token_ids_, grows=grows)
        before = counts[:n_rows]
        np.maximum(before, self.token_counts_, out=before)
        self.token_counts_ = counts

    def _reader(self):
        """Build what turns raw values into what the network reads."""
        if self.token_counts_ is None:
            scaler = Standardizer(self.input_mean_, self.input_scale_)
            by_sequence = self._setting("standardize") == "sequence"
            return NumberReader(
                scaler,
                self._setting("missing"),
                by_sequence,
                self._setting("input_noise"),
            )
        return TokenReader(
            self.token_counts_,
            self._has_vector,
            self.characters_,
            self._trains_unknown_character,
            self._setting("word_dropout"),
            self.token_ids_,
        )

    def _dataset(self, sequences, **parts):
        """Make of sequences what the network reads."""
        static = self._static_columns(sequences)
        if static is not None:
            scaler = Standardizer(self.static_mean_, self.static_scale_)
            unknown = np.isnan(static)  # the scale of what is constant
            static = scaler.transform(np.where(unknown, scaler.mean_, static))
        if sequences.beside or self.beside_inputs_:
            pairs = zip(self._besides(), sequences.beside, strict=True)
            parts["beside"] = [one._dataset(its) for one, its in pairs]
        return SequenceDataset(sequences, self._reader(), static=static, **parts)

    def _sk_visual_block_(self):
        """Let scikit-learn's HTML view say below the name what was read and set."""
        name = type(self).__name__
        said = [self._say_input()] if hasattr(self, "n_timesteps_seen_") else []
        said += [say for say in (self._say_training(), self._say_changed()) if say]
        return VisualBlock(
            "single",
            self,
            names=name,
            name_details=str(self),
            name_caption="; ".join(said) or None,
        )

    def _say_training(self):
        """Say how long it was trained, and which weights were kept."""
        if not hasattr(self, "n_iter_"):
            return "not fitted"
        epochs = "1 epoch" if self.n_iter_ == 1 else f"{self.n_iter_} epochs"
        best = self.best_epoch_
        kept = best is not None and best < self.n_iter_
        return f"{epochs}, those of epoch {best} kept" if kept else epochs

    def _say_changed(self):
        """Name the parameters that differ from their defaults."""
        name = type(self).__name__
        changed = " ".join(
            repr(self).removeprefix(f"{name}(").removesuffix(")").split()
        )
        return f"changed: {changed}" if changed else ""

    def _say_input(self):
        shortest, longest = self.n_timesteps_seen_
        what = "one variable"
        if self.input_kind_ == "multivariate":
            what = f"{self.n_features_in_} variables"
        elif self.input_kind_ == "tokens":
            what = f"{len(self.token_counts_)} token ids"
        several = f"{shortest} to {longest}" if shortest < longest else f"{longest}"
        beside = f", {self.n_static_in_} static columns" if self.n_static_in_ else ""
        if self.beside_inputs_:
            beside += f", {len(self.beside_inputs_)} more for each sample"
        said = f"X: {what}, {several} steps{beside}"
        if self._held_out is not None:
            held_out, n_rows = self._held_out
            said += f". Early stopping held out {held_out} of {n_rows} rows"
        return said

    def _input_size(self):
        n_static = None if self.static_mean_ is None else len(self.static_mean_)
        size = {"n_static": n_static}
        if self.beside_inputs_:
            size["beside"] = [one._input_size() for one in self._besides()]
        if self.token_counts_ is None:
            return {"n_features": self._reader().n_inputs, **self._patches(), **size}
        n_characters = None
        if self.characters_ is not None:
            n_characters = len(self.characters_) + UNK + 1
        return {
            "n_tokens": len(self.token_counts_),
            "n_characters": n_characters,
            **size,
        }

    def _patches(self):
        """Say how many steps are read as one, where that is a parameter."""
        asked = self._setting("patch_length")
        if asked is None:
            return {}
        given = isinstance(asked, Integral)
        return {"patch_length": int(asked) if given else self.patch_length_}

    def _make_beside(self, learnt):
        return SequenceBeside(self, learnt)


class SequenceBeside(OneOfSeveral, SequenceInput):
    """Learns of one of the further sequences what `SequenceInput` does of the first."""


def makes_vectors(embedding):
    """Whether `embedding` is an estimator that is fitted, and no matrix."""
    return hasattr(embedding, "fit")


def fit_embedding(embedding, part, seed):
    """Fit a clone on the tokens of the training rows; a frozen one stays as it is.

    Its seed follows from that of the fit, unless it has one of its own.
    """
    fitted = clone(embedding)
    if fitted.get_params(deep=False).get("random_state", seed) is None:
        fitted.set_params(random_state=seed)
    sequences = part.sequences[part.rows]
    fitted.fit(write_sparse_tokens(sequences.values, sequences.offsets), None)
    if not hasattr(fitted, "vectors_"):
        raise TypeError(
            f"embedding={embedding!r} has no vectors_ after fit; give an estimator "
            "whose vectors_ has a row for each token id, such as TokenVectors(), or a "
            "matrix."
        )
    check_embedding(fitted.vectors_)
    return fitted


def check_embedding(embedding):
    """Refuse what is no table of vectors."""
    if embedding is None or makes_vectors(embedding):
        return
    matrix = np.asarray(embedding)
    numeric = matrix.dtype.kind in "iuf"
    if matrix.ndim != 2 or not numeric or len(matrix) <= UNK or not matrix.shape[1]:
        raise ValueError(
            "embedding must be a matrix of numbers with one row for each token id, "
            "padding (row 0) and the unknown word (row 1) included, got shape "
            f"{matrix.shape} and dtype {matrix.dtype}; load_vectors makes one."
        )
    if not np.isfinite(matrix).all():
        row = np.argmin(np.isfinite(matrix).all(axis=1))
        raise ValueError(
            f"embedding contains NaN or infinity, first in row {row}; load_vectors "
            "makes one of finite vectors."
        )
