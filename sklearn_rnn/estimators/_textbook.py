"""The network of a textbook, beside the defaults."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

TEXTBOOK = {
    "bidirectional": False,
    "pooling": "last",
    "patch_length": 1,
    "lr": 0.001,
    "lr_schedule": None,
    "early_stopping": False,
}
"""What a textbook takes for granted, where a parameter has another default."""


class Textbook:
    """The part of an estimator that knows the settings of textbooks."""

    @classmethod
    def textbook(cls, *args: Any, **params: Any) -> "Self":
        """Make an estimator with the settings of textbooks instead of the defaults.

        It reads each sequence once, step by step, in one direction, predicts from the
        last step, and trains on all rows at a constant rate for ``max_epochs``: what
        PyTorch's and Keras's introductions do.

        Parameters
        ----------
        *args, **params : object
            Parameters of the estimator, which come before those of the textbook.

        Returns
        -------
        estimator : estimator of this class
            Not fitted. Its parameters are ``bidirectional=False``, ``pooling="last"``,
            ``patch_length=1``, ``lr=0.001``, ``lr_schedule=None`` and
            ``early_stopping=False``, as far as the class has them.
        """
        known = set(cls._get_param_names())
        plain = {name: TEXTBOOK[name] for name in TEXTBOOK if name in known}
        return cls(*args, **{**plain, **params})
