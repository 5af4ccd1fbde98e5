"""Walk, run, climb or rest? In sktime."""

from sktime.classification.deep_learning.gru import (
    GRUClassifier,
)


def fit_and_predict(X, y, X_new, seed):
    """Fit on series, predict for new ones."""
    model = GRUClassifier(
        hidden_dim=64,
        n_layers=1,
        batch_first=True,
        lr=0.003,
        batch_size=32,
        num_epochs=30,
        random_state=seed,
    )
    # (rows, variables, steps)
    model.fit(X.transpose(0, 2, 1), y)
    return model.predict(X_new.transpose(0, 2, 1))
