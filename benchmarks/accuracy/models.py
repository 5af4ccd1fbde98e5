"""What is fitted: our estimators with settings of their own, and linear models."""

from functools import partial

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifierCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.callbacks import WeightAverage


def make_ours(settings, metric, seed):
    """Make an estimator, behind what its settings put in front of it.

    Parameters
    ----------
    settings : dict
        Parameters of the estimator and, aside, "vectorizer": those of a
        `TextVectorizer`; "steps_at_once": how many time steps are read as one;
        "decay": of a `WeightAverage`.
    metric : str
    seed : int
    """
    settings = dict(settings)
    vectorizer = settings.pop("vectorizer", None)
    steps_at_once = settings.pop("steps_at_once", None)
    decay = settings.pop("decay", None)
    estimator = RNNClassifier if metric == "accuracy" else RNNRegressor
    model = estimator(random_state=seed, device="cpu", **settings)
    if decay is not None:
        model.set_params(callbacks=[WeightAverage(decay)])
    steps = [model]
    if vectorizer is not None:
        steps.insert(0, TextVectorizer(**vectorizer))
    if steps_at_once is not None:
        steps.insert(0, FunctionTransformer(partial(join_steps, *steps_at_once)))
    return make_pipeline(*steps)


def join_steps(window, stride, X):
    """Give each step the steps around it, as convolutions do: windows of a series.

    Returns
    -------
    X : ndarray of shape (n_samples, n_windows, n_features * window)
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, window, axis=1)[:, ::stride]
    return windows.reshape(*windows.shape[:2], -1)


def make_linear(name, metric):
    """Make the linear model that a network has to beat."""
    if name == "IMDB":  # long texts, where runs of words tell
        words = {"token_pattern": r"(?u)\w+|[^\w\s]", "min_df": 3, "binary": True}
        pairs = TfidfVectorizer(ngram_range=(1, 2), **words)
        triples = CountVectorizer(ngram_range=(1, 3), **words)
        members = [
            make_pipeline(pairs, LogisticRegression(C=10.0, max_iter=1000)),
            make_pipeline(triples, LogCountRatios(), LogisticRegression(max_iter=1000)),
        ]
        return VotingClassifier(
            [("pairs", members[0]), ("ratios", members[1])], voting="soft"
        )
    if name in ("IMDB", "SST-2", "tweets", "languages"):
        words = TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\w+|[^\w\s]"
        )
        letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=3
        )
        last = Ridge(alpha=1.0)
        if metric == "accuracy":
            last = LogisticRegression(C=10.0, max_iter=1000)
        return make_pipeline(make_union(words, letters), last)
    return make_pipeline(
        FunctionTransformer(resample if name == "JapaneseVowels" else None),
        FunctionTransformer(flatten),
        StandardScaler(),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 13)),
    )


class LogCountRatios(TransformerMixin, BaseEstimator):
    """Weigh each word by how much more often one of two classes holds it.

    Wang and Manning (2012), Baselines and bigrams: simple, good sentiment and topic
    classification.
    """

    def fit(self, X, y):
        second = y == np.unique(y)[1]
        counts = [1.0 + np.asarray(X[rows].sum(axis=0)) for rows in (second, ~second)]
        shares = [count / count.sum() for count in counts]
        self.ratios_ = sparse.csr_matrix(np.log(shares[0] / shares[1]))
        return self

    def transform(self, X):
        return X.multiply(self.ratios_).tocsr()


def resample(X, n_steps=24):
    """Bring series of unequal length to one by interpolation."""
    at = np.linspace(0, 1, n_steps)
    rows = []
    for row in X:
        real = row[~np.isnan(row).any(axis=1)]
        times = np.linspace(0, 1, len(real))
        rows.append(np.transpose([np.interp(at, times, column) for column in real.T]))
    return np.array(rows)


def flatten(X):
    """Put the steps of each series side by side."""
    return X.reshape(len(X), -1)
