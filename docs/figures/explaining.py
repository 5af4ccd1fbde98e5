"""Draw what each word of a review contributes."""

from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_tweets
from sklearn_rnn.inspection import TokenImportanceDisplay

tweets, ratings = load_tweets(return_X_y=True)
model = make_pipeline(
    TextVectorizer(max_length=40),
    RNNClassifier(16, dropout=0.3, max_epochs=3, random_state=0),
)
model.fit(tweets[:2500], ["friendly" if r > 0 else "grim" for r in ratings[:2500]])
TokenImportanceDisplay.from_estimator(
    model, ["I was afraid it would be terrible. It is great, go and see it!"]
)
