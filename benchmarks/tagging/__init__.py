"""Parts of speech in UD English EWT: the corpus, the peers and the figures.

`ours`, `raw_loop`, `bucketed_loop` and `keras_model` are for the speed: each holds a
class `Implementation` and a function `limit_threads`, as those of `implementations` do,
whose names they share. `model` and `scores` are for the accuracy.
"""
