"""Draw the cell state and the forget gate of an LSTM that keeps its first symbol."""

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_first_symbol
from sklearn_rnn.inspection import StatesDisplay

X, y = make_first_symbol(400, 12, random_state=0)
model = RNNClassifier(
    6,
    bidirectional=False,
    pooling="last",
    embedding_dim=4,
    lr=0.03,
    max_epochs=20,
    random_state=0,
)
model.fit(X, y)
StatesDisplay.from_estimator(model, X, row=1, what=("cell", "forget"))
