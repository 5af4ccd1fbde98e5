"""Small sequence estimators in NumPy that keep every promise.

Tests break them on purpose. They also show what an estimator of another library may
look like.
"""

from collections import Counter

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted


class Sequences(BaseEstimator):
    """Reads sequences, sums them up and solves a weighted ridge regression.

    A sequence is summed up by its first step, the mean of its steps and a sum in which
    step t counts decay ** t.
    """

    def __init__(self, decay=0.5, alpha=1e-3):
        self.decay = decay
        self.alpha = alpha

    def read(self, X):
        """Make a list of float arrays (n_timesteps_i, n_features) of whatever X is."""
        if sparse.issparse(X):
            rows = [self.read_tokens(row) for row in X.toarray()]
        elif isinstance(X, list | tuple):
            rows = self.read_list(X)
        else:
            rows = self.read_array(X)
        rows = [np.array(row, dtype=float) for row in rows]
        if min(map(len, rows)) == 0:
            raise ValueError("A sequence has no steps.")
        if not all(np.isfinite(row).all() for row in rows):
            raise ValueError("X holds NaN or infinity.")
        return rows

    def read_tokens(self, row):
        return row[row != 0][:, np.newaxis]

    def read_list(self, X):
        return list(X)

    def read_array(self, X):
        X = np.asarray(X)
        if X.ndim == 2:
            return list(X[:, :, np.newaxis])
        return [self.cut(x) for x in X] if X.ndim == 3 else list(X)

    def cut(self, x):
        """Cut the steps of NaN at the end."""
        real = np.flatnonzero(~np.isnan(np.asarray(x, dtype=float)).all(axis=1))
        return x[: real[-1] + 1] if len(real) else x[:0]

    def summary(self, x):
        weights = self.decay_ ** np.arange(len(x))
        return np.concatenate([x[0], x.mean(axis=0), weights @ x, [1.0]])

    def summaries(self, rows):
        return np.stack([self.summary(x) for x in rows])

    def check_width(self, rows):
        if any(row.shape[1] != self.n_features_in_ for row in rows):
            raise ValueError(f"X must have {self.n_features_in_} variables.")
        return rows

    def solve(self, table, targets, weight):
        counts = weight > 0
        table, targets, weight = table[counts], targets[counts], weight[counts]
        gram = (table.T * weight) @ table + self.alpha * np.eye(table.shape[1])
        self.weights_ = np.linalg.solve(gram, (table.T * weight) @ targets)

    def begin(self, X):
        """Read X and keep what is not to be changed later."""
        rows = self.read(X)
        self.decay_ = self.decay
        self.n_features_in_ = rows[0].shape[1]
        return self.check_width(rows)

    def outputs(self, X):
        check_is_fitted(self, "weights_")
        return self.multiply(self.summaries(self.check_width(self.read(X))))

    def multiply(self, table):
        # Row by row: the bits of a matrix product depend on the number of rows.
        return np.stack([row @ self.weights_ for row in table])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def check_weight(weight, rows):
    weight = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=float)
    check_consistent_length(rows, weight)
    return weight


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class Classifier(ClassifierMixin, Sequences):
    def fit(self, X, y, sample_weight=None):
        rows = self.begin(X)
        check_consistent_length(rows, y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError("y holds one class only.")
        targets = np.eye(len(classes))[codes]
        weight = check_weight(sample_weight, rows)
        self.solve(self.summaries(rows), targets, weight)
        self.classes_ = classes
        return self

    def predict_proba(self, X):
        return softmax(self.outputs(X))

    def predict(self, X):
        return self.classes_[self.outputs(X).argmax(axis=1)]


class Regressor(RegressorMixin, Sequences):
    def fit(self, X, y, sample_weight=None):
        rows = self.begin(X)
        check_consistent_length(rows, y)
        y = np.asarray(y, dtype=float)
        if not np.isfinite(y).all():
            raise ValueError("y holds NaN or infinity.")
        self.solve(self.summaries(rows), y, check_weight(sample_weight, rows))
        return self

    def predict(self, X):
        return self.outputs(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def as_objects(members):
    return np.fromiter(members, dtype=object, count=len(members))


class Steps(Sequences):
    """The same for each step, which is summed up by all steps until there."""

    def summaries(self, rows):
        return np.stack(
            [self.summary(x[: t + 1][::-1]) for x in rows for t in range(len(x))]
        )

    def summary(self, x):
        return np.concatenate([super().summary(x), x[-1]])

    def read_targets(self, rows, y):
        check_consistent_length(rows, y)
        members = [np.asarray(m)[: len(x)] for m, x in zip(y, rows, strict=True)]
        if list(map(len, members)) != list(map(len, rows)):
            raise ValueError("y must have a target for each step.")
        return np.concatenate(members)

    def weight_of_steps(self, weight, rows):
        return np.repeat(check_weight(weight, rows), list(map(len, rows)))

    def split(self, values, X):
        ends = np.cumsum([len(x) for x in self.read(X)])[:-1]
        return as_objects(np.split(values, ends))

    def score(self, X, y):
        pairs = zip(self.predict(X), y, strict=True)
        return -np.mean([np.mean(np.not_equal(one, other)) for one, other in pairs])


class Tagger(Steps):
    def fit(self, X, y, sample_weight=None):
        rows = self.begin(X)
        labels = self.read_targets(rows, y)
        if labels.dtype.kind == "f":
            raise ValueError("y holds numbers, not labels.")
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError("y holds one class only.")
        weight = self.weight_of_steps(sample_weight, rows)
        self.solve(self.summaries(rows), np.eye(len(classes))[codes], weight)
        self.classes_ = classes
        return self

    def predict_proba(self, X):
        return self.split(softmax(self.outputs(X)), X)

    def predict(self, X):
        return self.split(self.classes_[self.outputs(X).argmax(axis=1)], X)


class StepRegressor(Steps):
    def fit(self, X, y, sample_weight=None):
        rows = self.begin(X)
        targets = self.read_targets(rows, y).astype(float)
        if not np.isfinite(targets).all():
            raise ValueError("y holds NaN or infinity.")
        weight = self.weight_of_steps(sample_weight, rows)
        self.solve(self.summaries(rows), targets[:, np.newaxis], weight)
        return self

    def predict(self, X):
        return self.split(self.outputs(X)[:, 0], X)


class Vectorizer(BaseEstimator):
    """Words to ids from 2 on, by alphabet; 0 is padding and 1 an unknown word."""

    def fit(self, X, y=None):
        words = sorted({word for document in X for word in document.split()})
        self.vocabulary_ = {word: i for i, word in enumerate(words, start=2)}
        return self

    def ids(self, document):
        return [self.vocabulary_.get(word, 1) for word in document.split()] or [1]

    def transform(self, X):
        rows = [self.ids(document) for document in X]
        width = max(map(len, rows))
        return np.array([row + [0] * (width - len(row)) for row in rows])

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


class TokenCounts(BaseEstimator):
    """How frequent each token was, those that were not there like id 1."""

    def fit(self, X, y=None):
        self.counts_ = Counter(np.concatenate(self.rows_of(X)).tolist())
        return self

    def rows_of(self, X):
        if sparse.issparse(X):
            X = X.tocsr()
            return np.split(X.data, X.indptr[1:-1])
        return list(X)

    def count(self, token):
        return self.counts_.get(token, self.counts_.get(1, 0))

    def score_samples(self, X):
        rows = self.rows_of(X)
        return np.array([sum(map(self.count, row.tolist())) for row in rows], float)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        return tags


class Forecaster(RegressorMixin, BaseEstimator):
    """Repeats the mean of the last steps of a series, and adds what a column tells."""

    def __init__(self, window=4, series=None, time=None, past_only=()):
        self.window = window
        self.series = series
        self.time = time
        self.past_only = past_only

    def read(self, X):
        """Give the series and the time of each row, and the first other column."""
        X = np.asarray(X, dtype=float)
        series, time = self.settings_["series"], self.settings_["time"]
        names = np.zeros(len(X)) if series is None else X[:, series]
        times = np.arange(len(X)) if time is None else X[:, time]
        rest = [i for i in range(X.shape[1]) if i not in (series, time)]
        return names, times, X[:, rest]

    def in_order(self, names, times):
        return np.lexsort([times, names])

    def fit(self, X, y):
        self.settings_ = self.get_params()
        self.past_ = {}
        names, times, columns = self.read(X)
        order = self.in_order(names, times)
        told, y = columns[order, 0], np.asarray(y)[order]
        told = told - told.mean()
        self.coef_ = told @ (y - y[0]) / (told @ told)
        return self.add(names[order], y)

    def add(self, names, y):
        for name in np.unique(names):
            before = self.past_.get(name, np.empty(0))
            self.past_[name] = np.append(before, y[names == name])
        return self

    def update(self, X, y):
        names, times, _ = self.read(X)
        order = self.in_order(names, times)
        return self.add(names[order], np.asarray(y)[order])

    def predict(self, X):
        check_is_fitted(self)
        names, _, columns = self.read(X)
        window = self.settings_["window"]
        levels = [self.past_[name][-window:].mean() for name in names]
        return np.array(levels) + self.coef_ * columns[:, 0]
