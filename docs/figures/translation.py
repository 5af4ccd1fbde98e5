"""Draw where a translator looks that has learnt to write words backwards."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTranslator, TextVectorizer
from sklearn_rnn.inspection import AttentionDisplay

rng = np.random.default_rng(0)
lengths = rng.integers(3, 9, size=700)
words = ["".join(rng.choice(list("abelrst"), size=n)) for n in lengths]
backwards = [word[::-1] for word in words]

model = RNNTranslator(32, embedding_dim=16, max_epochs=20, random_state=0)
pipe = make_pipeline(TextVectorizer(analyzer="char"), model).fit(words, backwards)

_, ax = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
AttentionDisplay.from_estimator(pipe, ["alberts"], ax=ax)
