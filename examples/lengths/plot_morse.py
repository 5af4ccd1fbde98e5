"""
Transcribe Morse code under noise
=================================

Letters of Morse code have unequal lengths, and nothing says where one ends. Can a
network learn them from signals and texts alone? And how far is it from the best
transcription that anybody could make?
"""

# %%
# The data: a dot is on for one step, a dash for three, and noise is added to each
# step. Only the text of each signal is known.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNTranscriber
from sklearn_rnn.datasets import make_morse
from sklearn_rnn.inspection import AlignmentDisplay
from sklearn_rnn.metrics import error_rate

MAX_EPOCHS = 40
NOISE = 0.2
X, y = make_morse(600, noise=NOISE, max_letters=5, random_state=0)
X_new, y_new = make_morse(200, noise=NOISE, max_letters=5, random_state=1)
lengths = [len(signal) for signal in X]
print(f"{len(X)} signals of {min(lengths)} to {max(lengths)} steps, such as {y[0]}")

# %%
# ``RNNTranscriber`` sums over all ways in which the letters may lie in a signal. For
# some epochs it writes nothing at all: the loss has a plateau, and then falls. In each
# epoch fresh noise is added, so that it does not learn that of the signals by heart.

model = RNNTranscriber(32, batch_size=8, max_epochs=MAX_EPOCHS, random_state=0)
model.fit(X, y)
predicted = model.predict(X_new)
for text, answer in zip(y_new[:4], predicted[:4], strict=True):
    print(f"{text:>8} read as {answer}")

# %%
# All letters are as likely and the noise is Gaussian. So the best transcription is
# the text whose clean signal is nearest. It is found from left to right: the
# nearest text that ends at a step consists of a shorter one and one letter more.

clean, codes = make_morse(2000, noise=0.0, min_letters=1, max_letters=1, random_state=0)
signals = {letter: signal[:, 0] for letter, signal in zip(codes, clean, strict=True)}


def nearest_text(signal):
    """Find the letters whose clean signal is nearest."""
    best = {0: (0.0, "")}
    for start in range(len(signal)):
        if start not in best:
            continue
        cost, text = best[start]
        for letter, code in signals.items():
            part = signal[start : start + len(code)]
            stop = start + len(code)
            if len(part) == len(code):
                total = cost + np.square(part - code).sum()
                total += 2 * NOISE**2 * np.log(len(signals))
                if total < best.get(stop, (np.inf,))[0]:
                    best[stop] = total, text + letter
    return best[len(signal)][1]


best_possible = [nearest_text(signal[:, 0]) for signal in X_new]
rates = {
    "RNNTranscriber": error_rate(y_new, predicted),
    "beam of 10": error_rate(y_new, model.predict(X_new, beam_size=10)),
    "best possible": error_rate(y_new, best_possible),
}
for name, rate in rates.items():
    print(f"{name:>15}: {100 * rate:.1f} % of the letters are wrong")

# %%
# Where does it find a letter? The blank has most steps. Each letter has a peak where
# it has become certain, mostly in the pause behind it.

figure, (above, below) = plt.subplots(
    2, 1, figsize=(9, 5), sharex=True, layout="constrained"
)
above.plot(X_new[0][:, 0], drawstyle="steps-mid", color="black")
above.set(ylabel="signal", title=f"{y_new[0]} under noise")
AlignmentDisplay.from_estimator(model, X_new, ax=below)
plt.show()

# %%
# Six hundred signals teach it most letters: few are wrong. The best transcription
# knows the code, the length of a dot and the noise. The network had to find out by
# itself that there are dots, dashes and pauses; more signals bring it nearer.
#
# How long the plateau of the loss is depends on the rate, the size and chance. If
# nearly every letter is wrong, it was not over yet: train for longer.

print(
    f"The network gets {rates['RNNTranscriber']:.1%} of the letters wrong, the best "
    f"possible transcription {rates['best possible']:.1%}."
)
