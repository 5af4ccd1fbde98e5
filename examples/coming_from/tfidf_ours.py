"""Negative or positive? By reading word after word."""

from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    TextVectorizer,
)


def fit_and_predict(texts, y, new_texts, seed):
    """Fit on texts, predict for new ones."""
    model = make_pipeline(
        TextVectorizer(),
        RNNClassifier(random_state=seed),
    )
    model.fit(texts, y)
    return model.predict(new_texts)
