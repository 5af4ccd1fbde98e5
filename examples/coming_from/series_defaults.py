"""Walk, run, climb or rest? With the defaults of sklearn_rnn."""

from sklearn_rnn import RNNClassifier


def fit_and_predict(X, y, X_new, seed):
    """Fit on series, predict for new ones."""
    model = RNNClassifier(random_state=seed)
    model.fit(X, y)
    return model.predict(X_new)
