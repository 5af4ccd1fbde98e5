"""Negative or positive? In sklearn_rnn."""

from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    TextVectorizer,
)


def fit_and_predict(texts, y, new_texts, seed):
    """Fit on texts, predict for new ones."""
    model = make_pipeline(
        TextVectorizer(max_length=40),
        RNNClassifier(
            64,
            pooling="final_state",
            embedding_dim=64,
            lr=0.003,
            lr_schedule=None,
            batch_size=32,
            max_epochs=20,
            early_stopping=True,
            validation_fraction=0.1,
            n_iter_no_change=3,
            random_state=seed,
        ),
    )
    model.fit(texts, y)
    return model.predict(new_texts)
