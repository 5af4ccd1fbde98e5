"""The candidates: one change each, around today's defaults."""

# By their names; "epochs" is a factor of the number that the defaults plan.
CANDIDATES = {
    "defaults": {},
    'pooling="mean"': {"pooling": "mean"},
    'pooling="final_max"': {"pooling": "final_max"},
    "bidirectional=False": {"bidirectional": False},
    "lr=0.003": {"lr": 0.003},
    "lr=0.03": {"lr": 0.03},
    "lr_schedule=None": {"lr_schedule": None},
    "half the epochs": {"epochs": 0.5},
    'cell="gru"': {"cell": "gru"},
    "32 units, vectors of 32": {"hidden_size": 32, "embedding_dim": 32},
    "dropout=0.3": {"dropout": 0.3},
    "batch_size=16": {"batch_size": 16},
    'optimizer="adamw"': {"optimizer": "adamw"},  # a weight decay of 0.01
}
BASE = "defaults"
