"""Accuracy on official splits: the problems, the models and their linear neighbours."""
