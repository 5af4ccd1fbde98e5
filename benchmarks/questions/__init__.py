"""Questions about recurrent networks: the tasks, and the rivals of our estimators."""
