"""Walk, run, climb or rest? In sklearn_rnn."""

from sklearn_rnn import RNNClassifier


def fit_and_predict(X, y, X_new, seed):
    """Fit on series, predict for new ones."""
    model = RNNClassifier(
        64,
        pooling="final_state",
        lr=0.003,
        lr_schedule=None,
        batch_size=32,
        max_epochs=30,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change=5,
        random_state=seed,
    )
    model.fit(X, y)
    return model.predict(X_new)
