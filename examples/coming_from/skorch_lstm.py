"""Walk, run, climb or rest? In skorch."""

import torch
from sklearn.preprocessing import LabelEncoder
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping
from skorch.dataset import ValidSplit
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pad_sequence,
)


class LastState(nn.Module):
    """Both last states, and a layer on them."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.lstm = nn.LSTM(
            n_features,
            64,
            batch_first=True,
            bidirectional=True,
        )
        self.head = nn.Linear(2 * 64, n_classes)

    def forward(self, x, lengths):
        """Read up to the length of each row."""
        packed = pack_padded_sequence(
            x,
            lengths,
            batch_first=True,
            enforce_sorted=False,
        )
        _, (state, _) = self.lstm(packed)
        both = torch.cat([*state], dim=1)
        return self.head(both)


def pad(rows):
    """Make a batch of series and labels."""
    X, y = zip(*rows, strict=True)
    X = [torch.tensor(x).float() for x in X]
    lengths = torch.tensor([len(x) for x in X])
    x = pad_sequence(X, batch_first=True)
    inputs = {"x": x, "lengths": lengths}
    return inputs, torch.tensor(y)


def fit_and_predict(X, y, X_new, seed):
    """Fit on series, predict for new ones."""
    torch.manual_seed(seed)
    encoder = LabelEncoder().fit(y)
    stop = EarlyStopping(
        patience=5,
        load_best=True,
    )
    model = NeuralNetClassifier(
        LastState,
        module__n_features=X[0].shape[1],
        module__n_classes=len(encoder.classes_),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.003,
        batch_size=32,
        max_epochs=30,
        iterator_train__shuffle=True,
        iterator_train__collate_fn=pad,
        iterator_valid__collate_fn=pad,
        train_split=ValidSplit(
            0.1,
            stratified=True,
            random_state=seed,
        ),
        callbacks=[stop],
        verbose=0,
    )
    model.fit(X, encoder.transform(y))
    codes = model.predict(X_new)
    return encoder.inverse_transform(codes)
