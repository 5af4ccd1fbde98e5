"""Negative or positive? Counting and reading, and the mean of what both say."""

from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import (
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    TextVectorizer,
)


def fit_and_predict(texts, y, new_texts, seed):
    """Fit on texts, predict for new ones."""
    counts = make_pipeline(
        TfidfVectorizer(
            token_pattern=r"(?u)\w+|[^\w\s]",
        ),
        LogisticRegression(C=10),
    )
    reads = make_pipeline(
        TextVectorizer(),
        RNNClassifier(random_state=seed),
    )
    model = VotingClassifier(
        [("counts", counts), ("reads", reads)],
        voting="soft",
    )
    model.fit(texts, y)
    return model.predict(new_texts)
