"""Draw a signal of Morse code, and where its letters were found."""

import matplotlib.pyplot as plt

from sklearn_rnn import RNNTranscriber
from sklearn_rnn.datasets import make_morse
from sklearn_rnn.inspection import AlignmentDisplay

X, y = make_morse(300, noise=0.1, min_letters=2, max_letters=4, random_state=0)
model = RNNTranscriber(
    16, batch_size=8, lr=0.03, max_epochs=25, input_noise=0.0, random_state=0
)
model.fit(X[:-1], y[:-1])

figure, (above, below) = plt.subplots(
    2, 1, figsize=(7.4, 4.2), sharex=True, layout="constrained"
)
above.plot(X[-1][:, 0], color="black", drawstyle="steps-mid")
above.set(ylabel="signal")
AlignmentDisplay.from_estimator(model, X, row=-1, ax=below)
