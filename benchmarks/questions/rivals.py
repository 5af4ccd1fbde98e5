"""The rivals of a recurrent network: small networks in torch, and a perceptron.

All of them are trained as the estimators are by default: Adam, batches of 32, a rate
that falls as a cosine, gradients clipped at 1, numbers and targets standardised.
"""

import warnings
from itertools import pairwise

import numpy as np
import torch
from scipy.sparse import csr_matrix, issparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import GradientNormClipping, LRScheduler
from torch import nn

BATCH_SIZE = 32
N_UNITS = 64


# -- rows as these networks read them ----------------------------------------------


def lengths_of(X):
    """Count the real steps of each row."""
    if issparse(X):
        return np.diff(X.indptr)
    real = ~np.isnan(X.reshape(*X.shape[:2], -1)).any(axis=2)
    return real.sum(axis=1)


class Padder:
    """Makes padded ids, or standardised numbers padded with zeros."""

    def fit(self, X):
        if not issparse(X):
            steps = self._cube(X)
            self.mean, self.std = np.nanmean(steps, (0, 1)), np.nanstd(steps, (0, 1))
        return self

    def transform(self, X):
        """Return padded rows and their lengths."""
        lengths = torch.from_numpy(lengths_of(X).astype(np.int64))
        if issparse(X):
            return torch.from_numpy(X.toarray().astype(np.int64)), lengths
        cube = np.nan_to_num((self._cube(X) - self.mean) / self.std)
        return torch.from_numpy(cube.astype(np.float32)), lengths

    @staticmethod
    def _cube(X):
        return X.reshape(*X.shape[:2], -1)


# -- networks ------------------------------------------------------------------


def mask_of(lengths, n_timesteps):
    """Return True where a step is real, (n_samples, n_timesteps)."""
    return torch.arange(n_timesteps) < lengths[:, None]


class Pooled(nn.Module):
    """Vectors of the steps, a body that relates them, their largest values, a head.

    Padding reaches nothing: batches are cut to their longest row, the body gets a mask,
    and the maximum passes over what is not real.
    """

    def __init__(self, n_inputs, is_tokens, n_outputs, n_pooled, pooling):
        super().__init__()
        self.reader = (
            nn.Embedding(n_inputs, N_UNITS, padding_idx=0)
            if is_tokens
            else nn.Linear(n_inputs, N_UNITS)
        )
        self.keeps_end = pooling == "final_max"
        self.head = nn.Linear(n_pooled * (1 + self.keeps_end), n_outputs)

    def relate(self, steps, mask):
        raise NotImplementedError

    def forward(self, x, lengths):
        x = x[:, : lengths.max()]
        mask = mask_of(lengths, x.shape[1])
        steps = self.relate(self.reader(x), mask)  # (n_samples, n_timesteps, n_pooled)
        largest = steps.masked_fill(~mask[..., None], -torch.inf).amax(dim=1)
        if self.keeps_end:
            last = steps[torch.arange(len(x)), lengths - 1]
            largest = torch.cat([last, largest], dim=1)
        return self.head(largest)


class Convolution(Pooled):
    """Two layers of 80 filters over five steps: each place sees nine."""

    def __init__(self, n_inputs, is_tokens, n_outputs, pooling="max", n_filters=80):
        super().__init__(n_inputs, is_tokens, n_outputs, n_filters, pooling)
        sizes = [N_UNITS, n_filters, n_filters]
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b, 5, padding=2) for a, b in pairwise(sizes)
        )

    def relate(self, steps, mask):
        real = mask[:, None]
        steps = steps.transpose(1, 2)  # (n_samples, n_units, n_timesteps)
        for layer in self.layers:
            # A filter that reads beyond the end reads zeros, alone or in a batch.
            steps = torch.relu(layer(steps * real))
        return steps.transpose(1, 2)


class SelfAttention(Pooled):
    """One block of four heads with places as sines, normalised before each part."""

    def __init__(self, n_inputs, is_tokens, n_outputs, pooling="max", n_hidden=384):
        super().__init__(n_inputs, is_tokens, n_outputs, N_UNITS, pooling)
        self.before = nn.LayerNorm(N_UNITS)
        self.attention = nn.MultiheadAttention(N_UNITS, 4, batch_first=True)
        self.between = nn.Sequential(
            nn.LayerNorm(N_UNITS),
            nn.Linear(N_UNITS, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, N_UNITS),
        )
        self.after = nn.LayerNorm(N_UNITS)

    def relate(self, steps, mask):
        steps = steps + sines(steps.shape[1], N_UNITS)
        normed = self.before(steps)
        seen, _ = self.attention(
            normed, normed, normed, key_padding_mask=~mask, need_weights=False
        )
        steps = steps + seen
        return self.after(steps + self.between(steps))


def sines(n_timesteps, n_units):
    """Return the places as in Vaswani et al. (2017), section 3.5."""
    rates = 10_000 ** (-torch.arange(0, n_units, 2) / n_units)
    angles = torch.arange(n_timesteps)[:, None] * rates
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)


class LastState(nn.Module):
    """A loop's LSTM that ends where the padded rows end, or where each row ends."""

    def __init__(self, n_inputs, n_outputs, given_lengths):
        super().__init__()
        self.rnn = nn.LSTM(n_inputs, N_UNITS, batch_first=True)
        self.head = nn.Linear(N_UNITS, n_outputs)
        self.given_lengths = given_lengths

    def forward(self, x, lengths):
        steps, _ = self.rnn(x)
        ends = lengths - 1 if self.given_lengths else torch.full_like(lengths, -1)
        return self.head(steps[torch.arange(len(x)), ends])


# -- estimators ----------------------------------------------------------------


class TorchRival:
    """A module under skorch, from rows as the estimators take them."""

    def __init__(self, make_module, lr, max_epochs, is_classifier, seed):
        self.make_module, self.lr, self.max_epochs = make_module, lr, max_epochs
        self.is_classifier, self.seed = is_classifier, seed

    def fit(self, X, y):
        torch.manual_seed(self.seed)
        self.padder = Padder().fit(X)
        x, lengths = self.padder.transform(X)
        is_tokens = issparse(X)
        n_inputs = int(x.max()) + 1 if is_tokens else x.shape[2]
        self.n_inputs = n_inputs
        if self.is_classifier:
            self.classes, codes = np.unique(y, return_inverse=True)
            n_outputs, target = len(self.classes), codes.astype(np.int64)
            kind, loss = NeuralNetClassifier, nn.CrossEntropyLoss
        else:
            self.scaler = StandardScaler().fit(y[:, None])
            target = self.scaler.transform(y[:, None]).astype(np.float32)
            n_outputs, kind, loss = 1, NeuralNetRegressor, nn.MSELoss
        n_updates = self.max_epochs * -(-len(y) // BATCH_SIZE)
        self.net = kind(
            self.make_module(n_inputs, is_tokens, n_outputs),
            criterion=loss,
            optimizer=torch.optim.Adam,
            lr=self.lr,
            batch_size=BATCH_SIZE,
            max_epochs=self.max_epochs,
            iterator_train__shuffle=True,
            train_split=None,
            verbose=0,
            callbacks=[
                GradientNormClipping(1.0),
                LRScheduler(
                    torch.optim.lr_scheduler.CosineAnnealingLR,
                    T_max=n_updates,
                    step_every="batch",
                ),
            ],
        )
        self.net.fit({"x": x, "lengths": lengths}, target)
        return self

    def predict(self, X, n_more_steps=0):
        """Predict; `n_more_steps` adds steps of padding to all rows."""
        x, lengths = self.padder.transform(X)
        if issparse(X):
            x[x >= self.n_inputs] = 1  # ids that training did not hold are unknown
        if n_more_steps:
            x = torch.cat([x, x.new_zeros(len(x), n_more_steps, x.shape[2])], dim=1)
        outputs = self.net.predict({"x": x, "lengths": lengths})
        if self.is_classifier:
            return self.classes[outputs]
        return self.scaler.inverse_transform(outputs)[:, 0]

    def score(self, X, y):
        return score_of(self.is_classifier, y, self.predict(X))

    def n_weights(self):
        return sum(weights.numel() for weights in self.net.module_.parameters())


class FeedForward:
    """scikit-learn's perceptron on what makes a vector of a sequence.

    Parameters
    ----------
    features : {"flat", "counts", "places"}
        All steps side by side, standardised, missing ones as the mean; how often each
        token comes, weighted by TF-IDF; a column for each token at each place.
    """

    def __init__(self, features, lr, max_epochs, is_classifier, seed):
        self.features, self.is_classifier = features, is_classifier
        settings = {
            "hidden_layer_sizes": (N_UNITS,),
            "learning_rate_init": lr,
            "max_iter": max_epochs,
            "batch_size": BATCH_SIZE,
            "random_state": seed,
        }
        if is_classifier:
            self.perceptron = MLPClassifier(**settings)
        else:
            self.perceptron = TransformedTargetRegressor(
                MLPRegressor(**settings), transformer=StandardScaler()
            )

    def fit(self, X, y):
        self.n_columns = int(X.max()) + 1 if issparse(X) else None
        scale = {"flat": StandardScaler, "counts": TfidfTransformer}.get(self.features)
        steps = [scale()] if scale else []
        self.model = make_pipeline(*steps, self.perceptron)
        self.padder = Padder().fit(X)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are given
            self.model.fit(self._columns(X), y)
        return self

    def _columns(self, X):
        if self.features == "flat":
            x, _ = self.padder.transform(X)
            return x.reshape(len(x), -1).numpy()
        ids = np.where(X.data < self.n_columns, X.data, 1)
        rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
        shape = (X.shape[0], self.n_columns)
        if self.features == "places":
            ids = ids + self.n_columns * X.indices
            shape = (X.shape[0], self.n_columns * X.shape[1])
        return csr_matrix((np.ones(len(ids)), (rows, ids)), shape=shape)

    def predict(self, X):
        return self.model.predict(self._columns(X))

    def score(self, X, y):
        return score_of(self.is_classifier, y, self.predict(X))

    def n_weights(self):
        fitted = getattr(self.model[-1], "regressor_", self.model[-1])
        return sum(a.size for a in (*fitted.coefs_, *fitted.intercepts_))


def score_of(is_classifier, y, predicted):
    """Return the accuracy, or R²."""
    if is_classifier:
        return float(np.mean(y == predicted))
    return float(1 - np.mean((y - predicted) ** 2) / np.var(y))
