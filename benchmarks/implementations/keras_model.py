"""The workload in Keras, as its tutorials write it; KERAS_BACKEND names the backend."""

import keras
import numpy as np
from keras import layers

from implementations import n_threads

CELLS = {"rnn": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}
LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mse",
}
ACTIVATIONS = {"binary": "sigmoid", "multiclass": "softmax", "regression": None}


def limit_threads():
    """Limit TensorFlow to the threads allowed; JAX reads its environment."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(n_threads())
        tf.config.threading.set_inter_op_parallelism_threads(n_threads())


def make_model(workload):
    """Build and compile the model of a workload."""
    model = keras.Sequential()
    if workload.is_tokens:
        model.add(keras.Input((workload.max_length,), dtype="int32"))
        model.add(layers.Embedding(workload.vocabulary_size, workload.embedding_dim))
    else:
        model.add(keras.Input((workload.max_length, workload.n_features)))
    for layer in range(workload.num_layers):
        is_last = layer == workload.num_layers - 1
        cell = CELLS[workload.cell](
            workload.hidden_size,
            return_sequences=workload.pooling == "max" or not is_last,
        )
        model.add(layers.Bidirectional(cell) if workload.bidirectional else cell)
        if workload.dropout:
            model.add(layers.Dropout(workload.dropout))
    if workload.pooling == "max":
        model.add(layers.GlobalMaxPooling1D())
    model.add(layers.Dense(workload.n_outputs, ACTIVATIONS[workload.task]))
    model.compile(
        optimizer=workload.optimizer,  # by name: a learning rate of 1e-3
        loss=LOSSES[workload.task],
        metrics=None if workload.task == "regression" else ["accuracy"],
    )
    return model


class Implementation:
    def __init__(self, workload, data):
        self.workload = workload
        self.X, self.y = data.X, data.y
        if workload.is_tokens:
            self.X = keras.utils.pad_sequences(
                data.X.to_list(), maxlen=workload.max_length
            )
        if workload.task == "binary":
            self.y = data.y.astype(np.float32)

    def fit(self, epochs):
        self.model = make_model(self.workload)
        self.model.fit(
            self.X,
            self.y,
            batch_size=self.workload.batch_size,
            epochs=epochs,
            verbose=0,
        )

    def predict(self):
        return self.model.predict(
            self.X, batch_size=self.workload.batch_size, verbose=0
        )
