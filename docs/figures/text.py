"""The texts of the page, word by word, and the ids that the network reads."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from sklearn_rnn import TextVectorizer

texts = ["No, no!", "Not a word.", "", "No comment."]
vectorizer = TextVectorizer()
ids = vectorizer.fit(texts[:3]).transform(texts)
tokens = vectorizer.inverse_transform(ids)

figure, ax = plt.subplots(figsize=(7.4, 3.4), layout="constrained")
for row, (text, words) in enumerate(zip(texts, tokens, strict=True)):
    label = f"“{text}”" if text else "an empty text"
    ax.text(-0.2, row + 0.42, label, ha="right", va="center", fontsize=12)
    for step in range(ids.shape[1]):
        number = ids[row, step]
        color = {0: "none", 1: "#fdd0a2"}.get(number, "#9ecae1")
        frame = {"edgecolor": "#bbbbbb", "linestyle": ":"} if not number else {}
        ax.add_patch(Rectangle((step, row), 0.93, 0.84, facecolor=color, **frame))
        if number:
            at = step + 0.46
            ax.text(at, row + 0.33, number, ha="center", va="center", fontsize=15)
            ax.text(at, row + 0.67, words[step], ha="center", va="center", fontsize=9)
ax.set(xlim=(-1.6, 4), ylim=(4.5, -0.5))
for step in range(4):
    ax.text(step + 0.46, -0.2, f"step {step}", ha="center", fontsize=9)
for at, color, word in [(0.1, "#9ecae1", "a word of fit"), (1.5, "#fdd0a2", "unknown")]:
    ax.add_patch(Rectangle((at - 0.22, 4.13), 0.18, 0.24, facecolor=color))
    ax.text(at, 4.25, word, va="center", fontsize=9)
ax.add_patch(
    Rectangle((2.28, 4.13), 0.18, 0.24, fill=False, edgecolor="#bbbbbb", linestyle=":")
)
ax.text(2.52, 4.25, "padding, not stored", va="center", fontsize=9)
ax.axis("off")
