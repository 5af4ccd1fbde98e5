"""`TextVectorization` of Keras, in a process that answers the commands of `worker.py`.

``fit 1`` learns the vocabulary of all texts and turns them into ids, once.

    python benchmarks/worker_text.py ../shared/data/imdb_train.tsv.gz
"""

import contextlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

from implementations.keras_model import limit_threads
from worker import serve
from workloads import read_texts


class Vectorization:
    """As the tutorials write it; a batch is padded to its own longest text."""

    def __init__(self, texts):
        self.batches = tf.data.Dataset.from_tensor_slices(texts).batch(1024)

    def fit(self, times):
        for _ in range(times):
            self.ids = None  # or the peak would count the last result as well
            layer = keras.layers.TextVectorization()
            layer.adapt(self.batches)
            self.ids = [layer(batch) for batch in self.batches]


def main():
    """Read the texts and serve."""
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        limit_threads()
        serve(Vectorization(read_texts(sys.argv[1])), sys.stdin, answers)


if __name__ == "__main__":
    main()
