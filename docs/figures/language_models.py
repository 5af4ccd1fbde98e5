"""The model of the page, and what it expects behind the beginnings of a word."""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNLanguageModel, TextVectorizer

fruits = ["banana", "papaya", "orange", "mango", "apple", "melon"] * 5
letters = TextVectorizer(analyzer="char")
X = letters.fit_transform(fruits)
model = RNNLanguageModel(32, max_epochs=100, lr=0.01, random_state=0).fit(X)

beginnings = ["b", "ba", "ban", "bana", "banan", "banana"]
proba = model.predict_proba(letters.transform(beginnings))
shown = np.array([0, *letters.vocabulary_.values()])
names = ["end", *letters.vocabulary_]

figure, ax = plt.subplots(figsize=(7.4, 3.2), layout="constrained")
image = ax.imshow(proba[:, shown], cmap="Blues", vmin=0, vmax=1, aspect="auto")
ax.set_xticks(range(len(names)), names)
ax.set_yticks(range(len(beginnings)), [f"{text} …" for text in beginnings])
ax.set_xlabel("the next letter")
figure.colorbar(image, label="probability")
