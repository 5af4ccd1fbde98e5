"""The candidates: one question after the other, each on top of the answers so far."""

# What the estimators began with, before anything was measured.
START = {
    "cell": "lstm",
    "hidden_size": 64,
    "embedding_dim": 64,
    "num_layers": 1,
    "bidirectional": False,
    "pooling": "last",
    "dropout": 0.0,
    "lr": 0.01,
    "lr_schedule": None,
    "batch_size": 32,
    "max_epochs": 50,
}

# Each question is a list of answers; the one with the smallest regret stays.
QUESTIONS = {
    "pooling and direction": [
        {"pooling": pooling, "bidirectional": bidirectional}
        for bidirectional in (False, True)
        for pooling in ("last", "final_state", "mean", "max", "final_max", "attention")
        if bidirectional or pooling != "final_state"  # the same as "last"
    ],
    "rate and schedule": [
        {"lr": lr, "lr_schedule": schedule}
        for schedule in (None, "cosine")
        for lr in (0.003, 0.01, 0.03)
    ],
    "epochs": [{"max_epochs": n} for n in (20, 50)],
    "cell": [{"cell": cell} for cell in ("rnn", "gru", "lstm")],
    "size": [
        {"hidden_size": size, "embedding_dim": dim}
        for size, dim in ((32, 32), (64, 64), (128, 128))
    ],
    "dropout": [{"dropout": dropout} for dropout in (0.0, 0.3)],
    "batch": [{"batch_size": size} for size in (32, 64)],
}
