"""Draw a reliability diagram: what a network promised, and what it kept."""

import matplotlib.pyplot as plt
from sklearn.calibration import calibration_curve

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_sine_waves

X, y = make_sine_waves(1400, 20, n_classes=2, noise=1.5, random_state=0)
n_train = 200

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.plot([0, 1], [0, 1], ":", color="black", label="kept what it promised")
for epochs, color, marker in [(10, "#0072B2", "s"), (60, "#D55E00", "o")]:
    model = RNNClassifier(16, cell="gru", max_epochs=epochs, random_state=0)
    p = model.fit(X[:n_train], y[:n_train]).predict_proba(X[n_train:])[:, 1]
    kept, promised = calibration_curve(y[n_train:], p, n_bins=8, strategy="quantile")
    ax.plot(promised, kept, marker=marker, color=color, label=f"after {epochs} epochs")
ax.set(
    title="Trained too little it doubts, trained too long it believes",
    xlabel="probability promised",
    ylabel="share that was true",
)
ax.legend()
