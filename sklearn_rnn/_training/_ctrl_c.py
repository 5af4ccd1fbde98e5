"""Ctrl-C in a training: told from a callback that stops it, and held at its end."""

import signal
import threading
from contextlib import ExitStack, suppress
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self


_valid_signals = cache(signal.valid_signals)
"""Which there are, asked for once."""


class _Handler:
    """Replaces the handler of a signal, whichever it is, inside a ``with`` block.

    Python calls handlers in the main thread only. In any other, where there is no
    handler of Python's, or where none can be installed, nothing is done.
    """

    _handler: Any
    _handle: Any

    def __init__(self, number: int = signal.SIGINT) -> None:
        self._number = number

    def __enter__(self) -> "Self":
        in_main = threading.current_thread() is threading.main_thread()
        self._handler = signal.getsignal(self._number) if in_main else None
        if self._is_needed:
            with suppress(ValueError):  # of an interpreter inside another one
                signal.signal(self._number, self._handle)
            if not self._is_in_place:  # mod_wsgi lets signal.signal do nothing
                self._handler = None
        return self

    def __exit__(self, *raised: Any) -> None:
        if self._is_needed and self._is_in_place:
            signal.signal(self._number, self._handler)

    @property
    def _is_needed(self) -> bool:
        return callable(self._handler)

    @property
    def _is_in_place(self) -> bool:
        return signal.getsignal(self._number) == self._handle


class NoticedCtrlC:
    """Notices whether a signal raises KeyboardInterrupt in the block.

    Ctrl-C and a callback that ends training raise the same exception, in the same
    frames: only the signal tells them apart. Any signal may have a handler that raises
    it, as SIGTERM where it is to end like Ctrl-C.
    """

    def __enter__(self) -> "Self":
        # Of most there is none, and each question to the system takes its time.
        self._noticed = [
            _Noticed(number)
            for number in _valid_signals()
            if callable(signal.getsignal(number))
        ]
        with ExitStack() as stack:
            for handler in self._noticed:
                stack.enter_context(handler)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.close()

    @property
    def raised(self) -> bool:
        """Whether one did, or might have: by a handler installed in the block.

        To take a wish to stop for Ctrl-C is heard, the opposite would be silent.
        """
        return any(handler.raised for handler in self._noticed)


class _Noticed(_Handler):
    """Notices whether one signal raises KeyboardInterrupt in the block."""

    _has_raised = False

    def _handle(self, number: int, frame: FrameType | None) -> Any:
        try:
            return self._handler(number, frame)
        except KeyboardInterrupt:
            self._has_raised = True
            raise

    @property
    def raised(self) -> bool:
        is_watched = not self._is_needed or self._is_in_place
        return self._has_raised or not is_watched


class HeldCtrlC(_Handler):
    """Lets SIGINT wait until the block has ended; a second one does not wait."""

    _held: tuple[int, FrameType | None] | None = None

    def _handle(self, number: int, frame: FrameType | None) -> Any:
        if self._held is not None:
            return self._handler(number, frame)
        self._held = number, frame

    def release(self) -> None:
        """Call the handler, after the block, if a signal has waited."""
        if self._held is not None:
            self._handler(*self._held)
