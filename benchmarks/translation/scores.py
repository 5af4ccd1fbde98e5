"""Phone and word error rates, against the nearest pronunciation of each word."""

import numpy as np

from sklearn_rnn.metrics import error_rate


def nearest(several, answer):
    """Choose the pronunciation that the answer is nearest to."""
    if len(several) == 1:
        return several[0]
    return min(several, key=lambda phones: error_rate([phones], [answer]))


def score(part, predicted):
    """Compute the share of wrong phones and of wrong words.

    Returns
    -------
    rates : dict
    """
    answers = [answer.tolist() for answer in predicted]
    true = [nearest(*pair) for pair in zip(part.phones, answers, strict=True)]
    wrong = [one != other for one, other in zip(true, answers, strict=True)]
    return {
        "phone_error_rate": error_rate(true, answers),
        "word_error_rate": float(np.mean(wrong)),
        "n_words": len(true),
    }
