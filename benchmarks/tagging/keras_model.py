"""The tagger in Keras: all padded to the longest sentence, padding masked."""

import keras
import numpy as np
from keras import layers

from implementations.keras_model import limit_threads

__all__ = ["Implementation", "limit_threads"]


def make_model(workload):
    """Build and compile the model."""
    rnn = layers.LSTM(workload.hidden_size, return_sequences=True)
    model = keras.Sequential(
        [
            keras.Input((workload.max_length,), dtype="int32"),
            layers.Embedding(
                workload.vocabulary_size, workload.embedding_dim, mask_zero=True
            ),
            layers.Bidirectional(rnn),
            layers.Dense(workload.n_classes, "softmax"),
        ]
    )
    model.compile(
        optimizer=workload.optimizer,  # by name: a learning rate of 1e-3
        loss="sparse_categorical_crossentropy",
        weighted_metrics=["accuracy"],
    )
    return model


class Implementation:
    def __init__(self, workload, codes):
        self.workload = workload
        self.X = codes.X.to_dense(workload.max_length).astype(np.int32)
        self.y = codes.y.to_dense(workload.max_length).astype(np.int32)
        self.weight = (self.X != 0).astype(np.float32)

    def fit(self, epochs):
        self.model = make_model(self.workload)
        self.model.fit(
            self.X,
            self.y,
            sample_weight=self.weight,
            batch_size=self.workload.batch_size,
            epochs=epochs,
            verbose=0,
        )

    def predict(self):
        return self.model.predict(
            self.X, batch_size=self.workload.batch_size, verbose=0
        )
