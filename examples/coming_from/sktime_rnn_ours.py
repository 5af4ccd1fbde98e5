"""Walk, run, climb or rest? In sklearn_rnn."""

from sklearn_rnn import RNNClassifier


def fit_and_predict(X, y, X_new, seed):
    """Fit on series, predict for new ones."""
    model = RNNClassifier(
        64,
        cell="gru",
        bidirectional=False,
        pooling="last",
        lr=0.003,
        lr_schedule=None,
        batch_size=32,
        max_epochs=30,
        random_state=seed,
    )
    # (rows, steps, variables)
    model.fit(X, y)
    return model.predict(X_new)
